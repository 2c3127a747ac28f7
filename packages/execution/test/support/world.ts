// Some shards that run a log, each given what R6 says it needs and nothing more: its slices, and of other shards the
// claims that the citations have made visible. Who drives it writes the log block by block and says what each cites.

import {
  asAmount,
  asBlobIndex,
  asBudget,
  asContractName,
  asEnvironmentName,
  asEpoch,
  asHeight,
  asNonce,
  asShardName,
  assert,
  asTimeMs,
  type Blob,
  type Budget,
  blobCodec,
  type ContractName,
  type EncodedOutcome,
  type Envelope,
  type Environment,
  encodeProgram,
  encodeValue,
  exportsRootOf,
  type Genesis,
  type GenesisContract,
  limits,
  MemoryStore,
  type Program,
  type PureFunction,
  payerSignatureBytes,
  readNow,
  type GenesisShard as ShardInGenesis,
  type ShardName,
  shardOf,
  type Value,
  zeroRoot,
} from "@tandem/shared";
import {
  genesisShard,
  type ProgramEnvelope,
  type RoundBounds,
  type RoundResult,
  type RoundSlice,
  type Rules,
  rulesOf,
  ShardExecution,
  type SliceBlob,
  type VisibleClaim,
} from "../../src/index.ts";

export const widestBounds: RoundBounds = {
  nodesMax: limits.laneItemsMax,
  contractsMax: limits.lanesMax,
  sourcesMax: limits.sourcesMax,
  budgetMax: asBudget(limits.shardBudgetMax),
  bytesMax: 32 * 1024 * 1024,
};

export interface WorldPlan {
  readonly shards: readonly string[];
  readonly environments: readonly Environment[];
  readonly functions?: readonly PureFunction[];
  /** Contracts of the genesis: environment and configuration by name. */
  readonly contracts?: Readonly<Record<string, readonly [environment: string, config: Value]>>;
  readonly creators?: ShardInGenesis["creators"];
  readonly bounds?: RoundBounds;
}

/** A blob of a block: a program, or any payload. */
export interface WorldBlob {
  readonly program: Program | Uint8Array;
  readonly payer?: Uint8Array;
  /** Every shard of the program's contracts, unless said otherwise. */
  readonly touches?: readonly ShardName[];
  readonly budget?: Budget;
}

/** For each shard the round of the claim that is cited (R2); without an entry, none but genesis. */
export type Citation = ReadonlyMap<ShardName, number>;

/** With the whole of its envelope. */
export interface WorldSliceBlob extends SliceBlob {
  readonly envelope: Envelope;
}

export interface WorldBlock {
  readonly height: number;
  readonly blobs: readonly WorldSliceBlob[];
  readonly citation: Citation;
}

export const defaultPayer: Uint8Array = new Uint8Array(32).fill(7);

export class WorldShard {
  readonly name: ShardName;
  readonly store = new MemoryStore();
  readonly execution: ShardExecution;
  /** All its claims, in order, with their exports. */
  readonly results: RoundResult[] = [];

  constructor(name: ShardName, genesis: Genesis, rules: Rules, bounds: RoundBounds) {
    this.name = name;
    const begun = this.run(genesisShard(rules, genesis, name));
    assert(begun.ok, begun.ok ? "" : `${begun.error.path} ${begun.error.message}`);
    this.store.write(begun.value.batch);
    const epoch = asEpoch(0);
    this.execution = new ShardExecution({ shard: name, epoch, rules, bounds }, begun.value.frontier);
  }

  run<T>(reading: Parameters<typeof readNow<T>>[1]): T {
    return readNow((keys) => this.store.readNow(keys), reading);
  }

  round(slice: RoundSlice, visible: readonly VisibleClaim[]): RoundResult | undefined {
    const result = this.run(this.execution.round({ slice, visible }));
    if (result !== undefined) {
      this.store.write(result.batch);
      this.results.push(result);
    }
    return result;
  }
}

export class World {
  readonly rules: Rules;
  readonly genesis: Genesis;
  readonly shards: ReadonlyMap<ShardName, WorldShard>;
  readonly blocks: WorldBlock[] = [];
  /** What is visible by the last citation. */
  #cited: Map<ShardName, number> = new Map();

  constructor({ shards, environments, functions = [], contracts = {}, creators, bounds = widestBounds }: WorldPlan) {
    const names = shards.toSorted().map(asShardName);
    this.genesis = {
      shards: names.map((name) => ({ name, creators: creators ?? { rule: "anyone", keys: [] } })),
      contracts: Object.entries(contracts).toSorted().map(contractInGenesis),
      startMs: asTimeMs(1_000),
    } as unknown as Genesis;
    this.rules = rulesOf(this.genesis, environments, functions);
    this.shards = new Map(names.map((name) => [name, new WorldShard(name, this.genesis, this.rules, bounds)]));
  }

  get height(): number {
    return this.blocks.length;
  }

  shard(name: string): WorldShard {
    const shard = this.shards.get(asShardName(name));
    assert(shard !== undefined, `no shard ${name}`);
    return shard;
  }

  /** Cites every claim made so far, those of the silent shards left out. */
  citeAll(silent: readonly string[] = []): Citation {
    const rounds = [...this.shards.values()].map(({ name, results }): [ShardName, number] => {
      const kept = this.#cited.get(name) ?? 0;
      return [name, silent.includes(name) ? kept : (results.at(-1)?.claim.round ?? 0)];
    });
    return new Map(rounds);
  }

  /** Orders a block and runs its round in every shard. Gives the claims that were made. */
  block(
    blobs: readonly (Program | WorldBlob)[],
    citation: Citation = this.citeAll(),
  ): ReadonlyMap<ShardName, RoundResult> {
    const height = this.height + 1;
    const ordered = blobs.map((blob, index) => this.#order(blob, height, index));
    this.blocks.push({ height, blobs: ordered, citation });
    const made = new Map<ShardName, RoundResult>();
    const fresh = this.#freshClaims(citation);
    for (const [name, shard] of this.shards) {
      const visible = fresh.filter((claim) => claim.shard !== name);
      const result = shard.round(this.sliceOf(height, name), visible);
      if (result !== undefined) made.set(name, result);
    }
    this.#cited = new Map([...this.#cited, ...citation]);
    return made;
  }

  sliceOf(height: number, shard: ShardName): RoundSlice {
    const blobs = this.blocks[height - 1]?.blobs.filter(({ envelope }) => envelope.touches.includes(shard)) ?? [];
    return { height: asHeight(height), timeMs: asTimeMs(1_000 + 10 * height), blobs };
  }

  #order(blob: Program | WorldBlob, height: number, index: number): WorldSliceBlob {
    const { program, payer = defaultPayer, touches, budget } = "steps" in blob ? { program: blob } : blob;
    const payload = program instanceof Uint8Array ? program : encodeProgram(program);
    const touched = touches ?? (program instanceof Uint8Array ? [...this.shards.keys()] : shardsOf(program));
    const allowed = budget ?? (program instanceof Uint8Array ? asBudget(0) : budgetOf(program, touched.length));
    const envelope = envelopeOf(height, index, { payer, payload, touches: touched.toSorted(), budget: allowed });
    return { index: asBlobIndex(index), root: blobCodec.root(blobIn(envelope)), envelope };
  }

  #freshClaims(citation: Citation): readonly VisibleClaim[] {
    const fresh: VisibleClaim[] = [];
    for (const [name, { results }] of this.shards) {
      const [from, to] = [this.#cited.get(name) ?? 0, citation.get(name) ?? 0];
      assert(from <= to && to <= this.height - 1, `a citation of ${name} from ${from} to ${to}`);
      for (const result of results) {
        if (result.claim.round > from && result.claim.round <= to) fresh.push(visibleClaim(result));
      }
    }
    return fresh;
  }

  /** The outcomes that a blob's steps yielded, wherever they ran, as made (tentative ones of groups included). */
  outcomesOf(height: number, index: number): ReadonlyMap<number, EncodedOutcome> {
    const outcomes = new Map<number, EncodedOutcome>();
    for (const { results } of this.shards.values()) {
      for (const { content } of results.flatMap(({ lanes }) => lanes)) {
        for (const { node, content: made } of content.exports) {
          if (node.height !== height || node.index !== index || made.kind === "verdict") continue;
          outcomes.set(node.step, made.kind === "outcome" ? made.value : made.value.outcome);
        }
      }
    }
    return outcomes;
  }
}

/** What Stage 2 does not look at differs from blob to blob. */
function envelopeOf(height: number, index: number, rest: ProgramEnvelope): Envelope {
  const nonce = asNonce(height * limits.blockBlobsMax + index);
  const terms = { nonce, expires: asHeight(height + 100), tip: asAmount(0n), transfers: [] };
  return { version: 1, network: zeroRoot, ...terms, ...rest };
}

/** Nobody here looks at signatures. */
export function blobIn(envelope: Envelope): Blob {
  return { envelope, signature: new Uint8Array(payerSignatureBytes) };
}

export function visibleClaim({ claim, lanes }: RoundResult): VisibleClaim {
  const exports = lanes.map(({ content }) => content.exports);
  return { shard: claim.shard, round: claim.round, exports: exportsRootOf(claim), lanes: exports };
}

function contractInGenesis([name, [environment, config]]: [string, readonly [string, Value]]): GenesisContract {
  const named: ContractName = asContractName(name);
  return { name: named, environment: asEnvironmentName(environment), config: encodeValue(config) };
}

export function shardsOf({ steps }: Program): readonly ShardName[] {
  const names = steps.flatMap((step) => (step.kind === "call" ? [shardOf(step.at)] : []));
  return [...new Set(names)].toSorted();
}

function budgetOf({ steps }: Program, touched: number): Budget {
  const sum = steps.reduce((total, step) => total + step.budget * (step.kind === "pure" ? touched : 1), 0);
  return asBudget(Math.min(sum, limits.budgetMax));
}
