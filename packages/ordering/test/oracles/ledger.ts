// O2 once more, as plainly as it can be said: a table of balances and nonces, blobs one by one, fees at the end. The root is
// computed anew from the whole table each time.

import { createHash } from "node:crypto";
import type { Envelope, Fees } from "@tandem/shared";
import { sparseRoot } from "../../../shared/test/oracles/sparse-map.ts";

export interface PlainBlob {
  readonly envelope: Envelope;
  /** Encoded bytes, signature included. */
  readonly bytes: number;
}

interface PlainAccount {
  balance: bigint;
  nonce: number;
}

export type PlainRefusal = "nonce-too-low" | "nonce-gap" | "balance";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const poolKey = Buffer.from("execution pool", "ascii").toString("hex");

export class PlainLedger {
  readonly #fees: Fees;
  readonly #accounts = new Map<string, PlainAccount>();
  /** Of the blobs since the last block. */
  #forProposer = 0n;
  #forPool = 0n;

  constructor(fees: Fees, balances: readonly (readonly [key: Uint8Array, balance: bigint])[]) {
    this.#fees = fees;
    for (const [key, balance] of balances) this.#accounts.set(hex(key), { balance, nonce: 0 });
  }

  /** By key in hexadecimal; never one without balance and nonce. */
  get accounts(): ReadonlyMap<string, PlainAccount> {
    return new Map([...this.#accounts].map(([key, { balance, nonce }]) => [key, { balance, nonce }]));
  }

  /** Of all accounts. */
  get total(): bigint {
    let total = 0n;
    for (const { balance } of this.#accounts.values()) total += balance;
    return total;
  }

  balanceOf(key: Uint8Array): bigint {
    return this.#accounts.get(hex(key))?.balance ?? 0n;
  }

  nonceOf(key: Uint8Array): number {
    return this.#accounts.get(hex(key))?.nonce ?? 0;
  }

  orderingFeeOf({ envelope, bytes }: PlainBlob): bigint {
    const { base, perByte, perTouch } = this.#fees;
    return base + BigInt(bytes) * perByte + BigInt(envelope.touches.length) * perTouch;
  }

  costOf(blob: PlainBlob): bigint {
    const { tip, budget, transfers } = blob.envelope;
    let cost = this.orderingFeeOf(blob) + BigInt(budget) * this.#fees.perBudget + tip;
    for (const { amount } of transfers) cost += amount;
    return cost;
  }

  /** Applies the blob, or says why it cannot be. */
  apply(blob: PlainBlob): PlainRefusal | undefined {
    const { payer, nonce, tip, budget, transfers } = blob.envelope;
    if (nonce < this.nonceOf(payer)) return "nonce-too-low";
    if (nonce > this.nonceOf(payer)) return "nonce-gap";
    if (this.costOf(blob) > this.balanceOf(payer)) return "balance";
    this.#add(hex(payer), -this.costOf(blob), 1);
    for (const { to, amount } of transfers) this.#add(hex(to), amount, 0);
    this.#forProposer += this.orderingFeeOf(blob) + tip;
    this.#forPool += BigInt(budget) * this.#fees.perBudget;
    return undefined;
  }

  endBlock(proposer: Uint8Array): void {
    this.#add(hex(proposer), this.#forProposer, 0);
    this.#add(poolKey, this.#forPool, 0);
    this.#forProposer = 0n;
    this.#forPool = 0n;
  }

  #add(key: string, amount: bigint, nonces: number): void {
    const { balance, nonce } = this.#accounts.get(key) ?? { balance: 0n, nonce: 0 };
    if (balance + amount === 0n && nonce + nonces === 0) this.#accounts.delete(key);
    else this.#accounts.set(key, { balance: balance + amount, nonce: nonce + nonces });
  }

  get root(): Uint8Array {
    return sparseRoot(
      [...this.#accounts].map(([key, account]) => ({
        path: createHash("sha256").update(Buffer.from(key, "hex")).digest(),
        value: accountBytes(account),
      })),
    );
  }
}

/** SSZ: the balance in 16 bytes, the nonce in 8, the lowest first. */
function accountBytes({ balance, nonce }: PlainAccount): Uint8Array {
  const bytes = Buffer.alloc(24);
  bytes.writeBigUInt64LE(balance % 2n ** 64n, 0);
  bytes.writeBigUInt64LE(balance / 2n ** 64n, 8);
  bytes.writeBigUInt64LE(BigInt(nonce), 16);
  return bytes;
}
