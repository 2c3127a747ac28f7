// What all parts of the machine share: what this node has executed, what waits, what is held, and the effects of the input
// at hand.

import {
  appendToHistory,
  asHeight,
  type BlockRef,
  emptyHistory,
  type Height,
  limits,
  openKeys,
  openMap,
  type Root,
  type ShardName,
  type StoreBatch,
  type TouchedKeys,
  toHex,
  type ValidatorIndex,
} from "@tandem/shared";
import { type Attested, AttestedChain } from "./attested.ts";
import { type Candidate, readCandidate } from "./candidate.ts";
import { type BlockState, Chain } from "./chain.ts";
import { Fetcher, fetcherLimits } from "./fetcher.ts";
import { type Arrival, Intake } from "./intake.ts";
import { type Job, Jobs, read, readKeys, untilEach } from "./jobs.ts";
import type { Ground } from "./judge.ts";
import { type Frontiers, Lag } from "./lag.ts";
import { Ledger } from "./ledger.ts";
import { ledgerVersion, type OrderNetwork } from "./network.ts";
import { Outbox, outboxLimits } from "./outbox.ts";
import { type AdmissionContext, Pool, type PoolLimits } from "./pool/pool.ts";
import { blobKey, blockKey, blockRecordCodec, ledgerReading, readRecord, type TipRecord } from "./records.ts";
import { Shelf } from "./shelf.ts";
import type { OrderEffect, Peer } from "./types.ts";

/** Accounts that may be open in the ledger: some 50 MiB. */
const openedMax = 100_000;

export interface OrderingConfig {
  readonly network: OrderNetwork;
  /** Absent for an observer. */
  readonly seat: ValidatorIndex | undefined;
  /** All other validators. */
  readonly peers: readonly Peer[];
  readonly deltaMs: number;
  readonly pool: PoolLimits;
}

/** A blob in the store that is not ordered yet. */
interface Provision {
  readonly root: Root;
  /** The greatest height of the blocks that rest on it: until that is final, one of them may be. */
  readonly until: Height;
}

/** What lies on the shelf before it is cleared of what no block needs: bytes of eight full blocks, */
const shelfBytesMax = 8 * limits.blockBytesMax;
/** and as many blobs. */
const shelfBlobsMax = 8 * limits.blockBlobsMax;

export class Core implements Ground {
  readonly config: OrderingConfig;
  readonly network: OrderNetwork;
  /** All other validators; further peers can come under any number of names. */
  readonly validators: ReadonlySet<Peer>;
  readonly pool: Pool;
  readonly shelf = new Shelf();
  readonly intake: Intake;
  readonly outbox: Outbox;
  readonly fetcher: Fetcher;
  readonly jobs: Jobs<OrderEffect>;
  chain: Chain;
  lag: Lag;
  attested: AttestedChain;
  /** Height of the last block that consensus delivered. */
  finalHeight: Height = asHeight(0);
  isStarted = false;
  /** Accounts that were opened in the ledger since it was begun anew. */
  opened = 0;
  /** A quorum finalized what cannot be. */
  hasDiverged = false;
  /** What jobs wait for, by key, and how many do. */
  readonly #wanted = new Map<string, number>();
  /** Bytes that were stored for blocks which may come to nothing, by key. */
  readonly #provisional = new Map<string, Provision>();
  #effects: OrderEffect[] = [];

  constructor(config: OrderingConfig) {
    const { network, peers, deltaMs } = config;
    this.config = config;
    this.network = network;
    this.validators = new Set(peers);
    this.intake = new Intake(this.validators);
    this.pool = new Pool(network, config.pool);
    this.outbox = new Outbox({ peers, deltaMs, ...outboxLimits });
    this.fetcher = new Fetcher({ peers, deltaMs, ...fetcherLimits });
    this.jobs = new Jobs<OrderEffect>((effect) => this.push(effect));
    this.chain = new Chain(genesisState(network));
    this.lag = new Lag(network, []);
    this.attested = new AttestedChain(this.chain.base.cited);
  }

  push(...effects: readonly OrderEffect[]): void {
    this.#effects.push(...effects);
  }

  takeEffects(): readonly OrderEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  store(batch: StoreBatch): void {
    if (batch.puts.length > 0 || batch.deletes.length > 0) this.push({ kind: "store", batch });
  }

  /** For tests of bounds: all that is kept, by what holds it. */
  get counts() {
    const { chain, shelf, pool, fetcher, outbox, intake, jobs } = this;
    return {
      states: chain.size,
      held: shelf.size,
      wanted: this.#wanted.size,
      provisional: this.#provisional.size,
      missing: fetcher.missing,
      pushed: outbox.held,
      examined: intake.size,
      waiting: pool.size,
      jobs: jobs.size,
      opened: this.opened,
    };
  }

  /** Height of the next block on top of the last executed one. */
  get next(): Height {
    return asHeight(this.chain.base.height + 1);
  }

  /** O10, for a block that would come next and cite the newest attest block. */
  readonly isBehind = (shard: ShardName): boolean =>
    this.lag.isBehind(shard, this.attested.newest.frontiers, [], this.next);

  contextOf({ candidate, source }: Arrival): AdmissionContext {
    const account = this.chain.base.ledger.accountOf(candidate.blob.envelope.payer);
    return { account, next: this.next, isBehind: this.isBehind, isKept: source.kind === "kept" };
  }

  isSigned(key: string): boolean | undefined {
    return this.shelf.isSigned(key);
  }

  /** O6: what is neither here nor in the store is asked for, until all of it is here. */
  *gather(roots: readonly Root[], first: Peer | undefined): Job<readonly Candidate[]> {
    const keys = keysOf(roots);
    const isMissing = (_: Root, i: number) => this.shelf.get(keys[i] as string) === undefined;
    // What is being examined here will be decided in a moment: nobody is asked for it.
    yield* untilEach(keys, (key) => this.#isHeld(key) || !this.intake.has(key));
    yield* this.#readStored(roots.filter(isMissing));
    const missing = roots.filter(isMissing);
    if (missing.length > 0) this.push(...this.fetcher.want(missing, first));
    yield* untilEach(keys, (key) => this.#isHeld(key));
    return keys.map((key) => this.shelf.get(key) as Candidate);
  }

  /** Keeps these blobs on the shelf, and asks for them, as long as the job is at work. */
  *claiming<T>(roots: readonly Root[], job: Job<T>): Job<T> {
    const keys = keysOf(roots);
    this.#want(keys, 1);
    try {
      return yield* job;
    } finally {
      this.#want(keys, -1);
    }
  }

  /** What was examined may be what a block needs, whether it went into the pool or not. */
  holdIfWanted(candidate: Candidate, isSigned?: boolean): void {
    if (!this.#wanted.has(candidate.key)) return;
    this.shelf.hold(candidate, isSigned);
    if (this.fetcher.isMissing(candidate.key)) this.fetcher.forget([candidate.key]);
  }

  /** Whether it is on the shelf, where it is put if it is in the pool. */
  #isHeld(key: string): boolean {
    if (this.shelf.get(key) !== undefined) return true;
    const pooled = this.pool.get(key);
    if (pooled !== undefined) this.holdIfWanted(pooled, true);
    return pooled !== undefined;
  }

  *#readStored(roots: readonly Root[]): Job {
    const records = yield* readKeys(roots.map(blobKey));
    for (const record of records) {
      const candidate = record && readCandidate(this.network, record);
      if (!candidate?.ok) continue;
      this.shelf.hold(candidate.value);
      this.shelf.markStored(candidate.value.key);
    }
  }

  #want(keys: readonly string[], by: 1 | -1): void {
    const free: string[] = [];
    for (const key of keys) {
      const count = (this.#wanted.get(key) ?? 0) + by;
      if (count > 0) this.#wanted.set(key, count);
      else if (this.#wanted.delete(key)) free.push(key);
    }
    if (free.length > 0) this.fetcher.forget(free);
  }

  /** Makes these accounts known in the ledger, and counts them. */
  *open({ map }: Ledger, touched: TouchedKeys): Job {
    this.opened += touched.reads.length;
    yield* read(ledgerReading(openKeys(map, touched)));
  }

  /** The ledger keeps in memory what was opened in it. When that is much, it begins anew with nothing open. */
  *slim(): Job {
    if (this.opened <= openedMax) return;
    const { base } = this.chain;
    const at = { version: ledgerVersion(base.height), root: base.ledger.root };
    const map = yield* read(ledgerReading(openMap(at)));
    // Else it stays due.
    if (this.chain.base !== base) return;
    this.opened = 0;
    this.chain.slim(new Ledger(map));
  }

  /** S8: blobs that a vote or a proposal of ours rests on are durable first. */
  storeBlobs({ candidates, height }: BlockState): void {
    const fresh = candidates.filter(({ key }) => !this.shelf.isStored(key));
    for (const candidate of candidates) {
      this.shelf.hold(candidate);
      this.#provide(candidate, height);
      this.shelf.markStored(candidate.key);
    }
    this.store({ puts: fresh.map(({ root, bytes }) => ({ key: blobKey(root), value: bytes })), deletes: [] });
  }

  /** What was stored before this node began is left there: a vote may rest on it, for a block that is not known here. */
  #provide({ key, root }: Candidate, height: Height): void {
    const before = this.#provisional.get(key);
    if (before === undefined && this.shelf.isStored(key)) return;
    this.#provisional.set(key, { root, until: asHeight(Math.max(height, before?.until ?? 0)) });
  }

  /**
   * A block became final: what is held for others alone that came to nothing goes. The blobs go back to where they wait,
   * and their bytes leave the store.
   */
  clearShelf(ordered: readonly Candidate[]): Uint8Array[] {
    const final = new Set(ordered.map(({ key }) => key));
    for (const key of final) this.#provisional.delete(key);
    const needed = new Set(this.#wanted.keys());
    for (const { key } of this.chain.blobs()) needed.add(key);
    for (const { candidate, isSigned } of this.shelf.keep(needed)) {
      const { key, bytes } = candidate;
      if (final.has(key) || isSigned === false || this.pool.has(key) || !this.intake.hasRoom(bytes.length)) continue;
      this.intake.add({ candidate, source: { kind: "held", isSigned: isSigned === true } });
    }
    return this.#takeForsaken(needed);
  }

  /** Keys of bytes in the store that no block rests on which can still be final. */
  #takeForsaken(needed: ReadonlySet<string>): Uint8Array[] {
    const forsaken: Uint8Array[] = [];
    for (const [key, { root, until }] of this.#provisional) {
      if (until > this.chain.base.height || needed.has(key)) continue;
      this.#provisional.delete(key);
      forsaken.push(blobKey(root));
    }
    return forsaken;
  }

  /** Where no block becomes final for long, proposals that come to nothing must not fill the memory. */
  trimShelf(): void {
    if (this.shelf.bytes <= shelfBytesMax && this.shelf.size <= shelfBlobsMax) return;
    this.store({ puts: [], deletes: this.clearShelf([]) });
  }
}

/** Blocks do not change, and several parts ask for the keys of the blobs of the same one. */
const known = new WeakMap<readonly Root[], readonly string[]>();

function keysOf(roots: readonly Root[]): readonly string[] {
  const keys = known.get(roots) ?? roots.map((root) => toHex(root));
  known.set(roots, keys);
  return keys;
}

function genesisState({ header, root, ledger, attestGenesis }: OrderNetwork): BlockState {
  const cited = { ref: attestGenesis, frontiers: new Map(), proof: undefined };
  return baseState(header, root, new Ledger(ledger), appendToHistory(emptyHistory, root).history, cited);
}

function baseState(
  header: BlockState["header"],
  root: Root,
  ledger: Ledger,
  history: BlockState["history"],
  cited: Attested,
): BlockState {
  const nothing = {
    completed: [],
    candidates: [],
    touched: new Set<ShardName>(),
    changed: new Map(),
    parent: undefined,
  };
  return { ...nothing, header, root, height: header.height, ledger, before: ledger.map, history, cited };
}

/** Where a restart goes on. */
export function* restore(network: OrderNetwork, tip: TipRecord): Job<{ base: BlockState; lag: Lag }> {
  const map = yield* read(ledgerReading(openMap({ version: ledgerVersion(tip.height), root: tip.ledgerRoot })));
  const record = tip.height === 0 ? undefined : yield* read(readRecord(blockKey(tip.height), blockRecordCodec));
  const frontiers: Frontiers = new Map(tip.lag.map(({ shard, round, pending }) => [shard, { round, pending }]));
  const ref: BlockRef = tip.height === 0 ? network.attestGenesis : tip.attested;
  const header = record?.block.header ?? network.header;
  const base = baseState(header, tip.root, new Ledger(map), tip.history, { ref, frontiers, proof: undefined });
  return {
    base,
    lag: new Lag(
      network,
      tip.lag.map(({ shard, heights }) => [shard, heights]),
    ),
  };
}
