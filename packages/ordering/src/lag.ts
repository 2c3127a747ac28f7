// O10: how far shards are behind, and so who may bring them more.
//
// A shard is behind, for a block that cites some frontiers, if it was touched at a height that no claim covers yet and
// that lies more than `lagMax` below the block, or if more than `pendingMax` programs are pending in it. A claim of round t
// covers all heights up to t.

import { asHeight, asRound, type Height, type ShardName } from "@tandem/shared";
import type { OrderNetwork } from "./network.ts";
import type { ShardProgress } from "./types.ts";

/** By shard; one that is absent has made no claim but that of the genesis. */
export type Frontiers = ReadonlyMap<ShardName, ShardProgress>;

const genesisProgress: ShardProgress = { round: asRound(0), pending: 0 };

export function progressOf(frontiers: Frontiers, shard: ShardName): ShardProgress {
  return frontiers.get(shard) ?? genesisProgress;
}

/** A block on the way from the last executed final one, as lag sees it. */
export interface Touching {
  readonly height: Height;
  readonly touched: ReadonlySet<ShardName>;
}

/** For each shard the heights up to the last executed final block that touched it and that no cited claim covers. */
export class Lag {
  readonly #network: OrderNetwork;
  readonly #heights = new Map<ShardName, Height[]>();

  constructor(network: OrderNetwork, heights: Iterable<readonly [ShardName, readonly Height[]]>) {
    this.#network = network;
    for (const [shard, list] of heights) this.#heights.set(shard, [...list]);
  }

  /** A block became final, and with it its citation. */
  settle({ height, touched }: Touching, frontiers: Frontiers): void {
    for (const shard of touched) {
      const list = this.#heights.get(shard);
      if (list === undefined) this.#heights.set(shard, [height]);
      else list.push(height);
    }
    for (const [shard, list] of this.#heights) {
      const { round } = progressOf(frontiers, shard);
      const covered = firstAbove(list, round);
      if (covered === list.length) this.#heights.delete(shard);
      else if (covered > 0) list.splice(0, covered);
    }
  }

  /** Sorted by shard, as it is stored. */
  entries(): (readonly [ShardName, readonly Height[]])[] {
    return [...this.#heights].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /**
   * Whether a blob that touches `shard` may not be in the block of `height`, by the frontiers that it cites; `above` are
   * the blocks between the last executed one and it, in order.
   */
  isBehind(shard: ShardName, frontiers: Frontiers, above: readonly Touching[], height: Height): boolean {
    const { lagMax, pendingMax } = this.#network.genesis.limits;
    const { round, pending } = progressOf(frontiers, shard);
    if (pending > pendingMax) return true;
    const first = this.#firstUnclaimed(shard, round, above);
    return first !== undefined && height - first > lagMax;
  }

  #firstUnclaimed(shard: ShardName, round: number, above: readonly Touching[]): Height | undefined {
    const list = this.#heights.get(shard) ?? [];
    const first = list[firstAbove(list, round)];
    return first ?? above.find((block) => block.height > round && block.touched.has(shard))?.height;
  }
}

/** The place of the first of these rising heights that is above `round`. */
function firstAbove(heights: readonly Height[], round: number): number {
  let low = 0;
  let high = heights.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((heights[middle] ?? asHeight(0)) <= round) low = middle + 1;
    else high = middle;
  }
  return low;
}
