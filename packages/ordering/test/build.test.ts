// O8, O2, O3: what a leader proposes, and when.

import { asRound, type OrderBlock, toHex } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { orderBlockRules } from "../src/block.ts";
import type { Candidate } from "../src/candidate.ts";
import type { AttestedBlock, OrderEffect } from "../src/types.ts";
import { blobOf, testNetwork } from "./support/blobs.ts";
import { Forge, type Forged, infoOf, notarized } from "./support/forge.ts";
import { codeOf, Single } from "./support/single.ts";

const network = testNetwork({ payers: 8, limits: { lagMax: 2, pendingMax: 10 } });
const pay = (payer: number, nonce = 0, tip = 0n) => blobOf(network, { payer, nonce, tip });
const touch = (payer: number, nonce: number, ...touches: string[]) => blobOf(network, { payer, nonce, touches });

function world() {
  const forge = new Forge(network);
  return { forge, single: new Single({ network, forge }) };
}

const keysOf = (block: OrderBlock | undefined) => block?.body.blobs.map(toHex);
const reasonsIn = (effects: readonly OrderEffect[]) =>
  effects.flatMap((effect) => (effect.kind === "reason" ? [effect.has] : []));

/** The same block made by oracles: equal but for what is a leader's to choose. */
function remade(forge: Forge, built: OrderBlock, plan: Parameters<Forge["forge"]>[0]): Forged {
  const { view, proposer, timeMs } = built.header;
  return forge.forge({ view, proposer, timeMs, ...plan });
}

describe("O8: a leader builds", () => {
  test("nothing where there is nothing, and an empty block where one is wanted", () => {
    const { forge, single } = world();
    expect(single.build(undefined, 4)).toBeUndefined();
    expect(single.effects.at(-1)).toMatchObject({ kind: "built", view: 4, block: undefined });
    const built = single.build(undefined, 4, true) as OrderBlock;
    expect(built).toEqual(remade(forge, built, {}).block);
    expect(built.header).toMatchObject({ proposer: 0, timeMs: single.nowMs });
  });

  test("the best that may stand on the parent, exactly as oracles would", () => {
    const { forge, single } = world();
    const [a0, a1, b0, c0] = [pay(0, 0, 5n), pay(0, 1, 900n), pay(1, 0, 30n), touch(2, 0, "bank")] as const;
    single.push([c0, a1, b0, pay(3, 1), a0]);
    const parent = forge.forge({ view: 1, blobs: [a0] });
    single.check(parent);
    const built = single.build(parent, 4) as OrderBlock;
    expect(built).toEqual(remade(forge, built, { parent, blobs: [a1, b0, c0] }).block);
    const other = single.build(undefined, 4) as OrderBlock;
    expect(other).toEqual(remade(forge, other, { blobs: [b0, a0, a1, c0] }).block);
  });

  test("with a time above the parent's, even if its clock is behind", () => {
    const { forge, single } = world();
    const parent = forge.forge({ view: 1, timeMs: single.nowMs + 500 });
    single.check(parent);
    expect(single.build(parent, 4, true)?.header.timeMs).toBe(single.nowMs + 501);
  });

  test("once, for the last that it is asked for", () => {
    const { forge, single } = world();
    single.push([pay(0)]);
    const parent = forge.forge({ view: 1, blobs: [pay(0)] });
    single.holds.add("read").add("clock");
    single.give(single.buildInput(undefined, 4));
    single.give(single.buildInput(parent, 4, true));
    const built = single.answerAll().filter((effect) => effect.kind === "built");
    expect(built.map(({ block }) => [block?.header.height, keysOf(block)])).toEqual([[2, []]]);
  });

  test("durably: a restart finds the blobs of what it proposed", () => {
    const { single } = world();
    single.push([pay(0)]);
    const built = single.build(undefined, 4) as OrderBlock;
    const kinds = single.effects.map(({ kind }) => kind);
    expect(kinds.lastIndexOf("store")).toBeLessThan(kinds.lastIndexOf("built"));
    expect(single.holdsBytesOf(pay(0))).toBe(true);
    expect(keysOf(built)).toEqual([pay(0).key]);
  });

  test("nothing of a shard that is behind, and all else", () => {
    const { forge, single } = world();
    single.push([touch(0, 0, "bank")]);
    let parent = forge.forge({ blobs: [touch(1, 0, "bank")] });
    single.push([touch(2, 0, "bank"), touch(3, 0, "air")]);
    for (let i = 0; i < 2; i++) parent = forge.forge({ parent });
    single.check(parent);
    expect(keysOf(single.build(parent, 8))).toEqual([touch(3, 0, "air").key]);
    single.give({ kind: "attested", block: notarized(forge.attest({ bank: { round: asRound(1) } })) });
    expect(keysOf(single.build(parent, 8))).toEqual([touch(3, 0, "air").key]);
    single.give({ kind: "attested", block: forge.attest() });
    expect(keysOf(single.build(parent, 8))?.length).toBe(3);
  });
});

test("O1: nothing that expires before the block it would be in, though it may be in the next", () => {
  const { forge, single } = world();
  const [first, second] = [1, 2].map((expires) => blobOf(network, { payer: expires, expires })) as [
    Candidate,
    Candidate,
  ];
  single.push([first, second]);
  const parent = forge.forge({ view: 1 });
  single.check(parent);
  expect(keysOf(single.build(parent, 4))).toEqual([second.key]);
  expect(keysOf(single.build(undefined, 4))?.length).toBe(2);
});

test("O8: a block is empty only if it cites nothing new either: what it cites may be what something waits for", () => {
  const { forge } = world();
  const blocks = [{}, { blobs: [pay(0)] }, { cites: forge.attest() }].map((plan) => forge.forge(plan).block);
  expect(blocks.map(orderBlockRules.isEmpty)).toEqual([true, false, false]);
});

describe("O8, O3: a citation", () => {
  const pendingOne = { bank: { round: asRound(1), pending: 1 } };

  test("is of the newest attest block, with what shows it", () => {
    const { forge, single } = world();
    const parent = forge.forge({ blobs: [touch(0, 0, "bank")] });
    single.deliver(parent);
    for (let i = 0; i < 2; i++) single.give({ kind: "attested", block: forge.attest() });
    const cites = forge.attest();
    single.give({ kind: "attested", block: cites });
    const built = single.build(parent, 4, true) as OrderBlock;
    expect(built).toEqual(remade(forge, built, { parent, cites }).block);
  });

  test("is of none that a notarization names, which shows nobody that it is final", () => {
    const { forge, single } = world();
    const parent = forge.forge({ blobs: [touch(0, 0, "bank")] });
    single.deliver(parent);
    const cites = forge.attest();
    single.give({ kind: "attested", block: cites });
    single.give({ kind: "attested", block: notarized(forge.attest()) });
    const built = single.build(parent, 4, true) as OrderBlock;
    expect(built).toEqual(remade(forge, built, { parent, cites }).block);
    const later = forge.attest();
    single.give({ kind: "attested", block: later });
    const next = single.build(parent, 5, true) as OrderBlock;
    expect(next).toEqual(remade(forge, next, { parent, cites: later }).block);
  });

  test("is no reason as long as a notarization names what would be cited", () => {
    const { forge, single } = world();
    const told = (block: AttestedBlock) => reasonsIn(single.give({ kind: "attested", block }));
    expect(told(notarized(forge.attest(pendingOne)))).toEqual([]);
    expect(single.build(undefined, 4)).toBeUndefined();
    expect(told(forge.attest())).toEqual([true]);
  });

  test("is a reason only if claims are new and something is pending", () => {
    const { forge, single } = world();
    const parent = forge.forge({ blobs: [touch(0, 0, "bank")] });
    single.deliver(parent);
    const told = (changes: Parameters<Forge["attest"]>[0]) =>
      reasonsIn(single.give({ kind: "attested", block: forge.attest(changes) }));
    expect(told({})).toEqual([]);
    expect(told({ bank: { round: asRound(1) } })).toEqual([]);
    expect(single.build(parent, 4)).toBeUndefined();
    expect(told({ bank: { round: asRound(2), pending: 1 } })).toEqual([true]);
    const built = single.build(parent, 4) as OrderBlock;
    expect(built.body.blobs).toEqual([]);
    expect(built.header.attested.height).toBe(3);
  });

  test("is no reason again for claims that the parent's brought", () => {
    const { forge, single } = world();
    const told = (block: AttestedBlock) => reasonsIn(single.give({ kind: "attested", block }));
    const cites = forge.attest(pendingOne);
    expect(told(cites)).toEqual([true]);
    const parent = forge.forge({ cites });
    expect(reasonsIn(single.deliver(parent))).toEqual([false]);
    expect(told(forge.attest())).toEqual([]);
    expect(told(forge.attest(pendingOne))).toEqual([]);
    expect(single.build(parent, 4)).toBeUndefined();
  });

  test("is the parent's where nothing later can be shown", () => {
    const { forge, single } = world();
    const one = forge.attest();
    const two = forge.attest();
    single.give({ kind: "attested", block: one }, { kind: "attested", block: notarized(two) });
    for (const cites of [one, two]) {
      const parent = forge.forge({ view: 1, cites });
      expect(codeOf(single.check(parent))).toBe("valid");
      const built = single.build(parent, 4, true) as OrderBlock;
      expect(built).toEqual(remade(forge, built, { parent }).block);
    }
  });

  test("that cannot be shown is no reason for an empty block", () => {
    const { forge, single } = world();
    single.give({ kind: "attested", block: forge.attest(pendingOne) });
    single.holds.add("prove-descent");
    single.give(single.buildInput(undefined, 4));
    const [asked] = single.asked;
    single.asked.length = 0;
    const effects = single.give({ kind: "descent", id: asked?.id as number, proof: undefined });
    expect(effects).toMatchObject([{ kind: "built", block: undefined }]);
  });
});

describe("O8: a reason", () => {
  test("is told when there is one, again when there is more, and taken back", () => {
    const { forge, single } = world();
    expect(reasonsIn(single.effects)).toEqual([]);
    expect(reasonsIn(single.push([pay(0)]))).toEqual([true]);
    expect(reasonsIn(single.push([pay(0)]))).toEqual([]);
    expect(reasonsIn(single.push([pay(1)]))).toEqual([true]);
    const one = forge.forge({ blobs: [pay(0)] });
    expect(reasonsIn(single.deliver(one))).toEqual([true]);
    expect(reasonsIn(single.deliver(forge.forge({ parent: one, blobs: [pay(1)] })))).toEqual([false]);
  });

  test("is no blob that could not be ordered next", () => {
    const { single } = world();
    expect(reasonsIn(single.push([pay(0, 3), blobOf(network, { payer: 1, forged: true })]))).toEqual([]);
  });

  test("is told again after a restart, for what was accepted here", () => {
    const { single } = world();
    single.submit(pay(0));
    const next = single.restarted();
    expect(reasonsIn(next.effects)).toEqual([true]);
    expect(keysOf(next.build(undefined, 4))).toEqual([pay(0).key]);
  });
});

test("O9: what does not fit beside the rest is passed over for what does", () => {
  const small = testNetwork({ limits: { blockBlobs: 3, shardBudget: 100 } });
  const forge = new Forge(small);
  const single = new Single({ network: small, forge });
  const work = (payer: number, nonce: number, budget: number, tip: bigint) =>
    blobOf(small, { payer, nonce, budget, tip, touches: ["air"] });
  const waiting = [
    work(0, 0, 60, 900n),
    work(1, 0, 60, 800n),
    work(2, 0, 40, 700n),
    work(0, 1, 0, 600n),
    work(3, 0, 0, 5n),
  ];
  single.push(waiting);
  const [a0, , c0, a1] = waiting.map(({ key }) => key);
  const built = single.build(undefined, 4) as OrderBlock;
  expect(keysOf(built)).toEqual([a0, c0, a1]);
  const other = new Single({ network: small, forge });
  other.offer(...waiting);
  expect(codeOf(other.ask({ block: built, info: infoOf(built), blobs: [], parent: undefined }))).toBe("valid");
});
