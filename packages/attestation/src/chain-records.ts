// What the attest chain keeps as a chain, beside what its blocks leave for later ones (`block-records.ts`), and what the
// followed shards keep beside contents and own affirmations (`records.ts`). A node has one store for both stages: the
// order chain's kinds are lower.
//
//   block    height          block and the certificate that names it      when consensus delivers it (S6)
//   final                    the height of the last delivered block       then too
//   history  level, index    a completed subtree of the history (A2)      when the block is judged and final
//   tip                      what the next block stands on                then too
//   shard    name            the frontier of the last own claim           with the claim, or the snapshot
//   dispute  name            why a shard stopped (C6)                     when it does
//   …        under a prefix of its own, the state of each followed shard

import {
  type AttestBlock,
  type AttestHeader,
  assembleHistoryProof,
  attestBlockCodec,
  attestHeaderType,
  type Certificate,
  type Codec,
  certificateType,
  codec,
  concatBytes,
  container,
  decodeRecord,
  type Frontier,
  frontierCodec,
  type Height,
  type History,
  type HistoryPlace,
  type HistoryProof,
  heightType,
  historyPlaces,
  historyType,
  limits,
  numberBytes,
  optional,
  type Reading,
  type Root,
  type Round,
  rootType,
  roundType,
  type ShardName,
  type StoreBatch,
  StoreFault,
  type StoreRecord,
  shardNameType,
  utf8,
} from "@tandem/shared";
import type { Dispute } from "./following/types.ts";
import type { AttestState, OrderPlaces } from "./state.ts";

const kinds = { block: 36, final: 37, history: 38, tip: 39, shard: 50, dispute: 51, state: 64 } as const;

// Keys.

export function attestBlockKey(height: Height): Uint8Array {
  return concatBytes(Uint8Array.of(kinds.block), numberBytes(height));
}

const finalKey = Uint8Array.of(kinds.final);
const tipKey = Uint8Array.of(kinds.tip);

function historyKey({ level, index }: HistoryPlace): Uint8Array {
  return concatBytes(Uint8Array.of(kinds.history, level), numberBytes(index));
}

const shardKey = (shard: ShardName) => concatBytes(Uint8Array.of(kinds.shard), utf8(shard));
const disputeKey = (shard: ShardName) => concatBytes(Uint8Array.of(kinds.dispute), utf8(shard));

/** Before all records of a shard's state. Names are filled up, so none is the beginning of another. */
export function shardPrefix(shard: ShardName): Uint8Array {
  const prefix = new Uint8Array(1 + limits.nameBytesMax);
  prefix[0] = kinds.state;
  prefix.set(utf8(shard), 1);
  return prefix;
}

// Values.

export interface AttestRecord {
  readonly block: AttestBlock;
  /** It names the block; for one that is final through a later block it may be a notarization (S6). */
  readonly certificate: Certificate;
}

export interface AttestTip {
  readonly header: AttestHeader;
  /** Of all headers up to this one. */
  readonly history: History;
}

/** How far a followed shard has come here. */
export interface ShardRecord {
  /** Of the last own claim, or of the one that it began with. */
  readonly frontier: Frontier;
  /** The round of the claim that it began with: the genesis, or that of a snapshot (C3). */
  readonly begun: Round;
}

export const attestRecordCodec = codec<AttestRecord>(
  "attest-record",
  container({ block: attestBlockCodec.type, certificate: certificateType }),
);
const finalCodec = codec<{ readonly height: Height }>("attest-final-record", container({ height: heightType }));
const tipCodec = codec<AttestTip>("attest-tip-record", container({ header: attestHeaderType, history: historyType }));
const shardCodec = codec<ShardRecord>("shard-record", container({ frontier: frontierCodec.type, begun: roundType }));
const disputeCodec = codec<Dispute>(
  "dispute-record",
  container({ shard: shardNameType, round: roundType, own: optional(rootType), theirs: rootType }),
);

// Batches.

export function deliveredBatch(record: AttestRecord): StoreBatch {
  const { height } = record.block.header;
  return {
    puts: [
      { key: attestBlockKey(height), value: attestRecordCodec.encode(record) },
      { key: finalKey, value: finalCodec.encode({ height }) },
    ],
    deletes: [],
  };
}

/** What the next block stands on. */
export function tipRecords({ header, history, completed }: Pick<AttestState, "header" | "history" | "completed">) {
  const subtrees = completed.map((node): StoreRecord => ({ key: historyKey(node), value: node.hash }));
  return { puts: [...subtrees, { key: tipKey, value: tipCodec.encode({ header, history }) }], deletes: [] };
}

/** The last own claim of a shard; with it goes the state that it commits to. */
export function shardBatch(shard: ShardName, record: ShardRecord, state: StoreBatch): StoreBatch {
  const { puts, deletes } = shardRecords(shard, state);
  return { puts: [...puts, { key: shardKey(shard), value: shardCodec.encode(record) }], deletes };
}

/** Of a shard's state, with the names that they have in a node's store. */
export function shardRecords(shard: ShardName, { puts, deletes }: StoreBatch): StoreBatch {
  const prefix = shardPrefix(shard);
  const under = (key: Uint8Array) => concatBytes(prefix, key);
  return { puts: puts.map(({ key, value }) => ({ key: under(key), value })), deletes: deletes.map(under) };
}

export function disputeBatch(dispute: Dispute): StoreBatch {
  return { puts: [{ key: disputeKey(dispute.shard), value: disputeCodec.encode(dispute) }], deletes: [] };
}

// Readings.

function* readRecord<T>(key: Uint8Array, codec: Codec<T>): Reading<T | undefined> {
  const [record] = yield [key];
  return record && decodeRecord(codec, record);
}

export const readAttestBlock = (height: Height) => readRecord(attestBlockKey(height), attestRecordCodec);
export const readAttestFinal = () => readRecord(finalKey, finalCodec);
export const readAttestTip = () => readRecord(tipKey, tipCodec);
export const readShard = (shard: ShardName) => readRecord(shardKey(shard), shardCodec);
export const readDispute = (shard: ShardName) => readRecord(disputeKey(shard), disputeCodec);

/** A2: that the block of height `from` is in the history of `header`. */
export function* proveAttestDescent(from: Height, { height }: AttestHeader): Reading<HistoryProof | undefined> {
  const places = historyPlaces(height, from);
  const hashes = places.length === 0 ? [] : yield places.map(historyKey);
  const proof = assembleHistoryProof(height, from, hashes as readonly (Root | undefined)[]);
  return proof.ok ? proof.value : undefined;
}

/** What the order chain's own record says of the attest block that its block of this height cites. */
export function* readCited({ placeKey, place }: OrderPlaces, height: Height): Reading<Height> {
  if (height === 0) return height;
  const [record] = yield [placeKey(height)];
  if (record === undefined) throw new StoreFault("missing-record", `order block ${height} was executed`);
  return place(record).attested.height;
}
