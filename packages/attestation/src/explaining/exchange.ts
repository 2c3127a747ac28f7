// C6: parts of a state are asked for of those who affirmed the claim that commits to it: they made it, so they have it.
//
//   A part is asked of one peer at a time, first of the one who gave the part before. What is not given, does not match, or
//   is not answered within 4Δ goes on to the next one; an answer that comes late still counts. When all were asked it
//   rests for a pause and all are asked again, for they may have been away: pauses are 4Δ and double up to 64Δ. After
//   `roundsMax` times it is taken that they do not show it.
//   Each part is checked against the hash that a part above it, or the claim, commits to (`openPart`). So a peer can
//   refuse, and it can give what its own claim commits to, and nothing else. Who gives anything else is not asked again.

import { type Job, type MapPart, type OpenedPart, openPart, type PartCode, type Root, until } from "@tandem/shared";
import type { Peer } from "../content/types.ts";
import type { MissingPart } from "./compare.ts";
import { explainLimits, type PartQuestion, type StateEffect } from "./types.ts";

/** Whom to ask for the state behind one claim. */
export interface Sources {
  /** Who affirmed it, as far as known by now. */
  affirmers(): readonly Peer[];
  readonly liars: Set<Peer>;
  /** Who gave a part last. */
  lastGiver: Peer | undefined;
}

interface Wanted {
  readonly question: PartQuestion;
  readonly hash: Root;
  readonly sources: Sources;
  unasked: Peer[];
  /** Who was asked and did not answer yet, and under which name. */
  readonly asked: Map<Peer, number>;
  /** Whose pause is under way, or that of the rest. */
  waitingFor: number;
  rounds: number;
  answer: OpenedPart | MissingPart | undefined;
}

interface Asked {
  readonly peer: Peer;
  readonly wanted: Wanted;
}

const doublingsMax = 4;

const notShown: MissingPart = { kind: "missing", why: "not-shown" };

export class StateExchange {
  readonly #deltaMs: number;
  readonly #push: (effect: StateEffect) => void;
  readonly #asked = new Map<number, Asked>();
  readonly #rests = new Map<number, Wanted>();
  #nextId = 1;

  constructor(deltaMs: number, push: (effect: StateEffect) => void) {
    this.#deltaMs = deltaMs;
    this.#push = push;
  }

  /** For tests of bounds: all that is kept. */
  get counts() {
    return { asked: this.#asked.size, rests: this.#rests.size };
  }

  *part(question: PartQuestion, hash: Root, sources: Sources): Job<OpenedPart | MissingPart, never> {
    const wanted: Wanted = {
      question,
      hash,
      sources,
      unasked: [],
      asked: new Map(),
      waitingFor: 0,
      rounds: 0,
      answer: undefined,
    };
    this.#beginRound(wanted);
    try {
      yield* until(() => wanted.answer !== undefined);
      return wanted.answer ?? notShown;
    } finally {
      this.#rests.delete(wanted.waitingFor);
      for (const id of wanted.asked.values()) this.#asked.delete(id);
    }
  }

  #beginRound(wanted: Wanted): void {
    const { affirmers, lastGiver, liars } = wanted.sources;
    const peers = new Set(lastGiver === undefined ? affirmers() : [lastGiver, ...affirmers()]);
    wanted.unasked = [...peers].filter((peer) => !liars.has(peer)).slice(0, explainLimits.sourcesMax);
    wanted.rounds++;
    this.#askNext(wanted);
  }

  #askNext(wanted: Wanted): void {
    const peer = wanted.unasked.shift();
    if (peer === undefined) return this.#rest(wanted);
    // One that did not answer is asked again under its name: an answer that is on its way still counts.
    const id = wanted.asked.get(peer) ?? this.#nextId++;
    this.#asked.set(id, { peer, wanted });
    wanted.asked.set(peer, id);
    wanted.waitingFor = id;
    this.#push({ kind: "send", to: peer, message: { kind: "want-state", id, ...wanted.question } });
    this.#push({ kind: "set-timer", timer: { name: "state", id }, afterMs: 4 * this.#deltaMs });
  }

  #rest(wanted: Wanted): void {
    if (wanted.rounds >= explainLimits.roundsMax) {
      wanted.answer = notShown;
      return;
    }
    const id = this.#nextId++;
    wanted.waitingFor = id;
    this.#rests.set(id, wanted);
    const afterMs = 4 * this.#deltaMs * 2 ** Math.min(wanted.rounds - 1, doublingsMax);
    this.#push({ kind: "set-timer", timer: { name: "state", id }, afterMs });
  }

  /** A pause is over. */
  onTimer(id: number): void {
    const rested = this.#rests.get(id);
    this.#rests.delete(id);
    if (rested !== undefined) return this.#beginRound(rested);
    const asked = this.#asked.get(id);
    if (asked !== undefined && asked.wanted.waitingFor === id) this.#askNext(asked.wanted);
  }

  /** An answer counts once, only of a peer that was asked, and only while the part is still missing. */
  onState(from: Peer, id: number, part: MapPart | undefined): void {
    const asked = this.#asked.get(id);
    if (asked === undefined || asked.peer !== from || asked.wanted.answer !== undefined) return;
    const { wanted } = asked;
    this.#asked.delete(id);
    wanted.asked.delete(from);
    const { question, hash, sources } = wanted;
    const opened = part && openPart(question.place, hash, part);
    if (opened?.ok === true || isOfNoMap(opened?.error)) {
      sources.lastGiver = from;
      wanted.answer = opened?.ok === true ? opened.value : { kind: "missing", why: "no-map" };
      return;
    }
    if (opened !== undefined) sources.liars.add(from);
    if (sources.lastGiver === from) sources.lastGiver = undefined;
    if (wanted.waitingFor === id) this.#askNext(wanted);
  }
}

function isOfNoMap(error: { readonly code: PartCode } | undefined): boolean {
  return error?.code === "no-map";
}
