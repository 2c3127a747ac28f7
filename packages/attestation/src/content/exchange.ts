// C5: contents of claims are asked for by root, of those who affirmed the claim: they made it, so they have it.
//
//   One content is asked of one peer at a time: it may have 17 MiB. What is not there, does not match, or is not answered
//   within the pause goes on to the next one. An answer that comes late still counts. When all were asked, it rests for
//   a pause and all are asked again. Pauses are 4Δ, and double with each round up to 64Δ.
//   A peer has few questions open at a time, and so have all together. Contents take turns: each is asked for once, in the order
//   in which they came, then each once more; and those who lied or were silent have half of all questions at most. So
//   contents that nobody gives, however many, keep nobody waiting for what somebody has.
//   Who gave what does not match the root lies: it is not asked for that claim again, and for others after all who did
//   not lie, and who were not silent lately. Not for ever out: with nobody else to ask, asking costs one answer.
//   An answer counts once, only of a peer that was asked, and is looked at only while the content is still missing.
//
// It is like the order chain's fetcher of blobs, and not the same: there everybody may have everything, and many small
// things travel in parcels; here each thing has sources of its own, and fills an answer alone.

import { assert, type Root, toHex } from "@tandem/shared";
import { type ClaimContent, readClaimContent } from "./claim-content.ts";
import { type ContentEffect, type Peer, questionsPerPeerMax } from "./types.ts";

export interface ExchangeConfig {
  readonly deltaMs: number;
  /** Contents missing at a time. */
  readonly wantedMax: number;
  /** Peers to ask for one of them. */
  readonly sourcesMax: number;
  /** Questions open at one peer. */
  readonly perPeerMax: number;
  /** Questions open in all. */
  readonly openMax: number;
}

export const exchangeLimits = {
  /** A few claims of each of as many shards as anybody follows. */
  wantedMax: 4096,
  /** A whole committee. */
  sourcesMax: 1024,
  perPeerMax: questionsPerPeerMax,
  /** Full answers to all: 136 MiB, ten seconds of a 100 Mbit/s link. */
  openMax: 8,
} as const;

interface Wanted {
  readonly claim: Root;
  readonly key: string;
  readonly sources: Set<Peer>;
  /** Not asked yet in this round. */
  readonly unasked: Set<Peer>;
  readonly liars: Set<Peer>;
  /** That of the pause under way. */
  open: Question | undefined;
  /** The rest under way. */
  rest: number | undefined;
  rounds: number;
  /** Answered so far by nobody, and still heard: at most one of each source. */
  readonly questions: Map<Peer, Question>;
}

interface Question {
  readonly id: number;
  readonly peer: Peer;
  readonly wanted: Wanted;
  /** Whether the peer lied or was silent when it was asked. */
  isDoubtful: boolean;
}

export interface Answered {
  /** What was missing until now, and matches its root. */
  readonly found: { readonly claim: Root; readonly content: ClaimContent } | undefined;
  readonly effects: readonly ContentEffect[];
}

/** The longest pause is the first one, 4Δ, doubled so many times. */
const doublingsMax = 4;

export class ContentExchange {
  readonly #config: ExchangeConfig;
  readonly #wanted = new Map<string, Wanted>();
  readonly #questions = new Map<number, Question>();
  /** What a rest was set for. */
  readonly #rests = new Map<number, Wanted>();
  readonly #openAt = new Map<Peer, number>();
  readonly #silent = new Set<Peer>();
  readonly #liars = new Set<Peer>();
  #open = 0;
  /** Of these, at peers that are doubted. */
  #doubtful = 0;
  #nextId = 1;

  constructor(config: ExchangeConfig) {
    assert(config.perPeerMax > 0 && config.openMax > 0, "somebody can be asked");
    this.#config = config;
  }

  /** For tests of bounds: all that is kept. */
  get counts() {
    return { wanted: this.#wanted.size, questions: this.#questions.size, rests: this.#rests.size, open: this.#open };
  }

  isLiar(peer: Peer): boolean {
    return this.#liars.has(peer);
  }

  isWanted(claim: Root): boolean {
    return this.#wanted.has(toHex(claim));
  }

  /** Asks these for a content; they are added to those known. Beyond `wantedMax` nothing is taken: it is said again. */
  want(claim: Root, sources: readonly Peer[]): readonly ContentEffect[] {
    const key = toHex(claim);
    const wanted = this.#wanted.get(key) ?? this.#begin(claim, key);
    if (wanted === undefined) return [];
    for (const peer of sources) {
      if (wanted.sources.has(peer) || wanted.liars.has(peer)) continue;
      if (wanted.sources.size >= this.#config.sourcesMax) break;
      wanted.sources.add(peer);
      wanted.unasked.add(peer);
    }
    return this.#assign();
  }

  #begin(claim: Root, key: string): Wanted | undefined {
    if (this.#wanted.size >= this.#config.wantedMax) return undefined;
    const wanted: Wanted = {
      claim,
      key,
      sources: new Set(),
      unasked: new Set(),
      liars: new Set(),
      open: undefined,
      rest: undefined,
      rounds: 0,
      questions: new Map(),
    };
    this.#wanted.set(key, wanted);
    return wanted;
  }

  /** It came in another way, or nobody needs it any more. */
  forget(claim: Root): readonly ContentEffect[] {
    const wanted = this.#wanted.get(toHex(claim));
    if (wanted === undefined) return [];
    this.#end(wanted);
    return this.#assign();
  }

  #end(wanted: Wanted): void {
    this.#close(wanted);
    if (wanted.rest !== undefined) this.#rests.delete(wanted.rest);
    for (const { id } of wanted.questions.values()) this.#questions.delete(id);
    this.#wanted.delete(wanted.key);
  }

  /** The pause of its question is over, or not needed any more: others may be asked. */
  #close(wanted: Wanted): void {
    const { open } = wanted;
    if (open === undefined) return;
    wanted.open = undefined;
    this.#open--;
    if (open.isDoubtful) this.#doubtful--;
    const left = (this.#openAt.get(open.peer) ?? 0) - 1;
    if (left > 0) this.#openAt.set(open.peer, left);
    else this.#openAt.delete(open.peer);
  }

  /** Whether an answer would be heard. If not, nothing of it needs to be read. */
  isAsked(from: Peer, id: number): boolean {
    return this.#questions.get(id)?.peer === from;
  }

  onContent(from: Peer, id: number, bytes: Uint8Array | undefined): Answered {
    const question = this.#questions.get(id);
    if (question === undefined || question.peer !== from) return { found: undefined, effects: [] };
    const { wanted } = question;
    this.#silent.delete(from);
    this.#questions.delete(id);
    wanted.questions.delete(from);
    if (wanted.open === question) this.#close(wanted);
    const content = bytes === undefined ? undefined : readClaimContent(wanted.claim, bytes);
    if (content?.ok === false) this.#expose(from, wanted);
    if (content?.ok !== true) return { found: undefined, effects: this.#assign() };
    this.#end(wanted);
    return { found: { claim: wanted.claim, content: content.value }, effects: this.#assign() };
  }

  #expose(peer: Peer, wanted: Wanted): void {
    this.#liars.add(peer);
    wanted.sources.delete(peer);
    wanted.unasked.delete(peer);
    if (wanted.liars.size < this.#config.sourcesMax) wanted.liars.add(peer);
  }

  /** A pause is over. */
  onTimer(id: number): readonly ContentEffect[] {
    const rested = this.#rests.get(id);
    this.#rests.delete(id);
    if (rested !== undefined) beginRound(rested);
    const question = this.#questions.get(id);
    if (question !== undefined && question.wanted.open === question) {
      this.#silent.add(question.peer);
      this.#close(question.wanted);
    }
    return this.#assign();
  }

  #assign(): readonly ContentEffect[] {
    const effects: ContentEffect[] = [];
    for (const wanted of this.#wanted.values()) {
      if (this.#open >= this.#config.openMax) break;
      if (wanted.open === undefined) effects.push(...this.#ask(wanted));
    }
    return effects;
  }

  #ask(wanted: Wanted): readonly ContentEffect[] {
    if (wanted.unasked.size === 0)
      return wanted.sources.size === 0 || wanted.rest !== undefined ? [] : [this.#rest(wanted)];
    const peer = this.#choose([...wanted.unasked]);
    return peer === undefined ? [] : this.#question(wanted, peer);
  }

  /** The best of these who is free; a worse one only if all the better ones were asked. */
  #choose(unasked: readonly Peer[]): Peer | undefined {
    const best = Math.min(...unasked.map((peer) => this.#doubtOf(peer)));
    const { perPeerMax, openMax } = this.#config;
    if (best > 0 && this.#doubtful >= Math.ceil(openMax / 2)) return undefined;
    return unasked.find((peer) => this.#doubtOf(peer) === best && (this.#openAt.get(peer) ?? 0) < perPeerMax);
  }

  #doubtOf(peer: Peer): number {
    if (this.#liars.has(peer)) return 2;
    return this.#silent.has(peer) ? 1 : 0;
  }

  #question(wanted: Wanted, peer: Peer): readonly ContentEffect[] {
    // One that was not answered is asked again under its name: an answer that is on its way still counts.
    const question = wanted.questions.get(peer) ?? { id: this.#nextId++, peer, wanted, isDoubtful: false };
    question.isDoubtful = this.#doubtOf(peer) > 0;
    this.#questions.set(question.id, question);
    wanted.questions.set(peer, question);
    wanted.unasked.delete(peer);
    wanted.open = question;
    this.#open++;
    if (question.isDoubtful) this.#doubtful++;
    // Its next turn comes after those of all others.
    this.#wanted.delete(wanted.key);
    this.#wanted.set(wanted.key, wanted);
    this.#openAt.set(peer, (this.#openAt.get(peer) ?? 0) + 1);
    const message = { kind: "want-content" as const, id: question.id, claim: wanted.claim };
    return [{ kind: "send", to: peer, message }, this.#timer(question.id, wanted)];
  }

  #rest(wanted: Wanted): ContentEffect {
    const id = this.#nextId++;
    wanted.rest = id;
    this.#rests.set(id, wanted);
    return this.#timer(id, wanted);
  }

  #timer(id: number, { rounds }: Wanted): ContentEffect {
    const afterMs = 4 * this.#config.deltaMs * 2 ** Math.min(rounds, doublingsMax);
    return { kind: "set-timer", timer: { name: "content", id }, afterMs };
  }
}

function beginRound(wanted: Wanted): void {
  wanted.rest = undefined;
  wanted.rounds++;
  for (const peer of wanted.sources) wanted.unasked.add(peer);
}
