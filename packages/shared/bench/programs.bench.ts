// Programs: decoding beside the plain CBOR library reading the same bytes into plain maps, which knows no rule
// of programs; and the whole static check, analysis included.

import { decode } from "cborg";
import type { Bench } from "../../../scripts/bench/measure.ts";
import { assert } from "../src/assert.ts";
import { asBudget, asContractName, asMethodName, asShardName, asStepIndex } from "../src/numbers.ts";
import { checkProgram } from "../src/programs/check.ts";
import { decodeProgram } from "../src/programs/decode.ts";
import { encodeProgram } from "../src/programs/encode.ts";
import type { Allowance, Argument, Program, Step } from "../src/programs/program.ts";
import { strictest } from "./values.bench.ts";

export const area = "shared";

function call(at: string, method: string, key: number, args: readonly Argument[]): Step {
  const footprint = { kind: "keys", reads: [], writes: [new Uint8Array(32).fill(key)] } as const;
  return {
    kind: "call",
    at: asContractName(at),
    method: asMethodName(method),
    footprint,
    args,
    // P2: up to four places, and a key.
    budget: asBudget(50_000),
  };
}

const payee: Argument = { kind: "literal", value: new Uint8Array(32).fill(9) };
const amount: Argument = { kind: "literal", value: 1_000_000n };

/** Money from one shard to another, in a group. */
const payment: Program = {
  steps: [
    call("north/tokens", "withdraw", 1, [amount]),
    call("south/tokens", "deposit", 2, [payee, { kind: "step", step: asStepIndex(0) }]),
  ],
  groups: [{ first: asStepIndex(0), count: 2 }],
};

const largest: Program = {
  steps: Array.from({ length: 64 }, (_, index) =>
    call(`north/tokens-${index % 8}`, "transfer", index % 16, [payee, amount]),
  ),
  groups: [],
};

const allowance: Allowance = { touches: ["north", "south"].map(asShardName), budget: asBudget(64 * 50_000) };

export default async function programs(bench: Bench): Promise<void> {
  for (const [name, program] of [
    ["payment of 2 steps", payment],
    ["program of 64 steps", largest],
  ] as const) {
    const payload = encodeProgram(program);
    assert(checkProgram(payload, allowance).kind === "program", `a ${name} is not void`);
    const items = payload.length / 1e6;
    const plain = { items, run: () => void decode(payload, strictest) };
    await bench.rate(`decode a ${name}`, "MB/s", { items, run: () => void decodeProgram(payload) }, plain);
    await bench.rate(`check a ${name}`, "MB/s", { items, run: () => void checkProgram(payload, allowance) }, plain);
  }
}
