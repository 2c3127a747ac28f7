// R7, R8 as exact counts: what waits, how long, and what does not. A claim of round t is visible from round t + d on,
// where d, the citation delay, is at least one.

import type { Program } from "@tandem/shared";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { probe } from "./support/probe.ts";
import { call, keys, literal, program } from "./support/programs.ts";
import { delayed, isPending, lagOf, roundsOf, runAll } from "./support/rounds.ts";
import { World } from "./support/world.ts";

const delays = [1, 2, 3, 5];

function worldOf(count: number): World {
  const shards = Array.from({ length: count }, (_, index) => `s-${String(index).padStart(2, "0")}`);
  const contracts = shards.flatMap((shard) => ["x", "y"].map((name) => [`${shard}/${name}`, ["probe", null]] as const));
  return new World({ shards, environments: [probe], contracts: Object.fromEntries(contracts) });
}

/** A call in a shard, of the key `k`; given a step, it uses that outcome. */
function touch(shard: number, key: string, ...uses: readonly number[]) {
  const name = `s-${String(shard).padStart(2, "0")}/x`;
  return call(name, "put", [literal(key), ...(uses.length > 0 ? uses : [literal(1n)])], keys([], [key]));
}

function chain(hops: number, first = 0): Program {
  const steps = Array.from({ length: hops + 1 }, (_, at) => touch((first + at) % 4, "k", ...(at > 0 ? [at - 1] : [])));
  return program(steps);
}

const grouped = (ungrouped: Program) => program(ungrouped.steps, [[0, ungrouped.steps.length]]);

describe.each(delays)("R7, with a citation delay of %i", (delay) => {
  test("without waiting for another shard, every program completes in the round of its own height", () => {
    const world = worldOf(8);
    const blocks = Array.from({ length: 4 }, (_, block) =>
      Array.from({ length: 24 }, (_, index) => {
        const steps = [touch(index % 8, `${block} ${index}`), touch(index % 8, `${block} ${index}`, 0)];
        return { program: index % 3 === 0 ? grouped(program(steps)) : program(steps) };
      }),
    );
    runAll(world, blocks, delay);
    expect(world.height).toBe(4);
    for (const [name, round] of roundsOf(world)) expect(`${round}`).toBe(name.split("/")[0]);
    expect(roundsOf(world).size).toBe(4 * (24 * 2 + 8));
  });

  test("nor does it wait for conflicts in its own shard, however many", () => {
    const world = worldOf(2);
    runAll(world, [Array.from({ length: 50 }, () => ({ program: program([touch(1, "k")]) }))], delay);
    expect([world.height, roundsOf(world).size]).toEqual([1, 50]);
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8])("a chain of %i hops takes so many times the delay", (hops) => {
    const world = worldOf(4);
    runAll(world, [[{ program: chain(hops) }]], delay);
    expect(lagOf(world, 1)).toBe(hops * delay);
    const rounds = [...roundsOf(world)].sort().map(([, round]) => round - 1);
    expect(rounds).toEqual(Array.from({ length: hops + 1 }, (_, at) => at * delay));
  });

  test.each([1, 2, 3, 4, 5, 6, 7])("a group over such a chain of %i hops takes one hop more", (hops) => {
    const world = worldOf(4);
    runAll(world, [[{ program: grouped(chain(hops)) }]], delay);
    expect(lagOf(world, 1)).toBe((hops + 1) * delay);
  });

  test("a group across two shards takes one hop, though no step uses another", () => {
    const world = worldOf(4);
    runAll(world, [[{ program: grouped(program([touch(0, "k"), touch(1, "k")])) }]], delay);
    expect(lagOf(world, 1)).toBe(delay);
  });

  test.each([
    ["", (each: Program) => each, 0],
    [" in groups", grouped, 1],
  ])(
    "where every step depends on the one before in another shard%s, one hop is made in each delay",
    (_, make, more) => {
      const world = worldOf(4);
      const count = 20;
      // Each takes from a shard to the next what the one before brought there.
      const programs = Array.from({ length: count }, (_, index) => ({ program: make(chain(1, index)) }));
      runAll(world, [programs], delay);
      const lags = Array.from({ length: count }, (_, index) => lagOf(world, 1, index));
      expect(lags).toEqual(Array.from({ length: count }, (_, index) => (index + 1 + more) * delay));
    },
  );

  test("a chain of conflicts over heights waits for the slowest of it, and no longer", () => {
    const world = worldOf(4);
    const blocks = [
      [{ program: chain(3) }],
      [{ program: program([touch(3, "k")]) }],
      [{ program: program([touch(2, "l")]) }],
    ];
    runAll(world, blocks, delay);
    expect([lagOf(world, 2), lagOf(world, 3)]).toEqual([Math.max(0, 3 * delay - 1), 0]);
  });
});

// R8. A log over 64 shards, of which one is silent; what has to wait is found by following dependencies.

interface PlannedStep {
  readonly shard: number;
  readonly key: string;
}

interface Planned {
  readonly steps: readonly PlannedStep[];
  readonly isGrouped: boolean;
}

const shardCount = 64;
const silent = 17;
const blockCount = 10;
const blockPrograms = 100;

const plannedStep: fc.Arbitrary<PlannedStep> = fc.record({
  shard: fc.nat({ max: shardCount - 1 }),
  key: fc.constantFrom("k", "l"),
});
const onlyHere = fc.record({ steps: fc.tuple(plannedStep), isGrouped: fc.constant(false) });
const across = fc.record({
  steps: fc.tuple(plannedStep, plannedStep).filter(([first, second]) => first.shard !== second.shard),
  isGrouped: fc.boolean(),
});
const planned: fc.Arbitrary<Planned> = fc.oneof({ weight: 7, arbitrary: onlyHere }, { weight: 3, arbitrary: across });

function plannedLog(): readonly (readonly Planned[])[] {
  const all = fc.sample(planned, { seed: 8, numRuns: blockCount * blockPrograms });
  return Array.from({ length: blockCount }, (_, at) => all.slice(at * blockPrograms, (at + 1) * blockPrograms));
}

const made = ({ steps, isGrouped }: Planned): Program => {
  const calls = program(steps.map(({ shard, key }, at) => touch(shard, key, ...(at > 0 ? [at - 1] : []))));
  return isGrouped ? grouped(calls) : calls;
};

interface LogNode extends PlannedStep {
  readonly name: string;
  readonly needs: readonly LogNode[];
}

/** The nodes of a program: its steps, each using the one before, and the settles of a group, which need all steps. */
function nodesOf({ steps, isGrouped }: Planned, height: number, index: number): readonly LogNode[] {
  const contract = (shard: number) => `s-${String(shard).padStart(2, "0")}/x`;
  const nodes: LogNode[] = [];
  for (const [at, step] of steps.entries()) {
    const name = `${height}/${index}.${at} step ${contract(step.shard)}`;
    nodes.push({ ...step, name, needs: nodes.slice(-1) });
  }
  if (!isGrouped) return nodes;
  const last = `${height}/${index}.${steps.length - 1} settle`;
  return [...nodes, ...steps.map((step) => ({ ...step, name: `${last} ${contract(step.shard)}`, needs: nodes }))];
}

/** Who needs an outcome of the silent shard from elsewhere, who conflicts with such, and so on. All of them write. */
function whoWaits(line: readonly LogNode[]): ReadonlySet<string> {
  const waits = new Set<string>();
  const heldKeys = new Set<string>();
  for (const node of line) {
    const key = `${node.shard} ${node.key}`;
    const isUnheard = (need: LogNode) => need.shard === silent && node.shard !== silent;
    const isHeld = node.needs.some((need) => isUnheard(need) || waits.has(need.name)) || heldKeys.has(key);
    if (!isHeld) continue;
    waits.add(node.name);
    heldKeys.add(key);
  }
  return waits;
}

describe("R8: one of 64 shards is silent, and three programs of ten are across two shards", () => {
  const log = plannedLog();
  const blocks = log.map((programs) => programs.map((planned) => ({ program: made(planned) })));
  const line = log.flatMap((programs, block) => programs.flatMap((each, index) => nodesOf(each, block + 1, index)));
  const waiting = whoWaits(line);
  const delay = 2;

  const undisturbed = worldOf(shardCount);
  runAll(undisturbed, blocks, delay);
  const usual = roundsOf(undisturbed);

  const world = worldOf(shardCount);
  const unheard = [`s-${silent}`];
  for (const blobs of blocks) world.block(blobs, delayed(world, delay, unheard));
  for (let more = 0; more < 100; more++) world.block([], delayed(world, delay, unheard));
  const rounds = roundsOf(world);

  test("exactly those wait that need it, and those that conflict with them", () => {
    const left = line.filter(({ name }) => !rounds.has(name)).map(({ name }) => name);
    console.log(`one silent shard of ${shardCount}: ${left.length} of ${line.length} nodes wait`);
    expect(left).toEqual([...waiting]);
    expect(left.length).toBeGreaterThan(50);
  });

  test("all others run in the very rounds in which they run without it", () => {
    const others = line.filter(({ name }) => !waiting.has(name));
    expect(others.map(({ name }) => [name, rounds.get(name)])).toEqual(
      others.map(({ name }) => [name, usual.get(name)]),
    );
    expect(usual.size).toBe(line.length);
  });

  test("when it is heard again, everything completes", () => {
    const before = world.height;
    runAll(world, [], delay);
    expect(isPending(world)).toBe(false);
    expect(roundsOf(world).size).toBe(line.length);
    expect(world.height - before).toBeLessThanOrEqual(20 * delay);
    const roots = [world, undisturbed].map(({ shards }) =>
      [...shards.values()].map(({ execution }) => execution.frontier.contracts),
    );
    expect(roots[0]).toEqual(roots[1]);
  });
});
