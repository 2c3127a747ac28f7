// A program that a command names: JSON as people write it, or its encoding, in bytes or in hexadecimal as `encode` prints
// it. One cannot be taken for another: an encoding, a map of one or two keys, begins with the byte a1 or a2. With these no
// text begins, and with an a, no JSON.

import { statSync } from "node:fs";
import {
  type Allowance,
  type Analysis,
  checkProgram,
  decodeProgram,
  type Failure,
  fromHex,
  fromUtf8,
  leastAllowance,
  limits,
  type Program,
  tryEncodeProgram,
} from "@tandem/shared";
import { nameOf, readUpTo } from "../decode.ts";
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
export async function readProgram(named: string): Promise<ReadProgram> {
  const file = named === "-" ? named : callerPath(named);
  const bytes = await readUpTo(file, charactersMax + 1);
  if (bytes.length > charactersMax) throw tooLarge(file);
  const program = programOf(file, bytes);
  const encoded = tryEncodeProgram(program);
  if (!encoded.ok) throw voidProgram(encoded.error);
  const allowance = leastAllowance(program);
  const checked = checkProgram(encoded.value, allowance);
  if (checked.kind === "void") throw voidProgram(checked.failure);
  return { program, payload: encoded.value, analysis: checked.analysis, allowance };
}

function tooLarge(file: string): Complaint {
  const stats = file === "-" ? undefined : statSync(file);
  const size = stats?.isFile() ? stats.size : `more than ${charactersMax}`;
  const what = `${nameOf(file)} has ${size} bytes; a program has at most ${charactersMax} in this form.`;
  return new Complaint("too-large", what, `Its encoding has at most ${limits.payloadBytesMax} bytes.`, 1);
}

function programOf(file: string, bytes: Uint8Array): Program {
  const text = fromUtf8(bytes)
    ?.replace(/^\ufeff/, "")
    .trim();
  if (text === "") throw new Complaint("empty", `${nameOf(file)} is empty.`, formAdvice, 1);
  if (text !== undefined) return /^(0x)?a[12]/.test(text) ? fromHexadecimal(text) : fromJson(text);
  if (!file.endsWith(".json") && bytes[0] !== "{".charCodeAt(0)) return decoded(bytes);
  throw new Complaint("bad-text", `${nameOf(file)} is not UTF-8, as JSON is.`, formAdvice, 1);
}

function fromHexadecimal(text: string): Program {
  const bytes = fromHex(text.replace(/^0x/, ""));
  if (bytes !== undefined) return decoded(bytes);
  throw new Complaint("not-hex", "This is neither JSON nor hexadecimal.", formAdvice, 1);
}

function fromJson(text: string): Program {
  const read = programFromJson(text);
  if (read.ok) return read.value;
  const { code, path, message } = read.error;
  throw new Complaint(
    code,
    path === "" && code !== "not-json" ? `The program: ${message}.` : `${message}.`,
    formAdvice,
    1,
  );
}

const formAdvice =
  "docs/programs-by-hand.md shows how programs are written, and what each code means; ./tandem story show NAME --json has some.";

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
