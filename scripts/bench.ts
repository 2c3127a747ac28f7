// npm run bench -- AREA [--quick] [--json]: runs every packages/*/bench/*.bench.ts of the area. A bench file exports
// `area` (a word) and by default an `async (bench: Bench) => void`. Figures go to stdout, progress to stderr.

import { globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Complaint, complain, describe, readArguments, runTool } from "../packages/cli/src/terminal.ts";
import { type Bench, createBench, type Figure, type Pace, quickPace, usualPace } from "./bench/measure.ts";
import { formatFigures } from "./bench/table.ts";
import { project } from "./project.ts";

const help = `npm run bench -- AREA [--quick] [--json]

Measures an area, each figure, where there is one, beside its raw limit in the same run, and prints a table.

  AREA     which benches to run; without one, the areas are listed
  --quick  short rounds, to see that a bench works: the figures say little
  --json   one line per figure on stdout: {"name","value","unit","limit","ratio"}
  --help   this text

ratio is value / limit. Rates (per second) want it high, costs (us) want it low. A name says what the limit is
("beside ..."). Where that is another library at the same work, a rate above 1 means that ours is the faster.
`;

interface BenchFile {
  readonly path: string;
  readonly area: string;
  readonly measure: (bench: Bench) => Promise<void>;
}

async function main(args: string[]): Promise<void> {
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: { json: { type: "boolean" }, quick: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const files = await benchFiles();
  const area = positionals.join(" ");
  const chosen = files.filter((file) => file.area === area);
  if (chosen.length === 0) throw unknownArea(area, files);
  await runAll(chosen, values.quick === true ? quickPace : usualPace, values.json === true);
}

function unknownArea(area: string, files: readonly BenchFile[]): Complaint {
  const areas = [...new Set(files.map((file) => file.area))].sort();
  const what = area === "" ? "Name one area." : `There is no area "${area}".`;
  const known = areas.length === 0 ? "There are no benches yet." : `Areas: ${areas.join(", ")}.`;
  return new Complaint("unknown-area", what, `${known} npm run bench -- AREA`);
}

async function runAll(files: readonly BenchFile[], pace: Pace, json: boolean): Promise<void> {
  const figures: Figure[] = [];
  const onFigure = (figure: Figure) => {
    figures.push(figure);
    if (json) process.stdout.write(`${JSON.stringify(figure, ["name", "value", "unit", "limit", "ratio"])}\n`);
  };
  const bench = createBench(onFigure, pace, (name) => process.stderr.write(`  ${name}\n`));
  for (const file of files) {
    process.stderr.write(`${file.path}\n`);
    try {
      await file.measure(bench);
    } catch (error) {
      const what = `${file.path}: ${describe(error)}`;
      complain(new Complaint("bench-failed", what, "The other files of the area still run."), json);
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
    throw new Complaint(
      "bench-shape",
      `${path} lacks an area or a default function.`,
      "See scripts/bench/measure.ts.",
      1,
    );
  }
  return { path, area, measure: measure as BenchFile["measure"] };
}

await runTool(main);
