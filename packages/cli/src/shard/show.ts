// `tandem shard show`: one shard, as one node sees it.

import { apiHelp, apiOf, apiOption } from "../api-client.ts";
import type { Command } from "../command.ts";
import { onePositional } from "../flags.ts";
import { columns, formatTable, wrap } from "../terminal.ts";
import type { ShardDetails } from "./answers.ts";
import { disputeWords, ownWords, waitingWords } from "./words.ts";

export const showCommand: Command = {
  help: `./tandem shard show NAME [--api URL] [--json]

One shard as a node sees it: its last attested claim, its committee, and what the node said of it
since it started that is not as it should be.

${apiHelp}
`,
  options: apiOption,
  async run({ positionals, flags, json, print }) {
    const shard = await apiOf(flags).shard(onePositional(positionals, "NAME"));
    print(json ? `${JSON.stringify(shard)}\n` : pageOf(shard, columns(process.stdout)));
  },
};

function pageOf(shard: ShardDetails, width: number): string {
  const { name, attested, affirmed, lag, pending, members, missing, alarms } = shard;
  const rows = [
    ["attested", `round ${attested.round}, claim ${attested.claim}`],
    ["in block", `${attested.height} of the attest chain`],
    ["affirmed", `up to round ${affirmed}`],
    ["lag", lag === 0 ? "0: no claim waits" : `${lag} order blocks since the first claim that waits`],
    [
      "pending",
      `${pending} ${pending === 1 ? "program" : "programs"} with something left to run after the attested round`,
    ],
    ["this node", ownWords(shard)],
  ];
  const facts = rows.map(([title = "", text]) => `  ${title.padEnd(10)}${text}\n`).join("");
  const notes = [...waitingWords(shard), ...disputeWords(shard), ...alarms.map((alarm) => `alarm: ${alarm}`)];
  const told = notes.flatMap((note) => wrap(note, width)).map((line) => `${line}\n`);
  const seats = members.map((member) => [member.name, member.weight, missing.includes(member.name) ? "missing" : ""]);
  const committee = formatTable(["committee", "weight", "next claim"], seats, [1], width);
  return `${name}\n${facts}\n${committee}${told.length === 0 ? "" : `\n${told.join("")}`}`;
}
