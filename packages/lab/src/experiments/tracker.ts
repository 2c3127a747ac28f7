// What became of an experiment's programs: when each was ordered, in which round each of its nodes ran, and when the claims
// of these rounds were attested and cited. Whoever is first to do something counts: what one delivers or runs, all will.

import { claimCodec, type Program, toHex } from "@tandem/shared";
import type { Observation } from "../nodes/words.ts";
import { attested } from "../payload/block.ts";
import { nodesOf, shardsOf } from "./programs.ts";

export interface TrackedProgram {
  readonly root: string;
  readonly submittedMs: number;
  readonly shards: readonly string[];
  readonly nodes: number;
  /** Of these, such as have not run. */
  left: number;
  height?: number;
  orderedMs?: number;
  /** The last round in which one of its nodes ran, and when that was. */
  lastRound: number;
  ranMs?: number;
  /** Rounds in which its nodes ran, as `shard/round`. */
  readonly claims: Set<string>;
}

export interface TrackedOrder {
  readonly atMs: number;
  readonly touched: ReadonlySet<string>;
  /** Of the attest block that it cites. */
  readonly attested: number;
  readonly blobs: number;
}

export interface TrackedClaim {
  readonly shard: string;
  readonly round: number;
  readonly root: string;
  /** Of the attest block with it. */
  readonly height: number;
  readonly atMs: number;
}

export class Tracker {
  readonly #byRoot = new Map<string, TrackedProgram>();
  readonly #byPosition = new Map<string, TrackedProgram>();
  /** From height 1 on. */
  readonly orders: TrackedOrder[] = [];
  /** By `shard/round`. */
  readonly claims = new Map<string, TrackedClaim>();
  /** Of each shard the rounds that were executed, by the first node that did, and how many nodes of programs ran there. */
  readonly ran = new Map<string, number>();
  /** Of each shard the round of its newest attested claim. */
  readonly frontiers = new Map<string, number>();
  #attested = 0;
  #done = 0;

  constructor(shards: readonly string[]) {
    for (const shard of shards) this.frontiers.set(shard, 0);
  }

  expect(root: string, submittedMs: number, program: Program): void {
    const nodes = nodesOf(program);
    const shards = shardsOf(program);
    this.#byRoot.set(root, { root, submittedMs, shards, nodes, left: nodes, lastRound: 0, claims: new Set() });
  }

  get programs(): readonly TrackedProgram[] {
    return [...this.#byRoot.values()];
  }

  programOf(root: string): TrackedProgram | undefined {
    return this.#byRoot.get(root);
  }

  /** Programs all of whose nodes have run. */
  get done(): number {
    return this.#done;
  }

  /** Final blocks of the attest chain. */
  get attestHeight(): number {
    return this.#attested;
  }

  /** When the last of its claims was attested; nothing while one is not, or a node has not run. */
  attestedMs({ left, claims }: TrackedProgram): number | undefined {
    if (left > 0) return undefined;
    let last = 0;
    for (const name of claims) {
      const claim = this.claims.get(name);
      if (claim === undefined) return undefined;
      last = Math.max(last, claim.atMs);
    }
    return last;
  }

  /** R2: order blocks from each claim's round to the first that cites it; what nobody cited yet is left out. */
  delays(): number[] {
    return [...this.claims.values()].flatMap(({ shard, round }) => {
      const visible = this.visibleAt(shard, round);
      return visible === undefined ? [] : [visible - round];
    });
  }

  /** R2: the round in which the claim of that one is visible to other shards. */
  visibleAt(shard: string, round: number): number | undefined {
    const claim = this.claims.get(placeName(shard, round));
    if (claim === undefined) return undefined;
    const cited = this.orders.findIndex((order) => order.attested >= claim.height);
    return cited < 0 ? undefined : cited + 1;
  }

  /** O10: of each shard the final heights that touched it and that no attested claim covers. */
  unclaimed(shard: string): number {
    const frontier = this.frontiers.get(shard) ?? 0;
    let count = 0;
    for (let height = frontier + 1; height <= this.orders.length; height++)
      if (this.orders[height - 1]?.touched.has(shard)) count++;
    return count;
  }

  see(observation: Observation, nowMs: number): void {
    if (observation.kind === "ordered") this.#seeOrdered(observation, nowMs);
    if (observation.kind === "executed") this.#seeExecuted(observation, nowMs);
    if (observation.kind === "attest" && observation.observation.kind === "delivered")
      this.#seeAttested(observation.observation, nowMs);
  }

  #seeOrdered({ block }: Extract<Observation, { kind: "ordered" }>, nowMs: number): void {
    const { header, body } = block;
    if (header.height !== this.orders.length + 1) return;
    const touched = new Set<string>();
    for (const [index, blob] of body.blobs.entries()) {
      const program = this.#byRoot.get(toHex(blob));
      if (program === undefined) continue;
      program.height = header.height;
      program.orderedMs = nowMs;
      this.#byPosition.set(`${header.height}/${index}`, program);
      for (const shard of program.shards) touched.add(shard);
    }
    this.orders.push({ atMs: nowMs, touched, attested: header.attested.height, blobs: body.blobs.length });
  }

  #seeExecuted({ shard, height, result }: Extract<Observation, { kind: "executed" }>, nowMs: number): void {
    const name = placeName(shard, height);
    if (result === undefined || this.ran.has(name)) return;
    let count = 0;
    for (const { content } of result.lanes)
      for (const node of content.nodes) {
        count++;
        const program = this.#byPosition.get(`${node.height}/${node.index}`);
        if (program === undefined) continue;
        program.left--;
        program.lastRound = Math.max(program.lastRound, height);
        program.ranMs = nowMs;
        program.claims.add(name);
        if (program.left === 0) this.#done++;
      }
    this.ran.set(name, count);
  }

  #seeAttested({ block, info }: Extract<Observation, { kind: "delivered" }>, nowMs: number): void {
    if (info.height !== this.#attested + 1) return;
    this.#attested = info.height;
    for (const item of attested(block).body.items) {
      if (item.kind !== "attestation") continue;
      const { claim } = item.value;
      const { shard, round } = claim;
      const root = toHex(claimCodec.root(claim));
      this.claims.set(placeName(shard, round), { shard, round, root, height: info.height, atMs: nowMs });
      this.frontiers.set(shard, Math.max(this.frontiers.get(shard) ?? 0, round));
    }
  }
}

function placeName(shard: string, round: number): string {
  return `${shard}/${round}`;
}
