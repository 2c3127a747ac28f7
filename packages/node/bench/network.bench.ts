// A network as it is run: four nodes, each a process with its own folder, all signatures checked and all syncs made, over
// loopback, on whatever cores the machine has. A process of its own submits blobs that were signed before; its CPU counts
// for no node. A blob counts when all four nodes have told that it is ordered.
//
//   light load    a blob every 100 ms, so that each is ordered by itself
//   saturation    as many blobs under way as `inFlightMax` says, always
//
// Its limit are four processes that only send the same bytes to the three others over noise streams, check the same
// signatures, and append and sync the same bytes, all at once (`support/raw.ts`). It is measured before and after each
// load, and the mean of both counts: a machine that others use too disturbs both alike. What it costs in CPU does not
// depend on them, so that ratio is the steadier.

import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { type Bench, usualPace } from "../../../scripts/bench/measure.ts";
import { BenchNetwork } from "./support/bench-network.ts";
import { Child } from "./support/child.ts";
import type { FromLoader, LoadPlan, LoadResult, ToLoader } from "./support/load-words.ts";
import { Raw, type RawFigures } from "./support/raw.ts";
import { type RawPart, rawParts } from "./support/raw-process.ts";
import { type CpuSeconds, parts, readCpu, since, sumOf } from "./support/thread-cpu.ts";

export const area = "network";

const nodes = 4;

interface Load {
  readonly name: string;
  /** Of a blob, encoded. */
  readonly bytes: number;
  /** Signed beforehand. */
  readonly count: number;
  /** Of the measure of the limit. */
  readonly rawCount: number;
  readonly plan: LoadPlan;
}

interface Loads {
  readonly light: Load;
  readonly saturation: readonly Load[];
}

function loadsOf(isUsual: boolean): Loads {
  const [warmUpMs, windowMs] = isUsual ? [4000, 24_000] : [1500, 4000];
  const scale = isUsual ? 1 : 0.2;
  const saturated = (inFlightMax: number): LoadPlan => ({ warmUpMs, windowMs, inFlightMax, everyMs: 0 });
  const light = { warmUpMs: 1000, windowMs: isUsual ? 20_000 : 4000, inFlightMax: 1000, everyMs: 100 };
  return {
    light: { name: "light load", bytes: 256, count: 1000, rawCount: 0, plan: light },
    saturation: [
      { name: "256 bytes", bytes: 256, count: 60_000 * scale, rawCount: 20_000 * scale, plan: saturated(4096) },
      { name: "64 KiB", bytes: 65_536, count: 5000 * scale, rawCount: 1000 * scale, plan: saturated(128) },
    ],
  };
}

export default async function (bench: Bench): Promise<void> {
  const { light, saturation } = loadsOf(bench.pace === usualPace);
  const network = await BenchNetwork.start(nodes);
  const loader = new Child<ToLoader, FromLoader>(fileURLToPath(new URL("./support/loader.ts", import.meta.url)));
  const raw = await Raw.open(nodes);
  try {
    const { id, apis, payers } = network;
    await loader.ask({ kind: "open", network: id, apis, payers }, "done", failLoudly);
    for (const load of saturation) await measureSaturation(bench, network, loader, raw, load);
    // Last: what was compiled by then stays compiled.
    reportFinality(bench, `${light.name} (load average ${loadAverage()})`, (await run(network, loader, light)).result);
  } finally {
    loader.stop();
    raw.stop();
    await network.stop();
  }
}

function failLoudly(heard: FromLoader): void {
  if (heard.kind === "failed") throw new Error(heard.message);
}

interface Measured {
  readonly result: LoadResult;
  /** Of all nodes, within the window. */
  readonly cpu: CpuSeconds;
}

async function run(network: BenchNetwork, loader: Child<ToLoader, FromLoader>, load: Load): Promise<Measured> {
  const { count, bytes, plan } = load;
  await loader.ask({ kind: "sign", count, bytes }, "done", failLoudly);
  const at: CpuSeconds[] = [];
  const { result } = await loader.ask({ kind: "run", plan }, "result", (heard) => {
    failLoudly(heard);
    if (heard.kind === "window") at.push(readCpu(network.pids));
  });
  return { result, cpu: since(at[0] as CpuSeconds, at[1] as CpuSeconds) };
}

async function measureSaturation(
  bench: Bench,
  network: BenchNetwork,
  loader: Child<ToLoader, FromLoader>,
  raw: Raw,
  load: Load,
): Promise<void> {
  const { name, bytes, rawCount } = load;
  const before = await raw.measure(rawCount, bytes);
  const measured = await run(network, loader, load);
  const statuses = await network.status();
  const delayMs = Math.max(...statuses.map(({ eventLoopDelay }) => eventLoopDelay.p99Ms));
  const memoryBytes = Math.max(...statuses.map((status) => status.memoryBytes));
  const limit = meanOf(before, await raw.measure(rawCount, bytes));
  reportRate(bench, load, measured.result, limit);
  reportFinality(bench, `saturation, ${name}`, measured.result);
  reportCpu(bench, load, measured, limit);
  plain(bench, `${name}: delay of the main threads' loops, p99 of the slowest`, delayMs, "ms");
  plain(bench, `${name}: memory of the largest node`, memoryBytes / 1e6, "MB");
}

function meanOf(a: RawFigures, b: RawFigures): RawFigures {
  const mean = (part: RawPart) => [part, (a.cpuPerMb[part] + b.cpuPerMb[part]) / 2] as const;
  return {
    blobsPerSecond: 2 / (1 / a.blobsPerSecond + 1 / b.blobsPerSecond),
    cpuPerMb: Object.fromEntries(rawParts.map(mean)) as Record<RawPart, number>,
  };
}

function loadAverage(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}

function plain(bench: Bench, name: string, value: number, unit: string): void {
  bench.report({ name, value, unit, limit: null, ratio: null });
}

function reportRate(bench: Bench, { name, bytes }: Load, result: LoadResult, { blobsPerSecond }: RawFigures): void {
  const [unit, scale] = bytes < 1024 ? ["blobs/s", 1] : ["MB/s", bytes / 1e6];
  const value = (result.blobs / result.seconds) * scale;
  const limit = blobsPerSecond * scale;
  const title = `${name}: ordered on all nodes, beside the raw limit`;
  bench.report({ name: `${title} (load average ${loadAverage()})`, value, unit, limit, ratio: value / limit });
}

function reportFinality(bench: Bench, name: string, { latenciesMs }: LoadResult): void {
  const all = latenciesMs.map((each) => each.all).sort((a, b) => a - b);
  const own = latenciesMs.map((each) => each.own).sort((a, b) => a - b);
  const at = (sorted: readonly number[], rank: number) => sorted[Math.floor(rank * sorted.length)] ?? Number.NaN;
  plain(bench, `${name}: final on the node that took it, p50`, at(own, 0.5), "ms");
  plain(bench, `${name}: final on all nodes, p50`, at(all, 0.5), "ms");
  plain(bench, `${name}: final on all nodes, p99`, at(all, 0.99), "ms");
}

function reportCpu(bench: Bench, { name }: Load, { result, cpu }: Measured, { cpuPerMb }: RawFigures): void {
  const megabytes = result.bytes / 1e6;
  const unit = "CPU s/MB";
  const limit = rawParts.reduce((sum, part) => sum + cpuPerMb[part], 0);
  const value = sumOf(cpu) / megabytes;
  // Beside a cost, what is above one is what the node adds.
  bench.report({ name: `${name}: CPU of all nodes, beside the raw limit`, value, unit, limit, ratio: value / limit });
  for (const part of parts) plain(bench, `${name}: CPU, ${part} threads`, cpu[part] / megabytes, unit);
  for (const part of rawParts) plain(bench, `${name}: CPU of the limit, ${part}`, cpuPerMb[part], unit);
  plain(bench, `${name}: CPU of the loader`, result.loaderSeconds / megabytes, unit);
}
