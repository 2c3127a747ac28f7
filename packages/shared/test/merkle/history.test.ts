import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  appendToHistory,
  assembleHistoryProof,
  emptyHistory,
  type History,
  type HistoryProof,
  type HistoryReader,
  historyCodec,
  historyPlaces,
  historyProofCodec,
  historyRoot,
  MemoryHistory,
  proveHistory,
  verifyHistory,
} from "../../src/merkle/index.ts";
import type { Root } from "../../src/numbers.ts";
import { naiveHistoryPath, naiveHistoryRoot } from "../oracles/rfc6962.ts";
import { expectRefused, rootOf, rootsUpTo, turningSizes } from "./support.ts";
import { expectNoneAccepted, rearranged } from "./tampering.ts";

function grow(entries: readonly Uint8Array[]): { history: History; store: MemoryHistory } {
  const store = new MemoryHistory();
  let history = emptyHistory;
  for (const entry of entries) {
    const appended = appendToHistory(history, entry);
    history = appended.history;
    store.keep(appended.completed);
  }
  return { history, store };
}

async function proofOf(reader: HistoryReader, size: number, index: number): Promise<HistoryProof> {
  const proof = await proveHistory(reader, size, index);
  if (!proof.ok) throw new Error(proof.error.message);
  return proof.value;
}

/** Whether index and size lead through the same turns as the others, so that one path serves both. */
function hasSameTurns(size: number, index: number, otherSize: number, otherIndex: number): boolean {
  return turnsOf(size, index) === turnsOf(otherSize, otherIndex);
}

function turnsOf(size: number, index: number): string {
  if (size === 1) return "";
  let half = 1;
  while (half * 2 < size) half *= 2;
  return index < half ? `left ${turnsOf(half, index)}` : `right ${turnsOf(size - half, index - half)}`;
}

describe("the root of a history", () => {
  test("is the oracle's after every append", () => {
    const entries = rootsUpTo(130);
    let history = emptyHistory;
    expect(historyRoot(history)).toEqual(naiveHistoryRoot([]));
    for (const [index, entry] of entries.entries()) {
      history = appendToHistory(history, entry).history;
      expect(history.size).toBe(index + 1);
      expect(historyRoot(history)).toEqual(naiveHistoryRoot(entries.slice(0, index + 1)));
    }
  });

  test("is the oracle's for entries of any length", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 40 }), (entries) => {
        expect(historyRoot(grow(entries).history)).toEqual(naiveHistoryRoot(entries));
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  test("an append leaves the history before it as it was", () => {
    const before = grow(rootsUpTo(7)).history;
    const kept = historyCodec.encode(before);
    appendToHistory(before, rootOf(7));
    expect(historyCodec.encode(before)).toEqual(kept);
  });

  test("its state is one peak for each bit of its size, and continues after decoding", () => {
    const { history } = grow(rootsUpTo(1000));
    expect(history.peaks.length).toBe(6);
    const decoded = historyCodec.decode(historyCodec.encode(history));
    expect(decoded).toEqual({ ok: true, value: history });
    const continued = appendToHistory(decoded.ok ? decoded.value : emptyHistory, rootOf(1000)).history;
    expect(historyRoot(continued)).toEqual(naiveHistoryRoot(rootsUpTo(1001)));
  });

  test("an append completes the leaf and each perfect subtree that ends with it", () => {
    const completed = appendToHistory(grow(rootsUpTo(7)).history, rootOf(7)).completed;
    expect(completed.map(({ level, index }) => [level, index])).toEqual([
      [0, 7],
      [1, 3],
      [2, 1],
      [3, 0],
    ]);
    const entries = rootsUpTo(8);
    for (const { level, index, hash } of completed) {
      expect(hash).toEqual(naiveHistoryRoot(entries.slice(index * 2 ** level, (index + 1) * 2 ** level)));
    }
  });

  test("a full history takes no more", () => {
    const full: History = { size: 2 ** 48, peaks: [rootOf(0) as Root] };
    expect(() => appendToHistory(full, rootOf(1))).toThrow("full");
  });

  test("a state with the wrong number of peaks, or too many leaves, does not decode", () => {
    const { history } = grow(rootsUpTo(6));
    const bytes = historyCodec.encode(history);
    for (const size of [0, 4, 7, 13]) {
      const changed = bytes.slice();
      changed[0] = size;
      expectRefused(historyCodec.decode(changed), "bad-value");
    }
    const huge = historyCodec.encode(grow(rootsUpTo(2)).history);
    new DataView(huge.buffer).setBigUint64(0, 2n ** 49n, true);
    expectRefused(historyCodec.decode(huge), "bad-value");
  });

  test("sizes above 2^32 are as exact as small ones", () => {
    const peaks = [rootOf(0), rootOf(1)] as Root[];
    const { history, completed } = appendToHistory({ size: 2 ** 47 + 1, peaks }, rootOf(2));
    expect(history.size).toBe(2 ** 47 + 2);
    expect(history.peaks.length).toBe(2);
    expect(completed.map(({ level, index }) => [level, index])).toEqual([
      [0, 2 ** 47 + 1],
      [1, 2 ** 46],
    ]);
  });
});

describe("a proof of an entry", () => {
  test("is the oracle's path for every index of every size, from one store", async () => {
    const entries = rootsUpTo(65);
    const { store } = grow(entries);
    for (const size of turningSizes) {
      const root = naiveHistoryRoot(entries.slice(0, size));
      for (let index = 0; index < size; index++) {
        const proof = await proofOf(store, size, index);
        expect(proof.path).toEqual(naiveHistoryPath(index, entries.slice(0, size)));
        expect(verifyHistory(root, size, index, rootOf(index), proof)).toEqual({ ok: true, value: undefined });
      }
    }
  });

  test("is the same for whoever reads the places without a reader", async () => {
    const { store } = grow(rootsUpTo(65));
    for (const size of turningSizes) {
      for (let index = 0; index < size; index++) {
        const hashes = await store.read(historyPlaces(size, index));
        const proof = await proveHistory(store, size, index);
        expect(assembleHistoryProof(size, index, hashes)).toEqual(proof);
        if (hashes.length > 0) expectRefused(assembleHistoryProof(size, index, hashes.slice(1)), "missing-node");
      }
    }
    expect(historyPlaces(4, 4)).toEqual([]);
    expectRefused(assembleHistoryProof(4, 4, []), "out-of-range");
  });

  test("takes one batch of logarithmically many reads", async () => {
    const { store } = grow(rootsUpTo(1000));
    const batches: number[] = [];
    const counting: HistoryReader = {
      read(places) {
        batches.push(places.length);
        return store.read(places);
      },
    };
    for (let index = 0; index < 1000; index++) await proofOf(counting, 1000, index);
    expect(batches.length).toBe(1000);
    expect(Math.max(...batches)).toBeLessThanOrEqual(2 * 10);
  });

  test("a store that lacks a subtree says which; an index outside is refused", async () => {
    const store = new MemoryHistory();
    store.keep([{ level: 0, index: 1, hash: rootOf(1) as Root }]);
    const lacking = await proveHistory(store, 4, 0);
    expectRefused(lacking, "missing-node");
    expect(lacking.ok ? "" : lacking.error.message).toContain("subtree 1 of level 1");
    const silent: HistoryReader = { read: async () => [] };
    expectRefused(await proveHistory(silent, 4, 0), "missing-node");
    for (const index of [4, -1, 0.5, Number.NaN]) expectRefused(await proveHistory(store, 4, index), "out-of-range");
  });

  test("holds for no other index, entry or root, and for no size with other turns", async () => {
    const entries = rootsUpTo(40);
    const { store } = grow(entries);
    const number = fc.integer({ min: 0, max: 45 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        number,
        number,
        number,
        async (size, pick, otherIndex, otherSize) => {
          const index = pick % size;
          const proof = await proofOf(store, size, index);
          const root = naiveHistoryRoot(entries.slice(0, size));
          expect(verifyHistory(root, size, otherIndex, rootOf(index), proof).ok).toBe(otherIndex === index);
          expect(verifyHistory(root, size, index, rootOf(otherIndex), proof).ok).toBe(otherIndex === index);
          expect(verifyHistory(rootOf(0), size, index, rootOf(index), proof).ok).toBe(false);
          // The root does not say the size. The verifier knows it (O3: it is the height of the header).
          const sameTurns = index < otherSize && hasSameTurns(size, index, otherSize, index);
          expect(verifyHistory(root, otherSize, index, rootOf(index), proof).ok).toBe(sameTurns);
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });

  test("says what is wrong with it", async () => {
    const entries = rootsUpTo(6);
    const root = naiveHistoryRoot(entries);
    const { path } = await proofOf(grow(entries).store, 6, 4);
    const check = (index: number, size: number, changed: readonly Uint8Array[]) =>
      verifyHistory(root, size, index, rootOf(4), { path: changed as Root[] });
    for (const [index, size] of [
      [6, 6],
      [-1, 6],
      [0.5, 6],
      [4, 0],
      [4, Number.POSITIVE_INFINITY],
    ] as const) {
      expectRefused(check(index, size, path), "out-of-range");
    }
    expectRefused(check(4, 6, path.slice(1)), "wrong-count");
    expectRefused(check(4, 6, [...path, rootOf(1)]), "wrong-count");
    expectRefused(check(4, 6, [rootOf(1).slice(1), ...path.slice(1)]), "bad-node");
    expectRefused(check(4, 6, [rootOf(1), ...path.slice(1)]), "wrong-root");
  });

  test("any changed byte, cut, addition or rearrangement is refused", async () => {
    for (const [size, index] of [
      [7, 2],
      [7, 6],
      [1, 0],
      [8, 7],
    ] as const) {
      const entries = rootsUpTo(size);
      const root = naiveHistoryRoot(entries);
      const proof = await proofOf(grow(entries).store, size, index);
      expectNoneAccepted(historyProofCodec.encode(proof), "values", (bytes) => {
        const decoded = historyProofCodec.decode(bytes);
        return decoded.ok && verifyHistory(root, size, index, rootOf(index), decoded.value).ok;
      });
      for (const path of rearranged(proof.path)) {
        expect(verifyHistory(root, size, index, rootOf(index), { path }).ok).toBe(false);
      }
    }
  });

  test("a node is no entry: its children's hashes do not pass for data", () => {
    const [one, other] = [rootOf(1), rootOf(2)].map((entry) => naiveHistoryRoot([entry])) as [Uint8Array, Uint8Array];
    const root = naiveHistoryRoot([rootOf(1), rootOf(2)]);
    const children = Uint8Array.from([...one, ...other]);
    expectRefused(verifyHistory(root, 1, 0, children, { path: [] }), "wrong-root");
  });

  test("an entry is no node: data that looks like two hashes proves nothing below it", () => {
    const [one, other] = [rootOf(1), rootOf(2)].map((entry) => naiveHistoryRoot([entry])) as [Uint8Array, Uint8Array];
    const root = naiveHistoryRoot([Uint8Array.from([...one, ...other])]);
    expectRefused(verifyHistory(root, 2, 0, rootOf(1), { path: [other as Root] }), "wrong-root");
  });
});
