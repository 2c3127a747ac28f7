// C2, C3: what an honest follower gives with its claim. A witness that nobody would read, because the nodes touched too
// much for one (`witnessKeysMax`, `witnessBytesMax`), is not made: `over-limit`.

import { type Position, type Result, type SparseError, success, utf8, witnessKeys } from "@tandem/shared";
import type { RanLane } from "../round/claim.ts";
import type { ContractState } from "../round/contract-state.ts";
import type { PendingProgram } from "../round/pending-programs.ts";
import type { RoundResult } from "../round/shard-execution.ts";
import type { LaneMaterial, LaneWitness, PlacedBlob, RoundMaterial } from "./material.ts";
import { positionText } from "./programs.ts";

/** Finds a blob that the shard was given, by its place. */
export type BlobAt = (position: Position) => PlacedBlob;

export type Witnessed<T> = Result<T, SparseError>;

/** Lane `index` of a round, to be checked alone. */
export function witnessLane(result: RoundResult, index: number, blobAt: BlobAt): Witnessed<LaneMaterial> {
  const witness = witnessOf(result.lanes[index] as RanLane, result.states[index] as ContractState);
  if (!witness.ok) return witness;
  const positions = new Map(witness.value.content.nodes.map((node) => [positionText(node), node]));
  return success({ witness: witness.value, blobs: [...positions.values()].map(blobAt) });
}

/** A round, to be checked with all that was pending before it. */
export function witnessRound(
  result: RoundResult,
  pending: readonly PendingProgram[],
  blobAt: BlobAt,
): Witnessed<RoundMaterial> {
  const names = result.lanes.map(({ lane }) => utf8(lane.contract));
  const contracts = witnessKeys(result.contracts, { reads: names, writes: [] });
  if (!contracts.ok) return contracts;
  const lanes: LaneWitness[] = [];
  for (const [index, lane] of result.lanes.entries()) {
    const witness = witnessOf(lane, result.states[index] as ContractState);
    if (!witness.ok) return witness;
    lanes.push(witness.value);
  }
  const entries = pending.map(({ ordered, entry }) => ({ entry, placed: blobAt(ordered) }));
  return success({ pending: entries, contracts: contracts.value, lanes });
}

function witnessOf({ content }: RanLane, { map, touched, record }: ContractState): Witnessed<LaneWitness> {
  const state = witnessKeys(map, touched);
  return state.ok ? success({ record, state: state.value, content }) : state;
}
