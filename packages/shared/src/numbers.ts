// Different kinds of number and name are different types, so that a view cannot be passed for a height.
// Each `asX` is for values that we made: it asserts. What comes from outside goes through a decoder.

import { assert } from "./assert.ts";
import { limits } from "./limits.ts";

declare const brand: unique symbol;
type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Place in the chain that the context names; without a word about it, the order chain. */
export type Height = Brand<number, "Height">;
/** Work that becomes due at the order height of the same number (section 5). */
export type Round = Brand<number, "Round">;
/** One attempt of one leader to add a block (section 8). */
export type View = Brand<number, "View">;
export type Epoch = Brand<number, "Epoch">;
/** Place of a validator in its set, in the order of genesis. */
export type ValidatorIndex = Brand<number, "ValidatorIndex">;
export type BlobIndex = Brand<number, "BlobIndex">;
export type StepIndex = Brand<number, "StepIndex">;
export type Nonce = Brand<number, "Nonce">;
/** Milliseconds since 1970-01-01 UTC. */
export type TimeMs = Brand<number, "TimeMs">;
/** Units of metered work (P7). */
export type Budget = Brand<number, "Budget">;
/** Value of the ledger, in its smallest unit. */
export type Amount = Brand<bigint, "Amount">;
export type Weight = Brand<bigint, "Weight">;

/** A 32-byte hash that commits to something. */
export type Root = Brand<Uint8Array, "Root">;

/** One segment of a name: 1–28 of `[a-z0-9-]`. */
export type ShardName = Brand<string, "ShardName">;
export type EnvironmentName = Brand<string, "EnvironmentName">;
export type MethodName = Brand<string, "MethodName">;
/** `shard/name` (section 1); both parts are name segments. */
export type ContractName = Brand<string, "ContractName">;

const segment = new RegExp(`^[a-z0-9-]{1,${limits.nameBytesMax}}$`);
const address = new RegExp(`^[a-z0-9-]{1,${limits.nameBytesMax}}/[a-z0-9-]{1,${limits.nameBytesMax}}$`);

export function isName(text: string): boolean {
  return segment.test(text);
}

export function isContractName(text: string): text is ContractName {
  return address.test(text);
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function count(value: number, what: string): number {
  assert(isCount(value), `${what} is a whole number from 0 to 2^53-1, not ${value}`);
  return value;
}

export const asHeight = (value: number) => count(value, "a height") as Height;
export const asRound = (value: number) => count(value, "a round") as Round;
export const asView = (value: number) => count(value, "a view") as View;
export const asEpoch = (value: number) => count(value, "an epoch") as Epoch;
export const asValidatorIndex = (value: number) => count(value, "a validator index") as ValidatorIndex;
export const asBlobIndex = (value: number) => count(value, "a blob index") as BlobIndex;
export const asStepIndex = (value: number) => count(value, "a step index") as StepIndex;
export const asNonce = (value: number) => count(value, "a nonce") as Nonce;
export const asTimeMs = (value: number) => count(value, "a time") as TimeMs;
export const asBudget = (value: number) => count(value, "a budget") as Budget;

export function asAmount(value: bigint): Amount {
  assert(value >= 0n && value < 1n << 128n, `an amount is from 0 to 2^128-1, not ${value}`);
  return value as Amount;
}

export function asWeight(value: bigint): Weight {
  assert(value >= 0n && value < 1n << 64n, `a weight is from 0 to 2^64-1, not ${value}`);
  return value as Weight;
}

export function asRoot(bytes: Uint8Array): Root {
  assert(bytes.length === 32, `a root has 32 bytes, not ${bytes.length}`);
  return bytes as Root;
}

function asSegment(text: string, what: string): string {
  assert(isName(text), `${what} is 1-${limits.nameBytesMax} of [a-z0-9-], not ${JSON.stringify(text)}`);
  return text;
}

export const asShardName = (text: string) => asSegment(text, "a shard name") as ShardName;
export const asEnvironmentName = (text: string) => asSegment(text, "an environment name") as EnvironmentName;
export const asMethodName = (text: string) => asSegment(text, "a method name") as MethodName;

export function asContractName(text: string): ContractName {
  assert(isContractName(text), `a contract name is shard/name, not ${JSON.stringify(text)}`);
  return text;
}

export function shardOf(contract: ContractName): ShardName {
  return contract.slice(0, contract.indexOf("/")) as ShardName;
}

export const zeroRoot = new Uint8Array(32) as Root;
