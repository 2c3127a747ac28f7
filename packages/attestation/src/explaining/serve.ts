// C6: parts of states that peers ask for, of any shard that is followed here and any round whose state is kept. Each peer has
// two answers under way and all together few, so nobody can make this node read more than a bounded part of its store at a
// time (S11). What is asked meanwhile is not heard, and is asked again.

import { readKeptPart } from "@tandem/execution";
import { type MapPart, type Reading, readUnder, StoreFault } from "@tandem/shared";
import { shardPrefix } from "../chain-records.ts";
import { type Peer, questionsPerPeerMax } from "../content/types.ts";
import type { PartQuestion, StateMessage } from "./types.ts";

/** Answers under way for all peers. One reads some thirty pages, or one value of 64 KiB. */
const servingMax = 8;

export class StateServer {
  readonly #serving: Peer[] = [];

  /** The answer, or nothing if this is not heard. */
  *answer(from: Peer, id: number, question: PartQuestion): Reading<StateMessage | undefined> {
    const isBusyWithIt = this.#serving.filter((peer) => peer === from).length >= questionsPerPeerMax;
    if (isBusyWithIt || this.#serving.length >= servingMax) return undefined;
    this.#serving.push(from);
    try {
      return { kind: "state", id, part: yield* partOf(question) };
    } finally {
      this.#serving.splice(this.#serving.indexOf(from), 1);
    }
  }
}

function* partOf({ shard, map, round, root, place }: PartQuestion): Reading<MapPart | undefined> {
  try {
    return yield* readUnder(shardPrefix(shard), readKeptPart(map, round, root, place));
  } catch (fault) {
    // It was forgotten while it was read.
    if (fault instanceof StoreFault && fault.code === "missing-record") return undefined;
    throw fault;
  }
}
