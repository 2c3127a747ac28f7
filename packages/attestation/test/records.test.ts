import { asRound, claimCodec, type Records, readNow, type StoreBatch, StoreFault } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { attestedKey, frontierPrefix } from "../src/block-records.ts";
import { claimContentCodec } from "../src/content/claim-content.ts";
import {
  contentKey,
  contentRecords,
  decodeOwnRecords,
  forgetContent,
  forgetOwn,
  markRecord,
  ownPrefix,
  ownRecords,
  readContent,
  readContentBytes,
} from "../src/records.ts";
import {
  affirmationOf,
  claimOf,
  contentOf,
  epoch,
  groundOf,
  hashOf,
  hotel,
  outcomeAt,
  rail,
} from "./support/claims.ts";

class Store {
  readonly records = new Map<string, Uint8Array>();

  apply({ puts, deletes }: StoreBatch): this {
    for (const key of deletes) this.records.delete(key.join());
    for (const { key, value } of puts) this.records.set(key.join(), value);
    return this;
  }

  readonly read = (keys: readonly Uint8Array[]): Records => keys.map((key) => this.records.get(key.join()));
}

const content = contentOf(claimOf(rail, 3), [[outcomeAt(3, 0, 0)]]);
const root = claimCodec.root(content.claim);
const affirmation = affirmationOf(groundOf([1]), content.claim, 0);

describe("contents", () => {
  test("read back, and go", () => {
    const store = new Store().apply(contentRecords(root, content));
    expect(readNow(store.read, readContent(root))).toEqual(content);
    expect(readNow(store.read, readContentBytes(root))).toEqual(claimContentCodec.encode(content));
    store.apply(forgetContent([root]));
    expect(readNow(store.read, readContent(root))).toBeUndefined();
  });
});

describe("own records", () => {
  test("an affirmation is written with its mark, in one batch, and all under one prefix", () => {
    const { puts } = ownRecords(affirmation);
    const { shard, round, claim } = affirmation;
    expect(decodeOwnRecords(puts.map(({ value }) => value))).toEqual([
      { kind: "mark", value: { epoch, shard, round, claim } },
      { kind: "affirmation", value: affirmation },
    ]);
    for (const { key } of puts) expect([...key.slice(0, ownPrefix.length)]).toEqual([...ownPrefix]);
    expect(contentKey(root)[0]).not.toBe(ownPrefix[0]);
  });

  test("a mark takes the place of the one before, and outlives its affirmations", () => {
    const store = new Store().apply(ownRecords(affirmation));
    const later = { ...affirmation, round: asRound(9), claim: hashOf("later") };
    store.apply(ownRecords(later)).apply(forgetOwn([affirmation, later]));
    expect(decodeOwnRecords([...store.records.values()])).toEqual([
      { kind: "mark", value: { epoch, shard: rail, round: asRound(9), claim: later.claim } },
    ]);
  });

  test("marks of other shards and epochs stand beside each other", () => {
    const mark = { epoch, shard: rail, round: asRound(1), claim: root };
    const store = new Store();
    store.apply(markRecord(mark)).apply(markRecord({ ...mark, shard: hotel }));
    store.apply(markRecord({ ...mark, epoch: 1 as typeof epoch }));
    expect(store.records.size).toBe(3);
  });
});

test("they may lie beside the records of attest blocks", () => {
  const others = [attestedKey(rail, asRound(1)), frontierPrefix];
  const first = new Set(others.map((key) => key[0]));
  for (const key of [contentKey(root), ownPrefix]) expect(first.has(key[0])).toBe(false);
});

test("a record that is not what was written is a fault of the store", () => {
  const store = new Store().apply({ puts: [{ key: contentKey(root), value: Uint8Array.of(1) }], deletes: [] });
  expect(() => readNow(store.read, readContent(root))).toThrow(StoreFault);
  expect(() => decodeOwnRecords([Uint8Array.of(9)])).toThrow(StoreFault);
});
