// What a shell does for a `verify` effect of the replica. Pure: a node runs it in a worker, a simulator on the spot.

import { performVerify, type Verified } from "@tandem/consensus";
import {
  type AttestHeader,
  attestHeaderCodec,
  type Citation,
  type Electorate,
  type PayerScheme,
  verifyFinalization,
} from "@tandem/shared";
import type { ReplicaTask } from "./types.ts";

export interface VerifyContext {
  /** Whose votes and certificates are those of the order chain. */
  readonly order: Electorate;
  /** Whose certificates make attest blocks citable (O3). */
  readonly attest: Electorate;
  readonly payers: PayerScheme;
}

export function performReplicaVerify(context: VerifyContext, id: number, task: ReplicaTask): Verified {
  const { order, attest, payers } = context;
  if (task.kind === "citation") return { id, valid: [isFinal(attest, task.citation)], aggregate: undefined };
  if (task.kind !== "signatures") return performVerify(order, id, task);
  const valid = task.signatures.map(({ payer, message, signature }) => payers.verify(payer, message, signature));
  return { id, valid, aggregate: undefined };
}

function isFinal(attest: Electorate, { header, certificate }: Citation<AttestHeader>): boolean {
  return verifyFinalization(attest, certificate, header, attestHeaderCodec.root(header)).ok;
}
