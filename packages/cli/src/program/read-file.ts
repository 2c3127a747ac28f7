// A program that a command names: JSON as people write it, or the bytes of its encoding. One cannot be taken for the other:
// JSON begins with a brace, and an encoding, a map of one or two keys, with a1 or a2.

import {
  type Allowance,
  type Analysis,
  checkProgram,
  decodeProgram,
  type Failure,
  fromUtf8,
  leastAllowance,
  type Program,
  tryEncodeProgram,
} from "@tandem/shared";
import { readUpTo } from "../decode.ts";
import { callerPath } from "../flags.ts";
import { Complaint } from "../terminal.ts";
import { charactersMax, programFromJson } from "./from-json.ts";

export interface ReadProgram {
  readonly program: Program;
  readonly payload: Uint8Array;
  readonly analysis: Analysis;
  /** The least that its envelope must allow. */
  readonly allowance: Allowance;
}

/** Complains if it is void. `-` is stdin. */
export async function readProgram(file: string): Promise<ReadProgram> {
  const bytes = await readUpTo(file === "-" ? file : callerPath(file), charactersMax + 1);
  const program = isJson(bytes) ? fromJson(bytes) : decoded(bytes);
  const encoded = tryEncodeProgram(program);
  if (!encoded.ok) throw voidProgram(encoded.error);
  const allowance = leastAllowance(program);
  const checked = checkProgram(encoded.value, allowance);
  if (checked.kind === "void") throw voidProgram(checked.failure);
  return { program, payload: encoded.value, analysis: checked.analysis, allowance };
}

function isJson(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => byte > " ".charCodeAt(0));
  return first === "{".charCodeAt(0);
}

function fromJson(bytes: Uint8Array): Program {
  const text = fromUtf8(bytes);
  if (text === undefined) throw new Complaint("bad-text", "The program is not UTF-8.", formAdvice, 1);
  const read = programFromJson(text);
  if (read.ok) return read.value;
  throw new Complaint(read.error.code, `${read.error.message}.`, formAdvice, 1);
}

const formAdvice = "docs/running.md shows how programs are written; ./tandem story show NAME --json has some.";

function decoded(bytes: Uint8Array): Program {
  const program = decodeProgram(bytes);
  if (program.ok) return program.value;
  throw voidProgram(program.error);
}

function voidProgram({ code, path, message }: Failure): Complaint {
  const what = `The program is void: ${path === "" ? "" : `${path}: `}${message}.`;
  return new Complaint(
    code,
    what,
    "docs/programs-format.md has the rules. A void program is ordered and paid for, and has no steps.",
    1,
  );
}
