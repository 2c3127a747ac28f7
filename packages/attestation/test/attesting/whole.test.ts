// What a network of whole machines comes to: claims, blocks of several of them, shards that wait alone, nodes that come late,
// and nodes that only look.

import { asShardName, type Root, toHex } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { program } from "../../../execution/test/support/programs.ts";
import { add } from "../../../execution/test/support/seats.ts";
import type { AttestNode } from "../support/attest-node.ts";
import { AttestWorld } from "../support/attest-world.ts";
import { chainIn, shardIn } from "../support/stored.ts";

const one = (at: string) => program([add(at, "k", 1n)]);

/** Each of these shards has something to do. */
function expectTrue(world: AttestWorld): void {
  for (const shard of world.network.shards) expect(world.attestedOf(shard)).toEqual(world.trueClaimsOf(shard));
  expect(world.refused).toEqual([]);
}

function itemsOf(world: AttestWorld): readonly (readonly string[])[] {
  return world.final.map(({ block }) =>
    block.body.items.map(({ kind, value }) =>
      kind === "attestation" ? `${value.claim.shard}${value.claim.round}` : kind,
    ),
  );
}

test("claims are affirmed, attested, cited, and then seen by other shards", () => {
  const world = new AttestWorld();
  world.order([one("a/x"), program([add("a/y", "k", 2n), add("b/x", "k", 0)])]).settle();
  expect(world.trueClaimsOf("b")).toHaveLength(1);
  world.order([], 0).settle();
  expect(world.trueClaimsOf("b")).toHaveLength(1);
  world.order().settle();
  expect(world.trueClaimsOf("b")).toHaveLength(2);
  expectTrue(world);
  const [, second] = world.network.truth.shard("b").results;
  expect(second?.claim.sources).toMatchObject([{ shard: "a", round: 1 }]);
});

test("an idle network says nothing, and makes no blocks", () => {
  const world = new AttestWorld();
  world
    .order([one("a/x")])
    .settle()
    .run(30_000);
  const blocks = world.final.length;
  const said = world.nodes.map(({ effects }) => effects.length);
  world.order().settle().order().settle().run(100_000);
  expect(world.final).toHaveLength(blocks);
  for (const { hasReason } of world.nodes) expect(hasReason).toBe(false);
  for (const node of world.nodes)
    expect(node.effects.slice(said[node.place]).some(({ kind }) => kind === "broadcast")).toBe(false);
});

test("A3: a shard catches up by several claims in one block, and A5: others stand beside them", () => {
  const world = new AttestWorld();
  world.isQuiet = true;
  for (let round = 0; round < 3; round++) world.order([one("a/x"), ...(round === 1 ? [one("b/x")] : [])]).run(500);
  world.isQuiet = false;
  world.settle();
  expect(itemsOf(world)).toEqual([["a1", "b2", "a2", "a3"]]);
  expectTrue(world);
});

/** Five of seven are a quorum of the chain, and three of four of a shard. */
const seven = { validators: 7, committees: { a: [0, 1, 2, 3], b: [3, 4, 5, 6], c: [0, 1, 2, 5] } };

describe("a shard without a quorum", () => {
  test("waits, while all others go on; and R8: so does what needs it", () => {
    const world = new AttestWorld({ network: seven });
    for (const place of [5, 6]) world.at(place).stop();
    for (let round = 0; round < 4; round++) {
      world.order([one("a/x"), one("b/x"), one("c/x"), program([add("b/x", "l", 1n), add("a/y", "l", 0)])]).run(2_000);
    }
    const rounds = (shard: string) => world.attestedOf(shard).length;
    expect([rounds("a"), rounds("b"), rounds("c")]).toEqual([4, 0, 4]);
    for (const place of [5, 6]) world.at(place).start();
    world.until(() => rounds("b") === 4);
    world.order().settle();
    expectTrue(world);
    expect(rounds("a")).toBe(5);
  });

  test("says again what it affirmed, ever more seldom, until the others are back", () => {
    const world = new AttestWorld({ network: seven });
    for (const place of [4, 5, 6]) world.at(place).isAway = true;
    world.order([one("b/x")]).run(60_000);
    const said = world.at(3).of("broadcast").length;
    expect(said).toBeGreaterThan(5);
    expect(said).toBeLessThan(20);
    for (const place of [4, 5, 6]) world.at(place).isAway = false;
    world.settle();
    expectTrue(world);
  });
});

test("S1: what a node affirms itself counts for it: three of four are enough", () => {
  const four = { validators: 4, committees: { a: [0, 1, 2, 3], b: [0, 1, 2, 3], c: [0, 1, 2, 3] } };
  const world = new AttestWorld({ network: four });
  world.at(3).stop();
  world.order([one("a/x"), one("b/x")]).settle(world.nodes.slice(0, 3));
  expectTrue(world);
});

test("whoever comes from the genesis, far behind, comes to the same", () => {
  const world = new AttestWorld({ late: 30 });
  const [late] = world.nodes as [AttestNode];
  late.stop();
  late.disk.clear();
  const others = world.nodes.slice(1);
  for (let height = 0; height < 150; height++) {
    const programs = height % 6 === 0 ? [one("a/x"), program([add("c/x", "k", 1n), add("a/y", "k", 0)])] : [];
    world.order(programs, undefined, height % 4 > 0);
    if (height % 6 === 0) world.run(1_000);
  }
  world.settle(others);
  late.start();
  world.settle();
  expectTrue(world);
  expect(chainIn(late.disk)).toEqual(chainIn(world.at(2).disk));
  expect(shardIn(late.disk, "a")).toEqual(shardIn(world.at(1).disk, "a"));
  expect(shardIn(late.disk, "c")).toEqual(shardIn(world.at(4).disk, "c"));
  expect(late.machine.counts.shards).toMatchObject({ made: 0, open: 0, running: 0, wants: 0 });
});

test("an observer follows all shards, fetches what it needs, and says nothing", () => {
  const observer = { place: 9, follows: ["a", "b", "c"] };
  const world = new AttestWorld({ nodes: [observer] });
  const node = world.at(9);
  for (let round = 0; round < 4; round++) {
    world.order([program([add("a/x", "k", 1n), add("b/x", "k", 0), add("c/x", "k", 1)]), one("c/x")]).run(1_500);
  }
  for (let more = 0; more < 3; more++) world.order().run(1_500);
  world.settle();
  for (const shard of ["a", "b", "c"]) {
    expect(
      node
        .of("news")
        .flatMap(({ news }) => (news.kind === "claimed" && news.shard === shard ? [toHex(news.claim)] : [])),
    ).toEqual(world.trueClaimsOf(shard));
    expect(shardIn(node.disk, shard)).toEqual(shardIn(world.at(shard === "a" ? 0 : 4).disk, shard));
  }
  expect(node.of("broadcast")).toEqual([]);
  expect(node.of("send").every(({ message }) => message.kind === "want-content")).toBe(true);
  expect(node.alarms).toEqual([]);
  expect(chainIn(node.disk)).toEqual(chainIn(world.at(0).disk));
});

describe("how far a program has come", () => {
  const rootAt = (world: AttestWorld, height: number, index: number): Root =>
    world.network.truth.blocks[height - 1]?.blobs[index]?.root as Root;

  test("is known of each shard that it touches", () => {
    const world = new AttestWorld({ nodes: [{ place: 9, follows: ["a", "b"] }] });
    world.order([program([add("a/x", "k", 1n), add("b/x", "k", 0)])]).settle();
    const root = rootAt(world, 1, 0);
    const status = () => world.at(9).machine.statusOf(root);
    expect(status()).toMatchObject({ height: 1, index: 0, stage: "ordered" });
    const [inA, inB] = status()?.parts ?? [];
    expect(inA).toMatchObject({ shard: asShardName("a"), stage: "attested", awaited: [] });
    expect(inB).toMatchObject({
      shard: asShardName("b"),
      stage: "ordered",
      awaited: [{ shard: "a", step: 0, since: 1 }],
    });
    world.order().settle();
    expect(status()).toMatchObject({ stage: "attested" });
    expect(status()?.parts.flatMap(({ ran }) => ran.map(({ outcome }) => outcome))).toEqual(["value", "value"]);
  });

  test("goes by run and affirmed to attested", () => {
    const world = new AttestWorld();
    const stage = () => world.at(1).machine.statusOf(rootAt(world, 1, 0))?.stage;
    const [, , ...late] = world.nodes;
    for (const node of late) node.isAway = true;
    world.isQuiet = true;
    world.order([one("a/x")]);
    world
      .until(() => stage() === "ordered")
      .until(() => stage() === "run")
      .run(2_000);
    expect(stage()).toBe("run");
    for (const node of late) node.isAway = false;
    world.until(() => stage() === "affirmed").run(2_000);
    expect(stage()).toBe("affirmed");
    world.isQuiet = false;
    world.until(() => stage() === "attested").settle();
  });

  test("is known to whoever executes it after it was attested, and nothing is left of it", () => {
    const world = new AttestWorld({ nodes: [{ place: 9, follows: [] }] });
    const node = world.at(9);
    world
      .order([one("a/x")])
      .run(1_000)
      .order([one("a/y")])
      .run(1_000)
      .order([one("a/x")])
      .settle();
    node.stop();
    node.follows = ["a"];
    node.start();
    let most = 0;
    world.until(() => {
      most = Math.max(most, node.machine.counts.shards.made);
      return world.isSettled();
    });
    expect(most).toBe(0);
    for (const height of [1, 2, 3]) expect(node.machine.statusOf(rootAt(world, height, 0))?.stage).toBe("attested");
    expect(node.machine.counts.shards).toMatchObject({ made: 0, finished: 0 });
  });
});
