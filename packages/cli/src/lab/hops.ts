// `tandem lab hops`: the best and the worst load, as figures from real replicas.

import { type ChainReport, type HopsReport, type LoadFigures, runHops, useNative } from "@tandem/lab";
import type { Command } from "../command.ts";
import { countBetween, countFlag } from "../flags.ts";
import { formatTable } from "../terminal.ts";
import { ProgressBar } from "./progress-bar.ts";

const programsUsual = 20;
const stages = 15;

export const hopsCommand: Command = {
  help: `./tandem lab hops [--programs N] [--seed S] [--json]

Four validators, both chains. Chains of 0 to 8 hops between three shards, plain and as one group,
each alone and all together: rounds after their own height, and milliseconds from ordered to
attested. Then loads of N programs at once over up to eight shards: calls that have nothing to do
with each other, programs that go through all shards, programs of which each takes on what the one
before brought, and groups over all shards. docs/experiments.md says what to expect. Exit code 1 if
a chain's step ran in another round than the citations say.

  --programs N      of each kind and length, from 1 to 200 (${programsUsual})
  --seed S          decides delays and leaders (1)
`,
  options: { programs: { type: "string" }, seed: { type: "string" } },
  run({ flags, json, print }) {
    const programs = countBetween(flags, "programs", [1, 200], programsUsual);
    const seed = countFlag(flags, "seed") ?? 1;
    useNative();
    const bar = new ProgressBar(stages);
    let stage = 0;
    const report = runHops({ seed, programs, onStage: (said) => bar.show(stage++, said) });
    bar.end();
    if (report.chains.some(({ chains }) => chains.some(({ unexplained }) => unexplained > 0))) process.exitCode = 1;
    print(json ? `${JSON.stringify(report)}\n` : readable(report));
  },
};

function readable({ chains, loads }: HopsReport): string {
  return `${chains.map(chainTable).join("\n")}\n${loadTable(loads)}`;
}

function chainTable({ traffic, delay, chains }: ChainReport): string {
  const head = ["hops", "group", "programs", "theory", "rounds p50", "p99", "max", "ms p50", "p99", "unexplained"];
  const rows = chains.map(({ hops, isGroup, programs, turns, rounds, ms, unexplained }) => [
    String(hops),
    isGroup ? "yes" : "no",
    String(programs),
    turns === 0 ? "0" : `${turns} d`,
    ...[rounds.p50, rounds.p99, rounds.max, ms.p50, ms.p99, unexplained].map(String),
  ]);
  const said = `chains, ${traffic}: d is ${delay.p50} order blocks (p99 ${delay.p99})`;
  return `${said}\n${formatTable(head, rows, [0, 2, 3, 4, 5, 6, 7, 8, 9])}`;
}

function loadTable(loads: readonly LoadFigures[]): string {
  const head = ["load", "shards", "programs", "d", "theory", "rounds", "nodes a round", "ms p50", "p99", "programs /s"];
  const rows = loads.map(({ pattern, shards, programs, delay, turns, span, parallelism, ms, throughput }) => [
    pattern,
    ...[shards, programs].map(String),
    // Where nothing waits for other shards, nothing comes after that would cite.
    delay.p50 === 0 ? "-" : String(delay.p50),
    turns === 0 ? "1" : `1 + ${turns} d`,
    ...[span, parallelism, ms.p50, ms.p99, throughput].map(String),
  ]);
  return formatTable(head, rows, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}
