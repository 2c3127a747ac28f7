// C2: a lane is what one round did to one contract, checkable alone: from its nodes, a witness under `pre`
// and its inputs, anyone recomputes `post` and `exports`. The claim carries the lane's roots; the lists
// behind them travel by content.
//
// Inputs have one form. What the lane uses from outside is named by the node that it belongs to: an outcome by the
// step that made it, a tentative write or existence (P5, P10) by the settle of its group in this contract, whose
// place is the group's last step, whichever step made it. They stand in line order of these nodes, at one node by
// kind of content (an outcome, writes, existence), and writes by key.

import { compareBytes } from "../bytes.ts";
import { limits } from "../limits.ts";
import type { ContractName, EnvironmentName, Root, Round, StepIndex } from "../numbers.ts";
import {
  byteList,
  codec,
  container,
  oneOf,
  optional,
  refine,
  refineRead,
  sortedList,
  type Type,
  union,
} from "../ssz/index.ts";
import { decodeValue } from "../values/decode.ts";
import { contractNameType, environmentNameType, rootType, roundType, stepIndexType } from "./common.ts";
import { compareNodes, type Node, nodeType } from "./node.ts";

/** What a contract is, apart from its state. A group can write it too (P10). */
export interface Existence {
  readonly environment: EnvironmentName;
  readonly status: "live" | "ended";
}

/** A contract as the contracts map commits to it (C1); absent is the zero leaf. */
export interface ContractRecord extends Existence {
  /** Root of the contract's sparse map. */
  readonly state: Root;
}

export interface Lane {
  readonly contract: ContractName;
  readonly nodes: Root;
  /** Root of the contract's record before and after; zero while it does not exist. */
  readonly pre: Root;
  readonly inputs: Root;
  readonly post: Root;
  readonly exports: Root;
}

/** P3: the closed list of reasons for `Nothing`. */
export const nothingReasons = [
  "reverted",
  "input",
  "expected",
  "group",
  "budget",
  "footprint",
  "no-contract",
  "trapped",
] as const;
export type NothingReason = (typeof nothingReasons)[number];

/** A call's outcome: its value in canonical encoding (P8) and what made it (P11), or why there is none. */
export type EncodedOutcome =
  | { readonly kind: "value"; readonly value: MadeValue }
  | { readonly kind: "nothing"; readonly value: { readonly why: NothingReason; readonly step: StepIndex } };

export interface MadeValue {
  readonly bytes: Uint8Array;
  /** Of the contract that was called: whoever is given the value is told (P11). */
  readonly environment: EnvironmentName;
}

/**
 * A grouped step's outcome. It counts only with the verdict of its group: that of the first contract that the group may
 * write, which is named here, so that a verdict can be matched without the program.
 */
export interface TentativeOutcome {
  readonly outcome: EncodedOutcome;
  /** Last step of the group: the place of its settles. */
  readonly settlesAt: StepIndex;
  readonly settlesIn: ContractName;
}

/** P5: what a settle found of its group: held, or the first step whose tentative outcome is `Nothing`. */
export interface GroupVerdict {
  readonly failed: StepIndex | undefined;
}

export interface Export {
  readonly node: Node;
  readonly content:
    | { readonly kind: "outcome"; readonly value: EncodedOutcome }
    | { readonly kind: "tentative"; readonly value: TentativeOutcome }
    | { readonly kind: "verdict"; readonly value: GroupVerdict };
}

/** A tentative write (P5); no value deletes the key. */
export interface Write {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

/** Something used from outside the lane, and where it came from. */
export interface LaneInput {
  /** The step that made the outcome, or the settle of the group that made the write. */
  readonly node: Node;
  /** The contract of `node`. */
  readonly contract: ContractName;
  readonly from: "source" | "pending" | "lane";
  /** Round of the source claim; zero unless `from` is a source. */
  readonly round: Round;
  readonly content:
    | { readonly kind: "outcome"; readonly value: EncodedOutcome }
    | { readonly kind: "write"; readonly value: Write }
    | { readonly kind: "existence"; readonly value: Existence };
}

/** P8: the canonical encoding of a value. What is ours is one; what others send is looked at. */
const encodedValueType: Type<Uint8Array> = refineRead(byteList(limits.valueBytesMax, 1), "bad-value", (bytes) => {
  const decoded = decodeValue(bytes);
  return decoded.ok ? undefined : `no value: ${decoded.error.message}`;
});

const statusType = oneOf("live", "ended");

export const existenceType: Type<Existence> = container({ environment: environmentNameType, status: statusType });

export const contractRecordType: Type<ContractRecord> = container({
  environment: environmentNameType,
  state: rootType,
  status: statusType,
});

export const laneType: Type<Lane> = container({
  contract: contractNameType,
  nodes: rootType,
  pre: rootType,
  inputs: rootType,
  post: rootType,
  exports: rootType,
});

export const encodedOutcomeType: Type<EncodedOutcome> = union({
  value: container({ bytes: encodedValueType, environment: environmentNameType }),
  nothing: container({ why: oneOf(...nothingReasons), step: stepIndexType }),
});

export const exportType: Type<Export> = container({
  node: nodeType,
  content: union({
    outcome: encodedOutcomeType,
    tentative: container({ outcome: encodedOutcomeType, settlesAt: stepIndexType, settlesIn: contractNameType }),
    verdict: container({ failed: optional(stepIndexType) }),
  }),
});

export const writeType: Type<Write> = container({
  key: byteList(limits.keyBytesMax, 1),
  value: optional(encodedValueType),
});

const laneInputType: Type<LaneInput> = refine(
  container({
    node: nodeType,
    contract: contractNameType,
    from: oneOf("source", "pending", "lane"),
    round: roundType,
    content: union({ outcome: encodedOutcomeType, write: writeType, existence: existenceType }),
  }),
  "bad-value",
  laneInputProblem,
);

function laneInputProblem({ node, from, round, content }: LaneInput): string | undefined {
  if (from !== "source" && round !== 0) return `a round without a source: ${round}`;
  const kind = content.kind === "outcome" ? "step" : "settle";
  return node.kind === kind ? undefined : `${content.kind} of a ${node.kind}, not of a ${kind}`;
}

const contentKinds: readonly LaneInput["content"]["kind"][] = ["outcome", "write", "existence"];

/** In the only order in which a lane's inputs may stand; equal for two that may not stand beside each other. */
export function compareInputs(a: LaneInput, b: LaneInput): number {
  const byNode = compareNodes(a.node, b.node);
  if (byNode !== 0) return byNode;
  if (a.content.kind === "write" && b.content.kind === "write")
    return compareBytes(a.content.value.key, b.content.value.key);
  return contentKinds.indexOf(a.content.kind) - contentKinds.indexOf(b.content.kind);
}

export function sortInputs(inputs: readonly LaneInput[]): readonly LaneInput[] {
  return inputs.toSorted(compareInputs);
}

export const contractRecordCodec = codec("contract-record", contractRecordType);
export const laneCodec = codec("lane", laneType);
export const exportCodec = codec("export", exportType);
export const laneNodesCodec = codec<readonly Node[]>(
  "lane-nodes",
  sortedList(nodeType, limits.laneItemsMax, compareNodes),
);
export const laneInputsCodec = codec<readonly LaneInput[]>(
  "lane-inputs",
  sortedList(laneInputType, limits.laneItemsMax, compareInputs),
  limits.laneBytesMax,
);
export const laneExportsCodec = codec<readonly Export[]>(
  "lane-exports",
  sortedList(exportType, limits.laneItemsMax, (a, b) => compareNodes(a.node, b.node)),
  limits.laneBytesMax,
);
