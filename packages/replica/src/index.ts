export { Replica, type ReplicaConfig, type ReplicaMachines } from "./replica.ts";
export type * from "./types.ts";
export { performReplicaVerify, type VerifyContext } from "./verify.ts";
export { decodeMessage, encodeMessage, messageBytesMax, replicaMessageCodec } from "./wire.ts";
