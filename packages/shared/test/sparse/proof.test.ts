// Q1-Q4: what a proof shows, what can be replayed on it, and what nobody can make it show.

import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { useHasher } from "../../src/hashing.ts";
import type { Root } from "../../src/numbers.ts";
import {
  type MapChange,
  openProof,
  openWitness,
  proveKeys,
  SparseMap,
  type SparseProof,
  sparseProofCodec,
  sparseWitnessCodec,
  type TouchedKeys,
  verifyKeys,
  witnessKeys,
} from "../../src/sparse/index.ts";
import { expectNoneAccepted, rearranged } from "../merkle/tampering.ts";
import { attackDecoder, Random } from "../support/hostile.ts";
import {
  anyChanges,
  codeOf,
  hex,
  must,
  PlainMap,
  someDeepKeys,
  someKeys,
  somePlainKeys,
  steeredHasher,
  text,
} from "./support.ts";

useHasher(steeredHasher);

const put = (key: Uint8Array, value: string): MapChange => ({ key, value: text(value) });
const drop = (key: Uint8Array): MapChange => ({ key, value: undefined });
const mapOf = (changes: readonly MapChange[]) => must(SparseMap.empty.apply(changes));
const prove = (map: SparseMap, keys: readonly Uint8Array[]) => must(proveKeys(map, { reads: keys, writes: [] }));

const anyKeys = fc
  .uniqueArray(fc.nat(someKeys.length - 1))
  .map((places) => places.map((i) => someKeys[i] as Uint8Array));
const anyContent = fc
  .constantFrom(somePlainKeys, someDeepKeys, someKeys)
  .chain((pool) => anyChanges(pool, pool.length));
const anyTouched: fc.Arbitrary<TouchedKeys> = fc.record({ reads: anyKeys, writes: anyKeys });

describe("a proof", () => {
  test("shows the values of its keys, and which are absent, by the root alone", () => {
    fc.assert(
      fc.property(anyContent, anyKeys, (content, keys) => {
        const map = mapOf(content);
        const plain = new PlainMap().after(content);
        const proof = must(sparseProofCodec.decode(sparseProofCodec.encode(prove(map, keys))));
        expect(must(verifyKeys(map.root, proof, keys))).toEqual(keys.map((key) => plain.get(key)));
        const doubled = [...keys, ...keys];
        expect(must(verifyKeys(map.root, proof, doubled))).toEqual(doubled.map((key) => plain.get(key)));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("is the same made from a part of the map, and has one form", () => {
    fc.assert(
      fc.property(anyContent, anyTouched, anyTouched, (content, some, others) => {
        const map = mapOf(content);
        const both = { reads: [...some.reads, ...others.reads], writes: [...some.writes, ...others.writes] };
        const part = must(openProof(map.root, must(proveKeys(map, both)), both));
        expect(proveKeys(part, some)).toEqual(proveKeys(map, some));
        const reversed = { reads: some.reads.toReversed(), writes: some.writes.toReversed() };
        expect(proveKeys(map, reversed)).toEqual(proveKeys(map, some));
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  test("of one key holds a hash for each level that is not empty beside it, a few bits, and the value", () => {
    const map = mapOf(Array.from({ length: 1000 }, (_, i) => put(text(`account ${i}`), `${i}`)));
    const { shape, hashes, values } = prove(map, [text("account 7")]);
    expect(values).toEqual([text("7")]);
    expect(hashes.length / 32).toBeLessThan(16);
    expect(shape.length).toBeLessThanOrEqual(7);
  });

  test("has the committed form", () => {
    const map = mapOf(somePlainKeys.map((key, i) => put(key, `${i}`)));
    const touched = { reads: somePlainKeys.slice(0, 3), writes: [...somePlainKeys.slice(5, 7), text("absent")] };
    const digest = createHash("sha256").update(sparseWitnessCodec.encode(must(witnessKeys(map, touched))));
    expect(digest.digest("hex")).toBe("efc56e3a0272a2ffdd5f2011969d2cb07f718828e0e4a94ced844c3049efee76");
  });

  test("of no key is the root itself", () => {
    const map = mapOf([put(text("a"), "1")]);
    expect(prove(map, [])).toEqual({ shape: Uint8Array.of(0x80), hashes: new Uint8Array(map.root), values: [] });
    expect(prove(SparseMap.empty, [])).toEqual({ shape: Uint8Array.of(0), hashes: new Uint8Array(), values: [] });
  });

  test("fits its root and its keys alone", () => {
    fc.assert(
      fc.property(anyContent, anyContent, anyKeys, anyKeys, (content, other, keys, otherKeys) => {
        const map = mapOf(content);
        const proof = prove(map, keys);
        const otherMap = mapOf(other);
        const elsewhere = verifyKeys(otherMap.root, proof, keys);
        if (hex(map.root) !== hex(otherMap.root)) expect(elsewhere.ok).toBe(false);
        // A proof may happen to serve other keys too: then it says the truth about them.
        const plain = new PlainMap().after(content);
        const served = verifyKeys(map.root, proof, otherKeys);
        if (served.ok) expect(served.value).toEqual(otherKeys.map((key) => plain.get(key)));
      }),
      { seed: 3, numRuns: 150 },
    );
  });

  test("of a written key shows the hash of its value in place of the value", () => {
    const map = mapOf([{ key: text("a"), value: new Uint8Array(50_000) }, put(text("b"), "2")]);
    const touched = { reads: [text("b")], writes: [text("a"), text("c")] };
    const proof = must(proveKeys(map, touched));
    expect(sparseProofCodec.encode(proof).length).toBeLessThan(120);
    const part = must(openProof(map.root, proof, touched));
    expect(must(part.get(text("b")))).toEqual(text("2"));
    expect(must(part.has(text("a")))).toBe(true);
    expect(codeOf(part.get(text("a")))).toBe("not-in-witness");
    expect(must(part.get(text("c")))).toBeUndefined();
    const same = must(part.apply([{ key: text("a"), value: new Uint8Array(50_000) }]));
    expect(hex(same.root)).toBe(hex(map.root));
    expect(must(same.get(text("a")))?.length).toBe(50_000);
  });
});

describe("replayed on a witness", () => {
  test("any changes of the touched keys give the root that the whole map has after them", () => {
    fc.assert(
      fc.property(
        anyContent,
        anyTouched.chain((touched) => {
          const keys = [...new Set([...touched.reads, ...touched.writes])];
          return fc.tuple(
            fc.constant(touched),
            fc.array(keys.length > 0 ? anyChanges(keys, 60) : fc.constant<MapChange[]>([]), { maxLength: 3 }),
          );
        }),
        (content, [touched, batches]) => {
          let whole = mapOf(content);
          let part = must(openWitness(whole.root, must(witnessKeys(whole, touched))));
          for (const changes of batches) {
            whole = must(whole.apply(changes));
            part = must(part.apply(changes));
            expect(hex(part.root)).toBe(hex(whole.root));
            for (const { key } of changes) expect(part.get(key)).toEqual(whole.get(key));
          }
        },
      ),
      { seed: 4, numRuns: 300 },
    );
  });

  test("deleting all keys but one in any order brings the last leaf to the top, known or not", () => {
    fc.assert(
      fc.property(fc.nat(someKeys.length - 1), (kept) => {
        const map = mapOf(someKeys.map((key, i) => put(key, `${i}`)));
        const dropped = someKeys.filter((_, i) => i !== kept);
        const part = must(
          openProof(map.root, must(proveKeys(map, { reads: [], writes: dropped })), { reads: [], writes: dropped }),
        );
        expect(hex(must(part.apply(dropped.map(drop))).root)).toBe(
          hex(mapOf([put(someKeys[kept] as Uint8Array, `${kept}`)]).root),
        );
      }),
      { seed: 5, numRuns: 48 },
    );
  });

  test("what it does not know is `not-in-witness`, never a wrong value or root", () => {
    let unknown = 0;
    fc.assert(
      fc.property(anyContent, anyTouched, anyChanges(someKeys, 6), (content, touched, changes) => {
        const map = mapOf(content);
        const plain = new PlainMap().after(content);
        const part = must(openWitness(map.root, must(witnessKeys(map, touched))));
        for (const { key } of changes) {
          const got = part.get(key);
          if (got.ok) expect(got.value).toEqual(plain.get(key));
          else expect(got.error.code).toBe("not-in-witness");
        }
        const after = part.apply(changes);
        if (after.ok) expect(hex(after.value.root)).toBe(hex(must(map.apply(changes)).root));
        else expect(after.error.code).toBe("not-in-witness");
        if (!after.ok) unknown++;
      }),
      { seed: 6, numRuns: 300 },
    );
    expect(unknown).toBeGreaterThan(30);
  });

  test("a witness names each key once: sorted, and as read or as written", () => {
    const map = mapOf([put(text("a"), "1"), put(text("b"), "2")]);
    const touched = { reads: [text("b"), text("a"), text("b")], writes: [text("c"), text("a"), text("c")] };
    const witness = must(witnessKeys(map, touched));
    expect(witness.reads).toEqual([text("a"), text("b")]);
    expect(witness.writes).toEqual([text("c")]);
    const bytes = sparseWitnessCodec.encode(witness);
    expect(must(sparseWitnessCodec.decode(bytes))).toEqual(witness);
    expect(() => sparseWitnessCodec.encode({ ...witness, writes: [text("a")] })).toThrow("only written");
  });
});

describe("tampering", () => {
  const content = someKeys.map((key, i) => put(key, `value ${i}`)).filter((_, i) => i % 2 === 0);
  const present = [someKeys[2] as Uint8Array];
  const absent = [someKeys[1] as Uint8Array];
  const keySets = [present, absent, somePlainKeys.slice(0, 5)];

  test("every changed byte, cut and extension of a proof is refused", () => {
    for (const keys of keySets) {
      const map = mapOf(content);
      const thoroughness = keys === present ? "values" : "bits";
      expectNoneAccepted(sparseProofCodec.encode(prove(map, keys)), thoroughness, (bytes) => {
        const proof = sparseProofCodec.decode(bytes);
        return proof.ok && verifyKeys(map.root, proof.value, keys).ok;
      });
    }
  });

  test("no changed byte, cut or extension makes a witness lie, and none changes its proof", () => {
    const map = mapOf(content);
    const plain = new PlainMap().after(content);
    const witness = must(witnessKeys(map, { reads: someKeys.slice(3, 6), writes: somePlainKeys.slice(8, 10) }));
    const proof = hex(sparseProofCodec.encode(witness.proof));
    const valid = sparseWitnessCodec.encode(witness);
    expectNoneAccepted(valid, "bits", (bytes) => {
      const decoded = sparseWitnessCodec.decode(bytes);
      if (!decoded.ok) return false;
      const opened = openWitness(map.root, decoded.value);
      if (!opened.ok) return false;
      if (hex(bytes) === hex(valid)) return true;
      // Other keys may be absent in the same gap. They are, and the same proof shows it.
      expect(hex(sparseProofCodec.encode(decoded.value.proof))).toBe(proof);
      for (const key of decoded.value.reads) expect(must(opened.value.get(key))).toEqual(plain.get(key));
      for (const key of decoded.value.writes) expect(must(opened.value.has(key))).toBe(plain.get(key) !== undefined);
      return false;
    });
  });

  test("hashes or values that are dropped, doubled or exchanged are refused", () => {
    for (const keys of keySets) {
      const map = mapOf(content);
      const proof = prove(map, keys);
      const hashes = Array.from({ length: proof.hashes.length / 32 }, (_, i) =>
        proof.hashes.slice(32 * i, 32 * i + 32),
      );
      for (const list of rearranged(hashes)) {
        const forged = { ...proof, hashes: new Uint8Array(Buffer.concat(list)) };
        expect(verifyKeys(map.root, forged, keys).ok).toBe(false);
      }
      for (const values of rearranged(proof.values)) {
        expect(verifyKeys(map.root, { ...proof, values }, keys).ok).toBe(false);
      }
    }
  });

  test("anything left over is refused: a byte of shape, a hash, a value", () => {
    for (const keys of keySets) {
      const map = mapOf(content);
      const proof = prove(map, keys);
      const longer = (bytes: Uint8Array, count: number) => Uint8Array.of(...bytes, ...new Uint8Array(count));
      for (const forged of [
        { ...proof, shape: longer(proof.shape, 1) },
        { ...proof, hashes: longer(proof.hashes, 1) },
        { ...proof, hashes: longer(proof.hashes, 32) },
        { ...proof, values: [...proof.values, new Uint8Array()] },
      ]) {
        expect(codeOf(verifyKeys(map.root, forged, keys))).toBe("bad-proof");
      }
    }
  });

  // Decoding alone is attacked with the other codecs (../messages/hostile-proofs.test.ts).
  test("10,000 byte strings for a proof: typed errors, and no second proof", () => {
    const map = mapOf(content);
    const keys = somePlainKeys.slice(0, 2);
    const valid = sparseProofCodec.encode(prove(map, keys));
    attackDecoder({
      name: "sparse proof",
      decode: (bytes) => {
        const proof = sparseProofCodec.decode(bytes);
        if (proof.ok) expect(openProof(map.root, proof.value, { reads: keys, writes: [] }).ok).toBe(false);
        return proof;
      },
      encode: sparseProofCodec.encode,
      valid: [valid],
      runs: 10_000,
    });
  });

  test("10,000 byte strings for a witness: typed errors alone", () => {
    const map = mapOf(content);
    const witnesses = [
      { reads: someKeys.slice(0, 3), writes: [] },
      { reads: someKeys.slice(20, 26), writes: someKeys.slice(1, 2) },
      { reads: [], writes: someDeepKeys.slice(0, 3) },
    ].map((touched) => sparseWitnessCodec.encode(must(witnessKeys(map, touched))));
    attackDecoder({
      name: "sparse witness",
      decode: (bytes) => {
        const witness = sparseWitnessCodec.decode(bytes);
        const opened = witness.ok && openWitness(map.root, witness.value);
        if (opened && !opened.ok) expect(opened.error.code).toMatch(/^(bad-proof|wrong-root)$/);
        return witness;
      },
      encode: sparseWitnessCodec.encode,
      valid: witnesses,
      runs: 10_000,
    });
  });

  test("shapes of any bits over hashes of any kind give typed errors, however deep", () => {
    const random = new Random(9);
    const root = mapOf(content).root;
    for (let run = 0; run < 20_000; run++) {
      const ones = random.below(4) === 0 ? 0xff : 0;
      const proof: SparseProof = {
        shape: random.bytes(random.below(40)).map((byte) => byte | ones),
        hashes: random.bytes(32 * random.below(6)),
        values: Array.from({ length: random.below(3) }, () => random.bytes(random.below(3))),
      };
      const keys = Array.from({ length: random.below(8) }, () => random.pick(someKeys));
      expect(verifyKeys(root as Root, proof, keys).ok).toBe(false);
    }
    const bottomless: SparseProof = {
      shape: new Uint8Array(1_000_000).fill(0xff),
      hashes: new Uint8Array(),
      values: [],
    };
    const deepest = someDeepKeys.at(-1) as Uint8Array;
    expect(codeOf(verifyKeys(root as Root, bottomless, [deepest]))).toBe("bad-proof");
  });
});
