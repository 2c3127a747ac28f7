// What running programs costs, beside what cannot be saved. A block has 2,000 blobs of one call each; signatures are
// checked before, and what a round writes is handed to the store after, so neither is measured.
//
//   bare loop  the reads and changes of the same keys of the same maps, the records of the new version, and the hashing
//              of the claim and its lists: no programs, no schedule, no environments
//   warm       the accounts are in memory from rounds before
//   cold       each round reads what it touches from the store, in memory too, and forgets it

import { Worker } from "node:worker_threads";
import { useNative } from "@tandem/native";
import {
  type MapChange,
  type Result,
  SparseMap,
  sparseWitnessCodec,
  storeBatchOf,
  type TouchedKeys,
  witnessKeys,
} from "@tandem/shared";
import type { Bench, Work } from "../../../scripts/bench/measure.ts";
import { accountKeys, type BenchLoad, BenchShard, counterLoad, transferLoad } from "./support/bench-shard.ts";
import { blocksBeside, hashedBy, hashingAgain } from "./support/recorded.ts";

export const area = "execution";

const blobs = 2_000;
const accounts = 20_000;
const million = 1_000_000;

export default async function (bench: Bench): Promise<void> {
  useNative();
  await measureSteps(bench, "counter.add, 64 counters", counterLoad(blobs));
  await measureSteps(bench, "token.transfer, 20k accounts, warm", transferLoad(blobs, accounts));
  await measureCold(bench);
  await measureThreads(bench);
  await measureWitnesses(bench);
}

function must<T>(result: Result<T, { readonly message: string }>): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function running(shard: BenchShard): Work {
  return { items: blobs, prepare: () => shard.prepare(), run: () => void shard.run() };
}

async function measureSteps(bench: Bench, title: string, load: BenchLoad): Promise<void> {
  const shard = new BenchShard(load);
  const updates = updatesOf(shard);
  const all = hashedBy(() => void shard.run());
  const ofMaps = hashedBy(updates.run);
  const rest = hashingAgain(blobs, blocksBeside(all, ofMaps));
  const bare = () => {
    updates.run();
    return rest.run();
  };
  await bench.rate(`${title}, beside the bare loop`, "steps/s", running(shard), { items: blobs, run: bare });
  await bench.rate(`${title}, beside all its hashing`, "steps/s", running(shard), hashingAgain(blobs, all));
  const state: Work = { items: updates.keyCount, run: updates.run };
  const hashing = hashingAgain(updates.keyCount, ofMaps);
  await bench.rate(`${title}: updates of state, beside their hashing`, "updates/s", state, hashing);
}

/** One map before a round, and what the round read and changed. */
interface Touched {
  readonly map: SparseMap;
  readonly reads: readonly Uint8Array[];
  readonly changes: readonly MapChange[];
}

/** What the next round does to the maps of its contracts, to be done again and again. */
function updatesOf(shard: BenchShard): { readonly keyCount: number; run(): void } {
  shard.prepare();
  const { states } = shard.run();
  const maps = states.map(({ map, touched, changes }): Touched => ({ map, reads: touched.reads, changes }));
  const keyCount = maps.reduce((sum, { changes }) => sum + changes.length, 0);
  const run = () => {
    for (const { map, reads, changes } of maps) {
      for (const key of reads) must(map.get(key));
      storeBatchOf(map, must(map.apply(changes, map.version + 1)));
    }
  };
  shard.prepare();
  return { keyCount, run };
}

async function measureCold(bench: Bench): Promise<void> {
  const cold = new BenchShard(transferLoad(blobs, accounts), 0);
  const prepare = () => {
    cold.save();
    cold.prepare();
  };
  const warm = running(new BenchShard(transferLoad(blobs, accounts)));
  await bench.rate("token.transfer, 20k accounts, cold, beside warm", "steps/s", { ...running(cold), prepare }, warm);
}

const threadRounds = 8;

/** Two threads do twice the work of one, each on its own shard. */
async function measureThreads(bench: Bench): Promise<void> {
  const workers = [0, 1].map(() => new Worker(new URL("./support/shard-worker.ts", import.meta.url)));
  await Promise.all(workers.map(answerOf));
  const on = (chosen: readonly Worker[]): Work => ({
    items: chosen.length * threadRounds * 500,
    run: async () => {
      const answers = chosen.map(answerOf);
      for (const worker of chosen) worker.postMessage(threadRounds);
      await Promise.all(answers);
    },
  });
  await bench.rate(
    "token.transfer, two shards on two threads, beside one",
    "steps/s",
    on(workers),
    on(workers.slice(1)),
  );
  await Promise.all(workers.map((worker) => worker.terminate()));
}

function answerOf(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAnswer = () => {
      worker.off("error", reject);
      resolve();
    };
    worker.once("message", onAnswer);
    worker.once("error", reject);
  });
}

/** What a lane's witness takes for each key that it touches, in a token with a million accounts (C2). */
async function measureWitnesses(bench: Bench): Promise<void> {
  const keys = accountKeys(million);
  const map = must(SparseMap.empty.apply(keys.map((key) => ({ key, value: Uint8Array.of(0x1a, 0, 15, 66, 64) }))));
  for (const count of [2, 20, 200, 2_000, 10_000]) {
    const reads = Array.from({ length: count }, (_, index) => keys[(index * 7919) % million] as Uint8Array);
    const touched: TouchedKeys = { reads, writes: reads };
    const value = sparseWitnessCodec.encode(must(witnessKeys(map, touched))).length / count;
    const name = `witness of a lane, ${count} accounts of 1M touched, bytes per key`;
    bench.report({ name, value, unit: "B", limit: null, ratio: null });
  }
}
