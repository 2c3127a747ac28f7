// The programs that a lane's nodes are of, from the blobs that were given, and the nodes' places in them.

import { blobCodec, type ContractName, type Node, type Position, type ProgramNode } from "@tandem/shared";
import { type OrderedProgram, programsOf } from "../ordered.ts";
import { ProgramRun } from "../round/program-run.ts";
import type { PureFunctions } from "../run/rules.ts";
import { refuted, unusable } from "./failure.ts";
import type { PlacedBlob } from "./material.ts";
import { showPlaced } from "./show.ts";

/** By position as text. */
export type Programs = ReadonlyMap<string, ProgramRun>;

export function positionText({ height, index }: Position): string {
  return `${height}/${index}`;
}

/** Nothing if the blob's payload is void. */
export function programIn({ height, index, timeMs, blob }: PlacedBlob): OrderedProgram | undefined {
  const [program] = programsOf({
    height,
    timeMs,
    blobs: [{ index, root: blobCodec.root(blob), envelope: blob.envelope }],
  });
  return program;
}

/** The programs of the nodes, none of which has run anything yet. A void payload has no nodes. */
export function programsOfNodes(
  nodes: readonly Node[],
  blobs: readonly PlacedBlob[],
  functions: PureFunctions,
): Programs {
  checkPositions(nodes, blobs);
  const programs = new Map<string, ProgramRun>();
  for (const placed of blobs) {
    const ordered = programIn(placed);
    if (ordered !== undefined) programs.set(positionText(placed), new ProgramRun(ordered, functions));
  }
  return programs;
}

/** Both are in line order. */
function checkPositions(nodes: readonly Node[], blobs: readonly PlacedBlob[]): void {
  const named = [...new Set(nodes.map(positionText))];
  for (let index = 0; index < Math.max(named.length, blobs.length); index++) {
    const blob = blobs[index];
    const given = blob === undefined ? "none" : positionText(blob);
    const wanted = named[index] ?? "none";
    if (given !== wanted) {
      unusable("wrong-programs", `blobs[${index}]`, `the nodes are of program ${wanted} there, the blob is ${given}`);
    }
  }
}

export interface PlacedNode {
  readonly program: ProgramRun;
  readonly place: number;
  readonly node: ProgramNode;
}

/** The node of a program that stands at `nodes[at]`. */
export function findNode(programs: Programs, node: Node, contract: ContractName, at: number): PlacedNode {
  const program = programs.get(positionText(node));
  const nodes = program?.ordered.analysis.nodes ?? [];
  const place = nodes.findIndex(
    (each) => each.kind === node.kind && each.step === node.step && each.contract === contract,
  );
  const found = nodes[place];
  if (program === undefined || found === undefined) {
    return refuted("no-such-node", `nodes[${at}]`, `the program has no ${showPlaced(node, contract)}`, node);
  }
  return { program, place, node: found };
}
