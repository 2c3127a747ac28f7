import { connect } from "node:net";
import type { Connection, Libp2p, Stream } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { observerMessageBytesMax } from "@tandem/replica";
import { asRoot, mockScheme, type SecretKey } from "@tandem/shared";
import { afterEach, describe, expect, test } from "vitest";
import { frameKinds, headerBytes, writeHeader } from "../../src/network/framing.ts";
import { createSession, makeHello } from "../../src/network/hello.ts";
import { createHost, protocols } from "../../src/network/host.ts";
import { createIdentity, identityName } from "../../src/network/index.ts";
import { networkLimits } from "../../src/network/network-config.ts";
import {
  connected,
  eventually,
  networkRoot,
  numbered,
  pause,
  secretKeyOf,
  startNode,
  startValidators,
  stopAll,
  type TestNode,
  validatorAt,
} from "./support.ts";

const hosts: Libp2p[] = [];

afterEach(async () => {
  await stopAll();
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
});

function codesOf({ refusals }: TestNode): string[] {
  return refusals.map(({ who, code }) => `${who} ${code}`);
}

/** A node that dials seat 0 over and over, saying `claim`. */
async function refusedAs(
  claim: { readonly seat: number; readonly secretKey: SecretKey },
  change: { readonly network?: typeof networkRoot; readonly size?: number } = {},
): Promise<[TestNode, TestNode]> {
  const [zero] = await startValidators(1, {});
  const honest = zero ?? expect.unreachable();
  const other = await startNode({
    size: 3,
    peers: [{ seat: 0, address: honest.address }],
    validator: claim,
    ...change,
  });
  await eventually(() => other.refusals.length > 0 && honest.refusals.length > 0, "a refusal");
  // It dials on; each reason is told once.
  await pause(200);
  expect(honest.network.status.filter((each) => each.connected)).toEqual([]);
  expect(honest.changes).toEqual([]);
  return [honest, other];
}

describe("a hello is refused", () => {
  test("of another network", async () => {
    const [honest, other] = await refusedAs(validatorAt(2), { network: asRoot(new Uint8Array(32).fill(8)) });
    expect(codesOf(honest)).toEqual(["them wrong-network"]);
    expect(codesOf(other)).toEqual(["us wrong-network"]);
    expect(honest.refusals[0]).toMatchObject({ identity: identityName(other.identity) });
    expect(honest.refusals[0]?.message).toContain("another network");
  });

  test("for a seat that does not exist", async () => {
    const [honest] = await refusedAs(validatorAt(2));
    expect(codesOf(honest)).toEqual(["them unknown-seat"]);
  });

  test("for our own seat", async () => {
    const [honest] = await startValidators(2);
    const twin = await startNode({
      peers: [{ seat: 1, address: honest?.address ?? "" }],
      validator: validatorAt(0),
    });
    await eventually(() => twin.refusals.length > 0, "a refusal");
    expect(codesOf(twin)).toEqual(["us own-seat"]);
  });

  test("with a signature by another key than the seat's", async () => {
    const [zero] = await startValidators(2);
    const honest = zero ?? expect.unreachable();
    await eventually(connected(honest), "a link");
    const forger = await startNode({
      size: 2,
      peers: [{ seat: 0, address: honest.address }],
      validator: { seat: 1, secretKey: secretKeyOf(4) },
    });
    await eventually(() => forger.refusals.length > 0, "a refusal");
    expect(codesOf(honest)).toEqual(["them forged-seat"]);
    expect(codesOf(forger)).toEqual(["us forged-seat"]);
    // The one whose seat it is stays.
    expect(honest.changes).toEqual(["1 up"]);
  });

  test("where another seat was expected", async () => {
    const nodes = await startValidators(3);
    await eventually(connected(...nodes), "all links");
    const [zero] = nodes;
    const confused = await startNode({
      size: 4,
      network: networkRoot,
      peers: [{ seat: 1, address: zero?.address ?? "" }],
    });
    await eventually(() => confused.refusals.length > 0, "a refusal");
    expect(codesOf(confused)).toEqual(["them other-seat"]);
  });
});

/** A peer with the real transport that says what the test makes it say. */
class Stranger {
  readonly connection: Connection;
  readonly control: Stream;
  private constructor(connection: Connection, control: Stream) {
    this.connection = connection;
    this.control = control;
  }

  static async meet({ address }: TestNode, say: "hello" | "nothing" = "nothing"): Promise<Stranger> {
    const host = await createHost({
      identity: await createIdentity(),
      listen: [],
      validatorsMax: 4,
      limits: networkLimits,
    });
    hosts.push(host);
    const connection = await host.dial(multiaddr(address));
    const control = await connection.newStream(protocols.control);
    control.addEventListener("message", () => undefined);
    const stranger = new Stranger(connection, control);
    if (say === "hello") stranger.hello(host);
    return stranger;
  }

  hello(host: Libp2p): void {
    const ends = {
      speaker: host.peerId.toMultihash().bytes,
      listener: this.connection.remotePeer.toMultihash().bytes,
    };
    const hello = makeHello(
      { network: networkRoot, scheme: mockScheme, session: createSession(), validator: undefined },
      ends,
    );
    this.send(frameKinds.hello, hello);
  }

  send(kind: number, bytes: Uint8Array, length = bytes.length): void {
    const frame = new Uint8Array(headerBytes + bytes.length);
    writeHeader(frame, 0, kind as 0, length);
    frame.set(bytes, headerBytes);
    this.control.send(frame);
  }

  get isGone(): boolean {
    return this.connection.status !== "open";
  }
}

async function startHonest(limits: Parameters<typeof startValidators>[1] = {}): Promise<TestNode> {
  const nodes = await startValidators(2, limits);
  await eventually(connected(...nodes), "a link");
  return nodes[0] ?? expect.unreachable();
}

/** Its link with the other validator is as good as before. */
async function isWell(node: TestNode): Promise<void> {
  expect(node.changes.filter((change) => change.startsWith("1 "))).toEqual(["1 up"]);
  const before = node.network.status[0]?.receivedBytes ?? 0;
  await eventually(() => (node.network.status[0]?.receivedBytes ?? 0) > before, "a pong");
}

describe("whatever a stranger does, the others do not notice", () => {
  test("bytes that are no handshake, connections that close at once", async () => {
    const node = await startHonest({ helloTimeoutMs: 1000 });
    const port = Number(node.address.split("/").at(-1));
    const ends = Array.from({ length: 30 }, (_, i) => {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => undefined);
      if (i % 3 === 0) socket.on("connect", () => socket.destroy());
      else if (i % 3 === 1) socket.write(Buffer.alloc(70_000, i));
      else socket.write(Buffer.concat([Buffer.from("\x13/multistream/1.0.0\n\x07/noise\n"), Buffer.alloc(5000, 255)]));
      return new Promise((resolve) => socket.on("close", resolve));
    });
    await Promise.all(ends);
    await isWell(node);
  });

  test("no hello in time", async () => {
    const node = await startHonest({ helloTimeoutMs: 1000 });
    const stranger = await Stranger.meet(node);
    await eventually(() => stranger.isGone, "its end");
    expect(codesOf(node)).toEqual(["them late-hello"]);
    await isWell(node);
  });

  test.each([
    ["a message before the hello", frameKinds.message, 10, 10, "bad-frame"],
    ["a ping before the hello", frameKinds.ping, 0, 0, "bad-hello"],
    ["a hello cut short", frameKinds.hello, 100, 100, "bad-hello"],
    ["a hello of four gigabytes", frameKinds.hello, 10, 0xffff_ffff, "bad-frame"],
    ["an unknown kind", 77, 10, 10, "bad-frame"],
  ])("%s", async (_name, kind, bytes, length, code) => {
    const node = await startHonest();
    const stranger = await Stranger.meet(node);
    stranger.send(kind, new Uint8Array(bytes).fill(3), length);
    await eventually(() => stranger.isGone, "its end");
    expect(codesOf(node)).toEqual([`them ${code}`]);
    await isWell(node);
  });

  test("a multiplexer's frame of four gigabytes", async () => {
    const node = await startHonest({ helloTimeoutMs: 60_000 });
    const stranger = await Stranger.meet(node);
    interface Muxer {
      sendFrame(header: object, data: Uint8Array): boolean;
    }
    const { muxer } = stranger.connection as unknown as { readonly muxer: Muxer };
    muxer.sendFrame({ type: 0, flag: 0, streamID: 1, length: 0xffff_fff0 }, new Uint8Array(1000));
    await eventually(() => stranger.isGone, "its end");
    await isWell(node);
  });

  test("a flood of pings gets one answer at a time", async () => {
    const node = await startHonest({ silentPingsMax: 1000 });
    const stranger = await Stranger.meet(node, "hello");
    await eventually(() => node.changes.includes("2 up"), "an observer");
    const flood = new Uint8Array(50_000 * headerBytes);
    for (let i = 0; i < 50_000; i++) writeHeader(flood, i * headerBytes, frameKinds.ping, 0);
    stranger.control.send(flood);
    await eventually(() => (node.network.status.at(-1)?.receivedBytes ?? 0) > flood.length, "the flood");
    expect(node.network.status.at(-1)?.sentBytes).toBeLessThan(flood.length / 10);
    await isWell(node);
  });

  test("an observer that falls silent is let go", async () => {
    const node = await startHonest();
    const stranger = await Stranger.meet(node, "hello");
    await eventually(() => node.changes.includes("2 up"), "an observer");
    await eventually(() => stranger.isGone && node.changes.includes("2 down"), "its end");
    expect(codesOf(node)).toEqual(["them silent"]);
    await isWell(node);
  });
});

describe("observers", () => {
  const observe = (node: TestNode) => startNode({ size: 2, peers: [{ seat: 0, address: node.address }] });

  test("have numbers of their own, ask and are answered, and get no broadcast", async () => {
    const node = await startHonest();
    const observer = await observe(node);
    await eventually(() => node.changes.includes("2 up"), "an observer");
    node.network.broadcast(numbered(1));
    observer.network.send(0, numbered(2));
    await eventually(() => node.received.length === 1, "a question");
    expect(node.received[0]?.from).toBe(2);
    node.network.send(2, new Uint8Array(3_000_000));
    await eventually(() => observer.received.length === 1, "an answer");
    expect(observer.received[0]).toMatchObject({ from: 0, lane: "bulk" });

    await observer.network.stop();
    await eventually(() => node.changes.includes("2 down"), "its end");
    await observe(node);
    await eventually(() => node.changes.includes("3 up"), "another number");
  });

  test("may send what is no longer than a push of blobs", async () => {
    const node = await startHonest();
    const observer = await observe(node);
    await eventually(() => observer.changes.includes("0 up"), "a link");
    observer.network.send(0, new Uint8Array(observerMessageBytesMax));
    await eventually(() => node.received.length === 1, "a push");
    observer.network.send(0, new Uint8Array(observerMessageBytesMax + 1));
    await eventually(() => node.changes.includes("2 down"), "its end");
    expect(codesOf(node)).toEqual(["them bad-frame"]);
  });

  test("have so much room together for what waits for them, whoever asks for more than it reads", async () => {
    const room = 1024 * 1024;
    const node = await startHonest({ observersQueueBytesMax: room });
    await observe(node);
    await observe(node);
    await eventually(() => node.changes.includes("2 up") && node.changes.includes("3 up"), "two observers");
    for (let i = 0; i < 100; i++) for (const to of [2, 3]) node.network.send(to, new Uint8Array(100_000));
    const waiting = node.network.status.filter(({ peer }) => peer >= 2);
    expect(waiting.reduce((sum, { queuedBytes }) => sum + queuedBytes, 0)).toBeLessThanOrEqual(room + 200 * 64);
    expect(waiting.every(({ drops }) => drops > 0)).toBe(true);
    // A validator has room of its own.
    node.network.send(1, new Uint8Array(2 * room));
    expect(node.network.status.find(({ peer }) => peer === 1)?.drops).toBe(0);
    await isWell(node);
  });

  test("are only so many", async () => {
    const node = await startHonest({ observersMax: 2 });
    await observe(node);
    await observe(node);
    await eventually(() => node.changes.includes("3 up"), "two observers");
    const third = await observe(node);
    await eventually(() => third.refusals.length > 0, "a refusal");
    expect(codesOf(third)).toEqual(["us observers-full"]);
  });
});
