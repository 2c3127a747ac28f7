// Section 5: a node of the schedule, by its place in the line of all steps of the log. After the last step
// of a group stands one settle for each contract that the group may write; its place is that step's.

import type { BlobIndex, Height, StepIndex } from "../numbers.ts";
import { codec, container, oneOf, type Type } from "../ssz/index.ts";
import { blobIndexType, heightType, stepIndexType } from "./common.ts";

/** A program's place: the order height of its blob, and the blob's index there. */
export interface Position {
  readonly height: Height;
  readonly index: BlobIndex;
}

export interface Node extends Position {
  readonly step: StepIndex;
  readonly kind: "step" | "settle";
}

const positionFields = { height: heightType, index: blobIndexType };

export const nodeType: Type<Node> = container({
  ...positionFields,
  step: stepIndexType,
  kind: oneOf("step", "settle"),
});

/** C3: also the key of a program in the pending map. */
export const positionCodec = codec<Position>("position", container(positionFields));

export function comparePositions(a: Position, b: Position): number {
  return a.height - b.height || a.index - b.index;
}

/** Line order within one contract. */
export function compareNodes(a: Node, b: Node): number {
  const byStep = comparePositions(a, b) || a.step - b.step;
  if (byStep !== 0 || a.kind === b.kind) return byStep;
  return a.kind === "step" ? -1 : 1;
}
