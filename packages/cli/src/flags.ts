// Values of flags, read strictly. Paths are relative to where the caller is, also when npm or a link started the command.

import { resolve } from "node:path";
import { Complaint } from "./terminal.ts";

export type Flags = Readonly<Record<string, unknown>>;

const callerFolder = process.env["INIT_CWD"] ?? process.cwd();

export function callerPath(path: string): string {
  return resolve(callerFolder, path);
}

export function badFlag(what: string, hint = ""): Complaint {
  return new Complaint("bad-arguments", what, `${hint}--help lists what there is.`);
}

export function textFlag(flags: Flags, name: string): string | undefined {
  const text = flags[name];
  return typeof text === "string" ? text : undefined;
}

export function neededText(flags: Flags, name: string): string {
  const text = textFlag(flags, name);
  if (text !== undefined && text !== "") return text;
  throw badFlag(`--${name} is missing.`);
}

export function countFlag(flags: Flags, name: string): number | undefined {
  const text = flags[name];
  if (text === undefined) return undefined;
  const count = typeof text === "string" && /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(count)) return count;
  if (isNegative(text)) throw badFlag(`--${name} may not be negative, as ${text} is.`);
  throw badFlag(`--${name} takes a whole number, not "${text}".`);
}

export function countBetween(flags: Flags, name: string, [min, max]: readonly [number, number], usual: number): number {
  const count = countFlag(flags, name) ?? usual;
  if (count >= min && count <= max) return count;
  throw badFlag(`--${name} is from ${min} to ${max}, not ${count}.`);
}

function isNegative(text: unknown): boolean {
  return typeof text === "string" && /^-\d+$/.test(text);
}

/** Below 2^128, as all amounts are. */
export function amountFlag(flags: Flags, name: string): bigint | undefined {
  const text = textFlag(flags, name);
  if (text === undefined) return undefined;
  const amount = /^\d{1,39}$/.test(text) ? BigInt(text) : -1n;
  if (amount >= 0n && amount < 1n << 128n) return amount;
  if (isNegative(text)) throw badFlag(`--${name} may not be negative, as ${text} is.`);
  throw badFlag(`--${name} takes a whole amount below 2^128, not "${text}".`);
}

export function pathFlag(flags: Flags, name: string): string | undefined {
  const path = textFlag(flags, name);
  return path === undefined ? undefined : callerPath(path);
}

/** The one word that a command takes besides its flags. */
export function onePositional(positionals: readonly string[], what: string): string {
  const [first, ...more] = positionals;
  if (first !== undefined && first !== "" && more.length === 0) return first;
  throw badFlag(
    first === undefined || first === "" ? `${what} is missing.` : `Only one ${what} is taken, not "${more[0]}" too.`,
  );
}

/** `entries`: commands that may stand there. */
export function noPositionals(positionals: readonly string[], entries: readonly string[] = []): void {
  const hint = entries.length === 0 ? "" : `Commands here are ${entries.join(", ")}; `;
  if (positionals.length > 0) throw badFlag(`"${positionals[0]}" is not taken here.`, hint);
}
