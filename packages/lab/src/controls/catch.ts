// Negative controls: campaigns over bugged copies of the machine. Caught means that a checker fired. A run that threw
// is no catch: the search goes on.

import { runCampaign } from "../campaign/campaign.ts";
import { Pool } from "../campaign/pool.ts";
import { drawSetting } from "../draw-setting.ts";
import type { Violation } from "../report.ts";
import { applyBug, type Copy, MisfitError } from "./apply.ts";
import type { Bug } from "./bug.ts";

export interface Catch {
  readonly bug: string;
  readonly what: string;
  /** The setting in which it was caught, and by what; absent if it was not. */
  readonly seed: number | undefined;
  readonly violation: Violation | undefined;
  /** Runs that it took. */
  readonly runs: number;
  /** Why the bug could not be put into the sources. */
  readonly misfit?: string;
}

export interface CatchOptions {
  /** They are kept from bug to bug. */
  readonly pool: Pool;
  /** First the seed that is known to catch it; then so many others, from 1 on, that have what it needs. */
  readonly seedsMax: number;
}

export interface CatchAllOptions extends Omit<CatchOptions, "pool"> {
  /** Processes. */
  readonly jobs: number;
  /** Called after each bug, with those that are done. */
  readonly onCatch?: (done: readonly Catch[]) => void;
}

/** One after the other in each process. What comes of them is in their order. */
export async function catchBugs(
  bugs: readonly Bug[],
  { jobs, seedsMax, onCatch }: CatchAllOptions,
): Promise<readonly Catch[]> {
  const pool = new Pool(jobs);
  const catches: Catch[] = [];
  const queue = bugs.entries();
  const catchSome = async () => {
    for (const [at, bug] of queue) {
      catches[at] = await catchBug(bug, { pool, seedsMax });
      onCatch?.(catches.filter((each) => each !== undefined));
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, catchSome));
  } finally {
    pool.end();
  }
  return catches;
}

/** A bug that does not fit the sources is told as such: the others can still be tried. */
export async function catchBug(bug: Bug, options: CatchOptions): Promise<Catch> {
  try {
    return await catchIn(applyBug(bug), bug, options);
  } catch (error) {
    if (!(error instanceof MisfitError)) throw error;
    const { name, what } = bug;
    return { bug: name, what, seed: undefined, violation: undefined, runs: 0, misfit: error.message };
  }
}

async function catchIn({ entry, remove }: Copy, bug: Bug, { pool, seedsMax }: CatchOptions): Promise<Catch> {
  const { stage } = bug;
  try {
    let runs = 0;
    for (const plans of batchesOf(bug, seedsMax, 2 * pool.size)) {
      const reports = await runCampaign({ plans, processes: pool.size, pool, entry, overrides: { stage } });
      runs += reports.length;
      const caught = reports.find(({ violation }) => violation !== null && violation.checker !== "threw");
      if (caught?.violation)
        return { bug: bug.name, what: bug.what, seed: caught.seed, violation: caught.violation, runs };
    }
    return { bug: bug.name, what: bug.what, seed: undefined, violation: undefined, runs };
  } finally {
    remove();
  }
}

function* batchesOf(bug: Bug, seedsMax: number, size: number): Generator<readonly number[]> {
  yield [bug.seed];
  let batch: number[] = [];
  for (let seed = 1, tried = 0; tried < seedsMax; seed++) {
    if (seed === bug.seed || !isFit(bug, seed)) continue;
    batch.push(seed);
    tried++;
    if (batch.length < size && tried < seedsMax) continue;
    yield batch;
    batch = [];
  }
}

function isFit({ stage, needs }: Bug, seed: number): boolean {
  return needs === undefined || stage === "rounds" || needs(drawSetting(seed, stage));
}
