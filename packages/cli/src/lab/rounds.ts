// What the lab's commands do in the rounds stage, where a run is a log and no world.

import {
  type CampaignSummary,
  describeClaim,
  describeLog,
  drawLog,
  type Log,
  loadExecution,
  runLog,
  shrinkLog,
  useNative,
} from "@tandem/lab";
import { Complaint } from "../terminal.ts";

type Print = (text: string) => void;

interface Asked {
  readonly entry: string | undefined;
  readonly json: boolean;
  readonly print: Print;
}

/** The log, and what each shard claims of it. */
export async function replayLog(log: Log, { entry, json, print }: Asked): Promise<void> {
  useNative();
  const claims: string[] = [];
  const report = runLog(log, await loadExecution(entry), (result) => claims.push(describeClaim(result)));
  const { violation, hash } = report;
  if (violation !== null) process.exitCode = 1;
  if (json) return print(`${JSON.stringify({ log, report, claims })}\n`);
  const end = violation === null ? "no violation" : `${violation.checker}: ${violation.what}`;
  print(`${describeLog(log)}\n\n${claims.join("\n")}\n\n${claims.length} claims, hash ${hash}\n${end}\n`);
}

/** What is left of the log of a seed that fails. */
export async function shrinkRounds(seed: number, { entry, json, print }: Asked): Promise<void> {
  useNative();
  const room = await loadExecution(entry);
  let tries = 0;
  const shrunk = shrinkLog(drawLog(seed), room, () => process.stderr.write(`\rtry ${++tries}`));
  if (tries > 0) process.stderr.write("\r");
  if (shrunk === undefined) {
    const help = "./tandem lab check --stage rounds finds seeds that do.";
    throw new Complaint("no-violation", `Seed ${seed} does not fail.`, help, 1);
  }
  const { config: log, steps, isSmallest } = shrunk;
  const { violation } = runLog(log, room);
  if (json) return print(`${JSON.stringify({ log, violation, tries, steps, isSmallest })}\n`);
  print(`${describeLog(log)}\n\n${tries} tries, ${steps} steps${isSmallest ? "" : ", not at the end"}\n`);
  print(`${violation?.checker}: ${violation?.what}\n`);
}

/** The lines of a campaign that are of this stage alone. */
export function roundsPace({ blocks, messages, slowestPercent, followedPercent }: CampaignSummary): string {
  const count = (number: number) => number.toLocaleString("en-US");
  return `${count(blocks)} heights, ${count(messages)} claims became visible to other shards
after each log all was run within the bound; the slowest took ${slowestPercent} % of it
shards that were given what they need (R6) were given ${followedPercent} % of these claims`;
}
