export { firstMarks } from "./affirming/own.ts";
export { performAffirmTask } from "./affirming/verify.ts";
export { Attesting, type ShardProgress, type StageTwoProgress } from "./attesting.ts";
export { attestBlockRules } from "./block.ts";
export { attestedCodec, attestedKey } from "./block-records.ts";
export { type AttestRecord, attestBlockKey, attestRecordCodec, shardPrefix } from "./chain-records.ts";
export { type ClaimContent, claimContentCodec, readClaimContent, visibleClaimOf } from "./content/claim-content.ts";
export type { AttestingConfig } from "./core.ts";
export {
  type Explanation,
  type ExplanationEnd,
  type KeyDifference,
  type LaneTouches,
  type StateMessage,
  type StateTimer,
  stateType,
  type TouchingNode,
  wantStateType,
} from "./explaining/types.ts";
export type { Difference } from "./following/difference.ts";
export { Follower } from "./following/follower.ts";
export { type AwaitedSince, type ProgramStatus, type Stage, stages } from "./following/status.ts";
export {
  type ClaimPlace,
  type Dispute,
  type Executed,
  type FinalAttest,
  type FollowEffect,
  followLimits,
  type MadeClaim,
} from "./following/types.ts";
export { performBlockChecks } from "./judge-block.ts";
export { type AttestNetwork, openAttestNetwork, type ShardPlace } from "./network.ts";
export { contentKey, ownPrefix, readContent } from "./records.ts";
export { type ImportCode, importSnapshot, type WriteCode, writeSnapshot } from "./snapshot/index.ts";
export { snapshotPartCodec } from "./snapshot/parts.ts";
export type { ChainSetting } from "./state.ts";
export { readAttestRun } from "./stream/read.ts";
export { attestRunCodec } from "./stream/run.ts";
export { AttestStream } from "./stream/stream.ts";
export type * from "./types.ts";
