// The words of explanations: what is found, what travels, and what is asked of the shell.

import type { CommittedMap } from "@tandem/execution";
import {
  bounded,
  type ContractName,
  container,
  contractNameType,
  type Export,
  limits,
  type MapPart,
  type MapPlace,
  mapPartType,
  type Node,
  oneOf,
  optional,
  type Root,
  type Round,
  refine,
  rootType,
  roundType,
  type ShardName,
  shardNameType,
  type Type,
  uint16,
  uint53,
} from "@tandem/shared";
import type { Peer } from "../content/types.ts";
import type { Difference } from "../following/difference.ts";
import type { Dispute } from "../following/types.ts";

/** C6: what an explanation comes to. */
export interface Explanation {
  readonly dispute: Dispute;
  readonly difference: Difference;
  /** Keys whose values differ, in the order of their paths; those of the contract that `difference` names come first. */
  readonly keys: readonly KeyDifference[];
  readonly end: ExplanationEnd;
}

export type ExplanationEnd =
  /** These are all keys that differ. With none of them, only roots of the claims differ, and no state. */
  | "all"
  /** There are more. */
  | "more"
  /** They do not show the state behind their claim. */
  | "not-shown"
  /** A root in their claim is that of no map: no state can be behind it. */
  | "no-map"
  /** The own state of that round is not kept. */
  | "not-kept"
  /** The claims are of different rounds, so their states are not of one moment. */
  | "other-rounds";

export interface KeyDifference {
  readonly map: CommittedMap;
  readonly key: Uint8Array;
  /**
   * Of `state` a value in canonical encoding (P8), of `contracts` an encoded record (C1), of `pending` the root of an
   * entry (C3). Nothing where the key is not in the map.
   */
  readonly own: Uint8Array | undefined;
  readonly theirs: Uint8Array | undefined;
  /** Of `state` and `contracts`: what may have touched the key in that round. */
  readonly lane: LaneTouches | undefined;
}

export interface LaneTouches {
  readonly contract: ContractName;
  /** Nodes of the contract that one side or both ran in the round: none if the contract had no work. */
  readonly nodeCount: number;
  /** Of these, such whose program is not known here. */
  readonly unknownCount: number;
  /** Of these, such whose footprint has the key. If there is none, no step explains the difference. */
  readonly touchingCount: number;
  /** The first of them in line order. */
  readonly touching: readonly TouchingNode[];
}

export interface TouchingNode {
  readonly node: Node;
  readonly access: "reads" | "writes" | "whole";
  /** What each side says of it; nothing if it did not run it. */
  readonly own: Export["content"] | undefined;
  readonly theirs: Export["content"] | undefined;
}

export const explainLimits = {
  /** Keys of one explanation: a person reads them. */
  keysMax: 16,
  /** Parts that are asked of peers for one explanation: these keys in maps of a billion. */
  partsMax: 256,
  /** Nodes that are listed for a key. */
  touchingMax: 64,
  /** Heights whose programs are looked at: what waits longer is rare. */
  heightsMax: 128,
  /** Peers that are asked: a whole committee. */
  sourcesMax: 1024,
  /** Times that all of them are asked before it is said that they show nothing: 250 Δ and more. */
  roundsMax: 8,
} as const;

/** Which part of which map: what a peer needs to find it, and to see that it has the map that is meant. */
export interface PartQuestion {
  readonly shard: ShardName;
  /** Of the claim. */
  readonly round: Round;
  readonly map: CommittedMap;
  /** Of the map. */
  readonly root: Root;
  readonly place: MapPlace;
}

export type StateMessage =
  | ({ readonly kind: "want-state"; readonly id: number } & PartQuestion)
  /** Nothing if it is not kept. */
  | { readonly kind: "state"; readonly id: number; readonly part: MapPart | undefined };

export type StateTimer = { readonly name: "state"; readonly id: number };

export type StateEffect =
  | { readonly kind: "send"; readonly to: Peer; readonly message: StateMessage }
  | { readonly kind: "set-timer"; readonly timer: StateTimer; readonly afterMs: number };

type Body<Kind extends StateMessage["kind"]> = Omit<Extract<StateMessage, { readonly kind: Kind }>, "kind">;

const writtenMapType: Type<{ kind: CommittedMap["kind"]; contract: ContractName | undefined }> = refine(
  container({ kind: oneOf("contracts", "pending", "state"), contract: optional(contractNameType) }),
  "bad-value",
  ({ kind, contract }) =>
    (kind === "state") === (contract !== undefined) ? undefined : "a contract is named for its state alone",
);

/** In memory there is no `contract` beside the other kinds. */
const mapType: Type<CommittedMap> = {
  ...writtenMapType,
  sizeOf: (map) => writtenMapType.sizeOf(written(map)),
  write: (map, output, offset) => writtenMapType.write(written(map), output, offset),
  rootInto: (map, output, offset) => writtenMapType.rootInto(written(map), output, offset),
  read(input, start, end) {
    const { kind, contract } = writtenMapType.read(input, start, end);
    return kind === "state" ? { kind, contract: contract as ContractName } : { kind };
  },
};

function written(map: CommittedMap) {
  return { kind: map.kind, contract: map.kind === "state" ? map.contract : undefined };
}

const placeType: Type<MapPlace> = refine(container({ path: rootType, depth: uint16 }), "out-of-range", ({ depth }) =>
  depth <= 256 ? undefined : `a path has 256 bits, not ${depth}`,
);

export const wantStateType: Type<Body<"want-state">> = container({
  id: uint53,
  shard: shardNameType,
  round: roundType,
  map: mapType,
  root: rootType,
  place: placeType,
});

/** An entry, or hashes of a quarter of its size; and what names them. */
const stateBytesMax = limits.valueBytesMax + limits.keyBytesMax + 64;

export const stateType: Type<Body<"state">> = bounded(
  container({ id: uint53, part: optional(mapPartType) }),
  stateBytesMax,
);
