// The sparse map at a million keys, in the memory store. An update's limit is the hashing that it does, call for
// call and size for size, so its ratio is the share of its time that is hashing.

import {
  emptySnapshot,
  type Hasher,
  listEntries,
  loadMap,
  type MapChange,
  type MapSnapshot,
  MemoryStore,
  openWitness,
  proveKeys,
  type Result,
  SparseMap,
  sparseProofCodec,
  sparseWitnessCodec,
  updateMap,
  useHasher,
  verifyKeys,
  witnessKeys,
} from "@tandem/shared";
import type { Bench, Work } from "../../../scripts/bench/measure.ts";
import { nativeHasher, useNative } from "../src/index.ts";

export const area = "shared";

const keyCount = 1_000_000;
const batchSize = 10_000;
const encoder = new TextEncoder();

const keyOf = (i: number) => encoder.encode(`account/${i}`);

/** `count` keys spread over all, others in each round. */
function someKeys(count: number, round: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => keyOf((i * 7919 + round * 104_729) % keyCount));
}

function someChanges(count: number, round: number): MapChange[] {
  return someKeys(count, round).map((key, i) => ({ key, value: encoder.encode(`balance ${i} in round ${round}`) }));
}

function must<T>(result: Result<T, { readonly message: string }>): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** Runs `work` once and gives the bare hashing that it did: as many calls, of the same sizes. */
async function hashingOf(items: number, work: () => void | Promise<void>): Promise<Work> {
  const messages: Uint8Array[] = [];
  const blocks: Uint8Array[] = [];
  const recorder: Hasher = {
    name: "recorder",
    sha256(message) {
      messages.push(new Uint8Array(message.length));
      return nativeHasher.sha256(message);
    },
    hashPairs(pairs, output) {
      blocks.push(new Uint8Array(pairs.length));
      nativeHasher.hashPairs(pairs, output);
    },
  };
  useHasher(recorder);
  await work();
  useNative();
  const output = new Uint8Array(Math.max(0, ...blocks.map(({ length }) => length / 2)));
  const run = () => {
    for (const message of messages) nativeHasher.sha256(message);
    for (const pairs of blocks) nativeHasher.hashPairs(pairs, output.subarray(0, pairs.length / 2));
  };
  return { items, run };
}

interface Stored {
  readonly store: MemoryStore;
  readonly at: MapSnapshot;
}

export default async function (bench: Bench): Promise<void> {
  useNative();
  const stored = await build(bench);
  await measureUpdates(bench, stored);
  await measureReads(bench, stored);
  await measureProofs(bench, stored);
  await measureWitnesses(bench, stored);
}

async function build(bench: Bench): Promise<Stored> {
  const store = new MemoryStore();
  const changes = Array.from({ length: keyCount }, (_, i) => ({
    key: keyOf(i),
    value: encoder.encode(`balance ${i}`),
  }));
  const started = performance.now();
  const { snapshot, batch } = await updateMap(store, emptySnapshot, 1, changes);
  store.write(batch);
  const value = (performance.now() - started) / 1000;
  bench.report({ name: "sparse map built and stored, 1M keys at once", value, unit: "s", limit: null, ratio: null });
  let bytes = 0;
  for (const put of batch.puts) bytes += put.key.length + put.value.length;
  bench.report({
    name: "sparse map stored, bytes per key",
    value: bytes / keyCount,
    unit: "B",
    limit: null,
    ratio: null,
  });
  return { store, at: snapshot };
}

async function measureUpdates(bench: Bench, { store, at }: Stored): Promise<void> {
  // What is not written can be done again: each run makes the same next version, from other changes.
  const batches = Array.from({ length: 8 }, (_, round) => someChanges(batchSize, round));
  let round = 0;
  const update = async () => {
    await updateMap(store, at, at.version + 1, batches[round++ % batches.length] as MapChange[]);
  };
  await bench.rate(
    "sparse map, 10k updates on 1M keys, beside their hashing",
    "updates/s",
    { items: batchSize, run: update },
    await hashingOf(batchSize, update),
  );

  const keys = someKeys(batchSize, 0);
  const changes = someChanges(batchSize, 0);
  const map = await loadMap(store, at, { reads: [], writes: keys });
  const apply = () => void must(map.apply(changes, at.version + 1));
  await bench.rate(
    "sparse map, 10k updates on 1M keys already loaded, beside their hashing",
    "updates/s",
    { items: batchSize, run: apply },
    await hashingOf(batchSize, apply),
  );
  const small = must(SparseMap.empty.apply(someChanges(1000, 0)));
  const one = () => void must(small.apply(someChanges(1, 1)));
  await bench.cost("sparse map, one update on 1k keys in memory", { items: 1, run: one }, await hashingOf(1, one));
}

async function measureReads(bench: Bench, { store, at }: Stored): Promise<void> {
  let round = 0;
  const read = (count: number) => async () => {
    const reads = someKeys(count, round++);
    const map = await loadMap(store, at, { reads, writes: [] });
    for (const key of reads) must(map.get(key));
  };
  await bench.rate("sparse map, keys read one by one, 1M keys", "reads/s", { items: 1, run: read(1) });
  await bench.rate("sparse map, keys read 10k at once, 1M keys", "reads/s", { items: batchSize, run: read(batchSize) });
  const list = async () => void (await listEntries(store, at, new Uint8Array(32), batchSize));
  await bench.rate("sparse map, entries listed 10k at once, 1M keys", "entries/s", { items: batchSize, run: list });
}

async function measureProofs(bench: Bench, { store, at }: Stored): Promise<void> {
  const key = keyOf(4321);
  const touched = { reads: [key], writes: [] };
  const prove = async () => sparseProofCodec.encode(must(proveKeys(await loadMap(store, at, touched), touched)));
  const bytes = await prove();
  const verify = () => {
    const proof = must(sparseProofCodec.decode(bytes));
    if (must(verifyKeys(at.root, proof, [key]))[0] === undefined) throw new Error("the key is there");
  };
  await bench.cost("sparse proof of one key made, 1M keys", { items: 1, run: async () => void (await prove()) });
  await bench.cost(
    "sparse proof of one key decoded and verified, 1M keys",
    { items: 1, run: verify },
    await hashingOf(1, verify),
  );
  bench.report({ name: "sparse proof of one key, 1M keys", value: bytes.length, unit: "B", limit: null, ratio: null });
}

async function measureWitnesses(bench: Bench, { store, at }: Stored): Promise<void> {
  for (const count of [10, 100, 1000]) {
    const changes = someChanges(count, 7);
    const touched = { reads: changes.map(({ key }) => key), writes: [] };
    const bytes = sparseWitnessCodec.encode(must(witnessKeys(await loadMap(store, at, touched), touched)));
    const value = bytes.length / count;
    bench.report({
      name: `sparse witness of ${count} keys, bytes per key`,
      value,
      unit: "B",
      limit: null,
      ratio: null,
    });
    const replay = () => {
      const witness = must(sparseWitnessCodec.decode(bytes));
      must(must(openWitness(at.root, witness)).apply(changes));
    };
    await bench.cost(
      `sparse witness of ${count} keys decoded and replayed, per key`,
      { items: count, run: replay },
      await hashingOf(count, replay),
    );
  }
}
