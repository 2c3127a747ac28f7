export { type ExecutionAnswer, Executions } from "./executions.ts";
export type { ReplicaConfig, ReplicaMachines, Validator } from "./machines.ts";
export { openReplicaNetwork, type ReplicaNetwork } from "./network.ts";
export { orderReads } from "./order-reads.ts";
export { Replica } from "./replica.ts";
export type * from "./types.ts";
export { performReplicaVerify, type VerifyContext } from "./verify.ts";
export { voteMark } from "./vote-mark.ts";
export { decodeMessage, encodeMessage, messageBytesMax, observerMessageBytesMax, replicaMessageCodec } from "./wire.ts";
