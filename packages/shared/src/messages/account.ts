// O2: what the ledger keeps under a key. A payer's account lies under its 32-byte key, fees of a validator under
// its 48-byte public key, and the budget part of all fees under the execution pool's. So no two of them can meet.
//
// Where balance and nonce are zero there is no account, so the same balances and nonces always give one ledger root.

import { utf8 } from "../bytes.ts";
import type { Amount, Nonce } from "../numbers.ts";
import { codec, container, refine, type Type } from "../ssz/index.ts";
import { amountType, nonceType } from "./common.ts";

export interface Account {
  readonly balance: Amount;
  /** Of the payer's next blob. */
  readonly nonce: Nonce;
}

const accountType: Type<Account> = refine(
  container({ balance: amountType, nonce: nonceType }),
  "bad-value",
  ({ balance, nonce }) => (balance > 0n || nonce > 0 ? undefined : "an account has a balance or a nonce"),
);
export const accountCodec = codec("account", accountType);

/** Not of 32 bytes, so no payer's, nor of 48, so no validator's. */
export const executionPoolKey: Uint8Array = utf8("execution pool");
