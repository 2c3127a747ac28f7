// Hashing through the one door of `shared`, beside the bare calls of hashtree and OpenSSL. The bare call for a
// single message leaves its digest as a short string, which is the fastest that Node gives.

import { hash } from "node:crypto";
import { hashInto } from "@chainsafe/hashtree";
import { hashPair, hashPairs, portableHasher, sha256, useHasher } from "@tandem/shared";
import type { Bench } from "../../../scripts/bench/measure.ts";
import { nativeHasher, useNative } from "../src/index.ts";

export const area = "shared";

export default async function (bench: Bench): Promise<void> {
  useNative();
  for (const pairs of [4096, 16]) await measurePairs(bench, pairs);
  await measurePair(bench);
  for (const bytes of [65, 181, 1024]) await measureMessages(bench, bytes);
  await measurePortable(bench);
}

async function measurePairs(bench: Bench, pairs: number): Promise<void> {
  const blocks = new Uint8Array(64 * pairs);
  const output = new Uint8Array(32 * pairs);
  await bench.rate(
    `pairs in batches of ${pairs}, native, beside hashtree`,
    "hashes/s",
    { items: pairs, run: () => hashPairs(blocks, output) },
    { items: pairs, run: () => hashInto(blocks, output) },
  );
}

async function measurePair(bench: Bench): Promise<void> {
  const [left, right] = [new Uint8Array(32), new Uint8Array(32).fill(1)];
  const [block, output] = [new Uint8Array(64), new Uint8Array(32)];
  await bench.rate(
    "single pairs, native, beside hashtree",
    "hashes/s",
    { items: 1, run: () => void hashPair(left, right) },
    { items: 1, run: () => hashInto(block, output) },
  );
}

async function measureMessages(bench: Bench, bytes: number): Promise<void> {
  const message = new Uint8Array(bytes).fill(1);
  await bench.rate(
    `messages of ${bytes} bytes, native, beside OpenSSL`,
    "hashes/s",
    { items: 1, run: () => void sha256(message) },
    { items: 1, run: () => void hash("sha256", message, "binary") },
  );
}

async function measurePortable(bench: Bench): Promise<void> {
  const message = new Uint8Array(65).fill(1);
  const [blocks, output] = [new Uint8Array(64 * 1024), new Uint8Array(32 * 1024)];
  useHasher(portableHasher);
  await bench.rate("pairs, portable", "hashes/s", { items: 1024, run: () => hashPairs(blocks, output) });
  await bench.rate("messages of 65 bytes, portable", "hashes/s", { items: 1, run: () => void sha256(message) });
  useHasher(nativeHasher);
}
