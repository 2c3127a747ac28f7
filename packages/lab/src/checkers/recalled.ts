// S8: who lost its store says again, as its journal has it, what it voted for: what it checked then is gone with the store.
// Which votes that are stands in the journal with which it began.

import type { Instance } from "@tandem/simulator";
import { type Losses, nobody } from "../losses.ts";
import type { Observation } from "../nodes/words.ts";
import { notarizedIn } from "./durable-first.ts";

export class Recalled {
  readonly #losses: Pick<Losses, "isOver">;
  /** By instance, the blocks. */
  readonly #blocks = new Map<Instance, ReadonlySet<string>>();

  constructor(losses: Pick<Losses, "isOver"> = nobody) {
    this.#losses = losses;
  }

  /** Of the chain whose votes these are. */
  see(observation: Observation, instance: Instance, timeUs: number): void {
    if (observation.kind === "booted" && this.#losses.isOver(instance, timeUs))
      this.#blocks.set(instance, notarizedIn(observation.journal));
  }

  /** `root` in hexadecimal. */
  has(instance: Instance, root: string): boolean {
    return this.#blocks.get(instance)?.has(root) === true;
  }
}
