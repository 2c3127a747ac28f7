// What scripts say to people: an error has a stable code, a sentence on what happened, and what to do.

import { resolve } from "node:path";

/** The root of the workspace. */
export const project = resolve(import.meta.dirname, "..");

export class Complaint extends Error {
  readonly code: string;
  readonly advice: string;

  constructor(code: string, what: string, advice: string) {
    super(what);
    this.code = code;
    this.advice = advice;
  }
}

export function complain(error: unknown): void {
  if (error instanceof Complaint) process.stderr.write(`error ${error.code}: ${error.message}\n  ${error.advice}\n`);
  else process.stderr.write(`error ${codeOf(error)}: ${message(error)}\n`);
}

/** What an unforeseen error says, its stack included: it is ours to fix. */
export function message(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "unexpected";
}
