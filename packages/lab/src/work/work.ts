// What comes to a network from outside, and has to be ordered: items under consensus alone, blobs in the order stage.

import type { Instance } from "@tandem/simulator";
import type { LabInput, Observation } from "../nodes/words.ts";

/** Gives an input to an instance at a time. */
export type Give = (instance: Instance, input: LabInput, atMs: number) => void;

export interface Work {
  /** How much has to be ordered so far, by number. */
  readonly last: number;
  /** How long work that is there at that time, after the world healed, takes to reach everybody who may propose it. */
  spreadMs(nowMs: number): number;
  /** Views of honest leaders in which all of it is ordered then. */
  honestViews(): number;
  /** Gives what arrives before that time. */
  handOut(untilMs: number): void;
  /** The world is healed: gives once more what may be lost. Who was down did not hear, and who crashed forgot. */
  handOutAgain(nowMs: number): void;
  /** Whether this instance lacks some work up to that number as ordered. */
  isWaiting(instance: Instance, last: number): boolean;
  /** Of honest instances. */
  onObservation(observation: Observation, instance: Instance): void;
}
