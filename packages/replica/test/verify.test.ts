// What a shell does for `verify`: each task by the set, or the scheme, whose signatures it is about.

import {
  type AttestHeader,
  affirmDomain,
  affirmedClaimCodec,
  asHeight,
  asShardName,
  asValidatorIndex,
  asView,
  attestHeaderCodec,
  type CertificateKind,
  type Citation,
  genesisAttestHeader,
  mockScheme,
  type OrderHeader,
  orderHeaderCodec,
  portablePayerScheme,
  type SecretKey,
  signingRoot,
} from "@tandem/shared";
import { expect, test } from "vitest";
import { blobOf, isTestSignature } from "../../ordering/test/support/blobs.ts";
import { certify, signVote, type TestElectorate } from "../../shared/test/support/electorate.ts";
import { rootOf } from "../../shared/test/support/samples.ts";
import { performReplicaVerify, type ReplicaTask, type VerifyContext } from "../src/index.ts";
import { electorateOf } from "./support/keys.ts";
import { bothChains } from "./support/network.ts";
import { network } from "./support/scripted.ts";

const { setting } = bothChains(network);
const order = electorateOf(network, "order");
const attest = electorateOf(network, "attest");
const context: VerifyContext = {
  setting,
  payers: {
    ...portablePayerScheme,
    verify: (payer, message, signature) => isTestSignature({ payer, message: message as never, signature }),
  },
};

const ballot = { epoch: order.epoch, view: asView(3), block: rootOf(1) };

function verify(task: ReplicaTask): readonly boolean[] {
  const verified = performReplicaVerify(context, 7, task);
  expect(verified.id).toBe(7);
  return verified.valid;
}

test("votes are those of the order set, and equal good ones come with their aggregate", () => {
  const votes = [0, 1].map((seat) => signVote(order, "notarize", seat, ballot));
  const { valid, aggregate } = performReplicaVerify(context, 7, { kind: "votes", votes });
  expect(valid).toEqual([true, true]);
  expect(aggregate?.length).toBe(96);
  expect(verify({ kind: "votes", votes: [signVote(attest, "notarize", 0, ballot)] })).toEqual([false]);
});

test("votes and certificates of the attest chain are those of its set", () => {
  const votes = [0, 1].map((seat) => signVote(attest, "finalize", seat, ballot));
  const { valid, aggregate } = performReplicaVerify(context, 7, { kind: "attest", task: { kind: "votes", votes } });
  expect(valid).toEqual([true, true]);
  expect(aggregate?.length).toBe(96);
  const ofOrder = [signVote(order, "finalize", 0, ballot)];
  expect(verify({ kind: "attest", task: { kind: "votes", votes: ofOrder } })).toEqual([false]);
  for (const electorate of [attest, order]) {
    const certificate = certify(electorate, "notarization", [0, 1, 2], ballot);
    expect(verify({ kind: "attest", task: { kind: "certificate", certificate } })).toEqual([electorate === attest]);
  }
});

test("C4: affirmations are those of the shard's committee, and come with their quorum if they are one", () => {
  const shard = asShardName("bank");
  const claim = rootOf(5);
  const { epoch } = setting.network;
  const root = signingRoot(affirmDomain(network.network), affirmedClaimCodec.root({ epoch, claim }));
  const signedBy = (seat: number, by: number = seat) => ({
    signer: asValidatorIndex(seat),
    signature: mockScheme.sign(order.secrets[by] as SecretKey, root),
  });
  const equal = (signed: readonly ReturnType<typeof signedBy>[]) =>
    performReplicaVerify(context, 7, { kind: "affirmations", task: { kind: "equal", shard, claim, signed } });
  const some = equal([signedBy(0), signedBy(1, 2)]);
  expect([some.valid, some.quorum]).toEqual([[true, false], undefined]);
  const { valid, quorum } = equal([signedBy(0), signedBy(1), signedBy(3)]);
  expect(valid).toEqual([true, true, true]);
  expect(quorum?.bitmap).toEqual([true, true, false, true]);
});

test("A2, A3: what is left of an attest block is its citation, by the order set, and then its signatures, up to the first that is false", () => {
  const header: OrderHeader = { ...network.header, height: asHeight(2), view: asView(3) };
  const citing = (electorate: TestElectorate, kind: CertificateKind, of: OrderHeader) => {
    const { epoch, view } = header;
    const certificate = certify(electorate, kind, [0, 1, 2], { epoch, view, block: orderHeaderCodec.root(header) });
    return { header: of, certificate, descent: { path: [] } };
  };
  const signatures = [0, 1].map((signer) => {
    const root = rootOf(6);
    const signature = mockScheme.sign(order.secrets[0] as SecretKey, root);
    const bitmap = [0, 1, 2, 3].map((seat) => seat === signer);
    return { item: signer, set: { shard: asShardName("air") }, root, bitmap, signature };
  });
  const block = (citation: Citation<OrderHeader> | undefined) =>
    verify({ kind: "attest-block", checks: { citation, signatures } });
  expect(block(undefined)).toEqual([true, false]);
  expect(block(citing(order, "finalization", header))).toEqual([true, true, false]);
  expect(block(citing(order, "notarization", header))).toEqual([false]);
  expect(block(citing(attest, "finalization", header))).toEqual([false]);
  expect(block(citing(order, "finalization", { ...header, history: rootOf(2) }))).toEqual([false]);
});

test("certificates are those of the order set", () => {
  const certificate = certify(order, "notarization", [0, 1, 2], ballot);
  expect(verify({ kind: "certificate", certificate })).toEqual([true]);
  const foreign = certify(attest, "notarization", [0, 1, 2], ballot);
  expect(verify({ kind: "certificate", certificate: foreign })).toEqual([false]);
});

test("O2: signatures of blobs are the payers', each for itself", () => {
  const signatures = [{}, { forged: true }, { nonce: 1 }].map((options) => {
    const { blob, envelopeRoot } = blobOf(network, options);
    const message = signingRoot(network.domain, envelopeRoot);
    return { payer: blob.envelope.payer, message, signature: blob.signature };
  });
  expect(verify({ kind: "signatures", signatures })).toEqual([true, false, true]);
});

test("O3: a cited header is final by the attest set", () => {
  const header: AttestHeader = { ...genesisAttestHeader(network.genesis), height: asHeight(2), view: asView(3) };
  const isFinal = (electorate: TestElectorate, kind: CertificateKind, of: AttestHeader) => {
    const { epoch, view } = header;
    const certificate = certify(electorate, kind, [0, 1, 2], { epoch, view, block: attestHeaderCodec.root(header) });
    return verify({ kind: "citation", citation: { header: of, certificate, descent: { path: [] } } });
  };
  expect(isFinal(attest, "finalization", header)).toEqual([true]);
  expect(isFinal(attest, "finalization", { ...header, history: rootOf(2) })).toEqual([false]);
  expect(isFinal(attest, "notarization", header)).toEqual([false]);
  expect(isFinal(order, "finalization", header)).toEqual([false]);
});
