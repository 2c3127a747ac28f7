// What a client says to bytes that somebody hands it as a proof. Nothing may throw, refusals are typed, and of all
// that is accepted the encoding is byte for byte what an honest prover gives for the same question by the same
// certificates: there is one proof for each. Where the question stands in the proof and the answer is "none", bytes
// of the question can change into the honest proof of another question; nothing else is ever accepted.

import { expect } from "vitest";
import type { Electorate } from "../../src/certificates.ts";
import type { Failure } from "../../src/result.ts";
import type { Example, Kind } from "./examples.ts";
import type { Variant } from "./variants.ts";

function expectTyped({ code, path, message }: Failure, how: string): void {
  for (const text of [code, path, message]) if (typeof text !== "string") expect.fail(`untyped failure: ${how}`);
}

export function accepts(kind: Kind, electorate: Electorate, { how, bytes }: Variant): boolean {
  const decoded = kind.codec.decode(bytes);
  const result = decoded.ok ? kind.verify(electorate, decoded.value) : decoded;
  if (!result.ok) expectTyped(result.error, how);
  return result.ok;
}

export interface Offered {
  readonly offered: number;
  readonly accepted: readonly Variant[];
}

export function offer(kind: Kind, { electorate }: Example, variants: Iterable<Variant>): Offered {
  let offered = 0;
  const accepted: Variant[] = [];
  for (const variant of variants) {
    offered++;
    if (accepts(kind, electorate, variant)) accepted.push(variant);
  }
  return { offered, accepted };
}

/** That an honest prover gives the same bytes. */
export async function expectHonest(kind: Kind, { how, bytes }: Variant): Promise<void> {
  const decoded = kind.codec.decode(bytes);
  if (!decoded.ok) expect.fail(`${how}: accepted, and does not decode`);
  const honest = await kind.prove(decoded.value).then(kind.codec.encode, (reason) => `none: ${reason}`);
  expect(bytes, `${kind.name} accepted: ${how}`).toEqual(honest);
}
