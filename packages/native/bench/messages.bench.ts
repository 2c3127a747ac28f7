// Encodings of messages: decoding beside a reader by hand that checks nothing, and roots beside the bare hashing
// of as many pairs, in one batch and in calls of the same sizes (a tree must finish a level before the next).

import { hashInto } from "@chainsafe/hashtree";
import {
  asAmount,
  asBudget,
  asEpoch,
  asHeight,
  asNonce,
  asRoot,
  asShardName,
  asTimeMs,
  asValidatorIndex,
  asView,
  type Blob,
  blobCodec,
  type Certificate,
  type Codec,
  certificateCodec,
  envelopeCodec,
  type OrderHeader,
  orderHeaderCodec,
  useHasher,
} from "@tandem/shared";
import type { Bench } from "../../../scripts/bench/measure.ts";
import { nativeHasher, useNative } from "../src/index.ts";

export const area = "shared";

const bytesOf = (length: number, byte: number) => new Uint8Array(length).fill(byte);
const rootOf = (byte: number) => asRoot(bytesOf(32, byte));

/** A payment with a call: 256 bytes of payload, two shards, one transfer. */
const blob: Blob = {
  envelope: {
    version: 1,
    network: rootOf(1),
    payer: bytesOf(32, 2),
    nonce: asNonce(3),
    expires: asHeight(4),
    tip: asAmount(5n),
    budget: asBudget(6),
    touches: [asShardName("bank"), asShardName("cinema-7")],
    transfers: [{ to: bytesOf(32, 7), amount: asAmount(8n) }],
    payload: bytesOf(256, 9),
  },
  signature: bytesOf(64, 10),
};

const header: OrderHeader = {
  version: 1,
  epoch: asEpoch(0),
  view: asView(1),
  height: asHeight(2),
  parent: rootOf(3),
  history: rootOf(4),
  timeMs: asTimeMs(1_700_000_000_000),
  proposer: asValidatorIndex(5),
  blobsRoot: rootOf(6),
  touchesRoot: rootOf(7),
  ledgerRoot: rootOf(8),
  attested: { height: asHeight(9), root: rootOf(10) },
  validatorsRoot: rootOf(11),
};

const certificate: Certificate = {
  kind: "finalization",
  epoch: asEpoch(0),
  view: asView(1),
  block: rootOf(2),
  bitmap: Array.from({ length: 512 }, (_, index) => index % 4 !== 0),
  signature: bytesOf(96, 3),
};

export default async function (bench: Bench): Promise<void> {
  useNative();
  await measureDecoding(bench);
  await measureRoot(bench, "envelope roots", "envelopes/s", envelopeCodec, blob.envelope);
  await measureRoot(bench, "order header roots", "headers/s", orderHeaderCodec, header);
}

async function measureDecoding(bench: Bench): Promise<void> {
  const bytes = blobCodec.encode(blob);
  await bench.rate(
    "envelopes decoded, 256 bytes of payload, beside a reader without checks",
    "envelopes/s",
    { items: 1, run: () => void blobCodec.decode(bytes) },
    { items: 1, run: () => void readUnchecked(bytes) },
  );
  await bench.rate("envelopes encoded", "envelopes/s", { items: 1, run: () => void blobCodec.encode(blob) });
  const headerBytes = orderHeaderCodec.encode(header);
  await bench.rate("order headers decoded", "headers/s", {
    items: 1,
    run: () => void orderHeaderCodec.decode(headerBytes),
  });
  const certificateBytes = certificateCodec.encode(certificate);
  await bench.rate("certificates decoded, 512 members", "certificates/s", {
    items: 1,
    run: () => void certificateCodec.decode(certificateBytes),
  });
}

/** The fields of `blob` from where they lie in its encoding, as fast as they can be had. */
function readUnchecked(bytes: Uint8Array): Blob {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = (at: number) => (view.getBigUint64(at + 8, true) << 64n) | view.getBigUint64(at, true);
  const count = (at: number) => view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
  const text = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  const start = 68; // after the offset of the envelope and the signature
  const touches = start + view.getUint32(start + 105, true);
  const transfers = start + view.getUint32(start + 109, true);
  const payload = start + view.getUint32(start + 113, true);
  return {
    envelope: {
      version: 1,
      network: asRoot(bytes.slice(start + 1, start + 33)),
      payer: bytes.slice(start + 33, start + 65),
      nonce: count(start + 65) as Blob["envelope"]["nonce"],
      expires: count(start + 73) as Blob["envelope"]["expires"],
      tip: wide(start + 81) as Blob["envelope"]["tip"],
      budget: count(start + 97) as Blob["envelope"]["budget"],
      touches: [
        text(touches + 8, touches + 12),
        text(touches + 12, transfers),
      ] as unknown as Blob["envelope"]["touches"],
      transfers: [
        {
          to: bytes.slice(transfers, transfers + 32),
          amount: wide(transfers + 32) as Blob["envelope"]["tip"],
        },
      ],
      payload: bytes.slice(payload),
    },
    signature: bytes.slice(4, start),
  };
}

async function measureRoot<T>(bench: Bench, name: string, unit: string, codec: Codec<T>, value: T): Promise<void> {
  const sizes = callsOf(() => codec.root(value));
  const pairs = sizes.reduce((sum, size) => sum + size, 0);
  const blocks = new Uint8Array(64 * pairs);
  const output = new Uint8Array(32 * pairs);
  const calls = sizes.map((size) => [blocks.subarray(0, 64 * size), output.subarray(0, 32 * size)] as const);
  const work = { items: 1, run: () => void codec.root(value) };
  const inCalls = () => {
    for (const [from, to] of calls) hashInto(from, to);
  };
  await bench.rate(`${name}, beside ${sizes.length} bare calls for ${pairs} pairs`, unit, work, {
    items: 1,
    run: inCalls,
  });
  const inOneBatch = { items: 1, run: () => hashInto(blocks, output) };
  await bench.rate(`${name}, beside ${pairs} pairs in one batch`, unit, work, inOneBatch);
}

/** Pairs in each call of the hasher that `run` makes. */
function callsOf(run: () => void): number[] {
  const sizes: number[] = [];
  run(); // The roots of empty trees are hashed once and kept.
  useHasher({
    ...nativeHasher,
    hashPairs(blocks, output) {
      sizes.push(blocks.length / 64);
      nativeHasher.hashPairs(blocks, output);
    },
  });
  run();
  useNative();
  return sizes;
}
