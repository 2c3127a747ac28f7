// `tandem lab controls`: deliberate bugs in copies of the machine, each of which a checker has to catch.

import { type Bug, bugs, type Catch, catchBugs, type StageName } from "@tandem/lab";
import type { Command } from "../command.ts";
import { Complaint, formatTable } from "../terminal.ts";
import { jobsFlag, seedsFlag, stageFlag } from "./flags.ts";
import { ProgressBar } from "./progress-bar.ts";

const seedsUsual = 60;

export const controlsCommand: Command = {
  help: `./tandem lab controls [NAME ...] [--stage STAGE] [--seeds N] [--jobs J] [--json]

Puts each deliberate bug into copies of the machine's sources and runs seeds until a checker fires:
the one that is known to show it, then others that have what it needs. A run that crashed is no
catch. Exit code 1 if a bug is not caught, or does not fit the sources any more (bug-misfit).

  NAME           only these bugs
  --stage STAGE  only those of consensus, order, whole or rounds; without it, of all
  --seeds N      give up after so many others (${seedsUsual})
  --jobs J       processes (one for each core)
`,
  options: { stage: { type: "string" }, seeds: { type: "string" }, jobs: { type: "string" } },
  async run({ positionals, flags, json, print }) {
    const some = chosen(positionals, stageFlag(flags));
    const catches = await catchAll(some, seedsFlag(flags, seedsUsual), jobsFlag(flags));
    print(json ? `${JSON.stringify({ controls: catches })}\n` : readableCatches(catches));
    if (!areAllCaught(catches)) process.exitCode = 1;
  },
};

function chosen(names: readonly string[], stage: StageName | undefined): readonly Bug[] {
  const known = bugsOf(stage);
  const unknown = names.find((name) => !known.some((bug) => bug.name === name));
  if (unknown === undefined) return names.length === 0 ? known : known.filter((bug) => names.includes(bug.name));
  const list = known.map((bug) => bug.name).join(", ");
  throw new Complaint("unknown-bug", `There is no deliberate bug "${unknown}".`, `Known are ${list}.`);
}

/** Of all stages if none is given. */
export function bugsOf(stage: StageName | undefined): readonly Bug[] {
  return bugs.filter((bug) => stage === undefined || bug.stage === stage);
}

export async function catchAll(chosenBugs: readonly Bug[], seedsMax: number, jobs: number): Promise<readonly Catch[]> {
  const bar = new ProgressBar(chosenBugs.length);
  const onCatch = (done: readonly Catch[]) => bar.show(done.length, `controls  ${done.filter(isCaught).length} caught`);
  const catches = await catchBugs(chosenBugs, { jobs, seedsMax, onCatch });
  bar.end();
  return catches;
}

function isCaught({ violation }: Catch): boolean {
  return violation !== undefined;
}

export function areAllCaught(catches: readonly Catch[]): boolean {
  return catches.every(isCaught);
}

export function readableCatches(catches: readonly Catch[]): string {
  const rows = catches.map(({ bug, seed, runs, violation, misfit }) => [
    bug,
    violation?.checker ?? (misfit === undefined ? "not caught" : "bug-misfit"),
    seed === undefined ? "" : String(seed),
    String(runs),
  ]);
  const caught = catches.filter(isCaught).length;
  const seeds = catches.reduce((sum, { runs }) => sum + runs, 0);
  const misfits = catches.flatMap(({ misfit }) => (misfit === undefined ? [] : [`error bug-misfit: ${misfit}\n`]));
  return `${formatTable(["deliberate bug", "caught by", "seed", "runs"], rows, [2, 3])}
${misfits.join("")}${caught} of ${catches.length} deliberate bugs caught, in ${seeds} runs\n`;
}
