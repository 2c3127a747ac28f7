// What it means that a node was killed or started again, for the devnet's own screen and for whoever did it. All committees of
// a devnet are of one size.

import { wrap } from "../terminal.ts";
import { type ChainRow, missingWords, standsStill } from "./chains.ts";
import type { Operated } from "./operator.ts";

export function operatedWords(what: "killed" | "restarted", operated: Operated, width: number): string {
  const { node, pid } = operated;
  const did = what === "killed" ? `${node} is killed (process ${pid})` : `${node} runs again (process ${pid})`;
  return wrap(`${did}. ${standingWords(operated)}.`, width).join("\n");
}

function standingWords({ chains, stalled, goOn }: Operated): string {
  const ordering = standsStill(chains, "order");
  if (ordering !== undefined) return `Ordering stands still, and so do all shards: ${voterWords(ordering)}`;
  const attesting = standsStill(chains, "attest");
  if (attesting !== undefined)
    return `Attesting stands still, so no claim of any shard is attested: ${voterWords(attesting)}; ordering goes on`;
  const [first] = stalled;
  if (first === undefined) return "Ordering and every shard have their quorum";
  const still = `${listed(stalled.map(({ shard }) => shard))} ${stalled.length === 1 ? "stands" : "stand"} still`;
  const unmarked = [...new Set(stalled.flatMap((row) => row.unmarked))];
  const mute = `${listed(unmarked)} ${unmarked.length === 1 ? "affirms" : "affirm"} nothing (no-mark)`;
  const why = `for a quorum takes ${first.need} of ${first.members.length} members${unmarked.length === 0 ? "" : `, and ${mute}`}`;
  const rest = ["ordering", ...goOn];
  return `${still}, ${why}; ${listed(rest)} ${rest.length === 1 ? "goes" : "go"} on`;
}

function voterWords(row: ChainRow): string {
  const { voters, need, of } = row;
  const count = `${voters.length} ${voters.length === 1 ? "votes" : "vote"}`;
  return `a quorum takes ${need} of ${of} validators, ${count} (${missingWords(row).join(", ")})`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
