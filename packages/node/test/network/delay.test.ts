// A network as if its nodes were far apart, for development.

import { afterEach, expect, test } from "vitest";
import { connected, eventually, numbered, numberOf, secretKeyOf, startNode, stopAll, stopNode } from "./support.ts";

afterEach(stopAll);

async function startPair(delayMs: number) {
  const one = await startNode({ validator: { seat: 0, secretKey: secretKeyOf(0) } });
  const peers = [{ seat: 0, address: one.address }];
  const two = await startNode({ peers, validator: { seat: 1, secretKey: secretKeyOf(1) }, delayMs });
  await eventually(connected(one, two), "a link");
  return { one, two };
}

test("a frame is handled so much later, behind those that came before it", async () => {
  const delayMs = 300;
  const { one, two } = await startPair(delayMs);
  const startMs = performance.now();
  for (let i = 0; i < 50; i++) one.network.send(1, numbered(i), "control");
  await eventually(() => two.received.length > 0, "the first frame");
  // A timer may be a millisecond early.
  expect(performance.now() - startMs).toBeGreaterThan(delayMs - 2);
  await eventually(() => two.received.length === 50, "all frames");
  expect(two.received.map(({ frame }) => numberOf(frame))).toEqual(Array.from({ length: 50 }, (_, i) => i));
});

test("what is still on its way when a node stops is not handled", async () => {
  // Longer than a busy machine takes to look.
  const delayMs = 3000;
  const { one, two } = await startPair(delayMs);
  one.network.send(1, numbered(1, 50_000), "control");
  await eventually(() => two.network.status.some(({ receivedBytes }) => receivedBytes > 50_000), "its bytes");
  expect(two.received).toEqual([]);
  await stopNode(two);
  await new Promise((resolve) => setTimeout(resolve, delayMs + 300));
  expect(two.received).toEqual([]);
});
