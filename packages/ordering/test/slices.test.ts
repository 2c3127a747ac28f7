// O5: what a run of slices may say, and that nothing else passes.

import {
  asBlobIndex,
  asHeight,
  asShardName,
  limits,
  type OrderHeader,
  orderHeaderCodec,
  type Root,
  type ShardName,
  type Touch,
} from "@tandem/shared";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rootOf } from "../../shared/test/support/samples.ts";
import {
  blobKey,
  blockKey,
  blockRecordCodec,
  headerKey,
  headerRecordCodec,
  touchesKey,
  touchesRecordCodec,
} from "../src/records.ts";
import { readSliceRun } from "../src/slice-reads.ts";
import { checkSliceRun, emptyRun, shardSliceType, sliceRunCodec } from "../src/slices.ts";
import type { ShardSlice, SliceRun } from "../src/types.ts";
import { testNetwork, testShards } from "./support/blobs.ts";
import { type BlockPlan, StoredChain } from "./support/stored-chain.ts";

const bank = asShardName("bank");
const bytesMax = limits.sliceRunBytesMax;

const anyPlan: fc.Arbitrary<BlockPlan> = fc.record({
  touches: fc.array(fc.subarray([...testShards]), { maxLength: 6 }),
  isFinalized: fc.boolean(),
});
const anyChain = fc
  .array(anyPlan, { maxLength: 10 })
  .map((plans) => new StoredChain([...plans, { touches: [["bank"], ["air", "bank"]], isFinalized: true }]));

function runOf(chain: StoredChain, shard: ShardName, from = 1, count = 100): SliceRun {
  return chain.read(readSliceRun({ shard, from: asHeight(from), count, bytesMax }));
}

function genesisOf({ network }: StoredChain) {
  return { height: asHeight(0), root: network.root };
}

function codeOf(chain: StoredChain, run: SliceRun, shard = bank, parent = genesisOf(chain)): string {
  const blocks = checkSliceRun(chain.electorate, parent, shard, run);
  return blocks.ok ? "good" : blocks.error.code;
}

/** Blobs of a block that touch a shard, found the plain way. */
function touching(chain: StoredChain, height: number, shard: ShardName) {
  return chain
    .at(height)
    .candidates.map(({ root, bytes, blob }, index) => ({ index, blob: root, bytes, touches: blob.envelope.touches }))
    .filter(({ touches }) => touches.includes(shard))
    .map(({ index, blob, bytes }) => ({ index, blob, bytes }));
}

describe("honest runs", () => {
  test("for every shard exactly its blobs, block by block, none included", () => {
    const holds = fc.property(anyChain, (chain) => {
      for (const shard of [...chain.network.shards, asShardName("nobody")]) {
        const blocks = checkSliceRun(chain.electorate, genesisOf(chain), shard, runOf(chain, shard));
        const expected = chain.blocks.map(({ block: { header }, root }) => ({
          header,
          root,
          blobs: touching(chain, header.height, shard),
        }));
        expect(blocks).toEqual({ ok: true, value: expected });
      }
    });
    fc.assert(holds, { seed: 1, numRuns: 30 });
  });

  test("all shards together have each blob as often as it touches shards", () => {
    const holds = fc.property(anyChain, (chain) => {
      const found = [...chain.network.shards].flatMap((shard) =>
        runOf(chain, shard).slices.flatMap(({ blobs }) => blobs),
      );
      const touched = chain.blocks.flatMap(({ candidates }) =>
        candidates.flatMap(({ bytes, blob }) => blob.envelope.touches.map(() => bytes)),
      );
      const sorted = (all: Uint8Array[]) => all.map((bytes) => bytes.join()).sort();
      expect(sorted(found)).toEqual(sorted(touched));
    });
    fc.assert(holds, { seed: 2, numRuns: 30 });
  });

  test("a run travels as bytes", () => {
    const holds = fc.property(anyChain, (chain) => {
      const run = runOf(chain, bank);
      expect(sliceRunCodec.decode(sliceRunCodec.encode(run))).toEqual({ ok: true, value: run });
    });
    fc.assert(holds, { seed: 3, numRuns: 10 });
  });
});

describe("what is served", () => {
  const own = (touches: readonly (readonly string[])[]) => ({ touches, isFinalized: true });
  const none = (touches: readonly (readonly string[])[]) => ({ touches, isFinalized: false });

  test("headers lead on to the first finalization, and slices end where they were asked to", () => {
    const chain = new StoredChain([none([["bank"]]), none([]), none([]), own([]), own([])]);
    const run = runOf(chain, bank, 1, 2);
    expect([run.slices.length, run.headers.length]).toEqual([2, 4]);
    expect(codeOf(chain, run)).toBe("good");
    const next = runOf(chain, bank, 3, 2);
    expect([next.slices.length, next.headers.length]).toEqual([2, 2]);
  });

  test("nothing where there is nothing, or nothing was asked for", () => {
    const chain = new StoredChain([own([["bank"]])]);
    for (const [from, count] of [
      [0, 5],
      [2, 5],
      [Number.MAX_SAFE_INTEGER, 5],
      [1, 0],
    ] as const) {
      expect(runOf(chain, bank, from, count), `${from} ${count}`).toEqual(emptyRun);
    }
    for (const wrong of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      const question = { shard: bank, bytesMax };
      expect(chain.read(readSliceRun({ ...question, from: wrong as never, count: 1 }))).toEqual(emptyRun);
      expect(chain.read(readSliceRun({ ...question, from: asHeight(1), count: wrong }))).toEqual(emptyRun);
    }
  });

  test("slices of executed blocks only, though a later block that is not executed may prove them", () => {
    const chain = new StoredChain([none([["bank"]])]);
    expect(runOf(chain, bank)).toEqual(emptyRun);
    chain.deliver(own([["bank"]]));
    const run = runOf(chain, bank);
    expect([run.slices.length, run.headers.length]).toEqual([1, 2]);
    expect(codeOf(chain, run)).toBe("good");
  });

  test("as many bytes as are allowed, and one slice at least", () => {
    const chain = new StoredChain(Array.from({ length: 5 }, () => own([["bank"], ["bank"]])));
    const sizes = runOf(chain, bank).slices.map(shardSliceType.sizeOf);
    const sum = (count: number) => sizes.slice(0, count).reduce((all, size) => all + size, 0);
    const countWithin = (bytes: number) => {
      const run = chain.read(readSliceRun({ shard: bank, from: asHeight(1), count: 9, bytesMax: bytes }));
      expect(codeOf(chain, run)).toBe("good");
      return run.slices.length;
    };
    expect([0, sum(1), sum(3) - 1, sum(3), sum(5)].map(countWithin)).toEqual([1, 1, 2, 3, 5]);
  });

  test("never more than an answer may have, with all of its headers", () => {
    const touches = Array.from({ length: 16 }, () => ["bank"]);
    const chain = new StoredChain(Array.from({ length: 6 }, () => ({ touches, isFinalized: true })));
    // Five slices alone would fit.
    const large = new Uint8Array(252_500);
    const blobs = chain.blocks.flatMap(({ block }) => block.body.blobs);
    chain.store.write({ puts: blobs.map((root) => ({ key: blobKey(root), value: large })), deletes: [] });
    const run = runOf(chain, bank);
    const encoded = sliceRunCodec.encode(run).length;
    const rest = (limits.sliceRunHeadersMax - run.headers.length) * orderHeaderCodec.bytesMax;
    expect(encoded + rest).toBeLessThan(limits.sliceRunBytesMax);
    expect(run.slices.length).toBe(4);
  });

  test("blocks of at most as many blobs as one block may have, since all their touches are hashed", () => {
    const chain = new StoredChain([own([]), own([]), own([])]);
    for (const height of [1, 2].map(asHeight)) {
      const { block, certificate } = chain.at(height);
      const blobs = Array.from({ length: limits.blockBlobsMax / 2 + 1 }, (_, at) => rootOf(at % 250));
      const value = blockRecordCodec.encode({ block: { ...block, body: { ...block.body, blobs } }, certificate });
      const touches = touchesRecordCodec.encode(blobs.map(() => [asShardName("air")]));
      const puts = [
        { key: blockKey(height), value },
        { key: touchesKey(height), value: touches },
      ];
      chain.store.write({ puts, deletes: [] });
    }
    expect(runOf(chain, bank).slices.length).toBe(1);
    expect(runOf(chain, bank, 2).slices.length).toBe(2);
  });

  test("at most so many blocks", () => {
    const chain = new StoredChain(Array.from({ length: limits.sliceRunBlocksMax + 2 }, () => own([])));
    const run = runOf(chain, bank, 1, 1000);
    expect([run.slices.length, run.headers.length]).toEqual([limits.sliceRunBlocksMax, limits.sliceRunBlocksMax]);
  });

  test("where the next finalization is too far, up to the last one before", () => {
    const chain = new StoredChain([own([["bank"]]), none([["bank"]])]);
    const { block, certificate } = chain.at(2);
    const record = (at: number, seal: typeof certificate) => ({
      key: headerKey(asHeight(at)),
      value: headerRecordCodec.encode({ header: block.header, certificate: seal }),
    });
    const far = limits.sliceRunHeadersMax + 2;
    const puts = Array.from({ length: far - 3 }, (_, at) => record(3 + at, certificate));
    chain.store.write({ puts: [...puts, record(far, chain.at(1).certificate)], deletes: [] });
    const run = runOf(chain, bank);
    expect([run.slices.length, run.headers.length]).toEqual([1, 1]);
    expect(codeOf(chain, run)).toBe("good");
    expect(runOf(chain, bank, 2)).toEqual(emptyRun);
  });
});

describe("a run is refused", () => {
  const chain = new StoredChain([
    { touches: [["bank"], ["air"], ["air", "bank"], []], isFinalized: true },
    { touches: [["air"], ["hotel"]], isFinalized: false },
    { touches: [["bank", "hotel"], ["bank"]], isFinalized: false },
    { touches: [["bank"]], isFinalized: true },
  ]);
  const run = runOf(chain, bank, 1, 3);
  const [first, second, third] = run.slices as [ShardSlice, ShardSlice, ShardSlice];
  const other = new StoredChain([{ touches: [["bank"]], isFinalized: true }], testNetwork({ balance: 5n }));
  const withSlice = (at: number, slice: Partial<ShardSlice>): SliceRun => ({
    ...run,
    slices: run.slices.map((old, index) => (index === at ? { ...old, ...slice } : old)),
  });
  const withHeader = (at: number, header: Partial<OrderHeader>): SliceRun => ({
    ...run,
    headers: run.headers.map((old, index) => (index === at ? { ...old, ...header } : old)),
  });
  const foreign = chain.at(1).candidates[1] as { root: Root; bytes: Uint8Array };
  const foreignTouch: Touch = { index: asBlobIndex(1), blob: foreign.root };

  test("this one is not", () => {
    expect([run.slices.length, run.headers.length]).toEqual([3, 4]);
    expect([first.touches.length, second.touches.length, third.touches.length]).toEqual([2, 0, 2]);
    expect(codeOf(chain, run)).toBe("good");
    expect(codeOf(chain, emptyRun)).toBe("good");
  });

  const lastBlobs = (slice: ShardSlice) => ({ touches: slice.touches.slice(1), blobs: slice.blobs.slice(1) });
  const wrong: readonly (readonly [string, SliceRun, string])[] = [
    ["drops a blob and its touch", withSlice(0, lastBlobs(first)), "wrong-count"],
    ["drops a blob", withSlice(0, { blobs: first.blobs.slice(1) }), "wrong-count"],
    ["drops a touch", withSlice(0, { touches: first.touches.slice(1) }), "wrong-count"],
    ["drops all blobs", withSlice(0, { touches: [], blobs: [] }), "wrong-count"],
    [
      "adds a blob of another shard",
      withSlice(0, { touches: [...first.touches, foreignTouch], blobs: [...first.blobs, foreign.bytes] }),
      "wrong-count",
    ],
    ["adds one where there is none", withSlice(1, { touches: [foreignTouch], blobs: [foreign.bytes] }), "wrong-count"],
    [
      "has a blob of another shard in place of one",
      withSlice(0, { blobs: [first.blobs[0] as Uint8Array, foreign.bytes] }),
      "wrong-blob",
    ],
    ["reorders blobs", withSlice(0, { blobs: first.blobs.toReversed() }), "wrong-blob"],
    ["reorders touches", withSlice(0, { touches: first.touches.toReversed() }), "wrong-root"],
    [
      "reorders touches with their blobs",
      withSlice(0, { touches: first.touches.toReversed(), blobs: first.blobs.toReversed() }),
      "wrong-root",
    ],
    ["doubles a blob", withSlice(0, { blobs: [first.blobs[0], first.blobs[0]] as Uint8Array[] }), "wrong-blob"],
    [
      "says another place",
      withSlice(0, { touches: first.touches.map((touch) => ({ ...touch, index: asBlobIndex(touch.index + 1) })) }),
      "wrong-root",
    ],
    ["has a blob cut short", withSlice(0, { blobs: first.blobs.map((blob) => blob.slice(0, -1)) }), "malformed"],
    ["has an empty blob", withSlice(0, { blobs: first.blobs.map(() => new Uint8Array(0)) }), "malformed"],
    ["swaps the slices of two blocks", { ...run, slices: [third, second, first] }, "wrong-root"],
    ["gives an absence that is another block's", { ...run, slices: [second, second, third] }, "wrong-root"],
    ["leaves a slice out", { ...run, slices: [first, third] }, "wrong-root"],
    ["has more slices than headers", { ...run, slices: Array.from({ length: 5 }, () => first) }, "wrong-count"],
    ["has headers and no slice", { ...run, slices: [] }, "wrong-count"],
    ["has slices and no headers", { headers: [], slices: [first], certificate: undefined }, "wrong-count"],
    ["has no certificate", { ...run, certificate: undefined }, "no-certificate"],
    ["has a certificate of nothing", { ...emptyRun, certificate: run.certificate }, "no-certificate"],
    ["ends before its certificate", { ...run, headers: run.headers.slice(0, 3) }, "wrong-view"],
    ["begins late", { ...run, headers: run.headers.slice(1), slices: run.slices.slice(1) }, "wrong-parent"],
    ["has a gap", { ...run, headers: [0, 2, 3].map((at) => run.headers[at] as OrderHeader) }, "wrong-parent"],
    [
      "says a header twice",
      { ...run, headers: [0, 0, 1, 2, 3].map((at) => run.headers[at] as OrderHeader) },
      "wrong-parent",
    ],
    ["has the headers in another order", { ...run, headers: run.headers.toReversed() }, "wrong-parent"],
    ["is of another chain", runOf(other, bank), "wrong-parent"],
    ["has a header that is not final", withHeader(3, { timeMs: 1 as never }), "wrong-block"],
    ["has another header in the middle", withHeader(1, { timeMs: 1 as never }), "wrong-parent"],
    ["has touches of its own making", withHeader(0, { touchesRoot: rootOf(3) }), "wrong-parent"],
    [
      "ends in a header of its own making",
      {
        ...run,
        headers: [
          ...run.headers,
          { ...(run.headers[3] as OrderHeader), height: asHeight(5), parent: chain.at(4).root },
        ],
      },
      "wrong-block",
    ],
    ["has a certificate of an earlier block", { ...run, certificate: chain.at(1).certificate }, "wrong-view"],
    ["is merely notarized", { ...run, certificate: chain.certify(chain.at(4).block.header, false) }, "wrong-kind"],
    [
      "is signed by too few",
      { ...run, certificate: { ...chain.at(4).certificate, bitmap: [true, true, false, false] } },
      "no-quorum",
    ],
    [
      "is signed by others",
      { ...run, certificate: { ...chain.at(4).certificate, bitmap: [true, true, true, false] } },
      "bad-signature",
    ],
    [
      "has too many headers",
      { ...run, headers: Array.from({ length: limits.sliceRunHeadersMax + 1 }, () => run.headers[0] as OrderHeader) },
      "over-limit",
    ],
    [
      "has too many slices",
      {
        ...run,
        headers: Array.from({ length: 200 }, () => run.headers[0] as OrderHeader),
        slices: Array.from({ length: limits.sliceRunBlocksMax + 1 }, () => first),
      },
      "over-limit",
    ],
  ];
  test.each(wrong)("that %s", (_, tampered, code) => {
    expect(codeOf(chain, tampered)).toBe(code);
  });

  test("of another shard, after another block, by another electorate", () => {
    expect(codeOf(chain, run, asShardName("air"))).toBe("bad-order");
    expect(codeOf(chain, run, bank, { height: asHeight(1), root: chain.at(1).root })).toBe("wrong-parent");
    expect(codeOf(chain, run, bank, { height: asHeight(0), root: rootOf(4) })).toBe("wrong-parent");
    expect(codeOf(chain, run, bank, { height: asHeight(1), root: chain.network.root })).toBe("wrong-parent");
    const electorate = { ...chain.electorate, network: rootOf(5) };
    expect(checkSliceRun(electorate, genesisOf(chain), bank, run)).toMatchObject({ error: { code: "bad-signature" } });
  });

  test("with the place of the fault", () => {
    const faults = [
      withSlice(2, { blobs: third.blobs.toReversed() }),
      withSlice(1, lastBlobs(first)),
      withHeader(2, { view: 9 as never }),
    ];
    const paths = faults.map((tampered) => {
      const blocks = checkSliceRun(chain.electorate, genesisOf(chain), bank, tampered);
      return blocks.ok ? "good" : blocks.error.path;
    });
    expect(paths).toEqual(["slices[2].blobs[0]", "slices[1].proof", "headers[3]"]);
  });

  test("where a faulty quorum commits to a blob that does not touch the shard", () => {
    const lying = new StoredChain([]);
    const made = lying.make({ touches: [["air"]], isFinalized: true });
    const claimed = made.candidates.map(({ root }) => ({ root, touches: [bank] }));
    const forged = lying.withTouches(made, claimed);
    expect(codeOf(lying, forged)).toBe("wrong-shard");
  });

  test("whichever byte is another", () => {
    const small = new StoredChain([
      { touches: [["bank"], ["air"]], isFinalized: false },
      { touches: [["air"]], isFinalized: true },
    ]);
    const bytes = sliceRunCodec.encode(runOf(small, bank));
    const accepted: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [1, 128]) {
        const changed = bytes.slice();
        changed[at] = (changed[at] as number) ^ flip;
        const decoded = sliceRunCodec.decode(changed);
        if (decoded.ok && codeOf(small, decoded.value) === "good") accepted.push(at);
      }
    }
    expect(accepted).toEqual([]);
    expect(bytes.length).toBeGreaterThan(1000);
  });

  test("wherever it is cut", () => {
    const bytes = sliceRunCodec.encode(run);
    for (let end = 0; end < bytes.length; end += 7) {
      const decoded = sliceRunCodec.decode(bytes.slice(0, end));
      expect(decoded.ok && codeOf(chain, decoded.value) === "good", `${end}`).toBe(false);
    }
  });
});
