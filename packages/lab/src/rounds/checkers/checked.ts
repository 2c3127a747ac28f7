// C2, C3: who has nothing but a claim, the one before it and what the two chains say, finds it right by `checkRound`, and
// each lane alone by `checkLane`. Some claims of a run are looked at so.

import type { CheckVerdict, PendingProgram, PlacedBlob, RoundInput, RoundResult } from "@tandem/execution";
import type { Frontier, Position } from "@tandem/shared";
import { Random } from "@tandem/simulator";
import { type BlockBlob, timeOf } from "../log.ts";
import type { Oracle } from "../oracle/oracle.ts";
import type { Execution, RoundsShard } from "../rounds-world.ts";

/** Of so many claims one is checked. */
const checkedOneIn = 4;

export class CheckedClaims {
  readonly #room: Execution;
  readonly #oracle: Oracle;
  readonly #random: Random;
  /** What each shard was given, by round. */
  readonly #inputs = new Map<string, RoundInput[]>();
  #before: { readonly prev: Frontier; readonly pending: readonly PendingProgram[] } | undefined;
  rounds = 0;
  lanes = 0;

  constructor(room: Execution, oracle: Oracle, seed: number) {
    this.#room = room;
    this.#oracle = oracle;
    this.#random = new Random(seed, "checked");
  }

  /** Before the shard runs a round. */
  begin({ name, execution }: RoundsShard, input: RoundInput): void {
    this.#inputs.set(name, [...(this.#inputs.get(name) ?? []), input]);
    const isChosen = this.#random.below(checkedOneIn) === 0;
    this.#before = isChosen ? { prev: execution.frontier, pending: execution.pending() } : undefined;
  }

  /** What is wrong, or nothing, after it ran. */
  end({ name, execution: { setting } }: RoundsShard, result: RoundResult | undefined): string | undefined {
    if (this.#before === undefined || result === undefined) return undefined;
    const { prev, pending } = this.#before;
    const blobAt = (position: Position) => this.#blobAt(position);
    const material = this.#room.witnessRound(result, pending, blobAt);
    if (!material.ok) return undefined;
    this.rounds++;
    const facts = this.#factsOf(name, prev, result, pending);
    const verdict = this.#room.checkRound(setting, prev, result.claim, facts, material.value);
    const problem = problemOf(verdict);
    if (problem !== undefined) return `checkRound: ${problem}`;
    for (const [index, { lane }] of result.lanes.entries()) {
      const witness = this.#room.witnessLane(result, index, blobAt);
      if (!witness.ok) continue;
      this.lanes++;
      const wrong = problemOf(this.#room.checkLane(setting, lane, witness.value));
      if (wrong !== undefined) return `checkLane of ${lane.contract}: ${wrong}`;
    }
    return undefined;
  }

  #blobAt({ height, index }: Position): PlacedBlob {
    const { blob } = this.#oracle.blobsAt(height)[index] as BlockBlob;
    return { height, index, timeMs: timeOf(height), blob } as PlacedBlob;
  }

  /** What was visible at the claim before is needed from the height of the oldest pending program on. */
  #factsOf(shard: string, prev: Frontier, { claim }: RoundResult, pending: readonly PendingProgram[]) {
    const inputs = this.#inputs.get(shard) ?? [];
    const oldest = pending[0]?.ordered.height ?? Number.POSITIVE_INFINITY;
    const recalled = inputs
      .slice(0, prev.round)
      .flatMap(({ visible }) => visible.filter(({ round }) => round >= oldest));
    return { recalled, rounds: inputs.slice(prev.round, claim.round) };
  }
}

function problemOf(verdict: CheckVerdict): string | undefined {
  if (verdict.ok) return undefined;
  const { code, path, message } = verdict.error;
  return `${code} at ${path}: ${message}`;
}
