// How consensus handles order blocks. What it votes for is the root of the header, so the header has to stand for the
// body: a block whose body is not what its header commits to gets another root, which no certificate names. Otherwise a
// peer could answer with a final header and blobs of its own choice.

import {
  attestHeaderCodec,
  type Epoch,
  equalBytes,
  type Height,
  hashPair,
  limits,
  listRoot,
  type OrderBlock,
  orderBlockCodec,
  orderHeaderCodec,
  type Root,
  type View,
} from "@tandem/shared";

export interface OrderBlockInfo {
  readonly epoch: Epoch;
  readonly view: View;
  readonly height: Height;
  readonly parent: Root;
  readonly root: Root;
}

/** Blocks do not change, and many ask for the root of the same one. */
const known = new WeakMap<OrderBlock, OrderBlockInfo>();

export const orderBlockRules = {
  codec: orderBlockCodec,
  infoOf(block: OrderBlock): OrderBlockInfo {
    let info = known.get(block);
    if (info === undefined) {
      const { epoch, view, height, parent } = block.header;
      info = { epoch, view, height, parent, root: rootOf(block) };
      known.set(block, info);
    }
    return info;
  },
  /** O8: what it cites may be what something waits for. */
  isEmpty({ body }: OrderBlock): boolean {
    return body.blobs.length === 0 && body.citation === undefined;
  },
};

function rootOf(block: OrderBlock): Root {
  const root = orderHeaderCodec.root(block.header);
  return isBodyOf(block) ? root : (hashPair(root, root) as Root);
}

/** Whether the body is what the header commits to. */
export function isBodyOf({ header, body }: OrderBlock): boolean {
  if (body.blobs.length > limits.blockBlobsMax) return false;
  if (!equalBytes(listRoot(body.blobs, limits.blockBlobsMax), header.blobsRoot)) return false;
  // A citation may be absent: it is for voters, and what it proves can be proven again.
  const { citation } = body;
  if (citation === undefined) return true;
  const { height, root } = header.attested;
  return citation.header.height === height && equalBytes(attestHeaderCodec.root(citation.header), root);
}
