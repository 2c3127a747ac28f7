// One shard of a network as somebody follows it who has nothing but its genesis: its slices from any node, each with proof
// that it is all of it (O5), and the contracts that run on them. It is given no claims of other shards, for there is no
// attest chain that would make them visible (R2): what a program needs from another shard is waited for.

import { setTimeout as sleep } from "node:timers/promises";
import { environments, pureFunctions } from "@tandem/environments";
import type { PendingProgram, RoundResult, RoundSlice } from "@tandem/execution";
import { roundBounds, rulesOf } from "@tandem/execution";
import { LocalShard } from "@tandem/lab/stories";
import { orderElectorateOf } from "@tandem/node";
import { type FollowedBlock, openNetwork, ShardStream, sliceRunCodec } from "@tandem/ordering";
import { asEpoch, asHeight, blobCodec, type CheckedGenesis, type ShardName } from "@tandem/shared";
import type { ApiClient } from "../api-client.ts";
import { Complaint } from "../terminal.ts";

type OnRound = (slice: RoundSlice, result: RoundResult | undefined) => void;

const pauseMs = 50;

export class FollowedShard {
  readonly name: ShardName;
  readonly #shard: LocalShard;
  readonly #stream: ShardStream;
  readonly #api: ApiClient;

  constructor(checked: CheckedGenesis, name: ShardName, api: ApiClient) {
    const { genesis } = checked;
    const rules = rulesOf(genesis, environments, pureFunctions);
    const setting = { shard: name, epoch: asEpoch(0), rules, bounds: roundBounds(genesis.limits) };
    this.name = name;
    this.#shard = new LocalShard(setting, genesis);
    const start = { height: asHeight(0), root: openNetwork(checked).root };
    this.#stream = new ShardStream(orderElectorateOf(checked), name, start);
    this.#api = api;
  }

  /** C3: programs with nodes left here. */
  pending(): readonly PendingProgram[] {
    return this.#shard.pending();
  }

  /** Runs every round up to a height, and hands on what each block brought, if the shard had work in its round. */
  async runTo(height: number, signal: AbortSignal, onRound: OnRound): Promise<void> {
    while (this.#stream.last.height < height) {
      const before = this.#stream.last.height;
      for (const block of await this.#nextBlocks()) {
        const slice = sliceOf(block);
        onRound(slice, this.#shard.round(slice, []));
      }
      // What was executed may not be final by its own certificate yet.
      if (this.#stream.last.height === before) await sleep(pauseMs, undefined, { signal });
      signal.throwIfAborted();
    }
  }

  async #nextBlocks(): Promise<readonly FollowedBlock[]> {
    const { from } = this.#stream.next();
    const run = sliceRunCodec.decode(await this.#api.slices(this.name, from));
    const blocks = run.ok ? this.#stream.take(run.value) : run;
    if (blocks.ok) return blocks.value;
    const { code, message } = blocks.error;
    throw new Complaint(code, `The node gives a false slice of ${this.name}: ${message}.`, "Ask another node.", 1);
  }
}

function sliceOf({ header, blobs }: FollowedBlock): RoundSlice {
  return {
    height: header.height,
    timeMs: header.timeMs,
    blobs: blobs.map(({ index, blob, bytes }) => {
      const decoded = blobCodec.decode(bytes);
      if (!decoded.ok) throw new Error("the stream has checked its blobs");
      return { index, root: blob, envelope: decoded.value.envelope };
    }),
  };
}
