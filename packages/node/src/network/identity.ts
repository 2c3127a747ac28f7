// The libp2p identity of a node: an Ed25519 key that encrypts its connections. It stands for no seat by itself; the
// validator's key says in each hello which identity speaks for it, so it can be made anew at any time.

import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from "@libp2p/crypto/keys";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";

/** Secret bytes for the node's key file. */
export async function createIdentity(): Promise<Uint8Array> {
  return privateKeyToProtobuf(await generateKeyPair("Ed25519"));
}

/** Its public name, as it stands in a multiaddr after `/p2p/`. Undefined for bytes that are no identity. */
export function identityName(identity: Uint8Array): string | undefined {
  try {
    return peerIdFromPrivateKey(privateKeyFromProtobuf(identity)).toString();
  } catch {
    return undefined;
  }
}
