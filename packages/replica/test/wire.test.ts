// Messages as bytes: each back as it was, the same bytes as ever, and none beyond its bounds.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { claimContentCodec } from "@tandem/attestation";
import {
  type AttestBlock,
  type AttestItem,
  asRound,
  attestItemsCodec,
  blobCodec,
  type Certificate,
  type DecodeCode,
  limits,
  type OrderBlock,
  type OrderHeader,
  type Source,
} from "@tandem/shared";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as samples from "../../shared/test/support/samples.ts";
import {
  decodeMessage,
  encodeMessage,
  messageBytesMax,
  observerMessageBytesMax,
  type ReplicaMessage,
  replicaMessageCodec,
} from "../src/index.ts";
import { encodeByHand } from "./support/by-hand.ts";
import { table } from "./support/messages.ts";

type AttestVotes = Extract<ReplicaMessage, { readonly kind: "attest" }>["message"];

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const parsed = (text: string) => decodeMessage(Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex")));
const zeros = (count: number) => "00".repeat(count);

test.each(table)("$kind: what is encoded is decoded as it was", ({ arbitrary }) => {
  fc.assert(
    fc.property(arbitrary, (message) => {
      expect(decodeMessage(encodeMessage(message))).toEqual({ ok: true, value: message });
    }),
    { seed: 31, numRuns: 100 },
  );
});

test.each(table)("$kind: the bytes are those that are put together by hand", ({ samples, arbitrary }) => {
  for (const message of samples) expect(hex(encodeMessage(message))).toBe(hex(encodeByHand(message)));
  fc.assert(
    fc.property(arbitrary, (message) => {
      expect(hex(encodeMessage(message))).toBe(hex(encodeByHand(message)));
    }),
    { seed: 32, numRuns: 50 },
  );
});

test("what was decoded does not change with the bytes that it came from", () => {
  for (const message of table.flatMap((entry) => entry.samples)) {
    const bytes = encodeMessage(message);
    const decoded = decodeMessage(bytes);
    bytes.fill(0xff);
    expect(decoded).toEqual({ ok: true, value: message });
  }
});

describe("the encodings of samples are what they were", () => {
  const path = join(import.meta.dirname, "wire-golden.json");
  const actual = Object.fromEntries(
    table.map(({ kind, samples }) => [
      kind,
      samples.map((message) => {
        const bytes = encodeMessage(message);
        const root = hex(replicaMessageCodec.root(message));
        // Short ones are readable as they are.
        if (bytes.length <= 256) return { encoding: hex(bytes), root };
        return { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex"), root };
      }),
    ]),
  );
  const advice = `
Nodes of two versions no longer understand each other. If that is meant, write anew what is expected with
TANDEM_GOLDEN=write npm test -- packages/replica/test/wire.test.ts
read the difference of wire-golden.json, and say in CHANGELOG.md which messages changed and why.
`;
  if (process.env["TANDEM_GOLDEN"] === "write") writeFileSync(path, `${JSON.stringify(actual, null, 2)}\n`);
  const golden = JSON.parse(readFileSync(path, "utf8")) as typeof actual;

  test.each(table)("$kind", ({ kind }) => {
    expect(actual[kind], advice).toEqual(golden[kind]);
  });

  test("of no other kinds", () => {
    expect(Object.keys(golden), advice).toEqual(Object.keys(actual));
  });
});

describe("what is not a message", () => {
  test.each<[string, string, DecodeCode, string]>([
    ["nothing", "", "too-short", "replica-message"],
    ["a kind below all", "00", "out-of-range", "replica-message"],
    ["a kind between ours", "07", "out-of-range", "replica-message"],
    ["a kind above ordering's", "17", "out-of-range", "replica-message"],
    ["a kind between those of the attest chain", "27", "out-of-range", "replica-message"],
    ["a kind above all", "36", "out-of-range", "replica-message"],
    ["the last kind there is", "ff", "out-of-range", "replica-message"],
    ["a kind alone", "12", "too-short", "replica-message.received"],
    ["a byte after the end", `12 ${zeros(9)}`, "too-long", "replica-message.received"],
    ["a number above 2^53-1", "12 0000000000002000", "out-of-range", "replica-message.received.batch"],
    ["a boolean of 2", `04 ${zeros(8)} 02`, "out-of-range", "replica-message.reason.isBeat"],
    ["the same of the attest chain", `24 ${zeros(8)} 02`, "out-of-range", "replica-message.attest-reason.isBeat"],
    [
      "a content that can be none",
      `33 ${zeros(8)} 0c000000 04000000 00`,
      "too-short",
      "replica-message.content.content[0]",
    ],
    ["a request of no kind", `05 ${zeros(8)} 0c000000 00`, "out-of-range", "replica-message.request.request"],
    ["a gap before a list", `13 ${zeros(8)} 0d000000 00`, "bad-offset", "replica-message.want.roots"],
    ["half a root", `13 ${zeros(8)} 0c000000 ${zeros(16)}`, "too-long", "replica-message.want.roots"],
    ["a name in capitals", `15 ${zeros(8)} 1c000000 ${zeros(16)} 41`, "bad-text", "replica-message.want-slices.shard"],
  ])("%s is refused", (_, text, code, path) => {
    expect(parsed(text)).toMatchObject({ ok: false, error: { code, path } });
  });

  test("a blob that is too short to be any is refused", () => {
    const bytes = blobCodec.type.sizeMin - 1;
    const refused = parsed(`11 ${zeros(8)} 0c000000 04000000 ${zeros(bytes)}`);
    expect(refused).toMatchObject({ ok: false, error: { code: "too-short", path: "replica-message.blobs.blobs[0]" } });
    expect(parsed(`11 ${zeros(8)} 0c000000 04000000 ${zeros(bytes + 1)}`).ok).toBe(true);
  });
});

describe("bounds (S11)", () => {
  const times = <T>(count: number, item: T): readonly T[] => Array.from({ length: count }, () => item);
  const [certificate] = samples.certificates as readonly [Certificate];
  const blobOf = (bytes: number) => new Uint8Array(bytes);
  const small = blobOf(blobCodec.type.sizeMin);
  const blockOf = (blobs: number): OrderBlock => ({
    header: samples.orderHeader,
    body: { blobs: times(blobs, samples.rootOf(1)), citation: undefined },
  });
  const answer = (blocks: readonly OrderBlock[], certificates: number): ReplicaMessage => ({
    kind: "answer",
    id: 1,
    blocks: blocks.map((block) => ({ block, certificate })),
    certificates: times(certificates, certificate),
  });
  const proposal = (blobs: number): ReplicaMessage => ({
    kind: "proposal",
    proposal: { block: blockOf(blobs), parent: certificate, signature: new Uint8Array(96) },
  });
  const blobs = (list: readonly Uint8Array[]): ReplicaMessage => ({ kind: "blobs", batch: 1, blobs: list });
  const found = (list: readonly Uint8Array[]): ReplicaMessage => ({ kind: "found", id: 1, blobs: list });
  const want = (count: number): ReplicaMessage => ({ kind: "want", id: 1, roots: times(count, samples.rootOf(1)) });
  const slices = (headers: readonly OrderHeader[], list: readonly Uint8Array[], bits = 0): ReplicaMessage => ({
    kind: "slices",
    id: 1,
    run: {
      headers,
      slices: [{ touches: [], proof: { ...sides, opened: times(bits, true) }, blobs: list }],
      certificate,
    },
  });
  const attestBlockOf = (items: readonly AttestItem[]): AttestBlock => ({
    header: samples.attestHeader,
    body: { items, citation: undefined },
  });
  const attest = (message: AttestVotes): ReplicaMessage => ({ kind: "attest", message });
  const attestProposal = (items: readonly AttestItem[]) =>
    attest({
      kind: "proposal",
      proposal: { block: attestBlockOf(items), parent: certificate, signature: new Uint8Array(96) },
    });
  const attestAnswer = (blocks: readonly AttestBlock[]) =>
    attest({
      kind: "answer",
      id: 1,
      blocks: blocks.map((block) => ({ block, certificate })),
      certificates: times(limits.answerCertificatesMax, certificate),
    });
  const [item] = samples.attestItems as readonly [Extract<AttestItem, { readonly kind: "attestation" }>];
  // A claim of as many sources as it may have, and as many of those as fit.
  const source = (round: number) => ({ ...(item.value.claim.sources[0] as Source), round: asRound(round) });
  const sources = Array.from({ length: limits.sourcesMax }, (_, round) => source(round + 1));
  const large: AttestItem = { ...item, value: { ...item.value, claim: { ...item.value.claim, sources } } };
  const largeBytes = attestItemsCodec.encode([large]).length;
  const fullOf = (bytes: number) => times(Math.floor(bytes / largeBytes), large);
  const full = fullOf(limits.attestBytesMax);
  const affirmations = (count: number): ReplicaMessage => ({
    kind: "affirmations",
    affirmations: times(count, samples.affirmation),
  });
  const content = (bytes: number): ReplicaMessage => ({ kind: "content", id: 1, content: new Uint8Array(bytes) });
  const sides = { left: times(18, new Uint8Array(90)), right: times(18, new Uint8Array(90)) };
  // A full block, all of one shard: a binary tree with so many ends.
  const bitsMax = 2 * (limits.blockBlobsMax + 36) - 1;
  const ofBytes = (bytes: number) => {
    const large = Math.floor(bytes / limits.blobBytesMax);
    return [...times(large, blobOf(limits.blobBytesMax)), blobOf(bytes - large * limits.blobBytesMax)];
  };

  test.each<[string, ReplicaMessage]>([
    ["a proposal of a full block", proposal(limits.blockBlobsMax)],
    ["an answer of many blocks and certificates", answer(times(limits.answerBlocksMax, blockOf(4)), 194)],
    ["an answer of full blocks", answer(times(15, blockOf(limits.blockBlobsMax)), limits.answerCertificatesMax)],
    ["a push of many blobs", blobs(times(limits.pushBlobsMax, blobOf(limits.pushBytesMax / limits.pushBlobsMax)))],
    ["a push of large blobs", blobs(ofBytes(limits.pushBytesMax))],
    ["an answer of many blobs", found(times(limits.wantRootsMax, small))],
    ["an answer of large blobs", found(times(8, blobOf(limits.blobBytesMax)))],
    ["a request for many blobs", want(limits.wantRootsMax)],
    ["the slice of a block of large blobs", slices([samples.orderHeader], ofBytes(limits.blockBytesMax))],
    ["the proof of a block that is all of one shard", slices([], [], bitsMax)],
    ["a slice after many headers", slices(times(limits.sliceRunHeadersMax, samples.orderHeader), [small])],
    ["a proposal of a full attest block", attestProposal(full)],
    ["an answer of a full attest block", attestAnswer([attestBlockOf(full)])],
    ["an answer of many attest blocks", attestAnswer(times(limits.answerBlocksMax, attestBlockOf([item])))],
    ["many affirmations", affirmations(limits.affirmationsMax)],
    ["the largest content", content(claimContentCodec.bytesMax)],
  ])("%s fits", (_, message) => {
    const bytes = encodeMessage(message);
    const decoded = decodeMessage(bytes);
    expect(decoded.ok && Buffer.compare(encodeMessage(decoded.value), bytes)).toBe(0);
  });

  test.each<[string, ReplicaMessage]>([
    ["a proposal of too many blobs", proposal(limits.blockBlobsMax + 1)],
    ["an answer of too many blocks", answer(times(limits.answerBlocksMax + 1, blockOf(0)), 0)],
    ["an answer of too many bytes", answer(times(16, blockOf(limits.blockBlobsMax)), 0)],
    ["an answer of too many certificates", answer([], limits.answerCertificatesMax + 1)],
    ["a push of too many blobs", blobs(times(limits.pushBlobsMax + 1, small))],
    ["a push of too many bytes", blobs(ofBytes(limits.pushBytesMax + 4 * limits.pushBlobsMax))],
    ["a blob of too many bytes", blobs([blobOf(limits.blobBytesMax + 1)])],
    ["an answer of too many blobs", found(times(limits.wantRootsMax + 1, small))],
    ["an answer of too many bytes of blobs", found(times(9, blobOf(limits.blobBytesMax)))],
    ["a request for too many blobs", want(limits.wantRootsMax + 1)],
    ["slices of too many bytes", slices([], ofBytes(limits.sliceRunBytesMax))],
    ["a proof of too many nodes", slices([], [], 2 * bitsMax)],
    ["too many headers", slices(times(limits.sliceRunHeadersMax + 1, samples.orderHeader), [])],
    ["an attest block of too many items", attestProposal(times(limits.attestItemsMax + 1, item))],
    ["an attest block of too many bytes", attestProposal(fullOf(limits.proposalBytesMax + largeBytes))],
    ["an answer of two full attest blocks", attestAnswer([attestBlockOf(full), attestBlockOf(full)])],
    ["an answer of too many attest blocks", attestAnswer(times(limits.answerBlocksMax + 1, attestBlockOf([])))],
    ["too many affirmations", affirmations(limits.affirmationsMax + 1)],
    ["a content of too many bytes", content(claimContentCodec.bytesMax + 1)],
  ])("%s is not sent, and is refused", (_, message) => {
    expect(() => encodeMessage(message)).toThrow(/allowed|not \d+-\d+/);
    expect(decodeMessage(encodeByHand(message))).toMatchObject({ ok: false, error: { code: "over-limit" } });
  });

  test("no message is longer than the longest, which is slices", () => {
    expect(messageBytesMax).toBe(1 + 8 + 4 + limits.sliceRunBytesMax);
    const refused = decodeMessage(new Uint8Array(messageBytesMax + 1));
    expect(refused).toMatchObject({ error: { code: "over-limit", path: "replica-message" } });
  });

  test("the longest of an observer is a push of many blobs", () => {
    const push = blobs(times(limits.pushBlobsMax, blobOf(limits.pushBytesMax / limits.pushBlobsMax)));
    expect(observerMessageBytesMax).toBe(encodeMessage(push).length);
  });
});
