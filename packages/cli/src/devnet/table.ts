// Rows of nodes as a table. What does not fit into the width loses its least telling columns.

import type { NodeRow } from "./watch.ts";

interface Column {
  readonly title: string;
  readonly isText?: true;
  /** The highest goes first when there is no room. */
  readonly spare: number;
  readonly of: (row: NodeRow) => string;
}

/** `age`: since the header time of the last block. `loop`: delay of the event loop, at the 99th percentile. */
const columns: readonly Column[] = [
  { title: "node", isText: true, spare: 0, of: ({ node }) => node },
  { title: "role", isText: true, spare: 1, of: ({ role }) => role },
  { title: "height", spare: 0, of: ({ status }) => orDash(status?.heights.executed) },
  { title: "view", spare: 6, of: ({ status }) => orDash(status?.view) },
  { title: "peers", spare: 0, of: peersOf },
  { title: "disk", spare: 5, of: ({ status }) => (status === undefined ? "-" : bytesText(status.diskBytes)) },
  { title: "blobs/s", spare: 0, of: ({ status, blobsPerSecond }) => orDash(status && blobsPerSecond) },
  { title: "data/s", spare: 3, of: ({ status, bytesPerSecond }) => (status ? bytesText(bytesPerSecond) : "-") },
  { title: "age", spare: 2, of: ({ blockAgeMs }) => (blockAgeMs === undefined ? "-" : secondsText(blockAgeMs)) },
  { title: "loop", spare: 4, of: ({ status }) => (status ? `${status.eventLoopDelay.p99Ms.toFixed(1)} ms` : "-") },
];

export function tableLines(rows: readonly NodeRow[], width: number): readonly string[] {
  let shown = columns;
  for (;;) {
    const lines = linesOf(shown, rows);
    if (Math.max(...lines.map((line) => line.length)) <= width || shown.every(({ spare }) => spare === 0)) return lines;
    const most = Math.max(...shown.map(({ spare }) => spare));
    shown = shown.filter(({ spare }) => spare < most);
  }
}

/** All nodes in one line, for what is no terminal. */
export function summaryLine(rows: readonly NodeRow[]): string {
  return rows
    .map((row) => {
      const { node, role, status, blobsPerSecond, bytesPerSecond } = row;
      if (status === undefined) return `${node} ${role}`;
      return `${node} height ${status.heights.executed} peers ${peersOf(row)} ${blobsPerSecond} blobs/s ${bytesText(bytesPerSecond)}/s`;
    })
    .join(" | ");
}

function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(bytes < 1e5 ? 1 : 0)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

function linesOf(shown: readonly Column[], rows: readonly NodeRow[]): readonly string[] {
  const cells = [shown.map(({ title }) => title), ...rows.map((row) => shown.map((column) => column.of(row)))];
  const widths = shown.map((_, at) => Math.max(...cells.map((line) => (line[at] as string).length)));
  const pad = (text: string, at: number) =>
    shown[at]?.isText ? text.padEnd(widths[at] as number) : text.padStart(widths[at] as number);
  return cells.map((line) => line.map(pad).join("  ").trimEnd());
}

function peersOf({ status }: NodeRow): string {
  if (status === undefined) return "-";
  return `${status.peers.filter(({ connected }) => connected).length}/${status.peers.length}`;
}

function orDash(number: number | undefined): string {
  return number === undefined ? "-" : String(number);
}

function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
