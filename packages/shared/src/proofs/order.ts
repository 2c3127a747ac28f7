// Facts of Stage 1, each from a certificate down: a blob's place, a shard's slice, an account, the sets.

import { equalBytes } from "../bytes.ts";
import type { Electorate } from "../certificates.ts";
import { limits } from "../limits.ts";
import {
  type ListProof,
  listProofType,
  type NamespaceProof,
  namespaceProofType,
  type Touch,
  touchType,
  verifyListItem,
  verifyTouches,
} from "../merkle/index.ts";
import { type Account, accountCodec } from "../messages/account.ts";
import { blobIndexType, payerKeyType, rootType, shardNameType } from "../messages/common.ts";
import type { OrderHeader } from "../messages/order-header.ts";
import { type ValidatorSets, validatorSetsCodec } from "../messages/validator-sets.ts";
import type { BlobIndex, Root, ShardName } from "../numbers.ts";
import { failure, success } from "../result.ts";
import { codec, container, list, type Type } from "../ssz/index.ts";
import { at, type HeaderProof, orderHeaderProofType, type Proven, verifyOrderHeader } from "./chain.ts";
import { type MapProof, mapProofType, verifyMapEntry } from "./map.ts";

/** O4: "the blob of this root is final at this place". */
export interface BlobProof {
  readonly header: HeaderProof<OrderHeader>;
  readonly index: BlobIndex;
  readonly blob: Root;
  readonly item: ListProof;
}

export interface OrderedBlob {
  readonly header: OrderHeader;
  readonly index: BlobIndex;
  readonly blob: Root;
  /** Blobs in the block. */
  readonly count: number;
}

const blobProofType: Type<BlobProof> = container({
  header: orderHeaderProofType,
  index: blobIndexType,
  blob: rootType,
  item: listProofType,
});
export const blobProofCodec = codec("blob-proof", blobProofType);

export function verifyBlob(electorate: Electorate, { header, index, blob, item }: BlobProof): Proven<OrderedBlob> {
  const final = verifyOrderHeader(electorate, header);
  if (!final.ok) return at("header", final.error);
  const place = verifyListItem(final.value.blobsRoot, limits.blockBlobsMax, index, blob, item);
  if (!place.ok) return at("item", place.error);
  return success({ header: final.value, index, blob, count: item.length });
}

/** O5: "these are all blobs of this block that touch the shard", none included. */
export interface SliceProof {
  readonly header: HeaderProof<OrderHeader>;
  readonly shard: ShardName;
  readonly touches: readonly Touch[];
  readonly namespace: NamespaceProof;
}

export interface Slice {
  readonly header: OrderHeader;
  readonly shard: ShardName;
  readonly touches: readonly Touch[];
}

const sliceProofType: Type<SliceProof> = container({
  header: orderHeaderProofType,
  shard: shardNameType,
  touches: list(touchType, limits.blockBlobsMax),
  namespace: namespaceProofType,
});
export const sliceProofCodec = codec("slice-proof", sliceProofType);

export function verifySlice(electorate: Electorate, { header, shard, touches, namespace }: SliceProof): Proven<Slice> {
  const final = verifyOrderHeader(electorate, header);
  if (!final.ok) return at("header", final.error);
  const complete = verifyTouches(final.value.touchesRoot, shard, touches, namespace);
  if (!complete.ok) return at("namespace", complete.error);
  return success({ header: final.value, shard, touches });
}

/** O2: "this is the payer's account after the block", or that it has none. */
export interface AccountProof {
  readonly header: HeaderProof<OrderHeader>;
  readonly payer: Uint8Array;
  readonly entry: MapProof;
}

export interface AccountEntry {
  readonly header: OrderHeader;
  readonly payer: Uint8Array;
  /** `undefined` for a payer that the ledger does not know. */
  readonly account: Account | undefined;
}

const accountProofType: Type<AccountProof> = container({
  header: orderHeaderProofType,
  payer: payerKeyType,
  entry: mapProofType,
});
export const accountProofCodec = codec("account-proof", accountProofType, limits.proofBytesMax);

export function verifyAccount(electorate: Electorate, { header, payer, entry }: AccountProof): Proven<AccountEntry> {
  const final = verifyOrderHeader(electorate, header);
  if (!final.ok) return at("header", final.error);
  const bytes = verifyMapEntry(final.value.ledgerRoot, payer, entry);
  if (!bytes.ok) return at("entry", bytes.error);
  if (bytes.value === undefined) return success({ header: final.value, payer, account: undefined });
  const account = accountCodec.decode(bytes.value);
  if (!account.ok) return failure("malformed", "entry", account.error.message);
  return success({ header: final.value, payer, account: account.value });
}

/** O3: "these are the sets that the header commits to". */
export interface SetsProof {
  readonly header: HeaderProof<OrderHeader>;
  readonly sets: ValidatorSets;
}

const setsProofType: Type<SetsProof> = container({ header: orderHeaderProofType, sets: validatorSetsCodec.type });
export const setsProofCodec = codec("sets-proof", setsProofType, limits.setsProofBytesMax);

export function verifySets(electorate: Electorate, { header, sets }: SetsProof): Proven<SetsProof["sets"]> {
  const final = verifyOrderHeader(electorate, header);
  if (!final.ok) return at("header", final.error);
  if (!equalBytes(validatorSetsCodec.root(sets), final.value.validatorsRoot)) {
    return failure("wrong-root", "sets", "the header commits to other sets");
  }
  return success(sets);
}
