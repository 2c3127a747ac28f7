// R6, C3: shards that are given no more than they need: of other shards only the claims of those that their pending
// programs touch. Now and then, with programs open, one is let go, and another goes on from its last claim.

import type { RoundInput, RoundResult, VisibleClaim } from "@tandem/execution";
import { equalBytes, type ShardName } from "@tandem/shared";
import { Random } from "@tandem/simulator";
import type { Violation } from "../report.ts";
import { type Log, sliceOf } from "./log.ts";
import type { Oracle } from "./oracle/oracle.ts";
import type { RoundsShard } from "./rounds-world.ts";

/** In this many rounds with something pending, one is begun anew. */
const restartOneIn = 10;

export class Followers {
  readonly #oracle: Oracle;
  readonly #shards: readonly RoundsShard[];
  readonly #random: Random;
  /** What each shard was given, by round. */
  readonly #inputs: RoundInput[][];
  readonly #restarts: number[];
  #withheld = 0;
  #given = 0;
  /** Restarts from a claim with an open group that had written something. */
  openGroups = 0;

  constructor(log: Log, oracle: Oracle, shards: readonly RoundsShard[]) {
    this.#oracle = oracle;
    this.#shards = shards;
    this.#random = new Random(log.seed, "restarts");
    this.#inputs = shards.map(() => []);
    this.#restarts = shards.map(() => 0);
  }

  get restarts(): number {
    return this.#restarts.reduce((sum, each) => sum + each, 0);
  }

  get withheld(): number {
    return this.#withheld;
  }

  /** Of the claims that became visible, those that were needed. */
  get followed(): { readonly bytes: number; readonly bytesOfAll: number } {
    return { bytes: this.#given, bytesOfAll: this.#given + this.#withheld };
  }

  round(
    at: number,
    round: number,
    { slice, visible }: RoundInput,
    expected: RoundResult | undefined,
  ): Pick<Violation, "checker" | "what"> | undefined {
    const shard = this.#shards[at] as RoundsShard;
    const touched = this.#touchedBy(shard.name, round);
    const needed = visible.filter((claim) => touched.has(claim.shard));
    this.#given += needed.length;
    this.#withheld += visible.length - needed.length;
    const input = { slice, visible: needed };
    (this.#inputs[at] as RoundInput[]).push(input);
    const result = shard.round(input);
    const isSame = result === undefined ? expected === undefined : isSameClaim(result, expected);
    const restarts = this.#restarts[at] as number;
    if (!isSame) {
      const what = `${shard.name} in round ${round} claims something else, after ${restarts} new beginnings`;
      return { checker: restarts === 0 ? "withheld" : "restored", what };
    }
    if (shard.execution.pendingCount > 0 && this.#random.below(restartOneIn) === 0) this.#restart(at, shard, round);
    return undefined;
  }

  /** Shards that programs touch which are pending here, or come in this round. */
  #touchedBy(shard: ShardName, round: number): ReadonlySet<string> {
    const before = this.#oracle.plan.rounds.get(shard)?.[round - 2]?.pending ?? [];
    const programs = [...before, ...this.#oracle.addedAt(round)];
    const own = programs.filter(({ nodes }) => nodes.some((node) => node.shard === shard));
    return new Set(own.flatMap(({ nodes }) => nodes.map((node) => node.shard)));
  }

  #restart(at: number, shard: RoundsShard, round: number): void {
    this.#restarts[at] = (this.#restarts[at] as number) + 1;
    if (shard.open.some(({ entry }) => entry.writes.length > 0)) this.openGroups++;
    const claimed = shard.execution.frontier.round;
    const inputs = this.#inputs[at] as readonly RoundInput[];
    const touched = this.#touchedBy(shard.name, claimed + 1);
    const visible: readonly VisibleClaim[] = inputs.slice(0, claimed).flatMap((input) => input.visible);
    const recalled = visible.filter((claim) => touched.has(claim.shard));
    const slices = (height: number) => sliceOf(this.#oracle.blobsAt(height), height, shard.name);
    shard.restart(slices, recalled, inputs.slice(claimed, round));
  }
}

function isSameClaim(result: RoundResult, expected: RoundResult | undefined): boolean {
  return expected !== undefined && equalBytes(result.root, expected.root);
}
