// Reads the JSON form of programs (`to-json.ts`). What it refuses is told by its path. Whether it is a program that a chain
// would run is another question, for `checkProgram`.

import {
  type Argument,
  asStepIndex,
  type Budget,
  type ContractName,
  compareBytes,
  concatBytes,
  type Failure,
  type Footprint,
  type Group,
  type JsonCode,
  jsonCount,
  jsonList,
  jsonObject,
  limits,
  type MethodName,
  type Operand,
  type Program,
  type Reader,
  type Result,
  readJson,
  refuseJson,
  type Step,
  type StepIndex,
  toHex,
  utf8,
  type Value,
} from "@tandem/shared";
import { anyText, bytesOf, isObject, valueForms, valueReader } from "./value-from-json.ts";

/** Characters: a payload in hexadecimal, and as much again around it. */
export const charactersMax: number = 4 * limits.payloadBytesMax;

export function programFromJson(text: string): Result<Program, Failure<JsonCode>> {
  return readJson(text, charactersMax, readProgram);
}

const readValue = valueReader();
const budgetReader = jsonCount<Budget>(0, limits.budgetMax);
const stepIndexReader = jsonCount<StepIndex>(0, limits.stepsMax - 1);

const readArgument: Reader<Argument> = (value, path) => {
  if (!isObject(value) || !Object.hasOwn(value, "step")) return readOperand(value, path);
  const { step, or } = jsonObject({ step: stepIndexReader }, { or: readOperand })(value, path);
  return or === undefined ? { kind: "step", step } : { kind: "either", step, or };
};

function readOperand(value: unknown, path: string): Operand {
  if (!isObject(value) || !Object.hasOwn(value, "step")) return { kind: "literal", value: readLiteral(value, path) };
  const { step } = jsonObject({ step: stepIndexReader })(value, path);
  return { kind: "step", step };
}

/** An object that is none of its forms may be meant as the outcome of a step. */
const readLiteral: Reader<Value> = (value, path) => {
  const tags = isObject(value) ? Object.keys(value) : [];
  const isKnown = tags.length === 1 && valueTags.has(tags[0] as string);
  if (!isObject(value) || isKnown) return readValue(value, path);
  return refuseJson("bad-format", path, `an object is {"step"}, ${valueForms}`);
};

const valueTags: ReadonlySet<string> = new Set(["bytes", "integer", "map"]);

const readKey: Reader<Uint8Array> = (value, path) => {
  const parts = Array.isArray(value) ? value : [value];
  return concatBytes(...parts.map((part, index) => keyPart(part, Array.isArray(value) ? `${path}[${index}]` : path)));
};

function keyPart(value: unknown, path: string): Uint8Array {
  if (isObject(value)) return jsonObject({ bytes: bytesOf })(value, path).bytes;
  if (typeof value !== "string") return refuseJson("wrong-type", path, 'a key is text, {"bytes"} or a list of these');
  return value.isWellFormed() ? utf8(value) : refuseJson("bad-format", path, "this is half of a character");
}

/** Keys may stand in any order; that they are sorted is a matter of the encoding. */
const readKeys: Reader<readonly Uint8Array[]> = (value, path) => {
  const keys = jsonList(readKey, limits.footprintKeysMax)(value, path);
  const seen = new Map<string, number>();
  for (const [index, key] of keys.entries()) {
    const first = seen.get(toHex(key));
    if (first !== undefined) refuseJson("doubled", `${path}[${index}]`, `key given twice, first as ${path}[${first}]`);
    seen.set(toHex(key), index);
  }
  return keys.toSorted(compareBytes);
};

const readTrue: Reader<true> = (value, path) =>
  value === true ? value : refuseJson("bad-format", path, "only true can stand here");

const argsReader = jsonList(readArgument, limits.argumentsMax);
const readCall = jsonObject(
  { at: anyText, method: anyText, budget: budgetReader },
  { args: argsReader, reads: readKeys, writes: readKeys, whole: readTrue, expect: readValue },
);
const readPure = jsonObject({ pure: anyText, budget: budgetReader }, { args: argsReader, expect: readValue });

/** Names are taken as they are: the check of the program says which are none. */
const readStep: Reader<Step> = (value, path) => {
  if (isObject(value) && Object.hasOwn(value, "pure")) {
    const { pure, args = [], ...rest } = readPure(value, path);
    return { kind: "pure", pure: pure as MethodName, args, ...rest };
  }
  const { at, method, args = [], reads, writes, whole, ...rest } = readCall(value, path);
  if (whole && (reads !== undefined || writes !== undefined)) {
    return refuseJson("bad-format", path, "whole stands alone, without reads and writes");
  }
  const footprint: Footprint = whole ? { kind: "whole" } : { kind: "keys", reads: reads ?? [], writes: writes ?? [] };
  return { kind: "call", at: at as ContractName, method: method as MethodName, args, footprint, ...rest };
};

const readGroup: Reader<Group> = (value, path) => {
  const [first, count, ...more] = jsonList(jsonCount(0, limits.stepsMax), 2)(value, path);
  if (first === undefined || count === undefined || more.length > 0) {
    return refuseJson("bad-format", path, "a group is [first step, how many]");
  }
  return { first: asStepIndex(first), count };
};

const readProgram: Reader<Program> = (value, path) => {
  const shape = jsonObject(
    {},
    { steps: jsonList(readStep, limits.stepsMax), groups: jsonList(readGroup, limits.stepsMax) },
  );
  const { steps = [], groups = [] } = shape(value, path);
  return steps.length > 0 ? { steps, groups } : refuseJson("missing", "steps", "a program has at least one step");
};
