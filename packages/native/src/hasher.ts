// SHA-256 on native code: hashtree for many pairs at once, OpenSSL for single messages.
//
// Output over the beginning of the blocks is safe in hashtree: each of its code paths loads the blocks of one
// step (1 to 16 of them) before it writes their digests, and digests fill half the room of what was read.

import { hash } from "node:crypto";
import { hashInto } from "@chainsafe/hashtree";
import { assert, type Hasher } from "@tandem/shared";

export const nativeHasher: Hasher = {
  name: "hashtree and OpenSSL",
  sha256(message) {
    // A short string crosses from native code in a third of the time that a Buffer takes.
    const text = hash("sha256", message, "binary");
    const digest = new Uint8Array(32);
    for (let i = 0; i < 32; i++) digest[i] = text.charCodeAt(i);
    return digest;
  },
  hashPairs(blocks, output) {
    assert(blocks.length % 64 === 0 && output.length === blocks.length / 2, "blocks of 64 bytes to 32 each");
    hashInto(blocks, output);
  },
};
