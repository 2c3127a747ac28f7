// One entry of a sparse map, present or absent, as other proofs end in it.

import type { Root } from "../numbers.ts";
import { failure, success } from "../result.ts";
import { type SparseProof, sparseProof, verifyProof } from "../sparse/proof.ts";
import type { Proven } from "./chain.ts";

export type MapProof = SparseProof;
export const mapProofType = sparseProof.type;

/** The value under `key`, or `undefined` if the map is proven to have none. */
export function verifyMapEntry(root: Root, key: Uint8Array, proof: MapProof): Proven<Uint8Array | undefined> {
  const values = verifyProof(root, proof, [key]);
  if (!values.ok) return failure(values.error.code, values.error.path, values.error.message);
  return success(values.value[0]);
}
