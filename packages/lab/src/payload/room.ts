// The room above consensus at one node: what waits to be ordered, building and checking of blocks. What waits is in
// memory alone, so a crash forgets it; what is ordered is known from the delivered blocks.
//
// A block is valid if it is sound and orders nothing that its ancestors did. So a machine that builds or checks on
// the wrong ancestors is found out.

import type { BlockInfo } from "@tandem/consensus";
import type { View } from "@tandem/shared";
import { type Block, blockItemsMax, isSound, itemsOf, toyBlock } from "./block.ts";

export class Room {
  readonly #waiting = new Set<number>();
  readonly #ordered = new Set<number>();

  readonly #salt: number;

  /** `delivered` are the blocks on disk. The salt goes into what is built: twins never build the same. */
  constructor(delivered: readonly Block[], salt: number) {
    this.#salt = salt;
    for (const block of delivered) this.deliver(block);
  }

  /** O8: whether there is something to propose. */
  get hasWork(): boolean {
    return this.#waiting.size > 0;
  }

  get waiting(): ReadonlySet<number> {
    return this.#waiting;
  }

  isOrdered(item: number): boolean {
    return this.#ordered.has(item);
  }

  add(item: number): void {
    if (!this.#ordered.has(item)) this.#waiting.add(item);
  }

  deliver(block: Block): void {
    for (const item of itemsOf(block)) {
      this.#ordered.add(item);
      this.#waiting.delete(item);
    }
  }

  /** Nothing if there is nothing to order and an empty block is not wanted. */
  build(view: View, parent: BlockInfo, ancestors: readonly Block[], isWanted: boolean): Block | undefined {
    const above = new Set(ancestors.flatMap(itemsOf));
    const items: number[] = [];
    for (const item of this.#waiting) {
      if (items.length === blockItemsMax) break;
      if (!above.has(item)) items.push(item);
    }
    if (items.length === 0 && !isWanted) return undefined;
    return toyBlock({ view, parent, salt: this.#salt, items });
  }

  check(block: Block, ancestors: readonly Block[]): "valid" | "invalid" {
    const above = new Set(ancestors.flatMap(itemsOf));
    const isRepeated = (item: number) => this.#ordered.has(item) || above.has(item);
    return isSound(block) && !itemsOf(block).some(isRepeated) ? "valid" : "invalid";
  }
}
