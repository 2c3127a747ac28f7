// Many blobs, made once for a file of tests.

import type { Candidate } from "../../src/candidate.ts";
import { blobOf, testNetwork } from "./blobs.ts";

const network = testNetwork();

export function manyBlobs(count: number, payloadBytes = 0): readonly Candidate[] {
  const payload = new Uint8Array(payloadBytes);
  return Array.from({ length: count }, (_, nonce) => blobOf(network, { nonce, payload }));
}
