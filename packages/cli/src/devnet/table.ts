// Rows of nodes as a table; and below it, if the shards are known, these.

import { wrap } from "../terminal.ts";
import { type ChainRow, missingWords } from "./chains.ts";
import { type Column, drawTable, orDash } from "./columns.ts";
import { shardLines } from "./shards-table.ts";
import type { DevnetView, NodeRow } from "./watch.ts";

/** `age`: since the header time of the last block. `loop`: delay of the event loop, at the 99th percentile. */
const columns: readonly Column<NodeRow>[] = [
  { title: "node", isText: true, width: 7, spare: 0, of: ({ node }) => node },
  { title: "role", isText: true, width: 9, spare: 1, of: ({ role }) => role },
  { title: "height", width: 8, spare: 0, of: ({ status }) => orDash(status?.heights.executed) },
  { title: "view", width: 8, spare: 6, of: ({ status }) => orDash(status?.view) },
  { title: "peers", width: 5, spare: 0, of: peersOf },
  { title: "disk", width: 7, spare: 5, of: ({ status }) => (status === undefined ? "-" : bytesText(status.diskBytes)) },
  { title: "blobs/s", width: 7, spare: 0, of: ({ status, blobsPerSecond }) => orDash(status && blobsPerSecond) },
  {
    title: "data/s",
    width: 7,
    spare: 3,
    of: ({ status, bytesPerSecond }) => (status ? bytesText(bytesPerSecond) : "-"),
  },
  { title: "age", width: 6, spare: 2, of: ({ blockAgeMs }) => (blockAgeMs === undefined ? "-" : ageText(blockAgeMs)) },
  { title: "loop", width: 8, spare: 4, of: ({ status }) => (status ? delayText(status.eventLoopDelay.p99Ms) : "-") },
];

export function tableLines(rows: readonly NodeRow[], width: number): readonly string[] {
  return drawTable(columns, rows, width);
}

export function viewLines(view: DevnetView, width: number): readonly string[] {
  const { nodes, shards } = view;
  const rows = [...tableLines(nodes, width), ...chainWords(view).flatMap((text) => wrap(text, width))];
  return shards.length === 0 ? rows : [...rows, "", ...shardLines(shards, width)];
}

/** A sentence for each thing that is not as it should be with the chains. */
export function chainWords({ nodes, chains }: Omit<DevnetView, "shards">): readonly string[] {
  return [...chains.flatMap(standingWords), ...voicelessIn(nodes).map(([node, chain]) => voicelessWords(node, chain))];
}

/** S8: nodes that do not vote on a chain in whose set they sit. */
export function voicelessIn(nodes: readonly NodeRow[]): readonly (readonly [node: string, chain: string])[] {
  return nodes.flatMap(({ node, status }) =>
    Object.entries(status?.votes ?? {}).flatMap(([chain, vote]) =>
      vote === "no-vote" ? [[node, chain] as const] : [],
    ),
  );
}

function voicelessWords(node: string, chain: string): string {
  return `${node} does not vote on the ${chain} chain, for it has no record of what its key signed (no-vote); a restart does not help`;
}

/** Too few vote on it: then no shard goes on either, whatever its own members. */
function standingWords(row: ChainRow): readonly string[] {
  if (row.state === "goes-on") return [];
  const what =
    row.chain === "order"
      ? "ordering stands still, and so do all shards"
      : "attesting stands still, so no claim is attested";
  const count = `${row.voters.length} of ${row.of} nodes vote, a quorum needs ${row.need}`;
  return [`${what}: ${[count, ...missingWords(row)].join("; ")}`];
}

export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(bytes < 99_950 ? 1 : 0)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(bytes < 99_950_000 ? 1 : 0)} MB`;
  return `${(bytes / 1e9).toFixed(bytes < 99_950_000_000 ? 1 : 0)} GB`;
}

export function peersOf({ status }: NodeRow): string {
  if (status === undefined) return "-";
  return `${status.peers.filter(({ connected }) => connected).length}/${status.peers.length}`;
}

function ageText(ms: number): string {
  if (ms < 99_950) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 6_000_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

function delayText(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
