// What the lab's commands do in the rounds stage, where a run is a log and no world.

import {
  type CampaignSummary,
  describeClaim,
  describeLog,
  drawLog,
  type Log,
  loadExecution,
  type RunReport,
  runLog,
  shrinkLog,
  useNative,
} from "@tandem/lab";
import type { Flags } from "../flags.ts";
import { Complaint, formatTable } from "../terminal.ts";

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
  if (json)
    return print(
      `${JSON.stringify({ log, report: { seed: log.seed, violation: violationOf(report), hash }, claims })}\n`,
    );
  const end = violation === null ? "no violation" : `${violation.checker}: ${violation.what}`;
  print(`${describeLog(log)}\n\n${claims.join("\n")}\n\n${claims.length} claims, hash ${hash}\n${end}\n`);
}

/** Without what only worlds have: instances and times. */
function violationOf({ violation }: RunReport) {
  return violation === null ? null : { checker: violation.checker, what: violation.what };
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
  const report = runLog(log, room);
  const { violation } = report;
  if (json) return print(`${JSON.stringify({ log, violation: violationOf(report), tries, steps, isSmallest })}\n`);
  print(`${describeLog(log)}\n\n${tries} tries, ${steps} steps${isSmallest ? "" : ", not at the end"}\n`);
  print(`${violation?.checker}: ${violation?.what}\n`);
}

/** What is of worlds alone is refused, and not left out in silence. */
export function refuseOfWorlds(flags: Flags, names: readonly string[]): void {
  const given = names.find((name) => flags[name] !== undefined);
  if (given === undefined) return;
  const what = `--${given} says nothing in the rounds stage, where nothing is sent or signed and each log runs to its end.`;
  throw new Complaint("bad-arguments", what, "Leave it out, or name another stage.");
}

/** A campaign of this stage in words of its own: a run is a log, and what reaches other shards are claims. */
export function roundsSummary(summary: CampaignSummary) {
  const { runs, blocks, messages, slowestPercent, followedPercent, cpuSeconds, hash, unfelt } = summary;
  return {
    runs,
    heights: blocks,
    claims: messages,
    slowestPercent,
    followedPercent,
    cpuSeconds,
    hash,
    coverage: happenings(summary),
    unfelt,
    violations: summary.violations.map((report) => ({ seed: report.seed, ...violationOf(report) })),
  };
}

function happenings({ coverage }: CampaignSummary) {
  return coverage.flatMap(({ name, kind, listed, felt, times }) =>
    kind === "work" ? [{ name, runs: listed, happenedIn: felt, times }] : [],
  );
}

export function roundsPage(summary: CampaignSummary): string {
  const { blocks, messages, slowestPercent, followedPercent, hash, unfelt } = summary;
  const count = (number: number) => number.toLocaleString("en-US");
  const rows = happenings(summary).map(({ name, happenedIn, times }) => [name, count(happenedIn), count(times)]);
  return `each run is a log of random programs; all shards run it round by round, a separate executor as one line, and
every outcome, every state and every claim is compared (docs/rounds.md)
${count(blocks)} order blocks; ${count(messages)} times a shard's claim became visible to another
to finish after its last block, the slowest log took ${slowestPercent} % of the rounds that it may take
shards that were given only the claims that they need took ${followedPercent} % of them, and had to claim the same
hash of all claims: ${hash}

${formatTable(["what happened", "in runs", "times"], rows, [1, 2])}
${unfelt.map((name) => `never happened: ${name}\n`).join("")}`;
}
