// Shards that run a log: in each round every shard is given its slice and what became visible, and makes its claim.
// A shard can be let go and begun anew from its last claim (C3).

import type {
  RoundBounds,
  RoundInput,
  RoundResult,
  RoundSlice,
  Rules,
  ShardExecution,
  VisibleClaim,
} from "@tandem/execution";
import {
  asEpoch,
  exportsRootOf,
  MemoryStore,
  type PendingEntry,
  pendingEntryCodec,
  type Reading,
  type Root,
  readNow,
  type ShardName,
} from "@tandem/shared";
import { genesisOf, type Log } from "./log.ts";

export type Execution = typeof import("@tandem/execution");

export class RoundsShard {
  readonly name: ShardName;
  /** All its claims, in order. */
  readonly results: RoundResult[] = [];
  readonly begun: { readonly claim: Root; readonly contracts: Root };
  readonly #room: Execution;
  readonly #store = new MemoryStore();
  readonly #entries = new Map<
    string,
    { readonly height: number; readonly index: number; readonly entry: PendingEntry }
  >();
  #execution: ShardExecution;

  constructor(room: Execution, log: Log, rules: Rules, name: ShardName, heldBytesMax?: number) {
    this.name = name;
    this.#room = room;
    const made = this.#read(room.genesisShard(rules, genesisOf(log), name));
    if (!made.ok) throw new Error(`the genesis of ${name}: ${made.error.path} ${made.error.message}`);
    const { batch, frontier } = made.value;
    this.#store.write(batch);
    this.begun = { claim: frontier.claim, contracts: frontier.contracts };
    const setting = {
      shard: name,
      epoch: asEpoch(0),
      rules,
      bounds: log.bounds as RoundBounds,
      ...(heldBytesMax !== undefined && { heldBytesMax }),
    };
    this.#execution = new room.ShardExecution(setting, frontier);
  }

  get execution(): ShardExecution {
    return this.#execution;
  }

  round(input: RoundInput): RoundResult | undefined {
    const result = this.#read(this.#execution.round(input));
    if (result === undefined) return undefined;
    this.#store.write(result.batch);
    for (const { position, entry } of result.entries) {
      const name = `${position.height}/${position.index}`;
      if (entry === undefined) this.#entries.delete(name);
      else this.#entries.set(name, { ...position, entry });
    }
    this.results.push(result);
    return result;
  }

  /** Positions of the programs that are pending, as its claims say. */
  get open(): readonly { readonly height: number; readonly index: number; readonly entry: PendingEntry }[] {
    return [...this.#entries.values()].sort((a, b) => a.height - b.height || a.index - b.index);
  }

  /**
   * C3: somebody else goes on from the last claim, with the state and the entries under it, the blobs of what is pending,
   * the exports that were visible then, and what came since, in which the shard had nothing to do.
   */
  restart(
    slices: (height: number) => RoundSlice,
    recalled: readonly VisibleClaim[],
    since: readonly RoundInput[],
  ): void {
    const pending = this.open.map(({ height, index, entry }) => {
      const ordered = this.#room.programsOf(slices(height)).find((program) => program.index === index);
      if (ordered === undefined) throw new Error("a pending program is in its slice");
      return { ordered, entry, root: pendingEntryCodec.root(entry) };
    });
    const { setting, frontier } = this.#execution;
    this.#execution = new this.#room.ShardExecution(setting, frontier, pending);
    this.#execution.recall(recalled);
    for (const input of since) this.round(input);
  }

  #read<T>(reading: Reading<T>): T {
    return readNow((keys) => this.#store.readNow(keys), reading);
  }
}

export function visibleClaimOf({ claim, lanes }: RoundResult): VisibleClaim {
  const exports = lanes.map(({ content }) => content.exports);
  return { shard: claim.shard, round: claim.round, exports: exportsRootOf(claim), lanes: exports };
}
