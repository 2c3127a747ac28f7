// How far programs have come, as this node sees them in the shards that it follows: ordered, run, affirmed, attested
// (section 7), and while a program waits, for which step of which shard or behind whom, and since which round.
//
// A program stands as a whole where the shard stands in which it came least far. What is said of a claim holds for all
// before it in its shard, so of each shard the latest round is enough. It keeps so many programs and forgets the oldest of
// those that are attested, or if there are none the oldest.

import type { Awaited, RoundSlice } from "@tandem/execution";
import {
  asHeight,
  type ContractName,
  type Export,
  type Height,
  type Node,
  type NothingReason,
  type Position,
  type Root,
  type Round,
  type ShardName,
  toHex,
} from "@tandem/shared";
import type { Executed, RanRound } from "./types.ts";

export const stages = ["ordered", "run", "affirmed", "attested"] as const;
export type Stage = (typeof stages)[number];

/** A step or settle that ran. */
export interface RanNode {
  readonly node: Node;
  readonly contract: ContractName;
  readonly round: Round;
  readonly claim: Root;
  /** Of a settle, whether its group held. */
  readonly outcome: "value" | NothingReason | "held" | "failed";
}

/** A step of another shard, or the turn behind another program at a contract (R1). */
export type AwaitedSince = Awaited & { readonly since: Height };

export interface PartStatus {
  readonly shard: ShardName;
  readonly stage: Stage;
  readonly ran: readonly RanNode[];
  readonly awaited: readonly AwaitedSince[];
}

export interface ProgramStatus extends Position {
  readonly blob: Root;
  readonly stage: Stage;
  readonly parts: readonly PartStatus[];
}

/** A program in one shard. */
interface Part {
  readonly ran: RanNode[];
  /** The round in which its last node here ran, or its own one if it has none here. */
  doneAt: Round | undefined;
}

interface Program extends Position {
  readonly key: string;
  readonly blob: Root;
  readonly parts: Map<ShardName, Part>;
}

interface Shard {
  affirmed: number;
  attested: number;
  /** Done, but not attested; in the order of rounds. */
  finished: Program[];
  /** What programs waited for after the last round, by position; also such as were ordered before this node started. */
  readonly awaited: Map<string, readonly AwaitedSince[]>;
  /** Ordered, in rounds that were not executed yet. */
  readonly ordered: Map<Height, Program[]>;
}

export class ProgramStatuses {
  readonly #programsMax: number;
  readonly #programs = new Map<string, Program>();
  /** Attested in every followed shard. */
  readonly #attested = new Map<string, Program>();
  readonly #blobs = new Map<string, Program>();
  readonly #shards = new Map<ShardName, Shard>();

  constructor(programsMax: number) {
    this.#programsMax = programsMax;
  }

  /** For tests of bounds: all that is kept. */
  get counts() {
    const shards = [...this.#shards.values()];
    const finished = shards.reduce((sum, shard) => sum + shard.finished.length, 0);
    const ordered = shards.reduce((sum, shard) => sum + shard.ordered.size, 0);
    return { programs: this.#blobs.size, finished, ordered };
  }

  of(blob: Root): ProgramStatus | undefined {
    const program = this.#blobs.get(toHex(blob));
    if (program === undefined) return undefined;
    const parts = Array.from(program.parts, ([shard, part]): PartStatus => {
      const awaited = this.awaitedOf(program, shard) ?? [];
      return { shard, stage: this.#stageOf(shard, part), ran: part.ran, awaited };
    });
    const lowest = Math.min(...parts.map(({ stage }) => stages.indexOf(stage)));
    const { height, index } = program;
    return { height, index, blob, stage: stages[lowest] as Stage, parts };
  }

  /** What a program waits for in a followed shard; nothing if it does not wait there. */
  awaitedOf(position: Position, shard: ShardName): readonly AwaitedSince[] | undefined {
    return this.#shards.get(shard)?.awaited.get(keyOf(position));
  }

  #stageOf(name: ShardName, { doneAt }: Part): Stage {
    const { affirmed, attested } = this.#shardOf(name);
    if (doneAt === undefined) return "ordered";
    if (doneAt <= attested) return "attested";
    return doneAt <= affirmed ? "affirmed" : "run";
  }

  /** A final order block's slice. */
  onOrdered(shard: ShardName, { height, blobs }: RoundSlice): void {
    if (blobs.length === 0) return;
    const ordered: Program[] = [];
    this.#shardOf(shard).ordered.set(height, ordered);
    for (const { index, root } of blobs) {
      const key = keyOf({ height, index });
      const program = this.#programs.get(key) ?? { key, height, index, blob: root, parts: new Map() };
      this.#programs.set(key, program);
      this.#blobs.set(toHex(root), program);
      ordered.push(program);
      if (!program.parts.has(shard)) program.parts.set(shard, { ran: [], doneAt: undefined });
    }
    while (this.#blobs.size > this.#programsMax) this.#forget();
  }

  #forget(): void {
    const [oldest] = this.#attested.size > 0 ? this.#attested.values() : this.#programs.values();
    if (oldest === undefined) return;
    this.#attested.delete(oldest.key);
    this.#programs.delete(oldest.key);
    this.#blobs.delete(toHex(oldest.blob));
    // A shard that stopped, or is far behind, would keep them for long.
    for (const shard of oldest.parts.keys()) {
      const { ordered } = this.#shardOf(shard);
      const left = ordered.get(oldest.height)?.filter((program) => program !== oldest) ?? [];
      if (left.length > 0) ordered.set(oldest.height, left);
      else ordered.delete(oldest.height);
    }
  }

  /** The round `height` of a shard was executed. */
  onExecuted(name: ShardName, height: Height, { result, waiting }: Executed): void {
    const shard = this.#shardOf(name);
    if (result !== undefined) this.#onClaim(name, result);
    shard.ordered.delete(height);
    this.onWaiting(name, height, waiting);
  }

  /** What changed of what is pending, after the round `height`; at a start, whatever round it has waited since. */
  onWaiting(name: ShardName, height: Height, waiting: Executed["waiting"]): void {
    const known = this.#shardOf(name).awaited;
    for (const { program, awaited } of waiting) {
      const key = keyOf(program);
      const before = known.get(key) ?? [];
      if (awaited === undefined) known.delete(key);
      else
        known.set(
          key,
          awaited.map((step) => since(step, before, height)),
        );
    }
  }

  #onClaim(name: ShardName, { claim, root, lanes, entries }: RanRound): void {
    const { round } = claim;
    for (const { lane, content } of lanes) {
      for (const { node, content: made } of content.exports) {
        const outcome = outcomeOf(made);
        this.#partAt(node, name)?.ran.push({ node, contract: lane.contract, round, claim: root, outcome });
      }
    }
    const left = new Set(entries.filter(({ entry }) => entry !== undefined).map(({ position }) => keyOf(position)));
    for (const { position } of entries) if (!left.has(keyOf(position))) this.#finish(position, name, round);
    // Of the others of this height nothing runs here.
    for (const program of this.#shardOf(name).ordered.get(asHeight(round)) ?? []) {
      if (!left.has(program.key)) this.#finish(program, name, round);
    }
  }

  #finish(position: Position, name: ShardName, round: Round): void {
    const program = this.#programs.get(keyOf(position));
    const part = program?.parts.get(name);
    if (program === undefined || part === undefined || part.doneAt !== undefined) return;
    part.doneAt = round;
    const shard = this.#shardOf(name);
    shard.finished.push(program);
    if (shard.finished.length <= this.#programsMax) return;
    shard.finished = shard.finished.filter(({ key }) => this.#programs.has(key));
  }

  #partAt(position: Position, shard: ShardName): Part | undefined {
    return this.#programs.get(keyOf(position))?.parts.get(shard);
  }

  /** A quorum was seen for the own claim of this round. */
  onAffirmed(name: ShardName, round: Round): void {
    const shard = this.#shardOf(name);
    shard.affirmed = Math.max(shard.affirmed, round);
  }

  /** The own claim of this round is in a final attest block. */
  onAttested(name: ShardName, round: Round): void {
    const shard = this.#shardOf(name);
    shard.attested = Math.max(shard.attested, round);
    const isDone = (program: Program) => ((program.parts.get(name) as Part).doneAt as Round) <= shard.attested;
    const settled = shard.finished.filter(isDone);
    shard.finished = shard.finished.filter((program) => !isDone(program));
    for (const program of settled) {
      const isAttested = [...program.parts].every(([each, part]) => this.#stageOf(each, part) === "attested");
      if (isAttested && this.#programs.has(program.key)) this.#attested.set(program.key, program);
    }
  }

  #shardOf(name: ShardName): Shard {
    const nothing: Shard = { affirmed: 0, attested: 0, finished: [], awaited: new Map(), ordered: new Map() };
    const shard = this.#shards.get(name) ?? nothing;
    this.#shards.set(name, shard);
    return shard;
  }
}

function since(awaited: Awaited, before: readonly AwaitedSince[], now: Height): AwaitedSince {
  return before.find((each) => nameOf(each) === nameOf(awaited)) ?? { ...awaited, since: now };
}

/** No two have one name. */
function nameOf(awaited: Awaited): string {
  return "step" in awaited ? `${awaited.shard} ${awaited.step}` : `${awaited.contract} behind ${keyOf(awaited.behind)}`;
}

function keyOf({ height, index }: Position): string {
  return `${height}/${index}`;
}

function outcomeOf(content: Export["content"]): RanNode["outcome"] {
  if (content.kind === "verdict") return content.value.failed === undefined ? "held" : "failed";
  const outcome = content.kind === "outcome" ? content.value : content.value.outcome;
  return outcome.kind === "value" ? "value" : outcome.value.why;
}
