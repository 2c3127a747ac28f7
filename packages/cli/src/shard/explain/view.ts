// C6: a dispute as people read it: what is the same on both sides once, what differs side by side, keys and values decoded.

import { contractRecordCodec, decodeValue, fromHex, fromUtf8, positionCodec, toHex } from "@tandem/shared";
import { keyWords, type Names, valueWords } from "../../program/words.ts";
import type { DifferenceAnswer, ExportAnswer, KeyAnswer, NodeAnswer, OutcomeAnswer, ShardDetails } from "../answers.ts";

export interface DisputeView {
  readonly shard: string;
  readonly round: number;
  readonly claims: SidesView;
  /** Not known before both contents are there. */
  readonly first: FirstView | undefined;
  readonly keys: readonly KeyView[];
  /** What is known of other keys. */
  readonly end: { readonly code: string; readonly words: string } | undefined;
}

/** In words; nothing where a side has none. */
interface SidesView {
  readonly own: string | undefined;
  readonly theirs: string | undefined;
}

interface FirstView extends SidesView {
  /** What differs first. */
  readonly what: string;
  /** What the sides are. */
  readonly label: string;
  readonly where: string;
}

export interface KeyView extends SidesView {
  readonly where: string;
  readonly key: string;
  readonly touchedBy: readonly TouchView[];
  /** If nobody touches it, or more than are listed, or it cannot be said. */
  readonly note: string | undefined;
}

interface TouchView extends SidesView {
  readonly node: string;
  readonly access: string;
}

const endWords: Readonly<Record<string, string>> = {
  all: "no other key differs",
  more: "more keys differ",
  "not-shown": "nobody shows the state behind the other claim",
  "no-map": "the other claim names a state that no state can have",
  "not-kept": "this node does not keep its state of that round any more",
  "other-rounds": "the claims are of different rounds, so their states are not of one moment",
};

export function disputeView({ name, dispute, explained }: ShardDetails, names: Names): DisputeView | undefined {
  if (dispute === null) return undefined;
  const { round, own, theirs } = dispute;
  const end = explained?.end ?? undefined;
  return {
    shard: name,
    round,
    claims: { own: own ?? undefined, theirs },
    first: explained === null ? undefined : firstView(explained.difference, names),
    keys: (explained?.keys ?? []).map((key) => keyView(key, names)),
    end: end === undefined ? undefined : { code: end, words: endWords[end] ?? end },
  };
}

function firstView({ what, contract, node, own, theirs }: DifferenceAnswer, names: Names): FirstView {
  if (what === "idle") {
    return {
      what: "work",
      label: "claimed",
      where: "the whole round",
      own: "no work, and so no claim",
      theirs: "a claim",
    };
  }
  if (what === "export" && node !== undefined) {
    const came = (side: unknown) => exportWords(side as ExportAnswer | null, names);
    return { what: nodeWords(node), label: "came of it", where: contract ?? "", own: came(own), theirs: came(theirs) };
  }
  const where = contract ?? "the claim";
  return {
    what: rootNames[what] ?? what,
    label: what === "round" ? "round" : "root",
    where,
    own: rootWords(own),
    theirs: rootWords(theirs),
  };
}

/** Roots in a claim, and in its lanes. */
const rootNames: Readonly<Record<string, string>> = {
  prev: "the claim before",
  sources: "the claims of other shards that were used",
  contracts: "the contracts afterwards",
  pending: "the programs left afterwards",
  round: "the round",
  nodes: "which steps ran",
  inputs: "what they were given",
  pre: "the contract before",
  post: "the contract afterwards",
  exports: "what they gave",
};

function rootWords(side: unknown): string | undefined {
  if (typeof side === "string" || typeof side === "number") return `${side}`;
  if (typeof side !== "object" || side === null || !("root" in side)) return undefined;
  const { count, root } = side as { readonly count: number; readonly root: string };
  return `${count}, ${root}`;
}

function nodeWords({ kind, step, height, index }: NodeAnswer): string {
  return `${kind} #${step} of the program in block ${height}, place ${index}`;
}

function exportWords(content: ExportAnswer | null, names: Names): string | undefined {
  switch (content?.kind) {
    case undefined:
      return undefined;
    case "outcome":
      return outcomeWords(content.value, names);
    case "tentative":
      return `~ ${outcomeWords(content.value.outcome, names)}`;
    case "verdict":
      return typeof content.value.failed === "number" ? `fails with #${content.value.failed}` : "the group holds";
  }
}

function outcomeWords(outcome: OutcomeAnswer, names: Names): string {
  if (outcome.kind === "value") return encodedWords(outcome.value.bytes, names);
  return `Nothing{${outcome.value.why}, step ${outcome.value.step}}`;
}

/** What decodes to no value is shown as it is. */
function encodedWords(hex: string, names: Names): string {
  const value = decodeValue(bytesOf(hex));
  return value.ok ? valueWords(names, value.value) : `0x${hex}`;
}

function keyView({ map, key, own, theirs, lane }: KeyAnswer, names: Names): KeyView {
  const words = (side: string | null) => (side === null ? undefined : entryWords(map.kind, side, names));
  return {
    where: map.kind === "state" ? (map.contract ?? "") : `the map of ${map.kind}`,
    key: keyName(map.kind, bytesOf(key), names),
    own: words(own),
    theirs: words(theirs),
    touchedBy: (lane?.touching ?? []).map((node) => ({
      node: nodeWords(node.node),
      access: node.access,
      own: exportWords(node.own, names),
      theirs: exportWords(node.theirs, names),
    })),
    note: noteOf(lane),
  };
}

function noteOf(lane: KeyAnswer["lane"]): string | undefined {
  if (lane === null) return undefined;
  const { nodeCount, unknownCount, touchingCount, touching } = lane;
  if (nodeCount === 0) return "the contract had no work in that round: no step explains it";
  if (touchingCount === 0 && unknownCount > 0) return `${unknownCount} of its programs are not known here`;
  if (touchingCount === 0) return `none of the ${nodeCount} that ran touches it: no step explains it`;
  return touchingCount > touching.length ? `and ${touchingCount - touching.length} more touch it` : undefined;
}

function keyName(kind: KeyAnswer["map"]["kind"], key: Uint8Array, names: Names): string {
  if (kind === "contracts") return fromUtf8(key) ?? `0x${toHex(key)}`;
  if (kind === "state") return keyWords(names, key);
  const position = positionCodec.decode(key);
  return position.ok ? `block ${position.value.height}, place ${position.value.index}` : `0x${toHex(key)}`;
}

function entryWords(kind: KeyAnswer["map"]["kind"], hex: string, names: Names): string {
  if (kind === "state") return encodedWords(hex, names);
  if (kind === "pending") return `entry ${hex}`;
  const record = contractRecordCodec.decode(bytesOf(hex));
  if (!record.ok) return `0x${hex}`;
  const { environment, status, state } = record.value;
  return `${environment}, ${status}, state ${toHex(state)}`;
}

function bytesOf(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array(0);
}
