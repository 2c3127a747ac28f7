// A4: the frontiers after a block, for each shard its last attested claim. A shard without an entry stands at its genesis
// claim, which is no entry of the map: so the map of the genesis is empty, whatever shards there are.
//
// The map is immutable, and what a block makes of it shares what did not change: each block of a fork has its own. It has
// at most `shardsMax` entries, all in memory. Its version is the height of the block.

import {
  type AttestHeader,
  assert,
  type Frontier,
  frontierCodec,
  type Height,
  openKeys,
  openMap,
  type Reading,
  type Root,
  type Round,
  readUnder,
  type ShardName,
  type SparseMap,
  utf8,
} from "@tandem/shared";
import { frontierPrefix } from "./block-records.ts";
import type { AttestNetwork } from "./network.ts";

type Shards = AttestNetwork["shards"];

export class Frontiers {
  readonly #shards: Shards;
  /** From shard to encoded frontier. */
  readonly map: SparseMap;

  constructor(shards: Shards, map: SparseMap) {
    this.#shards = shards;
    this.map = map;
  }

  get root(): Root {
    return this.map.root;
  }

  /** Nothing only for a shard that the network does not have. */
  of(shard: ShardName): Frontier | undefined {
    const place = this.#shards.get(shard);
    if (place === undefined) return undefined;
    const bytes = this.map.get(utf8(shard));
    assert(bytes.ok, "all frontiers are in memory");
    if (bytes.value === undefined) return place.genesis.frontier;
    const frontier = frontierCodec.decode(bytes.value);
    assert(frontier.ok, "what stands in the map was encoded here, or lies under a root that was");
    return frontier.value;
  }

  /** After the block of this height, which moved these. */
  after(changes: ReadonlyMap<ShardName, Frontier>, height: Height): Frontiers {
    const entries = [...changes].map(([shard, frontier]) => ({
      key: utf8(shard),
      value: frontierCodec.encode(frontier),
    }));
    const map = this.map.apply(entries, height);
    assert(map.ok, "all frontiers are in memory");
    return new Frontiers(this.#shards, map.value);
  }
}

/** Those after the final block of a height, by its header; whole. */
export function* openFrontiers(
  shards: Shards,
  { height, frontiersRoot }: Pick<AttestHeader, "height" | "frontiersRoot">,
): Reading<Frontiers> {
  const map = yield* readUnder(frontierPrefix, openMap({ version: height, root: frontiersRoot }));
  yield* readUnder(frontierPrefix, openKeys(map, { reads: [...shards.keys()].map(utf8), writes: [] }));
  return new Frontiers(shards, map);
}

/** O10: what the order chain is told of a frontier. */
export interface Progress {
  readonly round: Round;
  /** Programs pending. */
  readonly pending: number;
}

export function progressOf(changes: ReadonlyMap<ShardName, Frontier>): ReadonlyMap<ShardName, Progress> {
  return new Map([...changes].map(([shard, { round, pending }]) => [shard, { round, pending: pending.count }]));
}
