// `tandem lab check`: a campaign, with what it covered and what it found.

import {
  type CampaignSummary,
  type Coverage,
  type RunReport,
  runCampaign,
  type StageName,
  summarize,
} from "@tandem/lab";
import type { Command } from "../command.ts";
import { Complaint, formatTable } from "../terminal.ts";
import { areAllCaught, bugsOf, catchAll, readableCatches } from "./controls.ts";
import { countFlag, entryFlag, jobsFlag, seedsFlag, stageFlag } from "./flags.ts";
import { ProgressBar } from "./progress-bar.ts";
import { refuseOfWorlds, roundsPage, roundsSummary } from "./rounds.ts";

const seedsUsual = 200;
/** A bug that its known seed does not show any more is looked for in so many. */
const controlSeeds = 60;

export const checkCommand: Command = {
  help: `./tandem lab check [--seeds N] [--from S] [--stage STAGE] [--jobs J] [--blocks N] [--native]
                   [--no-controls] [--entry PATH] [--json]

One run for each seed from S on: 4 to 10 validators (with both chains 4 to 16), some weights,
faults and Byzantine habits up to less than a third, until 200 blocks or 60 virtual seconds; with
both chains also until all that was submitted is attested. Every rule is checked in every run. Then
each deliberate bug is put into a copy of the machine, and has to be caught. In the rounds stage a
run is a log of programs with random citations, and what happens in it is counted instead of
faults. Exit code 1 if a checker fired in the campaign, if a fault or habit that 20 of its runs or
more list was never felt, or if a bug was not caught.

  --seeds N         how many (${seedsUsual})
  --from S          the first (1)
  --jobs J          processes (one for each core)
  --native          BLS signatures instead of the mock: some hundred times slower, so take few
                    seeds; not in rounds
  --blocks N        end runs after so many blocks (200); not in rounds
  --no-controls     leave the deliberate bugs out
  --stage STAGE     consensus alone (usual); order: the order chain; whole: both chains; rounds:
                    execution
  --entry PATH      the index.ts of another copy of packages/consensus, packages/replica or
                    packages/execution
`,
  options: {
    seeds: { type: "string" },
    from: { type: "string" },
    jobs: { type: "string" },
    native: { type: "boolean" },
    blocks: { type: "string" },
    "no-controls": { type: "boolean" },
    stage: { type: "string" },
    entry: { type: "string" },
  },
  async run({ positionals, flags, json, print }) {
    if (positionals.length > 0)
      throw new Complaint("bad-arguments", "check takes no words.", "./tandem lab check --help");
    const from = countFlag(flags, "from") ?? 1;
    const plans = Array.from({ length: seedsFlag(flags, seedsUsual) }, (_, index) => from + index);
    const entry = entryFlag(flags);
    const stage = stageFlag(flags) ?? "consensus";
    if (stage === "rounds") refuseOfWorlds(flags, ["native", "blocks"]);
    const blocksMax = countFlag(flags, "blocks");
    const processes = jobsFlag(flags);
    const startMs = performance.now();
    const bar = new ProgressBar(plans.length);
    let messages = 0;
    let violations = 0;
    const reports = await runCampaign({
      plans,
      processes,
      ...(entry && { entry }),
      overrides: { stage, ...(flags["native"] === true && { scheme: "native" }), ...(blocksMax && { blocksMax }) },
      onRun: (report, done) => {
        messages += report.messages;
        if (report.violation !== null) {
          violations++;
          bar.note(violationLines(stage, report).trimEnd());
        }
        const said = stage === "rounds" ? "claims" : "messages";
        bar.show(done, pace(done, messages, said, violations, performance.now() - startMs));
      },
    });
    bar.end();
    const wallSeconds = (performance.now() - startMs) / 1000;
    const summary = summarize(reports);
    const isOwn = entry === undefined && flags["no-controls"] !== true;
    const controls = isOwn ? await catchAll(bugsOf(stage), controlSeeds, processes) : [];
    const shown = readable(stage, summary, processes, wallSeconds) + (isOwn ? `\n${readableCatches(controls)}` : "");
    const said = stage === "rounds" ? roundsSummary(summary) : summary;
    print(json ? `${JSON.stringify({ processes, wallSeconds, ...said, controls })}\n` : shown);
    const isGood = summary.violations.length === 0 && summary.unfelt.length === 0 && areAllCaught(controls);
    if (!isGood) process.exitCode = 1;
  },
};

function pace(done: number, messages: number, said: string, violations: number, wallMs: number): string {
  const perSecond = (count: number) => ((1000 * count) / Math.max(1, wallMs)).toFixed(1);
  const thousands = (messages / Math.max(1, wallMs)).toFixed(0);
  return `${perSecond(done)} seeds/s  ${thousands}k ${said}/s  ${violations} violations`;
}

function readable(stage: StageName, summary: CampaignSummary, processes: number, wallSeconds: number): string {
  const { runs, violations } = summary;
  const said = violations.map((report) => violationLines(stage, report)).join("");
  return `${count(runs)} runs in ${wallSeconds.toFixed(1)} s on ${processes} processes: ${(runs / wallSeconds).toFixed(1)} seeds/s
${stage === "rounds" ? roundsPage(summary) : worldsPage(summary, wallSeconds)}${said}${violations.length} violations
`;
}

function worldsPage(summary: CampaignSummary, wallSeconds: number): string {
  const { hash, coverage, unfelt } = summary;
  return `${worldsPace(summary, wallSeconds)}
hash of all traces: ${hash}

${formatTable(["what happened", "", "runs", "felt in", "times"], coverage.map(coverageRow), [2, 3, 4])}
${unfelt.map((name) => `never felt: ${name}\n`).join("")}`;
}

function worldsPace(summary: CampaignSummary, wallSeconds: number): string {
  const { messages, blocks, demands, slowestPercent, followedPercent, messagesPerCpuSecond } = summary;
  return `${count(blocks)} blocks, ${count(messages)} messages delivered: ${count(messages / wallSeconds)} a second, ${count(messagesPerCpuSecond)} for each second of a core
progress was demanded ${count(demands)} times of healed worlds; the slowest took ${slowestPercent} % of its bound${
    followedPercent > 0
      ? `\nwhoever followed one shard was given ${followedPercent} % of what the same blocks hold`
      : ""
  }`;
}

function count(number: number): string {
  return Math.round(number).toLocaleString("en-US");
}

function coverageRow({ name, kind, listed, felt, times }: Coverage): string[] {
  return [name, kind, String(listed), String(felt), times.toLocaleString("en-US")];
}

function violationLines(stage: StageName, { seed, violation }: RunReport): string {
  if (violation === null) return "";
  const { checker, what, instance, timeMs } = violation;
  if (stage === "rounds") {
    return `seed ${seed}, ${checker}: ${what}\n  ./tandem lab shrink --stage rounds --seed ${seed}\n`;
  }
  const named = stage === "consensus" ? "" : ` --stage ${stage}`;
  return `seed ${seed}, ${checker}, at ${timeMs} ms, instance ${instance}: ${what}
  ./tandem lab replay${named} --seed ${seed} --from ${Math.max(0, timeMs - 1000)}\n`;
}
