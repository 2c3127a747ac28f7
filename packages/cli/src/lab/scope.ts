// `tandem lab scope`: every schedule of a small scope.

import {
  allSchedules,
  drawSchedule,
  Random,
  type RunReport,
  runCampaign,
  type Schedule,
  ScopeSettings,
  summarize,
} from "@tandem/lab";
import type { Command } from "../command.ts";
import { countFlag, entryFlag, jobsFlag } from "./flags.ts";
import { ProgressBar } from "./progress-bar.ts";

const viewsUsual = 3;

export const scopeCommand: Command = {
  help: `./tandem lab scope [--views V] [--sample N] [--seed S] [--jobs J] [--entry PATH] [--json]

Four validators of equal weight, one of which runs twice with one key (Twins). For each of the
first V views (${viewsUsual}), a schedule says who leads it and how it is cut: the five instances stand on
two sides or one. Runs every schedule, up to renaming the honest three and the two twins, then
heals the world and demands progress. Exit code 1 if a checker fired.

  --views V         views that a schedule cuts
  --sample N        only so many schedules, drawn at random
  --seed S          of the sample (1)
  --jobs J          processes (one for each core)
  --entry PATH      the index.ts of another copy of packages/consensus
`,
  options: {
    views: { type: "string" },
    sample: { type: "string" },
    seed: { type: "string" },
    jobs: { type: "string" },
    entry: { type: "string" },
  },
  async run({ flags, json, print }) {
    const views = countFlag(flags, "views") ?? viewsUsual;
    const entry = entryFlag(flags);
    const schedules = schedulesOf(views, countFlag(flags, "sample"), countFlag(flags, "seed") ?? 1);
    const settings = new ScopeSettings(views);
    const bar = new ProgressBar(schedules.length);
    const startMs = performance.now();
    let violations = 0;
    const reports = await runCampaign({
      plans: schedules.map((schedule, index) => settings.settingOf(schedule, index)),
      processes: jobsFlag(flags),
      ...(entry && { entry }),
      onRun: (report, done) => {
        if (report.violation !== null) violations++;
        bar.show(done, `${violations} violations`);
      },
    });
    bar.end();
    const wallSeconds = (performance.now() - startMs) / 1000;
    const { messages, hash, coverage } = summarize(reports);
    const contradicted = coverage.find(({ name }) => name === "twins")?.felt ?? 0;
    const failed = reports.filter((report) => report.violation !== null);
    if (failed.length > 0) process.exitCode = 1;
    const said = { views, schedules: schedules.length, contradicted, messages, hash, wallSeconds, violations: failed };
    if (json) return print(`${JSON.stringify(said)}\n`);
    print(`${schedules.length} schedules of ${views} views in ${wallSeconds.toFixed(1)} s, ${messages} messages delivered
twins contradicted each other before an honest node in ${contradicted} of them
hash of all traces: ${hash}
${failed.map((report) => describe(report, schedules)).join("")}${failed.length} violations
`);
  },
};

function schedulesOf(views: number, sample: number | undefined, seed: number): readonly Schedule[] {
  if (sample === undefined) return [...allSchedules(views)];
  const random = new Random(seed, "scope");
  return Array.from({ length: sample }, () => drawSchedule(views, (bound) => random.below(bound)));
}

function describe({ seed, violation }: RunReport, schedules: readonly Schedule[]): string {
  const choices = schedules[seed]?.map(({ leader, sides }) => `leader ${leader} sides ${sides.join("")}`).join(", ");
  return `schedule ${seed} (${choices}): ${violation?.checker}: ${violation?.what}\n`;
}
