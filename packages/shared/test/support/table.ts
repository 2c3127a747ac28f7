// For every codec of the table its samples, and arbitrary values.

import type fc from "fast-check";
import { assert } from "../../src/assert.ts";
import { codecs } from "../../src/codecs.ts";
import { portableScheme } from "../../src/schemes/portable.ts";
import type { Codec } from "../../src/ssz/index.ts";
import * as arbitraries from "./arbitraries.ts";
import { sampleGenesis } from "./genesis.ts";
import * as proofArbitraries from "./proof-arbitraries.ts";
import * as proofs from "./proof-samples.ts";
import * as samples from "./samples.ts";

interface Values {
  readonly samples: readonly unknown[];
  readonly arbitrary: fc.Arbitrary<unknown>;
}

const valuesByName: Readonly<Record<string, Values>> = {
  genesis: { samples: [sampleGenesis(portableScheme)], arbitrary: arbitraries.genesisForm },
  "validator-sets": { samples: [samples.validatorSets], arbitrary: arbitraries.validatorSets },
  envelope: { samples: samples.envelopes, arbitrary: arbitraries.envelope },
  blob: { samples: samples.blobs, arbitrary: arbitraries.blob },
  "blob-roots": { samples: [samples.blobRoots], arbitrary: arbitraries.blobRoots },
  touch: { samples: [proofs.touch], arbitrary: proofArbitraries.touch },
  account: { samples: [samples.account], arbitrary: arbitraries.account },
  "order-header": { samples: [samples.orderHeader], arbitrary: arbitraries.orderHeader },
  "order-block": { samples: samples.orderBlocks, arbitrary: arbitraries.orderBlock },
  "order-proposal": { samples: samples.orderProposals, arbitrary: arbitraries.orderProposal },
  "contract-record": { samples: samples.contractRecords, arbitrary: arbitraries.contractRecord },
  claim: { samples: [samples.claim], arbitrary: arbitraries.claim },
  "claim-summary": { samples: [samples.claimSummary], arbitrary: arbitraries.claimSummary },
  lane: { samples: samples.lanes, arbitrary: arbitraries.lane },
  "lane-nodes": { samples: [samples.laneNodes], arbitrary: arbitraries.laneNodes },
  "lane-inputs": { samples: [samples.laneInputs], arbitrary: arbitraries.laneInputs },
  "lane-exports": { samples: [samples.laneExports], arbitrary: arbitraries.laneExports },
  export: { samples: samples.laneExports, arbitrary: arbitraries.anyExport },
  position: { samples: [samples.position], arbitrary: arbitraries.position },
  "pending-entry": { samples: [samples.pendingEntry], arbitrary: arbitraries.pendingEntry },
  "affirmed-claim": { samples: [samples.affirmedClaim], arbitrary: arbitraries.affirmedClaim },
  affirmation: { samples: [samples.affirmation], arbitrary: arbitraries.affirmation },
  attestation: { samples: [samples.attestation], arbitrary: arbitraries.attestation },
  evidence: { samples: samples.evidence, arbitrary: arbitraries.evidence },
  "attest-items": { samples: [samples.attestItems], arbitrary: arbitraries.attestItems },
  frontier: { samples: [samples.frontier], arbitrary: arbitraries.frontier },
  "attest-header": { samples: [samples.attestHeader], arbitrary: arbitraries.attestHeader },
  "attest-block": { samples: samples.attestBlocks, arbitrary: arbitraries.attestBlock },
  "attest-proposal": { samples: samples.attestProposals, arbitrary: arbitraries.attestProposal },
  ballot: { samples: [samples.ballot], arbitrary: arbitraries.ballot },
  vote: { samples: samples.votes, arbitrary: arbitraries.vote },
  certificate: { samples: samples.certificates, arbitrary: arbitraries.certificate },
  "list-proof": { samples: [proofs.listProof], arbitrary: proofArbitraries.listProof },
  history: { samples: [proofs.history], arbitrary: proofArbitraries.history },
  "history-proof": { samples: [proofs.historyProof], arbitrary: proofArbitraries.historyProof },
  "namespace-proof": { samples: [proofs.namespaceProof], arbitrary: proofArbitraries.namespaceProof },
  "namespaced-leaf-proof": { samples: [proofs.namespacedLeafProof], arbitrary: proofArbitraries.namespacedLeafProof },
  "sparse-proof": { samples: [proofs.sparseProof], arbitrary: proofArbitraries.sparseProof },
  "sparse-witness": { samples: [proofs.sparseWitness], arbitrary: proofArbitraries.sparseWitness },
  "order-header-proof": { samples: proofs.orderHeaderProofs, arbitrary: proofArbitraries.orderHeaderProof },
  "blob-proof": { samples: [proofs.blobProof], arbitrary: proofArbitraries.blobProof },
  "slice-proof": { samples: [proofs.sliceProof], arbitrary: proofArbitraries.sliceProof },
  "account-proof": { samples: [proofs.accountProof], arbitrary: proofArbitraries.accountProof },
  "sets-proof": { samples: [proofs.setsProof], arbitrary: proofArbitraries.setsProof },
  "attest-header-proof": { samples: proofs.attestHeaderProofs, arbitrary: proofArbitraries.attestHeaderProof },
  "attestation-proof": { samples: [proofs.attestationProof], arbitrary: proofArbitraries.attestationProof },
  "frontier-proof": { samples: [proofs.frontierProof], arbitrary: proofArbitraries.frontierProof },
  "state-proof": { samples: proofs.stateProofs, arbitrary: proofArbitraries.stateProof },
  "export-proof": { samples: proofs.exportProofs, arbitrary: proofArbitraries.exportProof },
  "outcome-proof": { samples: proofs.outcomeProofs, arbitrary: proofArbitraries.outcomeProof },
};

export interface Entry extends Values {
  readonly name: string;
  readonly codec: Codec<unknown>;
}

export const table: readonly Entry[] = codecs.map((codec) => {
  const values = valuesByName[codec.name];
  assert(values !== undefined, `${codec.name} has samples and an arbitrary in test/support/table.ts`);
  return { name: codec.name, codec, ...values };
});
