// From a seed to a log: shards and contracts, programs of all kinds in blocks, and citations that lag, each shard's by
// itself, some of them for long.

import { encodeProgram, limits, type Program, shardOf, toHex } from "@tandem/shared";
import { Random } from "@tandem/simulator";
import type { Log, LogBlob, LogBlock } from "../log.ts";
import { Draft, keys, literal } from "./draft.ts";
import { drawBounds, drawGround, type Ground, payers } from "./ground.ts";
import { endCall, probeCall, pureCall } from "./probe-calls.ts";
import { tellStory } from "./stories.ts";

/** Of so many logs one is long, with silences to match. */
const longOneIn = 25;
const longHeights = 48;

export function drawLog(seed: number): Log {
  const random = new Random(seed, "log");
  const ground = drawGround(random.fork("ground"));
  const usual = random.pick([2, 4, 6, 9, 16]);
  const heights = random.fork("long").below(longOneIn) === 0 ? longHeights : usual;
  const perBlock = random.pick([1, 2, 3]);
  const cited = drawCitations(random.fork("cited"), ground, heights);
  const drawing = random.fork("blobs");
  const blocks = cited.map((each, at): LogBlock => {
    const count = drawing.below(16) === 0 ? 8 : drawing.below(1 + 2 * perBlock);
    return { blobs: drawBlobs(drawing, ground, at + 1, count), cited: each };
  });
  const { shards, contracts } = ground;
  return { stage: "rounds", seed, shards, contracts, bounds: drawBounds(random.fork("bounds")), blocks };
}

/** For each height and shard the round that is cited: prompt, lagging, or silent for a while. */
function drawCitations(random: Random, { shards }: Ground, heights: number): Record<string, number>[] {
  const habits = shards.map(({ name }) => {
    const lagMax = random.pick([0, 0, 1, 2, 6]);
    const from = random.below(heights);
    const silence = random.below(3) === 0 ? random.pick(heights === longHeights ? [4, 12, 36] : [4, 12, 14]) : 0;
    return { name, lagMax, from, until: from + silence };
  });
  const cited: Record<string, number>[] = [];
  for (let height = 1; height <= heights; height++) {
    const before = cited.at(-1);
    const now = habits.map(({ name, lagMax, from, until }): [string, number] => {
      const last = before?.[name] ?? 0;
      const isSilent = height >= from && height < until;
      return [name, isSilent ? last : Math.max(last, height - 1 - random.between(0, lagMax))];
    });
    cited.push(Object.fromEntries(now));
  }
  return cited;
}

function drawBlobs(random: Random, ground: Ground, height: number, count: number): LogBlob[] {
  const blobs: LogBlob[] = [];
  while (blobs.length < count) {
    if (random.below(12) === 0) blobs.push(...crossing(random, ground, height));
    else blobs.push(drawBlob(random, ground, height));
  }
  return blobs;
}

function drawBlob(random: Random, ground: Ground, height: number): LogBlob {
  return drawProgram(random, ground, height, random.pick(payers));
}

/** A program for a block of about that height, now and then a broken one. */
export function drawProgram(random: Random, ground: Ground, height: number, payer: number): LogBlob {
  const draft = new Draft(random, payer, height);
  const length = random.below(60) === 0 ? limits.stepsMax : random.pick([1, 1, 2, 3, 4, 5, 8, 12]);
  const near = nearby(random, ground, length);
  while (draft.steps.length < length) {
    // A story has up to seven steps.
    if (draft.steps.length > limits.stepsMax - 7) probeCall(draft, random.pick(near.probes));
    else addSome(draft, near);
    if (random.below(3) === 0) draft.group(draft.steps.length - random.between(1, 5));
  }
  return blobOf(random, ground, draft.finish(), payer);
}

/** Programs stay near, or they would have too many hops: the longer, the nearer. */
function nearby(random: Random, ground: Ground, length: number): Ground {
  const count = length > 5 ? random.pick([1, 2]) : random.pick([1, 2, 2, 3, 8]);
  const some = random.pickSome(ground.shards, count).map(({ name }) => name);
  const shards = length > 12 ? ground.tokens.slice(0, 1).map(shardIn) : some;
  const near = (names: readonly string[]) => names.filter((name) => shards.includes(shardIn(name)));
  const { probes, counters, registries, bookings, escrows, strangers, names } = ground;
  const tokens = near(ground.tokens);
  return {
    ...ground,
    ...{ probes: near(probes), counters: near(counters), registries: near(registries), bookings: near(bookings) },
    ...{ escrows: near(escrows), strangers: near(strangers), names: near(names) },
    tokens: tokens.length > 0 ? tokens : ground.tokens.slice(0, 2),
  };
}

function shardIn(contract: string): string {
  return contract.slice(0, contract.indexOf("/"));
}

function addSome(draft: Draft, ground: Ground): void {
  const { random } = draft;
  const kind = random.below(20);
  if (kind < 9) probeCall(draft, random.pick(ground.probes));
  else if (kind < 12 && draft.steps.length > 0) pureCall(draft);
  else if (kind < 19) tellStory(draft, ground);
  else if (random.below(9) === 0) endCall(draft, random.pick(ground.probes));
  else if (random.below(2) === 0) probeCall(draft, random.pick(ground.names));
  else probeCall(draft, random.pick(ground.probes));
}

/** Two that want the same two keys of two shards, each all or nothing, in opposite orders. */
function crossing(random: Random, ground: Ground, height: number): readonly LogBlob[] {
  const probes = random.pickSome(ground.probes, 2);
  const blobs = [probes, probes.toReversed()].map((each, at) => {
    const draft = new Draft(random, at, height);
    for (const probe of each) draft.call(probe, "add", [literal("a"), literal(BigInt(1 + at))], keys([], ["a"]));
    if (random.below(3) === 0) probeCall(draft, random.pick(probes));
    draft.group(0);
    return blobOf(random, ground, draft.finish(), at);
  });
  return blobs;
}

/** The envelope; now and then it does not fit, or the payload is none. */
function blobOf(random: Random, { shards }: Ground, program: Program, payer: number): LogBlob {
  const own = program.steps.flatMap((step) => (step.kind === "call" ? [shardOf(step.at)] : []));
  const all = new Set<string>(random.below(15) === 0 ? [...own, random.pick(shards).name] : own);
  if (all.size === 0) all.add(random.pick(shards).name);
  const touches = [...all].sort().slice(random.below(150) === 0 ? 1 : 0);
  const sum = program.steps.reduce(
    (total, step) => total + step.budget * (step.kind === "pure" ? touches.length : 1),
    0,
  );
  const payload = toHex(encodeProgram(program));
  const isBroken = random.below(40) === 0;
  return {
    payload: isBroken ? payload.slice(0, 2 * random.below(payload.length / 2)) : payload,
    payer,
    touches,
    budget: random.below(80) === 0 ? Math.max(0, sum - 1) : sum,
  };
}
