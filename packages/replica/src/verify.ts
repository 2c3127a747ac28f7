// What a shell does for a `verify` effect of the replica. Pure: a node runs it in a worker, a simulator on the spot.

import { type ChainSetting, performAffirmTask, performBlockChecks } from "@tandem/attestation";
import { performVerify, type VerifyTask } from "@tandem/consensus";
import type { OrderTask } from "@tandem/ordering";
import {
  type AttestHeader,
  attestHeaderCodec,
  type Citation,
  type Electorate,
  type PayerScheme,
  verifyFinalization,
} from "@tandem/shared";
import type { ReplicaTask, ReplicaVerified } from "./types.ts";

export interface VerifyContext {
  /** Whose votes are those of a chain, and make its blocks citable (O3); who affirms claims. */
  readonly setting: ChainSetting;
  readonly payers: PayerScheme;
}

export function performReplicaVerify(context: VerifyContext, id: number, task: ReplicaTask): ReplicaVerified {
  const { setting } = context;
  const { order, network } = setting;
  switch (task.kind) {
    case "votes":
    case "certificate":
      return votes(order, id, task);
    case "attest":
      return votes(network.electorate, id, task.task);
    case "signatures":
      return alone(id, verifyPayers(context, task));
    case "citation":
      return alone(id, [isFinalAttest(network.electorate, task.citation)]);
    case "affirmations":
      return { ...performAffirmTask(affirmGroundOf(setting), id, task.task), aggregate: undefined };
    case "attest-block":
      return alone(id, performBlockChecks(setting, task.checks));
  }
}

function votes(electorate: Electorate, id: number, task: VerifyTask): ReplicaVerified {
  return { ...performVerify(electorate, id, task), quorum: undefined };
}

function alone(id: number, valid: readonly boolean[]): ReplicaVerified {
  return { id, valid, aggregate: undefined, quorum: undefined };
}

function verifyPayers({ payers }: VerifyContext, { signatures }: Extract<OrderTask, { readonly kind: "signatures" }>) {
  return signatures.map(({ payer, message, signature }) => payers.verify(payer, message, signature));
}

function isFinalAttest(attest: Electorate, { header, certificate }: Citation<AttestHeader>): boolean {
  return verifyFinalization(attest, certificate, header, attestHeaderCodec.root(header)).ok;
}

function affirmGroundOf({ network }: ChainSetting) {
  const { electorate, root, epoch, shards } = network;
  return { scheme: electorate.scheme, network: root, epoch, shards };
}
