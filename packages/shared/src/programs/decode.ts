// P1: from a payload to a program, or to the reason why it is void. Depends on the payload alone; what an
// envelope allows is checked in `check.ts`.

import { limits } from "../limits.ts";
import { type Budget, type ContractName, isContractName, isName, type MethodName, type StepIndex } from "../numbers.ts";
import type { Result } from "../result.ts";
import { decodeWith } from "../values/decode.ts";
import { major, type Reader, simple } from "../values/reader.ts";
import type { Argument, Footprint, Group, Operand, Program, Step, VoidCode, VoidFailure } from "./program.ts";
import { listOf, recordOf, refuse, required, textOf } from "./record.ts";
import { checkFootprint, checkGroups, checkReferences } from "./shape.ts";

/** Never throws. */
export function decodeProgram(payload: Uint8Array): Result<Program, VoidFailure> {
  return decodeWith<Program, VoidCode>(payload, limits.payloadBytesMax, readProgram);
}

const readName = textOf<MethodName>(isName, "name");
const readKeys = listOf(readKey, limits.footprintKeysMax, "too-many-keys");

const readStepRecord = recordOf({
  args: listOf(readArgument, limits.argumentsMax, "too-many-arguments"),
  at: textOf<ContractName>(isContractName, "contract name"),
  budget: readBudget,
  expect: (reader: Reader) => reader.value(),
  method: readName,
  pure: readName,
  reads: readKeys,
  whole: readTrue,
  writes: readKeys,
});
type StepRecord = ReturnType<typeof readStepRecord>;

const readProgramRecord = recordOf({
  groups: listOf(readGroup, limits.stepsMax, "bad-group-range"),
  steps: listOf(readStep, limits.stepsMax, "too-many-steps"),
});

function readProgram(reader: Reader): Program {
  const { steps, groups = [] } = readProgramRecord(reader);
  const program = { steps: required(steps, "steps"), groups };
  checkReferences(program.steps);
  checkGroups(program);
  return program;
}

function readStep(reader: Reader): Step {
  const record = readStepRecord(reader);
  const { args = [], expect } = record;
  const budget = required(record.budget, "budget");
  const common = expect === undefined ? { args, budget } : { args, budget, expect };
  if (record.pure !== undefined) {
    refuseCallKeys(record);
    return { kind: "pure", pure: record.pure, ...common };
  }
  const at = required(record.at, "at");
  const method = required(record.method, "method");
  return { kind: "call", at, method, footprint: toFootprint(record), ...common };
}

function refuseCallKeys(record: StepRecord): void {
  for (const key of ["at", "method", "reads", "whole", "writes"] as const) {
    if (record[key] !== undefined) refuse("bad-shape", `a pure step has no ${key}`);
  }
}

function toFootprint({ reads = [], writes = [], whole }: StepRecord): Footprint {
  checkFootprint(reads, writes);
  if (whole === undefined) return { kind: "keys", reads, writes };
  if (reads.length + writes.length > 0) refuse("bad-shape", "a footprint is keys, or the whole contract");
  return { kind: "whole" };
}

function readArgument(reader: Reader): Argument {
  if (reader.peek() === major.unsigned) return { kind: "step", step: readStepIndex(reader) };
  switch (reader.count(major.list)) {
    case 1:
      return { kind: "literal", value: reader.value() };
    case 2:
      return { kind: "either", step: readStepIndex(reader), or: readOperand(reader) };
    default:
      return refuse(
        "bad-shape",
        "an argument is a step, a list of a literal, or a list of a step and what to use instead",
      );
  }
}

function readOperand(reader: Reader): Operand {
  if (reader.peek() === major.unsigned) return { kind: "step", step: readStepIndex(reader) };
  if (reader.count(major.list) !== 1) refuse("bad-shape", "a step, or a list of a literal");
  return { kind: "literal", value: reader.value() };
}

/** P2 says which; `checkReferences` checks it. */
function readStepIndex(reader: Reader): StepIndex {
  return reader.head(major.unsigned) as StepIndex;
}

function readGroup(reader: Reader): Group {
  if (reader.count(major.list) !== 2) refuse("bad-shape", "a group is its first step and how many");
  return { first: readStepIndex(reader), count: reader.head(major.unsigned) };
}

function readBudget(reader: Reader): Budget {
  const budget = reader.head(major.unsigned);
  if (budget > limits.budgetMax) refuse("out-of-range", `a budget is at most ${limits.budgetMax}`);
  return budget as Budget;
}

function readKey(reader: Reader): Uint8Array {
  const key = reader.byteString();
  if (key.length > 0 && key.length <= limits.keyBytesMax) return key;
  return refuse("bad-key", `a key has 1 to ${limits.keyBytesMax} bytes, not ${key.length}`);
}

function readTrue(reader: Reader): true {
  if (reader.head(major.simple) !== (simple.true & 31)) refuse("bad-shape", "only true can stand here");
  return true;
}
