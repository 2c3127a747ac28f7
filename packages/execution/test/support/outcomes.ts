// What steps yield, in words that tests can compare: a value, or `why@step` for `Nothing`.

import { decodeValue, type EncodedOutcome, type Environment, type Program, type Value } from "@tandem/shared";
import { probe } from "./probe.ts";
import { World, type WorldBlob, type WorldPlan } from "./world.ts";

export function shown(outcome: EncodedOutcome | undefined): Value | undefined {
  if (outcome === undefined) return undefined;
  if (outcome.kind === "nothing") return `${outcome.value.why}@${outcome.value.step}`;
  const value = decodeValue(outcome.value.bytes);
  return value.ok ? value.value : `no value: ${value.error.message}`;
}

/** Shards `a` and `b`, each with a contract `x` of the probe, whose key `a` is 10. */
export function twoShards(plan: Partial<WorldPlan> = {}): World {
  const { environments = [], contracts = {}, ...rest } = plan;
  return new World({
    shards: ["a", "b"],
    ...rest,
    environments: [probe, ...environments],
    contracts: { "a/x": ["probe", 10n], "b/x": ["probe", 10n], ...contracts },
  });
}

/** Orders one program in a block of its own, runs it to its end, and gives what its calls yielded, by step. */
export function yielded(world: World, ordered: Program | WorldBlob): readonly (Value | undefined)[] {
  world.block([ordered]);
  const { height } = world;
  while ([...world.shards.values()].some(({ execution }) => execution.pendingCount > 0)) world.block([]);
  const outcomes = world.outcomesOf(height, 0);
  const { steps } = "steps" in ordered ? ordered : (ordered.program as Program);
  return steps.map((_, step) => shown(outcomes.get(step)));
}

/** One contract `a/e` of an environment of the test's own. */
export function withEnvironment(environment: Environment, plan: Partial<WorldPlan> = {}): World {
  return twoShards({ ...plan, environments: [environment], contracts: { "a/e": [environment.name, null] } });
}
