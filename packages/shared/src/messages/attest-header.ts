// A2: the header of an attest block.

import type { Epoch, Height, Root, ValidatorIndex, View } from "../numbers.ts";
import { codec, container, type Type } from "../ssz/index.ts";
import {
  type BlockRef,
  blockRefType,
  epochType,
  heightType,
  rootType,
  validatorIndexType,
  versionType,
  viewType,
} from "./common.ts";

export interface AttestHeader {
  readonly version: 1;
  readonly epoch: Epoch;
  readonly view: View;
  readonly height: Height;
  readonly parent: Root;
  /** RFC 6962 root over the roots of all earlier headers of this chain. */
  readonly history: Root;
  readonly proposer: ValidatorIndex;
  /** A final order block, cited as in O3; its `validatorsRoot` names the sets. */
  readonly order: BlockRef;
  /** A4: root of the map from shard to frontier. */
  readonly frontiersRoot: Root;
  /** SSZ root of the list of the block's items. */
  readonly attestationsRoot: Root;
}

export const attestHeaderType: Type<AttestHeader> = container({
  version: versionType,
  epoch: epochType,
  view: viewType,
  height: heightType,
  parent: rootType,
  history: rootType,
  proposer: validatorIndexType,
  order: blockRefType,
  frontiersRoot: rootType,
  attestationsRoot: rootType,
});

export const attestHeaderCodec = codec("attest-header", attestHeaderType);
