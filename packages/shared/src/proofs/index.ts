export {
  type AttestationProof,
  type AttestedClaim,
  attestationProofCodec,
  type ContractState,
  type FoundContract,
  type FrontierProof,
  frontierProofCodec,
  type ShardFrontier,
  type StateEntryProof,
  type StateProof,
  stateProofCodec,
  verifyAttestation,
  verifyFrontier,
  verifyState,
} from "./attest.ts";
export {
  attestHeaderProofCodec,
  type Descendant,
  type HeaderProof,
  orderHeaderProofCodec,
  type ProofCode,
  type ProofFailure,
  type Proven,
  verifyAttestHeader,
  verifyOrderHeader,
} from "./chain.ts";
export { type CitationCode, type Cited, checkCitation, verifyCitation } from "./citation.ts";
export { checkHeaderRun, type HeaderRunCode } from "./header-run.ts";
export type { MapProof } from "./map.ts";
export {
  type AccountEntry,
  type AccountProof,
  accountProofCodec,
  type BlobProof,
  blobProofCodec,
  type OrderedBlob,
  type SetsProof,
  type Slice,
  type SliceProof,
  setsProofCodec,
  sliceProofCodec,
  verifyAccount,
  verifyBlob,
  verifySets,
  verifySlice,
} from "./order.ts";
export {
  type ExportProof,
  exportProofCodec,
  type OutcomeProof,
  outcomeProofCodec,
  type ProvenExport,
  type ProvenOutcome,
  verifyExport,
  verifyOutcome,
} from "./outcome.ts";
