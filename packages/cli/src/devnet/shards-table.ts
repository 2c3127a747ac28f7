// Rows of shards as a table, and below it why one stands still.

import { wrap } from "../terminal.ts";
import { type Column, drawTable, orDash } from "./columns.ts";
import type { ShardRow } from "./shards.ts";

const rootCharacters = 8;

/** `attested`: the last attested round. `in block`: the height of the attest block that has it. */
const columns: readonly Column<ShardRow>[] = [
  { title: "shard", isText: true, width: 8, spare: 0, of: ({ shard }) => shard },
  { title: "attested", width: 8, spare: 0, of: ({ attested }) => orDash(attested?.round) },
  { title: "in block", width: 8, spare: 1, of: ({ attested }) => orDash(attested?.height) },
  { title: "lag", width: 6, spare: 0, of: ({ lag }) => orDash(lag) },
  { title: "up", width: 5, spare: 2, of: ({ members, down }) => `${members.length - down.length}/${members.length}` },
  { title: "run by", isText: true, width: 10, spare: 0, of: ({ runBy }) => nodesText(runBy) },
];

export function shardLines(rows: readonly ShardRow[], width: number): readonly string[] {
  if (rows.length === 0) return [];
  return [...drawTable(columns, rows, width), ...rows.flatMap(whyWords).flatMap((text) => wrap(text, width))];
}

/** A sentence for each thing that is not as it should be. */
export function whyWords(row: ShardRow): readonly string[] {
  const disputes = row.disputes.map(({ node, round, own, theirs }) => {
    const claims = `its claim of round ${round} is ${rootText(own)}, that of a quorum ${rootText(theirs)}`;
    return `${row.shard}: ${node} stopped, for ${claims}`;
  });
  const unmarked = row.unmarked.map((node) => {
    return `${row.shard}: ${node} affirms nothing, for it has no record of what its key signed (no-mark); a restart does not help`;
  });
  // That a chain stands still is told once, with the nodes; here, what waits for it.
  const isHeldUp = row.state === "no-attesting" || row.state === "no-ordering";
  const isQuiet = row.state === "goes-on" || (isHeldUp && row.waiting === null);
  const still = isQuiet ? [] : [`${row.shard}: ${stillWords(row)}`];
  return [...still, ...unmarked, ...disputes];
}

function stillWords({ members, need, down, unmarked, waiting, missing, state }: ShardRow): string {
  const able = members.length - down.length - unmarked.length;
  const affirmed =
    waiting === null
      ? `${able} of ${members.length} ${unmarked.length === 0 ? "are up" : "can affirm"}, a quorum needs ${need}`
      : waiting.have >= waiting.need
        ? `round ${waiting.round} is affirmed by a quorum, and waits to be attested${state === "no-attesting" ? ": attesting stands still" : ""}`
        : `${waiting.have} of ${members.length} affirm round ${waiting.round}, a quorum needs ${waiting.need}`;
  const who = down.map(({ node, sinceMs }) => `${node} is down since ${sinceText(sinceMs)}`);
  const silent = state === "waits" && missing.length > 0 ? [`nothing came from ${missing.join(", ")}`] : [];
  return [affirmed, ...who, ...silent].join("; ");
}

/** `0-2`, `0 1 3`; names that have no number as they are. */
function nodesText(names: readonly string[]): string {
  if (names.length === 0) return "-";
  const numbers = names.map((name) => Number(/^node-(\d+)$/.exec(name)?.[1] ?? Number.NaN));
  if (numbers.some(Number.isNaN)) return names.join(" ");
  const runs: [from: number, to: number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}${to === from + 1 ? " " : "-"}${to}`)).join(" ");
}

function rootText(root: string | null): string {
  return root === null ? "nothing" : `${root.replace(/^0x/, "").slice(0, rootCharacters)}…`;
}

function sinceText(ms: number): string {
  if (ms < 100_000) return `${Math.round(ms / 1000)} s`;
  return ms < 6_000_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
