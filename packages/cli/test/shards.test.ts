// How a devnet shows its shards: what nodes say of them becomes a row each, and a sentence where one stands still.

import type { NodeStatus } from "@tandem/node";
import { asShardName } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { chainRows } from "../src/devnet/chains.ts";
import type { Committee } from "../src/devnet/committees.ts";
import { plainScreen } from "../src/devnet/screen.ts";
import { type ShardRow, shardRows } from "../src/devnet/shards.ts";
import { shardLines } from "../src/devnet/shards-table.ts";
import { viewLines } from "../src/devnet/table.ts";
import type { NodeRow } from "../src/devnet/watch.ts";

const node = (place: number) => `node-${place}`;
const committee = (shard: string, ...places: number[]): Committee => ({ shard, members: places.map(node), need: 3 });
const bank = committee("bank", 0, 1, 2);
const hotel = committee("hotel", 0, 1, 3);

function row(place: number, role: NodeRow["role"] = "validator", downMs?: number): NodeRow {
  const rates = { blobsPerSecond: 0, bytesPerSecond: 0, blockAgeMs: undefined };
  return { node: node(place), role, status: undefined, ...rates, downMs };
}

const allUp = [0, 1, 2, 3].map((place) => row(place));
const withoutThree = allUp.with(3, row(3, "killed", 12_000));

type ShardAnswer = NodeStatus["shards"][number];

function answer(name: string, of: Partial<ShardAnswer> = {}): ShardAnswer {
  const attested = { round: 40, height: 7, claim: "ab".repeat(32) };
  const nothing = {
    affirmed: 40,
    isMember: true,
    hasNoMark: false,
    pending: 0,
    missing: [],
    waiting: null,
    dispute: null,
  };
  return { name: asShardName(name), attested, own: own("following"), lag: 1, ...nothing, ...of };
}

function own(state: ShardAnswer["own"]["state"]): ShardAnswer["own"] {
  return { round: 40, state, claimed: null };
}

const notFollowed = { own: own("not-followed") };
const waiting = { round: 41, claim: "cd".repeat(32), have: 2, need: 3 };

/** With what they say of shards. */
function saying(nodes: readonly NodeRow[], ...answers: (readonly ShardAnswer[])[]): readonly NodeRow[] {
  return nodes.map((row, place) => {
    const shards = answers[place];
    return shards === undefined ? row : { ...row, status: { shards } as NodeStatus };
  });
}

function rowOf(committee: Committee, nodes: readonly NodeRow[], ...answers: ShardAnswer[]): ShardRow {
  const rows = saying(nodes, ...answers.map((each) => [each]));
  return shardRows([committee], rows, chainRows(rows))[0] as ShardRow;
}

describe("a shard", () => {
  test("stands where the node says that has seen the most, and is run by those that follow it", () => {
    const ahead = { round: 41, height: 8, claim: "cd".repeat(32) };
    const behind = answer("bank", { lag: 2 });
    const shown = rowOf(bank, allUp, behind, answer("bank", { attested: ahead, lag: 1 }), answer("bank", notFollowed));
    expect(shown).toMatchObject({ attested: ahead, lag: 1, runBy: ["node-0", "node-1"], state: "goes-on" });
  });

  test("of which nobody says anything is shown by its committee alone", () => {
    const shown = rowOf(bank, withoutThree);
    expect(shown).toMatchObject({ state: "goes-on", attested: undefined, runBy: [], down: [] });
    expect(rowOf(hotel, withoutThree).state).toBe("no-quorum");
  });

  test("stands still without a quorum, and where one is overdue", () => {
    const late = answer("hotel", { waiting, lag: 30, missing: ["node-3"] });
    expect(rowOf(hotel, withoutThree, late).state).toBe("no-quorum");
    expect(rowOf(hotel, allUp, late).state).toBe("waits");
    // A claim takes a moment.
    expect(rowOf(hotel, allUp, { ...late, lag: 2 }).state).toBe("goes-on");
  });

  test("stands still where the members that have a record of what they signed are no quorum", () => {
    const silent = answer("hotel", { hasNoMark: true });
    const shown = rowOf(hotel, allUp, answer("hotel"), answer("hotel"), answer("hotel", notFollowed), silent);
    expect(shown).toMatchObject({ state: "no-quorum", unmarked: ["node-3"], down: [] });
    // Of four members three are enough.
    const four = { ...hotel, members: [0, 1, 2, 3].map(node) };
    const enough = rowOf(four, allUp, answer("hotel"), answer("hotel"), answer("hotel"), silent);
    expect(enough).toMatchObject({ state: "goes-on", unmarked: ["node-3"] });
  });

  test("whose own quorum is there stands still with the chain that it rests on", () => {
    const killed = allUp.with(0, row(0, "killed", 5000));
    const stateIn = (votes: NodeStatus["votes"]) => {
      const rows = killed.with(3, { ...row(3), status: { shards: [], votes } as unknown as NodeStatus });
      return shardRows([committee("hotel", 1, 2, 3)], rows, chainRows(rows))[0]?.state;
    };
    expect(stateIn({ order: "votes", attest: "votes" })).toBe("goes-on");
    expect(stateIn({ order: "no-vote", attest: "votes" })).toBe("no-ordering");
    expect(stateIn({ order: "votes", attest: "no-vote" })).toBe("no-attesting");
  });

  test("counts affirmations as the node does that holds most of them", () => {
    const holding = (have: number) => answer("hotel", { waiting: { ...waiting, have } });
    expect(rowOf(hotel, allUp, holding(1), holding(2)).waiting?.have).toBe(2);
  });

  test("that a node stopped is told of that node", () => {
    const dispute = { round: 12, own: null, theirs: "0xcdcdcdcdcdcd" };
    const shown = rowOf(hotel, allUp, answer("hotel", { dispute, own: own("stopped") }));
    expect(shown).toMatchObject({ disputes: [{ node: "node-0", ...dispute }], runBy: [], state: "goes-on" });
  });
});

describe("the table of shards", () => {
  const stalled = answer("hotel", { waiting, lag: 30, pending: 1, missing: ["node-3"] });
  const both = shardRows(
    [bank, hotel],
    saying(
      withoutThree,
      [answer("bank"), stalled],
      [answer("bank"), stalled],
      [answer("bank"), answer("hotel", notFollowed)],
    ),
    chainRows(withoutThree),
  );

  test("has a row for each, and says below why one stands still", () => {
    expect(shardLines(both, 100)).toEqual([
      "shard     attested  in block     lag     up  run by",
      "bank            40         7       1    3/3  0-2",
      "hotel           40         7      30    2/3  0 1",
      "hotel: 2 of 3 affirm round 41, a quorum needs 3; node-3 is down since 12 s",
    ]);
  });

  test.each([60, 80])("fits into %i columns", (width) => {
    for (const line of shardLines(both, width)) expect(line.length).toBeLessThanOrEqual(width);
  });

  const whyOf = (of: Partial<ShardAnswer>, nodes: readonly NodeRow[]) =>
    shardLines([rowOf(hotel, nodes, answer("hotel", of))], 200).slice(2);

  test("says who is silent, who ended by itself, and who stopped", () => {
    expect(whyOf({ waiting, lag: 30, missing: ["node-1", "node-3"] }, allUp)).toEqual([
      "hotel: 2 of 3 affirm round 41, a quorum needs 3; nothing came from node-1, node-3",
    ]);
    expect(whyOf({ waiting: { ...waiting, have: 3 }, lag: 30 }, allUp)).toEqual([
      "hotel: round 41 is affirmed by a quorum, and waits to be attested",
    ]);
    expect(whyOf({}, allUp.with(0, row(0, "ended", 200_000)))).toEqual([
      "hotel: 2 of 3 are up, a quorum needs 3; node-0 is down since 3 min",
    ]);
    expect(whyOf({ hasNoMark: true }, allUp)).toEqual([
      "hotel: 2 of 3 can affirm, a quorum needs 3",
      "hotel: node-0 affirms nothing, for it has no record of what its key signed (no-mark); a restart does not help",
    ]);
    const dispute = { round: 12, own: "0xabababababab", theirs: "cdcdcdcdcdcd" };
    expect(whyOf({ dispute }, allUp)).toEqual([
      "hotel: node-0 stopped, for its claim of round 12 is abababab…, that of a quorum cdcdcdcd…",
    ]);
  });

  test("says that it waits for the attest chain, where that stands still", () => {
    const mute = { shards: [], votes: { order: "votes", attest: "no-vote" } } as unknown as NodeStatus;
    const rows = allUp.with(0, row(0, "killed", 5000)).with(3, { ...row(3), status: mute });
    const lines = (of: Partial<ShardAnswer>, members = [1, 2, 3]) => {
      const said = { shards: [answer("bank", of)] } as unknown as NodeStatus;
      const nodes = rows.with(1, { ...row(1), status: said });
      return shardLines(shardRows([committee("bank", ...members)], nodes, chainRows(nodes)), 200).slice(2);
    };
    expect(lines({ waiting: { ...waiting, have: 3 }, lag: 30 })).toEqual([
      "bank: round 41 is affirmed by a quorum, and waits to be attested: attesting stands still",
    ]);
    expect(lines({})).toEqual([]);
    // What was affirmed before a member was lost needs that member no more.
    expect(lines({ waiting: { ...waiting, have: 3 }, lag: 30 }, [0, 1, 2])).toEqual([
      "bank: round 41 is affirmed by a quorum, and waits to be attested: attesting stands still; node-0 is down since 5 s",
    ]);
  });

  test("stands below that of the nodes, once shards are known", () => {
    expect(viewLines({ nodes: allUp, chains: [], shards: [] }, 80)).toHaveLength(5);
    const lines = viewLines({ nodes: allUp, chains: [], shards: both }, 80);
    expect(lines.slice(5, 7)).toEqual(["", expect.stringMatching(/^shard /)]);
  });

  test("outside of a terminal is a part of the line, and a line for each that stands still, when that is new", () => {
    const lines: string[] = [];
    const screen = plainScreen((text) => lines.push(...text.trimEnd().split("\n")), 80);
    screen.show({ nodes: withoutThree, chains: [], shards: both });
    screen.show({ nodes: withoutThree, chains: [], shards: both });
    const healed = both.map((row): ShardRow => ({ ...row, state: "goes-on" }));
    screen.show({ nodes: withoutThree, chains: [], shards: healed });
    expect(lines).toEqual([
      expect.stringMatching(/; attested: bank 40, hotel 40$/),
      expect.stringMatching(/^hotel: 2 of 3 affirm /),
      expect.stringMatching(/; attested: bank 40, hotel 40$/),
    ]);
  });
});
