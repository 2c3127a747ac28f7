// A blob read from its raw bytes by the layout of O1, with no help from the codecs: little endian, lists behind offsets.
//
//   blob       offset of the envelope (68), signature (64), envelope
//   envelope   version, network (32), payer (32), nonce (8), expires (8), tip (16), budget (8),
//              offsets of touches, transfers and payload; then these
//   touches    an offset for each name, then the names
//   transfers  receiver (32), amount (16), for each

import { limits } from "@tandem/shared";
import { bytesOf, containerRoot, digest, listOf, numberChunk, vectorOf } from "./naive-ssz.ts";

export interface RawBlob {
  /** In hexadecimal. */
  readonly root: string;
  readonly rootBytes: Uint8Array;
  readonly bytes: Uint8Array;
  /** What the payer signed, in the domain of its network. */
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  readonly network: Uint8Array;
  readonly payerKey: Uint8Array;
  /** In hexadecimal. */
  readonly payer: string;
  readonly nonce: number;
  readonly expires: number;
  readonly tip: bigint;
  readonly budget: number;
  readonly touches: readonly string[];
  readonly transfers: readonly { readonly to: Uint8Array; readonly amount: bigint }[];
}

const envelopeAt = 68;
const touchesAt = 117;
const transferBytes = 48;
const nameForm = /^[a-z0-9-]{1,28}$/;

/** Nothing if these bytes are no blob. */
export function readBlob(bytes: Uint8Array): RawBlob | undefined {
  const envelope = bytes.subarray(envelopeAt);
  if (bytes.length > limits.blobBytesMax || envelope.length < touchesAt) return undefined;
  if (numberIn(bytes, 0, 4) !== BigInt(envelopeAt)) return undefined;
  const parts = partsOf(envelope);
  const touches = parts && readNames(parts.touches);
  if (parts === undefined || touches === undefined || !areFieldsValid(envelope, parts)) return undefined;
  const signature = bytes.slice(4, envelopeAt);
  const transfers = readTransfers(parts.transfers);
  const root = envelopeRoot(envelope, touches, transfers, parts.payload);
  const rootBytes = digest(root, vectorOf(signature));
  const network = envelope.slice(1, 33);
  const payerKey = envelope.slice(33, 65);
  return {
    ...{ root: hex(rootBytes), rootBytes, bytes, signature, network, payerKey, touches, transfers },
    message: digest(digest(tagOf("tandem blob"), network), root),
    payer: hex(payerKey),
    nonce: Number(numberIn(envelope, 65, 8)),
    expires: Number(numberIn(envelope, 73, 8)),
    tip: numberIn(envelope, 81, 16),
    budget: Number(numberIn(envelope, 97, 8)),
  };
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
}

interface Parts {
  readonly touches: Uint8Array;
  readonly transfers: Uint8Array;
  readonly payload: Uint8Array;
}

function partsOf(envelope: Uint8Array): Parts | undefined {
  const [first, second, third] = [105, 109, 113].map((at) => Number(numberIn(envelope, at, 4))) as [
    number,
    number,
    number,
  ];
  if (first !== touchesAt || second < first || third < second || envelope.length < third) return undefined;
  return {
    touches: envelope.subarray(first, second),
    transfers: envelope.subarray(second, third),
    payload: envelope.subarray(third),
  };
}

function areFieldsValid(envelope: Uint8Array, { transfers, payload }: Parts): boolean {
  const isCount = (at: number) => numberIn(envelope, at, 8) <= BigInt(Number.MAX_SAFE_INTEGER);
  if (envelope[0] !== 1 || !isCount(65) || !isCount(73)) return false;
  if (numberIn(envelope, 97, 8) > BigInt(limits.budgetMax)) return false;
  if (transfers.length % transferBytes !== 0 || transfers.length > limits.transfersMax * transferBytes) return false;
  return payload.length <= limits.payloadBytesMax;
}

/** Names in rising order, each once. */
function readNames(bytes: Uint8Array): readonly string[] | undefined {
  if (bytes.length === 0) return [];
  const first = bytes.length < 4 ? 0 : Number(numberIn(bytes, 0, 4));
  const count = first / 4;
  if (!Number.isInteger(count) || count < 1 || count > limits.touchesMax || first > bytes.length) return undefined;
  const ends = Array.from({ length: count }, (_, i) =>
    i + 1 < count ? Number(numberIn(bytes, 4 * (i + 1), 4)) : bytes.length,
  );
  let start = first;
  const names: string[] = [];
  for (const end of ends) {
    if (end < start || end > bytes.length) return undefined;
    names.push(Buffer.from(bytes.subarray(start, end)).toString("latin1"));
    start = end;
  }
  const isRising = names.every((name, i) => i === 0 || (names[i - 1] as string) < name);
  return isRising && names.every((name) => nameForm.test(name)) ? names : undefined;
}

function readTransfers(bytes: Uint8Array): RawBlob["transfers"] {
  return Array.from({ length: bytes.length / transferBytes }, (_, i) => {
    const at = i * transferBytes;
    return { to: bytes.slice(at, at + 32), amount: numberIn(bytes, at + 32, 16) };
  });
}

function envelopeRoot(
  envelope: Uint8Array,
  touches: readonly string[],
  transfers: RawBlob["transfers"],
  payload: Uint8Array,
): Uint8Array {
  const chunk = (at: number, size: number) => numberChunk(numberIn(envelope, at, size));
  const transferRoots = transfers.map(({ to, amount }) => containerRoot(to, numberChunk(amount)));
  return containerRoot(
    ...[chunk(0, 1), envelope.slice(1, 33), envelope.slice(33, 65)],
    ...[chunk(65, 8), chunk(73, 8), chunk(81, 16), chunk(97, 8)],
    listOf(touches.map(nameRoot), limits.touchesMax),
    listOf(transferRoots, limits.transfersMax),
    bytesOf(payload, limits.payloadBytesMax),
  );
}

export function nameRoot(name: string): Uint8Array {
  return bytesOf(Buffer.from(name, "latin1"), limits.nameBytesMax);
}

function tagOf(text: string): Uint8Array {
  const tag = new Uint8Array(32);
  tag.set(Buffer.from(text, "ascii"));
  return tag;
}

function numberIn(bytes: Uint8Array, at: number, size: number): bigint {
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i] ?? 0);
  return value;
}
