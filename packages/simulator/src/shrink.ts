// Makes a failing config smaller while it goes on failing, so that what is left is what matters.
//
// Greedy and deterministic: take the first smaller config that still fails, and begin again with it, until none of
// them fails or the tries are used up. Reductions come with the largest first, so most of a config goes in few tries.
//
// A room above whose own config contains a world's composes its reductions with these.

import type { Fault, WorldConfig } from "./config.ts";
import type { Distribution } from "./distribution.ts";
import type { Instance } from "./process.ts";

/** Configs that are smaller than this one, the smallest first. */
export type Reduce<Config> = (config: Config) => Iterable<Config>;

export interface Shrunk<Config> {
  readonly config: Config;
  readonly tries: number;
  /** How often a smaller config was found. */
  readonly steps: number;
  /** Nothing smaller fails; otherwise the tries were used up. */
  readonly isSmallest: boolean;
}

export function shrink<Config>(
  config: Config,
  fails: (config: Config) => boolean,
  reduce: Reduce<Config>,
  triesMax = 500,
): Shrunk<Config> {
  let smallest = config;
  let tries = 0;
  let steps = 0;
  for (;;) {
    let found: Config | undefined;
    for (const smaller of reduce(smallest)) {
      if (tries === triesMax) return { config: smallest, tries, steps, isSmallest: false };
      tries++;
      if (!fails(smaller)) continue;
      found = smaller;
      break;
    }
    if (found === undefined) return { config: smallest, tries, steps, isSmallest: true };
    smallest = found;
    steps++;
  }
}

/** A shorter run, fewer and shorter faults, a simpler network; the instances stay. */
export function* reduceWorld(config: WorldConfig): Generator<WorldConfig> {
  yield* shorterRuns(config);
  yield* fewerFaults(config);
  yield* simplerWorlds(config);
  yield* shorterFaults(config);
}

/** Each with one instance less. */
export function* reduceInstances(config: WorldConfig): Generator<WorldConfig> {
  if (config.instances.length === 1) return;
  for (let instance = config.instances.length - 1; instance >= 0; instance--) yield withoutInstance(config, instance);
}

/** The instances after it move up by one; their seats stay theirs. Its faults go with it. */
export function withoutInstance(config: WorldConfig, removed: Instance): WorldConfig {
  const moved = (instance: Instance) => (instance > removed ? instance - 1 : instance);
  const faults = config.faults.flatMap((fault): Fault[] => {
    if (fault.kind === "weather") return [fault];
    if (fault.kind === "partition") {
      const side = fault.side.filter((instance) => instance !== removed).map(moved);
      return side.length === 0 ? [] : [{ ...fault, side }];
    }
    return fault.instance === removed ? [] : [{ ...fault, instance: moved(fault.instance) }];
  });
  return { ...config, instances: config.instances.filter((_, instance) => instance !== removed), faults };
}

/** Below this, a run is short enough. */
const runMsMin = 100;

function* shorterRuns(config: WorldConfig): Generator<WorldConfig> {
  for (const eighths of [1, 2, 4, 6, 7]) {
    const endAtMs = Math.floor((config.endAtMs * eighths) / 8);
    if (endAtMs >= runMsMin) yield { ...config, endAtMs, healAtMs: Math.min(config.healAtMs, endAtMs) };
  }
}

/** None, then without a half, a quarter… and at last without each. */
function* fewerFaults(config: WorldConfig): Generator<WorldConfig> {
  const { faults } = config;
  for (let size = faults.length; size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < faults.length; start += size) {
      yield { ...config, faults: faults.filter((_, index) => index < start || index >= start + size) };
    }
  }
}

function* simplerWorlds(config: WorldConfig): Generator<WorldConfig> {
  const { network, disk, instances } = config;
  if (network.lossPpm > 0) yield { ...config, network: { ...network, lossPpm: 0 } };
  if (network.duplicatePpm > 0) yield { ...config, network: { ...network, duplicatePpm: 0 } };
  if (network.reorderPpm > 0) yield { ...config, network: { ...network, reorderPpm: 0 } };
  if (network.bytesPerSecond > 0) yield { ...config, network: { ...network, bytesPerSecond: 0 } };
  if (disk.tornPpm > 0) yield { ...config, disk: { ...disk, tornPpm: 0 } };
  if (disk.bytesPerSecond > 0) yield { ...config, disk: { ...disk, bytesPerSecond: 0 } };
  if (instances.some(({ driftPpm, aheadMs }) => driftPpm !== 0 || aheadMs !== 0)) {
    yield { ...config, instances: instances.map((instance) => ({ ...instance, driftPpm: 0, aheadMs: 0 })) };
  }
  if (instances.some(({ region }) => region !== null)) {
    yield { ...config, instances: instances.map((instance) => ({ ...instance, region: null })) };
  }
  for (const delay of simpler(network.delay)) yield { ...config, network: { ...network, delay } };
  for (const sync of simpler(disk.sync)) yield { ...config, disk: { ...disk, sync } };
  for (const answerDelay of simpler(config.answerDelay)) yield { ...config, answerDelay };
}

function* simpler(distribution: Distribution): Generator<Distribution> {
  if (distribution.kind === "tailed") yield { kind: "constant", us: distribution.medianUs };
  if (distribution.kind === "uniform") yield { kind: "constant", us: distribution.fromUs };
}

/** Below this, a fault is short enough. */
const faultMsMin = 20;

/** Its first half, or its last. */
function* shorterFaults(config: WorldConfig): Generator<WorldConfig> {
  for (const [index, fault] of config.faults.entries()) {
    const half = Math.floor((fault.toMs - fault.fromMs) / 2);
    if (half < faultMsMin) continue;
    yield withFault(config, index, { ...fault, toMs: fault.fromMs + half });
    yield withFault(config, index, { ...fault, fromMs: fault.toMs - half });
  }
}

function withFault(config: WorldConfig, index: number, fault: Fault): WorldConfig {
  return { ...config, faults: config.faults.with(index, fault) };
}
