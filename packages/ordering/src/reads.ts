// Reads: what an API answers from the store, with proofs that a client checks (docs/proofs.md). Each is a reading: it
// yields keys and needs no store of its own.
//
// A block is delivered with a certificate that names it, and for the ancestors of a finalized block that may be a
// notarization, which proves nothing to a client. So a proof takes the first finalization at or above its header, and
// shows the header in the `history` of that one (O3). The genesis header has no certificate and is always shown so.
//
// What is asked in vain is a value with a code. A record that must be there and is not is a `StoreFault`.

import {
  type Account,
  type AccountProof,
  asHeight,
  assembleHistoryProof,
  assert,
  type BlobProof,
  type Descendant,
  type Failure,
  failure,
  type HeaderProof,
  type Height,
  type HistoryProof,
  historyPlaces,
  limits,
  type MapProof,
  type MapSnapshot,
  type OrderBlock,
  type OrderHeader,
  openKeys,
  openMap,
  type Position,
  payerKeyBytes,
  proveKeys,
  proveListItem,
  type Reading,
  type Result,
  type Root,
  type SetsProof,
  type SparseMap,
  StoreFault,
  success,
  validatorSetsOf,
} from "@tandem/shared";
import { Ledger } from "./ledger.ts";
import { ledgerVersion, type OrderNetwork } from "./network.ts";
import {
  type BlockRecord,
  blobKey,
  blockKey,
  blockRecordCodec,
  type HeaderRecord,
  headerKey,
  headerRecordCodec,
  heightKey,
  heightRecordCodec,
  historyKey,
  keptKey,
  ledgerReading,
  placeKey,
  placeRecordCodec,
  readRecord,
  type TipRecord,
  tipKey,
  tipRecordCodec,
} from "./records.ts";

export type ReadCode =
  | "unknown-height" // no block of it is final here
  | "unknown-block" // no final block has this root
  | "unknown-blob" // it is in no block that was executed here
  | "not-payer" // the key is not of a payer's length
  | "not-executed" // the block, or the one whose finalization proves it, is final but not executed here yet
  | "pruned"; // that version of the ledger is not kept any more

/** A reading of what may not be there. */
export type Read<T> = Reading<Result<T, Failure<ReadCode>>>;

/** The block of a height above the genesis, which has none. */
export function* readBlock(height: Height): Read<BlockRecord> {
  const record = yield* readRecord(blockKey(height), blockRecordCodec);
  return record === undefined ? failure("unknown-height", "height", `no block of height ${height}`) : success(record);
}

/** The block of a header. */
export function* readBlockOf(header: Root): Read<BlockRecord> {
  const height = yield* readRecord(heightKey(header), heightRecordCodec);
  if (height === undefined) return failure("unknown-block", "root", "no final block has this root");
  return success(yield* mustRead(readRecord(blockKey(height), blockRecordCodec), `block ${height}`));
}

/** A blob where it was ordered. */
export interface PlacedBlob {
  readonly position: Position;
  /** Encoded. */
  readonly bytes: Uint8Array;
}

export function* readBlob(blob: Root): Read<PlacedBlob> {
  const position = yield* readRecord(placeKey(blob), placeRecordCodec);
  if (position === undefined) return failure("unknown-blob", "root", "no blob of this root is ordered");
  const [bytes] = yield [blobKey(blob)];
  if (bytes === undefined) throw new StoreFault("missing-record", "an ordered blob is not in the store");
  return success({ position, bytes });
}

/** O4: the place of a blob. Whoever asks has the blob, or takes it from `readBlob`. */
export function* proveBlob(network: OrderNetwork, blob: Root): Read<BlobProof> {
  const position = yield* readRecord(placeKey(blob), placeRecordCodec);
  if (position === undefined) return failure("unknown-blob", "root", "no blob of this root is ordered");
  const { height, index } = position;
  const header = yield* proveHeader(network, height);
  if (!header.ok) return header;
  const { block } = yield* mustRead(readRecord(blockKey(height), blockRecordCodec), `block ${height}`);
  const item = proveListItem(block.body.blobs, limits.blockBlobsMax, index);
  return success({ header: header.value, index, blob, item });
}

/** O2: a payer's account after a block, as long as that version of the ledger is kept; or that it has none. */
export function* proveAccount(network: OrderNetwork, payer: Uint8Array, height: Height): Read<AccountProof> {
  if (payer.length !== payerKeyBytes) {
    return failure("not-payer", "payer", `a payer's key has ${payerKeyBytes} bytes, not ${payer.length}`);
  }
  const header = yield* proveHeader(network, height);
  if (!header.ok) return header;
  const at = { version: ledgerVersion(height), root: header.value.header.ledgerRoot };
  const entry = yield* ledgerReading(proveEntry(at, payer));
  if (entry === undefined) return failure("pruned", "height", `the ledger of height ${height} is not kept any more`);
  return success({ header: header.value, payer, entry });
}

/** A payer's account after the last executed block; zeros if it has none. Without proof: for those who trust this node. */
export function* readAccount(payer: Uint8Array): Reading<{ readonly height: Height; readonly account: Account }> {
  const tip = yield* readTip();
  const at = { version: ledgerVersion(tip.height), root: tip.ledgerRoot };
  const map = yield* ledgerReading(openMap(at));
  yield* ledgerReading(openKeys(map, { reads: [payer], writes: [] }));
  return { height: tip.height, account: new Ledger(map).accountOf(payer) };
}

/** A blob that was accepted here and is not ordered yet. */
export function* readKept(blob: Root): Reading<Uint8Array | undefined> {
  const [record] = yield [keptKey(blob)];
  return record;
}

function* proveEntry(at: MapSnapshot, key: Uint8Array): Reading<MapProof | undefined> {
  const map = yield* openIfKept(at);
  if (map === undefined) return undefined;
  const touched = { reads: [key], writes: [] };
  try {
    yield* openKeys(map, touched);
  } catch (fault) {
    // T7: roots are pruned first. If this one is still there, it was not pruning that took the record.
    if (!isMissing(fault) || (yield* openIfKept(at)) !== undefined) throw fault;
    return undefined;
  }
  const proof = proveKeys(map, touched);
  assert(proof.ok, "a proof of one key is within all limits");
  return proof.value;
}

function* openIfKept(at: MapSnapshot): Reading<SparseMap | undefined> {
  try {
    return yield* openMap(at);
  } catch (fault) {
    if (!isMissing(fault)) throw fault;
    return undefined;
  }
}

function isMissing(fault: unknown): boolean {
  return fault instanceof StoreFault && fault.code === "missing-record";
}

/** O3: who votes at a height, and in the next epoch. Until epochs change (A1) that is what the genesis says. */
export function* proveSets(network: OrderNetwork, height: Height): Read<SetsProof> {
  const header = yield* proveHeader(network, height);
  return header.ok ? success({ header: header.value, sets: validatorSetsOf(network.genesis) }) : header;
}

/** O3: that the header of a height is final, by the first finalization at or above it. */
export function* proveHeader(network: OrderNetwork, height: Height): Read<HeaderProof<OrderHeader>> {
  const header = yield* headerAt(network, height);
  if (header === undefined) return failure("unknown-height", "height", `no block of height ${height}`);
  const tip = yield* readTip();
  const last = yield* finalizedFrom(height, tip.height);
  if (last === undefined) return failure("not-executed", "height", `height ${height} is proven by a block to come`);
  const { certificate } = last;
  if (last.header.height === height) return success({ header, descendant: undefined, certificate });
  const descendant: Descendant<OrderHeader> = {
    header: last.header,
    history: yield* readHistory(last.header.height, height),
  };
  return success({ header, descendant, certificate });
}

export function* readTip(): Reading<TipRecord> {
  return yield* mustRead(readRecord(tipKey, tipRecordCodec), "tip");
}

function* headerAt(network: OrderNetwork, height: Height): Reading<OrderHeader | undefined> {
  if (height === 0) return network.header;
  const record = yield* readRecord(headerKey(height), headerRecordCodec);
  return record?.header;
}

/** Header records that are read at once: most blocks have a finalization of their own, so the first will do. */
const headersAhead = 8;

/** The first header from one height up to another that has a finalization. */
function* finalizedFrom(from: Height, to: Height): Reading<HeaderRecord | undefined> {
  // The genesis has no certificate.
  for (let start = Math.max(1, from); start <= to; start += headersAhead) {
    const count = Math.min(headersAhead, to - start + 1);
    const records = yield* readHeaders(asHeight(start), count);
    const found = records.find(({ certificate }) => certificate.kind === "finalization");
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The headers from a height on that are final here, at most `count`. */
export function* readHeaders(from: Height, count: number): Reading<readonly HeaderRecord[]> {
  const keys = Array.from({ length: count }, (_, after) => headerKey(asHeight(from + after)));
  const records = yield keys;
  const end = records.indexOf(undefined);
  const found = (end < 0 ? records : records.slice(0, end)) as readonly Uint8Array[];
  return found.map(headerRecordCodec.decode);
}

/** That the header of height `index` is in the history of the one of height `size`. */
function* readHistory(size: Height, index: Height): Reading<HistoryProof> {
  return yield* mustRead(proveDescent(size, index), `the history of ${size} at ${index}`);
}

/** The same; nothing unless `index` is below `size`, and all that lies below `size` was executed here. */
export function* proveDescent(size: Height, index: Height): Reading<HistoryProof | undefined> {
  if (index >= size) return undefined;
  const places = historyPlaces(size, index);
  const hashes = places.length === 0 ? [] : yield places.map(historyKey);
  const proof = assembleHistoryProof(size, index, hashes as readonly (Root | undefined)[]);
  return proof.ok ? proof.value : undefined;
}

/** A block that was executed here, with its blobs, encoded and in order; nothing of one that was not. */
export function* readOrdered(
  height: Height,
): Reading<{ readonly block: OrderBlock; readonly blobs: readonly Uint8Array[] } | undefined> {
  if (height === 0 || height > (yield* readTip()).height) return undefined;
  const { block } = yield* mustRead(readRecord(blockKey(height), blockRecordCodec), `block ${height}`);
  return { block, blobs: yield* readBlobs(block.body.blobs) };
}

/** Of ordered blobs, which are never deleted. */
export function* readBlobs(roots: readonly Root[]): Reading<readonly Uint8Array[]> {
  if (roots.length === 0) return [];
  const blobs = yield roots.map(blobKey);
  if (blobs.includes(undefined)) throw new StoreFault("missing-record", "an ordered blob is not in the store");
  return blobs as readonly Uint8Array[];
}

export function* mustRead<T>(reading: Reading<T | undefined>, what: string): Reading<T> {
  const value = yield* reading;
  if (value === undefined) throw new StoreFault("missing-record", `the store lacks ${what}`);
  return value;
}
