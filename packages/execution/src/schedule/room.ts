// R4: how much one round may run, so that its claim stays within the limits of claims and a follower can keep up. What
// counts is known before anything runs: nodes, contracts, sources, and the budgets and bytes of the programs that have a
// node in the round. A place in a claim is paid for by budget (`placeCost`, `byteCost`), so budgets bound what a round
// makes; bytes bound the blobs that whoever checks it has to be given.

import { asBudget, type Budget, type ContractName, limits, type NetworkLimits, type Source } from "@tandem/shared";
import { type OrderedProgram, positionNumber } from "../ordered.ts";

export interface RoundBounds {
  readonly nodesMax: number;
  readonly contractsMax: number;
  readonly sourcesMax: number;
  /** Of all programs with a node in the round. */
  readonly budgetMax: Budget;
  /** Of the same programs, each with its blob's frame. */
  readonly bytesMax: number;
}

/** Bytes that a blob counts for beside its payload: some touches and transfers. With all that it may have it takes 2 KiB. */
const frameBytes = 512;

export function roundBounds({ shardBudget }: Pick<NetworkLimits, "shardBudget">): RoundBounds {
  return {
    nodesMax: limits.laneItemsMax,
    contractsMax: limits.lanesMax,
    sourcesMax: limits.sourcesMax,
    budgetMax: asBudget(shardBudget),
    // What comes with one block always fits: its blobs, and 512 bytes for each of the 16,384.
    bytesMax: 2 * limits.blockBytesMax,
  };
}

/** The room that a round has left. The first node always fits. */
export class RoundRoom {
  readonly #bounds: RoundBounds;
  readonly #contracts = new Set<ContractName>();
  readonly #sources = new Set<string>();
  readonly #programs = new Set<number>();
  #nodes = 0;
  #budget = 0;
  #bytes = 0;

  constructor(bounds: RoundBounds) {
    this.#bounds = bounds;
  }

  /** Whether the node runs in this round. After the first that does not, no other may. */
  admit(program: OrderedProgram, contract: ContractName, sources: readonly Source[]): boolean {
    const { nodesMax, contractsMax, sourcesMax, budgetMax, bytesMax } = this.#bounds;
    const position = positionNumber(program);
    const isNew = !this.#programs.has(position);
    const budget = this.#budget + (isNew ? program.budget : 0);
    const bytes = this.#bytes + (isNew ? program.payloadBytes + frameBytes : 0);
    const contracts = this.#contracts.size + (this.#contracts.has(contract) ? 0 : 1);
    const fresh = sources.map(sourceText).filter((source) => !this.#sources.has(source));
    const isFull =
      this.#nodes + 1 > nodesMax ||
      contracts > contractsMax ||
      this.#sources.size + new Set(fresh).size > sourcesMax ||
      budget > budgetMax ||
      bytes > bytesMax;
    if (isFull && this.#nodes > 0) return false;
    this.#nodes++;
    this.#budget = budget;
    this.#bytes = bytes;
    this.#contracts.add(contract);
    this.#programs.add(position);
    for (const source of fresh) this.#sources.add(source);
    return true;
  }
}

function sourceText({ shard, round }: Source): string {
  return `${shard}/${round}`;
}
