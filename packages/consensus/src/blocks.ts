// Blocks above the last final one, by root, and the chain that they form. A block is held on anyone's word; it counts
// as an ancestor only with a certificate that was found true, so whoever votes on a block holds what it takes to
// deliver the whole way to it.

import { type Certificate, type Root, toHex, type View } from "@tandem/shared";
import type { BlockInfo } from "./types.ts";

export interface Held<Block> {
  readonly info: BlockInfo;
  readonly block: Block;
}

/** A block on the way down to the last final one, and the certificate that names it. */
export interface Certified<Block> extends Held<Block> {
  readonly certificate: Certificate;
}

/** The way down from a block to the last final one, oldest first, or the first of it that is missing. */
export type Branch<Block> =
  | { readonly kind: "whole"; readonly blocks: readonly Certified<Block>[] }
  /** `child` is the view of the block that names it as its parent, if that is held. */
  | { readonly kind: "missing"; readonly root: Root; readonly child: View | undefined }
  /** It leads past the last final block: it conflicts with what is final. */
  | { readonly kind: "stray" };

export class Blocks<Block> {
  readonly #held = new Map<string, Held<Block>>();
  readonly #durable = new Set<string>();
  /** Blocks that came in so far. */
  additions = 0;

  add(held: Held<Block>): void {
    const key = toHex(held.info.root);
    if (this.#held.has(key)) return;
    this.#held.set(key, held);
    this.additions++;
  }

  get(root: Root): Held<Block> | undefined {
    return this.#held.get(toHex(root));
  }

  /** Notes that a block is in the journal. Whether that is new. */
  markDurable(root: Root): boolean {
    const key = toHex(root);
    if (this.#durable.has(key)) return false;
    this.#durable.add(key);
    return true;
  }

  /** From above `final` up to `root`; `certificateOf` gives what was found true of a block. */
  branch(root: Root, final: BlockInfo, certificateOf: (info: BlockInfo) => Certificate | undefined): Branch<Block> {
    const blocks: Certified<Block>[] = [];
    const finalKey = toHex(final.root);
    for (let key = toHex(root), at = root; key !== finalKey; ) {
      const held = this.#held.get(key);
      const certificate = held && certificateOf(held.info);
      if (held === undefined || certificate === undefined)
        return { kind: "missing", root: at, child: blocks.at(-1)?.info.view };
      if (held.info.height <= final.height) return { kind: "stray" };
      blocks.push({ ...held, certificate });
      at = held.info.parent;
      key = toHex(at);
    }
    return { kind: "whole", blocks: blocks.reverse() };
  }

  /** Drops what can never be extended any more. */
  prune(final: View): void {
    for (const [key, held] of this.#held) {
      if (held.info.view > final) continue;
      this.#held.delete(key);
      this.#durable.delete(key);
    }
  }
}
