// Work under consensus alone: numbered items, each given to every node.

import { type Instance, Random } from "@tandem/simulator";
import type { Node } from "../nodes/node.ts";
import type { Setting } from "../setting.ts";
import { Arrivals } from "./arrivals.ts";
import type { Give, Work } from "./work.ts";

export class ItemWork implements Work {
  readonly #setting: Setting;
  readonly #arrivals: Arrivals;
  readonly #spread: Random;
  readonly #nodes: readonly Node[];
  readonly #give: Give;
  /** Items that were handed out. */
  last = 0;

  /** `nodes` is filled as the world makes them. */
  constructor(setting: Setting, nodes: readonly Node[], give: Give) {
    const { seed } = setting.world;
    this.#setting = setting;
    this.#arrivals = new Arrivals(setting.workload, new Random(seed, "arrivals"));
    this.#spread = new Random(seed, "spread");
    this.#nodes = nodes;
    this.#give = give;
  }

  /** All have it before a demand begins. */
  spreadMs(): number {
    return 0;
  }

  honestViews(): number {
    return 1;
  }

  handOut(untilMs: number): void {
    const { workload, world } = this.#setting;
    for (const { item, atMs } of this.#arrivals.take(untilMs)) {
      this.last = item;
      for (const [instance] of world.instances.entries())
        this.#give(instance, { kind: "item", item }, atMs + this.#spread.below(workload.spreadMs + 1));
    }
  }

  handOutAgain(nowMs: number): void {
    for (const [instance, { room }] of this.#nodes.entries())
      for (let item = 1; item <= this.last; item++)
        if (!room.isOrdered(item)) this.#give(instance, { kind: "item", item }, nowMs + 1);
  }

  /** Items wait in the order in which they came, so an old one is among the first. */
  isWaiting(instance: Instance, last: number): boolean {
    for (const item of (this.#nodes[instance] as Node).room.waiting) if (item <= last) return true;
    return false;
  }

  /** Nodes are asked. */
  onObservation(): void {}
}
