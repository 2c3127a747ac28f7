// What waits of one payer, by nonce. Some nonces may be missing; what comes after them cannot be ordered yet.

import type { Account } from "@tandem/shared";
import type { Entry } from "./entry.ts";

export class PayerQueue {
  readonly payer: string;
  /** After the last executed block. */
  account: Account;
  /** By nonce, which is nowhere below the account's. */
  readonly entries: Entry[] = [];
  bytes = 0;
  /** Of all of them. */
  cost = 0n;

  constructor(payer: string, account: Account) {
    this.payer = payer;
    this.account = account;
  }

  /** How many have a lower nonce. */
  countBelow(nonce: number): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.entries[middle] as Entry).nonce < nonce) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  at(nonce: number): Entry | undefined {
    const entry = this.entries[this.countBelow(nonce)];
    return entry?.nonce === nonce ? entry : undefined;
  }

  insert(entry: Entry): void {
    this.entries.splice(this.countBelow(entry.nonce), 0, entry);
    this.bytes += entry.candidate.bytes.length;
    this.cost += entry.candidate.cost;
  }

  remove(entry: Entry): void {
    this.entries.splice(this.countBelow(entry.nonce), 1);
    this.bytes -= entry.candidate.bytes.length;
    this.cost -= entry.candidate.cost;
  }

  /** The nonce up to which all could be ordered one after another: none is missing, and the balance covers them. */
  readyEnd(): number {
    let { balance, nonce }: { balance: bigint; nonce: number } = this.account;
    for (const entry of this.entries) {
      if (entry.nonce !== nonce || entry.candidate.cost > balance) break;
      balance -= entry.candidate.cost;
      nonce += 1;
    }
    return nonce;
  }
}
