// C2: outcomes. An export is proven from the attested claim down: claim → lanes → lane → exports → export.
// A step outside every group exports its outcome. A grouped step's is tentative, and says where its group settles: the
// verdict exported there makes of it the settled outcome that the program's other steps see (P5).

import type { Electorate } from "../certificates.ts";
import { limits } from "../limits.ts";
import { type ListProof, listProofType, verifyListItem } from "../merkle/index.ts";
import type { AttestHeader } from "../messages/attest-header.ts";
import type { ClaimSummary } from "../messages/claim.ts";
import {
  type EncodedOutcome,
  type Export,
  exportCodec,
  exportType,
  type GroupVerdict,
  type Lane,
  laneCodec,
  laneType,
  type TentativeOutcome,
} from "../messages/lane.ts";
import { compareNodes, type Node } from "../messages/node.ts";
import { shardOf } from "../numbers.ts";
import { failure, success } from "../result.ts";
import { codec, container, optional, type Type, uint32 } from "../ssz/index.ts";
import { type AttestationProof, attestationProofCodec, verifyAttestation } from "./attest.ts";
import { at, type Proven } from "./chain.ts";

export interface ExportProof {
  readonly attestation: AttestationProof;
  readonly lane: Lane;
  readonly laneIndex: number;
  readonly laneItem: ListProof;
  readonly export: Export;
  readonly exportIndex: number;
  readonly exportItem: ListProof;
}

/** "The attested claim exports this from a node of this lane's contract." */
export interface ProvenExport {
  readonly header: AttestHeader;
  readonly claim: ClaimSummary;
  readonly lane: Lane;
  readonly export: Export;
}

const exportProofType: Type<ExportProof> = container({
  attestation: attestationProofCodec.type,
  lane: laneType,
  laneIndex: uint32,
  laneItem: listProofType,
  export: exportType,
  exportIndex: uint32,
  exportItem: listProofType,
});
export const exportProofCodec = codec("export-proof", exportProofType);

export function verifyExport(electorate: Electorate, proof: ExportProof): Proven<ProvenExport> {
  const { lane, laneIndex, laneItem, exportIndex, exportItem } = proof;
  const attested = verifyAttestation(electorate, proof.attestation);
  if (!attested.ok) return at("attestation", attested.error);
  const { header, claim } = attested.value;
  const inClaim = verifyListItem(claim.lanes, limits.lanesMax, laneIndex, laneCodec.root(lane), laneItem);
  if (!inClaim.ok) return at("laneItem", inClaim.error);
  // A committee speaks for its own shard alone: its lanes prove nothing about contracts of others.
  if (shardOf(lane.contract) !== claim.shard) {
    return failure("wrong-shard", "lane.contract", `${lane.contract} does not lie in ${claim.shard}`);
  }
  const leaf = exportCodec.root(proof.export);
  const inLane = verifyListItem(lane.exports, limits.laneItemsMax, exportIndex, leaf, exportItem);
  if (!inLane.ok) return at("exportItem", inLane.error);
  return success({ header, claim, lane, export: proof.export });
}

export interface OutcomeProof {
  readonly outcome: ExportProof;
  /** For a grouped step: the verdict of its group, by the contract that the tentative outcome names. */
  readonly verdict: ExportProof | undefined;
}

export interface ProvenOutcome {
  readonly export: ProvenExport;
  /** Of a grouped step. */
  readonly verdict: ProvenExport | undefined;
  /** As seen from outside the group (P5): if the group failed, `Nothing{group}` naming the step that failed first. */
  readonly outcome: EncodedOutcome;
}

export const outcomeProofCodec = codec<OutcomeProof>(
  "outcome-proof",
  container({ outcome: exportProofType, verdict: optional(exportProofType) }),
);

export function verifyOutcome(electorate: Electorate, proof: OutcomeProof): Proven<ProvenOutcome> {
  const step = verifyExport(electorate, proof.outcome);
  if (!step.ok) return at("outcome", step.error);
  const { node, content } = step.value.export;
  if (content.kind === "verdict") return failure("wrong-kind", "outcome.export", "a verdict is no step's outcome");
  if (content.kind === "tentative") return verifySettled(electorate, step.value, node, content.value, proof.verdict);
  if (proof.verdict !== undefined) return failure("wrong-kind", "verdict", "a step outside groups has no verdict");
  return success({ export: step.value, verdict: undefined, outcome: content.value });
}

function verifySettled(
  electorate: Electorate,
  step: ProvenExport,
  node: Node,
  tentative: TentativeOutcome,
  verdict: ExportProof | undefined,
): Proven<ProvenOutcome> {
  if (verdict === undefined) return failure("not-there", "verdict", "a grouped outcome needs its group's verdict");
  const settled = verifyExport(electorate, verdict);
  if (!settled.ok) return at("verdict", settled.error);
  const { lane, export: settle } = settled.value;
  const place: Node = { ...node, step: tentative.settlesAt, kind: "settle" };
  // One contract speaks for the group: the word of any other, even of the group, is not what the step's claim rests on.
  if (lane.contract !== tentative.settlesIn || compareNodes(settle.node, place) !== 0) {
    return failure("wrong-kind", "verdict.export", "this is not the settle of the step's group");
  }
  if (settle.content.kind !== "verdict") return failure("wrong-kind", "verdict.export", "this is no verdict");
  return success({ export: step, verdict: settled.value, outcome: settledOutcome(tentative, settle.content.value) });
}

/** P5: all steps of a group that failed are `Nothing`, naming the first whose tentative outcome is. */
function settledOutcome({ outcome }: TentativeOutcome, { failed }: GroupVerdict): EncodedOutcome {
  return failed === undefined ? outcome : { kind: "nothing", value: { why: "group", step: failed } };
}
