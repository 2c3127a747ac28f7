// R1 to R4 as a property: over random logs, citations and bounds, the schedule of every shard runs in every round what a
// schedule without any cleverness runs.

import {
  asBudget,
  asShardName,
  asStepIndex,
  type Budget,
  type CallStep,
  checkProgram,
  encodeProgram,
  type Program,
  type ProgramNode,
  type Step,
} from "@tandem/shared";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Awaited, type OrderedProgram, type RanNodes, type RoundBounds, Schedule } from "../src/index.ts";
import { NaiveSchedule, type Sight } from "./oracles/naive-schedule.ts";
import { inLine, nameOf, sourceOf, wide } from "./support/line.ts";
import { call, either, keys, literal, outcomeOf, program, pure, whole } from "./support/programs.ts";
import { shardsOf } from "./support/world.ts";

const shards = ["a", "b", "c"] as const;
const contracts = ["a/x", "a/y", "b/x", "b/y", "c/x"] as const;
const keyNames = ["i", "j", "k", "l"] as const;

/** A step is drawn without knowing its place: references count back from it, and to what is not there are none. */
interface StepPlan {
  readonly contract: string | undefined;
  readonly footprint: readonly [reads: readonly string[], writes: readonly string[]] | undefined;
  readonly backs: readonly number[];
  readonly or: boolean;
}

interface ProgramPlan {
  readonly steps: readonly StepPlan[];
  /** By step: a group begins here, with so many. */
  readonly groups: readonly number[];
  readonly budget: number;
}

interface BlockPlan {
  readonly programs: readonly ProgramPlan[];
  /** For each shard, how much the citation moves towards its last claim: not, half, all. */
  readonly cites: readonly number[];
  /** C3: before it, every schedule begins anew in the middle. */
  readonly restart: boolean;
}

const stepPlan: fc.Arbitrary<StepPlan> = fc.record({
  contract: fc.option(fc.constantFrom(...contracts), { freq: 8, nil: undefined }),
  footprint: fc.option(
    fc.tuple(fc.subarray([...keyNames], { maxLength: 2 }), fc.subarray([...keyNames], { maxLength: 2 })),
    {
      freq: 7,
      nil: undefined,
    },
  ),
  backs: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
  or: fc.boolean(),
});
const programPlan: fc.Arbitrary<ProgramPlan> = fc.record({
  steps: fc.array(stepPlan, { minLength: 1, maxLength: 6 }),
  groups: fc.array(fc.constantFrom(0, 0, 1, 2, 3, 4), { maxLength: 6 }),
  budget: fc.integer({ min: 1, max: 20 }),
});
const blockPlan: fc.Arbitrary<BlockPlan> = fc.record({
  programs: fc.array(programPlan, { maxLength: 4 }),
  cites: fc.array(fc.constantFrom(0, 0, 1, 2), { minLength: shards.length, maxLength: shards.length }),
  restart: fc.constantFrom(true, false, false, false),
});
const small = fc.constantFrom(1, 2, 3, 5, 1_000_000, 1_000_000);
const boundsPlan: fc.Arbitrary<RoundBounds> = fc.oneof(
  fc.constant(wide),
  fc.record({
    nodesMax: small,
    contractsMax: small,
    sourcesMax: small,
    budgetMax: fc.constantFrom<Budget>(...[10, 25, 60, 1_000_000].map(asBudget)),
    bytesMax: fc.constantFrom(800, 1_600, 3_200, 1_000_000, 1_000_000),
  }),
);
const log = fc.array(blockPlan, { minLength: 1, maxLength: 7 });

function stepOf({ contract, footprint, backs, or }: StepPlan, index: number): Step {
  const references = backs.map((back) => index - back).filter((step) => step >= 0);
  const [first, second] = references;
  const args =
    or && first !== undefined
      ? [either(first, second === undefined ? literal(1n) : outcomeOf(second))]
      : [...references, literal(1n)];
  if (contract === undefined) return pure("f", args);
  return call(contract, "anything", args, footprint === undefined ? whole : footprintOf(...footprint));
}

const footprintOf = (reads: readonly string[], writes: readonly string[]): CallStep["footprint"] =>
  keys(
    reads.filter((key) => !writes.includes(key)),
    writes,
  );

function programOf({ steps, groups }: ProgramPlan): Program {
  const placed: (readonly [number, number])[] = [];
  let free = 0;
  for (const [first, count] of groups.entries()) {
    if (count === 0 || first < free || first + count > steps.length) continue;
    placed.push([first, count]);
    free = first + count;
  }
  return program(steps.map(stepOf), placed);
}

/** R2: the claims of one shard as others see them. */
interface Shard {
  readonly name: string;
  fast: Schedule;
  readonly naive: NaiveSchedule;
  /** Who waits for what, as the schedule told it piece by piece. */
  readonly told: Map<string, readonly Awaited[]>;
  readonly claims: { readonly round: number; readonly sights: readonly Sight[] }[];
  /** Of its claims, so many are visible. */
  visible: number;
}

const counts = { logs: 0, nodes: 0, held: 0, settles: 0, cut: 0, turns: 0 };

class Comparison {
  readonly #bounds: RoundBounds;
  readonly #shards: readonly Shard[];
  #height = 0;

  constructor(bounds: RoundBounds) {
    this.#bounds = bounds;
    this.#shards = shards.map((name) => {
      const fast = new Schedule(asShardName(name), bounds);
      return { name, fast, naive: new NaiveSchedule(name, bounds), told: new Map(), claims: [], visible: 0 };
    });
  }

  get left(): number {
    return this.#shards.reduce((sum, { naive }) => sum + naive.left.length, 0);
  }

  block({ programs, cites, restart }: BlockPlan): void {
    this.#height++;
    if (restart) for (const shard of this.#shards) this.#restart(shard);
    const ordered = programs.flatMap((plan, index) => this.#order(plan, index));
    const fresh = this.#shards.map((shard, index) => [shard.name, cite(shard, cites[index] as number)] as const);
    for (const shard of this.#shards) {
      const sights = fresh.flatMap(([name, each]) => (name === shard.name ? [] : each));
      this.#round(shard, ordered, sights);
    }
  }

  #restart(shard: Shard): void {
    shard.fast = this.#restarted(shard);
    shard.told.clear();
  }

  #restarted({ name, naive }: Shard): Schedule {
    const anew = new Schedule(asShardName(name), this.#bounds);
    const seen = this.#shards.filter((other) => other.name !== name).flatMap(visibleOf);
    for (const program of new Set(naive.left.map((node) => node.program))) {
      const left = naive.left.filter((node) => node.program === program).map(({ place }) => place);
      anew.add(program, ranOf(program, left));
    }
    seeAll(anew, seen);
    return anew;
  }

  #order(plan: ProgramPlan, index: number): readonly OrderedProgram[] {
    const made = programOf(plan);
    const checked = checkProgram(encodeProgram(made), { touches: shardsOf(made), budget: asBudget(1_000_000_000) });
    return checked.kind === "void" ? [] : [inLine(made, this.#height, index, asBudget(plan.budget))];
  }

  #round(
    { name, fast, naive, told, claims }: Shard,
    ordered: readonly OrderedProgram[],
    sights: readonly Sight[],
  ): void {
    for (const each of ordered) fast.add(each);
    seeAll(fast, sights);
    const wasReady = fast.isReady;
    const due = naive.round(ordered, sights);
    const took = fast.take();
    expect(took.map(nameOf), `${name} at ${this.#height}`).toEqual(due.map(nameOf));
    expect(wasReady).toBe(due.length > 0);
    expect(fast.pendingCount).toBe(new Set(naive.left.map(({ program }) => program)).size);
    // It is not asked in every round.
    if (this.#height % 3 > 0) expectTrue(hear(told, fast), naive);
    const ran = due.map(({ program, place }) => ({ ...program.analysis.nodes[place], ...program }) as Ran);
    const source = sourceOf(name, this.#height);
    const made = ran.filter(({ kind }) => kind === "step").map((each) => ({ ...each, source }));
    if (due.length > 0) claims.push({ round: this.#height, sights: made });
    counts.nodes += due.length;
    counts.settles += due.length - made.length;
    counts.held += ran.filter(({ height }) => height < this.#height).length;
    if (fast.isReady) counts.cut++;
  }
}

type Ran = ProgramNode & OrderedProgram;

function hear(told: Shard["told"], schedule: Schedule): Shard["told"] {
  for (const { program, awaited } of schedule.takeWaiting()) {
    const name = `${program.height}/${program.index}`;
    if (awaited === undefined) told.delete(name);
    else told.set(name, awaited);
  }
  return told;
}

/** All steps that are awaited are told; and of those whom a program stands behind, one. */
function expectTrue(told: Shard["told"], naive: NaiveSchedule): void {
  const steps = [...told].map(([name, awaited]) => {
    return [name, awaited.flatMap((each) => ("step" in each ? each.step : [])).sort((a, b) => a - b)] as const;
  });
  expect(new Map(steps)).toEqual(naive.awaited);
  for (const [name, ahead] of naive.ahead) {
    const turns = (told.get(name) ?? []).flatMap((each) => {
      return "behind" in each ? `${each.behind.height}/${each.behind.index} at ${each.contract}` : [];
    });
    expect(turns).toHaveLength(Math.min(1, ahead.size));
    for (const turn of turns) expect(ahead).toContain(turn);
    counts.turns += turns.length;
  }
}

function seeAll(schedule: Schedule, sights: readonly Sight[]): void {
  for (const { height, index, step, source } of sights) {
    schedule.see({ height, index } as OrderedProgram, asStepIndex(step), source);
  }
}

function visibleOf({ claims, visible }: Shard): readonly Sight[] {
  return claims.slice(0, visible).flatMap(({ sights }) => sights);
}

/** C3: all that is not left; of other shards it makes no difference. */
function ranOf({ analysis }: OrderedProgram, left: readonly number[]): RanNodes {
  const ran = analysis.nodes.filter((_, place) => !left.includes(place));
  return {
    steps: new Set(ran.flatMap(({ kind, step }) => (kind === "step" ? [step] : []))),
    hasSettled: (step, contract) =>
      ran.some((node) => node.kind === "settle" && node.step === step && node.contract === contract),
  };
}

function cite(shard: Shard, how: number): readonly Sight[] {
  const from = shard.visible;
  const hidden = shard.claims.length - from;
  shard.visible += how === 0 ? 0 : how === 1 ? Math.ceil(hidden / 2) : hidden;
  return shard.claims.slice(from, shard.visible).flatMap(({ sights }) => sights);
}

test("every shard runs in every round what the naive schedule runs, and everything runs in the end", () => {
  fc.assert(
    fc.property(log, boundsPlan, (blocks, bounds) => {
      const comparison = new Comparison(bounds);
      for (const block of blocks) comparison.block(block);
      for (let more = 0; comparison.left > 0; more++) {
        expect(more).toBeLessThan(1_000);
        comparison.block({ programs: [], cites: shards.map(() => 2), restart: false });
      }
      counts.logs++;
    }),
    { seed: 5, numRuns: 400 },
  );
  const { logs, nodes, held, settles, cut, turns } = counts;
  console.log(`schedule: ${logs} logs of ${nodes} nodes (${settles} settles), ${held} late, ${cut} rounds cut short`);
  expect(Math.min(held, settles, cut, turns)).toBeGreaterThan(200);
});
