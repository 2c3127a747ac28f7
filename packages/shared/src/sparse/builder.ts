// Makes nodes now and hashes them together at the end, level by level, deepest first.

import { collapses, Inner, Leaf, type Node, type Opened } from "./node.ts";
import { copy32, hashInners, hashLeaves } from "./node-hash.ts";

export class Builder {
  readonly #version: number;
  /** Paths and value hashes of the leaves, in a row, and where their hashes will be. */
  readonly #blocks: Uint8Array;
  readonly #hashes: Uint8Array;
  #leafCount = 0;
  readonly #levels: Opened[][] = [];

  constructor(version: number, leavesMax: number) {
    this.#version = version;
    this.#blocks = new Uint8Array(64 * leavesMax);
    this.#hashes = new Uint8Array(32 * leavesMax);
  }

  leaf(path: Uint8Array, valueHash: Uint8Array): Leaf {
    const index = this.#leafCount++;
    copy32(path, 0, this.#blocks, 64 * index);
    copy32(valueHash, 0, this.#blocks, 64 * index + 32);
    return new Leaf(this.#version, this.#hashes, 32 * index, this.#blocks, 64 * index);
  }

  /** The node at `depth` over two subtrees (M3). */
  join(left: Node, right: Node, depth: number): Node {
    if (collapses(left, right)) return left.kind === "empty" ? right : left;
    const inner = new Inner(this.#version) as Opened;
    inner.left = left;
    inner.right = right;
    while (this.#levels.length <= depth) this.#levels.push([]);
    (this.#levels[depth] as Opened[]).push(inner);
    return inner;
  }

  hash(): void {
    const count = this.#leafCount;
    hashLeaves(this.#blocks.subarray(0, 64 * count), this.#hashes.subarray(0, 32 * count));
    for (let depth = this.#levels.length - 1; depth >= 0; depth--) hashLevel(this.#levels[depth] as Opened[]);
  }
}

function hashLevel(level: readonly Opened[]): void {
  const hashes = hashInners(level.length, (index, block, at) => {
    const { left, right } = level[index] as Opened;
    copy32(left.bytes, left.at, block, at);
    copy32(right.bytes, right.at, block, at + 32);
  });
  for (let i = 0; i < level.length; i++) {
    const inner = level[i] as Opened;
    inner.bytes = hashes;
    inner.at = 32 * i;
  }
}
