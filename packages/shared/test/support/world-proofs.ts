// Honest proofs of the test world: what somebody who has all of it hands to a client. `tip` is the height whose
// certificate is used; where it is the proven height itself, nothing goes through a history.

import { limits } from "../../src/limits.ts";
import { namespaceOfShard, proveListItem, type Touch, touchCodec } from "../../src/merkle/index.ts";
import type { Attestation } from "../../src/messages/attestation.ts";
import { summarizeClaim } from "../../src/messages/claim.ts";
import { exportCodec, laneCodec } from "../../src/messages/lane.ts";
import { compareNodes, type Node } from "../../src/messages/node.ts";
import { asBlobIndex, type ContractName, type ShardName, shardOf } from "../../src/numbers.ts";
import type {
  AccountProof,
  AttestationProof,
  BlobProof,
  ExportProof,
  FrontierProof,
  OutcomeProof,
  SetsProof,
  SliceProof,
  StateProof,
} from "../../src/proofs/index.ts";
import type { SparseMap } from "../../src/sparse/map.ts";
import { proveKeys, type SparseProof } from "../../src/sparse/proof.ts";
import { attestBlockAt, orderBlockAt, setsAt, type World } from "./world.ts";
import type { ShardState } from "./world-shards.ts";
import { bytesOf, must, present } from "./world-validators.ts";

function entryOf(map: SparseMap, key: Uint8Array): SparseProof {
  return must(proveKeys(map, { reads: [key], writes: [] }));
}

export async function blobProof(world: World, height: number, index: number, tip: number): Promise<BlobProof> {
  const roots = orderBlockAt(world, height).blobs.map(({ root }) => root);
  return {
    header: await world.order.prove(height, tip),
    index: asBlobIndex(index),
    blob: present(roots[index], `blob ${index}`),
    item: proveListItem(roots, limits.blockBlobsMax, index),
  };
}

export async function sliceProof(world: World, height: number, shard: ShardName, tip: number): Promise<SliceProof> {
  const slice = orderBlockAt(world, height).touches.proveNamespace(namespaceOfShard(shard));
  const touches = slice.leaves.map((leaf): Touch => must(touchCodec.decode(leaf)));
  return { header: await world.order.prove(height, tip), shard, touches, namespace: slice.proof };
}

export async function accountProof(
  world: World,
  height: number,
  payer: Uint8Array,
  tip: number,
): Promise<AccountProof> {
  const { ledger } = orderBlockAt(world, height);
  return { header: await world.order.prove(height, tip), payer, entry: entryOf(ledger, payer) };
}

export async function setsProof(world: World, height: number, tip: number): Promise<SetsProof> {
  return { header: await world.order.prove(height, tip), sets: setsAt(world, height) };
}

export async function attestationProof(
  world: World,
  height: number,
  index: number,
  tip: number,
): Promise<AttestationProof> {
  const { items, itemRoots } = attestBlockAt(world, height);
  const { claim, bitmap, signature } = present(items[index], `item ${index}`).value as Attestation;
  return {
    header: await world.attest.prove(height, tip),
    index,
    claim: summarizeClaim(claim),
    bitmap,
    signature,
    item: proveListItem(itemRoots, limits.attestItemsMax, index),
  };
}

export async function frontierProof(
  world: World,
  height: number,
  shard: ShardName,
  tip: number,
): Promise<FrontierProof> {
  const { frontiersMap } = attestBlockAt(world, height);
  return { header: await world.attest.prove(height, tip), shard, entry: entryOf(frontiersMap, bytesOf(shard)) };
}

export async function stateProof(
  world: World,
  height: number,
  contract: ContractName,
  /** Not used where the contract is absent. */
  key: Uint8Array | undefined,
  tip: number,
): Promise<StateProof> {
  const shard = shardOf(contract);
  const state = present(attestBlockAt(world, height).frontiers.get(shard), `frontier of ${shard}`);
  const map = state.states.get(contract);
  return {
    frontier: await frontierProof(world, height, shard, tip),
    contract,
    record: entryOf(state.contracts, bytesOf(contract)),
    entry: map && key && { key, proof: entryOf(map, key) },
  };
}

/** Where the world keeps what `contract` exported of `node`. */
function findExport(world: World, contract: ContractName, node: Node) {
  for (const state of world.shards.get(shardOf(contract)) ?? []) {
    const laneIndex = state.claim.lanes.findIndex((lane) => lane.contract === contract);
    const exportIndex = state.exports[laneIndex]?.findIndex((made) => compareNodes(made.node, node) === 0) ?? -1;
    if (exportIndex >= 0) return { state, laneIndex, exportIndex };
  }
  throw new Error(`${contract} exported nothing of ${JSON.stringify(node)}`);
}

function findAttestation(world: World, state: ShardState) {
  for (const [height, { items }] of world.attestBlocks.entries()) {
    const index = items.findIndex((item) => item.kind === "attestation" && item.value.claim === state.claim);
    if (index >= 0) return { height, index };
  }
  throw new Error(`round ${state.claim.round} of ${state.claim.shard} is not attested`);
}

export async function exportProof(world: World, contract: ContractName, node: Node, tip: number): Promise<ExportProof> {
  const { state, laneIndex, exportIndex } = findExport(world, contract, node);
  const { height, index } = findAttestation(world, state);
  const { lanes } = state.claim;
  const list = present(state.exports[laneIndex], "exports");
  return {
    attestation: await attestationProof(world, height, index, tip),
    lane: present(lanes[laneIndex], "lane"),
    laneIndex,
    laneItem: proveListItem(lanes.map(laneCodec.root), limits.lanesMax, laneIndex),
    export: present(list[exportIndex], "export"),
    exportIndex,
    exportItem: proveListItem(list.map(exportCodec.root), limits.laneItemsMax, exportIndex),
  };
}

export async function outcomeProof(
  world: World,
  contract: ContractName,
  node: Node,
  tip: number,
  /** The height whose certificate is used for the verdict. */
  verdictTip?: number,
): Promise<OutcomeProof> {
  const outcome = await exportProof(world, contract, node, tip);
  const { content } = outcome.export;
  if (verdictTip === undefined || content.kind !== "tentative") return { outcome, verdict: undefined };
  const { settlesAt, settlesIn } = content.value;
  const settle: Node = { ...node, step: settlesAt, kind: "settle" };
  return { outcome, verdict: await exportProof(world, settlesIn, settle, verdictTip) };
}
