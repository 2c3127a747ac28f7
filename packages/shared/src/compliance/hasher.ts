// What every Hasher must do. Expected digests come from elsewhere (the examples of FIPS 180-4, and Python's
// hashlib over the messages that `message` describes), so the portable hasher is tested by them too.

import { assert } from "../assert.ts";
import { equalBytes, fromHex, toHex, utf8 } from "../bytes.ts";
import type { Hasher } from "../hashing.ts";
import type { ComplianceCase } from "./case.ts";

const examples = [
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
] as const;

/** SHA-256 over the digests of `message(0)` to `message(300)`, one after the other. */
const sizesDigest = "60d63ff40b5558727a9b786ac0be9300f7ca58fd9ddd3b2f3681b369018a87dc";
/** SHA-256 over the digests of the pairs of `message(64 * n)` for n from 0 to 69, one after the other. */
const pairsDigest = "bc13569a069e864270a9ebdb954323c1b7ed0734735af1afc094bfa322ab7de8";
/** SHA-256 over the digests of the pairs of `message(64 * 5000)`. */
const manyPairsDigest = "3c1d3846369d8adda95912b5dcc69c37985027fa572664bc1928a9d97bc62c9d";
const mebibyteDigest = "1d7368ef6f59e0c704a978b815288f1e464037959645bbfd79348d330269480d";

/** Bytes that differ by place and by length. */
function message(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => 7 * index + length);
}

/** The same bytes, beginning at an odd address of a larger buffer. */
function unaligned(bytes: Uint8Array): Uint8Array {
  const larger = new Uint8Array(bytes.length + 8).fill(0xaa);
  larger.set(bytes, 3);
  return larger.subarray(3, 3 + bytes.length);
}

function equals(actual: Uint8Array, hex: string, what: string): void {
  assert(equalBytes(actual, fromHex(hex) as Uint8Array), `${what}: ${toHex(actual)}, not ${hex}`);
}

function pairsOf(hasher: Hasher, blocks: Uint8Array): Uint8Array {
  const output = new Uint8Array(blocks.length / 2);
  hasher.hashPairs(blocks, output);
  return output;
}

function throws(run: () => void): boolean {
  try {
    run();
    return false;
  } catch {
    return true;
  }
}

/** `subject(length)` digested for each length, all of it digested once more. */
function digestOver(hasher: Hasher, lengths: number, subject: (length: number) => Uint8Array): Uint8Array {
  const parts = Array.from({ length: lengths }, (_, length) => [...subject(length)]);
  return hasher.sha256(Uint8Array.from(parts.flat()));
}

function messageCases(hasher: Hasher): ComplianceCase[] {
  return [
    {
      name: "the examples of FIPS 180-4",
      run() {
        for (const [text, hex] of examples) equals(hasher.sha256(utf8(text)), hex, JSON.stringify(text));
      },
    },
    {
      name: "messages of 0 to 300 bytes",
      run: () =>
        equals(
          digestOver(hasher, 301, (length) => hasher.sha256(message(length))),
          sizesDigest,
          "0 to 300",
        ),
    },
    {
      name: "a message of a mebibyte",
      run: () => equals(hasher.sha256(message(1 << 20)), mebibyteDigest, "a mebibyte"),
    },
    {
      name: "messages that begin at any address",
      run() {
        for (const length of [1, 32, 33, 64, 65, 181]) {
          const aligned = hasher.sha256(message(length));
          assert(equalBytes(hasher.sha256(unaligned(message(length))), aligned), `${length} bytes, unaligned`);
        }
      },
    },
    {
      name: "a digest is a new plain array of its own 32 bytes, and the message stays as it was",
      run() {
        const subject = message(65);
        const first = hasher.sha256(subject);
        const kept = first.slice();
        const second = hasher.sha256(message(66));
        assert(first.buffer !== second.buffer && equalBytes(first, kept), "the next digest leaves this one alone");
        assert(first.constructor === Uint8Array, "a plain Uint8Array on every platform");
        assert(first.length === 32 && first.buffer.byteLength === 32, "no larger buffer stays alive behind it");
        assert(equalBytes(subject, message(65)), "the message is not written to");
      },
    },
  ];
}

function pairCases(hasher: Hasher): ComplianceCase[] {
  return [
    {
      name: "0 to 69 pairs",
      run() {
        const digest = digestOver(hasher, 70, (count) => pairsOf(hasher, message(64 * count)));
        equals(digest, pairsDigest, "0 to 69 pairs");
      },
    },
    {
      name: "5000 pairs, and the blocks stay as they were",
      run() {
        const blocks = message(64 * 5000);
        equals(hasher.sha256(pairsOf(hasher, blocks)), manyPairsDigest, "5000 pairs");
        assert(equalBytes(blocks, message(64 * 5000)), "blocks are not written to");
      },
    },
    {
      name: "into the beginning of the blocks themselves",
      run() {
        for (const count of [...Array(70).keys(), 1000, 4099]) {
          const apart = pairsOf(hasher, message(64 * count));
          const blocks = message(64 * count);
          hasher.hashPairs(blocks, blocks.subarray(0, 32 * count));
          assert(equalBytes(blocks.subarray(0, 32 * count), apart), `${count} pairs in place`);
        }
      },
    },
    {
      name: "blocks and output that begin at any address, and nothing around the output is touched",
      run() {
        for (const count of [1, 2, 3, 7, 16, 17, 33]) {
          const around = new Uint8Array(32 * count + 10).fill(0xaa);
          hasher.hashPairs(unaligned(message(64 * count)), around.subarray(5, 5 + 32 * count));
          assert(
            equalBytes(around.subarray(5, 5 + 32 * count), pairsOf(hasher, message(64 * count))),
            `${count} pairs`,
          );
          const edges = [...around.subarray(0, 5), ...around.subarray(5 + 32 * count)];
          assert(
            edges.every((byte) => byte === 0xaa),
            "the bytes before and after the output",
          );
        }
      },
    },
    {
      name: "a pair is hashed like a message of its 64 bytes",
      run: () => assert(equalBytes(pairsOf(hasher, message(64)), hasher.sha256(message(64))), "one block"),
    },
    {
      name: "half a block, and an output of another size, are our mistakes",
      run() {
        for (const [blocks, output] of [
          [63, 32],
          [32, 16],
          [64, 31],
          [64, 33],
          [64, 64],
          [128, 32],
          [0, 32],
        ] as const) {
          const run = () => hasher.hashPairs(new Uint8Array(blocks), new Uint8Array(output));
          assert(throws(run), `${blocks} bytes into ${output}`);
        }
      },
    },
  ];
}

export function hasherCases(hasher: Hasher): ComplianceCase[] {
  return [...messageCases(hasher), ...pairCases(hasher)];
}
