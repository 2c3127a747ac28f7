// S9: votes of one view, counted unverified; and their signatures, checked as one.

import { asEpoch, asView, type Vote, zeroRoot } from "@tandem/shared";
import { expect, test, vi } from "vitest";
import { performVerify } from "../src/index.ts";
import { Tally } from "../src/tally.ts";
import { chainOf, createWorld, rootOf } from "./support/one.ts";

const world = createWorld();
const [x, y] = chainOf(world, 2).map(rootOf) as [Vote["block"], Vote["block"]];

function tallyOf(votes: readonly Vote[]) {
  const tally = new Tally(world.electorate.committee);
  const groups = votes.map((vote) => {
    const added = tally.add(vote, false);
    if (added.kind !== "added") throw new Error(`a vote is ${added.kind}`);
    return added.group;
  });
  return { tally, group: groups.at(-1) as (typeof groups)[number] };
}

test("S9: a false vote leaves its place, and its seat is not counted again", () => {
  const votes = [0, 1, 2].map((seat) => world.vote("nullify", 1, zeroRoot, seat)) as [Vote, Vote, Vote];
  const { tally, group } = tallyOf(votes);
  expect(tally.isQuorum(group)).toBe(true);
  tally.settle(votes[0], false);
  expect(tally.votesOf(group)).toEqual(votes.slice(1));
  expect(tally.isQuorum(group)).toBe(false);
  expect(tally.add(votes[0], false).kind).toBe("ignored");
});

test("S9: what a check said is said of the vote that was checked, whatever rivals it has", () => {
  const rival = world.vote("notarize", 1, x, 0);
  const nullify = world.vote("nullify", 1, y, 0);
  const votes = [1, 2, 3].map((seat) => world.vote("notarize", 1, y, seat)) as [Vote, Vote, Vote];
  const { tally, group } = tallyOf([rival, nullify, ...votes]);
  tally.settle(votes[0], false);
  for (const vote of votes.slice(1)) tally.settle(vote, true);
  expect(tally.votesOf(group)).toEqual(votes.slice(1));
  expect(tally.quorum(group)).toBeUndefined();
});

test("S9: a vote that is found true again weighs once, and one that was never counted weighs nothing", () => {
  const votes = [0, 1, 2].map((seat) => world.vote("nullify", 1, zeroRoot, seat)) as [Vote, Vote, Vote];
  const { tally, group } = tallyOf(votes);
  for (let i = 0; i < 3; i++) tally.settle(votes[0], true);
  tally.settle(world.vote("nullify", 1, zeroRoot, 3), true);
  expect(tally.quorum(group)).toBeUndefined();
  for (const vote of votes) tally.settle(vote, true);
  expect(tally.quorum(group)).toEqual(votes);
});

test("S9: equal votes are one check, and their signatures add up to the certificate's", () => {
  const votes = [0, 1, 2].map((seat) => world.vote("notarize", 1, x, seat));
  const verifies = vi.spyOn(world.electorate.scheme, "verifyAggregate");
  const verified = performVerify(world.electorate, 1, { kind: "votes", votes });
  expect(verifies).toHaveBeenCalledTimes(1);
  expect(verified.valid).toEqual([true, true, true]);
  expect(verified.aggregate).toEqual(world.certificate("notarization", 1, x).signature);
  verifies.mockRestore();
});

test("S9: false ones among them are found by halves, and no sum is given of the rest", () => {
  const votes = [0, 1, 2, 3].map((seat) => world.vote("notarize", 1, x, seat));
  const mixed = votes.map((vote, seat) => (seat === 2 ? world.vote("notarize", 1, y, seat) : vote));
  const said = mixed.map((vote) => ({ ...vote, block: x }));
  const { valid, aggregate } = performVerify(world.electorate, 1, { kind: "votes", votes: said });
  expect(valid).toEqual([true, true, false, true]);
  expect(aggregate).toBeUndefined();
});

test("S9: bytes that are no signature are a false one", () => {
  const votes = [0, 1, 2].map((seat) => world.vote("notarize", 1, x, seat));
  const broken = votes.map((vote, seat) => (seat === 1 ? { ...vote, signature: new Uint8Array(96) } : vote));
  expect(performVerify(world.electorate, 1, { kind: "votes", votes: broken }).valid).toEqual([true, false, true]);
});

test.each([
  ["kind", { kind: "finalize" }],
  ["view", { view: asView(2) }],
  ["epoch", { epoch: asEpoch(1) }],
  ["block", { block: y }],
] as const)("S10: a signature of a vote of another %s proves none, whatever it is checked with", (_, other) => {
  const signed = world.vote("nullify", 1, x, 0);
  const { valid } = performVerify(world.electorate, 1, { kind: "votes", votes: [signed, { ...signed, ...other }] });
  expect(valid).toEqual([true, false]);
});
