// S7: final blocks for peers that are behind, within limits.

import { attestBlockKey, attestRecordCodec } from "@tandem/attestation";
import type { Effect } from "@tandem/consensus";
import { blockKey, blockRecordCodec } from "@tandem/ordering";
import { asHeight, limits, type OrderBlock, toHex } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { BlockServer } from "../src/block-server.ts";
import type { ReplicaEffect, ReplicaMessage } from "../src/index.ts";
import {
  attestDeliveryOf,
  blockOf,
  certificateOf,
  deliveryOf,
  orderStarted,
  scriptedReplica,
  startedReplica,
  startInput,
  storing,
} from "./support/scripted.ts";

type Answer = Extract<ReplicaMessage, { readonly kind: "answer" }>;

/** A replica that holds blocks of these sizes (blobs of each, from height 1 on), and the shell of its store. */
class Library {
  readonly #store = new Map<string, Uint8Array>();
  readonly #scripted = startedReplica({ place: 0 });
  /** Reads that are not answered yet. */
  readonly reads: Extract<ReplicaEffect, { readonly kind: "read" }>[] = [];
  readonly answers: { readonly to: number; readonly message: Answer }[] = [];

  constructor(sizes: readonly number[]) {
    for (const [index, blobs] of sizes.entries()) {
      const height = index + 1;
      const block = blockOf(height, blobs);
      const record = blockRecordCodec.encode({ block, certificate: certificateOf(blockOf(height)) });
      this.#store.set(toHex(blockKey(asHeight(height))), record);
      this.#scripted.ordering.answers(storing(height));
      this.#say(deliveryOf(height));
    }
  }

  #say(effect: Effect<OrderBlock>): void {
    this.#scripted.order.answers(effect);
    this.#hear(this.#scripted.replica.handle({ kind: "timer", timer: { name: "heartbeat", beat: 1 } }));
  }

  #hear(effects: readonly ReplicaEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === "read") this.reads.push(effect);
      if (effect.kind === "send" && effect.message.kind === "answer") {
        this.answers.push({ to: effect.to, message: effect.message });
      }
    }
  }

  ask(to: number, from: number, blocksMax = 64): void {
    this.#say({ kind: "serve", to, id: 100 + to, from: asHeight(from), blocksMax });
  }

  /** Answers the reads that wait, and those that follow: so many. */
  read(count = Number.POSITIVE_INFINITY): void {
    for (let answered = 0; answered < count; answered++) {
      const read = this.reads.shift();
      if (read === undefined) return;
      const records = read.keys.map((key) => this.#store.get(toHex(key)));
      this.#hear(this.#scripted.replica.handle({ kind: "read", id: read.id, records }));
    }
  }

  lose(height: number): void {
    this.#store.delete(toHex(blockKey(asHeight(height))));
  }

  get served(): (readonly number[])[] {
    return this.answers.map(({ message }) => message.blocks.map(({ block }) => block.header.height));
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

test("an answer has what was asked for, with certificates, under the asker's number", () => {
  const library = new Library([2, 0, 0]);
  library.ask(3, 2);
  library.read();
  const [answer] = library.answers;
  expect(answer?.to).toBe(3);
  expect(answer?.message.id).toBe(103);
  expect(answer?.message.blocks).toEqual(
    [blockOf(2), blockOf(3)].map((block) => ({ block, certificate: certificateOf(block) })),
  );
});

test("it has as many blocks as were asked for, over several reads", () => {
  const library = new Library(range(1, 50).map(() => 0));
  library.ask(1, 3, 40);
  expect(library.reads[0]?.keys.length).toBe(16);
  library.read();
  expect(library.served).toEqual([range(3, 42)]);
});

test("who asks for what is not final yet is told so, without a read", () => {
  const library = new Library([0]);
  for (const from of [2, Number.MAX_SAFE_INTEGER]) library.ask(1, from);
  expect(library.reads).toEqual([]);
  expect(library.served).toEqual([[], []]);
});

test("what was final before a restart is served after it", () => {
  const { replica, order, ordering } = scriptedReplica();
  ordering.answers({ ...orderStarted, block: blockOf(5), certificate: certificateOf(blockOf(5)) });
  order.answers({ kind: "serve", to: 1, id: 1, from: asHeight(4), blocksMax: 64 });
  const [read] = replica.handle(startInput);
  expect(read).toMatchObject({ kind: "read", keys: [blockKey(asHeight(4)), blockKey(asHeight(5))] });
});

test("it ends before a block that is not there", () => {
  const library = new Library([0, 0, 0, 0]);
  library.lose(3);
  library.ask(1, 1);
  library.read();
  expect(library.served).toEqual([[1, 2]]);
});

test("it holds 8 MiB: of full blocks, which have half a megabyte of roots, 15", () => {
  const library = new Library(range(1, 20).map((height) => (height <= 18 ? 16_384 : 0)));
  library.ask(1, 1);
  library.read();
  expect(library.served).toEqual([range(1, 15)]);
});

test("of attest blocks one is read at a time, and they come as their chain's", () => {
  const { replica, attest, attesting } = startedReplica();
  for (const height of [1, 2]) {
    attest.answers(attestDeliveryOf(height));
    attesting.answers(storing(height));
    replica.handle({ kind: "timer", timer: { name: "attest", timer: { name: "heartbeat", beat: height } } });
  }
  attest.answers({ kind: "serve", to: 3, id: 9, from: asHeight(1), blocksMax: 64 });
  let effects = replica.handle({ kind: "timer", timer: { name: "attest", timer: { name: "heartbeat", beat: 3 } } });
  for (const height of [1, 2]) {
    const [read] = effects;
    if (read?.kind !== "read") throw new Error(`not a read: ${read?.kind}`);
    expect(read.keys).toEqual([attestBlockKey(asHeight(height))]);
    const { block, certificate } = attestDeliveryOf(height);
    const records = [attestRecordCodec.encode({ block, certificate })];
    effects = replica.handle({ kind: "read", id: read.id, records });
  }
  const blocks = [1, 2].map(attestDeliveryOf).map(({ block, certificate }) => ({ block, certificate }));
  const message = { kind: "answer", id: 9, blocks, certificates: [] };
  expect(effects).toEqual([{ kind: "send", to: 3, message: { kind: "attest", message } }]);
});

test("one block always comes, however large; the next only if both fit", () => {
  const shelf = {
    keyOf: (height: number) => Uint8Array.of(height),
    decode: (record: Uint8Array) => ({ block: record.length, certificate: certificateOf(blockOf(1)) }),
    readBlocksMax: 2,
  };
  const server = new BlockServer<number>(shelf, () => true);
  server.top = asHeight(3);
  const [read] = server.serve({ kind: "serve", to: 1, id: 5, from: asHeight(1), blocksMax: 3 });
  if (read?.kind !== "read") throw new Error("nothing is read");
  const [answer] = server.onRead(read.id, [new Uint8Array(limits.answerBytesMax + 1), new Uint8Array(1)]);
  expect(answer).toMatchObject({ kind: "send", message: { blocks: [{ block: limits.answerBytesMax + 1 }] } });
});

describe("S11: answers in the making", () => {
  test("are four at most, one for each peer; others wait in line", () => {
    const library = new Library([0]);
    for (const peer of [1, 1, 2, 3, 4, 5]) library.ask(peer, 1);
    expect(library.reads.length).toBe(4);
    library.read();
    expect(library.answers.map(({ to }) => to)).toEqual([1, 2, 3, 4, 5]);
  });

  test("whoever asks as fast as can be keeps nobody from an answer, and others no validator", () => {
    const library = new Library([0]);
    const flood = () => {
      for (let peer = 0; peer < 300; peer++) if (peer !== 2) library.ask(peer, 1);
    };
    flood();
    library.ask(2, 1);
    for (let turn = 0; turn < 5; turn++) {
      library.read(1);
      flood();
    }
    expect(library.answers.map(({ to }) => to)).toEqual([0, 1, 3, 4, 2]);
  });

  test("of peers that come under ever new names so many wait", () => {
    const library = new Library([0]);
    for (let peer = 100; peer < 400; peer++) library.ask(peer, 1);
    library.read();
    expect(library.answers.length).toBe(4 + 64);
  });
});
