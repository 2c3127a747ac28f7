// Whether the links of a node make a quorum, for whoever reads its log: told when they do, and when they do not for some
// seconds. A node that has just started, or whose peer comes back at once, says nothing of what lasts so short.

import { type Committee, isQuorum } from "@tandem/shared";

export interface LinkedPeers {
  readonly hasQuorum: boolean;
  /** Validators that are linked with this one. */
  readonly linked: number;
  readonly of: number;
}

/** Longer than a start or a reconnect takes, shorter than anybody's patience. */
const graceUsualMs = 3000;

/** With all of these seats. */
export function makeQuorum(committee: Committee, here: ReadonlySet<number>): boolean {
  const weight = committee.seats.reduce((sum, each, seat) => (here.has(seat) ? sum + each.weight : sum), 0n);
  return isQuorum(committee, weight);
}

export class QuorumWatch {
  readonly #committee: Committee;
  readonly #ownSeat: number | undefined;
  readonly #tell: (peers: LinkedPeers) => void;
  readonly #graceMs: number;
  readonly #linked = new Set<number>();
  /** What was told last. A network of one node has nothing to tell. */
  #told: boolean | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    committee: Committee,
    ownSeat: number | undefined,
    tell: (peers: LinkedPeers) => void,
    graceMs: number = graceUsualMs,
  ) {
    this.#committee = committee;
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
    return makeQuorum(this.#committee, new Set([...this.#linked, ...own]));
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
    const of = this.#committee.seats.length - (this.#ownSeat === undefined ? 0 : 1);
    this.#tell({ hasQuorum, linked: this.#linked.size, of });
  }
}
