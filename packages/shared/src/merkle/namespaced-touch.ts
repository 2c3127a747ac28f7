// O5: which blobs touch which shard. For each shard that a blob touches, the namespaced tree of its block has
// a leaf (shard, index in block, blob root): the shard is the namespace, the rest is the data. Leaves of one
// shard stand in the order of the block. So a follower of one shard gets its own blobs, with their places,
// and proof that these are all.

import { assert } from "../assert.ts";
import type { BlobIndex, Root, ShardName } from "../numbers.ts";
import { branded, byteVector, codec, container, type Type, uint32 } from "../ssz/index.ts";
import { inputOf } from "../ssz/type.ts";
import type { Verdict } from "./failure.ts";
import { type NamespacedLeaf, namespaceBytes } from "./namespaced-node.ts";
import {
  type NamespacedLeafProof,
  type NamespaceProof,
  verifyNamespace,
  verifyNamespacedLeaf,
} from "./namespaced-proof.ts";
import { NamespacedTree } from "./namespaced-tree.ts";

export interface Touch {
  /** Place of the blob in its block. */
  readonly index: BlobIndex;
  readonly blob: Root;
}

export const touchType: Type<Touch> = container({
  index: branded<BlobIndex>(uint32),
  blob: branded<Root>(byteVector(32)),
});
export const touchCodec = codec("touch", touchType);
const touchBytes = touchType.sizeMax;

/** What the tree needs to know about a blob. */
export interface TouchingBlob {
  readonly root: Root;
  readonly touches: readonly ShardName[];
}

/** 0x01 ‖ name ‖ zeros: it sorts like the name, and is never the parity namespace. */
export function namespaceOfShard(shard: ShardName): Uint8Array {
  assert(shard.length < namespaceBytes, `a shard name has at most ${namespaceBytes - 1} characters`);
  const namespace = new Uint8Array(namespaceBytes);
  namespace[0] = 0x01;
  for (let i = 0; i < shard.length; i++) namespace[1 + i] = shard.charCodeAt(i);
  return namespace;
}

export function touchLeaf(shard: ShardName, touch: Touch): NamespacedLeaf {
  return { namespace: namespaceOfShard(shard), data: touchCodec.encode(touch) };
}

/** The tree of a block; its commitment is the header's `touchesRoot`. */
export function touchesTree(blobs: readonly TouchingBlob[]): NamespacedTree {
  const leavesOf = new Map<ShardName, Uint8Array[]>();
  // All in one buffer: one for each would cost half as much as to hash them.
  const encoded = inputOf(new Uint8Array(touchBytes * blobs.length));
  blobs.forEach(({ root, touches }, index) => {
    const start = touchBytes * index;
    const data = encoded.bytes.subarray(
      start,
      touchType.write({ index: index as BlobIndex, blob: root }, encoded, start),
    );
    for (const shard of touches) {
      const leaves = leavesOf.get(shard);
      if (leaves === undefined) leavesOf.set(shard, [data]);
      else leaves.push(data);
    }
  });
  return new NamespacedTree(
    [...leavesOf.keys()].sort().flatMap((shard) => {
      const namespace = namespaceOfShard(shard);
      return (leavesOf.get(shard) as Uint8Array[]).map((data) => ({ namespace, data }));
    }),
  );
}

/** That `touches` are all touches of `shard` in the block, in order; none if the shard is absent. */
export function verifyTouches(
  touchesRoot: Root,
  shard: ShardName,
  touches: readonly Touch[],
  proof: NamespaceProof,
): Verdict {
  return verifyNamespace(touchesRoot, namespaceOfShard(shard), touches.map(touchCodec.encode), proof);
}

/** That the blob at a place of the block touches `shard`. */
export function verifyTouch(touchesRoot: Root, shard: ShardName, touch: Touch, proof: NamespacedLeafProof): Verdict {
  return verifyNamespacedLeaf(touchesRoot, touchLeaf(shard, touch), proof);
}
