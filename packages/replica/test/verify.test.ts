// What a shell does for `verify`: each task by the set, or the scheme, whose signatures it is about.

import {
  type AttestHeader,
  asHeight,
  asView,
  attestHeaderCodec,
  type CertificateKind,
  genesisAttestHeader,
  portablePayerScheme,
  signingRoot,
} from "@tandem/shared";
import { expect, test } from "vitest";
import { blobOf, isTestSignature } from "../../ordering/test/support/blobs.ts";
import { certify, signVote, type TestElectorate } from "../../shared/test/support/electorate.ts";
import { rootOf } from "../../shared/test/support/samples.ts";
import { performReplicaVerify, type ReplicaTask, type VerifyContext } from "../src/index.ts";
import { electorateOf } from "./support/keys.ts";
import { network } from "./support/scripted.ts";

const order = electorateOf(network, "order");
const attest = electorateOf(network, "attest");
const context: VerifyContext = {
  order,
  attest,
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
