// Payers of simulated networks: their keys come from fixed seeds, so that a seed replays anywhere.

import { nativePayerScheme } from "@tandem/native";
import { type PayerScheme, sha256, toHex, utf8 } from "@tandem/shared";

export interface Payer {
  readonly number: number;
  readonly key: Uint8Array;
  readonly seed: Uint8Array;
}

const known: Payer[] = [];

export function payerOf(number: number): Payer {
  let payer = known[number];
  if (payer === undefined) {
    const seed = sha256(utf8(`tandem lab payer ${number}`));
    payer = { number, seed, key: nativePayerScheme.publicKeyOf(seed) };
    known[number] = payer;
  }
  return payer;
}

/** Results that are remembered before all are forgotten: the blobs of some runs. */
const checkedMax = 50_000;
const checked = new Map<string, boolean>();

/** Each signature is checked once, however many nodes ask. */
export const sharedPayerScheme: PayerScheme = {
  ...nativePayerScheme,
  verify(publicKey, message, signature) {
    const key = `${toHex(publicKey)} ${toHex(message)} ${toHex(signature)}`;
    let isGood = checked.get(key);
    if (isGood === undefined) {
      isGood = nativePayerScheme.verify(publicKey, message, signature);
      if (checked.size >= checkedMax) checked.clear();
      checked.set(key, isGood);
    }
    return isGood;
  },
};
