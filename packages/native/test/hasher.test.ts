import { hashPairs, portableHasher, sha256, useHasher } from "@tandem/shared";
import { hasherCases } from "@tandem/shared/compliance";
import { afterEach, describe, expect, test } from "vitest";
import { nativeHasher, useNative } from "../src/index.ts";

afterEach(() => {
  useHasher(portableHasher);
});

for (const hasher of [portableHasher, nativeHasher]) {
  describe(`hasher: ${hasher.name}`, () => {
    for (const { name, run } of hasherCases(hasher)) test(name, run);
  });
}

test("useNative changes who hashes, and no result", () => {
  const message = new Uint8Array(128).fill(9);
  const pairs = () => {
    const output = new Uint8Array(64);
    hashPairs(message, output);
    return [sha256(message), output];
  };
  const before = pairs();
  useNative();
  expect(pairs()).toEqual(before);
  expect(useHasher(portableHasher)).toBe(nativeHasher);
});
