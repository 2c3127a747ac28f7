import { afterEach, describe, expect, test } from "vitest";
import { connected, eventually, numbered, numberOf, startValidators, stopAll } from "./support.ts";

afterEach(stopAll);

const mib = 1024 * 1024;

describe("links between validators", () => {
  test("frames arrive whole, from whom they are, each lane in order", async () => {
    const [one, two] = await startValidators(2);
    if (one === undefined || two === undefined) throw new Error("two nodes");
    await eventually(connected(one, two), "a link");
    for (let i = 0; i < 200; i++) {
      one.network.send(1, numbered(i, 4 + (i % 50)), "control");
      one.network.send(1, numbered(i, 4 + ((i * 977) % 90_000)), "bulk");
      two.network.send(0, numbered(i), "control");
    }
    await eventually(() => two.received.length === 400 && one.received.length === 200, "all frames");
    const numbersOf = (lane: string) => two.received.filter((each) => each.lane === lane).map((e) => numberOf(e.frame));
    expect(numbersOf("control")).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(numbersOf("bulk")).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(one.received.every(({ from }) => from === 1)).toBe(true);
    expect(two.received.every(({ from }) => from === 0)).toBe(true);
  });

  test("a broadcast reaches all others, and not its sender", async () => {
    const nodes = await startValidators(4);
    await eventually(connected(...nodes), "all links");
    for (const [seat, node] of nodes.entries()) node.network.broadcast(numbered(seat));
    await eventually(() => nodes.every(({ received }) => received.length === 3), "three frames for each");
    for (const [seat, { received }] of nodes.entries()) {
      const others = [0, 1, 2, 3].filter((each) => each !== seat);
      expect(received.map(({ from }) => from).sort()).toEqual(others);
      for (const { from, frame } of received) expect(numberOf(frame)).toBe(from);
    }
  });

  test("the largest frame arrives, in bytes of its own", async () => {
    const [one, two] = await startValidators(2);
    if (one === undefined || two === undefined) throw new Error("two nodes");
    await eventually(connected(one, two), "a link");
    const frame = new Uint8Array(24 * mib).fill(5);
    one.network.send(1, frame);
    await eventually(() => two.received.length === 1, "the frame");
    const got = two.received[0]?.frame ?? new Uint8Array(0);
    expect(Buffer.compare(got, frame)).toBe(0);
    expect(got.buffer.byteLength).toBe(got.length);
  });
});
