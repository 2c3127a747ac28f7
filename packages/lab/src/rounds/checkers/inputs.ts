// C2: a lane's inputs are what its nodes use from outside of it, each with where it came from: outcomes that were not made
// in this lane in this round, and what groups of its nodes wrote there before.

import { type LaneInput, toHex } from "@tandem/shared";
import type { LineProgram } from "../oracle/line.ts";
import type { PlanNode } from "../oracle/plan.ts";
import { Facts, lanesOf, type Round, type RoundChecker, type RoundsContext } from "./context.ts";
import { spell, spellOutcome } from "./show.ts";

const shownMax = 200;

export function inputs(context: RoundsContext): RoundChecker {
  const facts = new Facts(context);
  return {
    name: "inputs",
    onRound({ planned, round, result }: Round) {
      for (const [lane, [contract, nodes]] of [...lanesOf(planned)].entries()) {
        const found = (result?.lanes[lane]?.content.inputs ?? []).map(showInput);
        const expected = expectedOf(facts, contract, nodes, round);
        const missing = expected.find((each) => !found.includes(each));
        if (missing !== undefined) return `${contract} lacks ${missing.slice(0, shownMax)}`;
        const other = found.find((each, at) => !expected.includes(each) || found.indexOf(each) !== at);
        if (other !== undefined) return `${contract} has ${other.slice(0, shownMax)}`;
      }
      return undefined;
    },
  };
}

function expectedOf(facts: Facts, contract: string, nodes: readonly PlanNode[], round: number): readonly string[] {
  const all = new Set<string>();
  for (const { program, node } of nodes) {
    for (const step of node.needs) {
      const maker = facts.makerOf(program, step);
      if (maker.node.contract === contract && maker.round === round) continue;
      const isSource = maker.node.shard !== node.shard;
      const from = isSource ? `source ${maker.round}` : `${maker.round === round ? "lane" : "pending"} 0`;
      const outcome = spell(facts.outcomeOf(program, step));
      all.add(`${placeOf(program)}/${step} step of ${maker.node.contract} from ${from}: ${outcome}`);
    }
    if (node.group === undefined) continue;
    const { first, count } = program.program.groups[node.group] as LineProgram["program"]["groups"][number];
    const { writes, life } = facts.writtenBy(program, node.group, contract, round - 1);
    const from = `${placeOf(program)}/${first + count - 1} settle of ${contract} from pending 0`;
    for (const [key, bytes] of writes) all.add(`${from}: ${showWrite(key, bytes)}`);
    if (life !== undefined) all.add(`${from}: ${life.environment} ${life.status}`);
  }
  return [...all];
}

function placeOf({ height, index }: LineProgram): string {
  return `${height}/${index}`;
}

function showInput({ node, contract, from, round, content }: LaneInput): string {
  return `${node.height}/${node.index}/${node.step} ${node.kind} of ${contract} from ${from} ${round}: ${showContent(content)}`;
}

function showContent(content: LaneInput["content"]): string {
  if (content.kind === "outcome") return spellOutcome(content.value);
  if (content.kind === "write") return showWrite(toHex(content.value.key), content.value.value);
  return `${content.value.environment} ${content.value.status}`;
}

function showWrite(key: string, bytes: Uint8Array | undefined): string {
  return `${key} becomes ${bytes === undefined ? "nothing" : toHex(bytes)}`;
}
