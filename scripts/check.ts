// npm run check: types, lint, format, unused code, and the walls between rooms. A line for each; what is wrong
// stands below its line; the last line counts.

import { realpathSync } from "node:fs";
import { readArguments, runTool } from "../packages/cli/src/terminal.ts";
import { checkSteps, type Finding, type Step } from "./check/steps.ts";
import { project } from "./project.ts";

const help = `npm run check [-- --json]

Types, lint, format, unused code, and the walls between rooms. Exit code 1 if anything is wrong.

  --json       a line for each check on stdout: {"name","ok","seconds","output"}
  --root DIR   check another workspace than this one
  --help       this text

npm run format mends format, and what of lint can be mended safely.
`;

/** Tools that run at once: they use a core each. */
const toolsAtOnce = 2;

interface Line extends Finding {
  readonly name: string;
  readonly seconds: number;
}

async function main(args: string[]): Promise<void> {
  const { values } = readArguments({
    args,
    options: { json: { type: "boolean" }, help: { type: "boolean" }, root: { type: "string" } },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const print = values.json ? printJson : printText;
  const lines = await runAll(checkSteps(realpathSync(values.root ?? project)), print);
  const failed = lines.filter((line) => !line.ok).length;
  if (!values.json) process.stdout.write(`\n${lines.length - failed} passed, ${failed} failed\n`);
  if (failed > 0) process.exitCode = 1;
}

/** Prints in the order of `steps`, each as soon as all before it are done. */
async function runAll(steps: readonly Step[], print: (line: Line) => void): Promise<Line[]> {
  const lines: Line[] = [];
  const done = new Map<number, Line>();
  const queue = [...steps.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, step] = next;
      done.set(index, await timed(step));
      for (let ready = done.get(lines.length); ready !== undefined; ready = done.get(lines.length)) {
        lines.push(ready);
        print(ready);
      }
    }
  };
  await Promise.all(Array.from({ length: toolsAtOnce }, worker));
  return lines;
}

async function timed(step: Step): Promise<Line> {
  const start = performance.now();
  const finding = await step.run();
  return { name: step.name, seconds: (performance.now() - start) / 1000, ...finding };
}

function printText({ name, ok, seconds, output }: Line): void {
  process.stdout.write(`${ok ? "ok  " : "FAIL"}  ${name.padEnd(28)}${seconds.toFixed(1).padStart(6)} s\n`);
  if (!ok) process.stdout.write(`${output.replaceAll(/^(?=.)/gm, "      ")}\n`);
}

function printJson(line: Line): void {
  const { name, ok, seconds, output } = line;
  process.stdout.write(
    `${JSON.stringify({ name, ok, seconds: Number(seconds.toFixed(3)), output: ok ? "" : output })}\n`,
  );
}

await runTool(main);
