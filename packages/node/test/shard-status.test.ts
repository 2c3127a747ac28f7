// What a node makes of a shard's progress: from where on its lag counts.

import type { ShardProgress } from "@tandem/attestation";
import { asShardName, asWeight } from "@tandem/shared";
import { expect, test } from "vitest";
import type { NodeSetup } from "../src/process/node-setup.ts";
import { shardStatus } from "../src/process/shard-status.ts";

const shard = asShardName("rail");
const seating = { places: [0, 1, 2], weights: [1n, 1n, 1n].map(asWeight), total: 3n };
const setup = {
  names: ["node-0", "node-1", "node-2"],
  seatings: { shards: new Map([[shard, seating]]) },
  validator: undefined,
  follows: [],
} as unknown as NodeSetup;
const claim = new Uint8Array(32);
const attested = { round: 10, claim, pending: 0 };

function lagOf(progress: object): number {
  const facts = { executed: 421, affirmed: 0, attestHeight: 9, hasNoMark: false };
  return shardStatus({ shard, attested, ...progress } as unknown as ShardProgress, setup, facts).lag;
}

test("lag counts from the first claim that waits, however long nothing came before it", () => {
  const own = { done: 421, made: 420, dispute: undefined };
  expect(lagOf({ next: { round: 419, claim, seats: [0] }, own })).toBe(3);
  expect(lagOf({ next: undefined, own })).toBe(2);
  expect(lagOf({ next: undefined, own: { ...own, made: 10 } })).toBe(0);
  expect(lagOf({ next: undefined, own: undefined })).toBe(0);
  // This node is behind.
  expect(lagOf({ next: { round: 500, claim, seats: [0] }, own })).toBe(0);
});
