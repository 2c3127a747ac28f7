// O6, O7: what waits to be examined, load by load.

import { expect, test } from "vitest";
import { type Arrival, Intake } from "../src/intake.ts";
import { testNetwork } from "./support/blobs.ts";
import { fakeOf } from "./support/fakes.ts";

const network = testNetwork();
const peer = 1;

function arrival(nonce: number): Arrival {
  return { candidate: fakeOf(network, { nonce }), source: { kind: "peer" } };
}

test("O6: a batch is acknowledged with the load that its last blob is in, and not before", () => {
  const intake = new Intake(new Set([peer]));
  for (let nonce = 0; nonce < 1025; nonce++) intake.add(arrival(nonce));
  intake.addBatch(peer, 7);
  intake.add(arrival(1025));
  expect(intake.take()).toMatchObject({ arrivals: { length: 1024 }, batches: [] });
  expect(intake.take()).toMatchObject({ arrivals: { length: 2 }, batches: [[peer, 7]] });
  expect(intake.isEmpty).toBe(true);
});

test("O6: what came twice is here until both are decided on", () => {
  const intake = new Intake(new Set([peer]));
  const twice = [arrival(0), arrival(0)];
  for (const each of twice) intake.add(each);
  const { key } = arrival(0).candidate;
  const isHere = twice.map((each) => {
    intake.conclude([each]);
    return intake.has(key);
  });
  expect(isHere).toEqual([true, false]);
  expect(intake.size).toBe(0);
});
