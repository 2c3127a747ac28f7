// What is allowed and can hardly be meant: a program that is not void, of which a step cannot succeed, or nobody runs any.
//
//   unpaid-step       its budget does not pay for its own least (P7), whatever the state and the other steps: it never succeeds
//   unpaid-keys       nor for using each key of its footprint once; where it uses fewer, it may do
//   unknown-function  no such pure function is linked into this node (P12): it never succeeds
//   no-shard          no contract is called, so no shard computes anything (P12)

import { pureFunctions } from "@tandem/environments";
import {
  type Analysis,
  type Argument,
  type CallStep,
  costs,
  encodeValue,
  leastBudgetOf,
  type Program,
  type PureStep,
  type Step,
} from "@tandem/shared";

export interface Warning {
  readonly code: "unpaid-step" | "unpaid-keys" | "unknown-function" | "no-shard";
  /** Of the step; empty for the whole program. */
  readonly path: string;
  readonly message: string;
}

export function warningsOf({ steps }: Program, { takers }: Analysis): readonly Warning[] {
  const ofSteps = steps.flatMap((step, index) => {
    const path = `steps[${index}]`;
    return step.kind === "pure" ? pureWarnings(step, path) : callWarnings(step, takers[index] as number, path);
  });
  if (steps.some(({ kind }) => kind === "call")) return ofSteps;
  const message = "no contract is called, so no shard is touched and nobody runs any of it";
  return [{ code: "no-shard", path: "", message }, ...ofSteps];
}

const names = pureFunctions.map(({ name }) => name);

function pureWarnings(step: PureStep, path: string): readonly Warning[] {
  const unknown = `no node has a pure function ${step.pure}; there are ${names.join(", ")}`;
  const least = costs.pure + costs.byte * (argumentBytes(step) + outcomeBytes(step));
  return [
    ...(names.includes(step.pure) ? [] : [{ code: "unknown-function", path, message: unknown } as const]),
    ...(step.budget < least ? [unpaidStep(step, least, "the step, its arguments and its outcome", path)] : []),
  ];
}

function callWarnings(step: CallStep, takers: number, path: string): readonly Warning[] {
  const places = 1 + takers;
  const leaves = costs.keptByte * places * outcomeBytes(step);
  const least = leastBudgetOf(step, takers) + costs.byte * argumentBytes(step) + leaves;
  const what = places === 1 ? "the place of its outcome" : `the ${places} places of its outcome`;
  if (step.budget < least) return [unpaidStep(step, least, `${what}, its keys and its arguments`, path)];
  const all = least + keysCost(step);
  if (step.budget >= all) return [];
  const message = `to use all keys of its footprint costs ${all} or more in all, and its budget is ${step.budget}`;
  return [{ code: "unpaid-keys", path, message }];
}

function unpaidStep({ budget }: Step, least: number, what: string, path: string): Warning {
  return { code: "unpaid-step", path, message: `${what} cost ${least} or more, and its budget is ${budget}` };
}

/** Each key read is found missing, each key written is deleted: other things cost more. */
function keysCost({ footprint }: CallStep): number {
  if (footprint.kind === "whole") return 0;
  const { reads, writes } = footprint;
  return reads.length * costs.get + writes.reduce((sum, key) => sum + costs.write + costs.keptByte * key.length, 0);
}

/** Bytes of the shortest value. */
const shortest = 1;

function argumentBytes({ args }: Step): number {
  return args.reduce((sum, argument) => sum + leastBytes(argument), 0);
}

function leastBytes(argument: Argument): number {
  return argument.kind === "literal" ? encodeValue(argument.value).length : shortest;
}

function outcomeBytes({ expect }: Step): number {
  return expect === undefined ? shortest : encodeValue(expect).length;
}
