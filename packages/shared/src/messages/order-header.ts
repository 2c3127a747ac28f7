// O3: the header of an order block. Its root is what validators vote for, and everything that a client
// checks about Stage 1 leads to it.

import type { Epoch, Height, Root, TimeMs, ValidatorIndex, View } from "../numbers.ts";
import { codec, container, type Type } from "../ssz/index.ts";
import {
  type BlockRef,
  blockRefType,
  epochType,
  heightType,
  rootType,
  timeMsType,
  validatorIndexType,
  versionType,
  viewType,
} from "./common.ts";

export interface OrderHeader {
  readonly version: 1;
  readonly epoch: Epoch;
  readonly view: View;
  readonly height: Height;
  readonly parent: Root;
  /** RFC 6962 root over the roots of all earlier headers of this chain. */
  readonly history: Root;
  readonly timeMs: TimeMs;
  readonly proposer: ValidatorIndex;
  /** O4: SSZ root of the list of blob roots, in order. */
  readonly blobsRoot: Root;
  /** O5: commitment to which blobs touch which shard. */
  readonly touchesRoot: Root;
  readonly ledgerRoot: Root;
  /** The final attest block that this block cites (R2). */
  readonly attested: BlockRef;
  readonly validatorsRoot: Root;
}

export const orderHeaderType: Type<OrderHeader> = container({
  version: versionType,
  epoch: epochType,
  view: viewType,
  height: heightType,
  parent: rootType,
  history: rootType,
  timeMs: timeMsType,
  proposer: validatorIndexType,
  blobsRoot: rootType,
  touchesRoot: rootType,
  ledgerRoot: rootType,
  attested: blockRefType,
  validatorsRoot: rootType,
});

export const orderHeaderCodec = codec("order-header", orderHeaderType);
