// C6: a shard whose own claim is not the one that a quorum stands behind stops, alone, and says where the two differ.

import type { RoundResult, Rules } from "@tandem/execution";
import {
  asContractName,
  asHeight,
  asMethodName,
  asRound,
  asShardName,
  type Call,
  claimCodec,
  compareNodes,
  decodeValue,
  type EncodedOutcome,
  type Environment,
  type Host,
  type Method,
  type Root,
  success,
  toHex,
  utf8,
  zeroRoot,
} from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { probe } from "../../../execution/test/support/probe.ts";
import { call, keys, literal, outcomeOf, program } from "../../../execution/test/support/programs.ts";
import { World } from "../../../execution/test/support/world.ts";
import { firstDifference } from "../../src/following/difference.ts";
import { OwnClaims } from "../../src/following/own-claims.ts";
import type { FinalOrder } from "../../src/following/types.ts";
import {
  Chains,
  contentOf,
  drawFrom,
  FollowerNode,
  type NodePlan,
  placeOfResult,
  rootsOf,
} from "../support/followers.ts";

const add = (at: string, from: number | bigint) =>
  call(at, "add", [literal("a"), typeof from === "number" ? outcomeOf(from) : literal(from)], keys([], ["a"]));

/** `a/x` works in rounds 1 to 4, `b` and `c` too; in round 2 `b` is used by `c`. */
function chainsOf(): Chains {
  const world = new World({
    shards: ["a", "b", "c"],
    environments: [probe],
    contracts: { "a/x": ["probe", 1n], "a/y": ["probe", 1n], "b/x": ["probe", 2n], "c/x": ["probe", 3n] },
  });
  world.block([program([add("a/x", 1n)]), program([add("b/x", 1n)])]);
  world.block([program([add("a/y", 1n)]), program([add("a/x", 1n), add("c/x", 0)]), program([add("b/x", 1n)])]);
  world.block([program([add("a/x", 1n)]), program([add("c/x", 1n)])]);
  world.block([program([add("a/x", 1n)]), program([add("b/x", 1n)])]);
  world.block([program([add("a/x", 1n), add("c/x", 0)])]);
  world.block([program([add("b/x", 1n)])]);
  return new Chains(world, drawFrom(5));
}

/** As the world's, but for one method of one contract from one height on. */
function bent(
  rules: Rules,
  contract: string,
  height: number,
  run: (call: Call, host: Host) => ReturnType<Method["run"]>,
) {
  const method: Method = {
    whole: false,
    run: (made, host) => {
      const isBent = made.contract === asContractName(contract) && made.height >= height;
      return isBent ? run(made, host) : (probe.methods.get(asMethodName("add")) as Method).run(made, host);
    },
  };
  const changed: Environment = { ...probe, methods: new Map([...probe.methods, [asMethodName("add"), method]]) };
  return { ...rules, environments: new Map([[probe.name, changed]]) };
}

/** It says 100 more than the truth. */
function generous(chains: Chains, height = 2): Rules {
  return bent(chains.world.rules, "a/x", height, (made, host) => {
    const key = utf8("a");
    const sum = ((host.get(key) ?? 0n) as bigint) + (made.args[1]?.value as bigint) + 100n;
    host.set(key, sum);
    return success(sum);
  });
}

/** It writes 100 more than it says. */
function secretive(chains: Chains): Rules {
  return bent(chains.world.rules, "a/x", 2, (made, host) => {
    const key = utf8("a");
    const sum = ((host.get(key) ?? 0n) as bigint) + (made.args[1]?.value as bigint);
    host.set(key, sum + 100n);
    return success(sum);
  });
}

const shards = ["a", "b", "c"];

function nodeWith(chains: Chains, plan: Partial<NodePlan>): FollowerNode {
  return new FollowerNode(chains, { shards, draw: drawFrom(2), ...plan });
}

function shown(content: unknown): unknown {
  const { value } = content as { value: EncodedOutcome };
  const decoded = value.kind === "value" ? decodeValue(value.value.bytes) : undefined;
  return decoded?.ok ? decoded.value : undefined;
}

describe("a follower with a result of its own", () => {
  test("stops that shard only, and keeps what it made", () => {
    const chains = chainsOf();
    const node = nodeWith(chains, { rules: generous(chains) })
      .feedAll()
      .run();
    const [first, second] = rootsOf(chains.resultsOf("a"));
    const dispute = node.follower.disputeOf(asShardName("a"));
    expect(dispute).toMatchObject({ shard: "a", round: 2 });
    expect(toHex(dispute?.theirs as never)).toBe(second);
    expect(toHex(dispute?.own as never)).toBe(node.claimsOf("a")[1]);
    expect(node.claimsOf("a")[0]).toBe(first);
    expect(node.effects("diverged")).toHaveLength(1);
    for (const shard of ["b", "c"]) expect(node.claimsOf(shard)).toEqual(rootsOf(chains.resultsOf(shard)));
  });

  test("names the step, and what both say of it", () => {
    const chains = chainsOf();
    const node = nodeWith(chains, { rules: generous(chains) })
      .feedAll()
      .run();
    const [{ difference } = { difference: undefined }] = node.effects("explained");
    expect(difference).toMatchObject({
      what: "export",
      contract: "a/x",
      node: { height: 2, index: 1, step: 0, kind: "step" },
    });
    if (difference?.what !== "export") return;
    expect([shown(difference.own), shown(difference.theirs)]).toEqual([103n, 3n]);
  });

  test("names the contract where only the state differs", () => {
    const chains = chainsOf();
    const node = nodeWith(chains, { rules: secretive(chains) })
      .feedAll()
      .run();
    expect(node.effects("explained")[0]?.difference).toMatchObject({ what: "post", contract: "a/x" });
  });

  test("is loud before anybody gives it the other content", () => {
    const chains = chainsOf();
    const [, theirs] = rootsOf(chains.resultsOf("a"));
    const isWithheld = (_: string, root: Uint8Array) => toHex(root) === theirs;
    const node = nodeWith(chains, { shards: ["a"], rules: generous(chains), isWithheld })
      .feedAll()
      .run();
    expect(node.effects("diverged")).toHaveLength(1);
    expect(node.effects("explained")).toEqual([]);
  });

  test("affirms nothing of that shard from then on, and executes nothing", () => {
    const chains = chainsOf();
    const rules = generous(chains);
    const node = nodeWith(chains, { shards: ["a"], rules })
      .feedAll()
      .run();
    const at = node.log.findIndex(({ kind }) => kind === "diverged");
    const later = node.log.slice(at).map(({ kind }) => kind);
    expect(later.filter((kind) => kind === "execute" || kind === "affirm" || kind === "claimed")).toEqual([]);
  });

  test("knows it by a quorum alone, before the round is attested", () => {
    const chains = chainsOf();
    const node = nodeWith(chains, { shards: ["a"], rules: generous(chains) });
    const certified = chains.resultsOf("a").map((result) => () => node.follower.onCertified(placeOfResult(result)));
    node.line(certified).run();
    expect(node.effects("diverged")).toEqual([]);
    const attests = chains.attests.slice(0, chains.orders[1]?.attested.height);
    node.line(attests.map((block) => () => node.follower.onAttest(block))).run();
    node.line(chains.orders.slice(0, 2).map((block) => () => node.follower.onOrder(block))).run();
    expect(node.effects("diverged")).toMatchObject([{ shard: "a", round: 2 }]);
    expect(node.claimsOf("a")).toHaveLength(2);
    expect(node.effects("affirm")).toEqual([]);
  });

  test("names followed shards that wait for the disputed one, or used it, once each", () => {
    const chains = chainsOf();
    for (const seed of [1, 2, 3, 4, 5]) {
      const node = nodeWith(chains, { rules: generous(chains), draw: drawFrom(seed) })
        .feedAll()
        .run();
      expect(node.effects("built-on-disputed")).toMatchObject([{ shard: "c", dispute: { shard: "a", round: 2 } }]);
    }
  });

  test("goes on with what the quorum says in the shards that use the disputed one", () => {
    const chains = chainsOf();
    const node = nodeWith(chains, { rules: generous(chains) })
      .feedAll()
      .run();
    expect(node.claimsOf("c")).toEqual(rootsOf(chains.resultsOf("c")));
    const used = node.effects("claimed").flatMap(({ claim }) => claim.sources.map((source) => source.shard));
    expect(used).toContain("a");
  });

  test("names those too that used it before this node knew", () => {
    const chains = chainsOf();
    const node = nodeWith(chains, { rules: generous(chains) });
    node.line(chains.attests.map((block) => () => node.follower.onAttest(block))).run();
    for (const shard of ["c", "a"]) {
      const only = ({ slices, ...rest }: FinalOrder): FinalOrder => {
        return { ...rest, slices: new Map([...slices].filter(([name]) => name === shard)) };
      };
      node.line(chains.orders.map((block) => () => node.follower.onOrder(only(block)))).run();
    }
    expect(node.follower.doneOf(asShardName("c"))).toBe(6);
    expect(node.effects("built-on-disputed")).toMatchObject([{ shard: "c", dispute: { shard: "a" } }]);
  });

  test("hears of nothing any more that it asked for, and asks for nothing", () => {
    const chains = chainsOf();
    const node = nodeWith(chains, { shards: ["c"], isWithheld: () => true })
      .feedAll()
      .run();
    const [wanted] = node.effects("want-claim");
    const done = node.follower.doneOf(asShardName("c")) as number;
    const place = placeOfResult(chains.resultsOf("c")[0] as RoundResult);
    const next = { ...place, round: asRound(done + 1), prev: zeroRoot, root: zeroRoot };
    const effects = node.follower.onCertified(next);
    expect(effects.map(({ kind }) => kind)).toContain("diverged");
    expect(effects).toContainEqual({ kind: "forget-claim", root: wanted?.root });
    const more = chains.orders.flatMap((block) => node.follower.onOrder(block));
    const evenMore = chains.attests.flatMap((block) => node.follower.onAttest(block));
    expect([...more, ...evenMore]).toEqual([]);
    expect(node.follower.counts.shards).toMatchObject([{ orders: 0, attests: 0, visible: 0, expected: 0 }]);
  });

  test("asks for no blocks that would have come next", () => {
    const chains = chainsOf();
    const some = { ordersMax: 1, attestsMax: 1 };
    const node = nodeWith(chains, { shards: ["a"], rules: generous(chains), limits: some });
    node.do(node.follower.start(asHeight(chains.orders.length), asHeight(chains.attests.length)));
    node.run();
    const at = node.log.findIndex(({ kind }) => kind === "diverged");
    expect(node.log.slice(at).map(({ kind }) => kind)).toEqual(["diverged", "want-claim", "want-claim", "explained"]);
  });

  test("ignores the answer that was on its way when it stopped", () => {
    const chains = chainsOf();
    const node = nodeWith(chains, { shards: ["b"] });
    const [first] = chains.orders;
    const [execute] = node.follower.onOrder(first as FinalOrder);
    const result = chains.resultsOf("b")[0] as RoundResult;
    const base = [...node.begun.values()][0]?.point.claims[0].root as Root;
    node.follower.onCertified({ ...placeOfResult(result), root: zeroRoot, prev: zeroRoot });
    expect(node.follower.disputeOf(asShardName("b"))).toMatchObject({ own: base, theirs: zeroRoot });
    const id = execute?.kind === "execute" ? execute.id : -1;
    expect(node.follower.onExecuted(id, { result, waiting: [] })).toEqual([]);
    expect(node.follower.onOrder(chains.orders[1] as FinalOrder)).toEqual([]);
    expect(node.follower.onAttest({ height: asHeight(1), claims: [] })).toEqual([]);
    expect(node.follower.counts.shards).toMatchObject([{ orders: 0, attests: 0 }]);
  });

  test("finds the first difference that was cited, however far behind it is", () => {
    const chains = chainsOf();
    const node = nodeWith(chains, { shards: ["a"], rules: generous(chains), limits: { expectedMax: 1 } });
    node.line(chains.attests.map((block) => () => node.follower.onAttest(block))).run();
    node.line(chains.orders.map((block) => () => node.follower.onOrder(block))).run();
    expect(node.effects("diverged")).toMatchObject([{ shard: "a", round: 2 }]);
  });

  test("finds a difference that nobody cites, however far behind it is", () => {
    const chains = chainsOf();
    const last = chains.orders.findLast(({ attested }) => attested.height < chains.attests.length);
    expect(last).toBeDefined();
    const rules = generous(chains, 5);
    const node = nodeWith(chains, { shards: ["a"], rules, limits: { expectedMax: 1 } });
    node.line(chains.attests.map((block) => () => node.follower.onAttest(block))).run();
    node.line(chains.orders.slice(0, 5).map((block) => () => node.follower.onOrder(block))).run();
    expect(node.effects("diverged")).toMatchObject([{ shard: "a", round: 5 }]);
  });

  test("is stopped still after a restart, and says so again", () => {
    const chains = chainsOf();
    const before = nodeWith(chains, { shards: ["a"], rules: generous(chains) })
      .feedAll()
      .run();
    const dispute = before.follower.disputeOf(asShardName("a"));
    const node = nodeWith(chains, { shards: ["a"], rules: generous(chains) });
    const again = new FollowerNode(chains, { shards: ["a"], starts: stoppedStarts(node, dispute as never) });
    again.do(again.follower.start(chains.orders.at(-1)?.height as never, chains.attests.at(-1)?.height as never));
    again.feedAll().run();
    expect(again.effects("execute")).toEqual([]);
    expect(again.effects("diverged")).toHaveLength(1);
    expect(again.effects("explained")).toHaveLength(1);
  });
});

function stoppedStarts(node: FollowerNode, dispute: NonNullable<ReturnType<FollowerNode["follower"]["disputeOf"]>>) {
  return [...node.begun.values()].map((begun) => ({ ...begun, point: { ...begun.point, dispute } }));
}

describe("where claims first differ", () => {
  const chains = chainsOf();
  const [one, two] = chains.resultsOf("a").map(contentOf);

  test("a node that only one side ran", () => {
    const claim = two?.claim as never;
    const shorter = { claim, exports: (two?.exports ?? []).map((each, at) => (at === 0 ? [] : each)) };
    const difference = firstDifference(two as never, shorter);
    expect(difference).toMatchObject({ what: "export", contract: "a/x", node: { height: 2 }, theirs: undefined });
    expect(firstDifference(shorter, two as never)).toMatchObject({ what: "export", own: undefined });
  });

  test("the first in the line, whichever lane it stands in", () => {
    const empty = { claim: two?.claim as never, exports: (two?.exports ?? []).map(() => []) };
    expect(firstDifference(two as never, empty)).toMatchObject({ contract: "a/y", node: { height: 2, index: 0 } });
  });

  test("a node that one side left out before another", () => {
    const [before, after] = (two?.exports ?? []).flat().toSorted((a, b) => compareNodes(a.node, b.node));
    const at = (...exports: unknown[]) => ({ claim: two?.claim, exports: [exports] }) as never;
    const node = before?.node;
    expect(firstDifference(at(before, after), at(after))).toMatchObject({
      node,
      own: before?.content,
      theirs: undefined,
    });
    expect(firstDifference(at(after), at(before, after))).toMatchObject({
      node,
      own: undefined,
      theirs: before?.content,
    });
  });

  test("a root of the claim, where all lanes agree", () => {
    const other = { ...one, claim: { ...one?.claim, pending: { count: 3, root: one?.claim.contracts } } };
    expect(firstDifference(one as never, other as never)).toMatchObject({ what: "pending", theirs: { count: 3 } });
    const prev = { ...one, claim: { ...one?.claim, prev: one?.claim.contracts } };
    expect(firstDifference(one as never, prev as never)).toMatchObject({ what: "prev" });
    expect(firstDifference(one as never, one as never)).toBeUndefined();
  });
});

describe("a claim with a quorum", () => {
  const root = (text: string) => utf8(text.padEnd(32)) as never;
  const made = (round: number) => ({ round: asRound(round), root: root(`own ${round}`) });
  const theirs = (round: number, prev: string, name = "theirs") => {
    return { shard: asShardName("a"), round: asRound(round), prev: root(prev), root: root(name) };
  };
  const own = new OwnClaims(made(0));
  for (const round of [2, 4]) own.add(made(round));

  test.each([
    ["is the own one", theirs(4, "own 2", "own 4"), 4, { kind: "same" }],
    ["is another of that round", theirs(4, "own 2"), 4, { kind: "another", own: made(4) }],
    ["is of a round without work", theirs(3, "own 2"), 4, { kind: "another", own: undefined }],
    ["leaves out an own claim", theirs(9, "own 2"), 6, { kind: "another", own: made(4) }],
    ["follows something else than the last", theirs(7, "who knows"), 6, { kind: "another", own: made(4) }],
    ["is of a round to come", theirs(7, "own 4"), 6, { kind: "later" }],
    ["may follow what is to come", theirs(9, "who knows"), 6, { kind: "later" }],
  ] as const)("%s", (_, place, done, judged) => {
    expect(own.judge(place, done)).toEqual(judged);
  });
});

test("C1: a quorum for a round without work is a divergence, explained by that", () => {
  const chains = chainsOf();
  const node = nodeWith(chains, { shards: ["c"] });
  const attests = chains.attests.slice(0, chains.orders[3]?.attested.height);
  node.line(attests.map((block) => () => node.follower.onAttest(block)));
  node.line(chains.orders.slice(0, 4).map((block) => () => node.follower.onOrder(block))).run();
  expect(node.follower.doneOf(asShardName("c"))).toBe(4);
  const place = { ...placeOfResult(chains.resultsOf("c").at(-1) as never), round: asRound(4) };
  expect(node.follower.onCertified(place)).toMatchObject([
    { kind: "diverged", shard: "c", round: 4, own: undefined },
    { kind: "explained", difference: { what: "idle" } },
  ]);
});

test("a quorum for the own claim in another round is a divergence too, and is explained by that", () => {
  const chains = chainsOf();
  const node = nodeWith(chains, { shards: ["b"] });
  const attests = chains.attests.slice(0, chains.orders[0]?.attested.height);
  node.line(attests.map((block) => () => node.follower.onAttest(block)));
  node.line(chains.orders.slice(0, 1).map((block) => () => node.follower.onOrder(block))).run();
  const [first] = chains.resultsOf("b");
  if (first === undefined) throw new Error("it works in round 1");
  const own = contentOf(first);
  const theirs = { ...own, claim: { ...own.claim, round: asRound(5) } };
  const root = claimCodec.root(theirs.claim);
  const said = [
    ...node.follower.onCertified({ ...placeOfResult(first), round: asRound(5), root }),
    ...node.follower.onContent(first.root, own),
    ...node.follower.onContent(root, theirs),
  ];
  expect(said).toMatchObject([
    { kind: "diverged", shard: "b", round: 1 },
    { kind: "want-claim" },
    { kind: "want-claim" },
    { kind: "explained", difference: { what: "round", own: 1, theirs: 5 } },
  ]);
});
