// What it means that a node was killed or started again, for the devnet's own screen and for whoever did it. All committees of
// a devnet are of one size.

import { wrap } from "../terminal.ts";
import type { Operated } from "./operator.ts";

export function operatedWords(what: "killed" | "restarted", operated: Operated, width: number): string {
  const { node, pid } = operated;
  const did = what === "killed" ? `${node} is killed (process ${pid})` : `${node} runs again (process ${pid})`;
  return wrap(`${did}. ${standingWords(operated)}.`, width).join("\n");
}

function standingWords({ stalled, goOn, validators }: Operated): string {
  const { up, need, of } = validators;
  if (up < need)
    return `Ordering stands still, and so do all shards: a quorum takes ${need} of ${of} validators, ${up} ${up === 1 ? "is" : "are"} up`;
  const [first] = stalled;
  if (first === undefined) return "Ordering and every shard have their quorum";
  const still = `${listed(stalled.map(({ shard }) => shard))} ${stalled.length === 1 ? "stands" : "stand"} still`;
  const why = `for a quorum takes ${first.need} of ${first.members.length} members`;
  const rest = ["ordering", ...goOn];
  return `${still}, ${why}; ${listed(rest)} ${rest.length === 1 ? "goes" : "go"} on`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
