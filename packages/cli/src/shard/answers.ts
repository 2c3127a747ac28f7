// What a node says of shards: GET /shards, GET /shards/NAME.

import type { NodeStatus } from "@tandem/node";

/** GET /shards. */
export type ShardAnswer = NodeStatus["shards"][number];

/** GET /shards/NAME. */
export interface ShardDetails extends ShardAnswer {
  readonly members: readonly { readonly seat: number; readonly name: string; readonly weight: string }[];
  readonly alarms: readonly string[];
  /** C6: where both sides of a dispute differ, as far as it is known. */
  readonly explained: ExplainedAnswer | null;
}

/** Bytes are hexadecimal, and what is not there is null. */
export interface ExplainedAnswer {
  readonly difference: DifferenceAnswer;
  readonly keys?: readonly KeyAnswer[];
  readonly end?: string;
}

export interface DifferenceAnswer {
  /** `export`, a root of a lane or of the claim, `pending`, or `idle`. */
  readonly what: string;
  readonly contract?: string;
  readonly node?: NodeAnswer;
  readonly own?: unknown;
  readonly theirs?: unknown;
}

export interface NodeAnswer {
  readonly height: number;
  readonly index: number;
  readonly step: number;
  readonly kind: "step" | "settle";
}

export interface KeyAnswer {
  readonly map: { readonly kind: "contracts" | "pending" | "state"; readonly contract?: string };
  readonly key: string;
  readonly own: string | null;
  readonly theirs: string | null;
  readonly lane: {
    readonly contract: string;
    readonly nodeCount: number;
    readonly unknownCount: number;
    readonly touchingCount: number;
    readonly touching: readonly (Sides & { readonly node: NodeAnswer; readonly access: string })[];
  } | null;
}

interface Sides {
  readonly own: ExportAnswer | null;
  readonly theirs: ExportAnswer | null;
}

/** What a step or a settle gave. */
export type ExportAnswer =
  | { readonly kind: "outcome"; readonly value: OutcomeAnswer }
  | { readonly kind: "tentative"; readonly value: { readonly outcome: OutcomeAnswer } }
  | { readonly kind: "verdict"; readonly value: { readonly failed?: number | null } };

export type OutcomeAnswer =
  /** The value's canonical encoding. */
  | { readonly kind: "value"; readonly value: { readonly bytes: string } }
  | { readonly kind: "nothing"; readonly value: { readonly why: string; readonly step: number } };
