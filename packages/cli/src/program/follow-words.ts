// What became of a program, as a page and as JSON.

import type { ToldReason } from "@tandem/lab/stories";
import { asStepIndex, equalBytes, type Group, toHex } from "@tandem/shared";
import { type Json, toJson } from "../readable.ts";
import { formatTable, wrap } from "../terminal.ts";
import { type FollowedNode, type FollowedProgram, ownName, type RanNode, type ShardRoots } from "./follow-program.ts";
import { reasonsWords } from "./reasons.ts";
import { calledWords, type Names, outcomeWords, stepWords } from "./words.ts";

const tentativeWords = "~ counts if all of its group holds; until then nothing of it is written.";
const uncitedWords =
  'What is "to be cited" ran in its shard, and is visible to others once the attest chain makes it so. That chain is still to come: until then such steps wait, whoever follows them.';

export function followedPage(followed: FollowedProgram, names: Names, width: number): string {
  const { nodes, shards } = followed;
  const steps = formatTable(["step", "shard", "round", "what came of it"], nodeRows(followed, names), [2], width);
  const roots = formatTable(
    ["shard", "round", "contracts root"],
    shards.map((each) => rootRow(each, nodes)),
    [1],
    width,
  );
  const notes = [
    ...(nodes.some(({ ran }) => ran?.isTentative === true) ? [tentativeWords] : []),
    ...(nodes.some(({ waits = [] }) => waits.some(({ why }) => why === "not-cited")) ? [uncitedWords] : []),
  ];
  const paragraphs = notes.map((note) => `\n${wrap(note, width).join("\n")}\n`);
  return nodes.length === 0 ? `${steps}` : `${steps}\n${roots}${paragraphs.join("")}`;
}

/** Step by step, each settle after the last one of its group. */
function nodeRows({ program, nodes }: FollowedProgram, names: Names): string[][] {
  return program.steps.flatMap((step, index) => {
    if (step.kind === "pure") return [[`#${index}`, "", "", `${stepWords(names, step)}: runs where it is used`]];
    return nodes
      .filter((node) => node.step === index)
      .map((node) => {
        const what = node.kind === "settle" ? node.contract : calledWords(step);
        const round = node.ran === undefined ? "-" : String(node.ran.round);
        return [nameOf(node, program.groups), node.shard, round, `${what}${cameWords(node, program.groups, names)}`];
      });
  });
}

function cameWords({ ran, waits }: FollowedNode, groups: readonly Group[], names: Names): string {
  if (ran === undefined) return ` waits for ${reasonsWords(waits, (reason) => reasonName(reason, groups))}`;
  const { outcome, isTentative, refusal } = ran;
  if (outcome === undefined) return `: ${verdictWords(ran)}`;
  return ` → ${isTentative ? "~ " : ""}${outcomeWords(names, outcome, refusal)}`;
}

function verdictWords({ failed }: RanNode): string {
  return failed === undefined ? "the group holds" : `Nothing, for step ${failed} failed`;
}

function nameOf({ kind, step }: Pick<FollowedNode, "kind" | "step">, groups: readonly Group[]): string {
  if (kind === "step") return `#${step}`;
  const group = groups.find(({ first, count }) => first + count - 1 === step);
  return `settle #${group?.first}-#${step}`;
}

/** Of other programs only the place in the log is told. */
function reasonName({ program, kind, step }: ToldReason, groups: readonly Group[]): string {
  return program === ownName ? nameOf({ kind, step: asStepIndex(step) }, groups) : program;
}

function rootRow({ shard, round, before, after, isPending }: ShardRoots, nodes: readonly FollowedNode[]): string[] {
  const root = `${toHex(after).slice(0, 16)}…`;
  if (!equalBytes(before, after)) return [shard, String(round), root];
  const isOpen = nodes.some((node) => node.shard === shard && node.kind === "settle" && node.ran === undefined);
  const why = isOpen ? "nothing is settled" : isPending ? "what would write waits" : "nothing was written";
  return [shard, String(round), `${root} unchanged: ${why}`];
}

export function followedJson({ blob, height, index, until, nodes, shards }: FollowedProgram): Json {
  const listed = nodes.map(({ kind, step, contract, shard, ran, waits }) => ({
    ...{ kind, step, contract, shard },
    ...(ran === undefined ? { waits: waits.map(reasonJson) } : { ran: ranJson(ran) }),
  }));
  return toJson({ blob: toHex(blob), height, index, until, nodes: listed, shards: shards.map(rootsJson) });
}

function ranJson({ round, outcome, isTentative, refusal, failed }: RanNode) {
  if (outcome === undefined) return { round, holds: failed === undefined, ...(failed === undefined ? {} : { failed }) };
  return { round, isTentative, outcome, ...(refusal === undefined ? {} : { refusal }) };
}

function reasonJson({ program, kind, step, contract, why }: ToldReason) {
  return { why, ...(program === ownName ? {} : { program }), kind, step, contract };
}

function rootsJson({ before, after, ...shard }: ShardRoots) {
  return { ...shard, before: toHex(before), after: toHex(after) };
}
