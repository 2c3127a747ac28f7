// O2: the ledger, the only state that Stage 1 executes: a balance and the next nonce for each key.
//
// Within a block blobs apply in order. For each
//   1. its nonce is the payer's next, which begins at 0, and grows by one;
//   2. the payer has all that it costs at that point: fee for ordering, fee for execution, tip, transfers;
//   3. transfers are credited at once, so a later blob of the block can spend them. A payer may pay itself.
// After the last blob fees for ordering and tips are credited to the proposer, under its public key, and fees for
// execution to the execution pool. So nobody spends the fees of a block within it. What payers lose is what receivers,
// proposer and pool gain: value is conserved to the unit.
//
// A ledger does not change; the one after a block is a new one, which shares with it what the block left alone. So each
// block that is proposed but not final has its own, and to drop one is to forget it.

import {
  type Account,
  type Amount,
  accountCodec,
  asAmount,
  asNonce,
  assert,
  executionPoolKey,
  type MapChange,
  type Nonce,
  type Root,
  type SparseMap,
  type TouchedKeys,
  toHex,
} from "@tandem/shared";
import { type Candidate, type Refusal, refuse } from "./candidate.ts";

const noAccount: Account = { balance: asAmount(0n), nonce: asNonce(0) };

export class Ledger {
  readonly map: SparseMap;

  constructor(map: SparseMap) {
    this.map = map;
  }

  get root(): Root {
    return this.map.root;
  }

  /** Of a key that was opened before. Where there is no account, balance and nonce are zero. */
  accountOf(key: Uint8Array): Account {
    const found = this.map.get(key);
    assert(found.ok, "an account is opened before it is asked for");
    if (found.value === undefined) return noAccount;
    const account = accountCodec.decode(found.value);
    assert(account.ok, "the ledger keeps accounts only");
    return account.value;
  }
}

/** All accounts that a block of these blobs reads or changes: what is to be opened (`openKeys`) before its draft. */
export function accountsTouched(candidates: readonly Candidate[], proposer: Uint8Array): TouchedKeys {
  const keys = new Map<string, Uint8Array>();
  for (const { payer, blob } of candidates) {
    keys.set(payer, blob.envelope.payer);
    for (const { to } of blob.envelope.transfers) keys.set(toHex(to), to);
  }
  return { reads: [...keys.values(), proposer, executionPoolKey], writes: [] };
}

/** An account in a draft. */
interface Entry {
  readonly key: Uint8Array;
  readonly before: Account;
  balance: bigint;
  nonce: number;
}

/** The ledger while a block is put together or checked. */
export class LedgerDraft {
  readonly #ledger: Ledger;
  /** Those that were looked at, by hexadecimal key. */
  readonly #entries = new Map<string, Entry>();
  #proposerFees = 0n;
  #executionFees = 0n;
  #isFinished = false;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Takes the blob in. If it may not come next, says why and stays as it was. */
  admit(candidate: Candidate): Refusal | undefined {
    assert(!this.#isFinished, "no blob comes after the last");
    const { envelope } = candidate.blob;
    const payer = this.#entryOf(candidate.payer, envelope.payer);
    const refusal = refusalBy(payer, envelope.nonce, candidate.cost);
    if (refusal !== undefined) return refusal;
    payer.balance -= candidate.cost;
    payer.nonce++;
    for (const { to, amount } of envelope.transfers) this.#entryOf(toHex(to), to).balance += amount;
    this.#proposerFees += candidate.fee.ordering + envelope.tip;
    this.#executionFees += candidate.fee.execution;
    return undefined;
  }

  /** After the last blob: the ledger with fees credited, as this version of its map. */
  finish(proposer: Uint8Array, version: number): Ledger {
    assert(!this.#isFinished, "a draft is finished once");
    this.#isFinished = true;
    this.#entryOf(toHex(proposer), proposer).balance += this.#proposerFees;
    this.#entryOf(toHex(executionPoolKey), executionPoolKey).balance += this.#executionFees;
    const changes: MapChange[] = [];
    for (const entry of this.#entries.values()) if (isChanged(entry)) changes.push(changeOf(entry));
    const map = this.#ledger.map.apply(changes, version);
    assert(map.ok, "the accounts of a draft are opened before");
    return new Ledger(map.value);
  }

  /** The accounts, by hexadecimal key, that are not as in the ledger before; fees are among them once it is finished. */
  changedAccounts(): Map<string, Account> {
    const changed = new Map<string, Account>();
    for (const [key, entry] of this.#entries) if (isChanged(entry)) changed.set(key, accountIn(entry));
    return changed;
  }

  #entryOf(hexKey: string, key: Uint8Array): Entry {
    let entry = this.#entries.get(hexKey);
    if (entry === undefined) {
      const before = this.#ledger.accountOf(key);
      entry = { key, before, balance: before.balance, nonce: before.nonce };
      this.#entries.set(hexKey, entry);
    }
    return entry;
  }
}

function refusalBy({ balance, nonce }: Entry, given: Nonce, cost: Amount): Refusal | undefined {
  if (given < nonce) return refuse("nonce-too-low", "nonce", `${given} is ordered already, the next is ${nonce}`).error;
  if (given > nonce) return refuse("nonce-gap", "nonce", `${given} has to wait, the next is ${nonce}`).error;
  if (balance < cost) return refuse("balance", "", `it costs ${cost} where the payer has ${balance}`).error;
  return undefined;
}

function isChanged({ before, balance, nonce }: Entry): boolean {
  return nonce !== before.nonce || balance !== before.balance;
}

function accountIn({ balance, nonce }: Entry): Account {
  return { balance: asAmount(balance), nonce: asNonce(nonce) };
}

/** Never a deletion: an account that paid has a nonce, and one that only received has a balance. */
function changeOf(entry: Entry): MapChange {
  return { key: entry.key, value: accountCodec.encode(accountIn(entry)) };
}
