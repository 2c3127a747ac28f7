// C3: a round that did not run what was due, or that says something else of it than what came out, is refused.

import {
  asBudget,
  asHeight,
  asRound,
  asShardName,
  type Claim,
  encodeValue,
  exportsRootOf,
  laneExportsCodec,
  positionCodec,
  SparseMap,
} from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { checkRound, type RoundFacts } from "../../src/index.ts";
import {
  checkClaimOf,
  checkStory,
  claimOf,
  contentOf,
  laneStory,
  otherRoot,
  refusal,
  withClaim,
  withContent,
} from "../support/lies.ts";
import { checkMade, factsOf, type MadeClaim, madeBy } from "../support/made-claims.ts";
import { probe } from "../support/probe.ts";
import { call, keys, literal, plenty, program } from "../support/programs.ts";
import { add, seats } from "../support/seats.ts";
import { World } from "../support/world.ts";

const { first, second } = seats();

const checked = (made: MadeClaim) => refusal(checkMade(made));
const claiming = (change: Partial<Claim>, made = second) => checked(withClaim(made, change));
const facts = (change: Partial<RoundFacts>, made = second): MadeClaim => ({
  ...made,
  facts: { ...made.facts, ...change },
});

test("the claims that the lies are made of are true", () => {
  expect([first, second].map(checked)).toEqual(["accepted", "accepted"]);
  expect(second.pending.length).toBe(2);
});

const at = ({ height, index }: { height: number; index: number }) => ({ height, index }) as never;

describe("a lie about the place", () => {
  test("another claim before, another shard or epoch, no later round", () => {
    expect(claiming({ prev: otherRoot })).toBe("claim: wrong-prev at prev");
    expect(claiming({ shard: asShardName("b") })).toBe("claim: wrong-place at shard");
    expect(claiming({ epoch: 1 as never })).toBe("claim: wrong-place at shard");
    expect(claiming({ round: second.prev.round })).toBe("claim: wrong-place at round");
  });
});

/** A world with one shard to be silent about: `b` runs at height 1, and is cited at 3; `a` has work at 1, 3 and 4. */
function late() {
  const world = new World({
    shards: ["a", "b"],
    environments: [probe],
    contracts: { "a/x": ["probe", 1n], "b/y": ["probe", 2n] },
  });
  const both = program([add("b/y", "a", 1n), add("a/x", "k", 0)]);
  const [early] = madeBy(world, [both], world.citeAll());
  madeBy(world, [], world.citeAll(["b"]));
  const [waited] = madeBy(world, [], world.citeAll());
  const [after] = madeBy(world, [program([add("a/x", "k", 2n)])], world.citeAll());
  return { world, early, waited, after } as Record<"early" | "waited" | "after", MadeClaim> & { world: World };
}

describe("a lie about which rounds had work", () => {
  const { world, early, waited, after } = late();
  const a = asShardName("a");

  test("a round between that had a slice, or a node that was due", () => {
    expect([early, waited, after].map(checked)).toEqual(["accepted", "accepted", "accepted"]);
    expect([early, waited, after].map(({ result }) => result.claim.round)).toEqual([1, 3, 4]);
    const fromGenesis = withClaim({ ...waited, prev: early.prev, pending: [] }, { prev: early.prev.claim });
    const skipsSlice = {
      ...fromGenesis,
      facts: factsOf(world, a, 0, 3),
      material: { ...waited.material, pending: [] },
    };
    expect(checked(skipsSlice)).toBe("claim: skipped-round at round");
    const skipsNode = withClaim({ ...after, prev: waited.prev }, { prev: waited.prev.claim });
    const given = {
      ...skipsNode,
      facts: factsOf(world, a, 1, 4),
      material: { ...after.material, pending: waited.material.pending },
    };
    const verdict = checkMade(given);
    expect(refusal(verdict)).toBe("claim: skipped-round at round");
    expect(verdict).toMatchObject({ error: { node: { height: 1, index: 0, step: 1, kind: "step" } } });
  });

  test("a claim for a round without work", () => {
    const { frontier } = world.shard("a").execution;
    madeBy(world, [], world.citeAll());
    const idle: Claim = { ...after.result.claim, round: asRound(5), prev: frontier.claim, sources: [], lanes: [] };
    const lie = withClaim({ ...after, prev: frontier }, idle);
    const nothing = { ...after.material, lanes: [], pending: [] };
    expect(checked({ ...lie, facts: factsOf(world, a, 4, 5), material: nothing })).toBe("claim: idle-round at round");
  });

  test("heights that are not those since the claim before are no facts", () => {
    const { rounds } = waited.facts;
    const given = (changed: RoundFacts["rounds"]) => checked(facts({ rounds: changed }, waited));
    expect(given(rounds.slice(1))).toBe("material: wrong-rounds at rounds");
    expect(given([])).toBe("material: wrong-rounds at rounds");
    expect(given(rounds.toReversed())).toBe("material: wrong-rounds at rounds[0].slice");
    const [idle, round] = rounds as [(typeof rounds)[number], (typeof rounds)[number]];
    const twice = { ...round, slice: { ...early.facts.rounds[0]?.slice, height: asHeight(3) } } as typeof round;
    const blobs = [...twice.slice.blobs, ...twice.slice.blobs];
    expect(given([idle, { ...round, slice: { ...twice.slice, blobs } }])).toBe(
      "material: wrong-rounds at rounds[1].slice",
    );
    const own = { ...(round.visible[0] as (typeof round.visible)[number]), shard: a };
    expect(given([idle, { ...round, visible: [own] }])).toBe("material: wrong-rounds at rounds[1].visible[0]");
  });

  test("exports that are not those of their claim are no facts", () => {
    const [idle, round] = waited.facts.rounds as [RoundFacts["rounds"][number], RoundFacts["rounds"][number]];
    const [source] = round.visible as [(typeof round.visible)[number]];
    const given = (changed: typeof source) =>
      checked(facts({ rounds: [idle, { ...round, visible: [changed] }] }, waited));
    expect(given({ ...source, exports: otherRoot })).toBe("material: wrong-root at rounds[1].visible[0].lanes");
    expect(given({ ...source, lanes: [] })).toBe("material: wrong-root at rounds[1].visible[0].lanes");
    const bad = { lanes: [[{}]] } as never;
    expect(given({ ...source, ...(bad as object) })).toBe("material: malformed at rounds[1].visible[0].lanes[0]");
  });

  test("C5, P8: exports that are no values are had by nobody, though a claim commits to them", () => {
    const [idle, round] = waited.facts.rounds as [RoundFacts["rounds"][number], RoundFacts["rounds"][number]];
    const [source] = round.visible as [(typeof round.visible)[number]];
    const exporting = (bytes: Uint8Array) => {
      const content = { kind: "outcome", value: { kind: "value", value: { bytes, environment: "probe" } } } as never;
      const lanes = source.lanes.map((exports) => exports.map((each) => ({ ...each, content })));
      const exports = exportsRootOf({ lanes: lanes.map((each) => ({ exports: laneExportsCodec.root(each) })) });
      return checked(facts({ rounds: [idle, { ...round, visible: [{ ...source, exports, lanes }] }] }, waited));
    };
    expect(exporting(Uint8Array.of(255))).toBe("material: malformed at rounds[1].visible[0].lanes[0]");
    // Any other value is one that they could have made; then it is the claim that does not fit.
    expect(exporting(encodeValue(9n))).toMatch(/^claim: /);
  });
});

describe("a lie about the nodes", () => {
  test("a lane left out", () => {
    const without = (index: number) => ({
      ...withClaim(second, { lanes: second.result.claim.lanes.toSpliced(index, 1) }),
      material: { ...second.material, lanes: second.material.lanes.toSpliced(index, 1) },
    });
    expect(checked(without(0))).toBe("claim: missing-node at nodes[0]");
    expect(checked(without(1))).toBe("claim: missing-node at nodes[1]");
    expect(checked(withClaim(second, { lanes: [] }))).toBe("material: wrong-root at lanes");
  });

  test("a node left out, a node too many", () => {
    const till = laneStory(second, "a/till");
    const { nodes } = contentOf(till);
    const fewer = checkClaimOf(withContent(till, { nodes: nodes.slice(0, 1) }));
    expect(refusal(fewer)).toBe("claim: missing-node at nodes[3]");
    expect(fewer).toMatchObject({ error: { node: nodes[1] } });
    const more = { ...(nodes[1] as (typeof nodes)[number]), step: 2 as never };
    expect(refusal(checkClaimOf(withContent(till, { nodes: [...nodes, more] })))).toBe(
      "claim: superfluous-node at nodes[4]",
    );
  });

  test("the node of an earlier height put off, and one that is not due run early", () => {
    const till = laneStory(second, "a/till");
    const { nodes } = contentOf(till);
    expect(refusal(checkClaimOf(withContent(till, { nodes: nodes.slice(1) })))).toBe("claim: missing-node at nodes[1]");
    const [{ result }] = [first];
    const booked = laneStory(first, "a/desk");
    const settle = { height: 1, index: 0, step: 1, kind: "settle" } as never;
    const early = [contentOf(booked).nodes[0], settle, ...contentOf(booked).nodes.slice(1)] as typeof nodes;
    expect(result.claim.round).toBe(1);
    expect(refusal(checkClaimOf(withContent(booked, { nodes: early })))).toBe("claim: superfluous-node at nodes[1]");
  });

  test("with other bounds, other nodes are due", () => {
    const { setting, prev, result } = second;
    const bounds = { ...setting.bounds, nodesMax: 2 };
    const verdict = checkRound({ ...setting, bounds }, prev, result.claim, second.facts, second.material);
    expect(refusal(verdict)).toBe("claim: superfluous-node at nodes[2]");
  });
});

describe("a lie about the sources", () => {
  const [source] = second.result.claim.sources as [Claim["sources"][number]];

  test("one left out, another, one too many", () => {
    expect(claiming({ sources: [] })).toBe("claim: missing-source at sources[0]");
    expect(claiming({ sources: [{ ...source, exports: otherRoot }] })).toBe("claim: wrong-source at sources[0]");
    expect(claiming({ sources: [{ ...source, round: asRound(2) }] })).toBe("claim: missing-source at sources[0]");
    expect(claiming({ sources: [source, { ...source, round: asRound(2) }] })).toBe(
      "claim: superfluous-source at sources[1]",
    );
  });
});

describe("a lie about what came out", () => {
  test("of two lanes, the first difference in the line is named", () => {
    const till = laneStory(second, "a/till");
    const desk = laneStory(second, "a/desk");
    const wrong = {
      kind: "outcome",
      value: { kind: "value", value: { bytes: encodeValue(12n), environment: "probe" } },
    };
    const exported = contentOf(desk).exports.map((each, index) => (index === 1 ? { ...each, content: wrong } : each));
    const used = contentOf(till).inputs.map((each) => (each.from === "lane" ? { ...each, content: wrong } : each));
    const lie = withContent(desk, { exports: exported as never });
    const both = claimOf({ ...withContent(till, { inputs: used as never }), made: claimOf(lie) });
    expect(checked(both)).toBe("claim: wrong-export at lanes[0].exports[1]");
    expect(refusal(checkClaimOf(withContent(till, { inputs: used as never })))).toBe(
      "claim: wrong-input at lanes[1].inputs[2]",
    );
  });

  test("what a lane exports comes before where another uses it, whichever lane stands first", () => {
    const world = new World({
      shards: ["a"],
      environments: [probe],
      contracts: { "a/maker": ["probe", 1n], "a/first": ["probe", 1n] },
    });
    const [made] = madeBy(world, [program([add("a/maker", "k", 1n), add("a/first", "k", 0)])], world.citeAll());
    const [user, maker] = [laneStory(made as MadeClaim, "a/first"), laneStory(made as MadeClaim, "a/maker")];
    const wrong = {
      kind: "outcome",
      value: { kind: "value", value: { bytes: encodeValue(9n), environment: "probe" } },
    };
    const used = withContent(user, {
      inputs: contentOf(user).inputs.map((each) => ({ ...each, content: wrong }) as never),
    });
    const exported = contentOf(maker).exports.map((each) => ({ ...each, content: wrong }) as never);
    const both = claimOf({ ...withContent(maker, { exports: exported }), made: claimOf(used) });
    expect(checked(both)).toBe("claim: wrong-export at lanes[1].exports[0]");
  });

  test("a follower who lets a step spend more than its budget", () => {
    const scarce = (budget: number) => {
      const world = new World({ shards: ["a"], environments: [probe], contracts: { "a/x": ["probe", 1n] } });
      const work = call("a/x", "work", [literal(500_000n)], keys([]), { budget: asBudget(budget) });
      const [made] = madeBy(world, [program([work])], world.citeAll());
      return made as MadeClaim;
    };
    const [honest, liar] = [scarce(100_000), scarce(plenty)];
    const lie = { ...liar, facts: honest.facts };
    expect(checked(lie)).toBe("claim: wrong-export at lanes[0].exports[0]");
    const lane = laneStory(liar, "a/x");
    const [{ blobs }] = honest.lanes as [(typeof honest.lanes)[number]];
    const alone = { ...lane, material: { ...lane.material, blobs } };
    expect(refusal(checkStory(alone))).toBe("claim: wrong-export at exports[0]");
    expect([checked(honest), checked(liar)]).toEqual(["accepted", "accepted"]);
  });
});

describe("a lie about the state of the shard", () => {
  test("of the contracts, before and after", () => {
    expect(claiming({ contracts: otherRoot })).toBe("claim: wrong-contracts at contracts");
    expect(claiming({ contracts: second.prev.contracts })).toBe("claim: wrong-contracts at contracts");
    const desk = laneStory(second, "a/desk");
    const till = laneStory(second, "a/till");
    const lane = { ...desk.lane, pre: till.lane.pre };
    const witness = { ...desk.material.witness, record: till.material.witness.record };
    const lie = { ...desk, lane, material: { ...desk.material, witness } };
    expect(refusal(checkClaimOf(lie))).toBe("claim: wrong-pre at lanes[0].pre");
  });

  test("of the pending map: how many, and which", () => {
    const { pending } = first.result.claim;
    expect(claiming({ pending: { ...pending, count: 1 } }, first)).toBe("claim: wrong-pending-count at pending.count");
    expect(claiming({ pending: { ...pending, root: otherRoot } }, first)).toBe(
      "claim: wrong-pending-root at pending.root",
    );
    const entries = second.pending.map(({ ordered, root }) => ({
      key: positionCodec.encode(at(ordered)),
      value: root,
    }));
    const map = SparseMap.empty.apply(
      entries.map((entry, index) => (index === 0 ? { ...entry, value: otherRoot } : entry)),
    );
    const root = map.ok ? map.value.root : otherRoot;
    expect(claiming({ pending: { count: 2, root } }, first)).toBe("claim: wrong-pending-root at pending.root");
  });
});
