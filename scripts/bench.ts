// npm run bench -- AREA [--json]: runs every packages/*/bench/*.bench.ts of the area. A bench file exports
// `area` (a word) and by default an `async (bench: Bench) => void`. Figures go to stdout, progress to stderr.

import { globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { type Bench, createBench, type Figure } from "./bench/measure.ts";
import { formatFigures } from "./bench/table.ts";
import { complain, Complaint, message, project } from "./terminal.ts";

const help = `npm run bench -- AREA [--json]

Measures an area, each figure beside its raw limit in the same run, and prints a table.

  AREA     which benches to run; without one, the areas are listed
  --json   one line per figure on stdout: {"name","value","unit","limit","ratio"}
           (through npm add --silent, or npm's own banner comes first)
  --help   this text

ratio is value / limit. Rates (…/s) want it high, costs (us) want it low.
`;

interface BenchFile {
  readonly path: string;
  readonly area: string;
  measure(bench: Bench): Promise<void>;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help) return void process.stdout.write(help);
  const area = positionals[0];
  const files = await benchFiles();
  const areas = [...new Set(files.map((file) => file.area))].sort();
  if (area === undefined || !areas.includes(area) || positionals.length > 1) {
    const known = areas.length === 0 ? "There are no benches yet." : `Areas: ${areas.join(", ")}.`;
    const what = area === undefined ? "Name one area." : `There is no area "${positionals.join(" ")}".`;
    throw new Complaint("unknown-area", what, `${known} npm run bench -- AREA`);
  }
  await runAll(
    files.filter((file) => file.area === area),
    values.json === true,
  );
}

async function runAll(files: readonly BenchFile[], json: boolean): Promise<void> {
  const figures: Figure[] = [];
  const bench = createBench((figure) => {
    figures.push(figure);
    if (json) process.stdout.write(`${JSON.stringify(figure, ["name", "value", "unit", "limit", "ratio"])}\n`);
    else process.stderr.write(`  ${figure.name}\n`);
  });
  for (const file of files) {
    process.stderr.write(`${file.path}\n`);
    try {
      await file.measure(bench);
    } catch (error) {
      complain(new Complaint("bench-failed", `${file.path}: ${message(error)}`, "The other files still ran."));
      process.exitCode = 1;
    }
  }
  if (!json) process.stdout.write(`\n${formatFigures(figures)}`);
}

async function benchFiles(): Promise<BenchFile[]> {
  const paths = globSync("packages/*/bench/*.bench.ts", { cwd: project }).sort();
  return Promise.all(paths.map(load));
}

async function load(path: string): Promise<BenchFile> {
  const loaded = (await import(pathToFileURL(join(project, path)).href)) as Record<string, unknown>;
  const { area, default: measure } = loaded;
  if (typeof area !== "string" || typeof measure !== "function") {
    throw new Complaint("bench-shape", `${path} exports no area or no default function.`, "See scripts/bench/measure.ts.");
  }
  return { path, area, measure: measure as BenchFile["measure"] };
}

main().catch((error: unknown) => {
  complain(error);
  process.exitCode = error instanceof Complaint && error.code === "unknown-area" ? 2 : 1;
});
