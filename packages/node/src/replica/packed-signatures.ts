// Payers' signatures on their way to a thread that checks them: one array, for hundreds of small ones are slow to cross over.

import type { PayerSignature } from "@tandem/ordering";
import { asRoot, payerKeyBytes, payerSignatureBytes } from "@tandem/shared";

const rootBytes = 32;
const messageAt = payerKeyBytes;
const signatureAt = messageAt + rootBytes;
const itemBytes = signatureAt + payerSignatureBytes;

export function packSignatures(signatures: readonly PayerSignature[]): Uint8Array {
  const packed = new Uint8Array(signatures.length * itemBytes);
  for (const [index, { payer, message, signature }] of signatures.entries()) {
    const at = index * itemBytes;
    packed.set(payer, at);
    packed.set(message, at + messageAt);
    packed.set(signature, at + signatureAt);
  }
  return packed;
}

/** Views of what was packed. */
export function unpackSignatures(packed: Uint8Array): readonly PayerSignature[] {
  return Array.from({ length: packed.length / itemBytes }, (_, index) => {
    const item = packed.subarray(index * itemBytes, (index + 1) * itemBytes);
    return {
      payer: item.subarray(0, messageAt),
      message: asRoot(item.subarray(messageAt, signatureAt)),
      signature: item.subarray(signatureAt),
    };
  });
}
