// Blocks above the last final one, by root, and the chain that they form.

import { type Certificate, type Root, toHex, type View } from "@tandem/shared";
import type { BlockInfo } from "./types.ts";

export interface Held<Block> {
  readonly info: BlockInfo;
  readonly block: Block;
  /** Names the block's parent; absent where that is genesis, or was not told. */
  readonly parent: Certificate | undefined;
}

/** The way down from a block to the last final one, oldest first, or the first root that is missing. */
export type Branch<Block> =
  | { readonly kind: "whole"; readonly blocks: readonly Held<Block>[] }
  | { readonly kind: "missing"; readonly root: Root }
  /** It leads past the last final block: it conflicts with what is final. */
  | { readonly kind: "stray" };

export class Blocks<Block> {
  readonly #held = new Map<string, Held<Block>>();

  add(held: Held<Block>): void {
    const key = toHex(held.info.root);
    if (this.#held.get(key)?.parent === undefined) this.#held.set(key, held);
  }

  get(root: Root): Held<Block> | undefined {
    return this.#held.get(toHex(root));
  }

  /** From above `final` up to `root`. */
  branch(root: Root, final: BlockInfo): Branch<Block> {
    const blocks: Held<Block>[] = [];
    const finalKey = toHex(final.root);
    for (let key = toHex(root), at = root; key !== finalKey; ) {
      const held = this.#held.get(key);
      if (held === undefined) return { kind: "missing", root: at };
      if (held.info.height <= final.height) return { kind: "stray" };
      blocks.push(held);
      at = held.info.parent;
      key = toHex(at);
    }
    return { kind: "whole", blocks: blocks.reverse() };
  }

  /** Drops what can never be extended any more. */
  prune(final: View): void {
    for (const [key, held] of this.#held) if (held.info.view <= final) this.#held.delete(key);
  }
}
