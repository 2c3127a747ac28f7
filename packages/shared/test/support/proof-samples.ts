// Values of every proof, of the right form but proving nothing: for their encodings.

import type { HistoryProof, ListProof, NamespacedLeafProof, NamespaceProof } from "../../src/merkle/index.ts";
import type { Certificate } from "../../src/messages/certificate.ts";
import type { Export, Lane } from "../../src/messages/lane.ts";
import { asBlobIndex, asContractName, asShardName } from "../../src/numbers.ts";
import type { AttestationProof, FrontierProof, StateProof } from "../../src/proofs/attest.ts";
import type { HeaderProof } from "../../src/proofs/chain.ts";
import type { AccountProof, BlobProof, SetsProof, SliceProof } from "../../src/proofs/order.ts";
import type { ExportProof, OutcomeProof } from "../../src/proofs/outcome.ts";
import type { SparseProof, SparseWitness } from "../../src/sparse/proof.ts";
import * as samples from "./samples.ts";

const { attestHeader, bitmapOf, bytesOf, orderHeader, rootOf } = samples;

export const listProof: ListProof = { length: 150, branch: [rootOf(151), rootOf(152)] };
export const history = { size: 2 ** 40 + 5, peaks: [rootOf(153), rootOf(154), rootOf(155)] };
export const historyProof: HistoryProof = { path: [rootOf(156), rootOf(157)] };
export const touch = { index: asBlobIndex(70_158), blob: rootOf(159) };

export const namespaceProof: NamespaceProof = {
  left: [bytesOf(90, 160)],
  right: [bytesOf(90, 161), bytesOf(90, 162)],
  opened: bitmapOf("xx.x...x."),
};

export const namespacedLeafProof: NamespacedLeafProof = {
  steps: [
    { isLeft: true, node: bytesOf(90, 163) },
    { isLeft: false, node: bytesOf(90, 164) },
  ],
};

export const sparseProof: SparseProof = {
  shape: bytesOf(3, 165),
  hashes: bytesOf(64, 166),
  values: [bytesOf(5, 167), bytesOf(0, 0), bytesOf(7, 168)],
};

export const sparseWitness: SparseWitness = {
  reads: [bytesOf(2, 169), bytesOf(3, 170)],
  writes: [bytesOf(4, 171)],
  proof: sparseProof,
};

/** The certificate names the header, or a later one. */
function headerProofsOf<Header>(header: Header): readonly [HeaderProof<Header>, HeaderProof<Header>] {
  const certificate = samples.certificates[2] as Certificate;
  return [
    { header, descendant: { header, history: historyProof }, certificate },
    { header, descendant: undefined, certificate },
  ];
}

export const orderHeaderProofs = headerProofsOf(orderHeader);
export const attestHeaderProofs = headerProofsOf(attestHeader);
const [orderProof] = orderHeaderProofs;
const [attestProof] = attestHeaderProofs;

export const blobProof: BlobProof = { header: orderProof, index: asBlobIndex(172), blob: rootOf(173), item: listProof };

export const sliceProof: SliceProof = {
  header: orderProof,
  shard: asShardName("bank"),
  touches: [touch, { index: asBlobIndex(70_174), blob: rootOf(175) }],
  namespace: namespaceProof,
};

export const accountProof: AccountProof = { header: orderProof, payer: bytesOf(32, 176), entry: sparseProof };
export const setsProof: SetsProof = { header: orderProof, sets: samples.validatorSets };

export const attestationProof: AttestationProof = {
  header: attestProof,
  index: 177,
  claim: samples.claimSummary,
  bitmap: bitmapOf("x.xx"),
  signature: bytesOf(96, 178),
  item: listProof,
};

export const frontierProof: FrontierProof = { header: attestProof, shard: asShardName("bank"), entry: sparseProof };

export const stateProofs: readonly StateProof[] = [sparseProof, undefined].map((entry) => ({
  frontier: frontierProof,
  contract: asContractName("bank/coin"),
  record: sparseProof,
  entry: entry && { key: bytesOf(9, 179), proof: entry },
}));

function exportProofOf(proven: Export, number: number): ExportProof {
  return {
    attestation: attestationProof,
    lane: samples.lanes[0] as Lane,
    laneIndex: number,
    laneItem: listProof,
    export: proven,
    exportIndex: number + 1,
    exportItem: { length: number + 2, branch: [rootOf(number + 3)] },
  };
}

export const exportProofs = samples.laneExports.map((each, index) => exportProofOf(each, 180 + 4 * index));

export const outcomeProofs: readonly OutcomeProof[] = [
  { outcome: exportProofs[1] as ExportProof, verdict: exportProofs[2] as ExportProof },
  { outcome: exportProofs[0] as ExportProof, verdict: undefined },
];
