// Many blobs in one request: how they are packed, and that each is answered for itself.

import { asNonce, limits, toHex } from "@tandem/shared";
import { expect, onTestFinished, test } from "vitest";
import { readBatch } from "../src/api/batch.ts";
import type { ApiServices } from "../src/api/services.ts";
import { Submissions } from "../src/api/submissions.ts";
import { startNode } from "../src/index.ts";
import { packSignatures, unpackSignatures } from "../src/replica/packed-signatures.ts";
import { post } from "./support/http.ts";
import { createNetwork, createNode, testBlob } from "./support/node-folder.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

function pack(...blobs: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(
    blobs.flatMap((blob) => {
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, blob.length, true);
      return [...length, ...blob];
    }),
  );
}

const refusal = (body: unknown) => {
  try {
    readBatch(body);
    return undefined;
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
};

test("a batch is blobs after their lengths; none is a batch too", () => {
  const blobs = [Uint8Array.of(1, 2, 3), new Uint8Array(0), new Uint8Array(300).fill(7)];
  expect(readBatch(pack(...blobs))).toEqual(blobs);
  expect(readBatch(new Uint8Array(0))).toEqual([]);
});

test("what ends within a length or a blob is no batch, nor is one of too many", () => {
  const whole = pack(Uint8Array.of(1, 2, 3));
  for (const length of [1, 3, 4, 6]) expect(refusal(whole.subarray(0, length))).toBe("bad-argument");
  expect(refusal(Uint8Array.of(255, 255, 255, 255, 0))).toBe("bad-argument");
  expect(refusal({ hex: "00" })).toBe("bad-argument");
  const empty = new Uint8Array(0);
  expect(refusal(pack(...Array.from({ length: limits.pushBlobsMax }, () => empty)))).toBeUndefined();
  expect(refusal(pack(...Array.from({ length: limits.pushBlobsMax + 1 }, () => empty)))).toBe("bad-argument");
});

test("a node answers for each blob of a batch, in their order, whatever becomes of the others", async () => {
  const network = createNetwork(temporaryFolder());
  const node = await startNode(createNode(network, 0));
  onTestFinished(() => node.stop());
  const blobs = [0, 1, 2].map((nonce) => testBlob(network, { nonce: asNonce(nonce) }));
  const [first, second, third] = blobs.map(({ bytes }) => bytes) as [Uint8Array, Uint8Array, Uint8Array];
  // The signature stands after the offset of the envelope.
  const forged = third.with(10, (third[10] as number) ^ 1);
  const { status, body } = await post(`${node.apiUrl}/blobs/batch`, pack(first, Uint8Array.of(9), second, forged));
  expect(status).toBe(200);
  expect(body.receipts).toEqual([
    { status: "accepted", blob: toHex(blobs[0]?.root as Uint8Array), isNew: true },
    { status: "refused", httpStatus: 400, error: expect.objectContaining({ code: "malformed" }) },
    { status: "accepted", blob: toHex(blobs[1]?.root as Uint8Array), isNew: true },
    { status: "refused", httpStatus: 422, error: expect.objectContaining({ code: "signature" }) },
  ]);
});

test("signatures are the same after they crossed over to the thread that checks them", () => {
  const signatures = [1, 2].map((fill) => ({
    payer: new Uint8Array(32).fill(fill),
    message: new Uint8Array(32).fill(fill + 10),
    signature: new Uint8Array(64).fill(fill + 20),
  }));
  expect(unpackSignatures(packSignatures(signatures as never))).toEqual(signatures);
});

test("blobs of no bytes count too: so many may wait for their receipts", async () => {
  const thread = { submit: () => new Promise(() => undefined) };
  const counts: string[] = [];
  const telemetry = { countReceipt: (code: string) => counts.push(code) };
  const submissions = new Submissions({ thread, telemetry } as unknown as ApiServices);
  const empty = Array.from({ length: 65_536 + 1 }, () => new Uint8Array(0));
  void submissions.submitBatch(empty);
  expect(counts).toEqual(["busy"]);
});
