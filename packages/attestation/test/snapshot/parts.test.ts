// The encoding of a snapshot's parts: what was written stays readable, so a change of it is a decision.

import { createHash } from "node:crypto";
import {
  asBlobIndex,
  asContractName,
  asEnvironmentName,
  asHeight,
  asShardName,
  asStepIndex,
  type ClaimSummary,
  summarizeClaim,
} from "@tandem/shared";
import fc from "fast-check";
import { expect, test } from "vitest";
import { attestHeader, bytesOf, certificates, rootOf } from "../../../shared/test/support/samples.ts";
import { type SnapshotPart, snapshotPartCodec } from "../../src/snapshot/parts.ts";
import { claimOf, contentOf, outcomeAt, rail } from "../support/claims.ts";

const content = contentOf(claimOf(rail, 3), [[outcomeAt(1, 2, 0)]]);
const claim: ClaimSummary = summarizeClaim(content.claim);
const certificate = certificates[2] as (typeof certificates)[number];
const header = { header: attestHeader, descendant: undefined, certificate };
const item = { length: 1, branch: Array.from({ length: 11 }, () => rootOf(4)) };
const record = { environment: asEnvironmentName("token"), state: rootOf(5), status: "ended" } as const;
const position = { height: asHeight(2), index: asBlobIndex(3) };
const nothing = { why: "input", step: asStepIndex(1) } as const;
const entry = {
  blob: rootOf(6),
  ran: [{ step: asStepIndex(1), outcome: { kind: "nothing", value: nothing } }],
  settled: [],
  writes: [],
} as const;

const parts: readonly SnapshotPart[] = [
  {
    kind: "head",
    value: {
      network: rootOf(1),
      shard: asShardName("rail"),
      proof: { header, index: 0, claim, bitmap: [true, false], signature: bytesOf(96, 3), item },
    },
  },
  { kind: "content", value: content },
  { kind: "contracts", value: [{ name: asContractName("rail/coin"), record }] },
  {
    kind: "state",
    value: { contract: asContractName("rail/coin"), entries: [{ key: bytesOf(2, 7), value: bytesOf(3, 8) }] },
  },
  { kind: "pending", value: [{ position, entry }] },
  { kind: "end", value: { parts: 5 } },
];

const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex").slice(0, 16);

test("every part has these bytes, and is read back as it was", () => {
  const encoded = parts.map(snapshotPartCodec.encode);
  expect(encoded.map((bytes, at) => `${parts[at]?.kind} ${bytes.length} ${hashOf(bytes)}`)).toEqual([
    "head 1070 ddf0da97a1f24b7c",
    "content 372 9ac4b79266f4a214",
    "contracts 64 3ccc4d1b97b54ddb",
    "state 35 4a82e588c3451834",
    "pending 77 1f602bd24a272331",
    "end 9 80fa4084d737a4d1",
  ]);
  for (const [at, bytes] of encoded.entries())
    expect(snapshotPartCodec.decode(bytes)).toEqual({ ok: true, value: parts[at] });
});

test("any bytes give a part or a decode error, and a part is the only encoding of its value", () => {
  const samples = parts.map(snapshotPartCodec.encode);
  const changed = fc.tuple(fc.nat(samples.length - 1), fc.nat(), fc.nat(255)).map(([part, at, byte]) => {
    const bytes = samples[part] as Uint8Array;
    return bytes.with(at % bytes.length, byte);
  });
  const property = fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), changed), (bytes) => {
    const decoded = snapshotPartCodec.decode(bytes);
    if (decoded.ok) expect(snapshotPartCodec.encode(decoded.value)).toEqual(bytes);
  });
  fc.assert(property, { seed: 1, numRuns: 2000 });
});
