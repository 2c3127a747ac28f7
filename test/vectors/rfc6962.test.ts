// Inclusion proofs of RFC 6962 trees, good and bad, by transparency-dev/merkle.

import { verifyHistoryPath } from "@tandem/shared";
import { expect, test } from "vitest";
import { describeVectors } from "../support/vectors.ts";

interface Vector {
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly root: string;
  readonly leafHash: string;
  readonly proof: readonly string[] | null;
  readonly desc: string;
  readonly wantErr: boolean;
}

const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, "base64"));

describeVectors("merkle/rfc6962-inclusion", (folder) => {
  const counts = { good: 0, bad: 0 };

  test.each(folder.files)("%s", (file) => {
    const { root, treeSize, leafIdx, leafHash, proof, desc, wantErr } = folder.json<Vector>(file);
    const path = (proof ?? []).map(bytesOf);
    const verdict = verifyHistoryPath(bytesOf(root), treeSize, leafIdx, bytesOf(leafHash), path);
    expect(verdict.ok, desc).toBe(!wantErr);
    counts[wantErr ? "bad" : "good"]++;
  });

  test("every file is a proof, and there are good and bad ones", () => {
    console.log(`RFC 6962 inclusion: ${counts.good} good proofs hold, ${counts.bad} bad ones are refused`);
    expect(counts.good + counts.bad).toBe(folder.files.length);
    expect(Math.min(counts.good, counts.bad)).toBeGreaterThan(0);
  });
});
