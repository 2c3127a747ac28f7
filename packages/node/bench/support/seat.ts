// A validator of a network of two, for benches.

import { nativeScheme } from "@tandem/native";
import { asRoot, asWeight, createCommittee } from "@tandem/shared";
import { createIdentity, type Lane, Network } from "../../src/network/index.ts";

const keys = [0, 1].map((seat) => nativeScheme.deriveSecretKey(new Uint8Array(32).fill(seat + 1)));

export async function startSeat(
  seat: 0 | 1,
  address: string | undefined,
  onFrame: (frame: Uint8Array, lane: Lane) => void,
): Promise<Network> {
  const committee = createCommittee(
    nativeScheme,
    keys.map(({ publicKey }) => ({ key: publicKey.bytes, weight: asWeight(1n) })),
  );
  const secretKey = keys[seat];
  if (!committee.ok || secretKey === undefined) throw new Error("two keys are a committee");
  return Network.start(
    {
      listen: ["/ip4/127.0.0.1/tcp/0"],
      peers: address === undefined ? [] : [{ seat: 1 - seat, address }],
      identity: await createIdentity(),
      network: asRoot(new Uint8Array(32).fill(7)),
      scheme: nativeScheme,
      committee: committee.value,
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
