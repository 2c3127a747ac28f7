// Whether the links of a node make a quorum, for whoever reads its log: told when they do, and when they do not for some
// seconds. A node that has just started, or whose peer comes back at once, says nothing of what lasts so short.

import { makeQuorum, type Seating } from "../config/seating.ts";

export interface LinkedPeers {
  readonly hasQuorum: boolean;
  /** Validators of the order chain that are linked with this one. */
  readonly linked: number;
  readonly of: number;
}

/** Longer than a start or a reconnect takes, shorter than anybody's patience. */
const graceUsualMs = 3000;

export class QuorumWatch {
  readonly #seating: Seating;
  readonly #ownSeat: number | undefined;
  readonly #tell: (peers: LinkedPeers) => void;
  readonly #graceMs: number;
  readonly #linked = new Set<number>();
  /** What was told last. A network of one node has nothing to tell. */
  #told: boolean | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    seating: Seating,
    ownSeat: number | undefined,
    tell: (peers: LinkedPeers) => void,
    graceMs: number = graceUsualMs,
  ) {
    this.#seating = seating;
    this.#ownSeat = ownSeat;
    this.#tell = tell;
    this.#graceMs = graceMs;
    if (this.#hasQuorum) this.#told = true;
  }

  start(): void {
    this.#look();
  }

  onPeer(seat: number, change: "up" | "down"): void {
    if (change === "up") this.#linked.add(seat);
    else this.#linked.delete(seat);
    this.#look();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  get #hasQuorum(): boolean {
    const own = this.#ownSeat === undefined ? [] : [this.#ownSeat];
    return makeQuorum(this.#seating, new Set([...this.#linked, ...own]));
  }

  #look(): void {
    if (this.#hasQuorum) {
      this.stop();
      this.#say(true);
    } else if (this.#told !== false) {
      this.#timer ??= setTimeout(() => this.#say(false), this.#graceMs).unref();
    }
  }

  #say(hasQuorum: boolean): void {
    this.stop();
    if (this.#told === hasQuorum) return;
    this.#told = hasQuorum;
    const others = this.#seating.places.filter((place) => place !== this.#ownSeat);
    const linked = others.filter((place) => this.#linked.has(place)).length;
    this.#tell({ hasQuorum, linked, of: others.length });
  }
}
