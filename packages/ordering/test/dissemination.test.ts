// O6, O7: blobs between clients, this node and its peers: what is acknowledged and when, what is pushed again, what is given
// to those who ask, what is kept, and the bounds of all that (S11).

import { asHeight, asRound, asShardName, limits, type Root, toHex } from "@tandem/shared";
import { describe, expect, test, vi } from "vitest";
import { rootOf } from "../../shared/test/support/samples.ts";
import type { Candidate } from "../src/candidate.ts";
import { Core } from "../src/core.ts";
import { Lag } from "../src/lag.ts";
import { poolLimits } from "../src/pool/pool.ts";
import { keptKey } from "../src/records.ts";
import { Submissions } from "../src/submissions.ts";
import type { OrderEffect, OrderMessage, Peer } from "../src/types.ts";
import { blobOf, testNetwork } from "./support/blobs.ts";
import { fakeOf } from "./support/fakes.ts";
import { Forge, notarized } from "./support/forge.ts";
import { kindsOf, Single, type SingleOptions } from "./support/single.ts";

const network = testNetwork({ payers: 8, balance: 1_000_000_000n });
const pay = (payer: number, nonce = 0, tip = 0n) => blobOf(network, { payer, nonce, tip });

function world(options: Partial<SingleOptions> = {}) {
  const forge = new Forge(network);
  return { forge, single: new Single({ network, forge, ...options }) };
}

function sentIn<Kind extends OrderMessage["kind"]>(effects: readonly OrderEffect[], kind: Kind) {
  return effects.flatMap((effect) =>
    effect.kind === "send" && effect.message.kind === kind
      ? [{ to: effect.to, message: effect.message as Extract<OrderMessage, { kind: Kind }> }]
      : [],
  );
}

const batchOf = (blobs: readonly Candidate[], batch = 1) => ({
  kind: "blobs" as const,
  batch,
  blobs: blobs.map(({ bytes }) => bytes),
});

describe("O6: a batch of a peer", () => {
  test("is acknowledged once all of it is examined, and not before", () => {
    const { single } = world({ holds: ["verify"] });
    const give = () => single.give({ kind: "message", from: 2, message: batchOf([pay(0), pay(1)], 7) });
    expect(sentIn(give(), "received")).toEqual([]);
    expect(sentIn(single.answerAll(), "received")).toEqual([{ to: 2, message: { kind: "received", batch: 7 } }]);
    expect(sentIn(give(), "received")).toEqual([{ to: 2, message: { kind: "received", batch: 7 } }]);
  });

  test("is not taken while one of that peer waits to be examined; others' are", () => {
    const { single } = world({ holds: ["verify"] });
    const give = (from: Peer, batch: number, blob: Candidate) =>
      single.give({ kind: "message", from, message: batchOf([blob], batch) });
    give(1, 1, pay(0));
    give(1, 2, pay(1));
    give(1, 3, pay(2));
    give(2, 4, pay(3));
    const received = sentIn(single.answerAll(), "received");
    expect(received.map(({ message }) => message.batch)).toEqual([1, 2, 4]);
    expect(single.counts.waiting).toBe(3);
  });
});

test("S11: of peers that are no validators eight batches wait, and leave room for those of validators", () => {
  const { single } = world({ holds: ["verify"] });
  const give = (from: Peer, blob: Candidate) => single.give({ kind: "message", from, message: batchOf([blob], from) });
  give(1, pay(0));
  for (let peer = 4; peer < 20; peer++) give(peer, pay(peer % 8, 1, BigInt(peer)));
  give(2, pay(2));
  const received = sentIn(single.answerAll(), "received");
  expect(received.map(({ message }) => message.batch)).toEqual([1, 4, 5, 6, 7, 8, 9, 10, 11, 2]);
});

test("S11: what waits to be examined is bounded: a client is told to come again, and a peer's batch is not taken", () => {
  const core = new Core({ network, seat: undefined, peers: [1], deltaMs: 500, pool: poolLimits });
  const submissions = new Submissions(core);
  for (let nonce = 0; nonce < 32; nonce++)
    core.intake.add({
      candidate: fakeOf(network, { nonce, size: limits.intakeBytesMax / 32 }),
      source: { kind: "peer" },
    });
  submissions.onSubmit(64, pay(0).bytes);
  submissions.onBatch(1, batchOf([pay(1)]));
  expect(core.takeEffects()).toMatchObject([{ id: 64, receipt: { kind: "refused", refusal: { code: "busy" } } }]);
  expect(core.counts.examined).toBe(32);
  core.intake.take();
  submissions.onSubmit(65, pay(0).bytes);
  submissions.onBatch(1, batchOf([pay(1)]));
  expect(core.takeEffects()).toEqual([]);
  expect(core.counts.examined).toBe(34);
});

describe("O6: own blobs that wait", () => {
  const pushed = (effects: readonly OrderEffect[]) =>
    sentIn(effects, "blobs").map(({ to, message }) => [to, message.blobs.length]);
  const all = (blobs: number) => [1, 2, 3].map((to) => [to, blobs]);

  function acknowledge(single: Single): void {
    for (const { to, message } of sentIn(single.effects, "blobs"))
      single.give({ kind: "message", from: to, message: { kind: "received", batch: message.batch } });
  }

  test("are pushed again after a whole pause, as long as they wait", () => {
    const { forge, single } = world();
    expect(pushed(single.submit(pay(0)))).toEqual(all(1));
    acknowledge(single);
    expect(single.timers.find(({ timer }) => timer.name === "offer")?.afterMs).toBe(16 * 500);
    expect(pushed(single.fire("offer"))).toEqual([]);
    expect(pushed(single.fire("offer"))).toEqual(all(1));
    acknowledge(single);
    single.deliver(forge.forge({ blobs: [pay(0)] }));
    expect(pushed(single.fire("offer"))).toEqual([]);
    expect(single.timers.filter(({ timer }) => timer.name === "offer")).toEqual([]);
  });

  test("are neither pushed nor stored again for who submits them again, who pays nothing for it", () => {
    const { single } = world();
    single.push([pay(1)]);
    // What a peer brought is promised now.
    for (const blob of [pay(0), pay(1)]) {
      expect(pushed(single.submit(blob))).toEqual(all(1));
      acknowledge(single);
    }
    for (const blob of [pay(0), pay(1)]) {
      const effects = single.submit(blob);
      expect(effects).toContainEqual(expect.objectContaining({ kind: "receipt" }));
      expect(effects.filter(({ kind }) => kind === "send" || kind === "store")).toEqual([]);
    }
  });

  test("O10: are not while a shard holds them up, and are when it has caught up", () => {
    const near = testNetwork({ payers: 4, limits: { lagMax: 1 } });
    const forge = new Forge(near);
    const single = new Single({ network: near, forge });
    single.submit(blobOf(near, { payer: 0, touches: ["bank"] }));
    acknowledge(single);
    let last = forge.forge({ blobs: [blobOf(near, { payer: 1, touches: ["bank"] })] });
    for (let i = 0; i < 3; i++) last = forge.forge({ parent: last });
    single.deliver(last);
    for (let i = 0; i < 3; i++) expect(pushed(single.fire("offer"))).toEqual([]);
    // What only a notarization names here cannot be cited, so no block could take the blob yet.
    single.give({ kind: "attested", block: notarized(forge.attest({ bank: { round: asRound(1) } })) });
    for (let i = 0; i < 3; i++) expect(pushed(single.fire("offer"))).toEqual([]);
    single.give({ kind: "attested", block: forge.attest() });
    single.fire("offer");
    expect(pushed(single.fire("offer"))).toEqual(all(1));
  });
});

test("O7: what is ordered already is a duplicate, and another blob of its nonce comes too late", () => {
  const { forge, single } = world();
  single.deliver(forge.forge({ blobs: [pay(0)] }));
  const codes = [pay(0), pay(0, 0, 5n)].flatMap((blob) =>
    single
      .submit(blob)
      .map((effect) => effect.kind === "receipt" && effect.receipt.kind === "refused" && effect.receipt.refusal.code),
  );
  expect(codes.filter(Boolean)).toEqual(["duplicate", "nonce-too-low"]);
});

describe("O7: what was accepted is kept no longer than it is promised", () => {
  const isKept = (single: Single, { root }: Candidate) => single.store.has(toHex(keptKey(root)));

  test("not if another blob took its place", () => {
    const { single } = world();
    single.submit(pay(0, 0, 10n));
    expect(isKept(single, pay(0, 0, 10n))).toBe(true);
    single.submit(pay(0, 0, 20n));
    expect([10n, 20n].map((tip) => isKept(single, pay(0, 0, tip)))).toEqual([false, true]);
  });

  test("not if the restart finds that it may not be ordered any more", () => {
    const { forge, single } = world();
    single.submit(pay(0, 0, 10n));
    const before = new Map(single.store);
    single.deliver(forge.forge({ blobs: [pay(0)] }));
    const disk = new Map([...single.store, ...before].filter(([key]) => key.startsWith("09")));
    const next = single.restarted({ disk: new Map([...single.store, ...disk]) });
    expect(isKept(next, pay(0, 0, 10n))).toBe(false);
    expect(next.counts.waiting).toBe(0);
  });
});

describe("O6: who asks is given", () => {
  const want = (single: Single, roots: readonly Root[], from: Peer = 1, id = 3) =>
    sentIn(single.give({ kind: "message", from, message: { kind: "want", id, roots } }), "found");
  const keysOf = (answers: ReturnType<typeof want>) =>
    answers.map(({ message }) => message.blobs.map((bytes) => toHex(bytes)));
  const bytesOf = (...blobs: readonly Candidate[]) => [blobs.map(({ bytes }) => toHex(bytes))];

  test("what waits here, what is held for a block, and what is in the store", () => {
    const { forge, single } = world();
    const [pooled, held, ordered] = [pay(0), pay(1), pay(2)];
    const final = forge.forge({ blobs: [ordered] });
    single.deliver(final);
    single.push([pooled]);
    single.holds.add("verify");
    single.check(forge.forge({ parent: final, blobs: [held] }));
    expect(keysOf(want(single, [pooled.root, held.root, ordered.root, rootOf(9)]))).toEqual(
      bytesOf(pooled, held, ordered),
    );
  });

  test("S11: one answer at a time for each peer, 64 for validators and 16 for all others", () => {
    const large = testNetwork({ validators: 80 });
    const single = new Single({ network: large, forge: new Forge(large), holds: ["read"] });
    single.answerAll();
    single.holds.add("read");
    for (let peer = 1; peer < 160; peer++) for (const id of [1, 2]) want(single, [rootOf(peer)], peer, id);
    const answers = sentIn(single.answerAll(), "found");
    const heard = [...Array(80).keys()].map((i) => (i < 64 ? i + 1 : i + 16));
    expect(answers.map(({ to, message }) => [to, message.id])).toEqual(heard.map((peer) => [peer, 1]));
    expect(want(single, [rootOf(1)], 1, 2).length).toBe(1);
  });

  test("S11: a validator, however many others wait for slices", () => {
    const { forge, single } = world();
    single.deliver(forge.forge({ blobs: [pay(0)] }));
    const slices = { kind: "want-slices" as const, shard: asShardName("bank"), from: asHeight(1), count: 1 };
    for (let peer = 4; peer < 100; peer++)
      single.give({ kind: "message", from: peer, message: { ...slices, id: peer } });
    expect(keysOf(want(single, [pay(0).root]))).toEqual(bytesOf(pay(0)));
    expect(keysOf(want(single, [pay(0).root], 100))).toEqual(bytesOf(pay(0)));
  });
});

test("S11: peers take turns with slices, with a pause of Δ after each answer", () => {
  const { forge, single } = world();
  single.deliver(forge.forge({ blobs: [blobOf(network, { touches: ["bank"] })] }));
  const ask = (from: Peer, id: number, height = 1) => {
    const shard = asShardName("bank");
    const message = { kind: "want-slices" as const, id, shard, from: asHeight(height), count: 9 };
    return single.give({ kind: "message", from, message });
  };
  const answered = (effects: readonly OrderEffect[]) => sentIn(effects, "slices").map(({ to }) => to);
  // What costs nothing needs no pause.
  expect([3, 3, 1].flatMap((peer, id) => answered(ask(peer, id, peer === 3 ? 2 : 1)))).toEqual([3, 3, 1]);
  expect([1, 1, 2, 3].flatMap((peer, id) => answered(ask(peer, id)))).toEqual([]);
  expect(single.timers.find(({ timer }) => timer.name === "wake")?.afterMs).toBe(500);
  expect(answered(single.fire("wake"))).toEqual([1]);
  expect(answered(ask(1, 9))).toEqual([]);
  expect([1, 2, 3, 4].map(() => answered(single.fire("wake")))).toEqual([[2], [3], [1], []]);
});

test("S11: inputs that change nothing cost no look at what shards hold up", () => {
  const near = testNetwork({ payers: 8, limits: { lagMax: 1 } });
  const forge = new Forge(near);
  const single = new Single({ network: near, forge });
  single.push([1, 2, 3].map((payer) => blobOf(near, { payer, touches: ["bank"] })));
  let last = forge.forge({ blobs: [blobOf(near, { payer: 0, touches: ["bank"] })] });
  for (let i = 0; i < 3; i++) last = forge.forge({ parent: last });
  single.deliver(last);
  const looks = vi.spyOn(Lag.prototype, "isBehind");
  for (let batch = 0; batch < 20; batch++)
    single.give({ kind: "message", from: 1, message: { kind: "received", batch } });
  expect(looks).not.toHaveBeenCalled();
  looks.mockRestore();
  const block = forge.attest({ bank: { round: asRound(1) } });
  expect(kindsOf(single.give({ kind: "attested", block }))).toEqual(["reason"]);
});
