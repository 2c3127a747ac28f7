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
  fromHex,
  type Group,
  type JsonCode,
  jsonCount,
  jsonList,
  jsonObject,
  jsonText,
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
  tryEncodeValue,
  utf8,
  type Value,
} from "@tandem/shared";

/** Characters: a payload in hexadecimal, and as much again around it. */
export const charactersMax: number = 4 * limits.payloadBytesMax;

export function programFromJson(text: string): Result<Program, Failure<JsonCode>> {
  return readJson(text, charactersMax, readProgram);
}

const anyText = jsonText<string>(() => true, "text");
const budgetReader = jsonCount<Budget>(0, limits.budgetMax);
const stepIndexReader = jsonCount<StepIndex>(0, limits.stepsMax - 1);

const readArgument: Reader<Argument> = (value, path) => {
  if (!isObject(value) || !Object.hasOwn(value, "step")) return readOperand(value, path);
  const { step, or } = jsonObject({ step: stepIndexReader }, { or: readOperand })(value, path);
  return or === undefined ? { kind: "step", step } : { kind: "either", step, or };
};

function readOperand(value: unknown, path: string): Operand {
  if (!isObject(value) || !Object.hasOwn(value, "step")) return { kind: "literal", value: readValue(value, path) };
  const { step } = jsonObject({ step: stepIndexReader })(value, path);
  return { kind: "step", step };
}

/** P8. */
export function readValue(value: unknown, path: string): Value {
  const read = valueAt(value, path, 1);
  const encoded = tryEncodeValue(read);
  return encoded.ok ? read : refuseJson("out-of-range", path, `this is no value: ${encoded.error.message}`);
}

function valueAt(value: unknown, path: string, depth: number): Value {
  if (depth > limits.valueDepthMax) return refuseJson("out-of-range", path, `deeper than ${limits.valueDepthMax}`);
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number")
    return BigInt(jsonCount(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)(value, path));
  if (Array.isArray(value)) return value.map((each, index) => valueAt(each, `${path}[${index}]`, depth + 1));
  return taggedValue(value as object, path, depth);
}

function taggedValue(value: object, path: string, depth: number): Value {
  const [[tag, inner] = ["", undefined], ...more] = Object.entries(value);
  const at = `${path}.${tag}`;
  if (more.length === 0) {
    if (tag === "bytes") return bytesOf(inner, at);
    if (tag === "integer") return integerOf(inner, at);
    if (tag === "map" && isObject(inner)) {
      const entries = Object.entries(inner);
      return new Map(entries.map(([name, each]) => [name, valueAt(each, `${at}.${name}`, depth + 1)]));
    }
  }
  return refuseJson("bad-format", path, 'an object is {"step"}, {"bytes"}, {"integer"} or {"map"}');
}

function bytesOf(value: unknown, path: string): Uint8Array {
  const bytes = fromHex(anyText(value, path).replace(/^0x/, ""));
  return bytes ?? refuseJson("bad-format", path, "lower-case hex is expected, two digits a byte");
}

const integerDigitsMax = 78;

function integerOf(value: unknown, path: string): bigint {
  const text = anyText(value, path);
  if (/^-?\d+$/.test(text) && text.length <= integerDigitsMax) return BigInt(text);
  return refuseJson("bad-format", path, "decimal digits are expected");
}

const readKey: Reader<Uint8Array> = (value, path) => {
  const parts = Array.isArray(value) ? value : [value];
  return concatBytes(...parts.map((part, index) => keyPart(part, Array.isArray(value) ? `${path}[${index}]` : path)));
};

function keyPart(value: unknown, path: string): Uint8Array {
  if (typeof value !== "string") return jsonObject({ bytes: bytesOf })(value, path).bytes;
  return value.isWellFormed() ? utf8(value) : refuseJson("bad-format", path, "this is half of a character");
}

/** Keys may stand in any order; that they are sorted is a matter of the encoding. */
const readKeys: Reader<readonly Uint8Array[]> = (value, path) =>
  jsonList(readKey, limits.footprintKeysMax)(value, path).toSorted(compareBytes);

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
    { steps: jsonList(readStep, limits.stepsMax) },
    { groups: jsonList(readGroup, limits.stepsMax) },
  );
  const { steps, groups = [] } = shape(value, path);
  return { steps, groups };
};

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
