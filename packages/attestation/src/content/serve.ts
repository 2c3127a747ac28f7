// C5: contents that peers ask for. Each peer has two answers under way, as it asks, and all together few: a content may have
// 17 MiB. What is asked meanwhile is not heard, and is asked again. So nobody can make this node read more than a bounded part of
// its store at a time (S11).

import type { Reading, Root } from "@tandem/shared";
import { readContentBytes } from "../records.ts";
import { type ContentMessage, type Peer, questionsPerPeerMax } from "./types.ts";

/** Answers under way for all peers: as many full ones as fit in 136 MiB of memory. */
const servingMax = 8;

export class ContentServer {
  readonly #serving: Peer[] = [];

  /** The answer, or nothing if this is not heard. */
  *answer(from: Peer, id: number, claim: Root): Reading<ContentMessage | undefined> {
    const isBusyWithIt = this.#serving.filter((peer) => peer === from).length >= questionsPerPeerMax;
    if (isBusyWithIt || this.#serving.length >= servingMax) return undefined;
    this.#serving.push(from);
    try {
      return { kind: "content", id, content: yield* readContentBytes(claim) };
    } finally {
      this.#serving.splice(this.#serving.indexOf(from), 1);
    }
  }
}
