// Blocks of the lab are order blocks, whatever stage is run. Under consensus alone their content is a toy: numbered items
// of work stand as blob roots, the time is a salt by which two blocks of one are made, and the other roots are zero.

import type { BlockInfo, BlockRules } from "@tandem/consensus";
import { orderBlockRules } from "@tandem/ordering";
import {
  asEpoch,
  asHeight,
  asTimeMs,
  asValidatorIndex,
  asView,
  equalBytes,
  limits,
  listRoot,
  type OrderBlock,
  type OrderHeader,
  type Root,
  touchesTree,
  type View,
  zeroRoot,
} from "@tandem/shared";

export type Block = OrderBlock;

/** Items in one toy block: a busy second at the rates of workload.ts. */
export const blockItemsMax = 64;

export const blockRules: BlockRules<Block> = orderBlockRules;

export const epoch = asEpoch(0);

/** What a toy block is made of. */
export interface ToyBlock {
  readonly view: View;
  readonly parent: Pick<BlockInfo, "height" | "root">;
  readonly salt: number;
  readonly items: readonly number[];
}

export function toyBlock({ view, parent, salt, items }: ToyBlock): Block {
  const blobs = items.map(rootOfItem);
  const header: OrderHeader = {
    ...genesisHeader,
    view,
    height: asHeight(parent.height + 1),
    parent: parent.root,
    timeMs: asTimeMs(salt),
    blobsRoot: listRoot(blobs, limits.blockBlobsMax),
  };
  return { header, body: { blobs, citation: undefined } };
}

const blobsRootOfNone = listRoot([], limits.blockBlobsMax);
const touchesRootOfNone = touchesTree([]).commitment;

const genesisHeader: OrderHeader = {
  version: 1,
  epoch,
  view: asView(0),
  height: asHeight(0),
  parent: zeroRoot,
  history: zeroRoot,
  timeMs: asTimeMs(0),
  proposer: asValidatorIndex(0),
  blobsRoot: blobsRootOfNone,
  touchesRoot: touchesRootOfNone,
  ledgerRoot: zeroRoot,
  attested: { height: asHeight(0), root: zeroRoot },
  validatorsRoot: zeroRoot,
};

/** What toy blocks begin on. */
export const genesis: BlockInfo = blockRules.infoOf({
  header: genesisHeader,
  body: { blobs: [], citation: undefined },
});

/** A root that a number can be read from. */
function rootOfItem(item: number): Root {
  const root = new Uint8Array(32);
  new DataView(root.buffer).setUint32(0, item);
  return root as Root;
}

/** The items of a toy block. */
export function itemsOf({ body }: Block): number[] {
  return body.blobs.map((root) => new DataView(root.buffer, root.byteOffset).getUint32(0));
}

/** The same block but for its root: one that every honest node finds as good. */
export function withSalt(block: Block, more: number): Block {
  return { ...block, header: { ...block.header, timeMs: asTimeMs(block.header.timeMs + more) } };
}

/** A block in the same place that orders nothing: it leaves the ledger as it was. */
export function emptied({ header }: Block, ledgerRoot: Root): Block {
  return {
    header: { ...header, blobsRoot: blobsRootOfNone, touchesRoot: touchesRootOfNone, ledgerRoot },
    body: { blobs: [], citation: undefined },
  };
}

/** A touches root that stands for no touches (O5). */
const unsoundRoot = new Uint8Array(32).fill(1) as Root;

/** The same block with content that every honest node finds wrong. */
export function unsoundOf(block: Block): Block {
  return { ...block, header: { ...block.header, touchesRoot: unsoundRoot } };
}

export function isSound({ header }: Block): boolean {
  return !equalBytes(header.touchesRoot, unsoundRoot);
}
