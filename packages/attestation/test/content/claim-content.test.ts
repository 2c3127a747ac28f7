import { asRound, asShardName, claimCodec, type Export, limits, type Root } from "@tandem/shared";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ClaimContent,
  checkContent,
  claimContentCodec,
  readClaimContent,
  visibleClaimOf,
} from "../../src/content/claim-content.ts";
import { claimOf, contentOf, hashOf, hotel, outcomeAt, rail, verdictAt } from "../support/claims.ts";

const lists = [
  [outcomeAt(3, 0, 0), outcomeAt(3, 0, 2)],
  [outcomeAt(3, 0, 1), verdictAt(3, 0, 2)],
  [verdictAt(3, 0, 2)],
];
const content = contentOf(claimOf(rail, 3), lists);
const root = claimCodec.root(content.claim);

function codeOf(changed: ClaimContent, of: Root = claimCodec.root(changed.claim)): string {
  const checked = checkContent(of, changed);
  return checked.ok ? "ok" : checked.error.code;
}

/** A claim that commits to these lists, so that nothing but sense is missing. */
const withLists = (exports: readonly (readonly Export[])[]) => codeOf(contentOf(claimOf(rail, 3), exports));

describe("what a root commits to", () => {
  test("reads back what was written, and is taken", () => {
    expect(readClaimContent(root, claimContentCodec.encode(content))).toEqual({ ok: true, value: content });
  });

  test("is what others see: a source with its lists", () => {
    const visible = visibleClaimOf(content);
    expect(visible).toMatchObject({ shard: rail, round: 3, lanes: lists });
  });

  test.each<[string, string, ClaimContent, Root?]>([
    ["another claim", "wrong-root", contentOf(claimOf(rail, 4), []), root],
    ["a list too few", "wrong-lanes", { ...content, exports: lists.slice(0, 2) }],
    ["a list too many", "wrong-lanes", { ...content, exports: [...lists, []] }],
    ["an export left out", "wrong-exports", { ...content, exports: [lists[0]?.slice(0, 1) ?? [], ...lists.slice(1)] }],
    [
      "another outcome",
      "wrong-exports",
      { ...content, exports: [[outcomeAt(3, 0, 0, "false"), outcomeAt(3, 0, 2)], ...lists.slice(1)] },
    ],
    ["lists that changed places", "wrong-exports", { ...content, exports: [...lists].reverse() }],
  ])("%s: %s", (_, code, changed, of) => {
    expect(codeOf(changed, of ?? root)).toBe(code);
  });

  test("any changed byte is refused, and arbitrary bytes are, as values", () => {
    const bytes = claimContentCodec.encode(content);
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ 1;
      expect(readClaimContent(root, changed).ok).toBe(false);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (some) => {
        expect(readClaimContent(root, some).ok).toBe(false);
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});

describe("what makes no sense is refused, whoever signed it", () => {
  test.each<[string, string, string]>([
    ["a lane of another shard", "wrong-contract", codeOf({ ...content, claim: { ...content.claim, shard: hotel } })],
    ["a step in two lanes", "wrong-node", withLists([[outcomeAt(3, 0, 0)], [outcomeAt(3, 0, 0)]])],
    ["a settle in two lanes", "ok", withLists([[verdictAt(3, 0, 0)], [verdictAt(3, 0, 0)]])],
    ["a node of a later round", "wrong-node", withLists([[outcomeAt(4, 0, 0)]])],
    ["an earlier one", "ok", withLists([[outcomeAt(1, 0, 0)]])],
    ["a settle's outcome", "wrong-node", withLists([[{ ...outcomeAt(3, 0, 0), node: verdictAt(3, 0, 0).node }]])],
    ["a step's verdict", "wrong-node", withLists([[{ ...verdictAt(3, 0, 0), node: outcomeAt(3, 0, 0).node }]])],
    ["a source in the own shard", "wrong-source", withSource("rail", 2)],
    ["a source that is not earlier", "wrong-source", withSource("hotel", 3)],
    ["a source", "ok", withSource("hotel", 2)],
  ])("%s: %s", (_, code, got) => {
    expect(got).toBe(code);
  });

  function withSource(shard: string, round: number): string {
    const source = { shard: asShardName(shard), round: asRound(round), exports: hashOf("exports") };
    return codeOf({ ...content, claim: { ...content.claim, sources: [source] } });
  }

  test("nodes out of line order do not decode", () => {
    const turned = [outcomeAt(3, 0, 2), outcomeAt(3, 0, 0)];
    const bytes = claimContentCodec.encode(contentOf(claimOf(rail, 3), [[outcomeAt(3, 0, 0), outcomeAt(3, 0, 2)]]));
    // The encodings of the two have one length, so changing their places changes the order alone.
    const size = claimContentCodec.encode(contentOf(claimOf(rail, 3), [turned.slice(0, 1)])).length;
    const one = bytes.length - size - 4;
    const start = bytes.length - 2 * one;
    const swapped = new Uint8Array([
      ...bytes.slice(0, start),
      ...bytes.slice(start + one),
      ...bytes.slice(start, start + one),
    ]);
    const read = readClaimContent(root, swapped);
    expect(!read.ok && [read.error.code, read.error.message.includes("order")]).toEqual(["malformed", true]);
  });
});

test("S11: an honest content always fits: what one budget pays for, and the largest claim", () => {
  const exportsBytes = Math.ceil(limits.budgetMax / limits.byteCost);
  const offsets = 8 * limits.lanesMax;
  expect(limits.shardBudgetMax).toBeLessThanOrEqual(limits.budgetMax);
  expect(claimCodec.bytesMax + exportsBytes + offsets).toBeLessThanOrEqual(claimContentCodec.bytesMax);
  expect(claimContentCodec.bytesMax).toBe(17 * 1024 * 1024);
  const tooLong = readClaimContent(root, new Uint8Array(claimContentCodec.bytesMax + 1));
  expect(!tooLong.ok && tooLong.error.message).toContain("allowed");
});
