// The rule of `door.ts` for many variants of one honest proof.

import { expect } from "vitest";
import { expectHonest, offer } from "./door.ts";
import type { Example, Kind } from "./examples.ts";
import type { Variant } from "./variants.ts";

/**
 * The answer is "none", and the question stands in the proof. Its bytes can turn into another question to which the
 * same is the one honest answer.
 */
function isAbsence(fact: object): boolean {
  const isMissing = (name: string) => name in fact && fact[name as keyof typeof fact] === undefined;
  if ("touches" in fact) return (fact.touches as readonly unknown[]).length === 0;
  if ("found" in fact) return fact.found === undefined || (fact.found as { value: unknown }).value === undefined;
  return isMissing("account") || isMissing("frontier");
}

export async function expectRefused(kind: Kind, example: Example, variants: Iterable<Variant>): Promise<void> {
  const { offered, accepted } = offer(kind, example, variants);
  expect(offered).toBeGreaterThan(0);
  if (!isAbsence(example.fact as object)) expect(accepted.map(({ how }) => how)).toEqual([]);
  for (const variant of accepted) await expectHonest(kind, variant);
}
