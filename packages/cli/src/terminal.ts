// What the tools of this workspace say to people. An error has a stable code, one sentence on what happened, and
// what to do; with --json it is one line of JSON.
//
// Exit codes: 2 for a caller's mistake, that is arguments, a file that is missing, unreadable or not what it should be, or a
// configuration; 1 for everything else, also where what was to be checked does not hold.

import { type ParseArgsConfig, parseArgs } from "node:util";

/** Codes of what a room below says of files that the caller gave. */
const callersCodes = new Set([
  "unreadable",
  "unwritable",
  "exists",
  "bad-config",
  "bad-first-marks",
  "bad-genesis",
  "bad-key",
  "open-secret",
  "no-seat",
  "other-key",
]);

/** Columns of a terminal that does not know its size. */
const columnsUnknown = 80;
/** A folded column is no narrower, however narrow the terminal. */
const foldedMin = 20;
/** Slips of whoever types a flag. */
const editsMax = 2;

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
  process.stdout.on("error", endOnceUnheard);
  try {
    await main(args);
  } catch (error) {
    complain(error, args.includes("--json"));
    process.exitCode = exitCodeOf(error);
  }
}

/** The rule above. */
function exitCodeOf(error: unknown): number {
  if (error instanceof Complaint) return error.exitCode;
  return isTold(error) && callersCodes.has(error.code) ? 2 : 1;
}

/** Whoever reads stdout may have had enough (`| head`): then there is nothing left to do, and nothing went wrong. */
function endOnceUnheard(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
}

export function complain(error: unknown, json: boolean): void {
  const { code, message, advice } = isTold(error) ? error : unexpected(error);
  const said = json
    ? JSON.stringify({ error: { code, message, advice } })
    : `error ${code}: ${message}\n  ${wrap(advice, columns(process.stderr) - 2).join("\n  ")}`;
  process.stderr.write(`${said}\n`);
}

interface Told {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

/** A complaint, or what a room below says in the same three parts. */
export function isTold(error: unknown): error is Error & Told {
  return error instanceof Error && "code" in error && "advice" in error;
}

function unexpected(error: unknown): Told {
  const advice = "This is a bug: please report it with the text above.";
  return { code: "unexpected", message: describe(error), advice };
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
    const near = nearFlag(error.message, Object.keys(config.options ?? {}));
    const advice = `${near === undefined ? "" : `Is ${near} meant? `}--help lists what there is.`;
    throw new Complaint("bad-arguments", argumentWords(error.message, config.args), advice);
  }
}

/** The flag that an unknown one is for, if a slip or two make the difference. */
function nearFlag(message: string, names: readonly string[]): string | undefined {
  const [, wrong] = /^Unknown option '--([\w-]+)'/.exec(message) ?? [];
  if (wrong === undefined) return undefined;
  const distances = names.map((name) => editsBetween(wrong, name));
  const least = Math.min(...distances);
  return least > editsMax || least >= wrong.length ? undefined : `--${names[distances.indexOf(least)]}`;
}

/** Characters to put in, take out or replace. */
function editsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, character] of [...one].entries()) {
    const next = [index + 1];
    for (let at = 1; at <= other.length; at++) {
      const replaced = (row[at - 1] as number) + (other[at - 1] === character ? 0 : 1);
      next.push(Math.min(replaced, (row[at] as number) + 1, (next[at - 1] as number) + 1));
    }
    row = next;
  }
  return row[other.length] as number;
}

/** In one sentence. That a value begins with a dash has a reason that takes parseArgs three. */
function argumentWords(message: string, args: readonly string[] = []): string {
  const [, flag] = /^Option '(?:-\w, )?(--[\w-]+).*ambiguous/.exec(message) ?? [];
  const value = flag === undefined ? undefined : args[args.indexOf(flag) + 1];
  if (value !== undefined && /^-\d+$/.test(value)) return `${flag} may not be negative, as ${value} is.`;
  if (value !== undefined) return `${flag} takes a value, not "${value}".`;
  const [what = message] = message.split(/\.\s/);
  return `${what.replace(/\.$/, "")}.`;
}

/** Lines of whole words, none longer than `width` (but for a word that is). What follows a colon stays with it: `places: 1`. */
export function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(/(?<!:) /)) {
    const last = lines.at(-1) as string;
    if (last !== "" && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}

/**
 * Aligned columns; `right` names those that hold numbers. If the table is wider than `width`, the widest column of
 * words is folded.
 */
export function formatTable(
  head: readonly string[],
  rows: readonly string[][],
  right: readonly number[] = [],
  width = columns(process.stdout),
): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => cell(row, column).length)));
  const excess = widths.reduce((sum, each) => sum + each, 2 * (widths.length - 1)) - width;
  // Numbers are not folded, unless there is nothing else.
  const foldable = widths.filter((_, column) => !right.includes(column));
  const widest = widths.indexOf(Math.max(...(foldable.length > 0 ? foldable : widths)));
  if (excess > 0) widths[widest] = Math.max(foldedMin, (widths[widest] as number) - excess);
  const line = (row: readonly string[]) =>
    widths
      .map((space, column) => {
        const text = cell(row, column);
        return right.includes(column) ? text.padStart(space) : text.padEnd(space);
      })
      .join("  ")
      .trimEnd();
  const folded = rows.flatMap((row) => foldRow(row, widest, widths[widest] as number));
  return `${[head, widths.map((space) => "-".repeat(space)), ...folded].map(line).join("\n")}\n`;
}

/** The row, and below it what did not fit into its widest cell. */
function foldRow(row: readonly string[], column: number, width: number): readonly string[][] {
  const [first, ...more] = wrap(cell(row, column), width);
  return [row.with(column, first as string), ...more.map((text) => row.map((_, at) => (at === column ? text : "")))];
}

/** Width of a terminal; what goes elsewhere has lines that most can show. */
export function columns({ columns = 100 }: { readonly columns?: number }): number {
  return columns || columnsUnknown;
}

function cell(row: readonly string[], column: number): string {
  return row[column] ?? "";
}
