// A node that does not run, as its operator works on it: its store, which nobody else has open meanwhile, and what its genesis
// and configuration say.

import {
  type AttestNetwork,
  firstMarks,
  type ImportCode,
  importSnapshot,
  ownPrefix,
  type WriteCode,
  writeSnapshot,
} from "@tandem/attestation";
import { useNative } from "@tandem/native";
import { blobPrefix } from "@tandem/ordering";
import {
  asEpoch,
  asRound,
  type Failure,
  type Frontier,
  type Result,
  type ShardName,
  type SparseStore,
} from "@tandem/shared";
import type { NodeConfig } from "../config/node-config.ts";
import { shardsAt } from "../config/seating.ts";
import { nodeErrorOf } from "../node-error.ts";
import { type NodeSetup, readSetup } from "../process/node-setup.ts";
import { networkOf } from "../replica/context.ts";
import { foldersIn } from "../store/data-folders.ts";
import { readFirstMarks } from "../store/first-marks.ts";
import { openStore } from "../store/open-store.ts";
import { bytesOf, type Store } from "../store/store.ts";

/** Of an import, in memory: a sync takes some milliseconds, and most parts are small. */
const waitingBytesMax = 8 * 2 ** 20;

/** C4: whether it affirms claims of a shard: it sits in the committee, and has a record of what it signed there. */
export type Voice = "no-seat" | "no-record" | "affirms";

export class StoppedNode {
  readonly #store: Store;
  readonly #network: AttestNetwork;
  readonly #config: NodeConfig;
  /** Shards that it executes. */
  readonly follows: readonly ShardName[];
  readonly #seats: readonly ShardName[];

  static async open(config: NodeConfig): Promise<StoppedNode> {
    useNative();
    const setup = await readSetup(config);
    const store = await openStore(config.store, foldersIn(config.data).chain, { blobPrefix }).catch(
      (error: unknown) => {
        throw nodeErrorOf(error);
      },
    );
    return new StoppedNode(store, config, setup);
  }

  private constructor(store: Store, config: NodeConfig, { checked, follows, seatings, validator }: NodeSetup) {
    this.#store = store;
    this.#network = networkOf(checked).setting.network;
    this.#config = config;
    this.follows = follows;
    this.#seats = shardsAt(seatings, validator?.seat);
  }

  /** Of the network. */
  get shards(): readonly ShardName[] {
    return [...this.#network.shards.keys()];
  }

  /** C3: parts of a file, and in the end the claim that they are of. */
  exportSnapshot(shard: ShardName): AsyncGenerator<Uint8Array, Result<Frontier, Failure<WriteCode>>, void> {
    return writeSnapshot(this.#store, this.#network, shard);
  }

  /** C3: the claim from which the shard is followed then. */
  async importSnapshot(
    shard: ShardName,
    parts: AsyncIterable<Uint8Array>,
  ): Promise<Result<Frontier, Failure<ImportCode>>> {
    const batches = importSnapshot(this.#store, this.#network, shard, parts);
    let waitingBytes = 0;
    let step = await batches.next();
    for (; step.done !== true; step = await batches.next()) {
      this.#store.write(step.value);
      waitingBytes += bytesOf(step.value);
      if (waitingBytes < waitingBytesMax) continue;
      await this.#store.sync();
      waitingBytes = 0;
    }
    // Whoever is told of it can rely on it.
    await this.#store.sync();
    return step.value;
  }

  async voiceIn(shard: ShardName): Promise<Voice> {
    if (!this.#seats.includes(shard)) return "no-seat";
    const marks = await readFirstMarks(this.#config.data);
    return marks?.round !== undefined || (await hasMark(this.#store, shard)) ? "affirms" : "no-record";
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

/** There is one mark for each shard, and some affirmations that wait to be attested. */
const ownRecordsAtOnce = 4096;

async function hasMark(store: SparseStore, shard: ShardName): Promise<boolean> {
  const until = Uint8Array.of((ownPrefix[0] as number) + 1);
  // Marks come first: they have the lowest keys.
  const range = { from: ownPrefix, until, countMax: ownRecordsAtOnce, isReverse: false };
  const own = (await store.list(range)).map(({ value }) => value);
  return firstMarks(asEpoch(0), [shard], asRound(0), own).puts.length === 0;
}
