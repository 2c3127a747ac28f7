// One file of a journal, as bytes.
//
//   head      "TJ01", the number of the file (u64), its tag (8 random bytes), CRC-32 of these
//   entry     tag, kind (u8), length (u32), group (u64), durable (u32), CRC-32, record     one after the other
//
// Numbers are little-endian. An entry's CRC covers all of it, and where in the file it lies. `durable` says how much of
// the file was synced when the entry was made; an entry of the kind `mark` says only that. With it a torn end, which a
// crash leaves, is told from damage: what does not read and was durable once, by any entry that can be found behind it,
// is damage. The tag is random so that no record, which may hold what a peer chose, looks like an entry.

import { crc32 } from "node:zlib";
import { assert } from "@tandem/shared";

export const segmentHeadBytes = 24;
const entryHeadBytes = 29;
/** The largest record there is: a vote's block with all that it names, a few MiB. */
const journalRecordBytesMax = 32 * 2 ** 20;

const magic = 0x31304a54;
const tagBytes = 8;
const kinds = { record: 0, mark: 1 } as const;

export interface JournalRecord {
  readonly group: number;
  readonly record: Uint8Array;
}

export interface SegmentScan {
  /** Those before the first entry that does not read. */
  readonly records: readonly JournalRecord[];
  /** Where that begins; the length of the file if there is none. */
  readonly end: number;
  /** So much was durable, at least. */
  readonly durable: number;
}

export function encodeSegmentHead(number: number, tag: Uint8Array): Uint8Array {
  assert(tag.length === tagBytes, "a tag of 8 bytes");
  const head = new Uint8Array(segmentHeadBytes);
  const view = viewOf(head);
  view.setUint32(0, magic, true);
  view.setBigUint64(4, BigInt(number), true);
  head.set(tag, 12);
  view.setUint32(20, crc32(head.subarray(0, 20)), true);
  return head;
}

/** The file's number and tag; `undefined` if the head is not whole. */
export function decodeSegmentHead(file: Uint8Array): { number: number; tag: Uint8Array } | undefined {
  if (file.length < segmentHeadBytes) return undefined;
  const view = viewOf(file);
  if (view.getUint32(0, true) !== magic || view.getUint32(20, true) !== crc32(file.subarray(0, 20))) return undefined;
  return { number: Number(view.getBigUint64(4, true)), tag: file.slice(12, 20) };
}

/** Where entries go: which file, at what place in it, and how much of it is durable. */
export interface Place {
  readonly tag: Uint8Array;
  readonly at: number;
  readonly durable: number;
}

export function encodeRecord(place: Place, { group, record }: JournalRecord): Uint8Array {
  assert(record.length <= journalRecordBytesMax, `a record of ${record.length} bytes`);
  return encodeEntry(place, kinds.record, group, record);
}

export function encodeMark(place: Place): Uint8Array {
  return encodeEntry(place, kinds.mark, 0, new Uint8Array(0));
}

function encodeEntry({ tag, at, durable }: Place, kind: number, group: number, record: Uint8Array): Uint8Array {
  const entry = new Uint8Array(entryHeadBytes + record.length);
  const view = viewOf(entry);
  entry.set(tag);
  view.setUint8(8, kind);
  view.setUint32(9, record.length, true);
  view.setBigUint64(13, BigInt(group), true);
  view.setUint32(21, durable, true);
  entry.set(record, entryHeadBytes);
  view.setUint32(25, checksum(entry, at), true);
  return entry;
}

interface Entry extends JournalRecord {
  readonly kind: number;
  readonly durable: number;
  readonly end: number;
}

/** `undefined` if no whole entry begins there. */
function decodeEntry(file: Uint8Array, tag: Uint8Array, at: number): Entry | undefined {
  if (at + entryHeadBytes > file.length) return undefined;
  const view = new DataView(file.buffer, file.byteOffset + at);
  const end = at + entryHeadBytes + view.getUint32(9, true);
  if (end > file.length || tag.some((byte, index) => file[at + index] !== byte)) return undefined;
  if (view.getUint32(25, true) !== checksum(file.subarray(at, end), at)) return undefined;
  return {
    kind: view.getUint8(8),
    group: Number(view.getBigUint64(13, true)),
    durable: view.getUint32(21, true),
    record: file.slice(at + entryHeadBytes, end),
    end,
  };
}

/** Of all but the four bytes where it stands. */
function checksum(entry: Uint8Array, at: number): number {
  return crc32(entry.subarray(entryHeadBytes), crc32(entry.subarray(0, 25), at));
}

export function scanSegment(file: Uint8Array, tag: Uint8Array): SegmentScan {
  const records: JournalRecord[] = [];
  let durable = segmentHeadBytes;
  let end = segmentHeadBytes;
  for (let entry = decodeEntry(file, tag, end); entry !== undefined; entry = decodeEntry(file, tag, end)) {
    if (entry.kind === kinds.record) records.push({ group: entry.group, record: entry.record });
    durable = Math.max(durable, entry.durable);
    end = entry.end;
  }
  return { records, end, durable: Math.max(durable, durableBehind(file, tag, end)) };
}

/** What entries say that lie anywhere behind the first that does not read. */
function durableBehind(file: Uint8Array, tag: Uint8Array, from: number): number {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  let durable = 0;
  for (let at = bytes.indexOf(tag, from); at !== -1; at = bytes.indexOf(tag, at + 1)) {
    durable = Math.max(durable, decodeEntry(file, tag, at)?.durable ?? 0);
  }
  return durable;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
