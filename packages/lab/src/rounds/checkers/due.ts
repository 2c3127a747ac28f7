// R1-R4, C1: a shard claims in the rounds in which it must, and runs the nodes that are due, in line order, in the lanes
// of their contracts.

import { compareNodes, type Node } from "@tandem/shared";
import { lanesOf, nodeName, type Round, type RoundChecker } from "./context.ts";

export const due: RoundChecker = { name: "due", onRound: problemOf };

function problemOf({ hasBlobs, planned, result }: Round): string | undefined {
  const mustClaim = hasBlobs || planned.ran.length > 0;
  if (result === undefined) return mustClaim ? `no claim, where ${planned.ran.length} nodes are due` : undefined;
  if (!mustClaim) return "a claim, where nothing is due and no blob came";
  const expected = [...lanesOf(planned)].flatMap(([, nodes]) => nodes.map(nodeName));
  const found = result.lanes.flatMap(({ lane, content }) => content.nodes.map((node) => nameOf(node, lane.contract)));
  const at = expected.findIndex((name, index) => name !== found[index]);
  if (at >= 0) return `ran ${found[at] ?? "nothing more"} where ${expected[at]} is due`;
  if (found.length > expected.length) return `ran ${found[expected.length]}, which is not due`;
  const nodes = result.lanes.map(({ content }) => content.nodes);
  return nodes.every(isInOrder) ? undefined : "the nodes of a lane are out of order";
}

function nameOf({ height, index, step, kind }: Node, contract: string): string {
  return `${height}/${index}/${step} ${kind} in ${contract}`;
}

function isInOrder(nodes: readonly Node[]): boolean {
  return nodes.every((node, index) => index === 0 || compareNodes(nodes[index - 1] as Node, node) < 0);
}
