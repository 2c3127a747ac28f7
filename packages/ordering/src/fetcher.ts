// O6: blobs that a block names and this node lacks are asked for by root, of several peers.
//
//   Missing roots travel in parcels. A parcel is asked of one peer at a time, and of a peer one parcel at a time. The
//   proposer, who should have them all, is asked first. It has one pause: after that, or when it leaves out something,
//   what still waits for it goes to whoever is free.
//   What an answer leaves out, and what is not answered within the pause, goes on to the peers not asked yet, in turn,
//   those last that did not answer lately. When all were asked, it rests for a pause and all are asked again. Pauses are
//   2Δ, and double with each round up to 32Δ.
//   An answer that is full has no room for the rest; that peer may be asked again in the same round, and the rest is
//   spread over several peers.
//   An answer counts once, late ones too, and only with blobs that were asked of that peer and are still missing. So
//   nobody can make this node work by answers that it did not ask for, and a liar costs one parcel one pause.
//   Who names a root anew, as the proposer of another block, is asked for it at once, whatever pause it is in.

import { assert, limits, type Root, toHex } from "@tandem/shared";
import type { Candidate } from "./candidate.ts";
import { cut, type Parcel, split } from "./parcel.ts";
import type { OrderEffect, Peer } from "./types.ts";

export interface FetcherConfig {
  /** Those to ask, in turn; not this node. */
  readonly peers: readonly Peer[];
  readonly deltaMs: number;
  readonly requestRootsMax: number;
  /** Roots missing at a time. */
  readonly wantedRootsMax: number;
  /** Encoded bytes of blobs in one answer. */
  readonly answerBytesMax: number;
}

export const fetcherLimits = {
  requestRootsMax: limits.wantRootsMax,
  wantedRootsMax: limits.wantedRootsMax,
  answerBytesMax: limits.foundBytesMax,
} as const;

interface Missing {
  readonly root: Root;
  /** Proposers that were asked for it first: one or two, so a list. */
  readonly leads: Peer[];
  parcel: Parcel | undefined;
}

interface Request {
  readonly id: number;
  readonly peer: Peer;
  readonly parcel: Parcel;
  readonly keys: readonly string[];
  /** Asked of a proposer first: others wait until its pause is over. */
  readonly isFirst: boolean;
}

interface Desk {
  readonly peer: Peer;
  open: Request | undefined;
  /** Without an answer so far, and handed on: a late answer is as good as a quick one. */
  readonly late: Request[];
  /** It let its last pause go by. */
  isSilent: boolean;
}

export interface Found {
  readonly accepted: readonly Candidate[];
  readonly effects: OrderEffect[];
}

/** The longest pause is the first one doubled so many times: 2Δ, 4Δ, 8Δ, 16Δ, 32Δ. */
const doublingsMax = 4;
/** Requests of a peer whose answers may still come: as many of the shortest pauses as the longest one holds. */
const lateMax = 16;
/** Fewer roots than these are not spread over peers without need. */
const spreadRootsMin = 32;

export class Fetcher {
  readonly #config: FetcherConfig;
  readonly #desks: ReadonlyMap<Peer, Desk>;
  readonly #missing = new Map<string, Missing>();
  /** Parcels for which a peer has to become free, in the order in which they came. */
  readonly #waiting = new Set<Parcel>();
  /** What a timer was set for. */
  readonly #requests = new Map<number, Request>();
  readonly #resting = new Map<number, Parcel>();
  #nextId = 1;
  #turn = 0;

  constructor(config: FetcherConfig) {
    assert(config.requestRootsMax > 0, "a request has room for a root");
    this.#config = config;
    const desks = config.peers.map((peer) => ({ peer, open: undefined, late: [], isSilent: false }));
    this.#desks = new Map(desks.map((desk) => [desk.peer, desk]));
  }

  /** Roots that are missing. */
  get missing(): number {
    return this.#missing.size;
  }

  isMissing(key: string): boolean {
    return this.#missing.has(key);
  }

  /**
   * Asks for these, of `first` if given, unless that is under way already. Beyond `wantedRootsMax` nothing is taken:
   * whoever calls bounds the blocks that are open at a time.
   */
  want(roots: readonly Root[], first: Peer | undefined): OrderEffect[] {
    if (this.#desks.size === 0) return [];
    const lead = first !== undefined && this.#desks.has(first) ? first : undefined;
    const keys: string[] = [];
    for (const root of roots) {
      const key = toHex(root);
      if (this.#isToBeAsked(key, root, lead)) keys.push(key);
    }
    this.#pack(keys, lead);
    return this.#assign();
  }

  /** It was not missing before, or a proposer names it that was not asked for it first. */
  #isToBeAsked(key: string, root: Root, lead: Peer | undefined): boolean {
    const known = this.#missing.get(key);
    if (known === undefined) {
      if (this.#missing.size >= this.#config.wantedRootsMax) return false;
      this.#missing.set(key, { root, leads: lead === undefined ? [] : [lead], parcel: undefined });
      return true;
    }
    if (lead === undefined || known.leads.includes(lead)) return false;
    known.leads.push(lead);
    if (known.parcel === undefined || known.parcel.at === lead) return false;
    this.#takeOut(known.parcel, key);
    return true;
  }

  #pack(keys: readonly string[], lead: Peer | undefined): void {
    const { peers, requestRootsMax } = this.#config;
    const share = Math.max(spreadRootsMin, Math.ceil(keys.length / peers.length));
    for (const some of cut(keys, lead === undefined ? Math.min(share, requestRootsMax) : requestRootsMax)) {
      const last = lead ?? (peers[this.#turn++ % peers.length] as Peer);
      this.#queue({ keys: new Set(some), asked: new Set(), lead, at: undefined, last, rounds: 0 });
    }
  }

  #queue(parcel: Parcel): void {
    for (const key of parcel.keys) (this.#missing.get(key) as Missing).parcel = parcel;
    this.#waiting.add(parcel);
  }

  /** No block needs them any more, or they came in another way. */
  forget(keys: Iterable<string>): void {
    for (const key of keys) {
      const parcel = this.#missing.get(key)?.parcel;
      if (parcel !== undefined) this.#takeOut(parcel, key);
      this.#missing.delete(key);
    }
  }

  #takeOut(parcel: Parcel, key: string): void {
    parcel.keys.delete(key);
    if (parcel.keys.size === 0) this.#waiting.delete(parcel);
  }

  /** Whether an answer to this request would be heard. If not, nothing of it needs to be decoded. */
  isOpen(from: Peer, id: number): boolean {
    return this.#find(from, id) !== undefined;
  }

  #find(from: Peer, id: number): Request | undefined {
    const desk = this.#desks.get(from);
    return desk?.open?.id === id ? desk.open : desk?.late.find((request) => request.id === id);
  }

  /** The blobs that were missing until now, and what to do next. */
  onFound(from: Peer, id: number, candidates: readonly Candidate[]): Found {
    const request = this.#find(from, id);
    const desk = this.#desks.get(from);
    if (request === undefined || desk === undefined) return { accepted: [], effects: [] };
    const accepted = candidates.length > request.keys.length ? [] : this.#accept(request, candidates);
    desk.isSilent = false;
    const effects = desk.open === request ? this.#afterAnswer(request, accepted) : [];
    if (desk.open === request) desk.open = undefined;
    else desk.late.splice(desk.late.indexOf(request), 1);
    return { accepted, effects: [...effects, ...this.#assign()] };
  }

  #accept({ keys }: Request, candidates: readonly Candidate[]): Candidate[] {
    const asked = new Set(keys);
    const accepted = candidates.filter(({ key }) => this.#missing.has(key) && asked.delete(key));
    this.forget(accepted.map(({ key }) => key));
    return accepted;
  }

  #afterAnswer({ parcel, peer, isFirst }: Request, accepted: readonly Candidate[]): OrderEffect[] {
    parcel.at = undefined;
    if (parcel.keys.size === 0) return [];
    if (isFirst) this.#release(peer);
    if (!this.#isFull(accepted)) return this.#handOn(parcel);
    parcel.asked.delete(peer);
    for (const part of split(parcel, this.#desks.size)) this.#queue(part);
    return [];
  }

  /** Whoever served it had no room for any other blob, however large. */
  #isFull(accepted: readonly Candidate[]): boolean {
    const bytes = accepted.reduce((sum, candidate) => sum + candidate.bytes.length, 0);
    return bytes > 0 && bytes >= this.#config.answerBytesMax - limits.blobBytesMax;
  }

  /** A pause is over. */
  onTimer(id: number): OrderEffect[] {
    const rested = this.#resting.get(id);
    this.#resting.delete(id);
    if (rested !== undefined && rested.keys.size > 0) this.#beginRound(rested);
    const request = this.#requests.get(id);
    this.#requests.delete(id);
    const effects = request === undefined ? [] : this.#afterPause(request);
    return [...effects, ...this.#assign()];
  }

  #beginRound(parcel: Parcel): void {
    parcel.rounds++;
    parcel.asked.clear();
    this.#waiting.add(parcel);
  }

  #afterPause(request: Request): OrderEffect[] {
    const { peer, isFirst } = request;
    if (isFirst) this.#release(peer);
    const desk = this.#desks.get(peer);
    if (desk?.open !== request) return [];
    desk.isSilent = true;
    return this.#setAside(desk, request);
  }

  /** The peer may be asked for something else. Its answer still counts; others are asked for the same meanwhile. */
  #setAside(desk: Desk, request: Request): OrderEffect[] {
    desk.open = undefined;
    desk.late.push(request);
    if (desk.late.length > lateMax) desk.late.shift();
    request.parcel.at = undefined;
    return this.#handOn(request.parcel);
  }

  /** What waits for this proposer needs not wait for it any more. */
  #release(lead: Peer): void {
    for (const parcel of this.#waiting) if (parcel.lead === lead) parcel.lead = undefined;
  }

  #handOn(parcel: Parcel): OrderEffect[] {
    parcel.lead = undefined;
    if (parcel.keys.size === 0) return [];
    if (parcel.asked.size < this.#desks.size) {
      this.#waiting.add(parcel);
      return [];
    }
    const id = this.#nextId++;
    this.#resting.set(id, parcel);
    return [this.#timer(id, parcel)];
  }

  /** Gives waiting parcels to peers that are free; those that a proposer is to be asked for before all others. */
  #assign(): OrderEffect[] {
    const effects: OrderEffect[] = [];
    for (const parcel of this.#waitingFor(true)) effects.push(...this.#askFirst(parcel));
    for (const parcel of this.#waitingFor(false)) {
      if (this.#isBusy) break;
      const desk = this.#choose(parcel);
      if (desk !== undefined) effects.push(...this.#ask(desk, parcel));
    }
    return effects;
  }

  #waitingFor(isLed: boolean): readonly Parcel[] {
    return [...this.#waiting].filter(({ lead }) => (lead !== undefined) === isLed);
  }

  /** What a proposer is asked for first goes before all else that it was asked for: that may be in a long pause. */
  #askFirst(parcel: Parcel): OrderEffect[] {
    const desk = this.#desks.get(parcel.lead as Peer) as Desk;
    if (desk.open?.isFirst) return [];
    const effects = desk.open === undefined ? [] : this.#setAside(desk, desk.open);
    return [...effects, ...this.#ask(desk, parcel)];
  }

  get #isBusy(): boolean {
    for (const { open } of this.#desks.values()) if (open === undefined) return false;
    return true;
  }

  /** The next one in turn that was not asked yet. Those that were silent lately are not preferred to busy ones. */
  #choose(parcel: Parcel): Desk | undefined {
    const unasked = this.#unasked(parcel);
    const speaking = unasked.filter(({ isSilent }) => !isSilent);
    return (speaking.length > 0 ? speaking : unasked).find(({ open }) => open === undefined);
  }

  #unasked({ asked, last }: Parcel): readonly Desk[] {
    const { peers } = this.#config;
    const first = peers.indexOf(last) + 1;
    const inTurn = [...peers.slice(first), ...peers.slice(0, first)];
    return inTurn.filter((peer) => !asked.has(peer)).map((peer) => this.#desks.get(peer) as Desk);
  }

  #ask(desk: Desk, parcel: Parcel): OrderEffect[] {
    const { peer } = desk;
    const request = { id: this.#nextId++, peer, parcel, keys: [...parcel.keys], isFirst: parcel.lead === peer };
    desk.open = request;
    parcel.at = peer;
    parcel.last = peer;
    parcel.asked.add(peer);
    this.#waiting.delete(parcel);
    this.#requests.set(request.id, request);
    const roots = request.keys.map((key) => (this.#missing.get(key) as Missing).root);
    return [
      { kind: "send", to: peer, message: { kind: "want", id: request.id, roots } },
      this.#timer(request.id, parcel),
    ];
  }

  #timer(id: number, { rounds }: Parcel): OrderEffect {
    const afterMs = 2 * this.#config.deltaMs * 2 ** Math.min(rounds, doublingsMax);
    return { kind: "set-timer", timer: { name: "fetch", id }, afterMs };
  }
}
