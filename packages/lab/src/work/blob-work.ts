// Work of the order stage: blobs that are submitted to honest nodes, and the book of what became of them.
//
// A client that hears nothing, or that a node had no room, submits again elsewhere. What is demanded: the next nonce of
// a solvent payer is ordered at every honest node, if one of them accepted a blob of it (S8, O7: it is durable there, and
// offered until it is ordered or replaced).

import { toHex } from "@tandem/shared";
import { type Instance, Random } from "@tandem/simulator";
import type { Observation } from "../nodes/words.ts";
import type { Block } from "../payload/block.ts";
import type { Setting } from "../setting.ts";
import { Arrivals } from "./arrivals.ts";
import type { BlobStream, MadeBlob } from "./blobs.ts";
import type { Give, Work } from "./work.ts";

/** Pushing, and asking again where a push was lost, in Δ. */
const spreadDeltas = 16;
/** Without an answer for so long, a client tries another node. */
const patienceMs = 2000;
/** Nodes that a client tries before the world is healed. */
const triesMax = 4;
/** Reasons for which a good blob may be tried again. */
const passing: ReadonlySet<string> = new Set(["busy", "pool-full", "nonce-gap", "tip-too-low", "balance"]);

interface Submitted {
  readonly blob: MadeBlob;
  readonly tries: number;
  /** When the client gives up waiting. */
  readonly untilMs: number;
}

export interface BlobWorkOptions {
  readonly setting: Setting;
  readonly stream: BlobStream;
  /** Instances that clients trust. */
  readonly trusted: readonly Instance[];
  readonly give: Give;
}

export class BlobWork implements Work {
  readonly spreadMs: number;
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

  constructor(options: BlobWorkOptions) {
    const { setting } = options;
    const { world, blobs, workload, deltaMs } = setting;
    this.#options = options;
    this.spreadMs = spreadDeltas * deltaMs;
    this.#arrivals = new Arrivals(workload, new Random(world.seed, "arrivals"));
    this.#random = new Random(world.seed, "clients");
    this.#good = Array.from({ length: blobs.payers }, () => []);
    this.#accepted = Array.from({ length: blobs.payers }, () => []);
    this.#next = world.instances.map(() => []);
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

  /** In order of nonces: every good blob that is not ordered everywhere. */
  handOutAgain(nowMs: number): void {
    const { trusted } = this.#options;
    for (const [payer, blobs] of this.#good.entries()) {
      const least = Math.min(...trusted.map((instance) => this.#nextOf(instance, payer)));
      const instance = this.#random.pick(trusted);
      for (const blob of blobs.slice(least)) this.#submit(blob, instance, nowMs + 1, 1);
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
