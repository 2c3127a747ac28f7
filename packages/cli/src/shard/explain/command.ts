// `tandem shard explain`: a dispute, both executions side by side.

import { apiHelp, apisOf } from "../../api-client.ts";
import type { Command } from "../../command.ts";
import { onePositional } from "../../flags.ts";
import { columns } from "../../terminal.ts";
import type { ShardDetails } from "../answers.ts";
import { disputePage } from "./page.ts";
import { disputeView } from "./view.ts";

export const explainCommand: Command = {
  help: `./tandem shard explain NAME [--api URL ...] [--json]

Where a node's own claim of a shard is not the one that a quorum stands behind: the round and both
claims, the first step or settle with both outcomes, and each key of state that differs with both
values and what touches it. A node knows of its own disputes; without any it says so.

${apiHelp};
                    given several times, the first of them that has a dispute is told,
                    whoever else is silent
`,
  options: { api: { type: "string", multiple: true } },
  async run({ positionals, flags, json, print }) {
    const name = onePositional(positionals, "NAME");
    const shard = await firstDisputed(name, flags);
    const view = disputeView(shard, new Map());
    if (json) return print(`${JSON.stringify({ shard: name, dispute: view ?? null })}\n`);
    if (view !== undefined) return print(disputePage(view, columns(process.stdout)));
    print(`${name}: no dispute. ${standingWords(shard)}\n`);
  },
};

/** Where no node answers, why the first does not. */
async function firstDisputed(name: string, flags: Readonly<Record<string, unknown>>): Promise<ShardDetails> {
  const answers = await Promise.allSettled(apisOf(flags).map((api) => api.shard(name)));
  const shards = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
  const told = shards.find(({ dispute }) => dispute !== null) ?? shards[0];
  if (told !== undefined) return told;
  throw (answers[0] as PromiseRejectedResult).reason;
}

function standingWords({ attested, own }: ShardDetails): string {
  if (own.state === "not-followed") return "This node does not follow it, so it has nothing to compare.";
  return `Each claim that this node made up to round ${attested.round} is what was attested.`;
}
