// A node that stops anywhere goes on where its store ends, and comes to the same.

import { asRound, type Certificate, type StoreBatch, StoreFault, toHex } from "@tandem/shared";
import { expect, test } from "vitest";
import { keptKey } from "../src/records.ts";
import type { AttestedBlock, OrderEffect } from "../src/types.ts";
import { blobOf, testNetwork } from "./support/blobs.ts";
import { Forge, type Forged } from "./support/forge.ts";
import { codeOf, Single } from "./support/single.ts";

const network = testNetwork({ payers: 8, limits: { lagMax: 4 } });
const touch = (payer: number, nonce: number, ...touches: string[]) => blobOf(network, { payer, nonce, touches });

/** Six final blocks: lagging shards, a citation that moves one, a fork, and blobs of clients. */
function script() {
  const forge = new Forge(network);
  const cited = [
    forge.attest({ air: { round: asRound(1) } }),
    forge.attest({ bank: { round: asRound(2), pending: 3 } }),
  ];
  const one = forge.forge({ blobs: [touch(0, 0, "air"), touch(1, 0, "bank")] });
  const two = forge.forge({ parent: one, blobs: [touch(0, 1, "bank")], cites: cited[0] as AttestedBlock });
  const rival = forge.forge({ parent: one, view: 9, blobs: [touch(2, 0, "hotel"), touch(3, 0)] });
  const three = forge.forge({ parent: two, view: 10, blobs: [touch(2, 0, "hotel")] });
  const four = forge.forge({ parent: three, cites: cited[1] as AttestedBlock });
  const five = forge.forge({ parent: four, blobs: [touch(4, 0, "air"), touch(1, 1)] });
  const six = forge.forge({ parent: five });
  return { forge, cited, rival, blocks: [one, two, three, four, five, six] };
}

type Script = ReturnType<typeof script>;

function run(single: Single, { cited, rival, blocks }: Script): void {
  const [one, two, three, , five, six] = blocks as [Forged, Forged, Forged, Forged, Forged, Forged];
  for (const block of cited) single.give({ kind: "attested", block });
  single.submit(touch(4, 0, "air"), 1);
  single.submit(touch(5, 0), 2);
  single.check(one);
  single.check(two);
  single.deliver(one);
  single.check(rival);
  single.check(three);
  single.deliver(three);
  single.submit(touch(6, 0), 3);
  single.deliver(five);
  single.check(six);
  single.deliver(six);
}

const storesOf = (effects: readonly OrderEffect[]): readonly StoreBatch[] =>
  effects.flatMap((effect) => (effect.kind === "store" ? [effect.batch] : []));

function diskOf(batches: readonly StoreBatch[]): Map<string, Uint8Array> {
  const disk = new Map<string, Uint8Array>();
  for (const { puts, deletes } of batches) {
    for (const key of deletes) disk.delete(toHex(key));
    for (const { key, value } of puts) disk.set(toHex(key), value);
  }
  return disk;
}

/** All but what clients were promised and what votes rested on. */
function chainOn(store: ReadonlyMap<string, Uint8Array>, ordered: ReadonlySet<string>) {
  const isChain = (key: string) => !key.startsWith("09") && (!key.startsWith("04") || ordered.has(key.slice(2)));
  return new Map([...store].filter(([key]) => isChain(key)).map(([key, value]) => [key, toHex(value)]));
}

const orderedKeys = ({ blocks }: Script) => new Set(blocks.flatMap(({ blobs }) => blobs.map(({ key }) => key)));

test("S8: after a crash between any two effects the same chain is stored in the end", () => {
  const played = script();
  const whole = new Single({ network, forge: played.forge });
  run(whole, played);
  const ordered = orderedKeys(played);
  const last = played.blocks.at(-1) as Forged;
  const batches = storesOf(whole.effects);
  expect(batches.length).toBeGreaterThan(15);
  for (let count = 0; count <= batches.length; count++) {
    const single = new Single({ network, forge: played.forge, disk: diskOf(batches.slice(0, count)) });
    for (const { blobs } of played.blocks) single.offer(...blobs);
    for (const block of played.cited) single.give({ kind: "attested", block });
    single.fire("fetch");
    single.deliver(last);
    expect(chainOn(single.store, ordered), `after ${count} batches`).toEqual(chainOn(whole.store, ordered));
  }
});

test("O7: what a client was promised is kept until it is ordered, and comes back", () => {
  const played = script();
  const whole = new Single({ network, forge: played.forge });
  run(whole, played);
  const kept = [...whole.store.keys()].filter((key) => key.startsWith("09")).map((key) => key.slice(2));
  expect(kept.sort()).toEqual([touch(5, 0).key, touch(6, 0).key].sort());
  const next = whole.restarted();
  expect(next.build(played.blocks.at(-1), 100)?.body.blobs.map(toHex).sort()).toEqual(kept);
});

test("O7: what a client was promised is not kept once it has expired", () => {
  const forge = new Forge(network);
  const single = new Single({ network, forge });
  single.submit(blobOf(network, { nonce: 1, expires: 2 }));
  const kept = () => [...single.store.keys()].filter((key) => key.startsWith("09")).length;
  const one = forge.forge();
  single.deliver(one);
  expect(kept()).toBe(1);
  single.deliver(forge.forge({ parent: one }));
  expect(kept()).toBe(0);
});

test("O7: what was kept and does not decode any more is the store's fault, which the shell handles", () => {
  const disk = new Map([[toHex(keptKey(touch(0, 0).root)), new Uint8Array(3)]]);
  expect(() => new Single({ network, disk })).toThrow(StoreFault);
});

test("O7: what only has to wait is kept over a restart", () => {
  const forge = new Forge(network);
  const single = new Single({ network, forge });
  single.submit(touch(0, 0, "bank"));
  let last = forge.forge({ blobs: [touch(1, 0, "bank")] });
  for (let i = 0; i < 5; i++) last = forge.forge({ parent: last });
  single.deliver(last);
  expect(single.build(last, 20)).toBeUndefined();
  const next = single.restarted();
  expect(next.build(last, 20)).toBeUndefined();
  next.give({ kind: "attested", block: forge.attest({ bank: { round: asRound(1) } }) });
  expect(next.build(last, 20)?.body.blobs.map(toHex)).toEqual([touch(0, 0, "bank").key]);
});

test("O3, O10: history, lag and frontiers are those of a node that did not stop", () => {
  const played = script();
  const whole = new Single({ network, forge: played.forge });
  run(whole, played);
  const last = played.blocks.at(-1) as Forged;
  let parent = last;
  for (let i = 0; i < 2; i++) parent = played.forge.forge({ parent });
  // "air" was touched at height 5 after its claim; "bank" and "hotel" at 2 and 3, of which only the first is claimed.
  const nodes = [whole, whole.restarted(), whole.restarted().restarted()];
  for (const single of nodes) {
    single.deliver(parent);
    const codes = ["air", "bank", "hotel"].map((shard, i) =>
      codeOf(single.check(played.forge.forge({ parent, view: 50 + i, blobs: [touch(7, 0, shard)] }))),
    );
    expect(codes).toEqual(["valid", "valid", "blob 0 shard-behind"]);
  }
});

test("a restart while blocks are delivered and not executed goes on with them", () => {
  const played = script();
  const single = new Single({ network, forge: played.forge, holds: ["read", "verify"] });
  while (single.asked.length > 0) single.answer();
  const last = played.blocks.at(-1) as Forged;
  for (const block of played.cited) single.give({ kind: "attested", block });
  single.deliver(last);
  expect(single.effects.filter(({ kind }) => kind === "ordered")).toEqual([]);
  const next = single.restarted();
  for (const { blobs } of played.blocks) next.offer(...blobs);
  for (const block of played.cited) next.give({ kind: "attested", block });
  next.fire("fetch");
  expect(next.finalHeight).toBe(6);
  expect(next.effects.filter(({ kind }) => kind === "ordered").length).toBe(6);
});

test("S6: it says which final block is the last, how far it has executed, and what names each block that it executes", () => {
  const played = script();
  const single = new Single({ network, forge: played.forge });
  const [, , three] = played.blocks as [Forged, Forged, Forged];
  expect(single.effects.find(({ kind }) => kind === "started")).toMatchObject({ block: undefined, executed: 0 });
  for (const block of played.cited) single.give({ kind: "attested", block });
  single.deliver(three);
  const certificates = single.effects.flatMap((effect) => (effect.kind === "ordered" ? [effect.certificate] : []));
  expect(certificates).toEqual(played.blocks.slice(0, 3).map((forged) => played.forge.certificateOf(forged)));
  single.theirs.clear();
  // Its blobs are not to be had.
  const five = played.blocks[4] as Forged;
  single.give({ kind: "deliver", ...(played.blocks[3] as Forged), certificate: certificates[0] as Certificate });
  single.give({ kind: "deliver", ...five, certificate: certificates[0] as Certificate });
  const next = single.restarted();
  expect(next.effects.find(({ kind }) => kind === "started")).toMatchObject({ block: five.block, executed: 4 });
});
