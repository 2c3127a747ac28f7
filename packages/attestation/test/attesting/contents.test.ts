// C5: contents of claims travel by root, and nobody votes for what it could not serve. That each content is stored before
// the claim is affirmed, and before a block is voted for, is looked at in every test here (`attest-node.ts`).

import { equalBytes } from "@tandem/shared";
import { expect, test } from "vitest";
import { program } from "../../../execution/test/support/programs.ts";
import { add } from "../../../execution/test/support/seats.ts";
import { contentKey } from "../../src/records.ts";
import type { AttestMessage, Peer } from "../../src/types.ts";
import { AttestWorld, type WorldPlan } from "../support/attest-world.ts";

const one = (at: string) => program([add(at, "k", 1n)]);

/** Five of six are a quorum of the chain; two of them follow nothing. */
const six = { validators: 6, committees: { a: [0, 1, 2, 3], b: [0, 1, 2, 3], c: [0, 1, 2, 3] } };

function worldOf(route: NonNullable<WorldPlan["route"]>): AttestWorld {
  return new AttestWorld({ network: six, route });
}

const askedBy = (world: AttestWorld, place: Peer) =>
  world
    .at(place)
    .of("send")
    .flatMap(({ to, message }) => (message.kind === "want-content" ? [to] : []));

test("whoever votes without following a shard asks those who affirmed, and holds it then", () => {
  const world = worldOf(() => undefined);
  world.order([one("a/x")]).settle();
  const [claim] = world.network.truth.shard("a").results;
  for (const place of [4, 5]) {
    const [first, second] = askedBy(world, place);
    expect([0, 1, 2, 3]).toContain(first);
    expect(second).toBeUndefined();
    expect(world.at(place).has(contentKey(claim?.root as never))).toBe(true);
  }
});

test("where nobody is known to have affirmed, the committee is asked first", () => {
  const world = worldOf((_, to, { kind }) => (kind === "affirmations" && to === 4 ? [] : undefined));
  // Without the fourth nobody else can be spared.
  world.at(3).stop();
  world.order([one("a/x")]).settle(world.nodes.filter(({ isUp }) => isUp));
  const [first] = askedBy(world, 4);
  expect([0, 1, 2, 3]).toContain(first);
});

test("a content that is withheld by all delays the block, and comes as soon as one gives it", () => {
  let isWithheld = true;
  const world = worldOf((_, to, { kind }) => (isWithheld && kind === "content" && to > 3 ? [] : undefined));
  world.order([one("a/x")]).run(30_000);
  expect(world.final).toHaveLength(0);
  for (const place of [4, 5]) expect(world.at(place).of("checked")).toEqual([]);
  expect(new Set(askedBy(world, 4))).toEqual(new Set([0, 1, 2, 3, 5]));
  isWithheld = false;
  world.settle();
  expect(world.attestedOf("a")).toEqual(world.trueClaimsOf("a"));
});

test("a content that some withhold or forge comes from another", () => {
  const isBad = new Set<Peer>([0, 1, 2]);
  const world = worldOf((from, _, message): readonly AttestMessage[] | undefined => {
    if (message.kind !== "content" || !isBad.has(from)) return undefined;
    return from === 0 ? [] : [{ ...message, content: from === 1 ? undefined : Uint8Array.of(1, 2, 3) }];
  });
  for (let round = 0; round < 4; round++) world.order([one("a/x"), one("b/x")]).settle();
  for (const shard of ["a", "b"]) expect(world.attestedOf(shard)).toEqual(world.trueClaimsOf(shard));
  expect(world.refused).toEqual([]);
});

test("a block is not invalid because its contents are missing, or the own order chain is behind", () => {
  const world = worldOf((_, to, { kind }) => (kind === "content" && to === 4 ? [] : undefined));
  world.at(5).isAway = true;
  world.order([one("a/x")]).run(20_000);
  expect(world.refused).toEqual([]);
  expect(world.final).toHaveLength(0);
  world.at(5).isAway = false;
  world.until(() => world.final.length > 0);
});

test("a block that is final without its contents is not waited for any more", () => {
  const world = worldOf((_, to, { kind }) => (kind === "content" && to === 4 ? [] : undefined));
  const node = world.at(4);
  world.order([one("a/x")]).until(() => node.machine.counts.jobs > 1 && node.machine.counts.contents.wanted > 0);
  world.settle().run(10_000);
  expect(node.of("checked")).toEqual([]);
  expect(node.machine.counts).toMatchObject({ jobs: 1, contents: { needs: 0, wanted: 0, questions: 0, open: 0 } });
});

test("who counts a claim of others can serve it", () => {
  // The fifth asks the sixth alone, who follows nothing either.
  const world = worldOf((from, to, { kind }) => (kind === "content" && to === 4 && from !== 5 ? [] : undefined));
  // Without the fourth nobody else can be spared.
  world.at(3).stop();
  world.order([one("a/x")]).settle(world.nodes.filter(({ isUp }) => isUp));
  const served = world
    .at(5)
    .of("send")
    .filter(({ to, message }) => to === 4 && message.kind === "content" && message.content !== undefined);
  expect(served.length).toBeGreaterThan(0);
  expect(world.attestedOf("a")).toEqual(world.trueClaimsOf("a"));
});

test("a content that a shard waits for is not asked for any more when that shard stops", () => {
  const isOfA = (message: AttestMessage) =>
    message.kind === "affirmations" && message.affirmations.some(({ shard }) => shard === "a");
  const asksForB = (message: AttestMessage) =>
    message.kind === "want-content" &&
    world.network.truth.shard("b").results.some(({ root }) => equalBytes(root, message.claim));
  // At first nobody hears what is affirmed of `a`; and the node that stops there is never given the claim of `b`.
  let isSilent = true;
  const world: AttestWorld = new AttestWorld({
    nodes: [{ place: 0, follows: ["a"], bent: { contract: "a/x", height: 1 } }],
    route: (from, _, message) => ((isSilent && isOfA(message)) || (from === 0 && asksForB(message)) ? [] : undefined),
  });
  const node = world.at(0);
  const giving = program([add("b/x", "k", 1n), add("a/y", "k", 0)]);
  world.order([giving, one("a/x")]).until(() => world.attestedOf("b").length === 1);
  world.order().until(() => node.machine.counts.shards.shards.some(({ visible }) => visible > 0));
  expect(node.machine.counts).toMatchObject({ contents: { needs: 1, wanted: 1 }, shards: { wants: 1 } });
  isSilent = false;
  world.until(() => node.alarms.some(({ what }) => what === "explained"));
  expect(node.machine.counts).toMatchObject({ contents: { needs: 0, wanted: 0, questions: 0 }, shards: { wants: 0 } });
});
