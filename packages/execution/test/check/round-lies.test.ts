// C3: a round that did not run what was due, or that says something else of it than what came out, is refused.

import {
  asBudget,
  asHeight,
  asRound,
  asShardName,
  blobCodec,
  type Claim,
  claimCodec,
  encodeValue,
  exportsRootOf,
  type Frontier,
  laneExportsCodec,
  type PendingEntry,
  pendingEntryCodec,
  positionCodec,
  type Root,
  SparseMap,
  witnessKeys,
} from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { checkRound, type PendingBlob, type RoundFacts, type RoundMaterial } from "../../src/index.ts";
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
const material = (change: Partial<RoundMaterial>, made = second): MadeClaim => ({
  ...made,
  material: { ...made.material, ...change },
});
const facts = (change: Partial<RoundFacts>, made = second): MadeClaim => ({
  ...made,
  facts: { ...made.facts, ...change },
});

test("the claims that the lies are made of are true", () => {
  expect([first, second].map(checked)).toEqual(["accepted", "accepted"]);
  expect(second.pending.length).toBe(2);
});

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

const at = ({ height, index }: { height: number; index: number }) => ({ height, index }) as never;

describe("material that is not what it should be", () => {
  const { pending } = second.material;

  test("entries that the claim before does not commit to", () => {
    const given = (changed: readonly PendingBlob[]) => checked(material({ pending: changed }));
    const [one, two] = pending as [PendingBlob, PendingBlob];
    expect(given([])).toBe("material: wrong-root at pending");
    expect(given([one])).toBe("material: wrong-root at pending");
    expect(given([{ ...one, entry: { ...one.entry, writes: [] } }, two])).toBe("material: wrong-root at pending");
    expect(
      given([
        { ...one, placed: two.placed },
        { ...two, placed: one.placed },
      ]),
    ).toBe("material: malformed at material");
    const placed = { ...one.placed, blob: two.placed.blob };
    expect(given([{ ...one, placed }, two])).toBe("material: wrong-root at pending[0].placed.blob");
    const later = { ...two, placed: { ...two.placed, height: asHeight(2) } };
    expect(given([one, later])).toBe("material: wrong-programs at pending[1]");
  });

  test("a witness of other contracts, or of another map", () => {
    const other = witnessKeys(second.result.contracts, { reads: [], writes: [] });
    if (!other.ok) throw new Error(other.error.message);
    expect(checked(material({ contracts: other.value }))).toBe("material: not-in-witness at contracts");
    expect(checked(material({ contracts: first.material.contracts }))).toBe("material: wrong-witness at contracts");
  });

  test("a witness of a lane that lacks what its nodes read", () => {
    const [desk, till] = first.material.lanes as [RoundMaterial["lanes"][number], RoundMaterial["lanes"][number]];
    const none = witnessKeys(first.result.states[0]?.map ?? SparseMap.empty, { reads: [], writes: [] });
    if (!none.ok) throw new Error(none.error.message);
    const lanes = [{ ...desk, state: none.value }, till];
    expect(checked(material({ lanes }, first))).toBe("material: not-in-witness at lanes");
    const settles = [
      { ...(second.material.lanes[0] as typeof desk), state: emptied(second) },
      second.material.lanes[1],
    ];
    expect(checked(material({ lanes: settles as never }))).toBe("material: not-in-witness at lanes[0].state");
  });

  test("lanes of others, none, no material", () => {
    expect(checked(material({ lanes: first.material.lanes }))).toBe("material: wrong-root at lanes[0].record");
    expect(checked(material({ lanes: [] }))).toBe("material: wrong-root at lanes");
    for (const nothing of [undefined, null, {}, 7, { pending: [{}], contracts: {}, lanes: [] }]) {
      expect(checked({ ...second, material: nothing as never })).toBe("material: malformed at material");
    }
    expect(checked(withClaim(second, { lanes: [{}] as never }))).toBe("material: malformed at claim");
  });
});

function emptied({ result }: MadeClaim) {
  const none = witnessKeys(result.states[0]?.map ?? SparseMap.empty, { reads: [], writes: [] });
  if (!none.ok) throw new Error(none.error.message);
  return none.value;
}

describe("a claim before that cannot be", () => {
  const given = second.material.pending as [PendingBlob, PendingBlob];

  /** As if the claim before had committed to these entries. */
  function onTopOf(pending: readonly PendingBlob[], count = pending.length): string {
    const entries = pending.map(({ entry, placed }) => {
      return { key: positionCodec.encode(at(placed)), value: pendingEntryCodec.root(entry) as Uint8Array };
    });
    const map = SparseMap.empty.apply(entries);
    const root = map.ok ? map.value.root : otherRoot;
    const prev: Frontier = { ...second.prev, pending: { count, root } };
    return checked({ ...material({ pending }), prev });
  }

  const withEntry = (change: Partial<PendingEntry>) => {
    const [one, two] = given;
    return onTopOf([{ ...one, entry: { ...one.entry, ...change } }, two]);
  };

  test("the frame of these tests is true", () => {
    expect(onTopOf(given)).toBe("accepted");
  });

  test("another number of programs than it says", () => {
    expect(onTopOf(given, 3)).toBe("basis: wrong-count at pending");
  });

  test("entries that no execution of their programs leaves", () => {
    const { ran, writes } = given[0].entry;
    const [step] = ran as [PendingEntry["ran"][number]];
    const [written] = writes as [PendingEntry["writes"][number]];
    const impossible = "basis: bad-entry at pending[0].entry";
    const desk = "a/desk" as never;
    expect(withEntry({ ran: [{ ...step, step: 0 as never }] })).toBe(impossible);
    expect(withEntry({ ran: [{ ...step, step: 9 as never }] })).toBe(impossible);
    expect(withEntry({ settled: [{ step: 0 as never, contract: desk }] })).toBe(impossible);
    expect(withEntry({ settled: [{ step: 1 as never, contract: "b/bank" as never }] })).toBe(impossible);
    expect(withEntry({ settled: [{ step: 1 as never, contract: desk }] })).toBe(impossible);
    expect(withEntry({ writes: [{ ...written, contract: "a/till" as never }] })).toBe(impossible);
    const key = Uint8Array.of(1);
    expect(withEntry({ writes: [{ ...written, writes: [{ key, value: undefined }] }] })).toBe(impossible);
    const ended = { environment: "probe", status: "ended" } as never;
    expect(withEntry({ writes: [{ ...written, existence: ended }] })).toBe(impossible);
    const done = given[1].entry.ran.flatMap((each) => [each, { ...each, step: 2 as never }]);
    expect(onTopOf([given[0], { ...given[1], entry: { ...given[1].entry, ran: done } }])).toBe(
      "basis: bad-entry at pending[1].entry",
    );
  });

  test("P8: bytes that are no value stand in no entry", () => {
    const bytes = Uint8Array.of(255);
    const { ran, writes } = given[0].entry;
    const [step] = ran as [PendingEntry["ran"][number]];
    const bad = { kind: "value", value: { bytes, environment: "probe" } } as never;
    expect(withEntry({ ran: [{ ...step, outcome: bad }] })).toBe("material: malformed at material");
    const [written] = writes as [PendingEntry["writes"][number]];
    const [write] = written.writes as [(typeof written.writes)[number]];
    expect(withEntry({ writes: [{ ...written, writes: [{ ...write, value: bytes }] }] })).toBe(
      "material: malformed at material",
    );
  });

  test("contracts whose records are none", () => {
    const [desk, till] = second.result.claim.lanes.map(({ contract }) => new TextEncoder().encode(contract));
    const map = SparseMap.empty.apply([
      { key: desk as Uint8Array, value: Uint8Array.of(1) },
      { key: till as Uint8Array, value: Uint8Array.of(1) },
    ]);
    if (!map.ok) throw new Error(map.error.message);
    const contracts = witnessKeys(map.value, { reads: [desk as Uint8Array, till as Uint8Array], writes: [] });
    if (!contracts.ok) throw new Error(contracts.error.message);
    const lie = {
      ...material({ contracts: contracts.value }),
      prev: { ...second.prev, contracts: map.value.root as Root },
    };
    expect(checked(lie)).toBe("basis: bad-record at contracts");
  });

  test("a void blob that waits", () => {
    const [one, two] = given;
    const { blob } = one.placed;
    const placed = { ...one.placed, blob: { ...blob, envelope: { ...blob.envelope, payload: Uint8Array.of(0) } } };
    const entry = { ...one.entry, blob: rootOf(placed.blob) };
    expect(onTopOf([{ entry, placed }, two])).toBe("basis: bad-entry at pending[0]");
  });
});

function rootOf(blob: PendingBlob["placed"]["blob"]): Root {
  return blobCodec.root(blob);
}

test("C3: the claim itself says which one is before it", () => {
  expect(second.result.claim.prev).toEqual(claimCodec.root(first.result.claim));
});
