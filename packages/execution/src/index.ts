export {
  type ExportedClaim,
  type RoundFacts,
  type SliceItem,
  verifyCitedFrontier,
  verifyPlacedBlob,
  verifySliceBlobs,
  verifyVisibleClaims,
} from "./check/facts.ts";
export type { BasisCode, CheckFailure, CheckVerdict, ClaimCode, MaterialCode } from "./check/failure.ts";
export { checkLane } from "./check/lane.ts";
export {
  type LaneMaterial,
  type LaneWitness,
  laneMaterialCodec,
  type PendingBlob,
  type PlacedBlob,
  type RoundMaterial,
  roundMaterialCodec,
} from "./check/material.ts";
export { checkRound } from "./check/round.ts";
export { type BlobAt, type Witnessed, witnessLane, witnessRound } from "./check/witness.ts";
export * from "./ordered.ts";
export type { RanLane } from "./round/claim.ts";
export { type GenesisCode, type GenesisShard, type GenesisState, genesisShard } from "./round/genesis.ts";
export type { LaneContent, RefusedCall } from "./round/lane-run.ts";
export type { PendingProgram, VisibleClaim } from "./round/pending-programs.ts";
export { type RoundInput, type RoundResult, ShardExecution, type ShardSetting } from "./round/shard-execution.ts";
export { type PureFunctions, type Rules, rulesOf } from "./run/rules.ts";
export { type RoundBounds, roundBounds } from "./schedule/room.ts";
export { type Awaited, type DueNode, type RanNodes, Schedule, type WaitingProgram } from "./schedule/schedule.ts";
export {
  type ContractAt,
  contractAt,
  type KeptMap,
  pruneShard,
  readPending,
  restorePending,
  rollBackShard,
  type StoredEntry,
} from "./state/history.ts";
export { type CommittedMap, readKeptPart } from "./state/kept.ts";
export {
  contractEntry,
  contractsAt,
  isStateKept,
  type NamedRecord,
  pendingAt,
  pendingEntryOf,
  StateRebuild,
  stateAt,
} from "./state/rebuild.ts";
export { storeUnder } from "./state/records.ts";
export type { EntryChange } from "./state/shard-state.ts";
