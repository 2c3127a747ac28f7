// Keys, histories and shorthands for the tests of the sparse map.

import { createHash } from "node:crypto";
import fc from "fast-check";
import type { Result } from "../../src/result.ts";
import type { MapChange } from "../../src/sparse/index.ts";
import { sparseRoot } from "../oracles/sparse-map.ts";
import { isSteered, keyAtBits } from "../support/steered-hasher.ts";

export { keyAt, keyAtBits, steeredHasher } from "../support/steered-hasher.ts";

export function pathOf(key: Uint8Array): Uint8Array {
  return isSteered(key) ? key.slice(1) : new Uint8Array(createHash("sha256").update(key).digest());
}

export const text = (words: string) => new TextEncoder().encode(words);

export function must<T>(result: Result<T, { readonly message: string }>): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

export function codeOf(result: Result<unknown, { readonly code: string }>): string {
  return result.ok ? "ok" : result.error.code;
}

/** The same map as a plain one, by the hex of the key. */
export class PlainMap {
  readonly #entries: Map<string, { readonly key: Uint8Array; readonly value: Uint8Array }>;

  constructor(entries: Iterable<[string, { readonly key: Uint8Array; readonly value: Uint8Array }]> = []) {
    this.#entries = new Map(entries);
  }

  get entries(): readonly { readonly key: Uint8Array; readonly value: Uint8Array }[] {
    return [...this.#entries.values()];
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#entries.get(hex(key))?.value;
  }

  after(changes: readonly MapChange[]): PlainMap {
    const next = new PlainMap(this.#entries);
    for (const { key, value } of changes) {
      if (value === undefined) next.#entries.delete(hex(key));
      else next.#entries.set(hex(key), { key, value });
    }
    return next;
  }

  get root(): Uint8Array {
    return sparseRoot(this.entries.map(({ key, value }) => ({ path: pathOf(key), value })));
  }
}

export const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** Few keys, so that histories come back to them: words, and keys that share up to 255 bits of their paths. */
export const somePlainKeys: readonly Uint8Array[] = Array.from({ length: 24 }, (_, i) => text(`account ${i}`));

export const someDeepKeys: readonly Uint8Array[] = [
  ...["", "1", "01", "11", "0001", "00001", "000011"].map(keyAtBits),
  ...[7, 8, 9, 30, 31, 32, 33, 200, 254, 255].map((zeros) => keyAtBits(`${"0".repeat(zeros)}1`)),
  ...[4, 5, 64, 251, 252, 253, 254].map((ones) => keyAtBits("1".repeat(ones))),
  keyAtBits(`${"1".repeat(255)}0`),
  keyAtBits("1".repeat(256)),
];

export const someKeys: readonly Uint8Array[] = [...somePlainKeys, ...someDeepKeys];

/** A batch of changes, each key at most once; a third of them deletes. */
export function anyChanges(keys: readonly Uint8Array[], countMax = 12): fc.Arbitrary<MapChange[]> {
  const value = fc.oneof(
    { weight: 1, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: fc.uint8Array({ maxLength: 3 }) },
  );
  return fc
    .uniqueArray(fc.nat(keys.length - 1), { maxLength: countMax })
    .chain((places) =>
      fc
        .tuple(...places.map(() => value))
        .map((values) => places.map((place, i) => ({ key: keys[place] as Uint8Array, value: values[i] }))),
    );
}

export function anyHistory(keys: readonly Uint8Array[], batchesMax = 12): fc.Arbitrary<MapChange[][]> {
  return fc.array(anyChanges(keys), { maxLength: batchesMax });
}
