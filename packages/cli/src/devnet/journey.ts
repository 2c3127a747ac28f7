// A program's way through Stage 2, as all nodes of a devnet together say it: each claim in which some of its steps ran, first
// as run (by a node that follows the shard), then as affirmed (by a quorum), then as attested (in a final attest block).
// Nobody here follows every shard, so no node alone would do.

import { setTimeout as sleep } from "node:timers/promises";
import type { OrderedProgramAnswer } from "../api-client.ts";
import { turnWords } from "../program/follow-words.ts";

/** What the nodes say at one time. */
export interface Sight {
  /** Of those that know the program. */
  readonly programs: readonly OrderedProgramAnswer[];
  /** By shard, the highest round that any node saw a quorum affirm. */
  readonly affirmed: ReadonlyMap<string, number>;
  /** By shard, the round of the claim that its quorum is missing for, as the node says that is furthest. */
  readonly waiting: ReadonlyMap<string, number>;
}

export type RanAnswer = OrderedProgramAnswer["shards"][number]["ran"][number];

export type ClaimStage = "run" | "affirmed" | "attested";
const stages: readonly ClaimStage[] = ["run", "affirmed", "attested"];

/** A claim in which steps of the program ran has come so far. */
export interface JourneyStep {
  readonly stage: ClaimStage;
  readonly shard: string;
  readonly round: number;
  readonly claim: string;
  /** Of the attest block, once there is one. */
  readonly attestHeight: number | undefined;
  /** In line order. */
  readonly ran: readonly RanAnswer[];
}

interface SeenClaim extends Omit<JourneyStep, "stage"> {
  readonly stage: ClaimStage;
}

export class Journey {
  /** How many stages of a claim were told. */
  readonly #told = new Map<string, number>();
  #end: OrderedProgramAnswer | undefined;
  #last: Sight | undefined;

  /** What is new, in the order of rounds. What is attested was affirmed and run, whether that was seen or not. */
  take(sight: Sight): readonly JourneyStep[] {
    this.#last = sight;
    this.#end ??= sight.programs.find(({ status }) => status === "attested");
    return claimsIn(sight).flatMap((claim) => {
      const told = this.#told.get(claim.claim) ?? 0;
      const reached = stages.indexOf(claim.stage) + 1;
      this.#told.set(claim.claim, Math.max(told, reached));
      return stages.slice(told, reached).map((stage) => ({ ...claim, stage }));
    });
  }

  /** What a node says that has seen all of it attested. */
  get end(): OrderedProgramAnswer | undefined {
    return this.#end;
  }

  /** Why it is not through yet, shard by shard. */
  waits(): readonly string[] {
    const parts = this.#last?.programs.flatMap(({ shards }) => shards) ?? [];
    const open = [...new Set(parts.map(({ shard }) => shard))].filter(
      (name) => !parts.some(({ shard, status }) => shard === name && status === "attested"),
    );
    return open.map((name) =>
      waitWords(
        name,
        parts.filter(({ shard }) => shard === name),
        this.#last?.waiting.get(name),
      ),
    );
  }
}

function claimsIn({ programs, affirmed }: Sight): readonly SeenClaim[] {
  const claims = new Map<string, SeenClaim>();
  for (const { shard, ran } of programs.flatMap(({ shards }) => shards)) {
    for (const claim of new Set(ran.map((each) => each.claim))) {
      const inIt = ran.filter((each) => each.claim === claim);
      const { round, attestHeight } = inIt[0] as RanAnswer;
      const height = attestHeight ?? claims.get(claim)?.attestHeight;
      const isAffirmed = round <= (affirmed.get(shard) ?? -1);
      const stage = height !== undefined ? "attested" : isAffirmed ? "affirmed" : "run";
      claims.set(claim, { stage, shard, round, claim, attestHeight: height, ran: inIt });
    }
  }
  return [...claims.values()].sort((a, b) => a.round - b.round || (a.shard < b.shard ? -1 : 1));
}

type Part = OrderedProgramAnswer["shards"][number];

/** A claim that waits may be an earlier one, of other programs. */
function waitWords(shard: string, parts: readonly Part[], waiting: number | undefined): string {
  const awaited = parts.flatMap((part) => part.awaited ?? []);
  const step = awaited.find((each) => "step" in each);
  if (step !== undefined) return `${shard} waits for step ${step.step} in ${step.shard}, since block ${step.since}`;
  const turn = awaited.find((each) => "behind" in each);
  if (turn !== undefined) return `${shard} ${turnWords(turn)}, since block ${turn.since}`;
  const most = Math.max(...parts.map(({ ran }) => ran.length));
  const nodes = Math.max(...parts.map((part) => part.nodes));
  if (most < nodes) return `${shard} has run ${most} of ${nodes}`;
  return `${shard} has run all, and waits for a quorum${waiting === undefined ? "" : ` of round ${waiting}`}`;
}

export interface Follow {
  readonly read: () => Promise<Sight>;
  readonly onStep: (step: JourneyStep) => void;
  /** It takes longer than it should; told once. */
  readonly onLate: (waits: readonly string[]) => void;
  readonly pollMs: number;
  readonly lateMs: number;
  readonly signal: AbortSignal;
}

/** Resolves when all of it is attested. */
export async function followJourney(journey: Journey, follow: Follow): Promise<OrderedProgramAnswer> {
  const { read, onStep, onLate, pollMs, lateMs, signal } = follow;
  const startMs = performance.now();
  let isLate = false;
  for (;;) {
    for (const step of journey.take(await read())) onStep(step);
    if (journey.end !== undefined) return journey.end;
    if (!isLate && performance.now() - startMs > lateMs) {
      isLate = true;
      onLate(journey.waits());
    }
    await sleep(pollMs, undefined, { signal });
  }
}
