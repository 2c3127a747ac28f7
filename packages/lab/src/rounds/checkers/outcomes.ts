// R5, C2: each node exports what the serial executor makes of it: a step its outcome, tentative in a group with the place
// where that settles; a settle its verdict. A settled outcome is both together.

import { type EncodedOutcome, type Export, equalBytes } from "@tandem/shared";
import type { PlanNode } from "../oracle/plan.ts";
import type { SerialOutcome } from "../oracle/serial.ts";
import { Facts, lanesOf, nodeName, type Round, type RoundChecker, type RoundsContext } from "./context.ts";
import { showMade, showOutcome } from "./show.ts";

export function outcomes(context: RoundsContext): RoundChecker {
  const facts = new Facts(context);
  return {
    name: "outcome",
    onRound({ planned, result }: Round) {
      for (const [lane, [contract, nodes]] of [...lanesOf(planned)].entries()) {
        const exports = result?.lanes[lane]?.content.exports ?? [];
        if (exports.length !== nodes.length) return `${exports.length} exports of ${nodes.length} nodes in ${contract}`;
        for (const [index, node] of nodes.entries()) {
          const problem = exportProblem(facts, node, exports[index] as Export);
          if (problem !== undefined) return `${nodeName(node)} exports ${problem}`;
        }
      }
      return undefined;
    },
  };
}

function exportProblem(facts: Facts, each: PlanNode, { node, content }: Export): string | undefined {
  const { program, node: planned } = each;
  const isOfNode = node.height === program.height && node.index === program.index && node.step === planned.step;
  if (!isOfNode || node.kind !== planned.kind) return `what is of ${node.height}/${node.index}/${node.step}`;
  const group = planned.group;
  if (planned.kind === "settle") {
    const failed = facts.failedOf(program, group as number);
    if (content.kind !== "verdict") return `${content.kind}, no verdict`;
    return content.value.failed === failed ? undefined : `a verdict of ${content.value.failed}, not ${failed}`;
  }
  const expected = facts.outcomeOf(program, planned.step);
  if (group === undefined) return content.kind === "outcome" ? compare(content.value, expected) : content.kind;
  if (content.kind !== "tentative") return `${content.kind}, of a grouped step`;
  const settle = program.nodes.find((other) => other.kind === "settle" && other.group === group);
  const { outcome, settlesAt, settlesIn } = content.value;
  const isPlaced = settlesAt === settle?.step && settlesIn === settle.contract;
  return isPlaced ? compare(outcome, expected) : `that it settles at ${settlesAt} in ${settlesIn}`;
}

function compare(found: EncodedOutcome, expected: SerialOutcome): string | undefined {
  return isSame(found, expected) ? undefined : `${showOutcome(found)}, not ${showMade(expected)}`;
}

function isSame(found: EncodedOutcome, expected: SerialOutcome): boolean {
  if (found.kind === "nothing") {
    return expected.kind === "nothing" && found.value.why === expected.why && found.value.step === expected.step;
  }
  if (expected.kind === "nothing") return false;
  return equalBytes(found.value.bytes, expected.bytes) && found.value.environment === expected.environment;
}
