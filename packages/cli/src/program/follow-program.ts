// What became of a program that was ordered, worked out here by whoever has the network's genesis: its shards from their
// slices alone (R6), round by round. What one shard does alone is the outcome that counts. What takes the claims of another
// shard (R2) waits, for no attest chain makes these visible yet; that a step ran elsewhere is known here all the same, and
// so whether one waits for it to run or to be cited.

import type { RanLane, RefusedCall, RoundResult, RoundSlice } from "@tandem/execution";
import { decodeOutcome, Line, type ToldReason, type ToldWait } from "@tandem/lab/stories";
import {
  type Analysis,
  type CheckedGenesis,
  type Export,
  equalBytes,
  type Node,
  type Outcome,
  type PendingEntry,
  type Position,
  type Program,
  type ProgramNode,
  type Refusal,
  type Root,
  type ShardName,
} from "@tandem/shared";
import type { ApiClient } from "../api-client.ts";
import { Complaint } from "../terminal.ts";
import { FollowedShard } from "./follow-shard.ts";

/** A program that is no void one, and where it was ordered. */
export interface PlacedProgram extends Position {
  readonly blob: Root;
  readonly program: Program;
  readonly analysis: Analysis;
}

export interface FollowedProgram extends PlacedProgram {
  /** Up to which height its shards were run. */
  readonly until: number;
  /** In line order: steps, and a settle for each contract that a group may write. */
  readonly nodes: readonly FollowedNode[];
  /** In the order of names. */
  readonly shards: readonly ShardRoots[];
}

/** It ran, or it waits. */
export type FollowedNode = Pick<ProgramNode, "kind" | "step" | "group" | "contract" | "shard"> &
  (
    | { readonly ran: RanNode; readonly waits: undefined }
    | { readonly ran: undefined; readonly waits: readonly ToldReason[] }
  );

export interface RanNode {
  readonly round: number;
  /** Of a step, which counts only if its group holds where it is tentative; nothing of a settle. */
  readonly outcome: Outcome | undefined;
  readonly isTentative: boolean;
  /** What the environment said of a call that it refused: no part of the outcome. */
  readonly refusal: Refusal | undefined;
  /** The first step that failed, of a settle whose group does not hold. */
  readonly failed: number | undefined;
}

/** Of a shard's contracts, before the program was ordered and after the last round that did something of it. */
export interface ShardRoots {
  readonly shard: ShardName;
  readonly round: number;
  readonly before: Root;
  readonly after: Root;
  /** Whether nodes of the program are left here. */
  readonly isPending: boolean;
}

/** In the words of `reasonsWords`, the program itself has this name. */
export const ownName = "";

export async function followProgram(
  checked: CheckedGenesis,
  placed: PlacedProgram,
  api: ApiClient,
  signal: AbortSignal,
): Promise<FollowedProgram> {
  const names = [...new Set(placed.analysis.nodes.map(({ shard }) => shard))].sort();
  const parts = names.map((name) => new FollowedPart(new FollowedShard(checked, name, api), placed));
  await Promise.all(parts.map((part) => part.runTo(placed.height, signal)));
  let until: number = placed.height;
  // R4: what is due may wait for room, so there may be more of it later.
  if (parts.some(({ isPending }) => isPending)) {
    until = Math.max(until, (await api.status(signal)).heights.executed);
    await Promise.all(parts.map((part) => part.runTo(until, signal)));
  }
  const waits = lineOf(placed, parts).waitsOf(ownName);
  const nodes = placed.analysis.nodes.map((node) => followedNode(node, parts, waits));
  return { ...placed, until, nodes, shards: parts.map((part) => part.roots()) };
}

/** One shard of it. */
class FollowedPart {
  readonly name: ShardName;
  readonly #shard: FollowedShard;
  readonly #placed: PlacedProgram;
  readonly #ran = new Map<string, RanNode>();
  #roots: Omit<ShardRoots, "shard" | "isPending"> | undefined;

  constructor(shard: FollowedShard, placed: PlacedProgram) {
    this.name = shard.name;
    this.#shard = shard;
    this.#placed = placed;
  }

  runTo(height: number, signal: AbortSignal): Promise<void> {
    return this.#shard.runTo(height, signal, (slice, result) => this.#note(slice, result));
  }

  pending(): ReturnType<FollowedShard["pending"]> {
    return this.#shard.pending();
  }

  get isPending(): boolean {
    return this.pending().some(({ ordered }) => equalBytes(ordered.blob, this.#placed.blob));
  }

  ranOf(node: ProgramNode): RanNode | undefined {
    return this.#ran.get(textOf(node, node.contract));
  }

  roots(): ShardRoots {
    const roots = this.#roots;
    if (roots === undefined) throw new Error("a shard makes a claim where a program of it is ordered");
    return { shard: this.name, ...roots, isPending: this.isPending };
  }

  #note(slice: RoundSlice, result: RoundResult | undefined): void {
    if (slice.height === this.#placed.height) this.#checkPlace(slice);
    if (result === undefined || slice.height < this.#placed.height) return;
    const { claim, lanes, refusals, contracts } = result;
    const hasRun = lanes.map((lane) => this.#noteLane(claim.round, lane, refusals));
    if (this.#roots !== undefined && !hasRun.includes(true)) return;
    this.#roots = { round: claim.round, before: this.#roots?.before ?? contracts.root, after: claim.contracts };
  }

  /** A node said where the blob is; the slice proves it. */
  #checkPlace({ blobs }: RoundSlice): void {
    const { index, blob } = this.#placed;
    if (blobs.some((each) => each.index === index && equalBytes(each.root, blob))) return;
    throw new Complaint("false-place", "The blob is not where the node says.", "Ask another node.", 1);
  }

  /** Whether something of the program ran in it. */
  #noteLane(round: number, { lane, content }: RanLane, refusals: readonly RefusedCall[]): boolean {
    const { height, index } = this.#placed;
    const isOwn = (node: Node) => node.height === height && node.index === index;
    const own = content.exports.filter(({ node }) => isOwn(node));
    for (const { node, content } of own) {
      const refused = refusals.find((each) => isOwn(each.node) && each.node.step === node.step);
      this.#ran.set(textOf(node, lane.contract), ranNode(round, content, refused?.refusal));
    }
    return own.length > 0;
  }
}

function ranNode(round: number, content: Export["content"], refusal: Refusal | undefined): RanNode {
  const isTentative = content.kind === "tentative";
  const nothing = { outcome: undefined, refusal: undefined, failed: undefined };
  if (content.kind === "verdict") return { round, isTentative, ...nothing, failed: content.value.failed };
  const outcome = decodeOutcome(isTentative ? content.value.outcome : content.value);
  return { round, isTentative, ...nothing, outcome, refusal };
}

/** The programs that are left in these shards, and this one, with what has run of each. */
function lineOf(placed: PlacedProgram, parts: readonly FollowedPart[]): Line {
  const programs = new Map<string, Omit<PlacedProgram, "blob" | "program">>();
  const left = new Map<string, PendingEntry>();
  for (const part of parts) {
    for (const { ordered, entry } of part.pending()) {
      programs.set(placeText(ordered), ordered);
      left.set(`${part.name} ${placeText(ordered)}`, entry);
    }
  }
  programs.set(placeText(placed), placed);
  const line = new Line();
  for (const program of [...programs.values()].sort((a, b) => a.height - b.height || a.index - b.index)) {
    const { height, index } = program;
    line.add(program === placed ? ownName : placeText(program), program);
    for (const node of program.analysis.nodes) {
      const entry = left.get(`${node.shard} ${placeText(program)}`);
      // What is not left in its shard has run; nobody looks at shards that are not followed.
      if (entry !== undefined && !hasRun(entry, node)) continue;
      line.setRun({ height, index, kind: node.kind, step: node.step }, node.contract);
    }
  }
  return line;
}

function placeText({ height, index }: Position): string {
  return `block ${height}, place ${index}`;
}

function hasRun({ ran, settled }: PendingEntry, { kind, step, contract }: ProgramNode): boolean {
  if (kind === "step") return ran.some((each) => each.step === step);
  return settled.some((each) => each.step === step && each.contract === contract);
}

function followedNode(node: ProgramNode, parts: readonly FollowedPart[], waits: readonly ToldWait[]): FollowedNode {
  const { kind, step, group, contract, shard } = node;
  const place = { kind, step, group, contract, shard };
  const ran = parts.find(({ name }) => name === shard)?.ranOf(node);
  if (ran !== undefined) return { ...place, ran, waits: undefined };
  const wait = waits.find((each) => textOf(each, each.contract) === textOf(node, contract));
  return { ...place, ran, waits: wait?.for ?? [] };
}

/** A group settles once in each contract. */
function textOf({ kind, step }: { readonly kind: string; readonly step: number }, contract: string): string {
  return `${kind} ${step} ${contract}`;
}
