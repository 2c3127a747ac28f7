// Every public encoding, in the order of the design: what two parties exchange or store as bytes. Each has a
// name of its own, a golden hash, and a decoder that was attacked (`test/messages`); a codec that is missing
// here fails a test.

import {
  historyCodec,
  historyProofCodec,
  listProofCodec,
  namespacedLeafProofCodec,
  namespaceProofCodec,
  touchCodec,
} from "./merkle/index.ts";
import { accountCodec } from "./messages/account.ts";
import { affirmationCodec, affirmedClaimCodec } from "./messages/affirmation.ts";
import { attestHeaderCodec } from "./messages/attest-header.ts";
import { attestationCodec, attestItemsCodec } from "./messages/attestation.ts";
import { blobCodec, envelopeCodec } from "./messages/blob.ts";
import {
  attestBlockCodec,
  attestProposalCodec,
  blobRootsCodec,
  orderBlockCodec,
  orderProposalCodec,
} from "./messages/block.ts";
import { certificateCodec } from "./messages/certificate.ts";
import { claimCodec, claimSummaryCodec } from "./messages/claim.ts";
import { evidenceCodec } from "./messages/evidence.ts";
import { frontierCodec } from "./messages/frontier.ts";
import { genesisCodec } from "./messages/genesis.ts";
import {
  contractRecordCodec,
  exportCodec,
  laneCodec,
  laneExportsCodec,
  laneInputsCodec,
  laneNodesCodec,
} from "./messages/lane.ts";
import { positionCodec } from "./messages/node.ts";
import { orderHeaderCodec } from "./messages/order-header.ts";
import { pendingEntryCodec } from "./messages/pending.ts";
import { validatorSetsCodec } from "./messages/validator-sets.ts";
import { ballotCodec, voteCodec } from "./messages/vote.ts";
import { attestationProofCodec, frontierProofCodec, stateProofCodec } from "./proofs/attest.ts";
import { attestHeaderProofCodec, orderHeaderProofCodec } from "./proofs/chain.ts";
import { accountProofCodec, blobProofCodec, setsProofCodec, sliceProofCodec } from "./proofs/order.ts";
import { exportProofCodec, outcomeProofCodec } from "./proofs/outcome.ts";
import { sparseProofCodec, sparseWitnessCodec } from "./sparse/proof.ts";
import type { Codec } from "./ssz/index.ts";

/** What the network exchanges, and what it agrees on before its first block. */
const messageCodecs: readonly Codec<unknown>[] = [
  genesisCodec,
  validatorSetsCodec,
  envelopeCodec,
  blobCodec,
  blobRootsCodec,
  touchCodec,
  accountCodec,
  orderHeaderCodec,
  orderBlockCodec,
  orderProposalCodec,
  contractRecordCodec,
  claimCodec,
  claimSummaryCodec,
  laneCodec,
  laneNodesCodec,
  laneInputsCodec,
  laneExportsCodec,
  exportCodec,
  positionCodec,
  pendingEntryCodec,
  affirmedClaimCodec,
  affirmationCodec,
  attestationCodec,
  evidenceCodec,
  attestItemsCodec,
  frontierCodec,
  attestHeaderCodec,
  attestBlockCodec,
  attestProposalCodec,
  ballotCodec,
  voteCodec,
  certificateCodec,
];

/** What a client checks. */
const proofCodecs: readonly Codec<unknown>[] = [
  listProofCodec,
  historyCodec,
  historyProofCodec,
  namespaceProofCodec,
  namespacedLeafProofCodec,
  sparseProofCodec,
  sparseWitnessCodec,
  orderHeaderProofCodec,
  blobProofCodec,
  sliceProofCodec,
  accountProofCodec,
  setsProofCodec,
  attestHeaderProofCodec,
  attestationProofCodec,
  frontierProofCodec,
  stateProofCodec,
  exportProofCodec,
  outcomeProofCodec,
];

export const codecs: readonly Codec<unknown>[] = [...messageCodecs, ...proofCodecs];
