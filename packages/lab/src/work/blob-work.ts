// Work of the order stage: blobs that are submitted to honest nodes, and the book of what became of them.
//
// A client that hears nothing, or that a node had no room, submits again elsewhere. What is demanded: the next nonce of
// a solvent payer is ordered at every honest node, if one of them accepted a blob of it (S8, O7: it is durable there, and
// offered until it is ordered or replaced).

import { limits, toHex } from "@tandem/shared";
import { type Instance, Random } from "@tandem/simulator";
import type { Observation } from "../nodes/words.ts";
import type { Block } from "../payload/block.ts";
import type { Setting } from "../setting.ts";
import { Arrivals } from "./arrivals.ts";
import type { BlobStream, MadeBlob } from "./blobs.ts";
import type { Give, Work } from "./work.ts";

// How long it takes from being accepted to being in the pool of every honest validator, once the world is healed, in Δ.
/** A pause of the outbox that began before may be as long: until then a peer hears nothing. */
const longestPauseDeltas = 64;
/** A batch, and word that it is received. */
const batchDeltas = 2;
/** A peer can have refused it for what came to it later: two offers, 16Δ apart, and a batch. */
const offerDeltas = 32 + batchDeltas;
/** Clocks drift. */
const slackShare = 1.02;
/** Until the last final heights are claimed, and every node knows of it: a step of the run, and what `hear` takes. */
const claimMs = 500;
/** Without an answer for so long, a client tries another node. */
const patienceMs = 2000;
/** Nodes that a client tries before the world is healed. */
const triesMax = 4;
/** Reasons for which a good blob may be tried again. */
const passing: ReadonlySet<string> = new Set([
  "busy",
  "pool-full",
  "nonce-gap",
  "tip-too-low",
  "balance",
  "shard-behind",
]);

interface Submitted {
  readonly blob: MadeBlob;
  readonly tries: number;
  /** When the client gives up waiting. */
  readonly untilMs: number;
}

export interface BlobWorkOptions {
  readonly setting: Setting;
  readonly stream: Pick<BlobStream, "next">;
  /** Instances that clients trust. */
  readonly trusted: readonly Instance[];
  readonly give: Give;
  /** How long what is accepted may wait beside that, for shards that are behind. */
  readonly heldMs?: () => number;
}

export class BlobWork implements Work {
  readonly #options: BlobWorkOptions;
  readonly #arrivals: Arrivals;
  readonly #random: Random;
  #nextId = 1;
  /** By submission: what was submitted. */
  readonly #blobs = new Map<number, MadeBlob>();
  /** By submission: those that wait for their receipt. */
  readonly #open = new Map<number, Submitted>();
  /** By root. */
  readonly #known = new Map<string, MadeBlob>();
  /** By solvent payer and nonce: a good blob of it. */
  readonly #good: MadeBlob[][];
  /** By solvent payer and nonce: when the first was accepted, counted in acceptances. */
  readonly #accepted: number[][];
  /** By instance and payer: the nonce above those that are ordered there. */
  readonly #next: number[][];
  /** Nonces that were accepted. */
  last = 0;
  /** Refusals because of a shard that is behind. */
  refusedBehind = 0;

  constructor(options: BlobWorkOptions) {
    const { setting } = options;
    const { world, blobs, workload } = setting;
    this.#options = options;
    this.#arrivals = new Arrivals(workload, new Random(world.seed, "arrivals"));
    this.#random = new Random(world.seed, "clients");
    this.#good = Array.from({ length: blobs.payers }, () => []);
    this.#accepted = Array.from({ length: blobs.payers }, () => []);
    this.#next = world.instances.map(() => []);
  }

  spreadMs(nowMs: number): number {
    const { deltaMs, world, blobs } = this.#options.setting;
    const pausedMs = Math.max(0, world.healAtMs + longestPauseDeltas * deltaMs - nowMs);
    const batches = 1 + Math.ceil(this.#waiting().bytes / limits.pushBytesMax);
    const deltas = batchDeltas * batches + offerDeltas;
    const heldMs = this.#options.heldMs?.() ?? (blobs.attest.everyMs > 0 ? claimMs + deltaMs : 0);
    return Math.ceil((pausedMs + deltas * deltaMs) * slackShare) + heldMs;
  }

  /**
   * In the first a voter may have to ask for blobs that somebody else pushed to the leader alone; then timers are grown
   * enough for that. More, if not all of it has room in one block.
   */
  honestViews(): number {
    const { blockBlobs, blockBytes } = this.#options.setting.blobs;
    const { blobs, bytes } = this.#waiting();
    // Blobs have sizes, so a full block can be half empty.
    return 1 + Math.max(1, Math.ceil(blobs / blockBlobs), Math.ceil((2 * bytes) / blockBytes));
  }

  /** All known blobs that may still be ordered somewhere. */
  #waiting(): { readonly blobs: number; readonly bytes: number } {
    const { trusted } = this.#options;
    const least: number[] = [];
    let blobs = 0;
    let bytes = 0;
    for (const blob of this.#known.values()) {
      least[blob.payer] ??= Math.min(...trusted.map((instance) => this.#nextOf(instance, blob.payer)));
      if (blob.meant === "refuse" || blob.nonce < (least[blob.payer] ?? 0)) continue;
      blobs++;
      bytes += blob.bytes.length;
    }
    return { blobs, bytes };
  }

  /** Some submission waits for its receipt, or is tried again. */
  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  /** What was submitted under that number. */
  submitted(id: number): MadeBlob | undefined {
    return this.#blobs.get(id);
  }

  /** The blob of that root, in hexadecimal, if a client made it. */
  known(root: string): MadeBlob | undefined {
    return this.#known.get(root);
  }

  handOut(untilMs: number): void {
    for (const { atMs } of this.#arrivals.take(untilMs))
      for (const { blob, nodes, afterMs } of this.#options.stream.next()) {
        this.enter(blob);
        const instances = this.#random.pickSome(this.#options.trusted, nodes);
        for (const instance of instances) this.#submit(blob, instance, atMs + afterMs, 1);
      }
    this.#tryAgain(untilMs);
  }

  /** In order of nonces: every good blob that no honest node has accepted. What one has is its own to bring to all. */
  handOutAgain(nowMs: number): void {
    const { trusted } = this.#options;
    for (const [payer, blobs] of this.#good.entries()) {
      const least = Math.min(...trusted.map((instance) => this.#nextOf(instance, payer)));
      const instance = this.#random.pick(trusted);
      const open = blobs.slice(least).filter(({ nonce }) => this.#accepted[payer]?.[nonce] === undefined);
      for (const blob of open) this.#submit(blob, instance, nowMs + 1, 1);
    }
  }

  isWaiting(instance: Instance, last: number): boolean {
    return this.#accepted.some((accepted, payer) => {
      const number = accepted[this.#nextOf(instance, payer)];
      return number !== undefined && number <= last;
    });
  }

  onObservation(observation: Observation, instance: Instance): void {
    if (observation.kind === "booted") for (const { block } of observation.finals) this.#order(block, instance);
    if (observation.kind === "ordered") this.#order(observation.block, instance);
    if (observation.kind !== "receipt") return;
    const { id, receipt } = observation;
    if (receipt.kind === "refused" && receipt.refusal.code === "shard-behind") this.refusedBehind++;
    const open = this.#open.get(id);
    const isPassing = receipt.kind === "refused" && passing.has(receipt.refusal.code);
    if (open?.blob.meant !== "accept" || !isPassing) this.#open.delete(id);
    if (open !== undefined && receipt.kind === "accepted") this.#accept(open.blob);
  }

  /** A blob that anybody may come to know. */
  enter(blob: MadeBlob): void {
    if (blob.root !== undefined) this.#known.set(blob.root, blob);
    const good = this.#good[blob.payer];
    if (blob.meant === "accept" && good !== undefined) good[blob.nonce] ??= blob;
  }

  #submit(blob: MadeBlob, instance: Instance, atMs: number, tries: number): void {
    const id = this.#nextId++;
    this.#blobs.set(id, blob);
    this.#open.set(id, { blob, tries, untilMs: atMs + patienceMs });
    this.#options.give(instance, { kind: "submit", id, bytes: blob.bytes }, atMs);
  }

  #tryAgain(nowMs: number): void {
    const { setting, trusted } = this.#options;
    const isHealed = nowMs > setting.world.healAtMs;
    for (const [id, { blob, tries, untilMs }] of this.#open) {
      if (untilMs > nowMs) continue;
      this.#open.delete(id);
      if (blob.meant === "accept" && (isHealed || tries < triesMax))
        this.#submit(blob, this.#random.pick(trusted), nowMs, tries + 1);
    }
  }

  #accept({ payer, nonce, meant }: MadeBlob): void {
    const accepted = this.#accepted[payer];
    if (meant === "accept" && accepted !== undefined) accepted[nonce] ??= ++this.last;
  }

  #order({ body }: Block, instance: Instance): void {
    for (const root of body.blobs) {
      const blob = this.#known.get(toHex(root));
      if (blob === undefined) continue;
      const next = this.#next[instance] as number[];
      next[blob.payer] = Math.max(next[blob.payer] ?? 0, blob.nonce + 1);
    }
  }

  #nextOf(instance: Instance, payer: number): number {
    return this.#next[instance]?.[payer] ?? 0;
  }
}
