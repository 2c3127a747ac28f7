// Section 8: when votes and certificates are believed.

import { describe, expect, test } from "vitest";
import { type Electorate, verifyCertificate, verifyFinalization, verifyVote } from "../src/certificates.ts";
import { type Certificate, certificateCodec } from "../src/messages/certificate.ts";
import { orderHeaderCodec } from "../src/messages/order-header.ts";
import { asEpoch, asHeight, asValidatorIndex, asView, type Root, zeroRoot } from "../src/numbers.ts";
import { mockScheme } from "../src/schemes/mock.ts";
import { portableScheme } from "../src/schemes/portable.ts";
import { certify, signVote, testCommittee, testElectorate } from "./support/electorate.ts";
import { bitmapOf, orderHeader, rootOf } from "./support/samples.ts";

type Verdict = ReturnType<typeof verifyCertificate>;
const said = (verdict: Verdict) => (verdict.ok ? "ok" : `${verdict.error.code} at ${verdict.error.path}`);

const weights = [3n, 1n, 2n, 1n]; // 5 of 7 are a quorum
const header = { ...orderHeader, epoch: asEpoch(5), view: asView(8) };
const block = orderHeaderCodec.root(header);
const ballot = { epoch: asEpoch(5), view: asView(8), block };

describe.each([mockScheme, portableScheme])("by the scheme $name", (scheme) => {
  const electorate = testElectorate(scheme, weights);
  const finalization = certify(electorate, "finalization", [0, 2], ballot);
  const notarization = certify(electorate, "notarization", [0, 1, 2, 3], ballot);
  const nullification = certify(electorate, "nullification", [0, 2], { ...ballot, block: zeroRoot });

  test.each([finalization, notarization, nullification])("a $kind by a quorum is believed", (certificate) => {
    expect(said(verifyCertificate(electorate, certificate))).toBe("ok");
  });

  const changed = (change: Partial<Certificate>) => ({ ...finalization, ...change });
  const certificates: readonly (readonly [what: string, certificate: Certificate, is: string])[] = [
    ["another epoch", changed({ epoch: asEpoch(4) }), "wrong-epoch at epoch"],
    ["another view", changed({ view: asView(9) }), "bad-signature at signature"],
    ["another block", changed({ block: rootOf(9) }), "bad-signature at signature"],
    ["another kind, over the same ballot", changed({ kind: "notarization" }), "bad-signature at signature"],
    ["no kind of block", changed({ kind: "nullification", block: zeroRoot }), "bad-signature at signature"],
    ["a bit too few", changed({ bitmap: bitmapOf("x.x") }), "bitmap-length at bitmap"],
    ["a bit too many", changed({ bitmap: bitmapOf("x.x..") }), "bitmap-length at bitmap"],
    ["a signer more", changed({ bitmap: bitmapOf("x.xx") }), "bad-signature at signature"],
    ["another signer", changed({ bitmap: bitmapOf("xx.x") }), "bad-signature at signature"],
    ["a signer less", changed({ bitmap: bitmapOf("x...") }), "no-quorum at bitmap"],
    ["another certificate's signature", changed({ signature: notarization.signature }), "bad-signature at signature"],
  ];

  test.each(certificates)("with %s it is refused", (_, certificate, is) => {
    expect(said(verifyCertificate(electorate, certificate))).toBe(is);
  });

  const electorates: readonly (readonly [what: string, change: Partial<Electorate>, is: string])[] = [
    ["another network", { network: rootOf(2) }, "bad-signature at signature"],
    ["the other chain", { chain: "attest" }, "bad-signature at signature"],
    ["another epoch", { epoch: asEpoch(6) }, "wrong-epoch at epoch"],
    ["more members", { committee: testCommittee(scheme, [...weights, 1n]) }, "bitmap-length at bitmap"],
    ["other weights", { committee: testCommittee(scheme, [1n, 3n, 1n, 2n]) }, "no-quorum at bitmap"],
  ];

  test.each(electorates)("it does not count for %s", (_, change, is) => {
    expect(said(verifyCertificate({ ...electorate, ...change }, finalization))).toBe(is);
  });

  type Header = Parameters<typeof verifyFinalization>[2];
  const finalizations: readonly (readonly [
    what: string,
    certificate: Certificate,
    header: Header,
    Root,
    is: string,
  ])[] = [
    ["its own header", finalization, header, block, "ok"],
    ["a header by a notarization", notarization, header, block, "wrong-kind at kind"],
    ["a header by a nullification", nullification, header, block, "wrong-kind at kind"],
    ["a header that says another epoch", finalization, { ...header, epoch: asEpoch(4) }, block, "wrong-epoch at epoch"],
    ["a header that says another view", finalization, { ...header, view: asView(7) }, block, "wrong-view at view"],
    ["another block", finalization, header, rootOf(9), "wrong-block at block"],
    ["a header, with too few signers", changed({ bitmap: bitmapOf("x...") }), header, block, "no-quorum at bitmap"],
  ];

  test.each(finalizations)("as finalization of %s", (_, certificate, header, root, is) => {
    expect(said(verifyFinalization(electorate, certificate, header, root))).toBe(is);
  });

  test("a vote is its signer's alone: kind, ballot, place, chain and network are all signed", () => {
    const vote = signVote(electorate, "finalize", 2, ballot);
    expect(verifyVote(electorate, vote)).toBe(true);
    expect(verifyVote(electorate, { ...vote, kind: "notarize" })).toBe(false);
    expect(verifyVote(electorate, { ...vote, block: rootOf(9) })).toBe(false);
    expect(verifyVote(electorate, { ...vote, view: asView(9) })).toBe(false);
    expect(verifyVote(electorate, { ...vote, epoch: asEpoch(6) })).toBe(false);
    expect(verifyVote(electorate, { ...vote, signer: asValidatorIndex(1) })).toBe(false);
    expect(verifyVote(electorate, { ...vote, signer: asValidatorIndex(4) })).toBe(false);
    expect(verifyVote({ ...electorate, chain: "attest" }, vote)).toBe(false);
    expect(verifyVote({ ...electorate, network: rootOf(2) }, vote)).toBe(false);
    // Of another epoch, although a vote of that epoch would be well signed.
    expect(verifyVote({ ...electorate, epoch: asEpoch(6) }, vote)).toBe(false);
  });
});

test("a header of another height has another root, so the same certificate does not make it final", () => {
  const electorate = testElectorate(mockScheme, weights);
  const finalization = certify(electorate, "finalization", [0, 2], ballot);
  const other = { ...header, height: asHeight(99) };
  const verdict = verifyFinalization(electorate, finalization, other, orderHeaderCodec.root(other));
  expect(said(verdict)).toBe("wrong-block at block");
});

describe("on the wire", () => {
  const electorate = testElectorate(mockScheme, weights);
  const finalization = certify(electorate, "finalization", [0, 1, 2], ballot);
  const encoded = certificateCodec.encode(finalization);
  const believed = (bytes: Uint8Array) => {
    const decoded = certificateCodec.decode(bytes);
    return decoded.ok ? said(verifyCertificate(electorate, decoded.value)) : decoded.error.code;
  };
  const withBitmap = (...bitmap: number[]) => Uint8Array.of(...encoded.subarray(0, encoded.length - 1), ...bitmap);

  // The bitmap stands last. Four bits and their delimiter: 1 0111.
  const bitmaps: readonly (readonly [what: string, bytes: Uint8Array, is: string])[] = [
    ["its own bitmap", withBitmap(0b1_0111), "ok"],
    ["a bit more, clear", withBitmap(0b10_0111), "bitmap-length at bitmap"],
    ["a bit more, set", withBitmap(0b11_0111), "bitmap-length at bitmap"],
    ["three bits more", withBitmap(0b1000_0111), "bitmap-length at bitmap"],
    ["a byte more", withBitmap(0b0111, 1), "bitmap-length at bitmap"],
    ["a byte of padding", withBitmap(0b1_0111, 0), "bad-bits"],
    ["no delimiter", withBitmap(0), "bad-bits"],
    ["no bitmap", withBitmap(), "bad-bits"],
    ["three bits", withBitmap(0b1111), "bitmap-length at bitmap"],
    ["1,025 bits", withBitmap(...new Array(128).fill(0), 2), "over-limit"],
  ];

  test.each(bitmaps)("with %s", (_, bytes, is) => {
    expect(believed(bytes)).toBe(is);
  });

  test("every change of a single bit is refused", () => {
    for (let bit = 0; bit < 8 * encoded.length; bit++) {
      const bytes = encoded.slice();
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(believed(bytes), `bit ${bit}`).not.toBe("ok");
    }
  });
});
