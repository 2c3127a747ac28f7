// A log and its claims in words, for who looks at one that failed.

import type { RoundResult } from "@tandem/execution";
import {
  type Argument,
  type CallStep,
  decodeValue,
  type Export,
  type Footprint,
  formatValue,
  fromHex,
  fromUtf8,
  type PureStep,
  toHex,
} from "@tandem/shared";
import { showOutcome } from "./checkers/show.ts";
import { type Log, type LogBlob, widestBounds } from "./log.ts";
import { programOf } from "./shrink-log.ts";

export function describeLog({ seed, shards, contracts, bounds, blocks }: Log): string {
  const lines = [`seed ${seed}`];
  for (const { name, creators } of shards) {
    const who = creators === "anyone" ? "anyone creates" : `payers ${creators.join(", ")} create`;
    lines.push(`shard ${name}: ${who}`);
  }
  for (const { name, environment, config } of contracts)
    lines.push(`${name} is a ${environment}, from ${valueIn(config)}`);
  const narrow = Object.entries(bounds).filter(([bound, most]) => most < widestBounds[bound as keyof Log["bounds"]]);
  lines.push(...narrow.map(([bound, most]) => `${bound} is ${most}`));
  for (const [at, { blobs, cited }] of blocks.entries()) {
    const citations = Object.entries(cited).map(([name, round]) => `${name} ${round}`);
    lines.push(`height ${at + 1} cites ${citations.join(", ")}`);
    for (const [index, blob] of blobs.entries()) lines.push(...describeBlob(blob, at + 1, index));
  }
  return lines.join("\n");
}

function describeBlob(blob: LogBlob, height: number, index: number): string[] {
  const { payer, touches, budget } = blob;
  const program = programOf(blob);
  const lines = [`  blob ${height}/${index} of payer ${payer} touches ${touches.join(" ")}, budget ${budget}`];
  if (program === undefined) return [...lines, "    is no program"];
  for (const [step, each] of program.steps.entries()) {
    const group = program.groups.findIndex(({ first, count }) => step >= first && step < first + count);
    const mark = group < 0 ? "" : `group ${group}: `;
    lines.push(`    ${step} ${mark}${each.kind === "call" ? describeCall(each) : describePure(each)}`);
  }
  return lines;
}

function describeCall({ at, method, footprint, ...rest }: CallStep): string {
  return `${at} ${method}${describeRest(rest)}, ${describeFootprint(footprint)}`;
}

function describePure({ pure, ...rest }: PureStep): string {
  return `pure ${pure}${describeRest(rest)}`;
}

function describeRest({ args, budget, expect }: Pick<PureStep, "args" | "budget" | "expect">): string {
  const expected = expect === undefined ? "" : `, expects ${formatValue(expect)}`;
  return `(${args.map(describeArgument).join(", ")}), budget ${budget}${expected}`;
}

function describeArgument(argument: Argument): string {
  if (argument.kind === "literal") return formatValue(argument.value);
  if (argument.kind === "step") return `step ${argument.step}`;
  return `step ${argument.step} or ${describeArgument(argument.or)}`;
}

function describeFootprint(footprint: Footprint): string {
  if (footprint.kind === "whole") return "whole";
  const shown = (keys: readonly Uint8Array[]) => keys.map((key) => showKey(key)).join(" ") || "nothing";
  return `reads ${shown(footprint.reads)}, writes ${shown(footprint.writes)}`;
}

function showKey(key: Uint8Array): string {
  const text = fromUtf8(key);
  return text !== undefined && /^[ -~]+$/.test(text) ? text : `h'${toHex(key)}'`;
}

function valueIn(config: string): string {
  const value = decodeValue(fromHex(config) ?? new Uint8Array());
  return value.ok ? formatValue(value.value) : "what is no value";
}

/** One line for a claim, and one for each of its nodes. */
export function describeClaim({ claim, lanes }: RoundResult): string {
  const sources = claim.sources.map(({ shard, round }) => ` from ${shard} ${round}`).join("");
  const head = `round ${claim.round}, ${claim.shard} claims${sources}, ${claim.pending.count} pending`;
  const lines = lanes.flatMap(({ lane, content }) =>
    content.exports.map((each) => `  ${lane.contract} ${describeExport(each)}`),
  );
  return [head, ...lines].join("\n");
}

function describeExport({ node, content }: Export): string {
  const place = `${node.height}/${node.index}/${node.step}`;
  if (content.kind === "verdict") {
    const { failed } = content.value;
    return `${place} settles: ${failed === undefined ? "it held" : `step ${failed} failed`}`;
  }
  const outcome = content.kind === "outcome" ? content.value : content.value.outcome;
  return `${place}${content.kind === "tentative" ? " tentatively" : ""}: ${showOutcome(outcome)}`;
}
