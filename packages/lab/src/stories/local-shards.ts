// The shards of a network in one process: each with its store and its execution, on a log that the caller writes block by
// block. Each is given what R6 says that it needs, its slices and the claims of others that are cited, and nothing more.

import { environments, pureFunctions } from "@tandem/environments";
import {
  type GenesisState,
  genesisShard,
  type OrderedProgram,
  programsOf,
  type RoundResult,
  type RoundSlice,
  roundBounds,
  rulesOf,
  ShardExecution,
  type ShardSetting,
  type SliceBlob,
  type VisibleClaim,
} from "@tandem/execution";
import {
  asBlobIndex,
  asEpoch,
  asHeight,
  assert,
  asTimeMs,
  encodeProgram,
  exportsRootOf,
  type Genesis,
  type Height,
  leastAllowance,
  limits,
  MemoryStore,
  type Program,
  type Reading,
  type Root,
  readNow,
  type ShardName,
  sha256,
  utf8,
} from "@tandem/shared";

/** A program of the next block, and who signs it. */
export interface LocalBlob {
  readonly payer: Uint8Array;
  readonly program: Program;
}

/** What a block brought. */
export interface LocalRound {
  readonly height: Height;
  readonly programs: readonly OrderedProgram[];
  /** R2: what its citation made visible. */
  readonly visible: readonly VisibleClaim[];
  readonly results: ReadonlyMap<ShardName, RoundResult>;
}

class LocalShard {
  readonly name: ShardName;
  readonly #store = new MemoryStore();
  readonly #execution: ShardExecution;

  constructor(setting: ShardSetting, genesis: GenesisState) {
    this.name = setting.shard;
    const begun = this.#run(genesisShard(setting.rules, genesis, setting.shard));
    assert(begun.ok, begun.ok ? "" : `a genesis that was checked: ${begun.error.message}`);
    this.#store.write(begun.value.batch);
    this.#execution = new ShardExecution(setting, begun.value.frontier);
  }

  /** Nothing if the shard had no work, and so makes no claim (C1). */
  round(slice: RoundSlice, visible: readonly VisibleClaim[]): RoundResult | undefined {
    const result = this.#run(this.#execution.round({ slice, visible }));
    if (result === undefined) return undefined;
    this.#store.write(result.batch);
    return result;
  }

  #run<T>(reading: Reading<T>): T {
    return readNow((keys) => this.#store.readNow(keys), reading);
  }
}

/** Time between blocks, for contracts that ask for it. */
const blockMs = 1000;

/** What they need to know of a genesis. */
export type LocalGenesis = GenesisState & Pick<Genesis, "shards">;

export class LocalShards {
  readonly #shards: readonly LocalShard[];
  readonly #startMs: number;
  /** R2: what each shard claimed and no block has cited yet. */
  readonly #uncited = new Map<ShardName, RoundResult[]>();
  #height = 0;

  constructor(genesis: LocalGenesis) {
    const rules = rulesOf(genesis, environments, pureFunctions);
    const bounds = roundBounds({ shardBudget: limits.shardBudgetMax });
    this.#startMs = genesis.startMs;
    this.#shards = genesis.shards.map(
      ({ name }) => new LocalShard({ shard: name, epoch: asEpoch(0), rules, bounds }, genesis),
    );
  }

  get names(): readonly ShardName[] {
    return this.#shards.map(({ name }) => name);
  }

  /** Orders a block and runs its round in every shard; of those `behind` nothing new is cited. */
  block(blobs: readonly LocalBlob[], behind: readonly string[] = []): LocalRound {
    const height = asHeight(++this.#height);
    const timeMs = asTimeMs(this.#startMs + height * blockMs);
    const ordered = blobs.map((blob, index) => orderBlob(blob, height, index));
    const visible = this.names.filter((name) => !behind.includes(name)).flatMap((name) => this.#cite(name));
    const results = new Map<ShardName, RoundResult>();
    for (const shard of this.#shards) {
      const slice = { height, timeMs, blobs: ordered.filter(({ envelope }) => envelope.touches.includes(shard.name)) };
      const result = shard.round(
        slice,
        visible.filter((claim) => claim.shard !== shard.name),
      );
      if (result === undefined) continue;
      results.set(shard.name, result);
      this.#uncited.set(shard.name, [...(this.#uncited.get(shard.name) ?? []), result]);
    }
    const programs = programsOf({ height, timeMs, blobs: ordered });
    assert(programs.length === blobs.length, "no program is void");
    return { height, programs, visible, results };
  }

  #cite(shard: ShardName): readonly VisibleClaim[] {
    const fresh = this.#uncited.get(shard) ?? [];
    this.#uncited.delete(shard);
    return fresh.map(visibleClaim);
  }
}

function orderBlob({ payer, program }: LocalBlob, height: number, index: number): SliceBlob {
  const envelope = { payer, payload: encodeProgram(program), ...leastAllowance(program) };
  return { index: asBlobIndex(index), root: sha256(utf8(`blob ${index} of block ${height}`)) as Root, envelope };
}

function visibleClaim({ claim, lanes }: RoundResult): VisibleClaim {
  const { shard, round } = claim;
  return { shard, round, exports: exportsRootOf(claim), lanes: lanes.map(({ content }) => content.exports) };
}
