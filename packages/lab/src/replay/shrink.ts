// Makes a setting that fails smaller while the same checker goes on firing: less of a world, of habits, of blobs.

import { reduceWorld, type Shrunk, shrink } from "@tandem/simulator";
import { runSetting } from "../run.ts";
import type { BlobPlan, HabitPlan, Setting, WholePlan } from "../setting.ts";
import type { MakeStage } from "../stages/load.ts";

/** Nothing if the setting does not fail. */
export function shrinkSetting(
  setting: Setting,
  makeStage: MakeStage,
  onTry?: (setting: Setting, fails: boolean) => void,
): Shrunk<Setting> | undefined {
  const violation = runSetting(setting, makeStage).violation;
  if (violation === null) return undefined;
  const fails = (smaller: Setting) => {
    const isSame = runSetting(smaller, makeStage).violation?.checker === violation.checker;
    onTry?.(smaller, isSame);
    return isSame;
  };
  // What came after the violation is not needed to see it again.
  const world = { ...setting.world, endAtMs: Math.min(setting.world.endAtMs, violation.timeMs + 1) };
  const shorter: Setting = { ...setting, world: { ...world, healAtMs: Math.min(world.healAtMs, world.endAtMs) } };
  return shrink(fails(shorter) ? shorter : setting, fails, reduceSetting);
}

function* reduceSetting(setting: Setting): Generator<Setting> {
  for (const world of reduceWorld(setting.world)) yield { ...setting, world };
  yield* fewerHabits(setting);
  yield* simplerSettings(setting);
  if (setting.stage === "order") for (const blobs of simplerBlobs(setting.blobs)) yield { ...setting, blobs };
  if (setting.whole !== undefined)
    for (const whole of simplerWholes(setting.whole, setting)) yield { ...setting, whole };
}

/** A seat of twins stays as it is: without the habit it would be one honest seat with two instances. */
function* fewerHabits(setting: Setting): Generator<Setting> {
  const { habits } = setting;
  for (const [index, { habit, seat }] of habits.entries()) {
    const isLast = habits.filter((plan) => plan.seat === seat).length === 1;
    if (habit === "twins" && isLast) continue;
    const fewer = habits.filter((_, other) => other !== index);
    if (isLostAmong(fewer, setting)) yield { ...setting, habits: fewer };
  }
}

/** Whoever is Byzantine in the committee of a shard that is lost stays so. */
function isLostAmong(habits: readonly HabitPlan[], { whole, habits: before }: Setting): boolean {
  const lost = whole?.lost ?? undefined;
  const committee = lost === undefined ? [] : (whole?.committees[lost.shard] ?? []);
  const isIn = (plans: readonly HabitPlan[], seat: number) => plans.some((plan) => plan.seat === seat);
  return committee.every(({ seat }) => isIn(habits, seat) || !isIn(before, seat));
}

/** Less work, and everybody in the attest set. */
function* simplerWholes(whole: WholePlan, { weights }: Setting): Generator<WholePlan> {
  for (const itemsMax of lessThan(whole.itemsMax)) yield { ...whole, itemsMax };
  if (whole.programsPpm < 1_000_000) yield { ...whole, programsPpm: 1_000_000 };
  if (whole.observed.length > 0) yield { ...whole, observed: [] };
  if (whole.attestWeights.includes(0)) yield { ...whole, attestWeights: weights };
}

function* simplerSettings(setting: Setting): Generator<Setting> {
  const { script, weights, deferPpm, workload } = setting;
  if (script !== null) yield { ...setting, script: null };
  if (script !== null && script.sides.length > 1) yield { ...setting, script: { sides: script.sides.slice(0, -1) } };
  if (weights.some((weight) => weight !== 1)) yield* withinFaulty({ ...setting, weights: weights.map(() => 1) });
  if (deferPpm > 0) yield { ...setting, deferPpm: 0 };
  if (workload.spreadMs > 0) yield { ...setting, workload: { ...workload, spreadMs: 0 } };
  if (workload.itemsPerSecond > 2) yield { ...setting, workload: { ...workload, itemsPerSecond: 2 } };
}

const shares = [
  "mediumPpm",
  "largePpm",
  "aheadPpm",
  "replacedPpm",
  "doubledPpm",
  "carelessPpm",
  "refusedPpm",
] as const satisfies readonly (keyof BlobPlan)[];

/** Without blobs of a kind, and of fewer payers for fewer shards. */
function* simplerBlobs(blobs: BlobPlan): Generator<BlobPlan> {
  for (const share of shares) if (blobs[share] > 0) yield { ...blobs, [share]: 0 };
  for (const payers of lessThan(blobs.payers)) yield { ...blobs, payers };
  for (const shards of lessThan(blobs.shards)) yield { ...blobs, shards };
}

/** One, half, and one less. */
function lessThan(count: number): readonly number[] {
  return [...new Set([1, count >> 1, count - 1])].filter((less) => less >= 1 && less < count);
}

/** Only where what is Byzantine stays below a third. */
function* withinFaulty(setting: Setting): Generator<Setting> {
  const { weights, habits } = setting;
  const byzantine = new Set(habits.map(({ seat }) => seat));
  const faulty = weights.filter((_, seat) => byzantine.has(seat)).reduce((sum, weight) => sum + weight, 0);
  if (3 * faulty < weights.reduce((sum, weight) => sum + weight, 0)) yield setting;
}
