// What the tools of this workspace say to people. An error has a stable code, one sentence on what happened, and
// what to do; with --json it is one line of JSON. A caller's mistake exits with 2, anything else with 1.

import { type ParseArgsConfig, parseArgs } from "node:util";

export class Complaint extends Error {
  readonly code: string;
  readonly advice: string;
  readonly exitCode: number;

  constructor(code: string, what: string, advice: string, exitCode = 2) {
    super(what);
    this.code = code;
    this.advice = advice;
    this.exitCode = exitCode;
  }
}

/** Runs a tool's `main`, and says on stderr why it failed. */
export async function runTool(main: (args: string[]) => Promise<void>): Promise<void> {
  const args = process.argv.slice(2);
  try {
    await main(args);
  } catch (error) {
    complain(error, args.includes("--json"));
    process.exitCode = error instanceof Complaint ? error.exitCode : 1;
  }
}

export function complain(error: unknown, json: boolean): void {
  const code = error instanceof Complaint ? error.code : "unexpected";
  const advice = error instanceof Complaint ? error.advice : "This is a bug: please report it with the text above.";
  const what = error instanceof Complaint ? error.message : describe(error);
  const said = json
    ? JSON.stringify({ error: { code, message: what, advice } })
    : `error ${code}: ${what}\n  ${advice}`;
  process.stderr.write(`${said}\n`);
}

/** What an error says, its stack included: for errors that are ours to fix. */
export function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** node's parseArgs, whose refusals become complaints that point to --help. */
export function readArguments<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [what] = error.message.split(". ");
    throw new Complaint("bad-arguments", `${what}.`, "--help lists what there is.");
  }
}

/** Aligned columns; `right` names those that hold numbers. */
export function formatTable(head: readonly string[], rows: readonly string[][], right: readonly number[] = []): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => cell(row, column).length)));
  const line = (row: readonly string[]) =>
    widths
      .map((width, column) => {
        const text = cell(row, column);
        return right.includes(column) ? text.padStart(width) : text.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return `${[head, widths.map((width) => "-".repeat(width)), ...rows].map(line).join("\n")}\n`;
}

function cell(row: readonly string[], column: number): string {
  return row[column] ?? "";
}
