// P1: what a blob's payload decodes to. The payload is canonical CBOR (`values/reader.ts`) of this grammar,
// in the notation of RFC 8610:
//
//   program  = { ? groups: [1*64 group], steps: [1*64 step] }
//   group    = [first: uint, count: uint]              ; P5: so many steps from that one on
//   step     = call / pure
//   call     = {
//     at: contract, method: name, ? args: [1*16 argument], budget: uint, ? expect: value,
//     (? reads: [1* key], ? writes: [1* key]) // whole: true           ; P6: the footprint
//   }
//   pure     = { pure: name, ? args: [1*16 argument], budget: uint, ? expect: value }
//   argument = operand / [step: uint, or: operand]     ; P3: what to use instead of `Nothing`
//   operand  = uint                                    ; the outcome of an earlier step
//            / [value]                                 ; a literal
//   key      = bytes .size (1..128)                    ; sorted, unique; a written key may be read, and
//                                                      ; does not stand in `reads` again
//   contract = text, shard/name;   name = text, 1-28 of a-z 0-9 -;   value = P8
//
// There is one encoding per program: keys of maps stand in canonical order, and what is empty is left out.
// A footprint without keys reads only whether the contract exists (P10), which every step reads.

import type { Budget, ContractName, MethodName, ShardName, StepIndex } from "../numbers.ts";
import type { Failure } from "../result.ts";
import type { Value, ValueCode } from "../values/value.ts";

export interface Program {
  readonly steps: readonly Step[];
  readonly groups: readonly Group[];
}

export type Step = CallStep | PureStep;

interface AnyStep {
  readonly args: readonly Argument[];
  readonly budget: Budget;
  /** P4: the value that the step must yield. */
  readonly expect?: Value;
}

export interface CallStep extends AnyStep {
  readonly kind: "call";
  readonly at: ContractName;
  readonly method: MethodName;
  readonly footprint: Footprint;
}

export interface PureStep extends AnyStep {
  readonly kind: "pure";
  /** A pure function; these are named like methods. */
  readonly pure: MethodName;
}

/** P6. Keys are sorted and unique; a written key may be read too, and stands in `writes` alone. */
export type Footprint =
  | { readonly kind: "keys"; readonly reads: readonly Uint8Array[]; readonly writes: readonly Uint8Array[] }
  | { readonly kind: "whole" };

export interface Literal {
  readonly kind: "literal";
  readonly value: Value;
}

export interface Reference {
  readonly kind: "step";
  readonly step: StepIndex;
}

export type Operand = Literal | Reference;

/** A step's outcome, or something else where that is `Nothing` (P3). */
export interface Either {
  readonly kind: "either";
  readonly step: StepIndex;
  readonly or: Operand;
}

export type Argument = Operand | Either;

/** P5: `count` steps from `first` on, all or nothing. */
export interface Group {
  readonly first: StepIndex;
  readonly count: number;
}

/** Why a payload is void. */
export type VoidCode =
  | ValueCode // it is not canonical CBOR, a literal is no value, or a number is out of range
  | "bad-shape" // another type than the grammar has there, a key that it does not know, or one missing
  | "bad-name" // a contract, method or function cannot have this name
  | "empty-list" // what is empty is left out; and a program has steps
  | "too-many-steps"
  | "too-many-arguments"
  | "too-many-keys"
  | "bad-key" // no byte, or too many
  | "bad-key-order" // keys of a footprint are not sorted and unique
  | "key-twice" // a written key stands among those read
  | "bad-reference" // not to an earlier step
  | "empty-group"
  | "bad-group-order" // groups overlap, or are not in order
  | "bad-group-range" // a group reaches beyond the steps
  | "idle-group" // it may write nothing, so there is nothing to be done or not (P5)
  | "budget-too-small" // a call's budget does not pay for the places of its outcome and the keys of its footprint
  | "untouched-shard" // a contract lies in a shard that the envelope does not touch
  | "over-budget" // the steps' budgets are more than the envelope's
  | "too-many-hops";

export type VoidFailure = Failure<VoidCode>;

/** What an envelope allows its program (O1); any envelope is one. */
export interface Allowance {
  readonly touches: readonly ShardName[];
  readonly budget: Budget;
}
