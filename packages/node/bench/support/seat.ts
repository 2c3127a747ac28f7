// A validator of a network of two, for benches.

import { nativeScheme } from "@tandem/native";
import { asRoot, type SecretKey } from "@tandem/shared";
import { createIdentity, type Lane, Network } from "../../src/network/index.ts";

const keys = [0, 1].map((seat) => nativeScheme.deriveSecretKey(new Uint8Array(32).fill(seat + 1)));

export async function startSeat(
  seat: 0 | 1,
  address: string | undefined,
  onFrame: (frame: Uint8Array, lane: Lane) => void,
): Promise<Network> {
  const secretKey = keys[seat] as SecretKey;
  return Network.start(
    {
      listen: ["/ip4/127.0.0.1/tcp/0"],
      peers: address === undefined ? [] : [{ seat: 1 - seat, address }],
      identity: await createIdentity(),
      network: asRoot(new Uint8Array(32).fill(7)),
      scheme: nativeScheme,
      keys: keys.map(({ publicKey }) => publicKey),
      validator: { seat, secretKey },
    },
    {
      onFrame: (_from, frame, lane) => {
        onFrame(frame, lane);
        return undefined;
      },
      onPeer: () => undefined,
      onRefusal: () => undefined,
    },
  );
}
