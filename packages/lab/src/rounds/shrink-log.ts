// Makes a log that fails smaller while the same checker goes on firing: fewer blocks, blobs and steps, prompt citations,
// wide bounds, nothing that no program names.

import {
  type Argument,
  asStepIndex,
  decodeProgram,
  encodeProgram,
  fromHex,
  type Group,
  limits,
  type Program,
  type Step,
  shardOf,
  toHex,
} from "@tandem/shared";
import { type Shrunk, shrink } from "@tandem/simulator";
import { type Log, type LogBlob, type LogBlock, widestBounds } from "./log.ts";
import type { Execution } from "./rounds-world.ts";
import { runLog } from "./run-log.ts";

const triesMax = 2000;

/** Nothing if the log does not fail. */
export function shrinkLog(log: Log, room: Execution, onTry?: () => void): Shrunk<Log> | undefined {
  const violation = runLog(log, room).violation;
  if (violation === null) return undefined;
  const fails = (smaller: Log) => {
    onTry?.();
    return runLog(smaller, room).violation?.checker === violation.checker;
  };
  return shrink(log, fails, reduceLog, triesMax);
}

function* reduceLog(log: Log): Generator<Log> {
  yield* fewerBlocks(log);
  yield* fewerBlobs(log);
  yield* promptCitations(log);
  if (JSON.stringify(log.bounds) !== JSON.stringify(widestBounds)) yield { ...log, bounds: widestBounds };
  yield* withoutEmptyBlocks(log);
  yield* fewerSteps(log);
  yield* fewerShards(log);
}

function* fewerBlocks(log: Log): Generator<Log> {
  const { blocks } = log;
  for (const eighths of [1, 2, 4, 6, 7]) {
    const count = (blocks.length * eighths) >> 3;
    if (count > 0) yield { ...log, blocks: blocks.slice(0, count) };
  }
  if (blocks.length > 1) yield { ...log, blocks: blocks.slice(0, -1) };
}

/** Without a half of them, a quarter… and at last without each. */
function* fewerBlobs(log: Log): Generator<Log> {
  let count = 0;
  const numbered = log.blocks.map(({ blobs }) => blobs.map((blob) => ({ blob, number: count++ })));
  for (let size = count >> 1; size >= 1; size >>= 1) {
    for (let start = 0; start < count; start += size) {
      const isKept = ({ number }: { readonly number: number }) => number < start || number >= start + size;
      const kept = numbered.map((blobs) => blobs.filter(isKept).map(({ blob }) => blob));
      yield { ...log, blocks: log.blocks.map((block, at) => ({ ...block, blobs: kept[at] ?? [] })) };
    }
  }
}

function* promptCitations(log: Log): Generator<Log> {
  const prompt = (names: readonly string[]) =>
    log.blocks.map(({ blobs, cited }, at): LogBlock => {
      const own = Object.entries(cited).map(([name, round]) => [name, names.includes(name) ? at : round]);
      return { blobs, cited: Object.fromEntries(own) };
    });
  for (const names of [log.shards.map(({ name }) => name), ...log.shards.map(({ name }) => [name])]) {
    const blocks = prompt(names);
    if (JSON.stringify(blocks) !== JSON.stringify(log.blocks)) yield { ...log, blocks };
  }
}

/** Heights above move down by one. */
function* withoutEmptyBlocks(log: Log): Generator<Log> {
  for (const [removed, { blobs }] of log.blocks.entries()) {
    if (blobs.length > 0 || log.blocks.length === 1) continue;
    const lower = (round: number) => (round > removed ? round - 1 : round);
    const blocks = log.blocks
      .filter((_, at) => at !== removed)
      .map(({ cited, ...block }) => {
        const moved = Object.entries(cited).map(([name, round]) => [name, lower(round)]);
        return { ...block, cited: Object.fromEntries(moved) };
      });
    yield { ...log, blocks };
  }
}

function* fewerSteps(log: Log): Generator<Log> {
  for (const [height, block] of log.blocks.entries()) {
    for (const [index, blob] of block.blobs.entries()) {
      for (const smaller of simplerBlobs(blob)) {
        const blobs = block.blobs.with(index, smaller);
        yield { ...log, blocks: log.blocks.with(height, { ...block, blobs }) };
      }
    }
  }
}

function* simplerBlobs(blob: LogBlob): Generator<LogBlob> {
  const program = programOf(blob);
  if (program === undefined) return;
  for (const smaller of simplerPrograms(program)) yield { ...blob, payload: toHex(encodeProgram(smaller)) };
  const own = program.steps.flatMap((step) => (step.kind === "call" ? [String(shardOf(step.at))] : []));
  const touches = blob.touches.filter((name) => own.includes(name));
  if (touches.length < blob.touches.length) yield { ...blob, touches };
}

export function programOf({ payload }: LogBlob): Program | undefined {
  const decoded = decodeProgram(fromHex(payload) ?? new Uint8Array());
  return decoded.ok ? decoded.value : undefined;
}

function* simplerPrograms(program: Program): Generator<Program> {
  const { steps, groups } = program;
  for (let size = steps.length >> 1; size >= 1; size >>= 1) {
    for (let start = 0; start + size <= steps.length; start += size) yield withoutSteps(program, start, size);
  }
  for (const group of groups.keys()) yield { steps, groups: groups.filter((_, other) => other !== group) };
  for (const [index, step] of steps.entries()) {
    const { expect, ...others } = step;
    if (expect !== undefined) yield { groups, steps: steps.with(index, others) };
    if (step.budget < limits.placeCost * 100) continue;
    const plain = step.args.map(
      (argument): Argument => (argument.kind === "either" ? { kind: "step", step: argument.step } : argument),
    );
    if (step.args.some(({ kind }) => kind === "either"))
      yield { groups, steps: steps.with(index, { ...step, args: plain }) };
  }
}

/** Who named a step that is gone is given null. */
function withoutSteps({ steps, groups }: Program, start: number, size: number): Program {
  const isGone = (step: number) => step >= start && step < start + size;
  const moved = (step: number) => asStepIndex(step < start ? step : step - size);
  const argument = (each: Argument): Argument => {
    if (each.kind === "literal") return each;
    if (each.kind === "step")
      return isGone(each.step) ? { kind: "literal", value: null } : { kind: "step", step: moved(each.step) };
    const or = argument(each.or) as Exclude<Argument, { kind: "either" }>;
    return isGone(each.step) ? or : { kind: "either", step: moved(each.step), or };
  };
  const kept = steps
    .filter((_, index) => !isGone(index))
    .map((step): Step => ({ ...step, args: step.args.map(argument) }));
  const left = groups.flatMap(({ first, count }): Group[] => {
    const members = Array.from({ length: count }, (_, at) => first + at).filter((step) => !isGone(step));
    return members.length === 0 ? [] : [{ first: moved(members[0] as number), count: members.length }];
  });
  return { steps: kept, groups: left };
}

function* fewerShards(log: Log): Generator<Log> {
  const programs = log.blocks.flatMap(({ blobs }) => blobs.map(programOf));
  const calls = programs.flatMap(
    (program) => program?.steps.flatMap((step) => (step.kind === "call" ? [step.at] : [])) ?? [],
  );
  const contracts = log.contracts.filter(({ name }) => calls.some((at) => at === name));
  if (contracts.length < log.contracts.length) yield { ...log, contracts };
  const touched = new Set<string>(log.blocks.flatMap(({ blobs }) => blobs.flatMap(({ touches }) => touches)));
  for (const contract of contracts) touched.add(shardOf(contract.name as Parameters<typeof shardOf>[0]));
  const shards = log.shards.filter(({ name }) => touched.has(name));
  if (shards.length < log.shards.length && shards.length > 0) yield { ...log, contracts, shards };
}
