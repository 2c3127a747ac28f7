// The contracts of one shard, run in memory from the genesis on.

import {
  genesisShard,
  type RoundInput,
  type Rules,
  roundBounds,
  ShardExecution,
  type VisibleClaim,
} from "@tandem/execution";
import {
  asEpoch,
  assert,
  type Frontier,
  type Genesis,
  MemoryStore,
  type Reading,
  readNow,
  type ShardName,
} from "@tandem/shared";

export class ExecutedShard {
  readonly #store = new MemoryStore();
  readonly #execution: ShardExecution;

  constructor(genesis: Genesis, shard: ShardName, rules: Rules) {
    const begun = this.#run(genesisShard(rules, genesis, shard));
    assert(begun.ok, "the genesis was checked");
    this.#store.write(begun.value.batch);
    const setting = { shard, epoch: asEpoch(0), rules, bounds: roundBounds(genesis.limits) };
    this.#execution = new ShardExecution(setting, begun.value.frontier);
  }

  /** The last claim. */
  get frontier(): Frontier {
    return this.#execution.frontier;
  }

  execute(input: RoundInput) {
    const result = this.#run(this.#execution.round(input));
    if (result !== undefined) this.#store.write(result.batch);
    return { result, waiting: this.#execution.takeWaiting() };
  }

  recall(visible: readonly VisibleClaim[]) {
    this.#execution.recall(visible);
    return { result: undefined, waiting: this.#execution.takeWaiting() };
  }

  #run<T>(reading: Reading<T>): T {
    return readNow((keys) => this.#store.readNow(keys), reading);
  }
}
