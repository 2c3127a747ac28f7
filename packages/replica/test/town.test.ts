// Four replicas with the real machines: what is submitted is ordered, the same everywhere, through restarts and repair.

import { orderBlockRules } from "@tandem/ordering";
import { equalBytes, type OrderBlock, type Root, toHex } from "@tandem/shared";
import { expect, test } from "vitest";
import { blobOf, testNetwork } from "../../ordering/test/support/blobs.ts";
import type { ReplicaEffect } from "../src/index.ts";
import { Town, type TownNode } from "./support/town.ts";

const network = testNetwork();
const patienceMs = 120_000;

type Blobs = readonly ReturnType<typeof blobOf>[];

/** So many of each of four payers, from a nonce on. */
function blobsOf(count: number, nonce = 0): Blobs {
  return Array.from({ length: 4 * count }, (_, index) =>
    blobOf(network, {
      payer: index % 4,
      nonce: nonce + Math.floor(index / 4),
      transfers: [{ to: (index + 1) % 4, amount: BigInt(index) }],
    }),
  );
}

/** Each payer's to one node. */
function submit(town: Town, blobs: Blobs, nodes: readonly TownNode[] = town.nodes): void {
  for (const [index, { bytes }] of blobs.entries()) town.submit(nodes[(index % 4) % nodes.length] as TownNode, bytes);
}

/** Lets time pass until all of these nodes have executed them. */
function untilOrdered(town: Town, blobs: Blobs, nodes: readonly TownNode[] = town.nodes): void {
  town.runUntil(() => nodes.every((node) => hasOrdered(node, blobs)), patienceMs);
}

function hasOrdered({ orderedBlobs }: TownNode, blobs: Blobs): boolean {
  const ordered = new Set(orderedBlobs);
  return blobs.every(({ key }) => ordered.has(key));
}

/** The same blocks everywhere, one after the other, and each blob once; the same ledger where as much is executed. */
function expectAgreement(nodes: readonly TownNode[]): void {
  const chains = nodes.map(({ ordered }) => ordered.map(({ info }) => toHex(info.root)));
  const longest = chains.reduce((a, b) => (a.length > b.length ? a : b));
  const ledgers = new Map<number, string>();
  for (const [index, { ordered, orderedBlobs, tip }] of nodes.entries()) {
    expect(chains[index]).toEqual(longest.slice(0, ordered.length));
    expect(ordered.map(({ info }) => info.height)).toEqual(ordered.map((_, place) => place + 1));
    expect(new Set(orderedBlobs).size).toBe(orderedBlobs.length);
    expect(tip.height).toBe(ordered.length);
    expect(toHex(tip.ledgerRoot)).toBe(ledgers.get(tip.height) ?? toHex(tip.ledgerRoot));
    ledgers.set(tip.height, toHex(tip.ledgerRoot));
  }
}

test("four replicas order what is submitted, and agree on blocks and ledger", () => {
  const town = new Town(network);
  const blobs = blobsOf(4);
  submit(town, blobs);
  untilOrdered(town, blobs);
  expectAgreement(town.nodes);
  for (const { receipts } of town.nodes) {
    expect([...receipts.values()].map(({ kind }) => kind)).toEqual(["accepted", "accepted", "accepted", "accepted"]);
  }
});

test("each block is told as final after it is stored, and executed after that", () => {
  const town = new Town(network);
  const blobs = blobsOf(2);
  submit(town, blobs);
  untilOrdered(town, blobs);
  for (const { effects } of town.nodes) {
    const finals = effects.flatMap((effect, at) =>
      effect.kind === "final" ? [{ at, height: effect.info.height }] : [],
    );
    expect(finals.map(({ height }) => height)).toEqual(finals.map((_, index) => index + 1));
    for (const { at } of finals) expect(effects[at - 1]?.kind).toBe("store");
    for (const [at, effect] of effects.entries()) {
      if (effect.kind !== "ordered") continue;
      expect(finals.find(({ height }) => height === effect.info.height)?.at).toBeLessThan(at);
    }
  }
});

test("S8: a vote for a block leaves after its record and all of the block's blobs are durable", () => {
  const town = new Town(network);
  const blobs = blobsOf(3);
  submit(town, blobs);
  untilOrdered(town, blobs);
  const blocks = new Map<string, OrderBlock>();
  for (const { effects } of town.nodes) for (const block of proposedIn(effects)) blocks.set(keyOf(block), block);
  const bytesOf = new Map(blobs.map(({ key, bytes }) => [key, bytes]));
  let checked = 0;
  for (const { seat, effects } of town.nodes) {
    for (const [at, effect] of effects.entries()) {
      const vote = notarizeIn(effect);
      if (vote === undefined) continue;
      const before = effects.slice(0, at);
      expect(
        before.some((each) => each.kind === "persist" && contains(each.record, vote.signature)),
        `${seat}`,
      ).toBe(true);
      const roots = blocks.get(toHex(vote.block))?.body.blobs ?? [];
      for (const root of roots) expect(before.some((each) => stores(each, bytesOf.get(toHex(root))))).toBe(true);
      checked += roots.length;
    }
  }
  // Every replica votes for blocks that order these blobs.
  expect(checked).toBeGreaterThanOrEqual(town.nodes.length * blobs.length);
});

test("a restart goes on from what is on disk, of one node and of all", () => {
  const town = new Town(network);
  const blobs = blobsOf(2);
  submit(town, blobs);
  const [first] = town.nodes as [TownNode];
  town.runUntil(() => first.ordered.length > 0, patienceMs);
  town.start(town.nodes[1] as TownNode);
  untilOrdered(town, blobs);
  town.start(...town.nodes);
  const more = blobsOf(2, 2);
  submit(town, more);
  untilOrdered(town, more);
  expectAgreement(town.nodes);
});

test("what a node accepted is ordered though it restarts before anybody heard of it", () => {
  const town = new Town(network);
  const [, node] = town.nodes as [TownNode, TownNode];
  const blobs = blobsOf(1);
  node.isCutOff = true;
  submit(town, blobs, [node]);
  town.runUntil(() => node.receipts.size === blobs.length, patienceMs);
  town.start(node);
  node.isCutOff = false;
  untilOrdered(town, blobs);
  expectAgreement(town.nodes);
});

test("S7: who was away is served the blocks that it missed, and an observer the whole chain", () => {
  const town = new Town(network, 1);
  const [, , , away, observer] = town.nodes as [TownNode, TownNode, TownNode, TownNode, TownNode];
  const present = town.nodes.filter((node) => node !== away && node !== observer);
  away.isCutOff = true;
  observer.isCutOff = true;
  const blobs = blobsOf(2);
  submit(town, blobs, present);
  untilOrdered(town, blobs, present);
  expect(away.ordered.length).toBe(0);
  away.isCutOff = false;
  observer.isCutOff = false;
  const more = blobsOf(1, 2);
  submit(town, more, present);
  untilOrdered(town, [...blobs, ...more]);
  expectAgreement(town.nodes);
  for (const behind of [away, observer]) {
    expect(present.some(({ effects }) => effects.some((effect) => isServing(effect, behind)))).toBe(true);
  }
});

function isServing(effect: ReplicaEffect, peer: TownNode): boolean {
  if (effect.kind !== "send" || effect.to !== peer.seat || effect.message.kind !== "answer") return false;
  return effect.message.blocks.length > 0;
}

function keyOf(block: OrderBlock): string {
  return toHex(orderBlockRules.infoOf(block).root);
}

function proposedIn(effects: readonly ReplicaEffect[]): OrderBlock[] {
  return effects.flatMap((effect) =>
    effect.kind === "broadcast" && effect.message.kind === "proposal" ? [effect.message.proposal.block] : [],
  );
}

/** S4: a proposal is its leader's notarize. */
function notarizeIn(effect: ReplicaEffect): { readonly block: Root; readonly signature: Uint8Array } | undefined {
  if (effect.kind !== "broadcast") return undefined;
  const { message } = effect;
  if (message.kind === "vote" && message.vote.kind === "notarize") return message.vote;
  if (message.kind !== "proposal") return undefined;
  const { block, signature } = message.proposal;
  return { block: orderBlockRules.infoOf(block).root, signature };
}

function stores(effect: ReplicaEffect, bytes: Uint8Array | undefined): boolean {
  if (effect.kind !== "store" || bytes === undefined) return false;
  return effect.batch.puts.some(({ value }) => equalBytes(value, bytes));
}

function contains(record: Uint8Array, part: Uint8Array): boolean {
  return toHex(record).includes(toHex(part));
}
