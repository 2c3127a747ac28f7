import { asHeight, asShardName, limits, type ShardName, verifyOrderHeader } from "@tandem/shared";
import fc from "fast-check";
import { expect, test } from "vitest";
import { proveHeader } from "../src/reads.ts";
import { readSliceRun } from "../src/slice-reads.ts";
import { emptyRun, type FollowedBlock, sliceRunCodec } from "../src/slices.ts";
import { ShardStream } from "../src/stream.ts";
import type { SliceRun } from "../src/types.ts";
import { testShards } from "./support/blobs.ts";
import { type BlockPlan, StoredChain } from "./support/stored-chain.ts";

const anyPlan: fc.Arbitrary<BlockPlan> = fc.record({
  touches: fc.array(fc.subarray([...testShards]), { maxLength: 4 }),
  isFinalized: fc.boolean(),
});
const anyChain = fc
  .array(anyPlan, { maxLength: 15 })
  .map((plans) => new StoredChain([...plans, { touches: [["bank"]], isFinalized: true }]));

const bank = asShardName("bank");

function streamOf({ electorate, network }: StoredChain, shard: ShardName): ShardStream {
  return new ShardStream(electorate, shard, { height: asHeight(0), root: network.root });
}

/** A server that gives so many blocks at a time. */
function answer(chain: StoredChain, stream: ShardStream, count: number): SliceRun {
  const range = stream.next();
  const bytesMax = limits.sliceRunBytesMax;
  return chain.read(readSliceRun({ ...range, count: Math.min(range.count, count), bytesMax }));
}

/** All that a follower hears, and the bytes of it. */
function follow(chain: StoredChain, stream: ShardStream, count: number) {
  const blocks: FollowedBlock[] = [];
  let bytes = 0;
  while (stream.last.height < chain.height) {
    const run = answer(chain, stream, count);
    const taken = stream.take(run);
    if (!taken.ok) throw new Error(taken.error.message);
    bytes += sliceRunCodec.encode(run).length;
    blocks.push(...taken.value);
  }
  return { blocks, bytes };
}

/** What a node that has everything finds for the shard. */
function filtered(chain: StoredChain, shard: ShardName) {
  return chain.blocks.flatMap(({ block, candidates }) =>
    candidates.flatMap(({ root, bytes, blob }, index) =>
      blob.envelope.touches.includes(shard) ? [{ height: block.header.height, index, blob: root, bytes }] : [],
    ),
  );
}

test("O5: a follower rebuilds its shard's stream from slices alone", () => {
  const holds = fc.property(anyChain, fc.integer({ min: 1, max: 6 }), (chain, count) => {
    for (const shard of chain.network.shards) {
      const { blocks } = follow(chain, streamOf(chain, shard), count);
      const stream = blocks.flatMap(({ header, blobs }) => blobs.map((blob) => ({ height: header.height, ...blob })));
      expect(stream).toEqual(filtered(chain, shard));
      expect(blocks.map(({ root }) => root)).toEqual(chain.blocks.map(({ root }) => root));
    }
  });
  fc.assert(holds, { seed: 1, numRuns: 25 });
});

test("every byte is counted, as blob, header or proof", () => {
  const holds = fc.property(anyChain, fc.integer({ min: 1, max: 6 }), (chain, count) => {
    const stream = streamOf(chain, bank);
    const { bytes } = follow(chain, stream, count);
    const { blobs, headers, proofs } = stream.bytes;
    expect(blobs + headers + proofs).toBe(bytes);
    expect(blobs).toBe(filtered(chain, bank).reduce((sum, blob) => sum + blob.bytes.length, 0));
    // Headers that led on to a certificate come again with their slices.
    expect(headers).toBeGreaterThanOrEqual(267 * chain.blocks.length);
    expect(headers % 267).toBe(0);
  });
  fc.assert(holds, { seed: 2, numRuns: 25 });
});

test("a shard of few blobs costs a small part of all", () => {
  const touches = [["bank"], ...Array.from({ length: 60 }, () => ["air"])];
  const chain = new StoredChain(Array.from({ length: 8 }, () => ({ touches, isFinalized: true })));
  const stream = streamOf(chain, bank);
  const { bytes } = follow(chain, stream, 100);
  const all = chain.blocks.flatMap(({ candidates }) => candidates).reduce((sum, blob) => sum + blob.bytes.length, 0);
  expect(8 * bytes).toBeLessThan(all);
});

test("a run that is refused leaves all as it was, and another server helps", () => {
  const plan = { touches: [["bank"], ["air"]], isFinalized: true };
  const chain = new StoredChain([plan, plan, plan]);
  const stream = streamOf(chain, bank);
  const run = answer(chain, stream, 2);
  const before = stream.bytes;
  const refused = stream.take({ ...run, slices: run.slices.toReversed() });
  expect(refused).toMatchObject({ ok: false, error: { code: "wrong-root" } });
  expect([stream.last.height, stream.bytes, stream.next().from]).toEqual([0, before, 1]);
  expect(stream.take(run).ok).toBe(true);
  expect([stream.last.height, stream.next().from]).toEqual([2, 3]);
  // It comes too late now.
  expect(stream.take(run)).toMatchObject({ ok: false, error: { code: "wrong-parent" } });
  expect(stream.last).toEqual({ height: 2, root: chain.at(2).root });
});

test("a server with nothing new says nothing", () => {
  const chain = new StoredChain([{ touches: [["bank"]], isFinalized: true }]);
  const stream = streamOf(chain, bank);
  follow(chain, stream, 5);
  const run = answer(chain, stream, 5);
  expect(run).toEqual(emptyRun);
  expect(stream.take(run)).toEqual({ ok: true, value: [] });
  expect(stream.next()).toEqual({ shard: bank, from: 2, count: limits.sliceRunBlocksMax });
});

test("it may begin at any header that is known to be final", () => {
  const plan = { touches: [["bank"], ["air"]], isFinalized: true };
  const chain = new StoredChain([plan, plan, plan]);
  const proof = chain.read(proveHeader(chain.network, asHeight(2)));
  expect(proof.ok && verifyOrderHeader(chain.electorate, proof.value).ok).toBe(true);
  const stream = new ShardStream(chain.electorate, bank, { height: asHeight(2), root: chain.at(2).root });
  expect(follow(chain, stream, 5).blocks.map(({ header }) => header.height)).toEqual([3]);
});
