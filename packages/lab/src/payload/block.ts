// Blocks of the lab are order blocks, whatever stage is run. Under consensus alone their content is a toy: numbered items
// of work stand as blob roots, the time is a salt by which two blocks of one are made, and the other roots are zero.
//
// Where the attest chain is watched too, its blocks pass for blocks: what looks into blocks by these rules alone, as the
// checkers of consensus and most habits do, looks at both chains alike.

import { attestBlockRules } from "@tandem/attestation";
import type { BlockInfo, BlockRules } from "@tandem/consensus";
import { orderBlockRules } from "@tandem/ordering";
import {
  type AttestBlock,
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

export const blockRules: BlockRules<Block> = {
  codec: {
    ...orderBlockRules.codec,
    decode(bytes) {
      const block = orderBlockRules.codec.decode(bytes);
      const other = block.ok ? undefined : attestBlockRules.codec.decode(bytes);
      return other?.ok ? { ok: true, value: passing(other.value) } : block;
    },
  },
  infoOf: (block) => (isOfAttest(block) ? attestBlockRules.infoOf(attested(block)) : orderBlockRules.infoOf(block)),
  isEmpty: (block) => (isOfAttest(block) ? attestBlockRules.isEmpty(attested(block)) : orderBlockRules.isEmpty(block)),
};

/** A block of the attest chain as one of the order chain. */
export function passing(block: AttestBlock): Block {
  return block as unknown as Block;
}

/** The block of the attest chain that passes for this one. */
export function attested(block: Block): AttestBlock {
  return block as unknown as AttestBlock;
}

function isOfAttest({ header }: Block): boolean {
  return "frontiersRoot" in header;
}

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

/**
 * The same block but for its root: one that every honest node finds as good. Of the attest chain, one whose proposer is
 * another seat, which is wrong: what is as good there, only a forge can make.
 */
export function withSalt(block: Block, more: number): Block {
  if (isOfAttest(block)) {
    const { header, body } = attested(block);
    return passing({ header: { ...header, proposer: asValidatorIndex(header.proposer + more) }, body });
  }
  return { ...block, header: { ...block.header, timeMs: asTimeMs(block.header.timeMs + more) } };
}

/** A block in the same place that orders nothing: it leaves the ledger as it was. One of the attest chain stays as it is. */
export function emptied(block: Block, ledgerRoot: Root): Block {
  const { header } = block;
  if (isOfAttest(block)) return block;
  return {
    header: { ...header, blobsRoot: blobsRootOfNone, touchesRoot: touchesRootOfNone, ledgerRoot },
    body: { blobs: [], citation: undefined },
  };
}

/** A touches root that stands for no touches (O5). */
const unsoundRoot = new Uint8Array(32).fill(1) as Root;

/** The same block with content that every honest node finds wrong. */
export function unsoundOf(block: Block): Block {
  if (isOfAttest(block)) {
    const { header, body } = attested(block);
    return passing({ header: { ...header, frontiersRoot: unsoundRoot }, body });
  }
  return { ...block, header: { ...block.header, touchesRoot: unsoundRoot } };
}

export function isSound(block: Block): boolean {
  const root = isOfAttest(block) ? attested(block).header.frontiersRoot : block.header.touchesRoot;
  return !equalBytes(root, unsoundRoot);
}
