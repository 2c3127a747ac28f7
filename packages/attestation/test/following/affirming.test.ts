// C4, C5: what a follower says of its own claims, and in which order.

import { asHeight, asRound, zeroRoot } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { probe } from "../../../execution/test/support/probe.ts";
import { call, keys, literal, program } from "../../../execution/test/support/programs.ts";
import { World } from "../../../execution/test/support/world.ts";
import type { FinalAttest, StartingPoint } from "../../src/following/types.ts";
import { atGenesis, Chains, FollowerNode, type NodePlan, rootsOf } from "../support/followers.ts";

/** One claim in every second round, none of which is cited. */
function chainsOf(): Chains {
  const world = new World({ shards: ["b"], environments: [probe], contracts: { "b/x": ["probe", 2n] } });
  const add = program([call("b/x", "add", [literal("a"), literal(1n)], keys([], ["a"]))]);
  for (let at = 0; at < 4; at++) {
    world.block([add], new Map());
    world.block([], new Map());
  }
  return new Chains(world);
}

function ordered(chains: Chains, plan: Partial<NodePlan> = {}): FollowerNode {
  const node = new FollowerNode(chains, { shards: ["b"], ...plan });
  return node.line(chains.orders.map((block) => () => node.follower.onOrder(block))).run();
}

const attested = (node: FollowerNode): FollowerNode =>
  node.line(node.chains.attests.map((block) => () => node.follower.onAttest(block))).run();

describe("an own claim", () => {
  test("is stored and served before it is affirmed, with the round of the claim before it", () => {
    const node = ordered(chainsOf());
    const said = node.log.filter(({ kind }) => kind === "claimed" || kind === "affirm").map(({ kind }) => kind);
    expect(said).toEqual(Array.from({ length: 4 }, () => ["claimed", "affirm"]).flat());
    expect(node.effects("affirm").map(({ own }) => [own.round, own.prevRound])).toEqual([
      [1, 0],
      [3, 1],
      [5, 3],
      [7, 5],
    ]);
  });

  test("is affirmed by no observer", () => {
    const node = ordered(chainsOf(), { seats: [] });
    expect(node.effects("claimed")).toHaveLength(4);
    expect(node.effects("affirm")).toEqual([]);
  });

  test("is not affirmed where it is attested already", () => {
    const chains = chainsOf();
    const node = new FollowerNode(chains, { shards: ["b"] });
    attested(node);
    node.line(chains.orders.map((block) => () => node.follower.onOrder(block))).run();
    expect(node.claimsOf("b")).toHaveLength(4);
    expect(node.effects("affirm")).toEqual([]);
  });

  test("waits, and all after it, where the own record has no room, until the frontier moves", () => {
    const refused: number[] = [];
    let hasRoom = false;
    const node = ordered(chainsOf(), {
      onAffirm: (to, { own }) => {
        if (hasRoom || own.round < 3) return;
        refused.push(own.round);
        to.follower.onHeldBack(own);
      },
    });
    expect(refused).toEqual([3]);
    hasRoom = true;
    node.line([() => node.follower.onAttest(node.chains.attests[0] as FinalAttest)]).run();
    expect(node.effects("affirm").map(({ own }) => own.round)).toEqual([1, 3, 3, 5, 7]);
  });

  test("that is attested by the time it is refused keeps no other back", () => {
    const chains = chainsOf();
    const node = new FollowerNode(chains, { shards: ["b"] });
    const [first, ...rest] = chains.orders.map((block) => () => node.follower.onOrder(block));
    node.line([first as () => []]).run();
    node.do(node.follower.onAttest(chains.attests[0] as FinalAttest));
    const [{ own } = { own: undefined }] = node.effects("affirm");
    if (own !== undefined) node.follower.onHeldBack(own);
    node.line(rest).run();
    expect(node.effects("affirm").map((each) => each.own.round)).toEqual([1, 3, 5, 7]);
  });

  test("is affirmed again after a start, if it is not attested", () => {
    const chains = chainsOf();
    const before = ordered(chains);
    const own = before.effects("claimed").map(({ claim, root }) => ({ round: claim.round, root }));
    const begun = atGenesis(chains, chains.world.rules, "b");
    const [base] = begun.point.claims;
    const height = asHeight(chains.orders.length);
    const point: StartingPoint = { ...begun.point, height, claims: [base, ...own] };
    const node = new FollowerNode(chains, { shards: ["b"], starts: [{ ...begun, point }] });
    node.do(node.follower.start(height, asHeight(chains.attests.length)));
    expect(node.effects("affirm").map((each) => each.own)).toEqual(before.effects("affirm").map((each) => each.own));
    attested(node);
    expect(node.effects("diverged")).toEqual([]);
    expect(rootsOf(chains.resultsOf("b"))).toEqual(before.claimsOf("b"));
  });

  test("that was made before a start is compared like any other", () => {
    const chains = chainsOf();
    const begun = atGenesis(chains, chains.world.rules, "b");
    const [base] = begun.point.claims;
    const wrong = { round: asRound(1), root: zeroRoot };
    const point: StartingPoint = { ...begun.point, height: asHeight(1), claims: [base, wrong] };
    const node = attested(new FollowerNode(chains, { shards: ["b"], starts: [{ ...begun, point }] }));
    expect(node.effects("diverged")).toMatchObject([{ shard: "b", round: 1, own: zeroRoot }]);
  });
});
