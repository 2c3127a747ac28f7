// What somebody would try who wants a root to say what it does not: each forgery is built by hand from hashes,
// and fails at one rule. Where a rule stops it although all hashes fit, the test shows that they do.

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { useHasher } from "../../src/hashing.ts";
import { asRoot } from "../../src/numbers.ts";
import { openProof, proveKeys, SparseMap, type SparseProof, verifyKeys } from "../../src/sparse/index.ts";
import { innerHash, leafHash } from "../oracles/sparse-map.ts";
import { codeOf, hex, keyAt, keyAtBits, must, pathOf, steeredHasher, text } from "./support.ts";

useHasher(steeredHasher);

const nothing = new Uint8Array(32);
const digest = (...parts: Uint8Array[]) => new Uint8Array(createHash("sha256").update(Buffer.concat(parts)).digest());
const leafOf = (key: Uint8Array, value: Uint8Array) => leafHash({ path: pathOf(key), value });
const mapOf = (entries: readonly (readonly [Uint8Array, string])[]) =>
  must(SparseMap.empty.apply(entries.map(([key, value]) => ({ key, value: text(value) }))));

/** Shape from bits in Q1's order. */
function proofOf(bits: string, hashes: readonly Uint8Array[], values: readonly Uint8Array[] = []): SparseProof {
  const packed = bits.replaceAll(" ", "").padEnd(8 * Math.ceil(bits.replaceAll(" ", "").length / 8), "0");
  const shape = Uint8Array.from(packed.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
  return { shape, hashes: new Uint8Array(Buffer.concat(hashes)), values };
}

/** Two hashes that differ in nothing but the bit that tells kinds apart (M2). */
function differInMarkAlone(a: Uint8Array, b: Uint8Array): boolean {
  const [left, right] = [a.slice(), b.slice()];
  left[31] = (left[31] as number) | 1;
  right[31] = (right[31] as number) | 1;
  return hex(left) === hex(right) && hex(a) !== hex(b);
}

describe("a present key as absent", () => {
  const key = keyAtBits("00");
  const map = mapOf([
    [key, "1"],
    [keyAtBits("01"), "2"],
    [keyAtBits("1"), "3"],
  ]);
  const right = leafOf(keyAtBits("1"), text("3"));
  const beside = leafOf(keyAtBits("01"), text("2"));

  test("the honest proof, for comparison", () => {
    expect(prove(map, key)).toEqual(proofOf("1 1 011 1 1", [beside, right], [text("1")]));
    expect(must(verifyKeys(map.root, prove(map, key), [key]))).toEqual([text("1")]);
  });

  test("by an empty subtree in its place", () => {
    const forged = proofOf("1 1 00 1 1", [beside, right]);
    // An empty subtree beside a leaf cannot be: it would be that leaf (M3).
    expect(codeOf(verifyKeys(map.root, forged, [key]))).toBe("bad-proof");
    expect(codeOf(verifyKeys(map.root, proofOf("1 00 1", [right]), [key]))).toBe("bad-proof");
    expect(codeOf(verifyKeys(map.root, proofOf("00", []), [key]))).toBe("wrong-root");
  });

  test("by its own leaf as somebody else's", () => {
    const forged = proofOf("1 1 010 1 1", [pathOf(key), digest(text("1")), beside, right]);
    expect(codeOf(verifyKeys(map.root, forged, [key]))).toBe("bad-proof");
  });

  test("by an inner node as somebody else's leaf: its halves are a leaf's preimage but for the mark", () => {
    const left = innerHash(leafOf(key, text("1")), beside);
    const posed = leafFrom(left, right);
    expect(differInMarkAlone(posed, map.root)).toBe(true);
    expect(codeOf(verifyKeys(map.root, proofOf("010", [left, right]), [key]))).toBe("wrong-root");
    // To whom the mark meant nothing, this would prove that the map is one strange leaf, and the key absent.
    expect(must(verifyKeys(asRoot(posed), proofOf("010", [left, right]), [key]))).toEqual([undefined]);
  });

  test("by a leaf from another place", () => {
    const forged = proofOf("1 1 010 1 1", [pathOf(keyAtBits("1")), digest(text("3")), beside, right]);
    expect(codeOf(verifyKeys(map.root, forged, [key]))).toBe("bad-proof");
  });
});

function leafFrom(path: Uint8Array, valueHash: Uint8Array): Uint8Array {
  const hash = digest(path, valueHash);
  hash[31] = (hash[31] as number) | 1;
  return hash;
}

function prove(map: SparseMap, key: Uint8Array): SparseProof {
  return must(proveKeys(map, { reads: [key], writes: [] }));
}

describe("an absent key as present", () => {
  test("by a leaf whose preimage poses as two subtrees", () => {
    // The payer of the honest leaf chose its value: 64 bytes that are the preimage of a leaf that is not there.
    const absent = keyAtBits("1");
    const stolen = text(stolenBy(absent));
    const value = Uint8Array.of(...pathOf(absent), ...digest(stolen));
    const key = keyAtBits("0001");
    const map = must(SparseMap.empty.apply([{ key, value }]));
    // Left is the honest leaf's path, right the leaf that is not there.
    const left = pathOf(key);
    const right = leafOf(absent, stolen);
    expect(hex(digest(value))).toBe(hex(right));
    const posed = innerHash(left, right);
    expect(differInMarkAlone(posed, map.root)).toBe(true);
    const forged = proofOf("1 1 011", [left], [stolen]);
    expect(codeOf(verifyKeys(map.root, forged, [absent]))).toBe("wrong-root");
    // To whom the mark meant nothing, this would prove that the absent key has a million.
    expect(must(verifyKeys(asRoot(posed), forged, [absent]))).toEqual([stolen]);
  });

  /** An amount whose leaf has its mark by luck, as half of all have: forging cannot fail for that reason. */
  function stolenBy(absent: Uint8Array): string {
    for (let more = 1_000_000; ; more++) {
      const unmarked = digest(pathOf(absent), digest(text(`${more}`)));
      if (((unmarked[31] as number) & 1) === 1) return `${more}`;
    }
  }

  test("by the value of another key, or by the value's hash as the value", () => {
    const map = mapOf([
      [text("a"), "1"],
      [text("b"), "2"],
    ]);
    const honest = prove(map, text("a"));
    expect(codeOf(verifyKeys(map.root, { ...honest, values: [text("2")] }, [text("a")]))).toBe("wrong-root");
    expect(codeOf(verifyKeys(map.root, { ...honest, values: [digest(text("1"))] }, [text("a")]))).toBe("wrong-root");
    expect(verifyKeys(map.root, honest, [text("c")]).ok).toBe(false);
  });

  test("by exchanging a sibling with the leaf", () => {
    const [a, b] = [keyAtBits("0"), keyAtBits("1")];
    const root = asRoot(innerHash(leafOf(b, text("2")), leafOf(a, text("1"))));
    const map = mapOf([
      [a, "1"],
      [b, "2"],
    ]);
    expect(codeOf(verifyKeys(root, prove(map, a), [a]))).toBe("wrong-root");
  });
});

describe("trees that cannot be, although a root commits to them", () => {
  const key = keyAtBits("01");
  const leaf = leafOf(key, text("1"));
  const far = leafOf(keyAtBits("1"), text("2"));

  test.each([
    ["an inner node over two empty halves", innerHash(nothing, nothing), "1 00 0", [], []],
    ["a leaf with an empty half beside it", innerHash(leaf, nothing), "1 011 0", [], [text("1")]],
    ["an empty half beside an unopened leaf", innerHash(nothing, far), "1 00 1", [far], []],
    ["the same one level lower", innerHash(innerHash(nothing, leaf), far), "1 1 0 011 1", [far], [text("1")]],
    ["a zero hash for an empty half", innerHash(leaf, nothing), "1 011 1", [nothing], [text("1")]],
  ])("%s", (_, root, bits, hashes, values) => {
    expect(codeOf(verifyKeys(asRoot(root), proofOf(bits, hashes, values), [key]))).toBe("bad-proof");
  });

  test("a leaf on a path that is not its own", () => {
    const stray = keyAtBits("11");
    const root = innerHash(leafOf(stray, text("1")), far);
    const forged = proofOf("1 010 1", [pathOf(stray), digest(text("1")), far]);
    expect(codeOf(verifyKeys(asRoot(root), forged, [key]))).toBe("bad-proof");
  });

  test("an inner node below the last level", () => {
    const end = keyAt(new Uint8Array(32).fill(0xff));
    const last = innerHash(far, leaf);
    let root = last;
    for (let depth = 0; depth < 256; depth++) root = innerHash(nothing, root);
    const forged = proofOf(`${"1 0 ".repeat(256)}1 011 1`, [leaf], [text("1")]);
    expect(codeOf(verifyKeys(asRoot(root), forged, [end]))).toBe("bad-proof");
  });
});

describe("the kind of a sibling", () => {
  test("cannot be misstated, so a replayed deletion moves up a leaf and leaves an inner node", () => {
    const [a, b, c] = [keyAtBits("00"), keyAtBits("01"), keyAtBits("1")];
    const map = mapOf([
      [a, "1"],
      [b, "2"],
      [c, "3"],
    ]);
    const touched = { reads: [], writes: [c] };
    const part = must(openProof(map.root, must(proveKeys(map, touched)), touched));
    const after = must(part.apply([{ key: c, value: undefined }]));
    const pair = innerHash(leafOf(a, text("1")), leafOf(b, text("2")));
    expect(hex(after.root)).toBe(hex(innerHash(pair, nothing)));

    const other = { reads: [], writes: [a] };
    const opened = must(openProof(map.root, must(proveKeys(map, other)), other));
    const moved = must(opened.apply([{ key: a, value: undefined }]));
    expect(hex(moved.root)).toBe(hex(innerHash(leafOf(b, text("2")), leafOf(c, text("3")))));

    // The same hash with the other mark is another hash, and the root above it another root.
    const honest = must(proveKeys(map, touched));
    const flipped = honest.hashes.slice();
    flipped[31] = (flipped[31] as number) ^ 1;
    expect(codeOf(openProof(map.root, { ...honest, hashes: flipped }, touched))).toBe("wrong-root");
  });
});
