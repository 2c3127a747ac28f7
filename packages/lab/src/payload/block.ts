// The smallest block that consensus can be tried with: a place in the chain, and numbered items of work in place of
// blobs. An unsound block stands for one whose payload is wrong; `salt` lets a bad leader make two blocks of one.

import type { BlockInfo, BlockRules } from "@tandem/consensus";
import {
  asEpoch,
  asHeight,
  asView,
  boolean,
  branded,
  byteVector,
  codec,
  container,
  type Epoch,
  type Height,
  list,
  type Root,
  uint32,
  uint53,
  type View,
  zeroRoot,
} from "@tandem/shared";

/** Items in one block: a busy second at the rates of workload.ts. */
export const blockItemsMax = 64;

export interface Block {
  readonly epoch: Epoch;
  readonly view: View;
  readonly height: Height;
  readonly parent: Root;
  readonly isSound: boolean;
  readonly salt: number;
  readonly items: readonly number[];
}

const blockCodec = codec<Block>(
  "lab-block",
  container({
    epoch: branded<Epoch>(uint53),
    view: branded<View>(uint53),
    height: branded<Height>(uint53),
    parent: branded<Root>(byteVector(32)),
    isSound: boolean,
    salt: uint32,
    items: list(uint32, blockItemsMax),
  }),
);

/** Blocks do not change, and every node asks for the root of the same one. */
const known = new WeakMap<Block, BlockInfo>();

export const blockRules: BlockRules<Block> = {
  codec: blockCodec,
  infoOf(block) {
    let info = known.get(block);
    if (info === undefined) {
      const { epoch, view, height, parent } = block;
      info = { epoch, view, height, parent, root: blockCodec.root(block) };
      known.set(block, info);
    }
    return info;
  },
};

export const epoch = asEpoch(0);

const genesisBlock: Block = {
  epoch,
  view: asView(0),
  height: asHeight(0),
  parent: zeroRoot,
  isSound: true,
  salt: 0,
  items: [],
};

export const genesis: BlockInfo = blockRules.infoOf(genesisBlock);
