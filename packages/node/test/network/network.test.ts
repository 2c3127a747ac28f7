import { messageBytesMax } from "@tandem/replica";
import { afterEach, describe, expect, test } from "vitest";
import { freePort } from "../support/ports.ts";
import {
  connected,
  eventually,
  numbered,
  numberOf,
  pause,
  startNode,
  startValidators,
  stopAll,
  stopNode,
  type TestNode,
  validatorAt,
} from "./support.ts";

afterEach(stopAll);

const mib = 1024 * 1024;

async function startPair(...settings: Parameters<typeof startValidators>[1][]): Promise<[TestNode, TestNode]> {
  const [one, two] = await startValidators(2, ...settings);
  if (one === undefined || two === undefined) throw new Error("two nodes");
  await eventually(connected(one, two), "a link");
  return [one, two];
}

describe("frames", () => {
  test("arrive whole, from whom they are, each lane in order", async () => {
    const [one, two] = await startPair();
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

  test("that are broadcast reach all others, and not their sender", async () => {
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

  test("of the largest size arrive, in bytes of their own", async () => {
    const [one, two] = await startPair();
    const frame = new Uint8Array(messageBytesMax).fill(5);
    one.network.send(1, frame);
    await eventually(() => two.received.length === 1, "the frame");
    const got = two.received[0]?.frame ?? new Uint8Array(0);
    expect(Buffer.compare(got, frame)).toBe(0);
    expect(got.buffer.byteLength).toBe(got.length);
  });

  test("of control overtake bulk that waits", async () => {
    const [one, two] = await startPair();
    for (let i = 0; i < 60; i++) one.network.send(1, new Uint8Array(mib / 2));
    // What the link could take at once is under way; the rest waits.
    await eventually(() => two.received.length > 0, "the first of bulk");
    const before = two.received.length;
    one.network.send(1, numbered(1));
    await eventually(() => two.received.length === 61, "all");
    const place = two.received.findIndex(({ lane }) => lane === "control");
    expect(place).toBeGreaterThan(0);
    expect(place).toBeLessThan(before + 20);
  });

  test("to nobody are no fault", async () => {
    const [one] = await startPair();
    for (const to of [0, 2, 77, -1]) one.network.send(to, numbered(1));
    expect(() => one.network.send(1, new Uint8Array(25 * mib))).toThrow("a frame of");
  });
});

describe("a receiver that is slow", () => {
  test("holds what it may, makes its peer wait, and hears votes all the same", async () => {
    const [one, two] = await startPair({ heldBytesMax: mib, queueBytesMax: 32 * mib });
    let release: () => void = () => undefined;
    two.done = new Promise((resolve) => {
      release = resolve;
    });
    let sent = 0;
    for (; sent < 160; sent++) {
      one.network.send(1, numbered(sent, mib / 2));
      if (sent % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const bytes = () => two.received.reduce((sum, { frame }) => sum + frame.length, 0);
    one.network.send(1, numbered(9999));
    await eventually(() => two.received.some(({ lane }) => lane === "control"), "the vote");
    // What it holds, a window that was given before the pause, and as much that was under way.
    expect(bytes()).toBeLessThanOrEqual((1 + 8 + 1) * mib);
    const [status] = one.network.status;
    expect(status?.queuedBytes).toBeLessThanOrEqual(32 * mib);
    expect(status?.drops).toBeGreaterThan(0);

    two.done = undefined;
    release();
    const kept = sent - (status?.drops ?? 0);
    await eventually(() => two.received.length === kept + 1, "everything that was kept");
    const numbers = two.received.filter(({ lane }) => lane === "bulk").map(({ frame }) => numberOf(frame));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  });
});

test("a receiver that takes frame after frame makes its peer wait again and again, and loses nothing", async () => {
  const [one, two] = await startPair({ heldBytesMax: mib });
  let release: () => void = () => undefined;
  const hold = () => {
    two.done = new Promise((resolve) => {
      release = resolve;
    });
  };
  hold();
  for (let i = 0; i < 62; i++) one.network.send(1, numbered(i, mib / 2));
  for (const endMs = Date.now() + 60_000; two.received.length < 62 && Date.now() < endMs; ) {
    // Long enough for everything to come that is not held back.
    await new Promise((resolve) => setTimeout(resolve, 250));
    const releaseAll = release;
    hold();
    releaseAll();
  }
  expect(two.received.map(({ frame }) => numberOf(frame))).toEqual(Array.from({ length: 62 }, (_, i) => i));
  expect(two.changes).toEqual(["0 up"]);
});

describe("a validator that went away", () => {
  test("is found again at the same place, whoever of the two it was", async () => {
    const ports = [await freePort(), await freePort()];
    const start = (seat: number, identity?: Uint8Array) =>
      startNode({
        listen: [`/ip4/127.0.0.1/tcp/${ports[seat]}`],
        peers: [{ seat: 1 - seat, address: `/ip4/127.0.0.1/tcp/${ports[1 - seat]}` }],
        validator: validatorAt(seat),
        ...(identity === undefined ? {} : { identity }),
      });
    for (const seat of [0, 1]) {
      const stays = await start(1 - seat);
      const goes = await start(seat);
      await eventually(connected(stays, goes), "a link");
      await stopNode(goes);
      await eventually(() => stays.network.status[0]?.connected === false, "the loss");
      const back = await start(seat, goes.identity);
      await eventually(connected(stays, back), "a link again");
      back.network.send(1 - seat, numbered(1));
      stays.network.send(seat, numbered(2));
      await eventually(() => stays.received.length === 1 && back.received.length === 1, "frames both ways");
      expect(stays.changes).toEqual([`${seat} up`, `${seat} down`, `${seat} up`]);
      await stopAll();
    }
  });

  test("finds the newest control frames that waited for it, and no bulk", async () => {
    const port = await freePort();
    const stays = await startNode({
      peers: [{ seat: 1, address: `/ip4/127.0.0.1/tcp/${port}` }],
      validator: validatorAt(0),
      limits: { awayBytesMax: 10 * (4 + 64) },
    });
    for (let i = 0; i < 100; i++) {
      stays.network.send(1, numbered(i));
      stays.network.send(1, numbered(i, 4), "bulk");
    }
    expect(stays.network.status[0]).toMatchObject({ connected: false, drops: 190 });
    const comes = await startNode({ listen: [`/ip4/127.0.0.1/tcp/${port}`], validator: validatorAt(1) });
    await eventually(() => comes.received.length === 10, "what waited");
    expect(comes.received.map(({ frame }) => numberOf(frame))).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
  });
});

test("of two connections of a pair both sides keep the same one", async () => {
  const ports = [await freePort(), await freePort()];
  const nodes = await Promise.all(
    [0, 1].map((seat) =>
      startNode({
        listen: [`/ip4/127.0.0.1/tcp/${ports[seat]}`],
        peers: [{ seat: 1 - seat, address: `/ip4/127.0.0.1/tcp/${ports[1 - seat]}` }],
        validator: validatorAt(seat),
        limits: { dialPatienceMs: 0, backOffMinMs: 5, backOffMaxMs: 5 },
      }),
    ),
  );
  await eventually(connected(...nodes), "a link");
  // What was under way on the connection that was given up may be lost, nothing after that.
  for (let i = 0; i < 20; i++) {
    await pause(10);
    for (const [seat, node] of nodes.entries()) node.network.send(1 - seat, numbered(i));
  }
  const last = (node: TestNode) => numberOf(node.received.at(-1)?.frame ?? numbered(0));
  let sent = 20;
  await eventually(() => {
    for (const [seat, node] of nodes.entries()) node.network.send(1 - seat, numbered(sent));
    sent++;
    return nodes.every((node) => last(node) >= 20);
  }, "frames both ways");
  for (const { changes, refusals } of nodes) {
    expect(changes.filter((change) => change.endsWith("up")).length - changes.length / 2).toBe(0.5);
    expect(refusals).toEqual([]);
  }
});

test("a node that was started again takes the place of its older self, though that one still holds a link", async () => {
  const old = await startNode({ validator: validatorAt(1) });
  const peers = [{ seat: 1, address: old.address }];
  const node = await startNode({ peers, validator: validatorAt(0), limits: { backOffMinMs: 20_000 } });
  await eventually(connected(old, node), "a link");
  const again = await startNode({ peers: [{ seat: 0, address: node.address }], validator: validatorAt(1) });
  await eventually(() => again.changes.includes("0 up") && old.changes.includes("0 down"), "the other link");
  again.network.send(0, numbered(7));
  await eventually(() => node.received.length === 1, "a frame");
  expect(node.changes).toEqual(["1 up"]);
});

test("a stop ends everything, and no handler hears of it", async () => {
  const nodes = await startValidators(4);
  await eventually(connected(...nodes), "all links");
  const [first, ...others] = nodes;
  if (first === undefined) throw new Error("a node");
  for (let i = 0; i < 60; i++) first.network.broadcast(new Uint8Array(mib / 2));
  await stopNode(first);
  const changes = [...first.changes];
  first.network.broadcast(numbered(1));
  await first.network.stop();
  await eventually(() => others.every(({ network }) => network.status[0]?.connected === false), "the others to notice");
  expect(first.changes).toEqual(changes);
});

test("a ping says how long frames take", async () => {
  const [one, two] = await startPair();
  const rtt = ({ network }: TestNode) => network.status[0]?.rttMs ?? -1;
  await eventually(() => rtt(one) > 0 && rtt(two) > 0, "a round trip each way");
});
