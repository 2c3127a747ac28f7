// S8: where a node begins: from the last final block of its archive, and what its journal says.

import { asView, zeroRoot } from "@tandem/shared";
import { expect, test } from "vitest";
import { Records } from "../src/journal.ts";
import {
  type Block,
  certificatesIn,
  chainOf,
  createWorld,
  deliveredIn,
  followerOf,
  One,
  rootOf,
  rules,
  votesIn,
} from "./support/one.ts";

const world = createWorld();
const follower = followerOf(world, 3);
const [first, second, third] = chainOf(world, 3) as [Block, Block, Block];
const { notarization: notarized } = world;
const finalSecond = world.certificate("finalization", 2, rootOf(second));

test("S8: it goes on from the last final block of its archive, and says which that is", () => {
  const node = new One(world, follower);
  const effects = node.start({ info: rules.infoOf(second), certificate: finalSecond });
  expect(certificatesIn(effects)).toEqual(["finalization 2"]);
  expect(votesIn(node.hearProposal(world.proposal(third, finalSecond)))).toEqual(["notarize 3"]);
  expect(node.asked).toEqual([]);
});

test("S8: what its journal says of views that are final by then is nothing new", () => {
  const node = new One(world, follower);
  node.start();
  node.hearProposal(world.proposal(first, undefined));
  node.hearCertificate(notarized(first));
  node.hearProposal(world.proposal(second, notarized(first)));
  node.hearCertificate(finalSecond);
  const again = new One(world, follower);
  const effects = again.start({ info: rules.infoOf(second), certificate: finalSecond }, node.journal);
  expect(votesIn(effects)).toEqual([]);
  expect(votesIn(again.hearProposal(world.proposal(third, finalSecond)))).toEqual(["notarize 3"]);
});

test("S8: it tells again by which certificate it came to its view", () => {
  const node = new One(world, follower);
  node.start();
  node.hearCertificate(world.certificate("nullification", 4, zeroRoot));
  const again = new One(world, follower);
  expect(certificatesIn(again.start(undefined, node.journal))).toEqual(["nullification 4"]);
  // S7: into a quiet network no proposal comes by which it would see what it lacks.
  expect(again.asked.map(({ request }) => request)).toEqual([{ kind: "certificates", from: 1, to: 3 }]);
});

test("S8: what a leader builds on is durable with its proposal, fetched or not", () => {
  const node = new One(world, world.leader(2));
  node.start();
  node.hearCertificate(notarized(first));
  node.give({ kind: "reason", has: true });
  node.answer([{ block: first, certificate: notarized(first) }]);
  node.give({ kind: "built", view: asView(2), block: second });
  const again = new One(world, world.leader(2));
  again.start(undefined, node.journal);
  expect(deliveredIn(again.hearCertificate(finalSecond))).toEqual([1, 2]);
});

test.each(["notarize", "nullify"])("O8: its own %s of before is a reason to go on", (kind) => {
  const node = new One(world, follower);
  node.start();
  if (kind === "notarize") node.hearProposal(world.proposal(first, undefined));
  else node.hear(node.other, { kind: "reason", view: asView(1), isBeat: false });
  if (kind === "nullify") node.timer("leader", 1);
  const again = new One(world, follower);
  const effects = again.start(undefined, node.journal);
  expect(votesIn(effects)).toEqual([`${kind} 1`]);
  const timer = expect.objectContaining({ name: "advance", view: 1 });
  expect(effects).toContainEqual(expect.objectContaining({ kind: "set-timer", timer }));
});

test("S2: its timers are as long as they were", () => {
  const node = new One(world, follower);
  node.start();
  for (const view of [1, 2]) node.hearCertificate(world.certificate("nullification", view, zeroRoot));
  const again = new One(world, follower);
  again.start(undefined, node.journal);
  const effects = again.hear(again.other, { kind: "reason", view: asView(3), isBeat: false });
  expect(effects.flatMap((effect) => (effect.kind === "set-timer" ? [effect.afterMs] : []))).toEqual([800, 1200]);
});

test("S8: before it has read its journal it says nothing", () => {
  const node = new One(world, world.leader(1));
  expect(node.give({ kind: "reason", has: true })).toEqual([]);
  expect(node.hear(node.other, { kind: "reason", view: asView(1), isBeat: false })).toEqual([]);
});

test("S8: a block is written once, with the vote for it, however many votes rest on it", () => {
  const node = new One(world, follower);
  node.start();
  node.hearProposal(world.proposal(first, undefined));
  node.hearCertificate(notarized(first));
  node.hearProposal(world.proposal(second, notarized(first)));
  expect(node.votes).toContain("notarize 2");
  const kinds = new Records(rules).read(node.journal).map(({ kind }) => kind);
  expect(kinds).toEqual(["proposal", "vote", "certificate", "vote", "proposal", "vote"]);
  const again = new One(world, follower);
  again.start(undefined, node.journal.slice(0, 4));
  again.hearProposal(world.proposal(second, notarized(first)));
  expect(new Records(rules).read(again.journal).map(({ kind }) => kind)).toEqual(["proposal", "vote"]);
});
