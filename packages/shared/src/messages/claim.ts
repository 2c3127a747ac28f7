// C1: "given these steps, this state and these inputs, execution gives that state and those exports": true
// or false by itself. A claim's root is what followers affirm and what attestations carry.

import { limits } from "../limits.ts";
import type { Epoch, Root, Round, ShardName } from "../numbers.ts";
import { codec, container, list, sortedList, type Type, uint53 } from "../ssz/index.ts";
import { compareText, epochType, rootType, roundType, shardNameType } from "./common.ts";
import { type Lane, laneType } from "./lane.ts";

/** A claim whose exports the due nodes used. */
export interface Source {
  readonly shard: ShardName;
  readonly round: Round;
  readonly exports: Root;
}

/** C3: the map of programs that still have a node to run here. */
export interface PendingRef {
  readonly count: number;
  readonly root: Root;
}

interface ClaimFields<Sources, Lanes> {
  readonly epoch: Epoch;
  readonly shard: ShardName;
  readonly round: Round;
  /** The shard's previous claim. */
  readonly prev: Root;
  readonly sources: Sources;
  readonly lanes: Lanes;
  /** Root of the shard's map from contract name to record, afterwards. */
  readonly contracts: Root;
  readonly pending: PendingRef;
}

export type Claim = ClaimFields<readonly Source[], readonly Lane[]>;
/** A claim with its lists replaced by their roots: the same root, in a few hundred bytes. */
export type ClaimSummary = ClaimFields<Root, Root>;

const sourceType: Type<Source> = container({ shard: shardNameType, round: roundType, exports: rootType });
export const pendingRefType: Type<PendingRef> = container({ count: uint53, root: rootType });

const sourcesType = sortedList(
  sourceType,
  limits.sourcesMax,
  (a, b) => compareText(a.shard, b.shard) || a.round - b.round,
);
const lanesType = sortedList(laneType, limits.lanesMax, (a, b) => compareText(a.contract, b.contract));

function claimContainer<Sources, Lanes>(sources: Type<Sources>, lanes: Type<Lanes>): Type<ClaimFields<Sources, Lanes>> {
  return container({
    epoch: epochType,
    shard: shardNameType,
    round: roundType,
    prev: rootType,
    sources,
    lanes,
    contracts: rootType,
    pending: pendingRefType,
  }) as Type<ClaimFields<Sources, Lanes>>;
}

export const claimType: Type<Claim> = claimContainer(sourcesType, lanesType);
export const claimSummaryType: Type<ClaimSummary> = claimContainer(rootType, rootType);
export const claimCodec = codec("claim", claimType);
export const claimSummaryCodec = codec("claim-summary", claimSummaryType);

const sourcesCodec = codec("sources", sourcesType);
const lanesCodec = codec("lanes", lanesType);
const exportsCodec = codec("exports", list(rootType, limits.lanesMax));

export function summarizeClaim(claim: Claim): ClaimSummary {
  return { ...claim, sources: sourcesCodec.root(claim.sources), lanes: lanesCodec.root(claim.lanes) };
}

/** What a source names: the roots of the exports of all lanes, in lane order. */
export function exportsRootOf({ lanes }: { readonly lanes: readonly Pick<Lane, "exports">[] }): Root {
  return exportsCodec.root(lanes.map((lane) => lane.exports));
}
