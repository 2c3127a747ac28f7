// What became of a program as a node tells it, as a page: step by step what came of it, and shard by shard how far it is.

import type { ProgramNode } from "@tandem/shared";
import type { AwaitedAnswer, OrderedProgramAnswer, ProgramPart, RanNode } from "../api-client.ts";
import { formatTable, wrap } from "../terminal.ts";
import type { ReadProgram } from "./follow.ts";
import { cameWords, settleName } from "./ran-words.ts";
import { calledWords, type Names, stepWords } from "./words.ts";

const tentativeWords = "~ counts if all of its group holds; until then nothing of it is written.";

export function followedPage(answer: OrderedProgramAnswer, read: ReadProgram, names: Names, width: number): string {
  const { status, height, index, shards } = answer;
  const head = `${status === "ordered" ? "ordered" : `${status}; ordered`}: block ${height}, place ${index}\n`;
  const steps = formatTable(["step", "shard", "round", "what came of it"], nodeRows(answer, read, names), [2], width);
  if (shards.length === 0) return `${head}\n${steps}`;
  const table = formatTable(["shard", "how far", "claim", "attested in"], shards.map(partRow), [], width);
  const isTentative = shards.some(({ ran }) => ran.some((node) => node.isTentative === true));
  const note = isTentative ? `\n${wrap(tentativeWords, width).join("\n")}\n` : "";
  return `${head}\n${steps}\n${table}${note}`;
}

/** Step by step, each settle after the last one of its group. */
function nodeRows({ shards }: OrderedProgramAnswer, { program, analysis }: ReadProgram, names: Names): string[][] {
  return program.steps.flatMap((step, index) => {
    if (step.kind === "pure") return [[`#${index}`, "", "", `${stepWords(names, step)}: runs where it is used`]];
    return analysis.nodes
      .filter((node) => node.step === index)
      .map((node) => {
        const part = shards.find(({ shard }) => shard === node.shard);
        const ran = part?.ran.find((each) => isOf(each, node));
        const name = node.kind === "settle" ? settleName(node.step, program.groups) : `#${node.step}`;
        const what = node.kind === "settle" ? node.contract : calledWords(step);
        const came = ran === undefined ? ` ${waitWords(part)}` : ` → ${cameWords(ran, names)}`;
        return [name, node.shard, ran === undefined ? "-" : `${ran.round}`, `${what}${came}`];
      });
  });
}

/** A group settles once in each contract. */
function isOf(ran: RanNode, { kind, step, contract }: ProgramNode): boolean {
  return ran.kind === kind && ran.step === step && ran.contract === contract;
}

/** R1: behind whom it stands, named by its place as every page of a program is. */
export function turnWords({ contract, behind }: Extract<AwaitedAnswer, { readonly contract: string }>): string {
  return `waits at ${contract} behind the program of block ${behind.height}, place ${behind.index}`;
}

/** What a shard's part of the program waits for: steps of others are named first. */
function waitWords(part: ProgramPart | undefined): string {
  if (part === undefined || !part.isKnown) return "is not known to this node";
  const [first, ...more] = part.awaited ?? [];
  if (first === undefined) return "has not run yet";
  if ("behind" in first) return `${turnWords(first)}, since block ${first.since}`;
  const steps = more.filter((each) => "step" in each);
  const others = steps.length === 0 ? "" : ` and ${steps.length} more`;
  return `waits for #${first.step} of ${first.shard}${others}, since block ${first.since}`;
}

/** The last claim that has something of it. */
function partRow({ shard, status, nodes, ran }: ProgramPart): string[] {
  const last = ran.reduce<RanNode | undefined>(
    (late, each) => (late === undefined || each.round > late.round ? each : late),
    undefined,
  );
  const far = ran.length < nodes ? `${status}: ${ran.length} of ${nodes} ran` : status;
  if (last === undefined) return [shard, far, "-", "-"];
  const claim = `round ${last.round}, ${last.claim.slice(0, 16)}…`;
  return [shard, far, claim, last.attestHeight === null ? "-" : `attest block ${last.attestHeight}`];
}
