// O2, rule by rule. Fees are large here beside balances, and of two kinds, so none of them can be mistaken for another.

import {
  asNonce,
  executionPoolKey,
  MemoryStore,
  openKeys,
  openMap,
  readNow,
  SparseMap,
  storeBatchOf,
  type TouchedKeys,
  toHex,
  utf8,
} from "@tandem/shared";
import { describe, expect, test } from "vitest";
import type { Candidate } from "../src/candidate.ts";
import { accountsTouched, Ledger, LedgerDraft } from "../src/ledger.ts";
import { ledgerVersion } from "../src/network.ts";
import { type BlobOptions, blobOf, payerKey, testNetwork } from "./support/blobs.ts";

const balance = 10_000n;
/** Payers 0 to 3 have a balance; 4 to 9 have none. */
const network = testNetwork({ payers: 4, balance });
const genesis = new Ledger(network.ledger);
const [proposer, otherProposer] = network.proposers as [Uint8Array, Uint8Array];

const blob = (options: BlobOptions) => blobOf(network, options);
const pay = (payer: number, nonce: number, to: number, amount: bigint) =>
  blob({ payer, nonce, transfers: [{ to, amount }] });

/** The ledger after a block of these, all of which are good. */
function after(ledger: Ledger, blobs: readonly Candidate[], by = proposer, height = 1): Ledger {
  const draft = new LedgerDraft(ledger);
  for (const each of blobs) expect(draft.admit(each)).toBeUndefined();
  return draft.finish(by, ledgerVersion(height));
}

function balanceOf(ledger: Ledger, account: number | Uint8Array): bigint {
  return ledger.accountOf(typeof account === "number" ? payerKey(account) : account).balance;
}

function nonceOf(ledger: Ledger, payer: number): number {
  return ledger.accountOf(payerKey(payer)).nonce;
}

function isThere(ledger: Ledger, key: Uint8Array): boolean {
  const found = ledger.map.has(key);
  return found.ok && found.value;
}

/** A blob that leaves its payer exactly so much of a balance. */
function leaving(left: bigint, options: BlobOptions, of = balance): Candidate {
  return blob({ ...options, tip: of - left - blob(options).cost });
}

describe("O2: a blob may come next", () => {
  test("if its nonce is the payer's next, from 0 on, one by one", () => {
    const draft = new LedgerDraft(genesis);
    expect(draft.admit(blob({ nonce: 0 }))).toBeUndefined();
    expect(draft.admit(blob({ nonce: 1 }))).toBeUndefined();
    expect(draft.admit(blob({ nonce: 1 }))?.code).toBe("nonce-too-low");
    expect(draft.admit(blob({ nonce: 0 }))?.code).toBe("nonce-too-low");
    expect(draft.admit(blob({ nonce: 3 }))?.code).toBe("nonce-gap");
    expect(draft.admit(blob({ nonce: 2 }))).toBeUndefined();
  });

  test("if the payer has all that it costs, to the unit", () => {
    const options = { budget: 7, touches: ["air"], transfers: [{ to: 5, amount: 50n }] };
    expect(new LedgerDraft(genesis).admit(leaving(-1n, options))?.code).toBe("balance");
    expect(balanceOf(after(genesis, [leaving(0n, options)]), 0)).toBe(0n);
  });

  test("counting what earlier blobs of the block have taken", () => {
    const draft = new LedgerDraft(genesis);
    const first = blob({ tip: 6000n });
    const left = balance - first.cost;
    draft.admit(first);
    expect(draft.admit(leaving(-1n, { nonce: 1 }, left))?.code).toBe("balance");
    expect(draft.admit(leaving(0n, { nonce: 1 }, left))).toBeUndefined();
    expect(draft.admit(blob({ nonce: 2 }))?.code).toBe("balance");
  });

  test("and the nonce is looked at before the balance", () => {
    const draft = new LedgerDraft(genesis);
    expect(draft.admit(blob({ nonce: 1, tip: balance }))?.code).toBe("nonce-gap");
    expect(draft.admit(blob({ nonce: 0, tip: balance }))?.code).toBe("balance");
  });

  test("of a payer without an account none may", () => {
    const draft = new LedgerDraft(genesis);
    expect(draft.admit(blob({ payer: 4 }))?.code).toBe("balance");
    expect(draft.admit(blob({ payer: 4, nonce: 1 }))?.code).toBe("nonce-gap");
  });

  test("though amounts add up to more than an amount can be", () => {
    const most = 2n ** 128n - 1n;
    const transfers = Array.from({ length: 16 }, () => ({ to: 1, amount: most }));
    expect(new LedgerDraft(genesis).admit(blob({ tip: most, transfers }))?.code).toBe("balance");
  });

  test("and one that may not leaves everything as it was", () => {
    const draft = new LedgerDraft(genesis);
    for (const bad of [blob({ nonce: 1 }), blob({ tip: balance }), pay(4, 0, 1, 5n)]) {
      expect(draft.admit(bad)).toBeDefined();
    }
    expect(draft.changedAccounts().size).toBe(0);
    expect(toHex(draft.finish(proposer, ledgerVersion(1)).root)).toBe(toHex(genesis.root));
  });
});

describe("O2: fees", () => {
  const options = { tip: 30n, budget: 7, touches: ["air", "bank"], payload: utf8("whatever") };

  test("go to the proposer, with tips, and for execution to the pool", () => {
    const fed = [blob({ ...options, payer: 0 }), blob({ ...options, payer: 1 })];
    const ledger = after(genesis, fed);
    const bytes = BigInt(fed[0]?.bytes.length ?? 0);
    expect(balanceOf(ledger, proposer)).toBe(2n * (100n + bytes + 2n * 10n + 30n));
    expect(balanceOf(ledger, executionPoolKey)).toBe(2n * 7n * 2n);
    expect(balanceOf(ledger, 0)).toBe(balance - (100n + bytes + 20n + 30n + 14n));
    expect(isThere(ledger, otherProposer)).toBe(false);
  });

  test("add up from block to block, for each proposer apart", () => {
    const [first, second, third] = [0, 1, 2].map((nonce) => blob({ nonce, tip: 1n + BigInt(nonce) })) as Candidate[];
    let ledger = after(genesis, [first as Candidate], proposer, 1);
    ledger = after(ledger, [second as Candidate], otherProposer, 2);
    ledger = after(ledger, [third as Candidate], proposer, 3);
    const { ordering } = (first as Candidate).fee;
    expect(balanceOf(ledger, proposer)).toBe(2n * ordering + 1n + 3n);
    expect(balanceOf(ledger, otherProposer)).toBe(ordering + 2n);
    expect(ledger.accountOf(proposer).nonce).toBe(0);
  });

  test("are credited after the last blob, so nobody spends them in the block", () => {
    const draft = new LedgerDraft(genesis);
    draft.admit(blob({ tip: 500n, budget: 3 }));
    expect([...draft.changedAccounts().keys()]).toEqual([toHex(payerKey(0))]);
    draft.finish(proposer, ledgerVersion(1));
    expect(new Set(draft.changedAccounts().keys())).toEqual(
      new Set([payerKey(0), proposer, executionPoolKey].map(toHex)),
    );
  });

  test("are not spent in the block even if the proposer's key could pay", () => {
    // It cannot, for it has 48 bytes and a payer's has 32. The ledger does not rely on that.
    const draft = new LedgerDraft(genesis);
    const first = leaving(0n, { payer: 0 });
    draft.admit(first);
    expect(draft.admit(blob({ payer: 0, nonce: 1 }))?.code).toBe("balance");
    const ledger = draft.finish(payerKey(0), ledgerVersion(1));
    expect(ledger.accountOf(payerKey(0))).toEqual({ balance, nonce: 1 });
    expect(new LedgerDraft(ledger).admit(blob({ payer: 0, nonce: 1 }))).toBeUndefined();
  });

  test("of an empty block make no account", () => {
    const ledger = after(genesis, []);
    expect([proposer, executionPoolKey].map((key) => isThere(ledger, key))).toEqual([false, false]);
    expect(toHex(ledger.root)).toBe(toHex(genesis.root));
  });

  test("of nothing make no account: no budget, no entry of the pool", () => {
    expect(isThere(after(genesis, [blob({})]), executionPoolKey)).toBe(false);
  });
});

describe("O2: transfers", () => {
  test("are credited at once: a receiver spends within the block, though it had no account", () => {
    const gift = pay(0, 0, 4, 5000n);
    const spent = pay(4, 0, 5, 4000n);
    const early = new LedgerDraft(genesis);
    expect(early.admit(spent)?.code).toBe("balance");
    const ledger = after(genesis, [gift, spent]);
    expect(balanceOf(ledger, 5)).toBe(4000n);
    expect(ledger.accountOf(payerKey(4))).toEqual({ balance: 5000n - spent.cost, nonce: 1 });
  });

  test("to oneself change nothing but what the fee takes", () => {
    const blobToSelf = pay(0, 0, 0, 4000n);
    const ledger = after(genesis, [blobToSelf]);
    expect(ledger.accountOf(payerKey(0))).toEqual({ balance: balance - blobToSelf.fee.ordering, nonce: 1 });
  });

  test("to oneself have to be paid for before they are credited", () => {
    expect(new LedgerDraft(genesis).admit(pay(0, 0, 0, balance))?.code).toBe("balance");
  });

  test("to one receiver several times add up", () => {
    const transfers = [5, 5, 1].map((to, index) => ({ to, amount: 10n + BigInt(index) }));
    const ledger = after(genesis, [blob({ transfers })]);
    expect([balanceOf(ledger, 5), balanceOf(ledger, 1)]).toEqual([21n, balance + 12n]);
  });

  test("of nothing to a new key make no account", () => {
    const ledger = after(genesis, [pay(0, 0, 4, 0n)]);
    expect(isThere(ledger, payerKey(4))).toBe(false);
    expect(ledger.accountOf(payerKey(4))).toEqual({ balance: 0n, nonce: 0 });
  });

  test("reach one who pays in the same block, before and after", () => {
    const blobs = [pay(1, 0, 0, 100n), pay(0, 0, 1, 7n), pay(1, 1, 0, 20n)] as const;
    const ledger = after(genesis, blobs);
    expect(ledger.accountOf(payerKey(0))).toEqual({ balance: balance + 120n - blobs[1].cost, nonce: 1 });
    expect(ledger.accountOf(payerKey(1))).toEqual({ balance: balance + 7n - blobs[0].cost - blobs[2].cost, nonce: 2 });
  });
});

describe("O2: an account", () => {
  test("that is emptied stays with its nonce, so nothing of its payer is ordered twice", () => {
    const last = leaving(0n, {});
    let ledger = after(genesis, [last]);
    expect(ledger.accountOf(payerKey(0))).toEqual({ balance: 0n, nonce: 1 });
    expect(isThere(ledger, payerKey(0))).toBe(true);
    ledger = after(ledger, [pay(1, 0, 0, 9000n)], proposer, 2);
    expect(new LedgerDraft(ledger).admit(last)?.code).toBe("nonce-too-low");
  });

  test("of a key that was not opened is not taken for an empty one", () => {
    const stored = storedGenesis();
    expect(() => new Ledger(stored.map).accountOf(payerKey(0))).toThrow("opened before");
    stored.open({ reads: [payerKey(0), payerKey(9)], writes: [] });
    expect(balanceOf(new Ledger(stored.map), 0)).toBe(balance);
    expect(balanceOf(new Ledger(stored.map), 9)).toBe(0n);
  });
});

/** The ledger of the genesis, of which only what is opened is known. */
function storedGenesis() {
  const store = new MemoryStore();
  store.write(storeBatchOf(SparseMap.empty, network.ledger));
  const read = (keys: readonly Uint8Array[]) => store.readNow(keys);
  const map = readNow(read, openMap({ version: ledgerVersion(0), root: genesis.root }));
  return { map, open: (touched: TouchedKeys) => readNow(read, openKeys(map, touched)) };
}

describe("what a block touches", () => {
  // 3 has an account and only receives: its value is needed, not just that there is one.
  const blobs = [pay(0, 0, 4, 5000n), pay(4, 0, 5, 1n), pay(1, 0, 3, 20n), blob({ payer: 1, nonce: 1, budget: 5 })];

  test("is its payers, receivers, proposer and the pool, each once, in order of appearance", () => {
    const { reads, writes } = accountsTouched(blobs, proposer);
    expect(writes).toEqual([]);
    expect(reads.map(toHex)).toEqual([...[0, 4, 5, 1, 3].map(payerKey), proposer, executionPoolKey].map(toHex));
  });

  test("is all that a draft needs", () => {
    const { map, open } = storedGenesis();
    open(accountsTouched(blobs, proposer));
    expect(toHex(after(new Ledger(map), blobs).root)).toBe(toHex(after(genesis, blobs).root));
  });

  test("includes what a refusal is found by", () => {
    const { map, open } = storedGenesis();
    const refused = [pay(4, 0, 5, 1n), pay(2, 7, 6, 1n)];
    open(accountsTouched(refused, proposer));
    const draft = new LedgerDraft(new Ledger(map));
    expect(refused.map((each) => draft.admit(each)?.code)).toEqual(["balance", "nonce-gap"]);
  });
});

describe("ledgers on one parent", () => {
  test("know nothing of each other, and leave the parent as it was", () => {
    const root = toHex(genesis.root);
    const left = after(genesis, [pay(0, 0, 4, 100n)]);
    const right = after(genesis, [pay(0, 0, 4, 2n)], otherProposer);
    expect([balanceOf(left, 4), balanceOf(right, 4), balanceOf(genesis, 4)]).toEqual([100n, 2n, 0n]);
    expect([nonceOf(left, 0), nonceOf(right, 0), nonceOf(genesis, 0)]).toEqual([1, 1, 0]);
    expect(isThere(right, proposer)).toBe(false);
    expect(toHex(genesis.root)).toBe(root);
    expect(toHex(after(genesis, [pay(0, 0, 4, 100n)]).root)).toBe(toHex(left.root));
  });

  test("drafts at the same time neither", () => {
    const [one, other] = [new LedgerDraft(genesis), new LedgerDraft(genesis)];
    expect(one.admit(pay(0, 0, 4, 9000n))).toBeUndefined();
    expect(other.admit(pay(0, 0, 4, 9000n))).toBeUndefined();
    expect(toHex(one.finish(proposer, 2).root)).toBe(toHex(other.finish(proposer, 2).root));
  });

  test("an overdraft over two blocks is one, though each alone could be paid", () => {
    const [first, second] = [pay(0, 0, 4, 6000n), pay(0, 1, 5, 6000n)];
    expect(new LedgerDraft(genesis).admit(pay(0, 0, 5, 6000n))).toBeUndefined();
    expect(new LedgerDraft(after(genesis, [first])).admit(second)?.code).toBe("balance");
  });
});

describe("a draft", () => {
  test("says what stands otherwise than before", () => {
    const draft = new LedgerDraft(genesis);
    const sent = pay(0, 0, 4, 100n);
    draft.admit(sent);
    draft.admit(pay(5, 0, 1, 1n));
    draft.admit(pay(1, 0, 6, 0n));
    expect(draft.changedAccounts()).toEqual(
      new Map([
        [toHex(payerKey(0)), { balance: balance - sent.cost, nonce: asNonce(1) }],
        [toHex(payerKey(4)), { balance: 100n, nonce: asNonce(0) }],
        [toHex(payerKey(1)), { balance: balance - pay(1, 0, 6, 0n).cost, nonce: asNonce(1) }],
      ]),
    );
  });

  test("is finished once, and takes nothing afterwards", () => {
    const draft = new LedgerDraft(genesis);
    draft.finish(proposer, ledgerVersion(1));
    expect(() => draft.admit(blob({}))).toThrow("after the last");
    expect(() => draft.finish(proposer, ledgerVersion(1))).toThrow("once");
  });

  test("gives the version that it is told, so that it can be stored", () => {
    expect(after(genesis, [], proposer, 5).map.version).toBe(ledgerVersion(5));
  });
});
