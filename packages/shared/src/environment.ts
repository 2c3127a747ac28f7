// P9-P11: an environment is code behind one interface, a pure function of state and call. It is given a call
// and a host, and returns a value or why it refuses. There is no clock, no randomness and no I/O, and no call to
// another contract: only programs call. Everything it may know is in its arguments.
//
// Effects. What a call sets and deletes takes effect only if it returns a value, the value is the expected one
// (P4), and nothing faulted (P3).
//
// Faults. The host throws a `HostFault` when a call is over budget, leaves its footprint, or hands over what is
// no key or no value. A fault is final: every later use of the host throws it again, and the step is `Nothing`
// for its reason whatever the environment returns, so code that catches one gains nothing. Anything else that
// an environment throws is `trapped`. Neither has effects.
//
// Metering (P7). The host charges for its own operations by their sizes. An environment charges for its own work, by
// amounts that follow from its input alone, and before doing it.
//
// Creation (P10). A name comes to life by a call of `create` there: its first argument is the environment's
// name as text, the rest are the environment's own; genesis gives one, the contract's configuration. The executor
// finds the environment and checks the right to create. The call takes the whole contract, whose state is
// empty; if it returns no value there is no contract. `create` is never called on a contract that exists,
// and nothing else on one that does not. `Host.end` ends the contract, with its state as the call leaves it.

import type { NothingReason } from "./messages/lane.ts";
import type { ContractName, EnvironmentName, Height, MethodName, StepIndex, TimeMs } from "./numbers.ts";
import { asMethodName } from "./numbers.ts";
import type { Use } from "./programs/analysis.ts";
import type { Result } from "./result.ts";
import type { Value } from "./values/value.ts";

/** P3: a step's value, or `Nothing` with the reason and the step that it comes from. */
export type Outcome =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "nothing"; readonly why: NothingReason; readonly step: StepIndex };

/** P11: where the value that was delivered comes from, whatever the program might have delivered instead. */
export type Origin =
  | { readonly kind: "literal" }
  | { readonly kind: "pure" }
  | {
      readonly kind: "contract";
      readonly contract: ContractName;
      readonly environment: EnvironmentName;
      readonly method: MethodName;
      readonly step: StepIndex;
      /** How often the program names that outcome, alternatives included. */
      readonly uses: number;
      /** The step and all that name its outcome are of one group. */
      readonly grouped: boolean;
    };

export interface Delivered {
  readonly value: Value;
  readonly origin: Origin;
}

/** Nothing here may be changed by the environment, nor what it got from the host. */
export interface Call {
  readonly contract: ContractName;
  readonly method: MethodName;
  readonly args: readonly Delivered[];
  /** How the program uses this call's own outcome. */
  readonly uses: readonly Use[];
  /** The step is in a group, so its effects come about only if the whole group succeeds (P5). */
  readonly grouped: boolean;
  /** Ed25519 key of who signed the blob; 32 zero bytes for a contract that genesis creates. */
  readonly payer: Uint8Array;
  /** Of the block that ordered the blob. */
  readonly height: Height;
  readonly timeMs: TimeMs;
}

/** Why a call refuses: a stable code, and one sentence. The outcome says only `reverted`. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

export type Reply = Result<Value, Refusal>;

export interface Meter {
  /** Takes so many units, a whole number, from what is left of the step's budget. */
  charge(units: number): void;
}

/** The contract's own state, within the step's footprint. A written key may be read, and reads what was set. */
export interface Host extends Meter {
  get(key: Uint8Array): Value | undefined;
  set(key: Uint8Array, value: Value): void;
  delete(key: Uint8Array): void;
  /** Ends the contract, for a call that takes the whole of it (P10). */
  end(): void;
}

export class HostFault extends Error {
  readonly why: Extract<NothingReason, "budget" | "footprint" | "trapped">;

  constructor(why: HostFault["why"], message: string) {
    super(message);
    this.why = why;
  }
}

export interface Method {
  /** P6: a call may take the whole contract. */
  readonly whole: boolean;
  run(call: Call, host: Host): Reply;
}

export interface Environment {
  readonly name: EnvironmentName;
  readonly methods: ReadonlyMap<MethodName, Method>;
}

/** P12: a function of values alone. Whoever needs its outcome computes it. */
export interface PureFunction {
  readonly name: MethodName;
  run(args: readonly Value[], meter: Meter): Reply;
}

export const createMethod = asMethodName("create");
