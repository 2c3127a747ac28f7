// Messages of every kind: samples, which set each field, and arbitrary ones, of whatever the types and rules allow.

import { asHeight, asShardName, asView, blobCodec, type Certificate, type OrderBlock } from "@tandem/shared";
import fc from "fast-check";
import * as arbitraries from "../../../shared/test/support/arbitraries.ts";
import * as proofArbitraries from "../../../shared/test/support/proof-arbitraries.ts";
import * as proofs from "../../../shared/test/support/proof-samples.ts";
import * as samples from "../../../shared/test/support/samples.ts";
import type { ReplicaMessage } from "../../src/index.ts";

type Kind = ReplicaMessage["kind"];
type OfKind<Each extends Kind> = Extract<ReplicaMessage, { readonly kind: Each }>;

const { bytesOf, certificates, orderHeader, rootOf, votes } = samples;
const [block, smallBlock] = samples.orderBlocks as readonly [OrderBlock, OrderBlock];
const [notarization, nullification, finalization] = certificates as readonly [Certificate, Certificate, Certificate];
const blobs = samples.blobs.map(blobCodec.encode);
const signature = bytesOf(96, 200);
const shard = asShardName("bank");
const numberOf = (low: number) => 2 ** 40 + low;

const slices = [
  { touches: [proofs.touch, { ...proofs.touch, blob: rootOf(201) }], proof: proofs.namespaceProof, blobs },
  { touches: [], proof: { left: [], right: [], opened: [] }, blobs: [] },
];

const samplesByKind: { readonly [Each in Kind]: readonly OfKind<Each>[] } = {
  proposal: [
    { kind: "proposal", proposal: { block, parent: notarization, signature } },
    { kind: "proposal", proposal: { block: smallBlock, parent: undefined, signature } },
  ],
  vote: votes.map((vote) => ({ kind: "vote", vote })),
  certificate: certificates.map((certificate) => ({ kind: "certificate", certificate })),
  reason: [true, false].map((isBeat) => ({ kind: "reason", view: asView(numberOf(202)), isBeat })),
  request: [
    {
      kind: "request",
      id: numberOf(203),
      request: { kind: "certificates", from: asView(numberOf(204)), to: asView(numberOf(205)) },
    },
    { kind: "request", id: 206, request: { kind: "block", root: rootOf(207) } },
    { kind: "request", id: 208, request: { kind: "chain", from: asHeight(numberOf(209)) } },
  ],
  answer: [
    {
      kind: "answer",
      id: numberOf(210),
      blocks: [
        { block, certificate: notarization },
        { block: smallBlock, certificate: finalization },
      ],
      certificates: [nullification, finalization],
    },
    { kind: "answer", id: 211, blocks: [], certificates: [] },
  ],
  blobs: [
    { kind: "blobs", batch: numberOf(212), blobs },
    { kind: "blobs", batch: 213, blobs: [] },
  ],
  received: [{ kind: "received", batch: numberOf(214) }],
  want: [{ kind: "want", id: numberOf(215), roots: [rootOf(216), rootOf(217)] }],
  found: [{ kind: "found", id: numberOf(218), blobs: blobs.toReversed() }],
  "want-slices": [
    { kind: "want-slices", id: numberOf(219), shard, from: asHeight(numberOf(220)), count: numberOf(221) },
  ],
  slices: [
    {
      kind: "slices",
      id: numberOf(222),
      run: { headers: [orderHeader, smallBlock.header], slices, certificate: finalization },
    },
    { kind: "slices", id: 223, run: { headers: [], slices: [], certificate: undefined } },
  ],
};

const { anyRecord, bytes, certificate, count, listOf, orderBlock, root, shardName, vote } = arbitraries;
const encodedBlob = arbitraries.blob.map(blobCodec.encode);
const view = count.map(asView);
const height = count.map(asHeight);
const parent = fc.option(certificate, { nil: undefined });
const kindOf = <Each extends string>(kind: Each) => fc.constant(kind);

const request = fc.oneof(
  anyRecord({ kind: kindOf("certificates"), from: view, to: view }),
  anyRecord({ kind: kindOf("block"), root }),
  anyRecord({ kind: kindOf("chain"), from: height }),
);
const slice = anyRecord({
  touches: listOf(proofArbitraries.touch),
  proof: proofArbitraries.namespaceProof,
  blobs: listOf(encodedBlob),
});

const arbitraryByKind: { readonly [Each in Kind]: fc.Arbitrary<OfKind<Each>> } = {
  proposal: anyRecord({
    kind: kindOf("proposal"),
    proposal: anyRecord({ block: orderBlock, parent, signature: bytes(96) }),
  }),
  vote: anyRecord({ kind: kindOf("vote"), vote }),
  certificate: anyRecord({ kind: kindOf("certificate"), certificate }),
  reason: anyRecord({ kind: kindOf("reason"), view, isBeat: fc.boolean() }),
  request: anyRecord({ kind: kindOf("request"), id: count, request }),
  answer: anyRecord({
    kind: kindOf("answer"),
    id: count,
    blocks: listOf(anyRecord({ block: orderBlock, certificate })),
    certificates: listOf(certificate),
  }),
  blobs: anyRecord({ kind: kindOf("blobs"), batch: count, blobs: listOf(encodedBlob) }),
  received: anyRecord({ kind: kindOf("received"), batch: count }),
  want: anyRecord({ kind: kindOf("want"), id: count, roots: listOf(root) }),
  found: anyRecord({ kind: kindOf("found"), id: count, blobs: listOf(encodedBlob) }),
  "want-slices": anyRecord({ kind: kindOf("want-slices"), id: count, shard: shardName, from: height, count }),
  slices: anyRecord({
    kind: kindOf("slices"),
    id: count,
    run: anyRecord({ headers: listOf(arbitraries.orderHeader), slices: listOf(slice), certificate: parent }),
  }),
};

export interface Entry {
  readonly kind: Kind;
  readonly samples: readonly ReplicaMessage[];
  readonly arbitrary: fc.Arbitrary<ReplicaMessage>;
}

export const table: readonly Entry[] = (Object.keys(samplesByKind) as Kind[]).map((kind) => ({
  kind,
  samples: samplesByKind[kind],
  arbitrary: arbitraryByKind[kind],
}));
