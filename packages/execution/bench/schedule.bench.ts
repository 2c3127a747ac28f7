// What the schedule of one shard costs: programs of four nodes are put in line, and then all run in one round, so that as
// many nodes are pending at once as there are. Each size stands beside a thousand nodes in the same run: where the ratio
// stays near one, the cost is linear in nodes (what is left is memory that no cache holds).
//
//   spread     each node reads two keys of a thousand and writes another
//   hot key    every node writes the same key, and reads one of a thousand
//   wide reads every node reads 32 of 64 keys, and one program in a hundred writes some
//   whole      every node takes the whole contract, of ten
//   awaited    as spread, but every node waits for an outcome of another shard, which comes when all are in line

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  asBlobIndex,
  asHeight,
  asRound,
  asShardName,
  asStepIndex,
  assert,
  type CallStep,
  type Footprint,
  limits,
  type Root,
  type Source,
} from "@tandem/shared";
import type { Bench, Work } from "../../../scripts/bench/measure.ts";
import { type OrderedProgram, Schedule } from "../src/index.ts";
import { inLine, wide } from "../test/support/line.ts";
import { call, keys, program, whole } from "../test/support/programs.ts";

export const area = "execution";

const sizes = [10_000, 100_000];
/** Once, of the cases that take seconds then and not a minute. */
const largest = 1_000_000;
const programNodes = 4;
/** Different programs, which are put in line again and again. */
const kinds = 500;

type MakeFootprint = (program: number, step: number) => Footprint;

const cases: Readonly<Record<string, MakeFootprint>> = {
  spread: (at, step) => keys([keyOf(7 * at + step), `q${(3 * at) % 1000}`], [`w${(13 * at + step) % 1000}`]),
  "hot key": (at, step) => keys([keyOf(at + step)], ["hot"]),
  "wide reads": (at, step) =>
    at % 100 === 99 ? keys([], [`v${step}`]) : keys(Array.from({ length: 32 }, (_, key) => `v${(at + 2 * key) % 64}`)),
  whole: () => whole,
};

export default async function measure(bench: Bench): Promise<void> {
  for (const [name, footprint] of Object.entries(cases)) await measureCase(bench, name, programsOf(footprint, false));
  await measureCase(bench, "awaited", programsOf(cases["spread"] as MakeFootprint, true));
  for (const name of ["spread", "hot key", "whole"]) measureLargest(bench, name);
  measureRounds(bench);
  measureMemory(bench, programsOf(cases["spread"] as MakeFootprint, true));
}

async function measureCase(bench: Bench, name: string, programs: readonly OrderedProgram[]): Promise<void> {
  for (const size of sizes) {
    const title = `schedule, ${name}, ${size} nodes, beside 1000`;
    await bench.rate(title, "nodes/s", scheduling(programs, size), scheduling(programs, 1_000));
  }
}

function measureLargest(bench: Bench, name: string): void {
  const programs = programsOf(cases[name] as MakeFootprint, false);
  const ratePer = (size: number) => {
    const startMs = performance.now();
    void scheduling(programs, size).run();
    return (1000 * size) / (performance.now() - startMs);
  };
  const limit = ratePer(largest / 10);
  const value = ratePer(largest);
  const title = `schedule, ${name}, ${largest} nodes once, beside a tenth of them`;
  bench.report({ name: title, value, unit: "nodes/s", limit, ratio: value / limit });
}

const roundPrograms = 1_000;

/** As blocks come: each round puts 1,000 programs in line and runs them. */
function measureRounds(bench: Bench): void {
  const programs = programsOf(cases["spread"] as MakeFootprint, false);
  const ratePer = (size: number) => {
    const startMs = performance.now();
    const schedule = new Schedule(asShardName("a"), wide);
    for (let height = 1; height <= size / programNodes / roundPrograms; height++) {
      for (let at = 0; at < roundPrograms; at++) {
        const place = { height: asHeight(height), index: asBlobIndex(at) };
        schedule.add({ ...(programs[at % kinds] as OrderedProgram), ...place });
      }
      assert(schedule.take().length === programNodes * roundPrograms, "what comes runs");
    }
    return (1000 * size) / (performance.now() - startMs);
  };
  const limit = ratePer(largest / 10);
  const value = ratePer(largest);
  const title = `schedule, spread, ${largest} nodes in rounds of 4000, beside a tenth of them`;
  bench.report({ name: title, value, unit: "nodes/s", limit, ratio: value / limit });
}

function scheduling(programs: readonly OrderedProgram[], size: number): Work {
  return {
    items: size,
    run() {
      const schedule = new Schedule(asShardName("a"), wide);
      const line = stand(schedule, programs, size);
      show(schedule, line);
      assert(schedule.take().length === size && schedule.pendingCount === 0, "all nodes ran");
    },
  };
}

function stand(schedule: Schedule, programs: readonly OrderedProgram[], size: number): readonly OrderedProgram[] {
  const line = Array.from({ length: size / programNodes }, (_, at) => {
    const height = asHeight(1 + Math.floor(at / limits.blockBlobsMax));
    return { ...(programs[at % kinds] as OrderedProgram), height, index: asBlobIndex(at % limits.blockBlobsMax) };
  });
  for (const each of line) schedule.add(each);
  return line;
}

const source: Source = { shard: asShardName("b"), round: asRound(1), exports: new Uint8Array(32) as Root };

function show(schedule: Schedule, line: readonly OrderedProgram[]): void {
  for (const each of line) schedule.see(each, asStepIndex(0), source);
}

function programsOf(footprint: MakeFootprint, isAwaited: boolean): readonly OrderedProgram[] {
  return Array.from({ length: kinds }, (_, at) => inLine(program(stepsOf(at, footprint, isAwaited)), 1));
}

function stepsOf(at: number, footprint: MakeFootprint, isAwaited: boolean): readonly CallStep[] {
  const first = isAwaited ? [call("b/elsewhere", "anything", [], keys([]))] : [];
  const uses = isAwaited ? [0] : [];
  const steps = Array.from({ length: programNodes }, (_, step) =>
    call(`a/c-${(at + step) % 10}`, "anything", uses, footprint(at, step)),
  );
  return [...first, ...steps];
}

const keyOf = (number: number) => `r${number % 1000}`;

function measureMemory(bench: Bench, programs: readonly OrderedProgram[]): void {
  const size = 100_000;
  const report = (name: string, value: number) => bench.report({ name, value, unit: "B", limit: null, ratio: null });
  const before = heapBytes();
  const schedule = new Schedule(asShardName("a"), wide);
  let line = stand(schedule, programs, size);
  report(
    `schedule, memory for each of ${size} nodes that wait, its program's place included`,
    (heapBytes() - before) / size,
  );
  show(schedule, line);
  line = [];
  assert(schedule.take().length === size, "all nodes ran");
  report(`schedule, memory for each of ${size} nodes after all ran`, Math.max(0, heapBytes() - before) / size);
  assert(schedule.pendingCount === 0 && line.length === 0, "nothing is left");
}

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  for (let i = 0; i < 2; i++) runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
}
