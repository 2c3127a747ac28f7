// `tandem shard list`: how the shards stand, as one node sees them.

import { apiHelp, apiOf, apiOption } from "../api-client.ts";
import type { Command } from "../command.ts";
import { noPositionals } from "../flags.ts";
import { columns, formatTable, wrap } from "../terminal.ts";
import type { ShardAnswer } from "./answers.ts";
import { disputeWords, ownWords, waitingWords } from "./words.ts";

export const listCommand: Command = {
  help: `./tandem shard list [--api URL] [--json]

The shards as a node sees them: the last attested claim and the attest block that has it; lag,
order blocks since the first claim that waits; pending, programs that had something left to run
after the attested claim; and how far the node itself has executed it.

${apiHelp}
`,
  options: apiOption,
  async run({ positionals, flags, json, print }) {
    noPositionals(positionals);
    const shards = await apiOf(flags).shards();
    if (json) return print(`${JSON.stringify({ shards })}\n`);
    const head = ["shard", "attested", "in block", "affirmed", "lag", "pending", "this node"];
    const table = formatTable(head, shards.map(rowOf), [1, 2, 3, 4, 5]);
    const notes = shards.flatMap((shard) => [...waitingWords(shard), ...disputeWords(shard)]);
    const lines = notes.flatMap((note) => wrap(note, columns(process.stdout)));
    print(`${table}${lines.map((line) => `${line}\n`).join("")}`);
  },
};

function rowOf(shard: ShardAnswer): string[] {
  const { name, attested, affirmed, lag, pending } = shard;
  return [name, ...[attested.round, attested.height, affirmed, lag, pending].map(String), ownWords(shard)];
}
