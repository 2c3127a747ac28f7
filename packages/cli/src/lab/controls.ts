// `tandem lab controls`: deliberate bugs in copies of the machine, each of which a checker has to catch.

import { type Bug, bugs, type Catch, catchBug } from "@tandem/lab";
import type { Command } from "../command.ts";
import { Complaint, formatTable } from "../terminal.ts";
import { countFlag, jobsFlag } from "./flags.ts";
import { ProgressBar } from "./progress-bar.ts";

const seedsUsual = 60;

export const controlsCommand: Command = {
  help: `./tandem lab controls [NAME ...] [--seeds N] [--jobs J] [--json]

Puts each deliberate bug into a copy of the machine's sources and runs seeds until a checker fires: the one that is
known to show it, then from 1 on. A run that crashed is no catch. Exit code 1 if a bug is not caught.

  NAME       only these bugs
  --seeds N  give up after seed N (${seedsUsual})
  --jobs J   threads (one for each core)
`,
  options: { seeds: { type: "string" }, jobs: { type: "string" } },
  async run({ positionals, flags, json, print }) {
    const catches = await catchAll(chosen(positionals), countFlag(flags, "seeds") ?? seedsUsual, jobsFlag(flags));
    print(json ? `${JSON.stringify({ controls: catches })}\n` : readableCatches(catches));
    if (!areAllCaught(catches)) process.exitCode = 1;
  },
};

function chosen(names: readonly string[]): readonly Bug[] {
  const unknown = names.find((name) => !bugs.some((bug) => bug.name === name));
  if (unknown === undefined) return names.length === 0 ? bugs : bugs.filter((bug) => names.includes(bug.name));
  const known = bugs.map((bug) => bug.name).join(", ");
  throw new Complaint("unknown-bug", `There is no deliberate bug "${unknown}".`, `Known are ${known}.`);
}

export async function catchAll(chosenBugs: readonly Bug[], seedsMax: number, jobs: number): Promise<readonly Catch[]> {
  const bar = new ProgressBar(chosenBugs.length);
  const catches: Catch[] = [];
  for (const bug of chosenBugs) {
    catches.push(await catchBug(bug, { jobs, seedsMax }));
    bar.show(catches.length, `controls  ${catches.filter(isCaught).length} caught`);
  }
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
  const rows = catches.map(({ bug, seed, runs, violation }) => [
    bug,
    violation?.checker ?? "not caught",
    seed === undefined ? "" : String(seed),
    String(runs),
  ]);
  const caught = catches.filter(isCaught).length;
  return `${formatTable(["deliberate bug", "caught by", "seed", "runs"], rows, [2, 3])}
${caught} of ${catches.length} deliberate bugs caught\n`;
}
