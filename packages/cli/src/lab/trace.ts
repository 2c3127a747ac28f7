// `tandem lab trace`: a trace of a real chain as programs of many shards, and the rounds that they need.

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { measureTrace, readTrace, type TraceBlock, type TraceFigures, withoutHottest } from "@tandem/lab";
import type { Command } from "../command.ts";
import { callerPath, countBetween, onePositional } from "../flags.ts";
import { Complaint, formatTable } from "../terminal.ts";

const lineForm =
  '{"block": 20615532, "txs": [{"storage": {"0x… (a contract, 40 digits)": ["0x… (a slot it wrote, 64 digits)"]}}]}';

const shardsUsual = [2, 8, 64];
const delaysUsual = [2, 5];
/** Bytes of a trace: four hundred busy blocks. */
const traceBytesMax = 256 * 1024 * 1024;

export const traceCommand: Command = {
  help: `./tandem lab trace FILE [--shards N] [--delay D] [--without-hottest] [--json]

Reads a trace of a real chain (JSON lines, packed by gzip or not: for each transaction of some
blocks the contracts and slots that it wrote) and schedules it over ${shardsUsual.join(", ")} shards. Each
transaction is a program with one step for each contract, which uses the step before; all its steps
are one group, or none are. docs/trace.md has the model, and what the columns mean. A line for each
block:

  ${lineForm}

Such can be made of block access lists (EIP-7928), or of what debug_traceBlockByNumber says with
the prestateTracer in diffMode: the slots of "pre" and of "post". Other keys beside these are of
no matter.

  --shards N        only so many
  --delay D         d: order blocks until a claim is cited (${delaysUsual.join(" and ")})
  --without-hottest without the transactions that write the slot that most write
`,
  options: { shards: { type: "string" }, delay: { type: "string" }, "without-hottest": { type: "boolean" } },
  run({ positionals, flags, json, print }) {
    const whole = traceAt(callerPath(onePositional(positionals, "FILE")));
    const trace = flags["without-hottest"] === true ? withoutHottest(whole) : whole;
    const shards = flags["shards"] === undefined ? shardsUsual : [countBetween(flags, "shards", [1, 1024], 1)];
    const delays = flags["delay"] === undefined ? delaysUsual : [countBetween(flags, "delay", [1, 1000], 1)];
    const figures = [false, true].flatMap((grouped) =>
      shards.flatMap((count) => measureTrace(trace, { shards: count, grouped }, delays)),
    );
    print(json ? `${JSON.stringify(figures)}\n` : readable(figures));
  },
};

function traceAt(file: string): readonly TraceBlock[] {
  const trace = readTrace(unpacked(file));
  if (trace.ok) return trace.value;
  const { path, message } = trace.error;
  const where = path === "" ? file : `${file}, ${path}`;
  throw new Complaint("bad-trace", `${where}: ${message}.`, `A line is ${lineForm}.`);
}

function unpacked(file: string): string {
  try {
    const bytes = readFileSync(file);
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return (isPacked ? gunzipSync(bytes, { maxOutputLength: traceBytesMax }) : bytes).toString("utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Complaint("unreadable", `Cannot read ${file} (${code ?? message}).`, "Is the path right?");
  }
}

function readable(figures: readonly TraceFigures[]): string {
  const head = [
    "shards",
    "grouped",
    "across",
    "d",
    "rounds",
    "at once",
    "p50",
    "p90",
    "p99",
    "max",
    "critical path",
    "steps for each",
  ];
  const rows = figures.map(({ shards, grouped, across, programs, delay, rounds, atOnce, lag, ...rest }) => [
    String(shards),
    grouped ? "yes" : "no",
    percent(across, programs),
    String(delay),
    String(rounds),
    percent(atOnce, programs),
    ...[lag.p50, lag.p90, lag.p99, lag.max, rest.criticalSteps].map(String),
    rest.parallelism.toFixed(1),
  ]);
  const [first] = figures;
  const said = first === undefined ? "" : headline(first);
  return `${said}${formatTable(head, rows, [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])}`;
}

function headline({ blocks, transactions, empty, steps, hottest }: TraceFigures): string {
  const writing = `${transactions} transactions (${empty} without a write)`;
  return `${blocks} blocks, ${writing}, ${steps} steps; one slot is written by ${hottest} transactions\n`;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
}
