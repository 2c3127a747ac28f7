// Each message has the bytes and the root that its fields have by the design, in another SSZ implementation.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limits } from "../../src/limits.ts";
import { blobCodec, type Envelope } from "../../src/messages/blob.ts";
import { claimCodec, claimSummaryCodec, exportsRootOf, summarizeClaim } from "../../src/messages/claim.ts";
import { messageSchemas } from "../oracles/messages.ts";
import type { Schema } from "../oracles/schema.ts";
import { oracleOf } from "../oracles/ssz.ts";
import * as arbitraries from "../support/arbitraries.ts";
import { isOfProofs } from "../support/attack-codecs.ts";
import * as samples from "../support/samples.ts";
import { table } from "../support/table.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const described = table.filter(({ name }) => messageSchemas[name] !== undefined);

describe("another implementation", () => {
  test("knows every message", () => {
    const messages = table.filter((entry) => !isOfProofs(entry)).map(({ name }) => name);
    const unknown = messages.filter((name) => messageSchemas[name] === undefined);
    expect(unknown, "Restate its fields in test/oracles/messages.ts.").toEqual([]);
  });

  test.each(described)("encodes and hashes $name in the same way", ({ name, codec, samples, arbitrary }) => {
    const oracle = oracleOf(messageSchemas[name] as Schema);
    const agree = (value: unknown) => {
      expect(hex(codec.encode(value))).toBe(hex(oracle.encode(value)));
      expect(hex(codec.root(value))).toBe(hex(oracle.root(value)));
    };
    samples.forEach(agree);
    fc.assert(fc.property(arbitrary, agree), { seed: 40, numRuns: 30 });
  });
});

describe("roots that stand for other roots", () => {
  test("C4: a claim's summary has the claim's root", () => {
    fc.assert(
      fc.property(arbitraries.claim, (claim) => {
        expect(claimSummaryCodec.root(summarizeClaim(claim))).toEqual(claimCodec.root(claim));
      }),
      { seed: 41, numRuns: 200 },
    );
  });

  test("C1: a source names the root over the exports of all lanes, in their order", () => {
    const oracle = oracleOf({ kind: "list", item: { kind: "byte-vector", size: 32 }, max: 4096 });
    const expected = oracle.root(samples.lanes.map((lane) => lane.exports));
    expect(hex(exportsRootOf(samples.claim))).toBe(hex(expected));
  });
});

describe("the largest of each fits its limit", () => {
  test("O9: a blob with a full payload, 16 touches and 16 transfers encodes and decodes", () => {
    const names = Array.from({ length: limits.touchesMax }, (_, index) => String.fromCharCode(97 + index).repeat(28));
    const [base] = samples.envelopes as [Envelope];
    const [transfer] = base.transfers as [Envelope["transfers"][0]];
    const envelope = {
      ...base,
      budget: limits.budgetMax as Envelope["budget"],
      touches: names as readonly string[] as Envelope["touches"],
      transfers: new Array(limits.transfersMax).fill(transfer),
      payload: new Uint8Array(limits.payloadBytesMax).fill(7),
    };
    const blob = { envelope, signature: new Uint8Array(64) };
    const decoded = blobCodec.decode(blobCodec.encode(blob));
    expect(decoded).toEqual({ ok: true, value: blob });
  });
});
