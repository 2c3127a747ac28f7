// R2-R6: whatever the order of arrival, a follower's claims are those of the world that it follows, and it asks for nothing
// that its pending programs do not wait for.

import { asHeight, asShardName, limits, toHex } from "@tandem/shared";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyBlocks, anyBounds, anyWorld } from "../../../execution/test/support/any-world.ts";
import { probe } from "../../../execution/test/support/probe.ts";
import { call, keys, literal, outcomeOf, program } from "../../../execution/test/support/programs.ts";
import { World, widestBounds } from "../../../execution/test/support/world.ts";
import { Chains, drawFrom, FollowerNode, placeOfResult, rootsOf } from "../support/followers.ts";

const seed = fc.integer({ min: 1, max: 1_000_000 });
const followed = fc.constantFrom(["a"], ["b"], ["a", "c"], ["a", "b", "c"]);

describe("claims", () => {
  test("are those of direct execution, whatever is cited and in whatever order things arrive", () => {
    const limitsOf = fc.constantFrom(
      {},
      { portionMax: 1 },
      { ordersMax: 2, attestsMax: 1 },
      { portionMax: 2, earlyMax: 1 },
    );
    const check = fc.property(anyBlocks, anyBounds, seed, followed, limitsOf, (blocks, bounds, drawn, shards, some) => {
      const draw = drawFrom(drawn);
      const world = anyWorld(bounds);
      for (const { blobs, silent } of blocks) world.block(blobs, world.citeAll(silent));
      const chains = new Chains(world, draw);
      const node = new FollowerNode(chains, { shards, draw, limits: some }).feedAll().run();
      for (const shard of shards) {
        expect(node.claimsOf(shard)).toEqual(rootsOf(chains.resultsOf(shard)));
        expect(node.follower.doneOf(asShardName(shard))).toBe(world.height);
      }
      expect(node.effects("diverged")).toEqual([]);
      expect(node.follower.counts.open).toBe(0);
    });
    fc.assert(check, { seed: 7, numRuns: 150 });
  });

  test("are the same for who learns early of a quorum", () => {
    const check = fc.property(anyBlocks, seed, (blocks, drawn) => {
      const draw = drawFrom(drawn);
      const world = anyWorld(widestBounds);
      for (const { blobs, silent } of blocks) world.block(blobs, world.citeAll(silent));
      const chains = new Chains(world, draw);
      const node = new FollowerNode(chains, { shards: ["a", "b"], draw }).feedAll();
      node.line(chains.results.map((result) => () => node.follower.onCertified(placeOfResult(result)))).run();
      for (const shard of ["a", "b"]) expect(node.claimsOf(shard)).toEqual(rootsOf(chains.resultsOf(shard)));
    });
    fc.assert(check, { seed: 8, numRuns: 60 });
  });

  test("are made at the citation, for what it shows was asked for when it was attested", () => {
    const { chains } = hops();
    const node = new FollowerNode(chains, { shards: ["a"] });
    const early = () => node.effects("want-claim").length;
    for (const block of chains.orders.slice(0, 1)) node.do(node.follower.onOrder(block));
    node.run();
    expect(early()).toBe(0);
    for (const block of chains.attests) node.do(node.follower.onAttest(block));
    node.run();
    const asked = node.effects("want-claim").map(({ root }) => toHex(root));
    expect(asked).toEqual(rootsOf(chains.resultsOf("b")));
    expect(node.claimsOf("a")).toHaveLength(1);
    for (const block of chains.orders.slice(1)) node.do(node.follower.onOrder(block));
    node.run();
    // What it needs it asks for once more, and by then it is in the store.
    const needed = node.effects("want-claim").slice(asked.length);
    expect(needed.map(({ root }) => toHex(root))).toEqual(asked.slice(0, 1));
    expect(node.claimsOf("a")).toEqual(rootsOf(chains.resultsOf("a")));
  });

  test("are made where the chain is known from the start only", () => {
    const { chains } = hops();
    const node = new FollowerNode(chains, { shards: ["a"], limits: { ordersMax: 1, attestsMax: 1 } });
    node.do(node.follower.start(asHeight(chains.orders.length), asHeight(chains.attests.length)));
    expect(node.run().claimsOf("a")).toEqual(rootsOf(chains.resultsOf("a")));
    expect(node.effects("want-orders").map(({ from, upTo }) => [from, upTo])).toEqual(
      [1, 2, 3, 4].map((at) => [at, at]),
    );
  });
});

const add = (at: string, from: number | bigint) =>
  call(at, "add", [literal("a"), typeof from === "number" ? outcomeOf(from) : literal(from)], keys([], ["a"]));

/** A program from `b` to `a`, in block 1; `c` makes claims of its own. */
function hops() {
  const world = new World({
    shards: ["a", "b", "c"],
    environments: [probe],
    contracts: { "a/x": ["probe", 1n], "b/x": ["probe", 2n], "c/x": ["probe", 3n] },
  });
  world.block([program([add("b/x", 1n), add("a/x", 0)]), program([add("c/x", 1n)])]);
  world.block([program([add("c/x", 1n)]), program([add("b/x", 5n)])]);
  world.block([program([add("b/x", 5n)])]);
  world.block([]);
  return { world, chains: new Chains(world) };
}

describe("R2: a round waits", () => {
  test("for the attest block that its order header cites", () => {
    const { chains } = hops();
    const node = new FollowerNode(chains, { shards: ["a"] });
    node.line(chains.orders.map((block) => () => node.follower.onOrder(block))).run();
    expect(node.follower.doneOf(asShardName("a"))).toBe(1);
    node.line(chains.attests.map((block) => () => node.follower.onAttest(block))).run();
    expect(node.follower.doneOf(asShardName("a"))).toBe(4);
  });

  test("for the contents that became visible and that it needs, and no other shard waits with it", () => {
    const { chains } = hops();
    const isWithheld = () => true;
    const node = new FollowerNode(chains, { shards: ["a", "c"], isWithheld }).feedAll().run();
    expect(node.follower.doneOf(asShardName("a"))).toBe(1);
    expect(node.follower.doneOf(asShardName("c"))).toBe(4);
    const [root] = rootsOf(chains.resultsOf("b"));
    node.do(
      node.follower.onContent(chains.resultsOf("b")[0]?.root as never, chains.contents.get(root as string) as never),
    );
    expect(node.run().claimsOf("a")).toEqual(rootsOf(chains.resultsOf("a")));
  });

  test("shows the execution nothing that is not cited yet, though it is held", () => {
    const { world, chains } = hops();
    const node = new FollowerNode(chains, { shards: ["a"] });
    node.line(chains.results.map((result) => () => node.follower.onCertified(placeOfResult(result)))).run();
    node.feedAll().run();
    const visible = node.effects("execute").map(({ input }) => input.visible.map(({ shard, round }) => [shard, round]));
    expect(visible).toEqual([[], [["b", 1]], [], []]);
    expect(world.height).toBe(4);
  });
});

describe("R6: a follower asks", () => {
  test("only for claims of shards that its pending programs wait for", () => {
    const { chains } = hops();
    const isWithheld = (shard: string, root: Uint8Array) =>
      shard !== "b" || toHex(root) !== rootsOf(chains.resultsOf("b"))[0];
    const node = new FollowerNode(chains, { shards: ["a"], isWithheld }).feedAll();
    node.line(chains.results.map((result) => () => node.follower.onCertified(placeOfResult(result)))).run();
    expect(node.claimsOf("a")).toEqual(rootsOf(chains.resultsOf("a")));
    expect(node.effects("want-claim").map(({ root }) => toHex(root))).toEqual([rootsOf(chains.resultsOf("b"))[0]]);
  });

  test("not for claims of rounds before its programs were ordered", () => {
    const world = new World({
      shards: ["a", "b"],
      environments: [probe],
      contracts: { "a/x": ["probe", 1n], "b/x": ["probe", 2n] },
    });
    world.block([program([add("b/x", 1n)])]);
    world.block([program([add("b/x", 1n), add("a/x", 0)])], world.citeAll(["b"]));
    world.block([]);
    const chains = new Chains(world);
    const node = new FollowerNode(chains, { shards: ["a"] }).feedAll().run();
    expect(node.claimsOf("a")).toEqual(rootsOf(chains.resultsOf("a")));
    expect(node.effects("want-claim").map(({ root }) => toHex(root))).toEqual([rootsOf(chains.resultsOf("b"))[1]]);
  });

  test("for none where nothing waits, with work everywhere else", () => {
    const { chains } = hops();
    const node = new FollowerNode(chains, { shards: ["c"], isWithheld: () => true }).feedAll().run();
    expect(node.follower.doneOf(asShardName("c"))).toBe(4);
    expect(node.effects("want-claim")).toEqual([]);
  });

  test("once, where two shards need the same content", () => {
    const world = new World({
      shards: ["a", "b", "c"],
      environments: [probe],
      contracts: { "a/x": ["probe", 1n], "b/x": ["probe", 2n], "c/x": ["probe", 2n] },
    });
    world.block([program([add("b/x", 1n), add("a/x", 0), add("c/x", 0)])]);
    world.block([]);
    const chains = new Chains(world);
    const isWithheld = () => true;
    const node = new FollowerNode(chains, { shards: ["a", "c"], isWithheld }).feedAll().run();
    expect(node.effects("want-claim")).toHaveLength(1);
  });
});

describe("S11: bounds", () => {
  test("what waits, what is held and what is asked for early stays within limits, and nothing is lost", () => {
    const world = new World({
      shards: ["a", "b"],
      environments: [probe],
      contracts: { "a/x": ["probe", 1n], "b/x": ["probe", 2n] },
    });
    const both = program([add("b/x", 1n), add("a/x", 0)]);
    world.block([both]);
    for (let at = 0; at < 30; at++) world.block([both], world.citeAll(["b"]));
    world.block([both]);
    for (let at = 0; at < 10; at++) world.block([]);
    const chains = new Chains(world, drawFrom(3));
    const some = { ordersMax: 4, attestsMax: 3, attestedMax: 6, portionMax: 2, earlyMax: 5, expectedMax: 3 };
    for (const drawn of [1, 2, 3]) {
      const node = new FollowerNode(chains, { shards: ["a"], draw: drawFrom(drawn), limits: some }).feedAll();
      node.line(chains.results.map((result) => () => node.follower.onCertified(placeOfResult(result)))).run();
      expect(node.claimsOf("a")).toEqual(rootsOf(chains.resultsOf("a")));
      expect(node.effects("recall").length).toBeGreaterThan(10);
      const { orders, attests, held, expected, wants, visible } = node.peaks;
      expect({ orders, attests, held, expected }).toEqual({ orders: 4, attests: 3, held: 2, expected: 3 });
      expect(wants).toBeLessThanOrEqual(some.earlyMax + some.portionMax);
      const claimsMax = Math.max(...chains.attests.map(({ claims }) => claims.length));
      expect(visible).toBeLessThan(some.portionMax + claimsMax);
    }
  });

  test("payload bytes of waiting slices count, but one block always has room", () => {
    const { chains } = hops();
    const node = new FollowerNode(chains, { shards: ["b"], limits: { sliceBytesMax: 1 } }).feedAll().run();
    expect(node.claimsOf("b")).toEqual(rootsOf(chains.resultsOf("b")));
    expect(node.peaks.orders).toBe(1);
    expect(limits.blockBytesMax).toBeGreaterThan(1);
  });

  test("an early content that nobody gives is given up for newer ones", () => {
    const { chains } = hops();
    const node = new FollowerNode(chains, { shards: ["a"], limits: { earlyMax: 1 }, isWithheld: () => true });
    node.line(chains.orders.slice(0, 1).map((block) => () => node.follower.onOrder(block))).run();
    const certified = chains.resultsOf("b").map((result) => () => node.follower.onCertified(placeOfResult(result)));
    node.line(certified).run();
    expect(node.effects("want-claim")).toHaveLength(3);
    expect(node.effects("forget-claim").map(({ root }) => toHex(root))).toEqual(
      rootsOf(chains.resultsOf("b")).slice(0, 2),
    );
  });

  test("who is far ahead of the attest chain waits for it", () => {
    const world = new World({ shards: ["b"], environments: [probe], contracts: { "b/x": ["probe", 2n] } });
    for (let at = 0; at < 8; at++) world.block([program([add("b/x", 1n)])], new Map());
    const chains = new Chains(world);
    const node = new FollowerNode(chains, { shards: ["b"], limits: { unattestedMax: 3 } });
    node.line(chains.orders.map((block) => () => node.follower.onOrder(block))).run();
    expect(node.claimsOf("b")).toHaveLength(3);
    node.line(chains.attests.map((block) => () => node.follower.onAttest(block))).run();
    expect(node.claimsOf("b")).toEqual(rootsOf(chains.resultsOf("b")));
  });
});
