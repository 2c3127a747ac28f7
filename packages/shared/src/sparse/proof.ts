// A proof shows, for a set of keys and a root, which of them are in the map, and with what values. It is also
// the witness on which any change of these keys can be replayed to a new root (C2).
//
// Q1  It is read along the sorted paths of its keys, from the top, left before right:
//     - a subtree without any of the keys is one bit: 0 if empty, 1 if not, and then its hash;
//     - a subtree with keys is 1 for an inner node, and then both halves, or 0 for its end:
//       - 0 for empty: none of them is there;
//       - 1 for a leaf, then a 0 for each key that it is not, up to a 1 for the key that it is. If all are 0,
//         it is another leaf, and its path and value hash follow.
// Q2  The leaf of a key comes with its value if the key is read, else (it is only written) with the hash of it.
// Q3  The bits make up `shape` (highest bit first, padded with zeros to a byte), hashes and paths `hashes`, values
//     `values`, each in the order of Q1. All must be used up. So there is one proof for a map and a set of keys.
// Q4  Nodes that cannot be (M3), a hash of zero, a leaf below a prefix that is not its own, and another leaf that
//     is on the path of a key are refused, and so is whatever gives another root.
// Q5  Inner nodes are counted before any is hashed, and too many for so many keys are refused (`limits.ts`): an
//     empty half beside an inner node takes one bit, so deep trees that cannot be are cheap to write down.
//
// The keys are not in the proof, as who asks has them; a `Witness` carries them too.

import { compareBytes, equalBytes } from "../bytes.ts";
import { sha256 } from "../hashing.ts";
import { limits } from "../limits.ts";
import type { Root } from "../numbers.ts";
import { failure, type Result, success } from "../result.ts";
import { byteList, codec, container, list, refine, sortedList, type Type } from "../ssz/index.ts";
import { Builder } from "./builder.ts";
import { known, type SparseCode, type SparseError, SparseMap } from "./map.ts";
import { collapses, empty, Inner, Leaf, type Node, open, pathOf, UnknownFault, valueHashOf } from "./node.ts";
import { copy32, isLeafHash } from "./node-hash.ts";
import { bitAt, pathBits, splitAt } from "./path.ts";
import { haveCommonKey, type Target, type TouchedKeys, targetsOf, withEachKeyOnce } from "./touched.ts";

export interface SparseProof {
  /** Bits, from the highest of the first byte on. */
  readonly shape: Uint8Array;
  /** 32 bytes each, in a row. */
  readonly hashes: Uint8Array;
  readonly values: readonly Uint8Array[];
}

/** A proof together with its keys, each once. */
export interface SparseWitness extends TouchedKeys {
  readonly proof: SparseProof;
}

/** What a verifier is willing to read: little of who asks for a few keys, much of who runs a lane again (C2). */
interface ProofBounds {
  readonly keysMax: number;
  readonly bytesMax: number;
  readonly nodesMax: number;
}

const proofBounds: ProofBounds = {
  keysMax: limits.touchedKeysMax,
  bytesMax: limits.proofBytesMax,
  nodesMax: limits.proofNodesMax,
};

const witnessBounds: ProofBounds = {
  keysMax: limits.witnessKeysMax,
  bytesMax: limits.witnessBytesMax,
  nodesMax: limits.witnessNodesMax,
};

function proofTypeOf({ bytesMax, keysMax }: ProofBounds): Type<SparseProof> {
  const values = list(byteList(limits.valueBytesMax), keysMax);
  return container({ shape: byteList(bytesMax), hashes: byteList(bytesMax), values });
}

export const sparseProofType: Type<SparseProof> = proofTypeOf(proofBounds);

const keysType = sortedList(byteList(limits.keyBytesMax), witnessBounds.keysMax, compareBytes);

const sparseWitnessType: Type<SparseWitness> = refine(
  container({ reads: keysType, writes: keysType, proof: proofTypeOf(witnessBounds) }),
  "bad-value",
  ({ reads, writes }) =>
    haveCommonKey(reads, writes) ? "a key that is read is not listed as one that is only written" : undefined,
);

export const sparseProofCodec = codec("sparse-proof", sparseProofType, limits.proofBytesMax);
export const sparseWitnessCodec = codec("sparse-witness", sparseWitnessType, witnessBounds.bytesMax);

/** The values of `keys`, in their order, if `proof` shows them for `root`. */
export function verifyKeys(
  root: Root,
  proof: SparseProof,
  keys: readonly Uint8Array[],
): Result<readonly (Uint8Array | undefined)[], SparseError> {
  const map = openProof(root, proof, { reads: keys, writes: [] });
  if (!map.ok) return map;
  return known(() => keys.map((key) => map.value.leafAt(sha256(key))?.value));
}

export function openWitness(root: Root, witness: SparseWitness): Result<SparseMap, SparseError> {
  return openWithin(witnessBounds, root, witness.proof, witness);
}

/** The part of the map that `proof` shows, if it is a proof for exactly the `touched` keys and `root`. */
export function openProof(root: Root, proof: SparseProof, touched: TouchedKeys): Result<SparseMap, SparseError> {
  return openWithin(proofBounds, root, proof, touched);
}

function openWithin(
  bounds: ProofBounds,
  root: Root,
  proof: SparseProof,
  touched: TouchedKeys,
): Result<SparseMap, SparseError> {
  const reader = new Reader(proof, targetsOf(touched), bounds);
  try {
    const map = new SparseMap(reader.read(), 0);
    if (equalBytes(map.root, root)) return success(map);
    return failure("wrong-root", "", "the proof is of a map with another root");
  } catch (fault) {
    if (!(fault instanceof ProofFault)) throw fault;
    return failure(fault.code, "", fault.message);
  }
}

/** The proof for the `touched` keys, all of which `map` must know. `over-limit` if nobody would read it. */
export function proveKeys(map: SparseMap, touched: TouchedKeys): Result<SparseProof, SparseError> {
  return proveWithin(proofBounds, map, touched);
}

function proveWithin(bounds: ProofBounds, map: SparseMap, touched: TouchedKeys): Result<SparseProof, SparseError> {
  const targets = targetsOf(touched);
  const writer = new Writer(targets);
  const proof = known(() => writer.write(map.top));
  if (!proof.ok) return proof;
  const { values } = proof.value;
  if (values.length > bounds.keysMax) return failure("over-limit", "", `a proof of ${values.length} values`);
  const innerMax = innerCountMax(targets, bounds);
  if (writer.innerCount > innerMax) return failure("over-limit", "", "more inner nodes than keys allow");
  return withinBytes(sparseProofType, proof.value, bounds);
}

export function witnessKeys(map: SparseMap, touched: TouchedKeys): Result<SparseWitness, SparseError> {
  const keys = withEachKeyOnce(touched);
  const count = Math.max(keys.reads.length, keys.writes.length);
  if (count > witnessBounds.keysMax) return failure("over-limit", "", `a witness of ${count} keys`);
  const proof = proveWithin(witnessBounds, map, keys);
  return proof.ok ? withinBytes(sparseWitnessType, { ...keys, proof: proof.value }, witnessBounds) : proof;
}

function withinBytes<T>(type: Type<T>, value: T, { bytesMax }: ProofBounds): Result<T, SparseError> {
  const size = type.sizeOf(value);
  if (size <= bytesMax) return success(value);
  return failure("over-limit", "", `${size} bytes where ${bytesMax} are allowed`);
}

/** Q5 */
function innerCountMax(targets: readonly Target[], { nodesMax }: ProofBounds): number {
  return Math.min(limits.proofNodesMin + limits.proofNodesPerKey * targets.length, nodesMax);
}

class Writer {
  readonly #targets: readonly Target[];
  readonly #bits: number[] = [];
  readonly #hashes: { bytes: Uint8Array; at: number }[] = [];
  readonly #values: Uint8Array[] = [];
  innerCount = 0;

  constructor(targets: readonly Target[]) {
    this.#targets = targets;
  }

  write(top: Node): SparseProof {
    this.#subtree(top, 0, 0, this.#targets.length);
    const shape = new Uint8Array(Math.ceil(this.#bits.length / 8));
    for (let i = 0; i < this.#bits.length; i++) {
      shape[i >> 3] = (shape[i >> 3] as number) | ((this.#bits[i] as number) << (7 - (i & 7)));
    }
    const hashes = new Uint8Array(32 * this.#hashes.length);
    for (let i = 0; i < this.#hashes.length; i++) {
      const { bytes, at } = this.#hashes[i] as { bytes: Uint8Array; at: number };
      copy32(bytes, at, hashes, 32 * i);
    }
    return { shape, hashes, values: this.#values };
  }

  #subtree(node: Node, depth: number, start: number, end: number): void {
    if (start === end) {
      this.#bits.push(node.kind === "empty" ? 0 : 1);
      if (node.kind !== "empty") this.#hashes.push(node);
    } else if (node.kind === "inner") {
      const { left, right } = open(node);
      const middle = splitAt(this.#targets, start, end, depth);
      this.innerCount++;
      this.#bits.push(1);
      this.#subtree(left, depth + 1, start, middle);
      this.#subtree(right, depth + 1, middle, end);
    } else if (node.kind === "empty") {
      this.#bits.push(0, 0);
    } else {
      this.#bits.push(0, 1);
      this.#leaf(node, start, end);
    }
  }

  #leaf(leaf: Leaf, start: number, end: number): void {
    const path = pathOf(leaf);
    for (let i = start; i < end; i++) {
      const target = this.#targets[i] as Target;
      const isIt = equalBytes(target.path, path);
      this.#bits.push(isIt ? 1 : 0);
      if (!isIt) continue;
      this.#ownLeaf(leaf, target);
      return;
    }
    this.#hashes.push({ bytes: path, at: 0 }, { bytes: valueHashOf(leaf), at: 0 });
  }

  #ownLeaf(leaf: Leaf, target: Target): void {
    if (!target.isRead) {
      this.#hashes.push({ bytes: valueHashOf(leaf), at: 0 });
      return;
    }
    if (leaf.value === undefined) throw new UnknownFault();
    this.#values.push(leaf.value);
  }
}

/** Never leaves this file. */
class ProofFault {
  readonly message: string;
  readonly code: SparseCode;

  constructor(message: string, code: SparseCode = "bad-proof") {
    this.message = message;
    this.code = code;
  }
}

class Reader {
  readonly #proof: SparseProof;
  readonly #targets: readonly Target[];
  readonly #builder: Builder;
  #bitsRead = 0;
  #hashesRead = 0;
  #valuesRead = 0;
  #innerCountLeft: number;

  constructor(proof: SparseProof, targets: readonly Target[], bounds: ProofBounds) {
    this.#proof = proof;
    this.#targets = targets;
    this.#innerCountLeft = innerCountMax(targets, bounds);
    // Every leaf that is opened lies on the path of a target of its own.
    this.#builder = new Builder(0, targets.length);
  }

  read(): Node {
    const top = this.#subtree(0, 0, this.#targets.length);
    this.#checkEnd();
    this.#builder.hash();
    return top;
  }

  #checkEnd(): void {
    const { shape, hashes, values } = this.#proof;
    if (Math.ceil(this.#bitsRead / 8) !== shape.length) throw new ProofFault("shape is left over");
    while (this.#bitsRead < 8 * shape.length)
      if (this.#bit() !== 0) throw new ProofFault("shape is not padded with zeros");
    if (32 * this.#hashesRead !== hashes.length) throw new ProofFault("hashes are left over");
    if (this.#valuesRead !== values.length) throw new ProofFault("values are left over");
  }

  #bit(): number {
    const byte = this.#proof.shape[this.#bitsRead >> 3];
    if (byte === undefined) throw new ProofFault("the shape ends early");
    return (byte >> (7 - (this.#bitsRead++ & 7))) & 1;
  }

  #hash(): Uint8Array {
    const at = 32 * this.#hashesRead++;
    if (at + 32 > this.#proof.hashes.length) throw new ProofFault("the hashes end early");
    return this.#proof.hashes.subarray(at, at + 32);
  }

  #value(): Uint8Array {
    const value = this.#proof.values[this.#valuesRead++];
    if (value === undefined) throw new ProofFault("the values end early");
    return value;
  }

  /** `beside` is a target under the same parent, if there is one. */
  #subtree(depth: number, start: number, end: number, beside?: Target): Node {
    if (start === end) return this.#bit() === 0 ? empty : this.#closed(depth, beside);
    if (this.#bit() === 1) return this.#inner(depth, start, end);
    return this.#bit() === 0 ? empty : this.#leaf(depth, start, end);
  }

  /** Its hash says whether it is a leaf (M2), and its place how the path of that leaf begins. */
  #closed(depth: number, beside: Target | undefined): Node {
    const hash = this.#hash();
    if (hash.every((byte) => byte === 0)) throw new ProofFault("a hash of zero");
    if (!isLeafHash(hash, 0)) return new Inner(0, hash);
    const block = new Uint8Array(64);
    if (beside !== undefined) {
      copy32(beside.path, 0, block, 0);
      block[(depth - 1) >> 3] = (block[(depth - 1) >> 3] as number) ^ (128 >> ((depth - 1) & 7));
    }
    return new Leaf(0, hash, 0, block, 0, depth);
  }

  #inner(depth: number, start: number, end: number): Node {
    if (depth === pathBits) throw new ProofFault("an inner node where paths end");
    if (this.#innerCountLeft-- === 0) throw new ProofFault("more inner nodes than keys allow", "over-limit");
    const middle = splitAt(this.#targets, start, end, depth);
    const left = this.#subtree(depth + 1, start, middle, this.#targets[middle]);
    const right = this.#subtree(depth + 1, middle, end, this.#targets[middle - 1]);
    if (collapses(left, right)) throw new ProofFault("an inner node over less than two leaves");
    return this.#builder.join(left, right, depth);
  }

  #leaf(depth: number, start: number, end: number): Leaf {
    for (let i = start; i < end; i++) if (this.#bit() === 1) return this.#ownLeaf(this.#targets[i] as Target);
    const path = this.#hash();
    for (let i = start; i < end; i++) {
      if (equalBytes(path, (this.#targets[i] as Target).path)) throw new ProofFault("a key's leaf as another leaf");
    }
    const { path: within } = this.#targets[start] as Target;
    for (let i = 0; i < depth; i++) {
      if (bitAt(path, 0, i) !== bitAt(within, 0, i)) throw new ProofFault("a leaf on another path");
    }
    return this.#builder.leaf(path, this.#hash());
  }

  #ownLeaf({ key, path, isRead }: Target): Leaf {
    const value = isRead ? this.#value() : undefined;
    const leaf = this.#builder.leaf(path, value === undefined ? this.#hash() : sha256(value));
    if (isRead) {
      leaf.key = key;
      leaf.value = value;
    }
    return leaf;
  }
}
