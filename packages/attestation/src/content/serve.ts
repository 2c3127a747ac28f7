// C5: contents that peers ask for. Each peer has two answers under way, as it asks, and all together few: a content may have
// 17 MiB. So nobody can make this node read more than a bounded part of its store at a time (S11).
//
// Who finds all places taken waits in line, and validators come first: however fast others ask, each of these is served after
// one answer for every validator before it at most. What a peer asks while it has two in line is not heard, and is asked again.

import { type Job, type ReadEffect, type Root, read, until } from "@tandem/shared";
import { readContentBytes } from "../records.ts";
import { type ContentMessage, type Peer, questionsPerPeerMax } from "./types.ts";

/** Answers under way for all peers: as many full ones as fit in 136 MiB of memory. */
const servingMax = 8;

/** Questions of peers that are no validators: they can come under any number of names. */
const othersMax = 64;

interface Place {
  readonly peer: Peer;
  isServed: boolean;
}

export class ContentServer {
  readonly #validators: ReadonlySet<Peer>;
  /** In the order in which they came. */
  readonly #line = new Set<Place>();

  constructor(validators: Iterable<Peer>) {
    this.#validators = new Set(validators);
  }

  /** For tests of bounds: all that is kept. */
  get size(): number {
    return this.#line.size;
  }

  /** The answer, or nothing if this is not heard. */
  *answer(from: Peer, id: number, claim: Root): Job<ContentMessage | undefined, ReadEffect> {
    if (!this.#hasRoomFor(from)) return undefined;
    const place = { peer: from, isServed: false };
    this.#line.add(place);
    try {
      this.#serve();
      yield* until(() => place.isServed);
      return { kind: "content", id, content: yield* read(readContentBytes(claim)) };
    } finally {
      this.#line.delete(place);
      this.#serve();
    }
  }

  #hasRoomFor(from: Peer): boolean {
    const line = [...this.#line];
    if (line.filter(({ peer }) => peer === from).length >= questionsPerPeerMax) return false;
    return this.#validators.has(from) || line.filter(({ peer }) => !this.#validators.has(peer)).length < othersMax;
  }

  #serve(): void {
    const waiting = [...this.#line].filter(({ isServed }) => !isServed);
    const validators = waiting.filter(({ peer }) => this.#validators.has(peer));
    const others = waiting.filter(({ peer }) => !this.#validators.has(peer));
    const free = servingMax - (this.#line.size - waiting.length);
    for (const place of [...validators, ...others].slice(0, free)) place.isServed = true;
  }
}
