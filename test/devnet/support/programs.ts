// Programs for the counters with which every network here begins, and blobs of its payers.

import { readFileSync } from "node:fs";
import { nativePayerScheme } from "@tandem/native";
import {
  type Argument,
  asAmount,
  asBudget,
  asContractName,
  asHeight,
  asMethodName,
  asNonce,
  asRoot,
  asStepIndex,
  type CallStep,
  encodeProgram,
  fromHex,
  leastAllowance,
  type Program,
  type SignedBlob,
  signBlob,
  utf8,
} from "@tandem/shared";
import { counterIn, type Fleet } from "./fleet.ts";

const farHeight = 1_000_000_000;

/** One step: adds to the total of that shard. */
export function add(shard: string, what: Argument): CallStep {
  const footprint = { kind: "keys", reads: [], writes: [utf8("total")] } as const;
  const at = asContractName(counterIn(shard));
  return { kind: "call", at, method: asMethodName("add"), args: [what], footprint, budget: asBudget(200_000) };
}

export const number = (value: bigint): Argument => ({ kind: "literal", value });
export const stepOf = (step: number): Argument => ({ kind: "step", step: asStepIndex(step) });

type Content = Pick<Parameters<typeof signBlob>[2], "touches" | "budget" | "payload">;

export function contentOf(program: Program): Content {
  return { ...leastAllowance(program), payload: encodeProgram(program) };
}

/** By one of the network's accounts. */
export function sign({ created }: Fleet, account: number, nonce: number, content: Content): SignedBlob {
  const file = created.accounts[account]?.file ?? "";
  const { secretKey } = JSON.parse(readFileSync(file, "utf8")) as { readonly secretKey: string };
  return signBlob(nativePayerScheme, fromHex(secretKey) as Uint8Array, {
    network: asRoot(fromHex(created.network) as Uint8Array),
    nonce: asNonce(nonce),
    expires: asHeight(farHeight),
    tip: asAmount(0n),
    transfers: [],
    ...content,
  });
}
