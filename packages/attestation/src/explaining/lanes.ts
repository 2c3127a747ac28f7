// Which nodes of a round can have touched a key: those of its contract whose footprint has it (P6). Both sides are asked:
// what one of them ran and the other did not stands here too.

import { type OrderedProgram, programsOf } from "@tandem/execution";
import {
  blobCodec,
  type ContractName,
  compareNodes,
  type Export,
  type Footprint,
  type Height,
  includesBytes,
  type Node,
  type Reading,
} from "@tandem/shared";
import type { ClaimContent } from "../content/claim-content.ts";
import type { OrderReads } from "../types.ts";
import { explainLimits, type LaneTouches, type TouchingNode } from "./types.ts";

interface LaneNode {
  readonly node: Node;
  own: Export["content"] | undefined;
  theirs: Export["content"] | undefined;
}

/** A node with what it declares; nothing if its program is not known here. */
export interface DeclaredNode extends LaneNode {
  readonly footprint: Footprint | undefined;
}

/** The nodes of a contract in both claims, in line order. */
export function* declaredNodes(
  order: Pick<OrderReads, "ordered">,
  contract: ContractName,
  own: ClaimContent | undefined,
  theirs: ClaimContent,
): Reading<readonly DeclaredNode[]> {
  const nodes = nodesOf(contract, own, theirs);
  const declared: DeclaredNode[] = [];
  const heights = [...Map.groupBy(nodes, ({ node }) => node.height)];
  for (const [at, [height, some]] of heights.entries()) {
    // The newest are nearest to what happened.
    const isNear = heights.length - at <= explainLimits.heightsMax;
    const programs = isNear ? yield* programsAt(order, height, some) : new Map<number, OrderedProgram>();
    for (const each of some) {
      declared.push({ ...each, footprint: footprintOf(programs.get(each.node.index), contract, each.node) });
    }
  }
  return declared;
}

function nodesOf(contract: ContractName, own: ClaimContent | undefined, theirs: ClaimContent): readonly LaneNode[] {
  const nodes = new Map<string, LaneNode>();
  for (const side of ["own", "theirs"] as const) {
    for (const { node, content } of exportsOf(side === "own" ? own : theirs, contract)) {
      const name = `${node.height}/${node.index}/${node.step}/${node.kind}`;
      const known = nodes.get(name) ?? { node, own: undefined, theirs: undefined };
      known[side] = content;
      nodes.set(name, known);
    }
  }
  return [...nodes.values()].sort((a, b) => compareNodes(a.node, b.node));
}

function exportsOf(content: ClaimContent | undefined, contract: ContractName): readonly Export[] {
  const at = content?.claim.lanes.findIndex((lane) => lane.contract === contract) ?? -1;
  return content?.exports[at] ?? [];
}

function* programsAt(
  { ordered }: Pick<OrderReads, "ordered">,
  height: Height,
  nodes: readonly LaneNode[],
): Reading<ReadonlyMap<number, OrderedProgram>> {
  const block = yield* ordered(height);
  if (block === undefined) return new Map();
  const indexes = new Set(nodes.map(({ node }) => node.index));
  const blobs = [...indexes].flatMap((index) => {
    const blob = blobCodec.decode(block.blobs[index] ?? new Uint8Array());
    return blob.ok ? [{ index, root: blobCodec.root(blob.value), envelope: blob.value.envelope }] : [];
  });
  const programs = programsOf({ height, timeMs: block.header.timeMs, blobs });
  return new Map(programs.map((program) => [program.index, program]));
}

function footprintOf(
  program: OrderedProgram | undefined,
  contract: ContractName,
  { kind, step }: Node,
): Footprint | undefined {
  const nodes = program?.analysis.nodes;
  return nodes?.find((each) => each.kind === kind && each.step === step && each.contract === contract)?.footprint;
}

/** Of a key of the contract's state; without one, of its existence. */
export function touchesOf(
  contract: ContractName,
  nodes: readonly DeclaredNode[],
  key: Uint8Array | undefined,
): LaneTouches {
  const touching: TouchingNode[] = [];
  let touchingCount = 0;
  for (const { node, own, theirs, footprint } of nodes) {
    const access = footprint && accessOf(footprint, key);
    if (access === undefined) continue;
    touchingCount++;
    if (touching.length < explainLimits.touchingMax) touching.push({ node, access, own, theirs });
  }
  const unknownCount = nodes.filter(({ footprint }) => footprint === undefined).length;
  return { contract, nodeCount: nodes.length, unknownCount, touchingCount, touching };
}

function accessOf(footprint: Footprint, key: Uint8Array | undefined): TouchingNode["access"] | undefined {
  if (footprint.kind === "whole") return "whole";
  // P10: every step reads whether the contract exists, and who takes the whole of it can change that.
  if (key === undefined) return "reads";
  if (includesBytes(footprint.writes, key)) return "writes";
  return includesBytes(footprint.reads, key) ? "reads" : undefined;
}
