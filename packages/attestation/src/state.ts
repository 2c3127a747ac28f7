// What an attest block leaves: its frontiers, its place in the history, and what it alone brought. States above the last
// final block are linked to those below, so what stands on one can look back through them; what is below the last final
// block lies in records (`block-records.ts`).

import {
  type AttestHeader,
  appendToHistory,
  attestHeaderCodec,
  type BlockRef,
  type Electorate,
  emptyHistory,
  equalBytes,
  type Frontier,
  type Height,
  type History,
  type HistoryNode,
  type Root,
  type Round,
  type ShardName,
  SparseMap,
} from "@tandem/shared";
import type { Fault } from "./faults.ts";
import { Frontiers } from "./frontiers.ts";
import type { AttestNetwork } from "./network.ts";

/** A final order block, as claims of its round see it. */
export interface OrderPlace {
  readonly root: Root;
  readonly attested: BlockRef;
}

/** Where what is said of final order blocks stands in the store. */
export interface OrderPlaces {
  placeKey(height: Height): Uint8Array;
  place(record: Uint8Array): OrderPlace;
}

/** What blocks are judged by: the network, and what Stage 2 needs of Stage 1's. */
export interface ChainSetting {
  readonly network: AttestNetwork;
  /** Of the order chain: who certifies what is cited, and whose votes can be evidence. */
  readonly order: Electorate;
  /** The genesis of the order chain; height 1 cites it or a later block (O3). */
  readonly orderGenesis: BlockRef;
  readonly places: OrderPlaces;
}

/** A claim that a block attested. */
export interface AttestedPlace {
  readonly shard: ShardName;
  readonly round: Round;
  readonly prev: Root;
  /** Of the attest block. */
  readonly height: Height;
  readonly claim: Root;
  /** What a source of later claims has to name. */
  readonly exports: Root;
}

export interface AttestState {
  readonly header: AttestHeader;
  readonly root: Root;
  readonly height: Height;
  /** Of all headers up to this one, and what this one completed in it. */
  readonly history: History;
  readonly completed: readonly HistoryNode[];
  readonly frontiers: Frontiers;
  /** Those that they were made from: what is to be stored is the difference. */
  readonly before: Frontiers;
  /** Of shards that it moved; the one that it moved last stands last. */
  readonly changes: ReadonlyMap<ShardName, Frontier>;
  readonly claims: readonly AttestedPlace[];
  readonly faults: readonly Fault[];
  /** Nothing for the last final one. */
  parent: AttestState | undefined;
}

export type StateChange = Pick<AttestState, "frontiers" | "changes" | "claims" | "faults">;

export function stateAfter(header: AttestHeader, root: Root, parent: AttestState, change: StateChange): AttestState {
  const { history, completed } = appendToHistory(parent.history, root);
  const before = parent.frontiers;
  return { ...change, before, header, root, height: header.height, history, completed, parent };
}

export function genesisState({ network }: ChainSetting): AttestState {
  const { header, shards } = network;
  const { history } = appendToHistory(emptyHistory, attestHeaderCodec.root(header));
  return baseState(header, history, new Frontiers(shards, SparseMap.empty));
}

/** The last final block, as it is found after a restart: what it brought is in the records. */
export function baseState(header: AttestHeader, history: History, frontiers: Frontiers): AttestState {
  const root = attestHeaderCodec.root(header);
  const nothing = { completed: [], changes: new Map(), claims: [], faults: [], parent: undefined };
  return { ...nothing, header, root, height: header.height, history, frontiers, before: frontiers };
}

/** The state and those below it, down to the last final one. */
export function* statesFrom(state: AttestState): Iterable<AttestState> {
  for (let at: AttestState | undefined = state; at !== undefined; at = at.parent) yield at;
}

/**
 * Whether the block that an order block cites is `state`'s or stands below it. It is final, and so is all that lies below
 * the last final block here: there both are on one chain.
 */
export function standsOn(state: AttestState, cited: BlockRef): boolean {
  if (cited.height > state.height) return false;
  for (const { height, root } of statesFrom(state)) {
    // The genesis of the order chain cites zero.
    if (height === cited.height && height > 0) return equalBytes(root, cited.root);
  }
  return true;
}
