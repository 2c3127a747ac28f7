// What another project does with `shared`: the same on Node 20, in a browser's bundle and in this workspace.

import { ballotCodec, portableScheme, toHex } from "@tandem/shared";

export interface Facts {
  readonly root: string;
  readonly refused: string;
  readonly signature: string;
  readonly verified: boolean;
  readonly forged: boolean;
}

export function facts(): Facts {
  const bytes = Uint8Array.from({ length: 48 }, (_, index) => (index === 0 ? 1 : index === 8 ? 2 : index < 16 ? 0 : 7));
  const ballot = ballotCodec.decode(bytes);
  if (!ballot.ok) throw new Error(ballot.error.message);
  const refused = ballotCodec.decode(bytes.subarray(1));
  const key = portableScheme.deriveSecretKey(new Uint8Array(32).fill(7));
  const message = ballotCodec.root(ballot.value);
  const signature = portableScheme.sign(key, message);
  return {
    root: toHex(message),
    refused: refused.ok ? "decoded" : refused.error.code,
    signature: toHex(signature),
    verified: portableScheme.verify(key.publicKey, message, signature),
    forged: portableScheme.verify(key.publicKey, new Uint8Array(32), signature),
  };
}
