// What it means that a node was killed or started again, for the devnet's own screen and for whoever did it. All committees of
// a devnet are of one size.

import { wrap } from "../terminal.ts";
import type { Operated } from "./operator.ts";

export function operatedWords(what: "killed" | "restarted", operated: Operated, width: number): string {
  const { node, pid, stalled, goOn } = operated;
  const did = what === "killed" ? `${node} is killed (process ${pid})` : `${node} runs again (process ${pid})`;
  const sentences = [
    `${did}.`,
    ...stalled.slice(0, 1).map(({ need, members }) => {
      return `Without a quorum now, for that takes ${need} of ${members.length} members: ${listed(stalled.map(({ shard }) => shard))}.`;
    }),
    stalled.length === 0 ? "Every shard has its quorum." : goesOnWords(goOn),
  ];
  return wrap(sentences.join(" "), width).join("\n");
}

function goesOnWords(shards: readonly string[]): string {
  if (shards.length === 0) return "No shard has one.";
  return `${listed(shards)} ${shards.length === 1 ? "goes" : "go"} on.`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
