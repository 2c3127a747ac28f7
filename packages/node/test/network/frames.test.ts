import { equalBytes } from "@tandem/shared";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameWriter } from "../../src/network/frame-writer.ts";
import { FrameReader, frameKinds, headerBytes, writeHeader } from "../../src/network/framing.ts";
import { YamuxGuard } from "../../src/network/guarded-yamux.ts";
import { chunkBytesMax } from "../../src/network/network-config.ts";
import { SendQueue } from "../../src/network/send-queue.ts";
import { numbered, numberOf } from "./support.ts";

const overhead = 64;

function drain(writer: FrameWriter): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  while (!writer.isEmpty) chunks.push(writer.nextChunk());
  return chunks;
}

describe("frames as chunks and back", () => {
  test("come out as they went in, however the bytes are cut", () => {
    const frames = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 40 });
    const largest = fc.constantFrom(0, chunkBytesMax - 5, chunkBytesMax, 3 * chunkBytesMax);
    fc.assert(
      fc.property(frames, largest, fc.integer({ min: 1, max: 70_000 }), (small, large, cut) => {
        const given = [...small, new Uint8Array(large).fill(9), ...small];
        const queue = new SendQueue("bulk", 2 ** 30);
        for (const frame of given) queue.push(frame);
        const got: Uint8Array[] = [];
        const reader = new FrameReader((_kind, frame) => got.push(frame));
        reader.messageBytesMax = 2 ** 20;
        for (const chunk of drain(new FrameWriter(queue))) {
          expect(chunk.length).toBeLessThanOrEqual(chunkBytesMax);
          for (let at = 0; at < chunk.length; at += cut) expect(reader.read(chunk.subarray(at, at + cut))).toBe(true);
        }
        expect(got.length).toBe(given.length);
        expect(got.every((frame, i) => equalBytes(frame, given[i] ?? new Uint8Array(1)))).toBe(true);
      }),
      { seed: 41, numRuns: 60 },
    );
  });

  test("small frames of one moment share a chunk", () => {
    const queue = new SendQueue("control", 2 ** 20);
    for (let i = 0; i < 100; i++) queue.push(numbered(i));
    expect(drain(new FrameWriter(queue)).map((chunk) => chunk.length)).toEqual([100 * (4 + headerBytes)]);
  });

  test("a ping goes before the queue, and not into a frame", () => {
    const queue = new SendQueue("control", 2 ** 20);
    queue.push(new Uint8Array(100_000));
    queue.push(numbered(1));
    const writer = new FrameWriter(queue);
    const first = writer.nextChunk();
    writer.pushService(frameKinds.ping, new Uint8Array(0));
    const kinds: number[] = [];
    const reader = new FrameReader((kind) => kinds.push(kind));
    reader.messageBytesMax = 100_000;
    for (const chunk of [first, ...drain(writer)]) reader.read(chunk);
    expect(kinds).toEqual([frameKinds.message, frameKinds.ping, frameKinds.message]);
  });

  test("arbitrary bytes are frames or refused, and nothing is thrown", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        let largest = 0;
        const reader = new FrameReader((_kind, frame) => {
          largest = Math.max(largest, frame.length);
        });
        reader.messageBytesMax = 20;
        if (!reader.read(bytes)) expect(reader.read(bytes)).toBe(true);
        expect(largest).toBeLessThanOrEqual(64);
      }),
      { seed: 42, numRuns: 500 },
    );
  });

  test("before the peer is known not even an empty message is read", () => {
    const header = new Uint8Array(headerBytes);
    writeHeader(header, 0, frameKinds.message, 0);
    expect(new FrameReader(() => expect.unreachable()).read(header)).toBe(false);
  });
});

describe("a queue that is full", () => {
  const fill = (lane: "control" | "bulk") => {
    const queue = new SendQueue(lane, 10 * (4 + overhead));
    for (let i = 0; i < 25; i++) queue.push(numbered(i));
    const kept: number[] = [];
    for (let frame = queue.shift(); frame !== undefined; frame = queue.shift()) kept.push(numberOf(frame));
    return { kept, drops: queue.drops, bytes: queue.bytes };
  };

  test("of control drops the oldest", () => {
    expect(fill("control")).toEqual({ kept: [15, 16, 17, 18, 19, 20, 21, 22, 23, 24], drops: 15, bytes: 0 });
  });

  test("of bulk refuses the newest", () => {
    expect(fill("bulk")).toEqual({ kept: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], drops: 15, bytes: 0 });
  });

  test("drops nothing for a frame that never fits, and keeps its order over many thousands", () => {
    const queue = new SendQueue("bulk", 1000);
    for (let i = 0; i < 5000; i++) {
      queue.push(numbered(i));
      expect(numberOf(queue.shift() ?? expect.unreachable())).toBe(i);
    }
    queue.push(new Uint8Array(2000));
    expect([queue.drops, queue.isEmpty]).toEqual([1, true]);
  });
});

test("the guard reads headers however they are cut, and refuses what no window allows", () => {
  const frame = (type: number, length: number) => {
    const bytes = new Uint8Array(12 + (type === 0 ? Math.min(length, 1000) : 0)).fill(0xff);
    bytes.set([0, type, 0, 0, 0, 0, 0, 1], 0);
    new DataView(bytes.buffer).setUint32(8, length);
    return bytes;
  };
  // Only data has bytes after its header: a window may be as wide as it wants.
  const good = Buffer.concat([frame(0, 1000), frame(1, 0xffff_ffff), frame(0, 0), frame(2, 77), frame(0, 999)]);
  for (const cut of [1, 5, 12, 13, 5000]) {
    const guard = new YamuxGuard(1000);
    const read = (bytes: Uint8Array) => {
      for (let at = 0; at < bytes.length; at += cut) if (!guard.read(bytes.subarray(at, at + cut))) return false;
      return true;
    };
    expect(read(good)).toBe(true);
    expect(read(frame(0, 1001))).toBe(false);
  }
});
