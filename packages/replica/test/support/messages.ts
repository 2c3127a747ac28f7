// Messages of every kind: samples, which set each field, and arbitrary ones, of whatever the types and rules allow. What the
// consensus of the attest chain says has the kinds of the other one's, as "attest …".

import { claimContentCodec } from "@tandem/attestation";
import type { CommittedMap } from "@tandem/execution";
import {
  type AttestBlock,
  asContractName,
  asHeight,
  asRound,
  asShardName,
  asView,
  blobCodec,
  type Certificate,
  type OrderBlock,
} from "@tandem/shared";
import fc from "fast-check";
import * as arbitraries from "../../../shared/test/support/arbitraries.ts";
import * as proofArbitraries from "../../../shared/test/support/proof-arbitraries.ts";
import * as proofs from "../../../shared/test/support/proof-samples.ts";
import * as samples from "../../../shared/test/support/samples.ts";
import type { ReplicaMessage } from "../../src/index.ts";

type AttestVotes = Extract<ReplicaMessage, { readonly kind: "attest" }>["message"];
type FlatKind = Exclude<ReplicaMessage["kind"], "attest">;
type OfKind<Each extends FlatKind> = Extract<ReplicaMessage, { readonly kind: Each }>;
type OfAttest<Each extends AttestVotes["kind"]> = Extract<AttestVotes, { readonly kind: Each }>;

const { affirmation, bytesOf, certificates, orderHeader, rootOf, votes } = samples;
const [block, smallBlock] = samples.orderBlocks as readonly [OrderBlock, OrderBlock];
const [attestBlock, smallAttestBlock] = samples.attestBlocks as readonly [AttestBlock, AttestBlock];
const [notarization, nullification, finalization] = certificates as readonly [Certificate, Certificate, Certificate];
const blobs = samples.blobs.map(blobCodec.encode);
const signature = bytesOf(96, 200);
const shard = asShardName("bank");
const numberOf = (low: number) => 2 ** 40 + low;

const slices = [
  { touches: [proofs.touch, { ...proofs.touch, blob: rootOf(201) }], proof: proofs.namespaceProof, blobs },
  { touches: [], proof: { left: [], right: [], opened: [] }, blobs: [] },
];

const samplesByKind: { readonly [Each in FlatKind]: readonly OfKind<Each>[] } = {
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
  affirmations: [
    { kind: "affirmations", affirmations: [affirmation, { ...affirmation, shard, claim: rootOf(224) }] },
    { kind: "affirmations", affirmations: [] },
  ],
  "want-content": [{ kind: "want-content", id: numberOf(225), claim: rootOf(226) }],
  content: [
    { kind: "content", id: numberOf(227), content: claimContentCodec.encode({ claim: samples.claim, exports: [] }) },
    { kind: "content", id: 228, content: undefined },
  ],
  "want-state": [
    {
      kind: "want-state",
      id: numberOf(229),
      shard,
      round: asRound(numberOf(230)),
      map: { kind: "state", contract: asContractName("bank/coins") },
      root: rootOf(231),
      place: { path: rootOf(232), depth: 9 },
    },
    {
      kind: "want-state",
      id: 233,
      shard,
      round: asRound(234),
      map: { kind: "pending" },
      root: rootOf(235),
      place: { path: rootOf(236), depth: 0 },
    },
  ],
  state: [
    {
      kind: "state",
      id: numberOf(237),
      part: { kind: "entry", value: { key: rootOf(238), value: Uint8Array.of(1, 2) } },
    },
    { kind: "state", id: 239, part: undefined },
  ],
};

const samplesOfAttest: { readonly [Each in AttestVotes["kind"]]: readonly OfAttest<Each>[] } = {
  proposal: [
    { kind: "proposal", proposal: { block: attestBlock, parent: notarization, signature } },
    { kind: "proposal", proposal: { block: smallAttestBlock, parent: undefined, signature } },
  ],
  vote: samplesByKind.vote,
  certificate: samplesByKind.certificate,
  reason: samplesByKind.reason,
  request: samplesByKind.request,
  answer: [
    {
      kind: "answer",
      id: numberOf(229),
      blocks: [
        { block: attestBlock, certificate: notarization },
        { block: smallAttestBlock, certificate: finalization },
      ],
      certificates: [nullification, finalization],
    },
    { kind: "answer", id: 230, blocks: [], certificates: [] },
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

/** What consensus says, about blocks of a kind. */
function votesAbout<Block>(block: fc.Arbitrary<Block>) {
  return {
    proposal: anyRecord({
      kind: kindOf("proposal"),
      proposal: anyRecord({ block, parent, signature: bytes(96) }),
    }),
    vote: anyRecord({ kind: kindOf("vote"), vote }),
    certificate: anyRecord({ kind: kindOf("certificate"), certificate }),
    reason: anyRecord({ kind: kindOf("reason"), view, isBeat: fc.boolean() }),
    request: anyRecord({ kind: kindOf("request"), id: count, request }),
    answer: anyRecord({
      kind: kindOf("answer"),
      id: count,
      blocks: listOf(anyRecord({ block, certificate })),
      certificates: listOf(certificate),
    }),
  };
}

const arbitraryOfAttest: { readonly [Each in AttestVotes["kind"]]: fc.Arbitrary<OfAttest<Each>> } = votesAbout(
  arbitraries.attestBlock,
);
const contentBytesMin = claimContentCodec.type.sizeMin;
const content = fc.uint8Array({ minLength: contentBytesMin, maxLength: contentBytesMin + 300 });

const arbitraryByKind: { readonly [Each in FlatKind]: fc.Arbitrary<OfKind<Each>> } = {
  ...votesAbout(orderBlock),
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
  affirmations: anyRecord({ kind: kindOf("affirmations"), affirmations: listOf(arbitraries.affirmation) }),
  "want-content": anyRecord({ kind: kindOf("want-content"), id: count, claim: root }),
  content: anyRecord({ kind: kindOf("content"), id: count, content: fc.option(content, { nil: undefined }) }),
  "want-state": anyRecord({
    kind: kindOf("want-state"),
    id: count,
    shard: shardName,
    round: count.map(asRound),
    map: fc.constantFrom<CommittedMap>({ kind: "contracts" }, { kind: "pending" }),
    root,
    place: anyRecord({ path: root, depth: fc.nat(256) }),
  }),
  state: anyRecord({ kind: kindOf("state"), id: count, part: fc.constant(undefined) }),
};

export interface Entry {
  readonly kind: string;
  readonly samples: readonly ReplicaMessage[];
  readonly arbitrary: fc.Arbitrary<ReplicaMessage>;
}

const wrap = (message: AttestVotes): ReplicaMessage => ({ kind: "attest", message });

export const table: readonly Entry[] = [
  ...(Object.keys(samplesByKind) as FlatKind[]).map((kind) => ({
    kind,
    samples: samplesByKind[kind],
    arbitrary: arbitraryByKind[kind],
  })),
  ...(Object.keys(samplesOfAttest) as AttestVotes["kind"][]).map((kind) => ({
    kind: `attest ${kind}`,
    samples: samplesOfAttest[kind].map(wrap),
    arbitrary: (arbitraryOfAttest[kind] as fc.Arbitrary<AttestVotes>).map(wrap),
  })),
];
