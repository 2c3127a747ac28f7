import {
  asHeight,
  asRound,
  asShardName,
  compareBytes,
  concatBytes,
  limits,
  loadMap,
  MemoryStore,
  openMap,
  readNow,
  type StoreBatch,
  StoreFault,
} from "@tandem/shared";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rootOf } from "../../shared/test/support/samples.ts";
import { ledgerVersion } from "../src/network.ts";
import * as records from "../src/records.ts";
import { testNetwork } from "./support/blobs.ts";
import { StoredChain } from "./support/stored-chain.ts";

const { blockKey, tipRecordCodec, touchesRecordCodec, heightRecordCodec } = records;

const anyHeight = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }).map(asHeight);

function write(batch: StoreBatch): MemoryStore {
  const store = new MemoryStore();
  store.write(batch);
  return store;
}

describe("keys", () => {
  test("a kind of records is sorted by its numbers", () => {
    const sorts = fc.property(anyHeight, anyHeight, (a, b) => {
      expect(Math.sign(compareBytes(blockKey(a), blockKey(b)))).toBe(Math.sign(a - b));
    });
    fc.assert(sorts, { seed: 1 });
  });

  test("no key is one of another kind, nor begins with the prefix of what was accepted", () => {
    const [height, root] = [asHeight(7), rootOf(7)];
    const keys = [
      records.blockKey(height),
      records.headerKey(height),
      records.heightKey(root),
      records.finalKey,
      records.touchesKey(height),
      records.blobKey(root),
      records.placeKey(root),
      records.historyKey({ level: 7, index: 7 }),
      records.tipKey,
      records.keptKey(root),
    ];
    expect(new Set(keys.map((key) => key[0])).size).toBe(keys.length);
    const kept = keys.filter((key) => key[0] === records.keptPrefix[0]);
    expect(kept).toEqual([records.keptKey(root)]);
    expect(records.keptKey(root)).toEqual(concatBytes(records.keptPrefix, root));
  });

  test("the subtrees of the history have keys of their own", () => {
    const places = [0, 1, 2, 47].flatMap((level) => [0, 1, 256, 2 ** 47].map((index) => ({ level, index })));
    expect(new Set(places.map((place) => records.historyKey(place).join())).size).toBe(places.length);
  });
});

describe("values", () => {
  test("heights", () => {
    fc.assert(
      fc.property(anyHeight, (height) => {
        expect(heightRecordCodec.decode(heightRecordCodec.encode(height))).toBe(height);
      }),
      { seed: 2 },
    );
    // A part of a larger buffer, as stores give it.
    expect(heightRecordCodec.decode(Uint8Array.of(9, 9, 0, 0, 0, 0, 0, 0, 1, 2, 9).subarray(2, 10))).toBe(258);
  });

  test("O10: the heights at which a shard was touched come back as they were", () => {
    const anyLag = fc
      .record({
        round: fc.nat(),
        first: fc.nat(),
        offsets: fc.uniqueArray(fc.nat({ max: 40 }), { minLength: 0, maxLength: 20 }),
      })
      .map(({ round, first, offsets }) => ({
        shard: asShardName("bank"),
        round: asRound(round),
        pending: round % 9,
        heights: offsets.toSorted((a, b) => a - b).map((offset) => asHeight(first + offset)),
      }));
    const tip = tipOf(testNetwork());
    const holds = fc.property(anyLag, (lag) => {
      const other = { ...lag, shard: asShardName("air"), heights: [] };
      expect(tipRecordCodec.decode(tipRecordCodec.encode({ ...tip, lag: [other, lag] })).lag).toEqual([other, lag]);
    });
    fc.assert(holds, { seed: 3 });
  });

  test("O10: the widest lag fits, and takes 11 KB", () => {
    const heights = Array.from({ length: limits.lagMax + 1 }, (_, at) => asHeight(1000 + at));
    const lag = [{ shard: asShardName("bank"), round: asRound(999), pending: 3, heights }];
    const record = tipRecordCodec.encode({ ...tipOf(testNetwork()), lag });
    expect(record.length).toBeLessThan(11_300);
    expect(tipRecordCodec.decode(record).lag).toEqual(lag);
  });

  test("heights that do not rise are our own mistake", () => {
    const lag = [{ shard: asShardName("bank"), round: asRound(0), pending: 0, heights: [5, 4].map(asHeight) }];
    expect(() => tipRecordCodec.encode({ ...tipOf(testNetwork()), lag })).toThrow("heights rise");
  });

  test("a record that was not written by us is a fault of the world", () => {
    const codecs = [
      records.blockRecordCodec,
      records.headerRecordCodec,
      records.placeRecordCodec,
      tipRecordCodec,
      touchesRecordCodec,
      heightRecordCodec,
    ];
    const faults = fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), (bytes) => {
      for (const codec of codecs as readonly records.RecordCodec<unknown>[]) {
        try {
          expect(codec.encode(codec.decode(bytes))).toEqual(bytes);
        } catch (fault) {
          expect(fault).toBeInstanceOf(StoreFault);
        }
      }
    });
    fc.assert(faults, { seed: 4, numRuns: 500 });
  });
});

function tipOf(network: ReturnType<typeof testNetwork>): records.TipRecord {
  const store = write(records.genesisRecords(network));
  return tipRecordCodec.decode(store.readNow([records.tipKey])[0] as Uint8Array);
}

describe("batches", () => {
  test("an empty store begins with the genesis executed, its ledger and the first leaf of the history", async () => {
    const network = testNetwork();
    const store = write(records.genesisRecords(network));
    const tip = tipOf(network);
    expect(tip).toMatchObject({ height: 0, root: network.root, ledgerRoot: network.ledger.root, lag: [] });
    expect(tip.history.size).toBe(1);
    expect(store.readNow([records.historyKey({ level: 0, index: 0 })])).toEqual(tip.history.peaks);
    expect(store.readNow([records.finalKey])).toEqual([undefined]);
    const at = { version: ledgerVersion(0), root: network.ledger.root };
    const map = readNow((keys) => store.readNow(keys), records.ledgerReading(openMap(at)));
    expect(map.root).toEqual(network.ledger.root);
    await expect(loadMap(store, at, { reads: [], writes: [] })).rejects.toThrow(StoreFault);
  });

  test("a delivered block is found by height and root, and is final before it is executed", () => {
    const chain = new StoredChain([{ touches: [["bank"]], isFinalized: true }]);
    const { block, root, certificate } = chain.deliver({ touches: [["air"]], isFinalized: false });
    const read = <T>(key: Uint8Array, codec: records.RecordCodec<T>) => chain.read(records.readRecord(key, codec));
    expect(read(records.blockKey(asHeight(2)), records.blockRecordCodec)).toEqual({ block, certificate });
    const { header } = block;
    expect(read(records.headerKey(asHeight(2)), records.headerRecordCodec)).toEqual({ header, certificate });
    expect(read(records.heightKey(root), heightRecordCodec)).toBe(2);
    expect(read(records.finalKey, heightRecordCodec)).toBe(2);
    expect(read(records.tipKey, tipRecordCodec)?.height).toBe(1);
    expect(read(records.touchesKey(asHeight(2)), touchesRecordCodec)).toBeUndefined();
  });

  test("O7: what is ordered is not kept for ordering any more", () => {
    const chain = new StoredChain();
    const block = chain.deliver({ touches: [["air"], []], isFinalized: true });
    const other = { key: records.keptKey(rootOf(9)), value: Uint8Array.of(9) };
    const kept = block.candidates.map(({ root, bytes }) => ({ key: records.keptKey(root), value: bytes }));
    chain.store.write({ puts: [...kept, other], deletes: [] });
    chain.execute(block);
    expect(chain.store.readNow([...kept, other].map(({ key }) => key))).toEqual([undefined, undefined, other.value]);
  });
});
