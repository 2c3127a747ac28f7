// How a devnet shows its chains: voters are counted, not processes. A node whose record is lost runs, follows, and does not
// vote (S8).

import type { NodeStatus } from "@tandem/node";
import { describe, expect, test } from "vitest";
import { chainRows } from "../src/devnet/chains.ts";
import { chainWords } from "../src/devnet/table.ts";
import type { NodeRow } from "../src/devnet/watch.ts";

type Votes = NodeStatus["votes"];
const all: Votes = { order: "votes", attest: "votes" };

function row(place: number, votes: Votes = all, role: NodeRow["role"] = "validator"): NodeRow {
  const rates = { blobsPerSecond: 0, bytesPerSecond: 0, blockAgeMs: undefined, downMs: undefined };
  return { node: `node-${place}`, role, status: { votes } as NodeStatus, ...rates };
}

const rows = [0, 1, 2, 3].map((place) => row(place));
const killed: NodeRow = { ...row(0, all, "killed"), status: undefined };
const statesOf = (nodes: readonly NodeRow[]) => chainRows(nodes).map(({ state }) => state);
const wordsOf = (nodes: readonly NodeRow[]) => chainWords({ nodes, chains: chainRows(nodes) });

describe("a chain", () => {
  test("goes on with three voters of four, and without a word", () => {
    expect(chainRows(rows.with(0, killed))[0]).toEqual({
      chain: "order",
      state: "goes-on",
      need: 3,
      of: 4,
      voters: ["node-1", "node-2", "node-3"],
      missing: [{ node: "node-0", why: "down" }],
    });
    expect(wordsOf(rows.with(0, killed))).toEqual([]);
  });

  test.each([
    ["order", { order: "no-vote", attest: "votes" }, ["stands-still", "goes-on"]],
    ["attest", { order: "votes", attest: "no-vote" }, ["goes-on", "stands-still"]],
  ] as const)("%s: stands still where three run and two vote", (chain, votes, states) => {
    const nodes = rows.with(0, killed).with(3, row(3, votes));
    expect(statesOf(nodes)).toEqual(states);
    expect(chainRows(nodes).find((row) => row.chain === chain)?.missing).toEqual([
      { node: "node-0", why: "down" },
      { node: "node-3", why: "no-vote" },
    ]);
    expect(statesOf(rows.with(3, row(3, votes)))).toEqual(["goes-on", "goes-on"]);
  });

  test("has no vote of a node that runs without its key; one that does not answer may vote", () => {
    const observer = row(3, { order: "no-seat", attest: "no-seat" }, "observer");
    expect(statesOf(rows.with(0, killed).with(3, observer))).toEqual(["stands-still", "stands-still"]);
    const away: NodeRow = { ...row(3, all, "away"), status: undefined };
    expect(statesOf(rows.with(0, killed).with(3, away))).toEqual(["goes-on", "goes-on"]);
  });

  test("that stands still says whose votes are missing", () => {
    const lost = rows.with(0, killed).with(3, row(3, { order: "no-vote", attest: "no-vote" }));
    expect(wordsOf(lost).slice(0, 2)).toEqual([
      "ordering stands still, and so do all shards: 2 of 4 nodes vote, a quorum needs 3; node-0 is down; node-3 does not vote",
      "attesting stands still, so no claim is attested: 2 of 4 nodes vote, a quorum needs 3; node-0 is down; node-3 does not vote",
    ]);
  });
});
