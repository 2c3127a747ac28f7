// `tandem program check`: whether a chain would run it, and what follows from it alone.

import type { Analysis, Program, ProgramNode } from "@tandem/shared";
import type { Command } from "../command.ts";
import { onePositional } from "../flags.ts";
import { columns, formatTable, wrap } from "../terminal.ts";
import { type ReadProgram, readProgram } from "./read-file.ts";
import { programToJson } from "./to-json.ts";
import { type Warning, warningsOf } from "./warnings.ts";
import { type Names, programLines } from "./words.ts";

const nobody: Names = new Map();

export const checkCommand: Command = {
  help: `./tandem program check FILE [--json]

Says whether a program is void, and where and why (exit code 1); else what follows from it alone:
its nodes, what each needs and comes after, its hops, and how outcomes are used; and warnings, of
steps that cannot pay for themselves, functions that no node has, and programs that nobody runs.
FILE is JSON (docs/programs-by-hand.md shows how it is written) or an encoded program; - is stdin.
`,
  async run({ positionals, json, print }) {
    const read = await readProgram(onePositional(positionals, "FILE"));
    print(json ? `${JSON.stringify(jsonOf(read))}\n` : pageOf(read, columns(process.stdout)));
  },
};

function jsonOf(read: ReadProgram) {
  const { program, payload, analysis, allowance } = read;
  const nodes = analysis.nodes.map(({ kind, step, contract, needs, conflicts, hops }) => ({
    kind,
    step,
    contract,
    needs,
    conflicts,
    hops,
  }));
  const warnings = warningsOf(program, analysis);
  return { bytes: payload.length, ...allowance, program: programToJson(program), nodes, uses: analysis.uses, warnings };
}

function pageOf({ program, payload, analysis, allowance }: ReadProgram, width: number): string {
  const { touches, budget } = allowance;
  const hops = Math.max(0, ...analysis.nodes.map((node) => node.hops));
  const used = usesOf(program, analysis);
  const nodes = analysis.nodes.map((node) => nodeRow(node, analysis));
  return [
    `${payload.length} bytes; touches ${touches.join(", ") || "no shard"}; budget ${budget}; hops ${hops}\n`,
    `${programLines(nobody, program, width).join("\n")}\n`,
    ...(nodes.length === 0 ? [] : [formatTable(["node", "in", "needs", "comes after", "hops"], nodes, [4])]),
    ...(used.length === 0 ? [] : [formatTable(["outcome of", "is used by", "as"], used)]),
    ...warningsOf(program, analysis).map((warning) => warningLines(warning, width)),
  ].join("\n");
}

function warningLines({ code, path, message }: Warning, width: number): string {
  const text = `warning ${code}: ${path === "" ? "" : `${path}: `}${message}.`;
  return `${wrap(text, width - 2).join("\n  ")}\n`;
}

function nodeRow({ kind, step, contract, needs, conflicts, hops }: ProgramNode, { nodes }: Analysis): string[] {
  const listed = (places: readonly number[]) => places.map((place) => nameOf(nodes[place] as ProgramNode)).join(", ");
  return [nameOf({ kind, step }), contract, listed(needs), listed(conflicts), String(hops)];
}

function nameOf({ kind, step }: Pick<ProgramNode, "kind" | "step">): string {
  return kind === "step" ? `#${step}` : `settle after #${step}`;
}

/** P11. */
function usesOf({ steps }: Program, { uses }: Analysis): string[][] {
  return steps.flatMap((_, step) =>
    (uses[step] ?? []).map(({ step: user, argument, contract, method, direct, grouped }) => {
      const how = [direct ? "directly" : "not directly", grouped ? "in its group" : "outside of a group"].join(", ");
      return [
        `#${step}`,
        `#${user} ${contract === undefined ? "" : `${contract}.`}${method}`,
        `argument ${argument}, ${how}`,
      ];
    }),
  );
}
