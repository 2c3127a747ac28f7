import {
  asHeight,
  asShardName,
  equalBytes,
  type Height,
  pruneMap,
  type Reading,
  type Root,
  type SparseStore,
  StoreFault,
  type StoreRange,
  validatorSetsOf,
  verifyAccount,
  verifyBlob,
  verifyOrderHeader,
  verifySets,
  verifySlice,
} from "@tandem/shared";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rootOf } from "../../shared/test/support/samples.ts";
import { ledgerVersion } from "../src/network.ts";
import { proveAccount, proveBlob, proveHeader, proveSets, readBlob, readBlock, readBlockOf } from "../src/reads.ts";
import * as records from "../src/records.ts";
import { proveSlice } from "../src/slice-reads.ts";
import { payerKey, testShards } from "./support/blobs.ts";
import { type BlockPlan, StoredChain } from "./support/stored-chain.ts";

const anyTouches = fc.array(fc.subarray([...testShards]), { maxLength: 5 });
const anyPlan: fc.Arbitrary<BlockPlan> = fc.record({ touches: anyTouches, isFinalized: fc.boolean() });
/** What is delivered ends with a finalization. */
const anyChain = fc
  .array(anyPlan, { minLength: 1, maxLength: 12 })
  .map((plans) => new StoredChain([...plans, { touches: [["bank"]], isFinalized: true }]));

function must<T>(result: { ok: true; value: T } | { ok: false; error: { code: string; message: string } }): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

function heightsOf(chain: StoredChain): Height[] {
  return Array.from({ length: chain.height + 1 }, (_, height) => asHeight(height));
}

function check(seed: number, holds: (chain: StoredChain) => void): void {
  fc.assert(fc.property(anyChain, holds), { seed, numRuns: 25 });
}

const last = { touches: [["bank"], ["air"]], isFinalized: true };
const unproven = { touches: [["bank"]], isFinalized: false };

describe("blocks", () => {
  test("by height and by root, as they were delivered", () => {
    check(1, (chain) => {
      for (const { block, root, certificate } of chain.blocks) {
        expect(chain.read(readBlock(block.header.height))).toEqual({ ok: true, value: { block, certificate } });
        expect(chain.read(readBlockOf(root))).toEqual({ ok: true, value: { block, certificate } });
      }
    });
  });

  test("what is not there has a code, the genesis is no block", () => {
    const chain = new StoredChain([last]);
    expect(chain.read(readBlock(asHeight(2)))).toMatchObject({ ok: false, error: { code: "unknown-height" } });
    expect(chain.read(readBlock(asHeight(0)))).toMatchObject({ ok: false, error: { code: "unknown-height" } });
    expect(chain.read(readBlockOf(rootOf(1)))).toMatchObject({ ok: false, error: { code: "unknown-block" } });
    expect(chain.read(readBlockOf(chain.network.root))).toMatchObject({ error: { code: "unknown-block" } });
  });
});

describe("headers", () => {
  /** The first finalization from the height on, found the slow way. */
  function provingHeight(chain: StoredChain, height: number): number {
    const kinds = [undefined, ...chain.blocks.map(({ certificate }) => certificate.kind)];
    return kinds.findIndex((kind, at) => at >= height && kind === "finalization");
  }

  test("O3: every height is proven by the first finalization at or above it, the genesis too", () => {
    check(2, (chain) => {
      for (const height of heightsOf(chain)) {
        const proof = must(chain.read(proveHeader(chain.network, height)));
        const header = height === 0 ? chain.network.header : chain.at(height).block.header;
        expect(must(verifyOrderHeader(chain.electorate, proof))).toEqual(header);
        expect((proof.descendant?.header ?? proof.header).height).toBe(provingHeight(chain, height));
        expect(proof.certificate.kind).toBe("finalization");
      }
    });
  });

  test("a long way to the next finalization", () => {
    const chain = new StoredChain([...Array.from({ length: 40 }, () => unproven), last]);
    const proof = must(chain.read(proveHeader(chain.network, asHeight(1))));
    expect(proof.descendant?.header.height).toBe(41);
    expect(verifyOrderHeader(chain.electorate, proof).ok).toBe(true);
  });

  test("what waits for a finalization, or for its execution, is not proven yet", () => {
    const chain = new StoredChain([last]);
    const codeAt = (height: number) => {
      const proof = chain.read(proveHeader(chain.network, asHeight(height)));
      return proof.ok ? "proven" : proof.error.code;
    };
    chain.execute(chain.deliver(unproven));
    expect([0, 1, 2, 3].map(codeAt)).toEqual(["proven", "proven", "not-executed", "unknown-height"]);
    const next = chain.deliver(last);
    expect([1, 2, 3].map(codeAt)).toEqual(["proven", "not-executed", "not-executed"]);
    chain.execute(next);
    expect([1, 2, 3].map(codeAt)).toEqual(["proven", "proven", "proven"]);
  });

  test("before the first block nothing is proven, not even the genesis", () => {
    const chain = new StoredChain();
    expect(chain.read(proveHeader(chain.network, asHeight(0)))).toMatchObject({ error: { code: "not-executed" } });
  });
});

describe("blobs", () => {
  test("O4: each is found by its root, at its place, and proven there", () => {
    check(3, (chain) => {
      for (const { block, candidates } of chain.blocks) {
        const { height } = block.header;
        for (const [index, { root, bytes }] of candidates.entries()) {
          expect(must(chain.read(readBlob(root)))).toEqual({ position: { height, index }, bytes });
          const proof = must(chain.read(proveBlob(chain.network, root)));
          const fact = must(verifyBlob(chain.electorate, proof));
          expect(fact).toEqual({ header: block.header, index, blob: root, count: candidates.length });
        }
      }
    });
  });

  test("one that only waits here is unknown", () => {
    const chain = new StoredChain([last]);
    const { candidates } = chain.make(last);
    const [{ root, bytes }] = candidates as [(typeof candidates)[0]];
    chain.store.write({ puts: [{ key: records.keptKey(root), value: bytes }], deletes: [] });
    expect(chain.read(readBlob(root))).toMatchObject({ ok: false, error: { code: "unknown-blob" } });
    expect(chain.read(proveBlob(chain.network, root))).toMatchObject({ ok: false, error: { code: "unknown-blob" } });
  });
});

test("O5: the slice of every shard is proven at every height, presence and absence", () => {
  check(4, (chain) => {
    for (const height of heightsOf(chain)) {
      const candidates = height === 0 ? [] : chain.at(height).candidates;
      for (const shard of chain.network.shards) {
        const slice = must(verifySlice(chain.electorate, must(chain.read(proveSlice(chain.network, height, shard)))));
        const touching = candidates.flatMap(({ root, blob }, index) =>
          blob.envelope.touches.includes(shard) ? [{ index, blob: root }] : [],
        );
        expect(slice.touches).toEqual(touching);
        expect(slice.header.height).toBe(height);
      }
    }
  });
});

describe("accounts", () => {
  const nobody = new Uint8Array(32).fill(7);

  test("O2: as they were after every block, and who has none", () => {
    check(5, (chain) => {
      let nonce = 0;
      for (const height of heightsOf(chain)) {
        nonce += height === 0 ? 0 : chain.at(height).candidates.length;
        const balance = nonce === 0 ? 1_000_000n : 5n;
        const entries = [payerKey(0), payerKey(1), nobody].map((payer) => {
          const fact = verifyAccount(chain.electorate, must(chain.read(proveAccount(chain.network, payer, height))));
          expect(must(fact)).toMatchObject({ payer, header: { height } });
          return must(fact).account;
        });
        expect(entries).toEqual([{ balance, nonce }, { balance: 1_000_000n, nonce: 0 }, undefined]);
      }
    });
  });

  test("a key that is no payer's is refused", () => {
    const chain = new StoredChain([last]);
    const proof = chain.read(proveAccount(chain.network, new Uint8Array(48), asHeight(1)));
    expect(proof).toMatchObject({ ok: false, error: { code: "not-payer" } });
  });

  test("T7: what was pruned says so, the rest stays", async () => {
    const chain = new StoredChain([last, last, last]);
    await prune(chain, ledgerVersion(2));
    const codes = heightsOf(chain).map((height) => {
      const proof = chain.read(proveAccount(chain.network, payerKey(0), height));
      return proof.ok ? "proven" : proof.error.code;
    });
    expect(codes).toEqual(["pruned", "pruned", "proven", "proven"]);
  });

  test("T7: pruned while it was read", async () => {
    const chain = new StoredChain([last, last, last]);
    const reading = proveAccount(chain.network, payerKey(0), asHeight(1));
    const result = await interrupted(chain, reading, () => prune(chain, ledgerVersion(2)));
    expect(result).toMatchObject({ ok: false, error: { code: "pruned" } });
  });

  test("a record that was lost is a fault, and not taken for pruned", () => {
    const chain = new StoredChain([last, last]);
    const keys = keysRead(chain, proveAccount(chain.network, payerKey(0), asHeight(2)));
    // The value of the account comes last; the ledger's root is still there.
    chain.store.write({ puts: [], deletes: [keys.at(-1) as Uint8Array] });
    expect(() => chain.read(proveAccount(chain.network, payerKey(0), asHeight(2)))).toThrow(StoreFault);
  });

  function keysRead<T>(chain: StoredChain, reading: Reading<T>): Uint8Array[] {
    const keys: Uint8Array[] = [];
    let step = reading.next();
    while (step.done !== true) {
      keys.push(...step.value);
      step = reading.next(chain.store.readNow(step.value));
    }
    return keys;
  }

  /** Does something once the root of the ledger's version was read. */
  async function interrupted<T>(chain: StoredChain, reading: Reading<T>, meanwhile: () => Promise<void>): Promise<T> {
    let step = reading.next();
    let isDone = false;
    while (step.done !== true) {
      const found = chain.store.readNow(step.value);
      if (!isDone && step.value.some((key) => equalBytes(key.subarray(0, 2), Uint8Array.of(7, 0)))) {
        await meanwhile();
        isDone = true;
      }
      step = reading.next(found);
    }
    expect(isDone).toBe(true);
    return step.value;
  }

  async function prune(chain: StoredChain, keepFrom: number): Promise<void> {
    for (;;) {
      const batch = await pruneMap(ledgerOf(chain), keepFrom);
      if (batch.deletes.length === 0) return;
      chain.store.write(records.ledgerBatch(batch));
    }
  }

  /** The ledger's records as a store of their own. */
  function ledgerOf({ store }: StoredChain): SparseStore {
    const [prefix] = records.ledgerBatch({ puts: [], deletes: [new Uint8Array(0)] }).deletes;
    const key = prefix as Uint8Array;
    const long = (bytes: Uint8Array) => Uint8Array.of(...key, ...bytes);
    return {
      read: (keys) => store.read(keys.map(long)),
      async list(range: StoreRange) {
        const found = await store.list({ ...range, from: long(range.from), until: long(range.until) });
        return found.map((record) => ({ key: record.key.slice(key.length), value: record.value }));
      },
    };
  }
});

test("O3: the sets of the genesis hold at every height", () => {
  const chain = new StoredChain([unproven, last]);
  for (const height of heightsOf(chain)) {
    const sets = must(verifySets(chain.electorate, must(chain.read(proveSets(chain.network, height)))));
    expect(sets).toEqual(validatorSetsOf(chain.network.genesis));
  }
});

test("a store that lost what belongs together is a fault of the world", () => {
  const lose = (key: (chain: StoredChain) => Uint8Array, read: (chain: StoredChain) => Reading<unknown>) => {
    const chain = new StoredChain([unproven, last]);
    chain.store.write({ puts: [], deletes: [key(chain)] });
    expect(() => chain.read(read(chain))).toThrow(StoreFault);
  };
  const [one, two] = [asHeight(1), asHeight(2)];
  const blobAt = (chain: StoredChain) => chain.at(1).block.body.blobs[0] as Root;
  lose(
    () => records.blockKey(two),
    (chain) => readBlockOf(chain.at(2).root),
  );
  lose(
    (chain) => records.blobKey(blobAt(chain)),
    (chain) => readBlob(blobAt(chain)),
  );
  lose(
    () => records.blockKey(one),
    (chain) => proveBlob(chain.network, blobAt(chain)),
  );
  lose(
    () => records.historyKey({ level: 0, index: 0 }),
    (chain) => proveHeader(chain.network, one),
  );
  lose(
    () => records.tipKey,
    (chain) => proveHeader(chain.network, one),
  );
  lose(
    () => records.touchesKey(one),
    (chain) => proveSlice(chain.network, one, asShardName("bank")),
  );
});
