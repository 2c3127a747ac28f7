// Blocks above the last final one: forks, proposals that come to nothing, checks that outlive what they asked about, and
// what of all that is in the store.

import { toHex } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { rootOf } from "../../shared/test/support/samples.ts";
import { type BlockState, Chain } from "../src/chain.ts";
import type { OrderEffect } from "../src/types.ts";
import { blobOf, testNetwork } from "./support/blobs.ts";
import { Forge, type Forged } from "./support/forge.ts";
import { codeOf, kindsOf, Single, verdictIn } from "./support/single.ts";

const network = testNetwork({ payers: 8 });
const pay = (payer: number, nonce = 0, tip = 0n) => blobOf(network, { payer, nonce, tip });

function world(options: Partial<ConstructorParameters<typeof Single>[0]> = {}) {
  const forge = new Forge(network);
  return { forge, single: new Single({ network, forge, ...options }) };
}

function orderedIn(effects: readonly OrderEffect[]) {
  return effects.flatMap((effect) => (effect.kind === "ordered" ? [effect.info.height] : []));
}

/** As oracles have it. */
function expectLedger(single: Single, last: Forged) {
  const next = single.forge.forge({ parent: last, view: last.info.view + 100 });
  expect(codeOf(single.check(next))).toBe("valid");
}

describe("S6: final blocks", () => {
  test("that were never checked are executed, and one that was checked is not executed again", () => {
    const { forge, single } = world();
    const one = forge.forge({ blobs: [pay(0)] });
    const two = forge.forge({ parent: one, blobs: [pay(1)] });
    expect(codeOf(single.check(one))).toBe("valid");
    expect(kindsOf(single.deliver(one))).not.toContain("read");
    expect(orderedIn(single.deliver(two))).toEqual([2]);
    expectLedger(single, two);
  });

  test("come faster than they are executed: those beyond memory are read back, in order", () => {
    const { forge, single } = world({ holds: ["read"] });
    single.answerAll();
    let last = forge.forge({ blobs: [pay(0)] });
    for (let nonce = 1; nonce < 40; nonce++) last = forge.forge({ parent: last, blobs: [pay(0, nonce)] });
    single.holds.add("read");
    expect(orderedIn(single.deliver(last))).toEqual([]);
    expect(orderedIn(single.answerAll())).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expectLedger(single, last);
  });

  test.each([
    ["ledgerRoot", "ledger-root"],
    ["touchesRoot", "touches-root"],
    ["history", "history"],
  ])("with another %s stop this node, and nothing is overwritten", (field, code) => {
    const { forge, single } = world();
    const good = forge.forge({ blobs: [pay(0)] });
    single.deliver(good);
    const before = new Map(single.store);
    const bad = forge.forge({ parent: good, blobs: [pay(1)], header: { [field]: rootOf(5) } });
    const effects = single.deliver(bad);
    expect(effects.flatMap((effect) => (effect.kind === "diverged" ? [effect.problem.code] : []))).toEqual([code]);
    expect(orderedIn(effects)).toEqual([]);
    for (const [key, value] of before) if (key !== "02") expect(single.store.get(key)).toEqual(value);
    // It does nothing any more.
    expect(single.submit(pay(2))).toEqual([]);
    expect(single.check(forge.forge({ parent: good }))).toBeUndefined();
    expect(single.push([pay(3)])).toEqual([]);
    // And says so again after a restart.
    const next = single.restarted();
    next.offer(pay(1));
    next.fire("fetch");
    expect(kindsOf(next.effects)).toContain("diverged");
  });
});

describe("a proposal that came to nothing", () => {
  test("gives its blobs back to where they wait, and its bytes leave the store", () => {
    const { forge, single } = world();
    const [mine, others] = [pay(0), pay(1)];
    single.check(forge.forge({ view: 1, blobs: [mine, others] }));
    expect([mine, others].map((blob) => single.holdsBytesOf(blob))).toEqual([true, true]);
    const final = forge.forge({ view: 2, blobs: [others] });
    single.check(final);
    single.deliver(final);
    expect([mine, others].map((blob) => single.holdsBytesOf(blob))).toEqual([false, true]);
    expect(single.build(final, 8)?.body.blobs).toEqual([mine.root]);
  });

  test("costs no second check of its signatures", () => {
    const { forge, single } = world();
    single.check(forge.forge({ view: 1, blobs: [pay(0), pay(1)] }));
    const effects = single.deliver(forge.forge({ view: 2 }));
    expect(kindsOf(effects)).not.toContain("verify");
    expect(single.counts.waiting).toBe(2);
  });

  test("of bad signatures gives nothing back", () => {
    const { forge, single } = world();
    single.check(forge.forge({ view: 1, blobs: [blobOf(network, { payer: 0, forged: true })] }));
    const from = single.effects.length;
    single.deliver(forge.forge({ view: 2 }));
    expect(kindsOf(single.effects.slice(from))).not.toContain("verify");
  });

  test("gives nothing back whose signature was not looked at and is bad", () => {
    const { forge, single } = world();
    const forged = blobOf(network, { payer: 0, forged: true });
    const expired = blobOf(network, { payer: 1, expires: 0 });
    expect(codeOf(single.check(forge.forge({ view: 1, blobs: [forged, expired] })))).toBe("blob 1 expired");
    single.deliver(forge.forge({ view: 2 }));
    expect(single.counts).toMatchObject({ waiting: 0, examined: 0 });
  });

  test("keeps its bytes in the store as long as it can still be final", () => {
    const { forge, single } = world();
    const one = forge.forge({ view: 1 });
    const rival = forge.forge({ view: 2, blobs: [pay(1)] });
    const child = forge.forge({ view: 3, parent: one, blobs: [pay(0)] });
    for (const block of [one, child, rival]) single.check(block);
    single.deliver(one);
    expect([pay(0), pay(1)].map((blob) => single.holdsBytesOf(blob))).toEqual([true, false]);
  });

  test("keeps them as long as any block with them can be final", () => {
    const { forge, single } = world();
    const one = forge.forge({ view: 1 });
    single.check(forge.forge({ view: 2, parent: one, blobs: [pay(0)] }));
    single.check(forge.forge({ view: 3, blobs: [pay(0)] }));
    // Both are too old to be kept in memory.
    for (let view = 4; view < 80; view++) single.check(forge.forge({ view, parent: one }));
    single.deliver(one);
    expect(single.holdsBytesOf(pay(0))).toBe(true);
    single.deliver(forge.forge({ view: 90, parent: one }));
    expect(single.holdsBytesOf(pay(0))).toBe(false);
  });

  test("keeps those that a vote before a restart may rest on, whatever came to nothing since", () => {
    const { forge, single } = world();
    const one = forge.forge({ view: 1 });
    const child = forge.forge({ view: 2, parent: one, blobs: [pay(0)] });
    expect(codeOf(single.check(child))).toBe("valid");
    const next = single.restarted();
    expect(codeOf(next.check(forge.forge({ view: 3, blobs: [pay(0), pay(1)] })))).toBe("valid");
    next.deliver(one);
    expect([pay(0), pay(1)].map((blob) => next.holdsBytesOf(blob))).toEqual([true, false]);
  });

  test("that is too old to be kept in memory keeps its bytes in the store", () => {
    const { forge, single } = world();
    const one = forge.forge({ view: 1 });
    const old = forge.forge({ view: 2, parent: one, blobs: [pay(0)] });
    expect(codeOf(single.check(old))).toBe("valid");
    // As many rivals as are kept, so that this one is not.
    for (let view = 3; view < 70; view++) single.check(forge.forge({ view, parent: one }));
    single.deliver(one);
    expect(single.holdsBytesOf(pay(0))).toBe(true);
    expect(orderedIn(single.deliver(old))).toEqual([2]);
    expect(single.holdsBytesOf(pay(0))).toBe(true);
  });
});

describe("bytes of what is ordered stay in the store", () => {
  const survives = (single: Single, final: Forged) => {
    // Two more blocks, so that all is cleared that can be.
    let last = final;
    for (let i = 0; i < 2; i++) last = single.forge.forge({ parent: last, view: last.info.view + 20 });
    single.deliver(last);
    for (const blob of final.blobs) expect(single.holdsBytesOf(blob), toHex(blob.root)).toBe(true);
  };

  test("where its check ends after it is final", () => {
    const { forge, single } = world();
    const block = forge.forge({ blobs: [pay(0)], timeMs: single.nowMs + 5000 });
    expect(single.check(block)).toBeUndefined();
    single.deliver(block);
    single.nowMs += 5000;
    expect(verdictIn(single.fire("wake"))).toBeUndefined();
    survives(single, block);
  });

  test("where the check of a rival with the same blobs ends after it is final", () => {
    const { forge, single } = world();
    const rival = forge.forge({ view: 1, blobs: [pay(0), pay(1)], timeMs: single.nowMs + 5000 });
    const block = forge.forge({ view: 2, blobs: [pay(1), pay(0)] });
    expect(single.check(rival)).toBeUndefined();
    single.deliver(block);
    single.nowMs += 5000;
    expect(verdictIn(single.fire("wake"))).toBeUndefined();
    survives(single, block);
  });

  test("where a block with the same blobs is built while it becomes final", () => {
    const { forge, single } = world();
    single.push([pay(0)]);
    const block = forge.forge({ view: 1, blobs: [pay(0)] });
    single.check(block);
    single.holds.add("clock");
    single.give(single.buildInput(undefined, 4));
    single.deliver(block);
    single.answerAll();
    survives(single, block);
  });

  test("where a block with the same blobs came to nothing before", () => {
    const { forge, single } = world();
    single.check(forge.forge({ view: 1, blobs: [pay(0), pay(1)] }));
    const block = forge.forge({ view: 2, blobs: [pay(0)] });
    single.check(block);
    single.deliver(block);
    survives(single, block);
  });
});

describe("a check", () => {
  test("of a block on ancestors that were never executed here executes them first", () => {
    const { forge, single } = world();
    let last = forge.forge({ blobs: [pay(0)] });
    for (let nonce = 1; nonce < 5; nonce++)
      last = forge.forge({ parent: last, blobs: [pay(0, nonce), pay(1, nonce - 1)] });
    expect(codeOf(single.check(last))).toBe("valid");
    expect(orderedIn(single.deliver(last))).toEqual([1, 2, 3, 4, 5]);
  });

  test("goes on where its ancestors become final meanwhile", () => {
    const { forge, single } = world();
    const one = forge.forge({ blobs: [pay(0)] });
    const two = forge.forge({ parent: one, blobs: [pay(0, 1)] });
    const three = forge.forge({ parent: two, blobs: [pay(0, 2)] });
    single.holds.add("verify").add("read");
    single.check(three);
    single.deliver(two);
    expect(codeOf(verdictIn(single.answerAll()))).toBe("valid");
    expect(orderedIn(single.deliver(three))).toEqual([3]);
    expectLedger(single, three);
  });

  test.each([
    ["good", {}],
    ["bad", { ledgerRoot: rootOf(7) }],
  ])("of a %s block says nothing once another is final there", (_, header) => {
    const { forge, single } = world();
    single.holds.add("verify").add("read");
    single.check(forge.forge({ view: 1, blobs: [pay(0)], header }));
    const final = forge.forge({ view: 2, blobs: [pay(1)] });
    single.deliver(final);
    const from = single.effects.length;
    while (single.asked.length > 0) single.answer(single.asked.length - 1);
    expect(orderedIn(single.effects.slice(from))).toEqual([1]);
    expect(verdictIn(single.effects)).toBeUndefined();
    single.holds.clear();
    expectLedger(single, final);
  });

  test("waits for the block that it stands on to be executed", () => {
    const { forge, single } = world();
    const one = forge.forge({ blobs: [pay(0)] });
    single.holds.add("read").add("verify");
    single.deliver(one);
    expect(single.check(forge.forge({ parent: one, blobs: [pay(0, 1)] }))).toBeUndefined();
    expect(codeOf(verdictIn(single.answerAll()))).toBe("valid");
  });

  test("that was replaced hears no answers any more", () => {
    const { forge, single } = world();
    single.holds.add("verify").add("read");
    single.check(forge.forge({ view: 1, blobs: [pay(0)] }));
    const other = forge.forge({ view: 2, blobs: [pay(1)] });
    single.check(other);
    const verdicts = single.answerAll().filter(({ kind }) => kind === "checked");
    expect(verdicts.map((verdict) => "root" in verdict && toHex(verdict.root))).toEqual([toHex(other.info.root)]);
  });

  test("gives the same whatever the order of answers", () => {
    for (let turn = 0; turn < 24; turn++) {
      const { forge, single } = world();
      single.holds.add("verify").add("read").add("clock");
      const one = forge.forge({ blobs: [pay(0), pay(1)] });
      const two = forge.forge({ parent: one, blobs: [pay(0, 1)] });
      single.submit(pay(2));
      single.deliver(one);
      single.check(two);
      single.push([pay(3), pay(0, 1)]);
      for (let pick = turn; single.asked.length > 0; pick = pick * 7 + 3) single.answer(pick % single.asked.length);
      expect(codeOf(verdictIn(single.effects))).toBe("valid");
      single.holds.clear();
      single.deliver(two);
      expect(single.build(two, 4)?.body.blobs.map(toHex).sort()).toEqual([pay(2).key, pay(3).key].sort());
    }
  });
});

describe("S11: states above the last final block", () => {
  /** Of a chain only this much of a state is looked at. */
  const stateOf = (number: number, parent: BlockState | undefined) =>
    ({ root: rootOf(number), height: (parent?.height ?? -1) + 1, parent, candidates: [] }) as unknown as BlockState;

  test("are few: the oldest go, and not what the newest stands on", () => {
    const base = stateOf(0, undefined);
    const chain = new Chain(base);
    const first = stateOf(1, base);
    chain.add(first);
    const rivals = Array.from({ length: 200 }, (_, i) => stateOf(2 + i, base));
    for (const rival of rivals) chain.add(rival);
    expect(rivals.filter(({ root }) => chain.find(root) !== undefined)).toEqual(rivals.slice(-64));
    const child = stateOf(250, rivals[136]);
    chain.add(child);
    const kept = rivals.filter(({ root }) => chain.find(root) !== undefined);
    expect(kept).toEqual([rivals[136], ...rivals.slice(-62)]);
    expect(chain.find(first.root)).toBeUndefined();
    expect(chain.above(child)).toEqual([rivals[136], child]);
  });

  test("go when they can never be final: no higher, or on another block", () => {
    const base = stateOf(0, undefined);
    const chain = new Chain(base);
    const [one, rival] = [stateOf(1, base), stateOf(2, base)];
    const [child, stray] = [stateOf(3, one), stateOf(4, rival)];
    for (const state of [one, rival, child, stray]) chain.add(state);
    chain.settle(one);
    expect([one, rival, child, stray].map(({ root }) => chain.find(root) !== undefined)).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect([one, rival, child, stray].map((state) => chain.carries(state))).toEqual([true, false, true, false]);
    expect(one.parent).toBeUndefined();
    chain.add(stateOf(5, base));
    expect(chain.find(rootOf(5))).toBeUndefined();
  });
});
