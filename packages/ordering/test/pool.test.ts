// O7, O10: what the pool takes in, what it refuses and why, what it gives up, and in which order it offers the rest.

import { type Account, asHeight, limits, zeroRoot } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import type { Candidate } from "../src/candidate.ts";
import { rateOf } from "../src/pool/entry.ts";
import { Pool, type PoolLimits, poolLimits } from "../src/pool/pool.ts";
import { blobOf, testNetwork } from "./support/blobs.ts";
import { accountOf, type FakeOptions, fakeOf } from "./support/fakes.ts";

const network = testNetwork();
const blob = (options: FakeOptions = {}) => fakeOf(network, options);

const small: PoolLimits = { bytesMax: 1000, blobsMax: 4, payerBytesMax: 600, payerBlobsMax: 3, nonceGapMax: 2 };

interface World {
  readonly account?: Account;
  readonly next?: number;
  readonly behind?: readonly string[];
  readonly isOwn?: boolean;
}

const rich = accountOf(1_000_000n);

function contextOf({ account = rich, next = 1, behind = [], isOwn = false }: World = {}) {
  return { account, next: asHeight(next), isBehind: (shard: string) => behind.includes(shard), isOwn };
}

/** What becomes of a blob, in a few words. */
function add(pool: Pool, candidate: Candidate, world?: World): string {
  const context = contextOf(world);
  const refusal = pool.preview(candidate, context);
  const admission = pool.add(candidate, context);
  expect(admission.kind === "refused" ? admission.refusal : undefined).toEqual(refusal);
  if (admission.kind === "refused") return admission.refusal.code;
  if (admission.kind === "known") return "known";
  return ["added", ...admission.removed.map(({ candidate, why }) => `${why} ${candidate.key}`)].join(", ");
}

function poolOf(candidates: readonly Candidate[], limits: PoolLimits = small, world?: World): Pool {
  const pool = new Pool(network, limits);
  for (const candidate of candidates) expect(add(pool, candidate, world)).toBe("added");
  return pool;
}

function selected(pool: Pool, accounts: ReadonlyMap<string, Account> = new Map(), behind: readonly string[] = []) {
  const selection = pool.select({ isBehind: (shard) => behind.includes(shard), accounts });
  const keys: string[] = [];
  for (let next = selection.next(); next !== undefined; next = selection.next()) keys.push(next.key);
  return keys;
}

function settle(pool: Pool, next: number, changed: Record<string, Account>, ordered: readonly string[] = []) {
  const settlement = { next: asHeight(next), changed: new Map(Object.entries(changed)), ordered: new Set(ordered) };
  return pool.settle(settlement).map(({ candidate, why }) => `${why} ${candidate.key}`);
}

const isReady = (pool: Pool, ...behind: readonly string[]) => pool.hasReady((shard) => behind.includes(shard));

describe("a blob is refused", () => {
  const empty = () => new Pool(network, small);

  test("by what it is: another network's, an unknown shard's, over budget, larger than a block", () => {
    const other = { ...network, network: zeroRoot };
    const tiny = { ...network, genesis: { ...network.genesis, limits: { ...network.genesis.limits, blockBytes: 99 } } };
    const { shardBudget } = network.genesis.limits;
    const working = blobOf(network, { budget: shardBudget + 1, touches: ["air"] });
    expect(add(empty(), fakeOf(other))).toBe("network");
    expect(add(empty(), blob({ touches: ["mars"] }))).toBe("unknown-shard");
    expect(add(empty(), working, { account: accountOf(working.cost) })).toBe("over-budget");
    expect(add(new Pool(tiny, small), blob({ size: 100 }))).toBe("too-large");
    expect(add(new Pool(tiny, small), blob({ size: 99 }))).toBe("added");
  });

  test("when no later block may include it", () => {
    expect(add(empty(), blob({ expires: 6 }), { next: 7 })).toBe("expired");
    expect(add(empty(), blob({ expires: 7 }), { next: 7 })).toBe("added");
  });

  test("when its nonce is ordered already", () => {
    expect(add(empty(), blob({ nonce: 4 }), { account: accountOf(9n, 5) })).toBe("nonce-too-low");
    expect(add(empty(), blob({ nonce: 5 }), { account: accountOf(9n, 5) })).toBe("added");
  });

  test("when too many nonces are missing before it; those that wait are not", () => {
    const pool = empty();
    expect(add(pool, blob({ nonce: 3 }))).toBe("nonce-gap");
    expect(add(pool, blob({ nonce: 2 }))).toBe("added");
    expect(add(pool, blob({ nonce: 4 }))).toBe("nonce-gap");
    expect(add(pool, blob({ nonce: 3 }))).toBe("added");
  });

  test("when the payer cannot pay for it with all that it has waiting, after it too", () => {
    const world = { account: accountOf(100n) };
    const pool = empty();
    expect(add(pool, blob({ nonce: 0, cost: 101n }), world)).toBe("balance");
    expect(add(pool, blob({ nonce: 1, cost: 60n }), world)).toBe("added");
    expect(add(pool, blob({ nonce: 2, cost: 41n }), world)).toBe("balance");
    expect(add(pool, blob({ nonce: 0, cost: 41n }), world)).toBe("balance");
    expect(add(pool, blob({ nonce: 0, cost: 40n }), world)).toBe("added");
  });

  test("O10: when a shard that it touches is behind", () => {
    expect(add(empty(), blob({ touches: ["air", "bank"] }), { behind: ["bank"] })).toBe("shard-behind");
    expect(add(empty(), blob({ touches: ["air"] }), { behind: ["bank"] })).toBe("added");
  });

  test("when another one of its nonce tips about as much", () => {
    const pool = poolOf([blob({ tip: 100n, size: 100 })]);
    expect(add(pool, blob({ tip: 100n, size: 99 }))).toBe("tip-too-low");
    expect(add(pool, blob({ tip: 109n }))).toBe("tip-too-low");
    expect(add(pool, blob({ tip: 1000n, size: 1000 }))).toBe("tip-too-low");
    expect(add(pool, blob({ tip: 109n, size: 50 }))).toBe("tip-too-low");
    expect(pool.size).toBe(1);
  });

  test("when as much of its payer waits as may", () => {
    const pool = poolOf([0, 1, 2].map((nonce) => blob({ nonce })));
    expect(add(pool, blob({ nonce: 3, tip: 99n }))).toBe("pool-full");
    expect(pool.preview(blob({ nonce: 3 }), contextOf())?.message).toContain("3 blobs of this payer");
    const large = poolOf([blob({ size: 400 })]);
    expect(add(large, blob({ nonce: 1, size: 201, tip: 99n }))).toBe("pool-full");
    expect(large.preview(blob({ nonce: 1, size: 201 }), contextOf())?.message).toContain("601 bytes of this payer");
    expect(add(large, blob({ nonce: 1, size: 200 }))).toBe("added");
  });

  test("and leaves no trace", () => {
    const pool = empty();
    const before = pool.counts;
    add(pool, blob({ nonce: 9 }));
    add(pool, blob({ cost: 2n ** 100n }));
    expect(pool.counts).toEqual(before);
  });
});

test("the same blob again is known, whatever else changed", () => {
  const pool = poolOf([blob({ touches: ["air"], expires: 5 })]);
  const world = { behind: ["air"], next: 6, account: accountOf(0n) };
  expect(add(pool, blob({ touches: ["air"], expires: 5 }), world)).toBe("known");
  expect(pool.size).toBe(1);
});

describe("a replacement", () => {
  test("tips a tenth more, in all and per byte", () => {
    const pool = poolOf([blob({ tip: 100n, key: "old" })]);
    expect(add(pool, blob({ tip: 110n, key: "new" }))).toBe("added, replaced old");
    expect([pool.has("old"), pool.get("new")?.key, pool.size]).toEqual([false, "new", 1]);
  });

  test("of one that tips nothing tips something", () => {
    const pool = poolOf([blob({ key: "old" })]);
    expect(add(pool, blob({ tip: 0n, key: "same" }))).toBe("tip-too-low");
    expect(add(pool, blob({ tip: 1n, key: "new" }))).toBe("added, replaced old");
  });

  test("needs no balance for what it replaces", () => {
    const world = { account: accountOf(100n) };
    const pool = poolOf([blob({ tip: 1n, cost: 90n, key: "old" }), blob({ nonce: 1, cost: 10n })], small, world);
    expect(add(pool, blob({ tip: 2n, cost: 91n }), world)).toBe("balance");
    expect(add(pool, blob({ tip: 2n, cost: 90n }), world)).toBe("added, replaced old");
  });

  test("of one of our own is no breach of promise", () => {
    const pool = new Pool(network, small);
    add(pool, blob({ tip: 1n, key: "own" }), { isOwn: true });
    const admission = pool.add(blob({ tip: 2n }), contextOf());
    expect(admission).toMatchObject({ removed: [{ isOwn: true, why: "replaced" }] });
    expect([...pool.own()]).toEqual([]);
  });

  test("takes the bytes and the place of what it replaces, also where all is full", () => {
    const pool = poolOf([..."abcd"].map((payer) => blob({ payer, tip: 5n, size: 250, key: payer })));
    expect(add(pool, blob({ payer: "a", tip: 6n, size: 250 }))).toBe("added, replaced a");
    expect(pool.bytes).toBe(1000);
  });
});

describe("a full pool", () => {
  const four = () => poolOf([..."abcd"].map((payer, index) => blob({ payer, tip: BigInt(10 + index), key: payer })));

  test("gives up the worst tip per byte for a better one only", () => {
    const pool = four();
    expect(add(pool, blob({ payer: "e", tip: 10n }))).toBe("pool-full");
    expect(add(pool, blob({ payer: "e", tip: 11n, key: "e" }))).toBe("added, evicted a");
    expect(add(pool, blob({ payer: "f", tip: 12n }))).toBe("added, evicted e");
  });

  test("gives up several for one that is large, or none if these are not enough", () => {
    const pool = poolOf(
      [..."abcd"].map((payer, index) => blob({ payer, tip: BigInt(10 + index), size: 250, key: payer })),
    );
    expect(add(pool, blob({ payer: "e", tip: 28n, size: 600 }))).toBe("pool-full");
    expect(pool.size).toBe(4);
    expect(add(pool, blob({ payer: "e", tip: 40n, size: 600 }))).toBe("added, evicted a, evicted b, evicted c");
  });

  test("makes no gap: of a payer the highest nonce goes first, whatever it tips", () => {
    const chain = [0, 1].map((nonce) => blob({ payer: "a", nonce, tip: BigInt(1 + nonce), key: `a${nonce}` }));
    const pool = poolOf([...chain, blob({ payer: "b", tip: 3n, key: "b" }), blob({ payer: "c", tip: 4n })]);
    expect(add(pool, blob({ payer: "d", tip: 2n }))).toBe("pool-full");
    expect(add(pool, blob({ payer: "d", tip: 9n }))).toBe("added, evicted a1");
    expect(add(pool, blob({ payer: "e", tip: 9n }))).toBe("added, evicted a0");
  });

  test("keeps its own, and what is before its own of the same payer", () => {
    const pool = new Pool(network, { ...small, blobsMax: 3 });
    add(pool, blob({ payer: "a", key: "a0" }));
    add(pool, blob({ payer: "a", nonce: 1, key: "a1" }), { isOwn: true });
    add(pool, blob({ payer: "b", key: "b" }), { isOwn: true });
    expect(add(pool, blob({ payer: "c", tip: 99n }), { isOwn: true })).toBe("pool-full");
  });

  test("keeps what became its own when a client sent it too", () => {
    const pool = poolOf([blob({ payer: "a", key: "a" })], { ...small, blobsMax: 1 });
    expect(add(pool, blob({ payer: "a", key: "a" }), { isOwn: true })).toBe("known");
    expect(add(pool, blob({ payer: "b", tip: 99n }))).toBe("pool-full");
    expect([...pool.own()].map(({ key }) => key)).toEqual(["a"]);
  });

  test("gives up what is stuck before anything that can be ordered: its tip is but a promise", () => {
    const gap = blob({ payer: "a", nonce: 1, tip: 1000n, key: "gap" });
    const pool = poolOf([gap, ...[..."bcd"].map((payer) => blob({ payer, tip: 1n }))]);
    expect(add(pool, blob({ payer: "e", tip: 0n }))).toBe("added, evicted gap");
    expect(add(pool, blob({ payer: "f", nonce: 1, tip: 1000n }))).toBe("pool-full");
  });

  test("and what its payer can pay for no more", () => {
    const pool = poolOf([
      blob({ payer: "a", cost: 900n, tip: 9n, key: "a" }),
      ...[..."bcd"].map((payer) => blob({ payer })),
    ]);
    expect(settle(pool, 2, { a: accountOf(899n) })).toEqual([]);
    expect(add(pool, blob({ payer: "e", tip: 0n }))).toBe("added, evicted a");
  });

  test("but not what its payer can still pay for before that", () => {
    const chain = [0, 1].map((nonce) => blob({ payer: "a", nonce, cost: 50n, tip: 9n, size: 300, key: `a${nonce}` }));
    const pool = poolOf([...chain, blob({ payer: "b", tip: 99n, size: 400 })]);
    settle(pool, 2, { a: accountOf(99n) });
    expect(add(pool, blob({ payer: "c", tip: 1n, size: 301 }))).toBe("pool-full");
    expect(add(pool, blob({ payer: "c", tip: 1n, size: 300 }))).toBe("added, evicted a1");
  });

  test("gives up its own only if it is stuck, last of all that is, and for what can be ordered", () => {
    const pool = poolOf([blob({ payer: "c", nonce: 1, tip: 99n, key: "gap" }), blob({ payer: "d", tip: 9n })]);
    add(pool, blob({ payer: "a", cost: 900n, key: "a0" }), { isOwn: true });
    add(pool, blob({ payer: "a", nonce: 1, cost: 900n, key: "a1" }), { isOwn: true });
    expect(add(pool, blob({ payer: "e", tip: 1n, key: "e" }))).toBe("added, evicted gap");
    expect(settle(pool, 2, { a: accountOf(1799n) })).toEqual([]);
    expect(add(pool, blob({ payer: "f", nonce: 1, tip: 99n }), { isOwn: true })).toBe("pool-full");
    expect(add(pool, blob({ payer: "g", key: "g" }))).toBe("added, evicted a1");
    expect(add(pool, blob({ payer: "h", tip: 1n }))).toBe("added, evicted g");
    expect([...pool.own()].map(({ key }) => key)).toEqual(["a0"]);
  });

  test("takes nothing from the newcomer's own payer", () => {
    const pool = poolOf([blob({ nonce: 1, key: "later" })], { ...small, blobsMax: 1 });
    expect(add(pool, blob({ nonce: 0, tip: 9n }))).toBe("pool-full");
  });
});

describe("after a block", () => {
  test("what was ordered goes, and what another blob made stale", () => {
    const pool = poolOf([0, 1, 2].map((nonce) => blob({ nonce, key: `${nonce}` })));
    expect(settle(pool, 2, { alice: accountOf(50n, 2) }, ["0"])).toEqual(["ordered 0", "stale 1"]);
    expect(selected(pool)).toEqual(["2"]);
  });

  test("what expired goes, and what comes after it waits", () => {
    const pool = poolOf([blob({ expires: 1, key: "first" }), blob({ nonce: 1, expires: 9, key: "second" })]);
    expect(settle(pool, 1, {})).toEqual([]);
    expect(settle(pool, 2, {})).toEqual(["expired first"]);
    expect([isReady(pool), selected(pool), pool.size]).toEqual([false, [], 1]);
    expect(settle(pool, 100, {})).toEqual(["expired second"]);
    expect(Object.values(pool.counts)).toEqual(Object.values(pool.counts).map(() => 0));
  });

  test("what its payer can pay for no more waits until it can, or expires", () => {
    const pool = poolOf([blob({ cost: 60n, key: "a" }), blob({ nonce: 1, cost: 40n, key: "b" })]);
    settle(pool, 2, { alice: accountOf(99n) });
    expect(selected(pool)).toEqual(["a"]);
    settle(pool, 3, { alice: accountOf(59n) });
    expect([isReady(pool), selected(pool), pool.size]).toEqual([false, [], 2]);
    settle(pool, 4, { alice: accountOf(100n) });
    expect([isReady(pool), selected(pool)]).toEqual([true, ["a", "b"]]);
  });
});

describe("O8: something is ready", () => {
  test("if a next nonce is there that no shard holds up", () => {
    const pool = new Pool(network, small);
    expect(isReady(pool)).toBe(false);
    add(pool, blob({ nonce: 1 }));
    expect(isReady(pool)).toBe(false);
    add(pool, blob({ nonce: 0, touches: ["air", "bank"] }));
    expect([isReady(pool), isReady(pool, "hotel"), isReady(pool, "bank")]).toEqual([true, true, false]);
    add(pool, blob({ payer: "bob" }));
    expect(isReady(pool, "air", "bank", "hotel")).toBe(true);
  });

  test("which costs no look at each that a silent shard holds up", () => {
    const held = Array.from({ length: 500 }, (_, index) => blob({ payer: `${index}`, touches: ["air"] }));
    const pool = poolOf(held, poolLimits);
    let asked = 0;
    const isBehind = () => {
      asked += 1;
      return true;
    };
    expect([pool.hasReady(isBehind), pool.select({ isBehind, accounts: new Map() }).next()]).toEqual([
      false,
      undefined,
    ]);
    expect(asked).toBe(2);
  });
});

describe("a selection", () => {
  const wide: PoolLimits = { ...poolLimits, nonceGapMax: 8 };

  test("goes by tip per byte between payers and by nonce within one; first come, first among equals", () => {
    const pool = poolOf(
      [
        blob({ payer: "a", nonce: 0, tip: 2n, key: "a0" }),
        blob({ payer: "a", nonce: 1, tip: 90n, key: "a1" }),
        blob({ payer: "b", tip: 6n, size: 200, key: "b" }),
        blob({ payer: "c", tip: 3n, size: 100, key: "c" }),
        blob({ payer: "d", tip: 4n, size: 100, key: "d" }),
      ],
      wide,
    );
    expect(selected(pool)).toEqual(["d", "b", "c", "a0", "a1"]);
  });

  test("ends with a payer at a missing nonce, at its balance, or at a shard that is behind", () => {
    const pool = poolOf(
      [
        ...[0, 2].map((nonce) => blob({ payer: "gap", nonce, tip: 9n, key: `gap${nonce}` })),
        ...[0, 1, 2].map((n) => blob({ payer: "lag", nonce: n, touches: n === 1 ? ["air"] : [], key: `lag${n}` })),
        ...[0, 1].map((nonce) => blob({ payer: "poor", nonce, cost: 10n, key: `poor${nonce}` })),
      ],
      wide,
    );
    const accounts = new Map([["poor", accountOf(15n, 0)]]);
    const selection = pool.select({ isBehind: (shard) => shard === "air", accounts });
    const keys = [1, 2, 3].map(() => selection.next()?.key);
    expect(keys.toSorted()).toEqual(["gap0", "lag0", "poor0"]);
    expect([selection.next(), selection.next()]).toEqual([undefined, undefined]);
  });

  test("starts where blocks that are not final yet leave a payer", () => {
    const chain = [0, 1, 2].map((nonce) => blob({ payer: "a", nonce, cost: 10n, key: `a${nonce}` }));
    const pool = poolOf([...chain, blob({ payer: "b", nonce: 1, cost: 10n, key: "b1" })], wide);
    expect(selected(pool, new Map([["a", accountOf(15n, 1)]]))).toEqual(["a1"]);
    expect(selected(pool, new Map([["b", accountOf(10n, 1)]]))).toEqual(["a0", "a1", "a2", "b1"]);
    expect(selected(pool, new Map([["a", accountOf(99n, 3)]]))).toEqual([]);
  });

  test("passes over all that a shard holds up", () => {
    const pool = poolOf(
      [..."abc"].map((payer) => blob({ payer, touches: ["air"], key: payer })),
      wide,
    );
    expect([selected(pool, new Map(), ["air"]), selected(pool, new Map(), ["bank"])]).toEqual([[], ["a", "b", "c"]]);
  });

  test("is over when the pool changes", () => {
    const pool = poolOf([blob()]);
    const selection = pool.select({ isBehind: () => false, accounts: new Map() });
    add(pool, blob({ nonce: 1 }));
    expect(() => selection.next()).toThrow("does not change");
  });
});

test("tips per byte compare exactly, for the largest amounts and the closest fractions", () => {
  const sizes = [limits.blobBytesMax, limits.blobBytesMax - 1, limits.blobBytesMax - 2, 200, 199, 1];
  const tips = sizes.flatMap((size) => [0, 1, 2].map((more) => BigInt(size + more)));
  const huge = 2n ** 128n - 1n;
  const all = sizes.flatMap((size) => [...tips, huge, huge - 1n].map((tip) => blob({ tip, size })));
  const signOf = (difference: bigint) => (difference === 0n ? 0 : difference < 0n ? -1 : 1);
  const products = (a: Candidate, b: Candidate) => a.blob.envelope.tip * BigInt(b.bytes.length);
  for (const a of all) {
    for (const b of all) expect(signOf(rateOf(a) - rateOf(b))).toBe(signOf(products(a, b) - products(b, a)));
  }
});

test("own blobs are those that could be ordered now, in the order of promise", () => {
  const pool = new Pool(network, poolLimits);
  for (const nonce of [2, 0, 1, 4]) add(pool, blob({ nonce, key: `${nonce}` }), { isOwn: true });
  add(pool, blob({ payer: "bob", key: "bob" }));
  expect([...pool.own()].map(({ key }) => key)).toEqual(["2", "0", "1"]);
});

test("real blobs are charged as their candidates say", () => {
  const candidate = blobOf(network, { tip: 5n, transfers: [{ to: 1, amount: 1000n }] });
  expect(add(new Pool(network, poolLimits), candidate, { account: accountOf(candidate.cost - 1n) })).toBe("balance");
  expect(add(new Pool(network, poolLimits), candidate, { account: accountOf(candidate.cost) })).toBe("added");
});
