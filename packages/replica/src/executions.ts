// The executions of the followed shards, for whoever performs the tasks that the replica gives: a node in a thread of its own,
// a simulator on the spot. Each task is a reading of the node's store, and writes nothing: what a round changes comes back,
// and the replica stores it with the claim. Of one shard one task at a time, in the order in which they were given.

import type { ExecutedRound, ExecutionTask, OpenedShard, OrderReads } from "@tandem/attestation";
import { shardPrefix } from "@tandem/attestation";
import {
  genesisShard,
  type PendingProgram,
  type RoundInput,
  type Rules,
  readPending,
  roundBounds,
  ShardExecution,
  type StoredEntry,
} from "@tandem/execution";
import {
  type Epoch,
  type Frontier,
  type Genesis,
  type Reading,
  readUnder,
  type ShardName,
  type StoreBatch,
  StoreFault,
} from "@tandem/shared";

export interface ExecutionsConfig {
  readonly genesis: Genesis;
  readonly epoch: Epoch;
  readonly rules: Rules;
  readonly order: Pick<OrderReads, "program">;
}

/** Answers `open-shard` with the first, the other tasks with the second. */
export type ExecutionAnswer =
  | { readonly kind: "opened"; readonly id: number; readonly opened: OpenedShard }
  | { readonly kind: "executed"; readonly id: number; readonly executed: ExecutedRound };

const nothing: StoreBatch = { puts: [], deletes: [] };

export class Executions {
  readonly #config: ExecutionsConfig;
  readonly #shards = new Map<ShardName, ShardExecution>();

  constructor(config: ExecutionsConfig) {
    this.#config = config;
  }

  *perform(task: ExecutionTask): Reading<ExecutionAnswer> {
    const { id, shard } = task;
    if (task.kind === "open-shard") return { kind: "opened", id, opened: yield* this.#open(shard, task.frontier) };
    const execution = this.#shards.get(shard);
    if (execution === undefined) throw new StoreFault("missing-record", `${shard} was not opened`);
    if (task.kind === "execute") {
      return { kind: "executed", id, executed: yield* readUnder(shardPrefix(shard), execute(execution, task.input)) };
    }
    execution.recall(task.visible);
    return { kind: "executed", id, executed: { result: undefined, waiting: execution.takeWaiting() } };
  }

  *#open(shard: ShardName, frontier: Frontier | undefined): Reading<OpenedShard> {
    const begun = frontier === undefined ? yield* this.#begin(shard) : { frontier, batch: nothing };
    const pending = frontier === undefined ? [] : yield* this.#pendingAfter(shard, frontier);
    const { genesis, epoch, rules } = this.#config;
    const setting = { shard, epoch, rules, bounds: roundBounds(genesis.limits) };
    const execution = new ShardExecution(setting, begun.frontier, pending);
    this.#shards.set(shard, execution);
    return { ...begun, waiting: execution.takeWaiting() };
  }

  *#begin(shard: ShardName): Reading<Pick<OpenedShard, "frontier" | "batch">> {
    const begun = yield* genesisShard(this.#config.rules, this.#config.genesis, shard);
    if (begun.ok) return begun.value;
    throw new StoreFault("bad-record", `the genesis of ${shard} was checked: ${begun.error.message}`);
  }

  *#pendingAfter(shard: ShardName, frontier: Frontier): Reading<readonly PendingProgram[]> {
    const pending: PendingProgram[] = [];
    for (const stored of yield* readUnder(shardPrefix(shard), readPending(frontier))) {
      pending.push(yield* this.#programOf(stored));
    }
    return pending;
  }

  *#programOf({ position, root, entry }: StoredEntry): Reading<PendingProgram> {
    const ordered = yield* this.#config.order.program(position, entry.blob);
    if (ordered === undefined) throw new StoreFault("missing-record", "a pending program's blob is not in the store");
    return { ordered, entry, root };
  }
}

function* execute(execution: ShardExecution, input: RoundInput): Reading<ExecutedRound> {
  const ran = yield* execution.round(input);
  const waiting = execution.takeWaiting();
  if (ran === undefined) return { result: undefined, waiting };
  const { claim, root, lanes, entries, refusals, batch } = ran;
  return { result: { claim, root, lanes, entries, refusals, batch }, waiting };
}
