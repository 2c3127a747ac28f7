// O6: blobs held for blocks, and what of them fits into an answer.

import { asRoot } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import type { Candidate } from "../src/candidate.ts";
import { chooseFound } from "../src/found.ts";
import { Shelf } from "../src/shelf.ts";
import { manyBlobs } from "./support/many-blobs.ts";

const blobs = manyBlobs(3, 100);
const [a, b, c] = blobs as [Candidate, Candidate, Candidate];

describe("the shelf", () => {
  test("holds blobs and what is known of each; to hold one again forgets nothing", () => {
    const shelf = new Shelf();
    for (const blob of [a, b]) shelf.hold(blob);
    expect([shelf.get(a.key), shelf.isStored(a.key), shelf.isSigned(a.key)]).toEqual([a, false, undefined]);
    shelf.markStored(a.key);
    shelf.markSigned(a.key, false);
    shelf.hold({ ...a }, true);
    expect([shelf.get(a.key), shelf.isStored(a.key), shelf.isSigned(a.key)]).toEqual([a, true, false]);
    expect([shelf.isStored(b.key), shelf.isSigned(b.key)]).toEqual([false, undefined]);
    expect([shelf.get(c.key), shelf.isStored(c.key), shelf.isSigned(c.key)]).toEqual([undefined, false, undefined]);
    expect([shelf.size, shelf.bytes]).toEqual([2, a.bytes.length + b.bytes.length]);
  });

  test("takes over that a signature was found good before", () => {
    const shelf = new Shelf();
    shelf.hold(a, true);
    expect(shelf.isSigned(a.key)).toBe(true);
    shelf.hold(b);
    shelf.hold(b, true);
    expect(shelf.isSigned(b.key)).toBe(true);
  });

  test("keeps what it is told to, and says what it dropped, with what was known of it", () => {
    const shelf = new Shelf();
    for (const blob of [c, a, b]) shelf.hold(blob);
    shelf.markStored(a.key);
    expect(shelf.keep(new Set([b.key]))).toEqual([
      { candidate: c, isStored: false, isSigned: undefined },
      { candidate: a, isStored: true, isSigned: undefined },
    ]);
    expect([shelf.size, shelf.bytes]).toEqual([1, b.bytes.length]);
    expect(shelf.get(a.key)).toBeUndefined();
    expect(shelf.keep(new Set([b.key]))).toEqual([]);
  });

  test("has nothing to mark of a blob that it does not hold", () => {
    expect(() => new Shelf().markStored(a.key)).toThrow("only what is held is marked");
  });
});

describe("O6: what an answer brings", () => {
  const small = manyBlobs(1)[0] as Candidate;
  const held = new Map([a, b, c, small].map(({ key, bytes }) => [key, bytes]));
  const choose = (wanted: readonly Candidate[], bytesMax: number) =>
    chooseFound(
      wanted.map(({ root }) => root),
      (key) => held.get(key),
      bytesMax,
    );

  test("all that is held, each once, in the order of the request", () => {
    const unknown = { root: asRoot(new Uint8Array(32)) } as Candidate;
    expect(choose([b, unknown, a, b], 1e6)).toEqual([b.bytes, a.bytes]);
    expect(choose([unknown], 1e6)).toEqual([]);
    expect(choose([], 1e6)).toEqual([]);
  });

  test("one blob at least, and of the rest what fits", () => {
    expect(choose([a, b, c], 0)).toEqual([a.bytes]);
    expect(choose([a, b, c], 2 * a.bytes.length)).toEqual([a.bytes, b.bytes]);
    expect(choose([a, a, b], 2 * a.bytes.length)).toEqual([a.bytes, b.bytes]);
    expect(choose([a, b, small], a.bytes.length + small.bytes.length)).toEqual([a.bytes, small.bytes]);
  });
});
