// What the order chain keeps, in one store of keys and values. The first byte of a key is its kind; numbers in keys are
// big-endian, so that a kind is sorted by them.
//
//   block    height         block and the certificate that names it       when consensus delivers it (S6)
//   header   height         its header and that certificate, once more    then too: proofs look for finalizations
//   height   header root    its height                                    then too
//   final                   the height of the last delivered block        then too
//   touches  height         for each blob the shards that it touches (O5) when the block is executed
//   blob     blob root      the encoded blob                              by then, sooner where a vote rests on it
//   place    blob root      its position: height, index (O4)              when the block is executed
//   history  level, index   a completed subtree of the history (O3)       when it is completed
//   ledger   …              the ledger's own records (O2), one version for each height
//   tip                     what the next block is executed on            when a block is executed
//   kept     blob root      an encoded blob that was accepted here and is not ordered yet (O7)
//
// A record that does not decode was not written by us: the world failed, which is a `StoreFault`. One that is not there
// is `undefined`, and whoever reads knows whether it may be missing.

import {
  appendToHistory,
  asHeight,
  assert,
  type BlockRef,
  bitList,
  blockRefType,
  type Certificate,
  type Codec,
  certificateType,
  codec,
  compareText,
  concatBytes,
  container,
  decodeRecord,
  emptyHistory,
  type Height,
  type History,
  type HistoryNode,
  type HistoryPlace,
  heightType,
  historyType,
  isCount,
  limits,
  list,
  numberBytes,
  type OrderBlock,
  type OrderHeader,
  orderBlockCodec,
  orderHeaderType,
  type Position,
  positionCodec,
  type Reading,
  type Root,
  type Round,
  rootType,
  roundType,
  type ShardName,
  SparseMap,
  type StoreBatch,
  StoreFault,
  type StoreRecord,
  shardNameType,
  sortedList,
  storeBatchOf,
  uint53,
} from "@tandem/shared";
import type { OrderNetwork } from "./network.ts";

const kinds = {
  block: 0,
  height: 1,
  final: 2,
  touches: 3,
  blob: 4,
  place: 5,
  history: 6,
  ledger: 7,
  tip: 8,
  kept: 9,
  header: 10,
} as const;

// Keys.

export const blockKey = (height: Height) => numberKey(kinds.block, height);
export const headerKey = (height: Height) => numberKey(kinds.header, height);
export const heightKey = (header: Root) => rootKey(kinds.height, header);
export const finalKey: Uint8Array = Uint8Array.of(kinds.final);
export const touchesKey = (height: Height) => numberKey(kinds.touches, height);
export const blobKey = (blob: Root) => rootKey(kinds.blob, blob);
export const placeKey = (blob: Root) => rootKey(kinds.place, blob);
export const tipKey: Uint8Array = Uint8Array.of(kinds.tip);
/** All `blob` records begin with it, and no others: large, and written once. */
export const blobPrefix: Uint8Array = Uint8Array.of(kinds.blob);
/** All `kept` records begin with it, and no others. */
export const keptPrefix: Uint8Array = Uint8Array.of(kinds.kept);
export const keptKey = (blob: Root) => rootKey(kinds.kept, blob);

export function historyKey({ level, index }: HistoryPlace): Uint8Array {
  return concatBytes(Uint8Array.of(kinds.history, level), numberBytes(index));
}

function numberKey(kind: number, number: number): Uint8Array {
  return prefixed(kind, numberBytes(number));
}

function rootKey(kind: number, root: Root): Uint8Array {
  return prefixed(kind, root);
}

/** A block makes tens of thousands of keys, so each is one array and no more. */
function prefixed(kind: number, rest: Uint8Array): Uint8Array {
  const key = new Uint8Array(1 + rest.length);
  key[0] = kind;
  key.set(rest, 1);
  return key;
}

// Values.

/** A record that is not what was written is a `StoreFault`. */
export interface RecordCodec<T> {
  encode(value: T): Uint8Array;
  decode(record: Uint8Array): T;
}

function recordCodec<T>(codec: Codec<T>): RecordCodec<T> {
  return { encode: codec.encode, decode: (record) => decodeRecord(codec, record) };
}

export interface BlockRecord {
  readonly block: OrderBlock;
  /** It names the block; for one that is final through a later block it may be a notarization (S6). */
  readonly certificate: Certificate;
}

export const blockRecordCodec: RecordCodec<BlockRecord> = recordCodec(
  codec<BlockRecord>("block-record", container({ block: orderBlockCodec.type, certificate: certificateType })),
);

export interface HeaderRecord {
  readonly header: OrderHeader;
  readonly certificate: Certificate;
}

export const headerRecordCodec: RecordCodec<HeaderRecord> = recordCodec(
  codec<HeaderRecord>("header-record", container({ header: orderHeaderType, certificate: certificateType })),
);

/** The shards that each blob of a block touches. */
export type BlockTouches = readonly (readonly ShardName[])[];

const shardNamesType = sortedList(shardNameType, limits.touchesMax, compareText);
export const touchesRecordCodec: RecordCodec<BlockTouches> = recordCodec(
  codec("touches-record", list(shardNamesType, limits.blockBlobsMax)),
);

export const placeRecordCodec: RecordCodec<Position> = recordCodec(positionCodec);

/** Of `height` and `final`. */
export const heightRecordCodec: RecordCodec<Height> = {
  encode: numberBytes,
  decode(record) {
    const height = record.length === 8 ? new DataView(record.buffer, record.byteOffset).getBigUint64(0) : -1n;
    if (!isCount(Number(height))) throw new StoreFault("bad-record", "the record is no height");
    return asHeight(Number(height));
  },
};

/** O10: how far a shard is behind, counted from its frontier in the cited attest block. */
export interface ShardLag {
  readonly shard: ShardName;
  /** 0 for a shard without a claim. */
  readonly round: Round;
  /** Programs pending at that claim. */
  readonly pending: number;
  /** Heights above `round` at which it was touched, rising; from the first to the last at most `lagMax`. */
  readonly heights: readonly Height[];
}

/** The last executed block, and all of its state that is not in the ledger. */
export interface TipRecord {
  readonly height: Height;
  /** Of its header. */
  readonly root: Root;
  /** O3: of all headers up to this one. */
  readonly history: History;
  readonly ledgerRoot: Root;
  readonly attested: BlockRef;
  /** Sorted by shard. */
  readonly lag: readonly ShardLag[];
}

/** In storage the heights are the first one and a bit for each from there on: 11 KB at worst, where numbers are 691. */
interface StoredLag extends Omit<ShardLag, "heights"> {
  readonly first: Height;
  readonly touched: readonly boolean[];
}

interface StoredTip extends Omit<TipRecord, "lag"> {
  readonly lag: readonly StoredLag[];
}

const storedLagType = container({
  shard: shardNameType,
  round: roundType,
  pending: uint53,
  first: heightType,
  touched: bitList(limits.lagMax + 1),
});

const storedTipCodec: RecordCodec<StoredTip> = recordCodec(
  codec<StoredTip>(
    "tip-record",
    container({
      height: heightType,
      root: rootType,
      history: historyType,
      ledgerRoot: rootType,
      attested: blockRefType,
      lag: sortedList(storedLagType, limits.shardsMax, (a, b) => compareText(a.shard, b.shard)),
    }),
  ),
);

export const tipRecordCodec: RecordCodec<TipRecord> = {
  encode: (tip) => storedTipCodec.encode({ ...tip, lag: tip.lag.map(storeLag) }),
  decode(record) {
    const tip = storedTipCodec.decode(record);
    return { ...tip, lag: tip.lag.map(restoreLag) };
  },
};

function storeLag({ shard, round, pending, heights }: ShardLag): StoredLag {
  const first = heights[0] ?? asHeight(0);
  const touched: boolean[] = [];
  for (const height of heights) {
    assert(touched.length <= height - first, "heights rise");
    while (touched.length < height - first) touched.push(false);
    touched.push(true);
  }
  return { shard, round, pending, first, touched };
}

function restoreLag({ shard, round, pending, first, touched }: StoredLag): ShardLag {
  const heights = touched.flatMap((isTouched, after) => (isTouched ? [(first + after) as Height] : []));
  return { shard, round, pending, heights };
}

// Batches.

function putRecord(key: Uint8Array, value: Uint8Array): StoreRecord {
  return { key, value };
}

export function joinBatches(...batches: readonly StoreBatch[]): StoreBatch {
  return { puts: batches.flatMap(({ puts }) => puts), deletes: batches.flatMap(({ deletes }) => deletes) };
}

/** T2: the ledger's records lie under a prefix of their own. */
export function ledgerBatch({ puts, deletes }: StoreBatch): StoreBatch {
  return {
    puts: puts.map(({ key, value }) => putRecord(ledgerKey(key), value)),
    deletes: deletes.map(ledgerKey),
  };
}

function ledgerKey(key: Uint8Array): Uint8Array {
  return prefixed(kinds.ledger, key);
}

/** What an empty store is given first of all: the genesis is executed, and no block delivered. */
export function genesisRecords({ ledger, header, root }: OrderNetwork): StoreBatch {
  const { history, completed } = appendToHistory(emptyHistory, root);
  const { height, ledgerRoot, attested } = header;
  const tip = { height, root, history, ledgerRoot, attested, lag: [] };
  return joinBatches(ledgerBatch(storeBatchOf(SparseMap.empty, ledger)), {
    puts: [...completed.map(historyRecord), putRecord(tipKey, tipRecordCodec.encode(tip))],
    deletes: [],
  });
}

/** S6: a block as consensus delivers it. `root` is its header's. */
export function deliveredRecords(root: Root, record: BlockRecord): StoreBatch {
  const { header } = record.block;
  const { height } = header;
  const number = heightRecordCodec.encode(height);
  const puts = [
    putRecord(blockKey(height), blockRecordCodec.encode(record)),
    putRecord(headerKey(height), headerRecordCodec.encode({ header, certificate: record.certificate })),
    putRecord(heightKey(root), number),
    putRecord(finalKey, number),
  ];
  return { puts, deletes: [] };
}

/** A delivered block that was executed. */
export interface ExecutedBlock {
  /** Of the tip's block, in order. */
  readonly blobs: readonly {
    readonly root: Root;
    /** Absent if they are stored already, for a vote rested on them (S8). */
    readonly bytes: Uint8Array | undefined;
    readonly touches: readonly ShardName[];
  }[];
  /** What its header completed in the history. */
  readonly completed: readonly HistoryNode[];
  /** The ledger's version of this height, as `storeBatchOf` says it. */
  readonly ledger: StoreBatch;
  readonly tip: TipRecord;
}

export function executedRecords({ blobs, completed, ledger, tip }: ExecutedBlock): StoreBatch {
  const { height } = tip;
  const touches = blobs.map((blob) => blob.touches);
  const ordered = blobs.flatMap(({ root, bytes }, index) => [
    ...(bytes === undefined ? [] : [putRecord(blobKey(root), bytes)]),
    putRecord(placeKey(root), placeRecordCodec.encode({ height, index } as Position)),
  ]);
  return joinBatches(ledgerBatch(ledger), {
    puts: [
      ...ordered,
      ...completed.map(historyRecord),
      putRecord(touchesKey(height), touchesRecordCodec.encode(touches)),
      putRecord(tipKey, tipRecordCodec.encode(tip)),
    ],
    deletes: blobs.map(({ root }) => keptKey(root)),
  });
}

function historyRecord(node: HistoryNode): StoreRecord {
  return putRecord(historyKey(node), node.hash);
}

// Readings.

/** Reads one record. */
export function* readRecord<T>(key: Uint8Array, { decode }: RecordCodec<T>): Reading<T | undefined> {
  const [record] = yield [key];
  return record === undefined ? undefined : decode(record);
}

/** A reading of the ledger's own records. */
export function* ledgerReading<T>(reading: Reading<T>): Reading<T> {
  let step = reading.next();
  while (step.done !== true) step = reading.next(yield step.value.map(ledgerKey));
  return step.value;
}
