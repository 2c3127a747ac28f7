// What it means that a node was killed or started again, for the devnet's own screen and for whoever did it. All committees of
// a devnet are of one size.

import { wrap } from "../terminal.ts";
import type { Operated } from "./operator.ts";

export function operatedWords(what: "killed" | "restarted", operated: Operated, width: number): string {
  const { node, pid, stalled, goOn } = operated;
  const did = what === "killed" ? `${node} is killed (process ${pid})` : `${node} runs again (process ${pid})`;
  return wrap(`${did}. ${standingWords(stalled, goOn)}.`, width).join("\n");
}

function standingWords(stalled: Operated["stalled"], goOn: readonly string[]): string {
  const [first] = stalled;
  if (first === undefined) return "Every shard has its quorum";
  const still = `${listed(stalled.map(({ shard }) => shard))} ${stalled.length === 1 ? "stands" : "stand"} still`;
  const why = `for a quorum takes ${first.need} of ${first.members.length} members`;
  const rest = goOn.length === 0 ? "none goes on" : `${listed(goOn)} ${goOn.length === 1 ? "goes" : "go"} on`;
  return `${still}, ${why}; ${rest}`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
