// Completed subtrees of a history, in memory.

import type { Root } from "../numbers.ts";
import type { HistoryNode, HistoryPlace } from "./history.ts";
import type { HistoryReader } from "./history-proof.ts";

export class MemoryHistory implements HistoryReader {
  /** By level, then by index. */
  readonly #levels: Root[][] = [];

  keep(nodes: readonly HistoryNode[]): void {
    for (const { level, index, hash } of nodes) {
      this.#levels[level] ??= [];
      (this.#levels[level] as Root[])[index] = hash;
    }
  }

  async read(places: readonly HistoryPlace[]): Promise<readonly (Root | undefined)[]> {
    return places.map(({ level, index }) => this.#levels[level]?.[index]);
  }
}
