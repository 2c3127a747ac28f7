// What an author says of an environment, so that its calls can be drawn: configurations, and for each method how a call
// of it is built.

import type { Delivered, Environment, Footprint, Use, Value } from "@tandem/shared";
import type { Draw } from "./draw.ts";

/** The payers of drawn calls; configurations name them where they give rights or money. */
export const payers: readonly Uint8Array[] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));

/** What a call is built for. */
export interface Situation {
  readonly payer: Uint8Array;
  readonly height: number;
}

/** A call as a program would have it, with the footprint that the helpers of the environment give. */
export interface PlannedCall {
  readonly args: readonly Delivered[];
  readonly footprint: Footprint;
  /** P11: how the program uses the outcome; nobody does, unless this says so. */
  readonly uses?: readonly Use[];
  readonly grouped?: boolean;
}

export type Plan = (draw: Draw, situation: Situation) => PlannedCall;

export interface EnvironmentSubject {
  readonly environment: Environment;
  /** Configurations that `create` takes. */
  readonly configs: readonly Value[];
  /** Configurations that it refuses. */
  readonly badConfigs: readonly Value[];
  /** The codes of all its refusals. */
  readonly refusals: readonly string[];
  /** Names of the methods that end the contract (P10). */
  readonly endings: readonly string[];
  /** For each method but `create`, by its name. Some of the calls drawn from each must succeed. */
  readonly plans: Readonly<Record<string, Plan>>;
}
