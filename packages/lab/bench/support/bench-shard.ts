// One shard that runs block after block of small programs, over a store in memory.

import {
  counter,
  counterFootprints,
  environments,
  token,
  tokenConfig,
  tokenFootprints,
  tokenKeys,
} from "@tandem/environments";
import {
  genesisShard,
  type RoundResult,
  type RoundSlice,
  roundBounds,
  rulesOf,
  ShardExecution,
  type ShardSetting,
} from "@tandem/execution";
import {
  asBlobIndex,
  asBudget,
  asContractName,
  asEpoch,
  asHeight,
  asMethodName,
  asShardName,
  assert,
  asTimeMs,
  type CallStep,
  type ContractName,
  encodeProgram,
  encodeValue,
  type GenesisContract,
  limits,
  MemoryStore,
  type Root,
  readNow,
  sha256,
  utf8,
  type Value,
} from "@tandem/shared";

/** A blob of one call, and who signed it. */
export interface BenchCall {
  readonly payer: Uint8Array;
  readonly step: CallStep;
}

const shard = asShardName("bench");
const budget = asBudget(100_000);

function callOf(at: ContractName, method: string, values: readonly Value[], footprint: CallStep["footprint"]) {
  const args = values.map((value) => ({ kind: "literal" as const, value }));
  return { kind: "call", at, method: asMethodName(method), args, budget, footprint } satisfies CallStep;
}

/** What runs in a shard: its contracts, blocks that come before anything is measured, and then one after the other. */
export interface BenchLoad {
  readonly contracts: readonly GenesisContract[];
  readonly before: readonly (readonly BenchCall[])[];
  blockAt(height: number): readonly BenchCall[];
}

export class BenchShard {
  readonly #load: BenchLoad;
  readonly #setting: ShardSetting;
  readonly #store = new MemoryStore();
  readonly #execution: ShardExecution;
  #slice: RoundSlice | undefined;
  /** The last round, and whether it is in the store. */
  #result: RoundResult | undefined;

  constructor(load: BenchLoad, heldBytesMax = Number.MAX_SAFE_INTEGER) {
    this.#load = load;
    const genesis = { shards: [], contracts: load.contracts, startMs: asTimeMs(1) };
    const rules = rulesOf(genesis, environments, []);
    const bounds = roundBounds({ shardBudget: asBudget(limits.shardBudgetMax) } as Parameters<typeof roundBounds>[0]);
    this.#setting = { shard, epoch: asEpoch(0), rules, bounds, heldBytesMax };
    const begun = this.#read(genesisShard(rules, genesis as unknown as Parameters<typeof genesisShard>[1], shard));
    assert(begun.ok, "the genesis of a bench is good");
    this.#store.write(begun.value.batch);
    this.#execution = new ShardExecution(this.#setting, begun.value.frontier);
    for (const calls of load.before) {
      this.#slice = this.#sliceOf(calls);
      this.run();
      this.save();
    }
  }

  #read<T>(reading: Parameters<typeof readNow<T>>[1]): T {
    return readNow((keys) => this.#store.readNow(keys), reading);
  }

  /** Makes the next slice. */
  prepare(): void {
    this.#slice = this.#sliceOf(this.#load.blockAt(this.#execution.height));
  }

  /** The round of that slice. */
  run(): RoundResult {
    assert(this.#slice !== undefined, "a slice is there");
    const result = this.#read(this.#execution.round({ slice: this.#slice, visible: [] }));
    assert(result !== undefined && result.claim.pending.count === 0, "everything runs at once");
    this.#result = result;
    return result;
  }

  /** What the last round wrote goes to the store. A shard that holds everything can do without. */
  save(): void {
    if (this.#result !== undefined) this.#store.write(this.#result.batch);
    this.#result = undefined;
  }

  #sliceOf(calls: readonly BenchCall[]): RoundSlice {
    const height = asHeight(this.#execution.height + 1);
    const blobs = calls.map(({ payer, step }, index) => {
      const payload = encodeProgram({ steps: [step], groups: [] });
      const root = sha256(utf8(`blob ${height} ${index}`)) as Root;
      return { index: asBlobIndex(index), root, envelope: { payer, payload, touches: [shard], budget } };
    });
    return { height, timeMs: asTimeMs(1000 * height), blobs };
  }
}

function contract(name: ContractName, { name: environment }: typeof counter, config: Value): GenesisContract {
  return { name, environment, config: encodeValue(config) };
}

const account = (index: number) => sha256(utf8(`account ${index}`));

/** Keys of the balances of so many accounts. */
export function accountKeys(count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, index) => tokenKeys.balance(account(index)));
}

/** `counter.add`, at 64 counters in turn. */
export function counterLoad(blobs: number): BenchLoad {
  const names = Array.from({ length: 64 }, (_, index) => asContractName(`${shard}/counter-${index}`));
  const payer = account(0);
  const calls = Array.from({ length: blobs }, (_, index): BenchCall => {
    const at = names[index % names.length] as ContractName;
    return { payer, step: callOf(at, "add", [BigInt(index)], counterFootprints.add()) };
  });
  return { contracts: names.map((name) => contract(name, counter, 0n)), before: [], blockAt: () => calls };
}

/** `token.transfer`, from account to account of one token; others in each block. */
export function transferLoad(blobs: number, accounts: number): BenchLoad {
  const name = asContractName(`${shard}/token`);
  const keys = Array.from({ length: accounts }, (_, index) => account(index));
  const [minter] = keys as [Uint8Array];
  const mint = (to: Uint8Array): BenchCall => {
    return { payer: minter, step: callOf(name, "mint", [to, 1_000_000n], tokenFootprints.mint(to)) };
  };
  const transferAt = (index: number): BenchCall => {
    const payer = keys[(index * 7919) % accounts] as Uint8Array;
    const to = keys[(index * 104_729 + 1) % accounts] as Uint8Array;
    return { payer, step: callOf(name, "transfer", [to, 1n], tokenFootprints.transfer(payer, to)) };
  };
  const before: BenchCall[][] = [];
  for (let at = 0; at < accounts; at += 4096) before.push(keys.slice(at, at + 4096).map(mint));
  return {
    contracts: [contract(name, token, tokenConfig({ minters: [minter] }))],
    before,
    blockAt: (height) => Array.from({ length: blobs }, (_, index) => transferAt(height * blobs + index)),
  };
}
