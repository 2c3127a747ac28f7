// A small world of nodes that push and fetch blobs over a network that delays, reorders and loses, with peers that are
// silent or lie. It knows the two machines by their doors alone.

import { type Root, toHex } from "@tandem/shared";
import { Random } from "../../../shared/test/support/hostile.ts";
import type { Candidate } from "../../src/candidate.ts";
import { Fetcher, fetcherLimits } from "../../src/fetcher.ts";
import { chooseFound } from "../../src/found.ts";
import { Outbox, outboxLimits } from "../../src/outbox.ts";
import type { OrderEffect, OrderMessage, OrderTimer, Peer } from "../../src/types.ts";

export const deltaMs = 100;

/** How a peer behaves towards whoever asks it or pushes to it. */
export type Conduct = "honest" | "silent" | "empty" | "trickle" | "fake" | "flood" | "late";

export interface ExchangeOptions {
  readonly nodes: number;
  readonly seed?: number;
  /** Of a hundred messages, so many are lost. */
  readonly lossPercent?: number;
  /** A message takes up to so many milliseconds. */
  readonly delayMsMax?: number;
  readonly conducts?: ReadonlyMap<Peer, Conduct>;
  /** Every blob that is in the world, by what the wire carries. */
  readonly blobs: readonly Candidate[];
  readonly answerBytesMax?: number;
  readonly requestRootsMax?: number;
}

interface Node {
  readonly outbox: Outbox;
  readonly fetcher: Fetcher;
  readonly held: Map<string, Candidate>;
}

interface Event {
  readonly atMs: number;
  readonly run: () => void;
}

export interface Sent {
  readonly from: Peer;
  readonly to: Peer;
  readonly atMs: number;
  readonly message: OrderMessage;
}

export class Exchange {
  readonly sent: Sent[] = [];
  /** Keys that a fetcher accepted, in order. */
  readonly accepted: { readonly node: Peer; readonly key: string }[] = [];
  nowMs = 0;
  readonly #options: Required<ExchangeOptions>;
  readonly #nodes: readonly Node[];
  readonly #random: Random;
  readonly #byBytes: ReadonlyMap<Uint8Array, Candidate>;
  readonly #events: Event[] = [];

  constructor(options: ExchangeOptions) {
    this.#options = {
      seed: 1,
      lossPercent: 0,
      delayMsMax: deltaMs,
      conducts: new Map(),
      answerBytesMax: fetcherLimits.answerBytesMax,
      requestRootsMax: fetcherLimits.requestRootsMax,
      ...options,
    };
    this.#random = new Random(this.#options.seed);
    this.#byBytes = new Map(options.blobs.map((blob) => [blob.bytes, blob]));
    this.#nodes = Array.from({ length: options.nodes }, (_, seat) => this.#newNode(seat));
  }

  #newNode(seat: Peer): Node {
    const { nodes, answerBytesMax, requestRootsMax } = this.#options;
    const peers = Array.from({ length: nodes - 1 }, (_, i) => (seat + 1 + i) % nodes);
    return {
      outbox: new Outbox({ ...outboxLimits, peers, deltaMs }),
      fetcher: new Fetcher({ ...fetcherLimits, peers, deltaMs, answerBytesMax, requestRootsMax }),
      held: new Map(),
    };
  }

  node(seat: Peer): Node {
    const node = this.#nodes[seat];
    if (node === undefined) throw new Error(`no node ${seat}`);
    return node;
  }

  give(seat: Peer, blobs: readonly Candidate[]): void {
    for (const blob of blobs) this.node(seat).held.set(blob.key, blob);
  }

  offer(seat: Peer, blobs: readonly Candidate[]): void {
    this.give(seat, blobs);
    this.perform(seat, this.node(seat).outbox.offer(blobs));
  }

  /** Those of them that the node lacks, as whoever judges a block asks. */
  want(seat: Peer, blobs: readonly Candidate[], first?: Peer): void {
    const { fetcher, held } = this.node(seat);
    const missing = blobs.filter(({ key }) => !held.has(key));
    this.perform(
      seat,
      fetcher.want(
        missing.map(({ root }) => root),
        first,
      ),
    );
  }

  /** What happens at one time happens in the order in which it was said. */
  at(atMs: number, run: () => void): void {
    const place = this.#events.findLastIndex((event) => event.atMs <= atMs) + 1;
    this.#events.splice(place, 0, { atMs, run });
  }

  /** Runs until nothing is left to happen, or it is so late. */
  run(untilMs = Number.MAX_SAFE_INTEGER): void {
    for (let next = this.#events.shift(); next !== undefined && next.atMs <= untilMs; next = this.#events.shift()) {
      this.nowMs = next.atMs;
      next.run();
    }
  }

  perform(seat: Peer, effects: readonly OrderEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === "send") this.#send(seat, effect.to, effect.message);
      else if (effect.kind === "set-timer") this.#setTimer(seat, effect.timer, effect.afterMs);
      else throw new Error(`dissemination does not ask for ${effect.kind}`);
    }
  }

  #setTimer(seat: Peer, timer: OrderTimer, afterMs: number): void {
    const { outbox, fetcher } = this.node(seat);
    this.at(this.nowMs + afterMs, () => {
      if (timer.name === "push") this.perform(seat, outbox.onTimer(timer.peer, timer.batch));
      if (timer.name === "fetch") this.perform(seat, fetcher.onTimer(timer.id));
    });
  }

  #send(from: Peer, to: Peer, message: OrderMessage, delayMs = 0): void {
    const { lossPercent, delayMsMax } = this.#options;
    if (message.kind === "want" && message.roots.length === 0) throw new Error("nothing is asked for");
    if (message.kind === "blobs" && message.blobs.length === 0) throw new Error("nothing is pushed");
    this.sent.push({ from, to, atMs: this.nowMs, message });
    const isLost = this.#random.below(100) < lossPercent;
    const arrivesMs = this.nowMs + delayMs + 1 + this.#random.below(delayMsMax);
    if (!isLost) this.at(arrivesMs, () => this.#receive(to, from, message));
  }

  #conductOf(seat: Peer): Conduct {
    return this.#options.conducts.get(seat) ?? "honest";
  }

  #receive(seat: Peer, from: Peer, message: OrderMessage): void {
    const { outbox, fetcher, held } = this.node(seat);
    if (this.#conductOf(seat) === "silent") return;
    if (message.kind === "blobs") {
      for (const blob of this.#decode(message.blobs)) held.set(blob.key, blob);
      this.#send(seat, from, { kind: "received", batch: message.batch });
    } else if (message.kind === "received") {
      this.perform(seat, outbox.onReceived(from, message.batch));
    } else if (message.kind === "want") {
      this.#serve(seat, from, message);
    } else if (message.kind === "found") {
      const { accepted, effects } = fetcher.onFound(from, message.id, this.#decode(message.blobs));
      for (const { key } of accepted) this.accepted.push({ node: seat, key });
      this.give(seat, accepted);
      this.perform(seat, effects);
    }
  }

  #decode(blobs: readonly Uint8Array[]): Candidate[] {
    return blobs.flatMap((bytes) => this.#byBytes.get(bytes) ?? []);
  }

  #serve(seat: Peer, to: Peer, { id, roots }: Extract<OrderMessage, { kind: "want" }>): void {
    const { answerBytesMax } = this.#options;
    const { held } = this.node(seat);
    const found = chooseFound(roots, (key) => held.get(key)?.bytes, answerBytesMax);
    const answer = (blobs: readonly Uint8Array[], delayMs = 0) =>
      this.#send(seat, to, { kind: "found", id, blobs }, delayMs);
    switch (this.#conductOf(seat)) {
      case "honest":
        return answer(found);
      case "silent":
        return;
      case "empty":
        return answer([]);
      case "trickle":
        return answer(found.slice(0, 1), deltaMs);
      case "late":
        return answer(found, 5 * deltaMs);
      case "fake":
        return answer(this.#notAsked(roots).map(({ bytes }) => bytes));
      case "flood":
        for (let i = 0; i < 5; i++) answer(this.#options.blobs.map(({ bytes }) => bytes));
        for (let i = -5; i < 5; i++) this.#send(seat, to, { kind: "found", id: id + i, blobs: [] });
    }
  }

  #notAsked(roots: readonly Root[]): readonly Candidate[] {
    const asked = new Set(roots.map(toHex));
    return this.#options.blobs.filter(({ key }) => !asked.has(key)).slice(0, roots.length);
  }
}
