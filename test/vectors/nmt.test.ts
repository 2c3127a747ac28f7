// An extended data square made by a Celestia node: 8 × 8 shares of 512 bytes, and the namespaced Merkle roots
// of its 8 rows and 8 columns.
//
// How a leaf is formed: its data is the whole share. In the original quadrant (the upper left 4 × 4) its
// namespace is the first 29 bytes of the share, which thereby stand in the leaf's message twice: once as
// namespace, once at the beginning of the data. All other shares are parity and have the parity namespace.

import { createHash } from "node:crypto";
import {
  type NamespacedLeaf,
  NamespacedTree,
  parityNamespace,
  verifyNamespace,
  verifyNamespacedLeaf,
} from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { describeVectors } from "../support/vectors.ts";

interface DataSquare {
  readonly data_square: readonly string[];
}

interface Roots {
  readonly row_roots: readonly string[];
  readonly column_roots: readonly string[];
}

const width = 8;
const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, "base64"));
const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());
const lines = Array.from({ length: width }, (_, i) => i);

describeVectors("nmt", (folder) => {
  const shares = folder.json<DataSquare>("eds.json").data_square.map(bytesOf);
  const roots = folder.json<Roots>("dah.json");

  const leafAt = (row: number, column: number): NamespacedLeaf => {
    const data = shares[row * width + column] as Uint8Array;
    const isOriginal = row < width / 2 && column < width / 2;
    return { namespace: isOriginal ? data.slice(0, 29) : parityNamespace, data };
  };
  const rowOf = (row: number) => lines.map((column) => leafAt(row, column));
  const columnOf = (column: number) => lines.map((row) => leafAt(row, column));

  test("the square is whole", () => {
    expect(shares.length).toBe(width * width);
    expect(shares.every((share) => share.length === 512)).toBe(true);
    expect([roots.row_roots.length, roots.column_roots.length]).toEqual([width, width]);
  });

  test.each(lines)("row %i has the root that the node computed", (row) => {
    expect(new NamespacedTree(rowOf(row)).root).toEqual(bytesOf(roots.row_roots[row] as string));
  });

  test.each(lines)("column %i has the root that the node computed", (column) => {
    expect(new NamespacedTree(columnOf(column)).root).toEqual(bytesOf(roots.column_roots[column] as string));
  });

  describe("under the node's own roots", () => {
    const trees = [
      ...lines.map((row) => ({ leaves: rowOf(row), root: bytesOf(roots.row_roots[row] as string) })),
      ...lines.map((column) => ({ leaves: columnOf(column), root: bytesOf(roots.column_roots[column] as string) })),
    ];
    const namespaces = new Map(
      trees.flatMap(({ leaves }) => leaves.map(({ namespace }) => [Buffer.from(namespace).toString("hex"), namespace])),
    );
    namespaces.delete(Buffer.from(parityNamespace).toString("hex"));

    test("all leaves of each namespace are proven complete, and fewer are not", () => {
      let present = 0;
      let absent = 0;
      for (const { leaves, root } of trees) {
        for (const [hex, namespace] of namespaces) {
          const slice = new NamespacedTree(leaves).proveNamespace(namespace);
          const expected = leaves.filter((leaf) => Buffer.from(leaf.namespace).toString("hex") === hex);
          expect(slice.leaves).toEqual(expected.map((leaf) => leaf.data));
          expect(verifyNamespace(sha256(root), namespace, slice.leaves, slice.proof).ok).toBe(true);
          if (slice.leaves.length === 0) absent++;
          else present++;
          for (const left of slice.leaves.keys()) {
            const fewer = slice.leaves.filter((_, at) => at !== left);
            expect(verifyNamespace(sha256(root), namespace, fewer, slice.proof).ok).toBe(false);
          }
        }
      }
      console.log(`nmt: ${present} namespaces proven complete, ${absent} absent, under ${trees.length} roots`);
      expect(Math.min(present, absent)).toBeGreaterThan(0);
    });

    test("each share is proven to be in its row and its column", () => {
      for (const { leaves, root } of trees) {
        const tree = new NamespacedTree(leaves);
        for (const [index, leaf] of leaves.entries()) {
          expect(verifyNamespacedLeaf(sha256(root), leaf, tree.proveLeaf(index)).ok).toBe(true);
        }
      }
    });
  });
});
