// O7, O9: hostile submissions without end. The pool holds no more than it may, in nothing that it keeps.

import { asHeight, limits } from "@tandem/shared";
import type { Candidate } from "../../src/candidate.ts";
import { Pool, type PoolLimits, poolLimits } from "../../src/pool/pool.ts";
import { testNetwork } from "./blobs.ts";
import { accountOf, type FakeOptions, fakeOf } from "./fakes.ts";

const shards = Array.from({ length: 12 }, (_, index) => `shard-${String.fromCharCode(97 + index)}`);
const network = testNetwork({ shards, limits: { blockBytes: limits.blobBytesMax } });
const account = accountOf(2n ** 100n);

/** A sixteenth of the defaults, so that every bound is reached often. */
export const floodLimits: PoolLimits = {
  bytesMax: poolLimits.bytesMax / 16,
  blobsMax: poolLimits.blobsMax / 16,
  payerBytesMax: poolLimits.payerBytesMax / 16,
  payerBlobsMax: poolLimits.payerBlobsMax / 16,
  nonceGapMax: poolLimits.nonceGapMax,
};

/** Each submission is one of these; `index` counts up. */
const hostile: readonly ((index: number) => FakeOptions)[] = [
  // A new payer each time, who tips next to nothing; and one who tips a little more than the last.
  (index) => ({ payer: `new ${index}`, tip: BigInt(index % 3), size: 200 + (index % 7) }),
  (index) => ({ payer: `up ${index}`, tip: BigInt(index), size: 200 }),
  // Any subset of the shards.
  (index) => ({
    payer: `set ${index}`,
    tip: BigInt(index),
    touches: shards.filter((_, bit) => (index >> (bit + 3)) & 1),
  }),
  // High promises behind a nonce that never comes.
  (index) => ({ payer: `gap ${index % 4999}`, nonce: 1 + (index % 90), tip: 2n ** 60n, size: 300 }),
  // The same nonce again and again, for a little more.
  (index) => ({ payer: "again", nonce: index % 20, tip: BigInt(index), size: 250 }),
  // A long chain of one payer, of large blobs.
  (index) => ({ payer: "chain", nonce: (index >> 3) % 500, tip: BigInt(index) * 100n, size: 20_000 }),
  // Larger than a block; expired.
  (index) => ({ payer: "large", nonce: index % 50, size: limits.blobBytesMax + 1 }),
  (index) => ({ payer: `late ${index}`, expires: 0 }),
  // Beyond the balance.
  (index) => ({ payer: `poor ${index}`, cost: 2n ** 101n }),
];

function hostileAt(index: number, next: number): Candidate {
  const make = hostile[index % hostile.length] as (typeof hostile)[number];
  return fakeOf(network, { key: `${index}`, expires: next + (index % 50), ...make(index) });
}

export interface Flood {
  readonly pool: Pool;
  /** What became of the submissions, and of what was taken in. */
  readonly became: ReadonlyMap<string, number>;
  /** The most that there ever was of anything. */
  readonly most: Readonly<Record<string, number>>;
}

/** A block every 2,000 submissions, in which none of them is. */
export function flood(submissions: number): Flood {
  const pool = new Pool(network, floodLimits);
  const became = new Map<string, number>();
  const most: Record<string, number> = {};
  const note = (what: string) => became.set(what, (became.get(what) ?? 0) + 1);
  for (let index = 0; index < submissions; index++) {
    const next = asHeight(1 + Math.floor(index / 2000));
    if (index % 2000 === 0) for (const { why } of settle(pool, next)) note(why);
    const context = { account, next, isBehind: () => false, isOwn: false };
    const candidate = hostileAt(index, next);
    const refusal = pool.preview(candidate, context);
    const admission = refusal === undefined ? pool.add(candidate, context) : undefined;
    note(refusal?.code ?? (admission as { kind: string }).kind);
    if (admission?.kind === "added") for (const { why } of admission.removed) note(why);
    if (index % 64 > 0) continue;
    for (const [name, count] of Object.entries(countsOf(pool))) most[name] = Math.max(most[name] ?? 0, count);
  }
  return { pool, became, most };
}

export function settle(pool: Pool, next: number) {
  return pool.settle({ next: asHeight(next), changed: new Map(), ordered: new Set() });
}

/** One who can be ordered and tips well, at a height. */
export function submitHonest(pool: Pool, next: number): string {
  const honest = fakeOf(network, { payer: "honest", tip: 2n ** 40n, expires: next });
  return pool.add(honest, { account, next: asHeight(next), isBehind: () => false, isOwn: false }).kind;
}

export function countsOf(pool: Pool): Readonly<Record<string, number>> {
  return { ...pool.counts, bytes: pool.bytes };
}
