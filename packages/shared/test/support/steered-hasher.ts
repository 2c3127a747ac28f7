// A hasher under which keys of the sparse map can say what their path is.

import { type Hasher, portableHasher } from "../../src/hashing.ts";

const mark = 0x40;

/**
 * Paths are hashes, so nobody finds two keys whose paths share more than some tens of bits. Deep trees would go
 * untested; under this hasher a key can say what its path is.
 */
export const steeredHasher: Hasher = {
  ...portableHasher,
  name: "portable, with steered keys",
  sha256: (message) => (isSteered(message) ? message.slice(1) : portableHasher.sha256(message)),
};

export function isSteered(key: Uint8Array): boolean {
  return key.length === 33 && key[0] === mark;
}

/** The key that lies at `path` under the steered hasher. */
export function keyAt(path: Uint8Array): Uint8Array {
  return Uint8Array.of(mark, ...path);
}

/** The key whose path begins with these bits, followed by zeros. */
export function keyAtBits(bits: string): Uint8Array {
  const padded = bits.padEnd(256, "0");
  return keyAt(Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(padded.slice(8 * i, 8 * i + 8), 2)));
}
