// C4: validators that lose their store in a run. What they signed in their committees is forgotten with it, so they follow and
// affirm nothing any more; their votes are in their journals, which are there. Clients do not trust them: what they accepted is
// gone too.

import type { Instance, LostArchiveFault } from "@tandem/simulator";
import type { Setting } from "./setting.ts";

/** Of worlds in which nobody does. */
export const nobody: Pick<Losses, "isOver"> = { isOver: () => false };

export class Losses {
  /** When each loses its store. */
  readonly #atUs: ReadonlyMap<Instance, number>;

  constructor({ world }: Pick<Setting, "world">) {
    const losses = world.faults.filter((fault): fault is LostArchiveFault => fault.kind === "lost-archive");
    this.#atUs = new Map(losses.map(({ instance, fromMs }) => [instance, 1000 * fromMs]));
  }

  get size(): number {
    return this.#atUs.size;
  }

  /** Whether it does so at some time. */
  has(instance: Instance): boolean {
    return this.#atUs.has(instance);
  }

  isOver(instance: Instance, timeUs: number): boolean {
    return timeUs >= (this.#atUs.get(instance) ?? Number.POSITIVE_INFINITY);
  }
}
