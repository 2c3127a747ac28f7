// Programs for towns: counters that are made, and what one says added to another.

import type { OrderNetwork } from "@tandem/ordering";
import {
  type Argument,
  asBudget,
  asContractName,
  asMethodName,
  type CallStep,
  encodeProgram,
  type Footprint,
  utf8,
  type Value,
} from "@tandem/shared";
import { blobOf, testNetwork } from "../../../ordering/test/support/blobs.ts";

const stepBudget = 1_000_000;

/** Its payers can pay for steps. */
export const programNetwork = testNetwork({ balance: 10n ** 12n, limits: { shardBudget: 100_000_000 } });

export const literal = (value: Value): Argument => ({ kind: "literal", value });
const outcomeOf = (step: number) => ({ kind: "step", step }) as Argument;
const total: Footprint = { kind: "keys", reads: [], writes: [utf8("total")] };

function call(at: string, method: string, args: readonly Argument[], footprint: Footprint): CallStep {
  const budget = asBudget(stepBudget);
  return { kind: "call", at: asContractName(at), method: asMethodName(method), args, budget, footprint };
}

export const create = (at: string) => call(at, "create", [literal("counter"), literal(1n)], { kind: "whole" });
export const add = (at: string, argument: Argument) => call(at, "add", [argument], total);

export type Programmed = ReturnType<typeof programOf>;

export function programOf(on: OrderNetwork, nonce: number, ...steps: readonly CallStep[]) {
  const touches = [...new Set(steps.map(({ at }) => at.split("/")[0] as string))];
  const payload = encodeProgram({ steps, groups: [] });
  return blobOf(on, { nonce, touches, payload, budget: stepBudget * steps.length });
}

/** A counter in each of two shards; then what one of them says is added to the other. */
export function programs(on: OrderNetwork = programNetwork): readonly [Programmed, Programmed, Programmed] {
  const hops = [add("bank/a", literal(4n)), add("hotel/b", outcomeOf(0)), add("bank/a", outcomeOf(1))];
  return [programOf(on, 0, create("bank/a")), programOf(on, 1, create("hotel/b")), programOf(on, 2, ...hops)];
}
