// P1: the one encoding of a program. The keys of each map stand here in canonical order: by length, then by
// byte. Says nothing about the rules: what is written is checked like anybody's payload (`check.ts`).

import { AssertionFault } from "../assert.ts";
import { limits } from "../limits.ts";
import { failure, type Result, success } from "../result.ts";
import { Fault, major, simple } from "../values/reader.ts";
import type { ValueCode } from "../values/value.ts";
import { Writer } from "../values/writer.ts";
import type { Argument, CallStep, Group, Operand, Program, PureStep, Step, VoidFailure } from "./program.ts";

/** A key and how its value is written; absent without that. */
type Field = readonly [key: string, write: (() => void) | undefined];

/** The payload of a program, if its literals are values and it fits a payload. */
export function tryEncodeProgram(program: Program): Result<Uint8Array, VoidFailure> {
  const writer = new Writer(limits.payloadBytesMax);
  try {
    writeProgram(writer, program);
    return success(writer.result());
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return failure(fault.code as ValueCode, fault.path, fault.message);
  }
}

/** The payload of a program of ours. */
export function encodeProgram(program: Program): Uint8Array {
  const encoded = tryEncodeProgram(program);
  if (encoded.ok) return encoded.value;
  throw new AssertionFault(`no program can be encoded like this: ${encoded.error.path} ${encoded.error.message}`);
}

function writeProgram(writer: Writer, { steps, groups }: Program): void {
  writeRecord(writer, [
    ["steps", writingList(writer, steps, writeStep)],
    ["groups", optional(groups.length > 0, writingList(writer, groups, writeGroup))],
  ]);
}

function writeStep(writer: Writer, step: Step): void {
  writeRecord(writer, step.kind === "call" ? callFields(writer, step) : pureFields(writer, step));
}

function callFields(writer: Writer, { at, method, args, footprint, budget, expect }: CallStep): Field[] {
  const { reads, writes } = footprint.kind === "keys" ? footprint : { reads: [], writes: [] };
  return [
    ["at", () => writer.text(at)],
    ["args", optional(args.length > 0, writingList(writer, args, writeArgument))],
    ["reads", optional(reads.length > 0, writingList(writer, reads, writeKey))],
    ["whole", optional(footprint.kind === "whole", () => writer.head(major.simple, simple.true & 31))],
    ["budget", () => writer.head(major.unsigned, budget)],
    ["expect", optional(expect !== undefined, () => writer.value(expect))],
    ["method", () => writer.text(method)],
    ["writes", optional(writes.length > 0, writingList(writer, writes, writeKey))],
  ];
}

function pureFields(writer: Writer, { pure, args, budget, expect }: PureStep): Field[] {
  return [
    ["args", optional(args.length > 0, writingList(writer, args, writeArgument))],
    ["pure", () => writer.text(pure)],
    ["budget", () => writer.head(major.unsigned, budget)],
    ["expect", optional(expect !== undefined, () => writer.value(expect))],
  ];
}

function writeArgument(writer: Writer, argument: Argument): void {
  if (argument.kind !== "either") {
    writeOperand(writer, argument);
    return;
  }
  writer.head(major.list, 2);
  writer.head(major.unsigned, argument.step);
  writeOperand(writer, argument.or);
}

function writeOperand(writer: Writer, operand: Operand): void {
  if (operand.kind === "step") {
    writer.head(major.unsigned, operand.step);
  } else {
    writer.head(major.list, 1);
    writer.value(operand.value);
  }
}

function writeGroup(writer: Writer, { first, count }: Group): void {
  writer.head(major.list, 2);
  writer.head(major.unsigned, first);
  writer.head(major.unsigned, count);
}

function writeKey(writer: Writer, key: Uint8Array): void {
  writer.byteString(key);
}

function writeRecord(writer: Writer, fields: readonly Field[]): void {
  writer.head(major.map, fields.filter(([, write]) => write !== undefined).length);
  for (const [key, write] of fields) {
    if (write === undefined) continue;
    writer.text(key);
    write();
  }
}

function writingList<T>(writer: Writer, items: readonly T[], write: (writer: Writer, item: T) => void): () => void {
  return () => {
    writer.head(major.list, items.length);
    for (const item of items) write(writer, item);
  };
}

function optional(isThere: boolean, write: () => void): (() => void) | undefined {
  return isThere ? write : undefined;
}
