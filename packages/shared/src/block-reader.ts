// What consensus reads of a block of either chain. It votes for the root of the header, so the header has to stand for the
// body: a block whose body is not what its header commits to gets another root, which no certificate names. Otherwise a
// peer could answer with a final header and a body of its own choice.

import { equalBytes } from "./bytes.ts";
import { hashPair } from "./hashing.ts";
import type { Citation } from "./messages/block.ts";
import type { BlockRef } from "./messages/common.ts";
import type { Epoch, Height, Root, View } from "./numbers.ts";
import type { Codec } from "./ssz/index.ts";

/** Everything else in a block is its payload's. */
export interface BlockInfo {
  readonly epoch: Epoch;
  readonly view: View;
  readonly height: Height;
  readonly parent: Root;
  readonly root: Root;
}

export class BlockReader<Header extends Omit<BlockInfo, "root">, Block extends { readonly header: Header }> {
  readonly #headers: Codec<Header>;
  readonly #isBodyOf: (block: Block) => boolean;
  /** Blocks do not change, and many ask for the root of the same one: a full body takes a while to hash. */
  readonly #known = new WeakMap<Block, BlockInfo>();

  /** `isBodyOf` says whether the body is what the header commits to. */
  constructor(headers: Codec<Header>, isBodyOf: (block: Block) => boolean) {
    this.#headers = headers;
    this.#isBodyOf = isBodyOf;
  }

  infoOf(block: Block): BlockInfo {
    let info = this.#known.get(block);
    if (info === undefined) {
      const { epoch, view, height, parent } = block.header;
      info = { epoch, view, height, parent, root: this.#rootOf(block) };
      this.#known.set(block, info);
    }
    return info;
  }

  #rootOf(block: Block): Root {
    const root = this.#headers.root(block.header);
    return this.#isBodyOf(block) ? root : (hashPair(root, root) as Root);
  }

  /** Whether the header commits to the body; where the block's root was asked before, without hashing that again. */
  standsForBody(block: Block): boolean {
    return equalBytes(this.infoOf(block).root, this.#headers.root(block.header));
  }
}

/** Whether a body may carry this citation. It may be absent: it is for voters, and what it proves can be proven again. */
export function isCitationOf<Header extends { readonly height: Height }>(
  headers: Codec<Header>,
  { height, root }: BlockRef,
  citation: Citation<Header> | undefined,
): boolean {
  if (citation === undefined) return true;
  return citation.header.height === height && equalBytes(headers.root(citation.header), root);
}
