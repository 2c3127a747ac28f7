// S1: who leads.

import { createHash } from "node:crypto";
import { asView } from "@tandem/shared";
import { expect, test } from "vitest";
import { drawLeader } from "../src/index.ts";
import { createWorld } from "./support/one.ts";

/** The rule again, in other words. */
function drawn(seed: Uint8Array, weights: readonly number[], view: number): number {
  const viewBytes = Buffer.alloc(8);
  viewBytes.writeBigUInt64LE(BigInt(view));
  const hash = createHash("sha256").update(seed).update(viewBytes).digest("hex");
  const tickets = weights.flatMap((weight, seat) => Array.from({ length: weight }, () => seat));
  return tickets[Number(BigInt(`0x${hash.slice(0, 32)}`) % BigInt(tickets.length))] as number;
}

const weights = [1, 5, 2, 9, 3];
const { electorate } = createWorld(weights);
const seedOf = (byte: number) => new Uint8Array(32).fill(byte) as never;

test("the leader is drawn by weight from seed and view", () => {
  for (let view = 0; view < 300; view++) {
    expect(drawLeader(seedOf(3), electorate.committee, asView(view))).toBe(drawn(seedOf(3), weights, view));
  }
});

test("seats lead about as often as they weigh", () => {
  const times = weights.map(() => 0);
  for (let view = 0; view < 4000; view++) {
    const seat = drawLeader(seedOf(4), electorate.committee, asView(view));
    times[seat] = (times[seat] ?? 0) + 1;
  }
  for (const [seat, weight] of weights.entries()) expect((times[seat] ?? 0) / 4000).toBeCloseTo(weight / 20, 1);
});

test("another seed gives other leaders", () => {
  const leaders = (seed: never) =>
    Array.from({ length: 64 }, (_, view) => drawLeader(seed, electorate.committee, asView(view)));
  expect(leaders(seedOf(5))).not.toEqual(leaders(seedOf(6)));
});
