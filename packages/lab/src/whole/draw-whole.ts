// What a setting of the whole stage has beside one of the order stage: committees, who votes on the attest chain, and work
// that can be drained. Whoever is Byzantine stays below a third of each set, and of each committee but that of a lost shard.

import { limits } from "@tandem/shared";
import type { Fault, Random, WorldConfig } from "@tandem/simulator";
import type { BlobPlan, CommitteeSeat, LostShard, Setting, WholePlan } from "../setting.ts";

const committeeSeatsMax = 7;
const observersFollowMax = 3;
/** In one of so many runs a committee is below its quorum for a while. */
const outageOneIn = 2;
const outageMsMax = 4000;
/** In one of so many runs a validator loses its store. */
const lossOneIn = 3;
const lossMsMax = 2000;
/** In one of so many runs with somebody Byzantine a whole committee is. */
const lostOneIn = 4;
/** In one of so many runs some validators have no seat on the attest chain. */
const orderOnlyOneIn = 4;

/** In one of so many runs with liars they have a quorum in one committee, and one honest member stands beside them. */
const liarsOneIn = 2;
const weightOfLiar = 3;
/** Habits that lie about claims. */
const liars: ReadonlySet<string> = new Set([
  ...["lying-state", "lying-exports", "lying-inputs", "lying-due", "conflicting-claims"],
]);

export function asWhole(setting: Setting, random: Random): Setting {
  const { weights, habits, world, blobs, workload } = setting;
  const byzantine = new Set(habits.map(({ seat }) => seat));
  const shards = random.fork("shards").pick([2, 2, 3, 3, 4, 5, 8]);
  const isLying = habits.some(({ habit }) => liars.has(habit));
  const plan = drawPlan(random.fork("plan"), weights, byzantine, shards, isLying);
  return {
    ...setting,
    world: withLoss(withOutage(world, random.fork("outage"), plan), random.fork("loss"), plan, byzantine),
    workload: { ...workload, itemsPerSecond: workload.itemsPerSecond > 2 ? 10 : 5 },
    // In silence, who is behind hears of it by the heartbeats.
    heartbeatMs: random.fork("heartbeat").pick([1000, 3000, 10_000]),
    blobs: { ...blobs, ...drawBlobs(random.fork("blobs"), shards, plan.lost !== null) },
    whole: plan,
  };
}

function drawPlan(
  random: Random,
  weights: readonly number[],
  byzantine: ReadonlySet<number>,
  shards: number,
  isLying: boolean,
): WholePlan {
  const committees = Array.from({ length: shards }, () => drawCommittee(random, weights.length, byzantine));
  const names = Array.from({ length: shards }, (_, shard) => shard);
  const lost = isLying ? drawLies(random.fork("lies"), shards) : drawLost(random.fork("lost"), byzantine, shards);
  if (lost !== null)
    committees[lost.shard] = committeeOfLost(random.fork("committee"), lost, weights.length, byzantine);
  return {
    lost,
    committees,
    attestWeights: drawAttestWeights(random.fork("attest"), weights, byzantine),
    observed: random.pickSome(names, random.below(Math.min(shards, observersFollowMax) + 1)).sort((a, b) => a - b),
    itemsMax: random.pick([12, 24, 48]),
    programsPpm: random.pick([1_000_000, 900_000, 600_000]),
    executeUs: random.pick([200, 3000, 40_000]),
  };
}

/** Some of the honest; and of the Byzantine as many as stay below a third, or fewer. */
function drawCommittee(random: Random, seats: number, byzantine: ReadonlySet<number>): CommitteeSeat[] {
  const all = Array.from({ length: seats }, (_, seat) => seat);
  const most = random.pick([1, 1, 3]);
  const seated = (seat: number): CommitteeSeat => ({ seat, weight: random.between(1, most) });
  const honest = all.filter((seat) => !byzantine.has(seat));
  const members = random.pickSome(honest, random.between(1, committeeSeatsMax)).map(seated);
  const sum = (some: readonly CommitteeSeat[]) => some.reduce((total, { weight }) => total + weight, 0);
  const own = sum(members);
  let faulty = 0;
  for (const member of random.pickSome([...byzantine], random.below(byzantine.size + 2)).map(seated)) {
    if (3 * (faulty + member.weight) >= own + faulty + member.weight) continue;
    faulty += member.weight;
    members.push(member);
  }
  return members.sort((a, b) => a.seat - b.seat);
}

function drawLost(random: Random, byzantine: ReadonlySet<number>, shards: number): LostShard | null {
  if (byzantine.size === 0 || random.below(lostOneIn) > 0) return null;
  return { shard: random.below(shards), how: random.pick(["silent", "false-sources", "false-sources"]) };
}

function drawLies(random: Random, shards: number): LostShard | null {
  return random.below(liarsOneIn) > 0 ? null : { shard: random.below(shards), how: "lies" };
}

/** All that are Byzantine. Beside liars somebody honest finds out (C6). */
function committeeOfLost(
  random: Random,
  { how }: LostShard,
  seats: number,
  byzantine: ReadonlySet<number>,
): CommitteeSeat[] {
  if (how !== "lies") return [...byzantine].sort((a, b) => a - b).map((seat) => ({ seat, weight: 1 }));
  const all = Array.from({ length: seats }, (_, seat) => seat);
  const witness = random.pick(all.filter((seat) => !byzantine.has(seat)));
  const members = [...byzantine].map((seat) => ({ seat, weight: weightOfLiar }));
  return [...members, { seat: witness, weight: 1 }].sort((a, b) => a.seat - b.seat);
}

/** As on the order chain, or without some of the honest, where what is Byzantine stays below a third. */
function drawAttestWeights(random: Random, weights: readonly number[], byzantine: ReadonlySet<number>): number[] {
  if (random.below(orderOnlyOneIn) > 0) return [...weights];
  const chosen = weights.map((weight, seat) => (!byzantine.has(seat) && random.below(3) === 0 ? 0 : weight));
  const total = chosen.reduce((sum, weight) => sum + weight, 0);
  const faulty = chosen.reduce((sum, weight, seat) => sum + (byzantine.has(seat) ? weight : 0), 0);
  return 3 * faulty < total ? chosen : [...weights];
}

/** O9, O10: blobs are programs and small, and what waits has room: a shard that is lost would keep payers waiting for ever. */
function drawBlobs(random: Random, shards: number, isLost: boolean): Partial<BlobPlan> {
  const isLagging = random.below(4) === 0 && !isLost;
  return {
    payers: random.between(4, 6),
    shards,
    mediumPpm: 0,
    largePpm: 0,
    lagMax: isLagging ? random.pick([1, 3, 10]) : limits.lagMax,
    pendingMax: isLagging ? random.pick([2, 8]) : limits.pendingMax,
    attest: { everyMs: 0, lateMs: 0, stallPpm: 0 },
  };
}

/** Now and then so many members of a committee are down that it has no quorum (R8). */
function withOutage(world: WorldConfig, random: Random, { committees }: WholePlan): WorldConfig {
  if (random.below(outageOneIn) > 0) return world;
  const members = random.pick(committees);
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  const fromMs = random.below(world.healAtMs);
  const toMs = fromMs + random.between(500, outageMsMax);
  const faults: Fault[] = [];
  let down = 0;
  for (const { seat, weight } of random.pickSome(members, members.length)) {
    if (3 * down >= total) break;
    down += weight;
    for (const [instance, { seat: own }] of world.instances.entries())
      if (own === seat) faults.push({ kind: "crash", instance, moment: "at-once", fromMs, toMs });
  }
  return { ...world, faults: [...world.faults, ...faults] };
}

/**
 * C4: now and then somebody loses its store, and counts for nothing in its committees from then on. So it is one without whom
 * each of them has a quorum of honest members.
 */
function withLoss(
  world: WorldConfig,
  random: Random,
  { committees }: WholePlan,
  byzantine: ReadonlySet<number>,
): WorldConfig {
  if (random.below(lossOneIn) > 0) return world;
  const spared = world.instances.flatMap(({ seat }, instance) => {
    const own = committees.filter((members) => members.some((member) => member.seat === seat));
    const isSpared = own.length > 0 && own.every((members) => hasQuorumWithout(members, new Set([seat, ...byzantine])));
    return isSpared && !byzantine.has(seat) ? [instance] : [];
  });
  if (spared.length === 0) return world;
  const fromMs = random.below(world.healAtMs);
  const loss: Fault = {
    kind: "lost-archive",
    instance: random.pick(spared),
    fromMs,
    toMs: fromMs + random.between(1, lossMsMax),
  };
  return { ...world, faults: [...world.faults, loss] };
}

function hasQuorumWithout(members: readonly CommitteeSeat[], without: ReadonlySet<number>): boolean {
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  const left = members.reduce((sum, { seat, weight }) => sum + (without.has(seat) ? 0 : weight), 0);
  return 3 * left > 2 * total;
}
