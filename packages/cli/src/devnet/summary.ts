// All nodes and shards in one line, and one for each shard that stands still, for what is no terminal.

import type { ShardRow } from "./shards.ts";
import { whyWords } from "./shards-table.ts";
import { bytesText, chainWords, peersOf, voicelessIn } from "./table.ts";
import type { DevnetView, NodeRow } from "./watch.ts";

interface Summary {
  /** Who is there, and linked with how many: what is new when it changes. */
  readonly standing: string;
  /** Blobs are ordered. */
  readonly isBusy: boolean;
  readonly lines: readonly string[];
}

/** Nodes of one role, linked with as many others. */
interface Kind {
  readonly role: NodeRow["role"];
  readonly peers: string;
  readonly rows: readonly NodeRow[];
}

export function summaryOf({ nodes: rows, chains, shards }: DevnetView): Summary {
  const kinds = kindsOf(rows);
  const blobs = Math.max(0, ...rows.map(({ blobsPerSecond }) => blobsPerSecond));
  const bytes = Math.max(0, ...rows.map(({ bytesPerSecond }) => bytesPerSecond));
  const words = kinds.map((kind) => `${namesOf(kind, rows.length)}${stateOf(kind)}`);
  const line = `${words.join("; ")}; ${blobs} blobs/s, ${bytesText(bytes)}/s${attestedWords(shards)}`;
  return {
    standing: [
      ...kinds.map(({ role, peers, rows }) => `${role} ${peers} ${rows.map(({ node }) => node)}`),
      ...chains.map(({ chain, state }) => `${chain} ${state}`),
      ...voicelessIn(rows).map((each) => each.join(" ")),
      ...shards.map(
        ({ shard, state, disputes, unmarked }) => `${shard} ${state} ${disputes.length} ${unmarked.length}`,
      ),
    ].join(),
    isBusy: blobs > 0,
    lines: [line, ...chainWords({ nodes: rows, chains }), ...shards.flatMap(whyWords)],
  };
}

function attestedWords(shards: readonly ShardRow[]): string {
  const rounds = shards.flatMap(({ shard, attested }) =>
    attested === undefined ? [] : [`${shard} ${attested.round}`],
  );
  return rounds.length === 0 ? "" : `; attested: ${rounds.join(", ")}`;
}

function kindsOf(rows: readonly NodeRow[]): readonly Kind[] {
  const kinds = new Map<string, Kind>();
  for (const row of rows) {
    const peers = peersOf(row);
    const text = `${row.role} ${peers}`;
    kinds.set(text, { role: row.role, peers, rows: [...(kinds.get(text)?.rows ?? []), row] });
  }
  return [...kinds.values()];
}

function namesOf({ rows }: Kind, all: number): string {
  return rows.length === all && all > 1 ? `all ${all} nodes` : rows.map(({ node }) => node).join(", ");
}

function stateOf({ role, peers, rows }: Kind): string {
  const heights = rows.flatMap(({ status }) => status?.heights.executed ?? []);
  if (heights.length === 0) return ` ${role}`;
  const [lowest, highest] = [Math.min(...heights), Math.max(...heights)];
  return `: height ${lowest === highest ? lowest : `${lowest}-${highest}`}, peers ${peers}`;
}
