// C6: where two claims of one shard first differ, as far as their contents tell. What a round did stands in its exports,
// in line order: one for each step and settle that ran. So the first export that differs names the node, and shows what
// each side says of it, also where one side ran a node and the other did not. Where the exports agree, what is left is
// a root that differs: of what was used (`inputs`, `sources`), of a contract before and after, or of the shard; or the round,
// for a quorum can sign all the same for another one.

import {
  type Claim,
  type ContractName,
  compareNodes,
  compareText,
  type Export,
  equalBytes,
  exportCodec,
  type Lane,
  type Node,
  type Root,
  type Round,
  summarizeClaim,
} from "@tandem/shared";
import type { ClaimContent } from "../content/claim-content.ts";

export type Difference =
  | ({ readonly what: "export"; readonly contract: ContractName; readonly node: Node } & Both<Export["content"]>)
  | ({ readonly what: LaneRoot; readonly contract: ContractName } & Both<Root>)
  | ({ readonly what: ClaimRoot } & Both<Root>)
  | ({ readonly what: "pending" } & Both<Claim["pending"]>)
  /** And in nothing else. */
  | ({ readonly what: "round" } & Both<Round>)
  /** There was no work in that round (C1). */
  | { readonly what: "idle" };

type LaneRoot = "nodes" | "inputs" | "pre" | "post" | "exports";
type ClaimRoot = "prev" | "sources" | "contracts";

/** Nothing where one side has none. */
interface Both<Value> {
  readonly own: Value | undefined;
  readonly theirs: Value | undefined;
}

/** Nothing only for equal claims. */
export function firstDifference(own: ClaimContent, theirs: ClaimContent): Difference | undefined {
  const lanes = lanePairs(own, theirs);
  const exported = lanes.flatMap((pair) => exportDifference(pair) ?? []).sort((a, b) => compareNodes(a.node, b.node));
  return exported[0] ?? lanes.map(laneDifference).find((each) => each !== undefined) ?? claimDifference(own, theirs);
}

interface HeldLane {
  readonly lane: Lane;
  readonly exports: readonly Export[];
}

interface LanePair extends Both<HeldLane> {
  readonly contract: ContractName;
}

/** The lanes of both, by contract. */
function lanePairs(own: ClaimContent, theirs: ClaimContent): readonly LanePair[] {
  const [ours, others] = [lanesOf(own), lanesOf(theirs)];
  const contracts = [...new Set([...ours.keys(), ...others.keys()])].sort(compareText);
  return contracts.map((contract) => ({ contract, own: ours.get(contract), theirs: others.get(contract) }));
}

function lanesOf({ claim, exports }: ClaimContent): ReadonlyMap<ContractName, HeldLane> {
  return new Map(claim.lanes.map((lane, at) => [lane.contract, { lane, exports: exports[at] ?? [] }]));
}

function exportDifference({ contract, own, theirs }: LanePair) {
  const [ours, others] = [own?.exports ?? [], theirs?.exports ?? []];
  for (let at = 0; at < ours.length || at < others.length; at++) {
    const [mine, other] = [ours[at], others[at]];
    if (mine !== undefined && other !== undefined && equalBytes(exportCodec.encode(mine), exportCodec.encode(other))) {
      continue;
    }
    const order = mine === undefined ? 1 : other === undefined ? -1 : compareNodes(mine.node, other.node);
    const { node } = (order <= 0 ? mine : other) as Export;
    const sides = { own: order <= 0 ? mine?.content : undefined, theirs: order >= 0 ? other?.content : undefined };
    return { what: "export" as const, contract, node, ...sides };
  }
  return undefined;
}

const laneRoots: readonly LaneRoot[] = ["nodes", "inputs", "pre", "post", "exports"];

function laneDifference({ contract, own, theirs }: LanePair): Difference | undefined {
  for (const what of laneRoots) {
    const [mine, other] = [own?.lane[what], theirs?.lane[what]];
    if (mine === undefined || other === undefined || !equalBytes(mine, other)) {
      return { what, contract, own: mine, theirs: other };
    }
  }
  return undefined;
}

const claimRoots: readonly ClaimRoot[] = ["prev", "sources", "contracts"];

function claimDifference(own: ClaimContent, theirs: ClaimContent): Difference | undefined {
  const [mine, other] = [summarizeClaim(own.claim), summarizeClaim(theirs.claim)];
  for (const what of claimRoots) {
    if (!equalBytes(mine[what], other[what])) return { what, own: mine[what], theirs: other[what] };
  }
  const isSame = mine.pending.count === other.pending.count && equalBytes(mine.pending.root, other.pending.root);
  if (!isSame) return { what: "pending", own: mine.pending, theirs: other.pending };
  return mine.round === other.round ? undefined : { what: "round", own: mine.round, theirs: other.round };
}
