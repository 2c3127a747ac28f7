import { claimCodec, Jobs, type ReadEffect, type Root } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { claimContentCodec } from "../../src/content/claim-content.ts";
import { ContentServer } from "../../src/content/serve.ts";
import type { ContentMessage, Peer } from "../../src/content/types.ts";
import { contentKey } from "../../src/records.ts";
import { claimOf, contentOf, hashOf, outcomeAt, rail } from "../support/claims.ts";

const content = contentOf(claimOf(rail, 1), [[outcomeAt(1, 0, 0)]]);
const root = claimCodec.root(content.claim);
const bytes = claimContentCodec.encode(content);

/** A server whose reads are answered one by one. Peers below 100 are validators. */
class Serving {
  readonly server = new ContentServer(Array.from({ length: 100 }, (_, peer) => peer));
  readonly answers: { readonly to: Peer; readonly message: ContentMessage | undefined }[] = [];
  readonly reads: ReadEffect[] = [];
  readonly #jobs = new Jobs<ReadEffect>((effect) => this.reads.push(effect));
  #asked = 0;

  ask(from: Peer, id = 1, claim: Root = root): this {
    this.#jobs.start(this.#nameOf(++this.#asked), this.#answer(from, id, claim));
    this.#jobs.poll();
    return this;
  }

  *#answer(from: Peer, id: number, claim: Root) {
    this.answers.push({ to: from, message: yield* this.server.answer(from, id, claim) });
  }

  #nameOf(asked: number): string {
    return `question ${asked}`;
  }

  /** The store answers the read that waits for longest. */
  read(): this {
    const { id, keys } = this.reads.shift() as ReadEffect;
    this.#jobs.answer(
      id,
      keys.map((key) => (key.join() === contentKey(root).join() ? bytes : undefined)),
    );
    this.#jobs.poll();
    return this;
  }

  /** What was asked as the so manieth comes to nothing. */
  stop(asked: number): this {
    this.#jobs.stop(this.#nameOf(asked));
    this.#jobs.poll();
    return this;
  }

  /** Who was answered, in order; with a content, or at least heard. */
  get served(): readonly Peer[] {
    return this.answers.flatMap(({ to, message }) => (message === undefined ? [] : [to]));
  }
}

test("a content goes out as it is stored; what is not here is said not to be", () => {
  const serving = new Serving().ask(1, 7).ask(1, 8, hashOf("unknown")).read().read();
  expect(serving.answers.map(({ message }) => message)).toEqual([
    { kind: "content", id: 7, content: bytes },
    { kind: "content", id: 8, content: undefined },
  ]);
});

describe("S11: answers under way", () => {
  test("each peer has two, and what it asks meanwhile is not heard", () => {
    const serving = new Serving().ask(1).ask(1).ask(1);
    expect([serving.reads.length, serving.answers]).toEqual([2, [{ to: 1, message: undefined }]]);
    serving.read().ask(1);
    expect(serving.reads.length).toBe(2);
  });

  test("all together have eight; others wait in line", () => {
    const serving = new Serving();
    for (let peer = 0; peer < 10; peer++) serving.ask(peer);
    expect(serving.reads.length).toBe(8);
    serving.read();
    expect([serving.reads.length, serving.server.size]).toEqual([8, 9]);
    while (serving.reads.length > 0) serving.read();
    expect([serving.served, serving.server.size]).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 0]);
  });

  test("whoever asks as fast as can be keeps nobody from an answer, and others no validator", () => {
    const serving = new Serving();
    const flood = () => {
      for (const peer of [1, 2, 3, 4, 101, 102, 103, 104]) serving.ask(peer).ask(peer).ask(peer);
    };
    flood();
    serving.ask(9);
    for (let turn = 0; turn < 9; turn++) {
      serving.read();
      flood();
    }
    expect(serving.served).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 9]);
    expect(serving.server.size).toBeLessThanOrEqual(2 * 9);
  });

  test("of peers that come under ever new names so many wait", () => {
    const serving = new Serving();
    for (let peer = 200; peer < 500; peer++) serving.ask(peer);
    expect(serving.server.size).toBe(64);
    serving.ask(1).read();
    expect(serving.reads.length).toBe(8);
    for (let turn = 0; turn < 8; turn++) serving.read();
    expect(serving.served.at(-1)).toBe(1);
  });

  test("one that is broken off leaves room, in line and at work", () => {
    const serving = new Serving().ask(1).ask(1).stop(1).ask(1);
    expect([serving.reads.length, serving.answers]).toEqual([3, []]);
    for (let peer = 2; peer < 10; peer++) serving.ask(peer);
    serving.stop(11);
    expect(serving.server.size).toBe(9);
  });
});
