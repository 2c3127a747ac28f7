// S7, S11: asking peers for what is missing. Each need is asked of one peer at a time; an answer that does not
// meet it, or none, moves on to the next peer after a pause that grows. A need is first asked of a peer that answered what
// it was asked last, and then by turns of these and of the others: so a node with links to few of many follows these few,
// and nobody who is back waits long. The number of open needs is bounded, and each ends, met or not, once something is final
// that makes it moot.

import { toHex, type View } from "@tandem/shared";
import type { Effect, Message, Peer, Request } from "./types.ts";

export interface Want {
  readonly request: Request;
  /** Of no use any more once this view or a later one is final. */
  readonly until: View;
}

interface Need {
  readonly id: number;
  readonly want: Want;
  peer: Peer;
  attempts: number;
  /** Asked, and without an answer so far: a slow answer is as good as a quick one. */
  readonly asked: Set<Peer>;
  /** Had their turn in this round. */
  readonly tried: Set<Peer>;
}

export interface RepairLimits {
  readonly needsMax: number;
  readonly firstPauseMs: number;
  readonly pauseMsMax: number;
}

/** Of so many needs one is first asked of a peer that did not answer lately, or was never asked. */
const lookEvery = 4;

export class Repair<Block> {
  readonly #peers: readonly Peer[];
  readonly #limits: RepairLimits;
  readonly #needs = new Map<string, Need>();
  /** Those that answered what they were asked last. */
  readonly #speaking = new Set<Peer>();
  #nextId = 1;
  #turn = 0;
  /** Needs that were asked of whoever had the turn. */
  #begun = 0;

  /** `peers` are those to ask, in turn. */
  constructor(peers: readonly Peer[], limits: RepairLimits) {
    this.#peers = peers;
    this.#limits = limits;
  }

  /** Asks for it, of `first` if given, unless that is under way already. To be said again while it is wanted. */
  want(want: Want, first: Peer | undefined): Effect<Block>[] {
    if (this.#peers.length === 0) return [];
    const key = keyOf(want.request);
    const known = this.#needs.get(key);
    if (known !== undefined) {
      this.#needs.delete(key);
      this.#needs.set(key, known);
      return [];
    }
    // What was not wanted for longest goes: a liar's proposals must not fill the table with needs that nobody can meet.
    const [longest] = this.#needs.keys();
    if (longest !== undefined && this.#needs.size >= this.#limits.needsMax) this.#needs.delete(longest);
    const peer = first !== undefined && this.#peers.includes(first) ? first : this.#nextPeer();
    const need = { id: this.#nextId++, want, peer, attempts: 0, asked: new Set<Peer>(), tried: new Set<Peer>() };
    this.#needs.set(key, need);
    return this.#ask(need);
  }

  /** The request that this answers, if it was asked of this peer and not answered by it yet. */
  take(id: number, from: Peer): Request | undefined {
    if (this.#peers.includes(from)) this.#speaking.add(from);
    const need = this.#find(id);
    // An answer that did not help leaves the need open until its pause is over: nobody can make us ask faster.
    return need?.asked.delete(from) ? need.want.request : undefined;
  }

  /** Forgets what is not needed any more. */
  sweep(isNeeded: (want: Want) => boolean): void {
    for (const [key, need] of this.#needs) if (!isNeeded(need.want)) this.#needs.delete(key);
  }

  /** The pause after asking is over, and it is still needed: ask the next peer. */
  onTimer(id: number): Effect<Block>[] {
    const need = this.#find(id);
    if (need === undefined) return [];
    need.attempts++;
    if (need.asked.has(need.peer)) this.#speaking.delete(need.peer);
    need.peer = this.#after(need);
    return this.#ask(need);
  }

  #ask({ id, want, peer, attempts, asked, tried }: Need): Effect<Block>[] {
    asked.add(peer);
    tried.add(peer);
    const message: Message<Block> = { kind: "request", id, request: want.request };
    const pause = this.#limits.firstPauseMs * 2 ** Math.min(attempts, 16);
    return [
      { kind: "send", to: peer, message },
      { kind: "set-timer", timer: { name: "repair", id }, afterMs: Math.min(pause, this.#limits.pauseMsMax) },
    ];
  }

  #find(id: number): Need | undefined {
    for (const need of this.#needs.values()) if (need.id === id) return need;
    return undefined;
  }

  /**
   * One that speaks and another, by turns. Each need goes round by itself: two that took turns could each meet the same half
   * of the peers for ever.
   */
  #after({ peer, attempts, tried }: Need): Peer {
    const inTurn = this.#from(this.#peers.indexOf(peer) + 1);
    const speaking = inTurn.filter((each) => this.#speaking.has(each));
    const others = inTurn.filter((each) => !this.#speaking.has(each));
    // At first nobody is asked twice.
    const isOfSpeaking = attempts % 2 === 1 && (attempts > 1 || speaking.some((each) => !tried.has(each)));
    const group = isOfSpeaking ? speaking : others;
    const some = group.length > 0 ? group : inTurn;
    if (some.every((each) => tried.has(each))) for (const each of some) tried.delete(each);
    return some.find((each) => !tried.has(each)) as Peer;
  }

  /** For a new need. Now and then another is looked for, who may be back. */
  #nextPeer(): Peer {
    const inTurn = this.#from(this.#turn);
    const isLook = ++this.#begun % lookEvery === 0;
    const next = inTurn.find((peer) => this.#speaking.has(peer) !== isLook) ?? (inTurn[0] as Peer);
    this.#turn = this.#peers.indexOf(next) + 1;
    return next;
  }

  #from(place: number): readonly Peer[] {
    return [...this.#peers.slice(place), ...this.#peers.slice(0, place)];
  }
}

function keyOf(request: Request): string {
  switch (request.kind) {
    case "certificates":
      return `certificates ${request.from}-${request.to}`;
    case "block":
      return `block ${toHex(request.root)}`;
    case "chain":
      return `chain ${request.from}`;
  }
}
