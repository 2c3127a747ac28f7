// One entry of a sparse map, present or absent, as other proofs end in it.

import type { Root } from "../numbers.ts";
import { failure, success } from "../result.ts";
import { type SparseProof, sparseProofType, verifyKeys } from "../sparse/proof.ts";
import type { Proven } from "./chain.ts";

export type MapProof = SparseProof;
export const mapProofType = sparseProofType;

/** The value under `key`, or `undefined` if the map is proven to have none. */
export function verifyMapEntry(root: Root, key: Uint8Array, proof: MapProof): Proven<Uint8Array | undefined> {
  const values = verifyKeys(root, proof, [key]);
  if (!values.ok) return failure(values.error.code, values.error.path, values.error.message);
  return success(values.value[0]);
}
