// O6: what this node accepted from clients is pushed to every other peer.
//
//   One batch at a time is on its way to a peer. While it is, more gathers, so batches grow with the load by themselves.
//   The peer says `received`, and the next batch goes. Without a word the batch is sent again, less what is not needed
//   any more, after pauses that double from 4Δ up to 64Δ. A batch of which nothing is needed is given up for the next.
//   The pause shrinks again only when the peer says `received`.
//
//   What waits for a peer is bounded, and refers only to what the pool holds. If a peer is away so long that it is too
//   much, the oldest no longer waits: it is offered again while it is not ordered, and whoever is to vote for a block
//   with it fetches it by root. So a dead peer costs a batch in each longest pause, and memory that does not grow.

import { assert, limits } from "@tandem/shared";
import type { Candidate } from "./candidate.ts";
import type { OrderEffect, Peer } from "./types.ts";

export interface OutboxConfig {
  /** All to push to; not this node. */
  readonly peers: readonly Peer[];
  readonly deltaMs: number;
  readonly batchBytesMax: number;
  readonly batchBlobsMax: number;
  /** Blobs that wait for one peer. */
  readonly waitingMax: number;
}

export const outboxLimits = {
  batchBytesMax: limits.pushBytesMax,
  batchBlobsMax: limits.pushBlobsMax,
  waitingMax: limits.pushWaitingMax,
} as const;

type Blobs = Map<string, Candidate>;

interface Flight {
  readonly batch: number;
  /** What the peer still needs of it. */
  readonly blobs: Blobs;
}

interface Line {
  readonly peer: Peer;
  /** In the order in which they were offered. */
  readonly waiting: Blobs;
  flight: Flight | undefined;
  /** Pauses that went by since the peer last said `received`. */
  silences: number;
}

/** The longest pause is the first one doubled so many times: 4Δ, 8Δ, 16Δ, 32Δ, 64Δ. */
const doublingsMax = 4;

export class Outbox {
  readonly #config: OutboxConfig;
  readonly #lines: ReadonlyMap<Peer, Line>;
  #nextBatch = 1;

  constructor(config: OutboxConfig) {
    assert(config.batchBlobsMax > 0 && config.waitingMax > 0, "a batch has room for a blob");
    this.#config = config;
    const lines = config.peers.map((peer) => ({ peer, waiting: new Map(), flight: undefined, silences: 0 }));
    this.#lines = new Map(lines.map((line) => [line.peer, line]));
  }

  /** References held for all peers. */
  get held(): number {
    let held = 0;
    for (const { waiting, flight } of this.#lines.values()) held += waiting.size + (flight?.blobs.size ?? 0);
    return held;
  }

  /** For each peer, unless it waits for that peer or is on its way there. What a peer had before, it gets again. */
  offer(candidates: readonly Candidate[]): OrderEffect[] {
    const effects: OrderEffect[] = [];
    for (const line of this.#lines.values()) {
      for (const candidate of candidates) this.#queue(line, candidate);
      if (line.flight === undefined) effects.push(...this.#sendNext(line));
    }
    return effects;
  }

  #queue({ waiting, flight }: Line, candidate: Candidate): void {
    if (waiting.has(candidate.key) || flight?.blobs.has(candidate.key)) return;
    const [oldest] = waiting.keys();
    if (oldest !== undefined && waiting.size >= this.#config.waitingMax) waiting.delete(oldest);
    waiting.set(candidate.key, candidate);
  }

  /** It is ordered, replaced or expired: no peer needs it any more. */
  forget(key: string): void {
    for (const { waiting, flight } of this.#lines.values()) {
      waiting.delete(key);
      flight?.blobs.delete(key);
    }
  }

  onReceived(from: Peer, batch: number): OrderEffect[] {
    const line = this.#lineOf(from, batch);
    if (line === undefined) return [];
    line.silences = 0;
    return this.#sendNext(line);
  }

  onTimer(peer: Peer, batch: number): OrderEffect[] {
    const line = this.#lineOf(peer, batch);
    if (line?.flight === undefined) return [];
    line.silences++;
    return line.flight.blobs.size > 0 ? this.#send(line, line.flight) : this.#sendNext(line);
  }

  /** Whoever that batch is on its way to. Of an earlier batch, or one that was never sent, nothing follows. */
  #lineOf(peer: Peer, batch: number): Line | undefined {
    const line = this.#lines.get(peer);
    return line?.flight?.batch === batch ? line : undefined;
  }

  #sendNext(line: Line): OrderEffect[] {
    line.flight = undefined;
    if (line.waiting.size === 0) return [];
    line.flight = { batch: this.#nextBatch++, blobs: this.#takeBatch(line.waiting) };
    return this.#send(line, line.flight);
  }

  #takeBatch(waiting: Blobs): Blobs {
    const { batchBytesMax, batchBlobsMax } = this.#config;
    const taken: Blobs = new Map();
    let bytes = 0;
    for (const [key, candidate] of waiting) {
      bytes += candidate.bytes.length;
      if (taken.size === batchBlobsMax || (taken.size > 0 && bytes > batchBytesMax)) break;
      taken.set(key, candidate);
      waiting.delete(key);
    }
    return taken;
  }

  #send({ peer, silences }: Line, { batch, blobs }: Flight): OrderEffect[] {
    const afterMs = 4 * this.#config.deltaMs * 2 ** Math.min(silences, doublingsMax);
    return [
      {
        kind: "send",
        to: peer,
        message: { kind: "blobs", batch, blobs: [...blobs.values()].map(({ bytes }) => bytes) },
      },
      { kind: "set-timer", timer: { name: "push", peer, batch }, afterMs },
    ];
  }
}
