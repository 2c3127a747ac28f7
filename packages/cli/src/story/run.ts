// `tandem story run`: a story round by round.

import {
  type KeyChange,
  type Telling,
  type ToldNode,
  type ToldProgram,
  type ToldRound,
  type ToldWait,
  tellStory,
} from "@tandem/lab/stories";
import { toHex } from "@tandem/shared";
import type { Command } from "../command.ts";
import { reasonsWords } from "../program/reasons.ts";
import { keyToJson } from "../program/to-json.ts";
import { calledWords, keyWords, outcomeWords, valueWords } from "../program/words.ts";
import { toJson } from "../readable.ts";
import { columns, formatTable } from "../terminal.ts";
import { names, storyOf } from "./find.ts";
import { headLines, programsLines, seenLines, textLines } from "./pages.ts";

export const runCommand: Command = {
  help: `./tandem story run NAME [--json]

Runs a story, each shard on what it needs and nothing more (R6), and shows round by round who runs
what, what comes of it and what it writes, and who waits for what.
`,
  run({ positionals, json, print }) {
    const told = tellStory(storyOf(positionals));
    print(json ? `${JSON.stringify(toldJson(told))}\n` : pageOf(told, columns(process.stdout)));
  },
};

function toldJson({ story, programs, rounds, changes }: Telling) {
  const outcomes = programs.map(({ letter, height, outcomes }) => ({ program: letter, height, outcomes }));
  const told = rounds.map((round) => ({ ...round, changes: round.changes.map(changeJson) }));
  return toJson({ story: story.name, programs: outcomes, rounds: told, changes: changes.map(changeJson) });
}

function changeJson({ key, ...change }: KeyChange) {
  return { ...change, key: key === undefined ? null : keyToJson(key) };
}

function pageOf(told: Telling, width: number): string {
  const { story, changes } = told;
  const head = [...headLines(story, width), ...programsLines(story, width)].join("\n");
  const state = changes.map(({ contract, key, before, after }) => [
    contract,
    key === undefined ? "(itself)" : keyWords(names, key),
    valueOrDash(before),
    valueOrDash(after),
  ]);
  const seen = seenLines(story, width).join("\n");
  return `${head}

${formatTable(["round", "shard", "node", "what comes of it"], scheduleRows(told), [0])}
${textLines(legendOf(told), width).join("\n")}

${formatTable(["contract", "key", "in the beginning", "in the end"], state)}${seen}
`;
}

function legendOf({ rounds }: Telling): string {
  const isRefused = rounds.some(({ ran }) => ran.some((node) => node.kind === "step" && node.refusal !== undefined));
  return isRefused ? `${legend} ${refusedLegend}` : legend;
}

const refusedLegend =
  'What stands after "reverted:" is why the contract refused: who runs it knows, the outcome does not say.';
const legend =
  'A0 is step 0 of program A, "A settle" where its group comes about or not; what has a ~ counts only then. "to run": its outcome is needed. "to be cited": it ran, and no block makes that visible yet. "first in line": it touches the same, and was ordered earlier. "written" is what the round changed in state, of all that ran or settled in it. A shard without a claim had no work in that round.';

function scheduleRows({ programs, rounds }: Telling): string[][] {
  const told = new Map<string, string>();
  return rounds.flatMap((round, index) => {
    const ran = round.ran.map((node) => ranRow(node, programs));
    const rows = [...ran, ...waitRows(round.waits, told), ...changeRows(round), ...claimRows(round)];
    const isFirst = rounds[index - 1]?.height !== round.height;
    const placed = rows.map(([node, what], at) => [
      isFirst && at === 0 ? String(round.height) : "",
      at === 0 ? round.shard : "",
      node,
      what,
    ]);
    return isFirst && index > 0 ? [["", "", "", ""], ...placed] : placed;
  });
}

type Row = readonly [node: string, what: string];

function ranRow(node: ToldNode, programs: readonly ToldProgram[]): Row {
  if (node.kind === "settle") {
    const verdict = node.failed === undefined ? "the group holds" : `Nothing, for step ${node.failed} failed`;
    return [nameOf(node), `${node.contract}: ${verdict}`];
  }
  const call = programs.find(({ letter }) => letter === node.program)?.program.steps[node.step];
  const called = call?.kind === "call" ? calledWords(call) : node.contract;
  const outcome = outcomeWords(names, node.outcome, node.refusal);
  return [nameOf(node), `${called} → ${node.isTentative ? "~ " : ""}${outcome}`];
}

/** All that the round wrote, whoever did: what is tentative is written where its group settles. */
function changeRows({ changes }: ToldRound): readonly Row[] {
  return changes.map(({ contract, key, before, after }, index) => {
    const what = key === undefined ? contract : `${contract} ${keyWords(names, key)}`;
    return [index === 0 ? "written" : "", `${what}: ${valueOrDash(before)} → ${valueOrDash(after)}`];
  });
}

/** Who waits for the same as before is only named. */
function waitRows(waits: readonly ToldWait[], told: Map<string, string>): readonly Row[] {
  const same: string[] = [];
  const rows: Row[] = [];
  for (const wait of waits) {
    const [node, what] = [nameOf(wait), `waits for ${reasonsWords(wait.for, nameOf)}`];
    const place = `${wait.contract} ${node}`;
    if (told.get(place) === what) same.push(node);
    else rows.push([node, what]);
    told.set(place, what);
  }
  return same.length === 0 ? rows : [...rows, [same.join(", "), "as before"]];
}

function claimRows({ claim }: ToldRound): readonly Row[] {
  if (claim === undefined) return [];
  const pending = claim.pending === 0 ? "nothing pending" : `${claim.pending} pending`;
  return [["claim", `${short(claim.root)}, contracts ${short(claim.contracts)}, ${pending}`]];
}

function nameOf({ program, kind, step }: Pick<ToldNode, "program" | "kind" | "step">): string {
  return kind === "step" ? `${program}${step}` : `${program} settle`;
}

function valueOrDash(value: KeyChange["before"]): string {
  return value === undefined ? "-" : valueWords(names, value);
}

function short(root: Uint8Array): string {
  return toHex(root).slice(0, 8);
}
