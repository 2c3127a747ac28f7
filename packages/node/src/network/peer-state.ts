// One peer for as long as the network knows it: its queues and counts outlive its links.
//
// While a validator is away, only its newest control frames wait for it, and few; the rest is dropped. What was said long
// ago helps nobody: consensus repeats what still matters, and blobs are pushed again.

import { Intake } from "./intake.ts";
import type { Admission, Link } from "./link.ts";
import type { Lane, NetworkLimits, Peer, PeerStatus } from "./network-config.ts";
import { SendQueue } from "./send-queue.ts";

export class PeerState {
  readonly peer: Peer;
  readonly #limits: NetworkLimits;
  readonly #queues: Readonly<Record<Lane, SendQueue>>;
  readonly #intakes: Readonly<Record<Lane, Intake>>;
  #link: Link | undefined;
  /** Of links before this one. */
  #sentBytes = 0;
  #receivedBytes = 0;

  constructor(peer: Peer, limits: NetworkLimits) {
    this.peer = peer;
    this.#limits = limits;
    const { queueBytesMax, heldBytesMax } = limits;
    this.#queues = { control: new SendQueue("control", queueBytesMax), bulk: new SendQueue("bulk", queueBytesMax) };
    this.#intakes = { control: new Intake(heldBytesMax), bulk: new Intake(heldBytesMax) };
  }

  get link(): Link | undefined {
    return this.#link;
  }

  get queuedBytes(): number {
    return this.#queues.control.bytes + this.#queues.bulk.bytes;
  }

  get status(): PeerStatus {
    const { control, bulk } = this.#queues;
    return {
      peer: this.peer,
      connected: this.#link !== undefined,
      queuedBytes: this.queuedBytes,
      sentBytes: this.#sentBytes + (this.#link?.sentBytes ?? 0),
      receivedBytes: this.#receivedBytes + (this.#link?.receivedBytes ?? 0),
      rttMs: this.#link?.rttMs,
      drops: control.drops + bulk.drops,
    };
  }

  admission(messageBytesMax: number, onFrame: Admission["onFrame"]): Admission {
    return { messageBytesMax, queues: this.#queues, intakes: this.#intakes, onFrame };
  }

  send(frame: Uint8Array, lane: Lane): void {
    this.#queues[lane].push(frame);
    if (this.#link === undefined) this.#trim();
    else this.#link.wake();
  }

  /** In place of `send`, where there is no room. */
  drop(lane: Lane): void {
    this.#queues[lane].countDrop();
  }

  /** The link that it had before, if any, is the caller's to end. */
  attach(link: Link): void {
    this.#unlink();
    this.#link = link;
  }

  detach(): void {
    this.#unlink();
    this.#trim();
  }

  #unlink(): void {
    this.#sentBytes += this.#link?.sentBytes ?? 0;
    this.#receivedBytes += this.#link?.receivedBytes ?? 0;
    this.#link = undefined;
  }

  #trim(): void {
    this.#queues.bulk.trim(0);
    this.#queues.control.trim(this.#limits.awayBytesMax);
  }
}
