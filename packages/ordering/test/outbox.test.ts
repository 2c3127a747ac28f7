// O6: pushing accepted blobs to all peers.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Outbox, type OutboxConfig, outboxLimits } from "../src/outbox.ts";
import type { OrderEffect, OrderMessage } from "../src/types.ts";
import { deltaMs, Exchange } from "./support/exchange.ts";
import { manyBlobs } from "./support/many-blobs.ts";

const blobs = manyBlobs(200);
const [a, b, c] = blobs as [(typeof blobs)[number], (typeof blobs)[number], (typeof blobs)[number]];

function open(limits: Partial<OutboxConfig> = {}, peers: readonly number[] = [1]): Outbox {
  return new Outbox({ ...outboxLimits, ...limits, peers, deltaMs });
}

/** The blobs of each batch, as places in the list above. */
function batchesOf(effects: readonly OrderEffect[]): { to: number; batch: number; blobs: number[] }[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== "send" || effect.message.kind !== "blobs") return [];
    const { batch, blobs: sent } = effect.message;
    return [{ to: effect.to, batch, blobs: sent.map((bytes) => blobs.findIndex((blob) => blob.bytes === bytes)) }];
  });
}

function pausesOf(effects: readonly OrderEffect[]): number[] {
  return effects.flatMap((effect) => (effect.kind === "set-timer" ? [effect.afterMs / deltaMs] : []));
}

function count(exchange: Exchange, kind: OrderMessage["kind"]): number {
  return exchange.sent.filter(({ message }) => message.kind === kind).length;
}

describe("O6: batches", () => {
  test("one blob costs one batch and one acknowledgement for each other peer, and then all is quiet", () => {
    const exchange = new Exchange({ nodes: 7, blobs });
    exchange.offer(2, [a]);
    exchange.run();
    expect([count(exchange, "blobs"), count(exchange, "received"), exchange.sent.length]).toEqual([6, 6, 12]);
    for (let seat = 0; seat < 7; seat++) expect(exchange.node(seat).held.has(a.key)).toBe(true);
    expect(exchange.node(2).outbox.held).toBe(0);
  });

  test("what is offered while a batch is on its way goes together in the next one", () => {
    const outbox = open();
    expect(batchesOf(outbox.offer([a]))).toEqual([{ to: 1, batch: 1, blobs: [0] }]);
    for (const blob of blobs.slice(1, 50)) expect(outbox.offer([blob])).toEqual([]);
    const places = Array.from({ length: 49 }, (_, i) => i + 1);
    expect(batchesOf(outbox.onReceived(1, 1))).toEqual([{ to: 1, batch: 2, blobs: places }]);
    expect(outbox.onReceived(1, 2)).toEqual([]);
  });

  test("peers do not wait for each other", () => {
    const outbox = open({}, [1, 2]);
    outbox.offer([a]);
    outbox.offer([b]);
    expect(batchesOf(outbox.onReceived(2, 2))).toEqual([{ to: 2, batch: 3, blobs: [1] }]);
  });

  test("a batch is bounded in blobs and in bytes, and holds one blob at least", () => {
    const few = open({ batchBlobsMax: 3 });
    expect(batchesOf(few.offer(blobs.slice(0, 8)))).toMatchObject([{ blobs: [0, 1, 2] }]);
    expect(batchesOf(few.onReceived(1, 1))).toMatchObject([{ blobs: [3, 4, 5] }]);
    const tight = open({ batchBytesMax: a.bytes.length + b.bytes.length });
    expect(batchesOf(tight.offer(blobs.slice(0, 3)))).toMatchObject([{ blobs: [0, 1] }]);
    const tiny = open({ batchBytesMax: 1 });
    expect(batchesOf(tiny.offer(blobs.slice(0, 3)))).toMatchObject([{ blobs: [0] }]);
  });

  test("what waits or is on its way is not queued again; what a peer has is pushed again if it is offered again", () => {
    const outbox = open();
    outbox.offer([a, a]);
    outbox.offer([a, b, b]);
    expect(outbox.held).toBe(2);
    expect(batchesOf(outbox.onReceived(1, 1))).toMatchObject([{ blobs: [1] }]);
    outbox.onReceived(1, 2);
    expect(batchesOf(outbox.offer([a]))).toMatchObject([{ blobs: [0] }]);
  });
});

describe("O6: peers that do not answer", () => {
  test("a batch is sent again after pauses that double from 4Δ up to 64Δ, and shrink when the peer is back", () => {
    const outbox = open();
    const pauses = pausesOf(outbox.offer([a]));
    for (let i = 0; i < 6; i++) {
      const again = outbox.onTimer(1, 1);
      expect(batchesOf(again)).toEqual([{ to: 1, batch: 1, blobs: [0] }]);
      pauses.push(...pausesOf(again));
    }
    expect(pauses).toEqual([4, 8, 16, 32, 64, 64, 64]);
    outbox.onReceived(1, 1);
    expect(pausesOf(outbox.offer([b]))).toEqual([4]);
  });

  test("it is sent again without what is not needed any more, and not at all if that is everything", () => {
    const outbox = open();
    outbox.offer([a, b]);
    outbox.forget(a.key);
    expect(batchesOf(outbox.onTimer(1, 1))).toEqual([{ to: 1, batch: 1, blobs: [1] }]);
    outbox.forget(b.key);
    expect(outbox.onTimer(1, 1)).toEqual([]);
    // The peer did not answer since: the pause stays long.
    expect(pausesOf(outbox.offer([c]))).toEqual([16]);
  });

  test("a batch of which nothing is needed gives way to the next", () => {
    const outbox = open();
    outbox.offer([a]);
    outbox.offer([b, c]);
    outbox.forget(a.key);
    outbox.forget(b.key);
    expect(batchesOf(outbox.onTimer(1, 1))).toEqual([{ to: 1, batch: 2, blobs: [2] }]);
    expect(outbox.onReceived(1, 1)).toEqual([]);
    expect(outbox.held).toBe(1);
  });

  test("a wrong, a doubled and a stranger's acknowledgement change nothing, nor does the timer of a batch that arrived", () => {
    const outbox = open({}, [1, 2]);
    outbox.offer([a]);
    outbox.offer([b]);
    for (const [peer, batch] of [
      [1, 2],
      [1, 7],
      [2, 1],
      [3, 1],
      [1, Number.NaN],
    ] as const)
      expect(outbox.onReceived(peer, batch)).toEqual([]);
    outbox.onReceived(1, 1);
    expect(outbox.onReceived(1, 1)).toEqual([]);
    expect(outbox.onTimer(1, 1)).toEqual([]);
    expect(outbox.held).toBe(3);
  });

  test("a dead peer costs memory up to a bound, and nobody else anything", () => {
    const outbox = open({ waitingMax: 100, batchBlobsMax: 10 }, [1, 2]);
    let heldMax = 0;
    let batch = batchesOf(outbox.offer([a])).find(({ to }) => to === 2)?.batch;
    for (let i = 0; i < 20_000; i++) {
      outbox.offer([{ ...a, key: `key ${i}` }]);
      const next = batchesOf(outbox.onReceived(2, batch as number)).find(({ to }) => to === 2);
      expect(next).toBeDefined();
      batch = next?.batch;
      heldMax = Math.max(heldMax, outbox.held);
    }
    // A hundred wait for the dead one, one is on its way to it, one to the other.
    expect(heldMax).toBe(102);
  });

  test("of too many that wait the oldest goes, and comes with the next offer", () => {
    const outbox = open({ waitingMax: 2 });
    outbox.offer([a]);
    outbox.offer(blobs.slice(1, 4));
    expect(batchesOf(outbox.onReceived(1, 1))).toMatchObject([{ blobs: [2, 3] }]);
    outbox.offer([b]);
    expect(batchesOf(outbox.onReceived(1, 2))).toMatchObject([{ blobs: [1] }]);
  });
});

test("O6: whatever is lost, late or out of order, every blob reaches every peer that is not silent", () => {
  const anyWorld = fc.record({
    nodes: fc.integer({ min: 2, max: 6 }),
    seed: fc.nat(),
    lossPercent: fc.constantFrom(0, 10, 40),
    delayMsMax: fc.constantFrom(1, deltaMs, 6 * deltaMs),
    silent: fc.nat({ max: 5 }),
    offers: fc.array(fc.record({ seat: fc.nat({ max: 5 }), from: fc.nat({ max: 190 }), atMs: fc.nat({ max: 3000 }) }), {
      minLength: 1,
      maxLength: 20,
    }),
  });
  const check = ({
    nodes,
    silent,
    offers,
    ...rest
  }: typeof anyWorld extends fc.Arbitrary<infer World> ? World : never) => {
    const exchange = new Exchange({ nodes, blobs, ...rest, conducts: new Map([[silent, "silent"]]) });
    const pushers = offers
      .map(({ seat, ...offer }) => ({ seat: seat % nodes, ...offer }))
      .filter(({ seat }) => seat !== silent);
    for (const { seat, from, atMs } of pushers)
      exchange.at(atMs, () => exchange.offer(seat, blobs.slice(from, from + 10)));
    exchange.run(3000 + 2000 * deltaMs);
    for (let seat = 0; seat < nodes; seat++) {
      if (seat === silent) continue;
      const { held } = exchange.node(seat);
      for (const { from } of pushers)
        for (const { key } of blobs.slice(from, from + 10)) expect(held.has(key)).toBe(true);
    }
  };
  fc.assert(fc.property(anyWorld, check), { seed: 6, numRuns: 60 });
});
