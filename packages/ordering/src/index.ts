export { orderBlockRules } from "./block.ts";
export type { PayerSignature, Refusal, RefusalCode } from "./candidate.ts";
export type { OrderingConfig } from "./core.ts";
export { feeOf } from "./fees.ts";
export { type OrderNetwork, openNetwork } from "./network.ts";
export { Ordering } from "./ordering.ts";
export { type PoolLimits, poolLimits } from "./pool/pool.ts";
export * from "./reads.ts";
export {
  type BlockRecord,
  blobPrefix,
  blockKey,
  blockRecordCodec,
  headerKey,
  headerRecordCodec,
  keptPrefix,
  tipKey,
} from "./records.ts";
export * from "./slice-reads.ts";
export * from "./slices.ts";
export * from "./stream.ts";
export type * from "./types.ts";
