// How consensus handles attest blocks. As on the order chain, what is voted for is the root of the header, so the header
// has to stand for the body: a block whose body is not what its header commits to gets another root, which no
// certificate names.

import {
  type AttestBlock,
  attestBlockCodec,
  attestHeaderCodec,
  attestItemsCodec,
  type Epoch,
  equalBytes,
  type Height,
  hashPair,
  limits,
  orderHeaderCodec,
  type Root,
  type View,
} from "@tandem/shared";

export interface AttestBlockInfo {
  readonly epoch: Epoch;
  readonly view: View;
  readonly height: Height;
  readonly parent: Root;
  readonly root: Root;
}

/** Blocks do not change, and many ask for the root of the same one: a full body takes a while to hash. */
const known = new WeakMap<AttestBlock, AttestBlockInfo>();

export const attestBlockRules = {
  codec: attestBlockCodec,
  infoOf(block: AttestBlock): AttestBlockInfo {
    let info = known.get(block);
    if (info === undefined) {
      const { epoch, view, height, parent } = block.header;
      info = { epoch, view, height, parent, root: rootOf(block) };
      known.set(block, info);
    }
    return info;
  },
  /** O8: what it cites without an item is of no use yet. */
  isEmpty({ body }: AttestBlock): boolean {
    return body.items.length === 0;
  },
};

function rootOf(block: AttestBlock): Root {
  const root = attestHeaderCodec.root(block.header);
  return isBodyOf(block) ? root : (hashPair(root, root) as Root);
}

/** Whether the body is what the header commits to. */
function isBodyOf({ header, body }: AttestBlock): boolean {
  if (body.items.length > limits.attestItemsMax) return false;
  if (!equalBytes(attestItemsCodec.root(body.items), header.attestationsRoot)) return false;
  // A citation may be absent: it is for voters, and what it proves can be proven again.
  const { citation } = body;
  if (citation === undefined) return true;
  const { height, root } = header.order;
  return citation.header.height === height && equalBytes(orderHeaderCodec.root(citation.header), root);
}

/** The same for a block whose root was asked before, without hashing it again. */
export function standsForBody(block: AttestBlock): boolean {
  return equalBytes(attestBlockRules.infoOf(block).root, attestHeaderCodec.root(block.header));
}
