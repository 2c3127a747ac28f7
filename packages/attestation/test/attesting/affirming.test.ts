// C4: a node affirms what it made, once, and only with the record of what it signed.

import { asRound, asShardName, toHex, zeroRoot } from "@tandem/shared";
import { expect, test } from "vitest";
import { program } from "../../../execution/test/support/programs.ts";
import { add } from "../../../execution/test/support/seats.ts";
import { contentKey, decodeOwnRecords, ownPrefix } from "../../src/records.ts";
import type { AttestNode } from "../support/attest-node.ts";
import { AttestWorld } from "../support/attest-world.ts";

const one = (at: string) => program([add(at, "k", 1n)]);

const affirmedBy = (node: AttestNode) =>
  node.of("broadcast").flatMap(({ message }) => {
    return message.kind === "affirmations" ? message.affirmations.map(({ shard, round }) => `${shard}${round}`) : [];
  });

const recordsOf = ({ disk }: AttestNode) =>
  decodeOwnRecords([...disk].filter(([key]) => key.startsWith(toHex(ownPrefix))).map(([, value]) => value));

test("without a record of what it signed a node signs nothing, says so once of each shard, and does all else", () => {
  const world = new AttestWorld({ nodes: [{ place: 3, follows: ["a", "b", "c"], hasMarks: false }] });
  const node = world.at(3);
  for (let round = 0; round < 3; round++) world.order([one("a/x"), one("b/x")]).settle();
  expect(affirmedBy(node)).toEqual([]);
  expect(recordsOf(node)).toEqual([]);
  expect(node.alarms.map((alarm) => alarm.what === "no-mark" && alarm.shard)).toEqual(["a", "b", "c"]);
  expect(
    node.of("checked").filter(({ verdict }) => verdict === "valid").length + node.of("built").length,
  ).toBeGreaterThan(0);
  node.stop();
  node.start();
  world.order([one("c/x")]).settle();
  expect(affirmedBy(node)).toEqual([]);
});

test("what was affirmed is on record until it is attested, and the mark stays", () => {
  const world = new AttestWorld();
  const node = world.at(1);
  world.isQuiet = true;
  world
    .order([one("a/x")])
    .order([one("a/x"), one("b/x")])
    .run(2_000);
  const kept = () =>
    recordsOf(node)
      .map(({ kind, value }) => `${kind} ${value.shard}${value.round}`)
      .sort();
  expect(kept()).toEqual(["affirmation a1", "affirmation a2", "affirmation b2", "mark a2", "mark b2"]);
  world.isQuiet = false;
  world.settle();
  expect(kept()).toEqual(["mark a2", "mark b2"]);
});

test("after a restart it says again what is above the frontier, at once", () => {
  const world = new AttestWorld();
  const node = world.at(1);
  world.order([one("a/x")]).settle();
  world.isQuiet = true;
  world.order([one("a/x"), one("b/x")]).run(2_000);
  node.stop();
  const before = node.effects.length;
  node.start();
  world.until(() => node.isStarted);
  const said = node.effects.slice(before).flatMap((effect) => {
    return effect.kind === "broadcast" && effect.message.kind === "affirmations" ? effect.message.affirmations : [];
  });
  expect(said.map(({ shard, round }) => `${shard}${round}`)).toEqual(["a2", "b2"]);
});

test("the first claim after a mark that was made by hand is not affirmed, which is said; those after it are", () => {
  const world = new AttestWorld({ nodes: [{ place: 3, follows: ["a"], firstRound: 2 }] });
  const node = world.at(3);
  for (const at of ["a/x", "b/x", "a/x", "a/x"] as const) world.order([one(at)]).settle();
  expect(affirmedBy(node)).toEqual(["a4"]);
  expect(node.alarms).toEqual([{ what: "not-affirmed", shard: "a", round: 3 }]);
});

test("A3: what is attested by the time that it is made needs no voice any more", () => {
  const world = new AttestWorld({ nodes: [{ place: 0, follows: [] }] });
  const node = world.at(0);
  for (let round = 0; round < 3; round++) world.order([one("a/x")]).settle();
  node.stop();
  node.follows = ["a"];
  node.start();
  world.settle().run(20_000);
  expect(node.standing("a").own?.done).toBe(3);
  expect(affirmedBy(node)).toEqual([]);
  world.order([one("a/x")]).settle();
  expect(affirmedBy(node)).toEqual(["a4"]);
});

/** C4, C5: what outlives a lost state. */
const keptKinds = [toHex(ownPrefix), toHex(contentKey(zeroRoot).slice(0, 1))];

/** It executes otherwise, and signs; then all but the record of that is lost, and it executes as it should. */
test("who lost all but its record never affirms another claim of a round that it affirmed", () => {
  const plan = { place: 0, follows: ["a", "c"], bent: { contract: "a/x", height: 1 } };
  const world = new AttestWorld({ nodes: [plan] });
  const node = world.at(0);
  for (const other of world.nodes.slice(1)) other.isAway = true;
  world
    .order([one("a/x")])
    .order([one("a/x")])
    .run(3_000);
  expect(new Set(affirmedBy(node))).toEqual(new Set(["a1", "a2"]));
  node.stop();
  for (const key of node.disk.keys()) if (!keptKinds.includes(key.slice(0, 2))) node.disk.delete(key);
  node.ordered = 0;
  node.bent = undefined;
  for (const other of world.nodes.slice(1)) other.isAway = false;
  const before = node.effects.length;
  node.start();
  world.settle();
  world
    .order([one("a/x")])
    .order([one("a/x")])
    .settle();
  // The one after its mark names a `prev` at it, which is true of honest claims and of its own lies.
  const said = node.effects.slice(before).flatMap((effect) => {
    return effect.kind === "broadcast" && effect.message.kind === "affirmations" ? effect.message.affirmations : [];
  });
  const own = new Set(node.said.values());
  for (const { round, claim } of said) if (round <= asRound(2)) expect(own.has(toHex(claim))).toBe(true);
  expect(said.some(({ round }) => round === asRound(4))).toBe(true);
  expect(node.standing(asShardName("a")).own?.dispute).toBeUndefined();
});
