export { createIdentity, identityName } from "./identity.ts";
export { Network } from "./network.ts";
export type {
  Lane,
  NetworkConfig,
  NetworkHandlers,
  NetworkLimits,
  Peer,
  PeerStatus,
  Refusal,
} from "./network-config.ts";
