// Random chains of blocks of blobs good and bad, against the plain ledger: same verdicts, same accounts, same roots, and no
// unit of value made or lost.

import { SparseMap, toHex } from "@tandem/shared";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Candidate } from "../src/candidate.ts";
import { Ledger, LedgerDraft } from "../src/ledger.ts";
import type { OrderNetwork } from "../src/network.ts";
import { type PlainBlob, PlainLedger } from "./oracles/ledger.ts";
import { blobOf, payerKey, testNetwork, testShards } from "./support/blobs.ts";

/** Those from 4 on begin with nothing. */
const payers = 7;
const balance = 5000n;
const network = testNetwork({ payers: 4, balance });

/** What somebody wishes to submit; its nonce and tip are found when its turn comes. */
interface Wish {
  readonly payer: number;
  /** From the payer's next. */
  readonly nonceOffset: number;
  /** What is left to the payer: all but some; nothing; or it is one unit short. */
  readonly spends: "some" | "all" | "one too many";
  readonly transfers: readonly { readonly to: number; readonly amount: bigint }[];
  readonly budget: number;
  readonly touches: readonly string[];
}

const anyWish: fc.Arbitrary<Wish> = fc.record({
  payer: fc.nat({ max: payers - 1 }),
  nonceOffset: fc.constantFrom(0, 0, 0, 0, 0, 0, -1, 1, 3),
  spends: fc.constantFrom("some" as const, "some" as const, "some" as const, "all" as const, "one too many" as const),
  transfers: fc.array(
    fc.record({ to: fc.nat({ max: payers + 2 }), amount: fc.constantFrom(0n, 1n, 300n, 700n, 1500n, 2n ** 128n - 1n) }),
    { maxLength: 3 },
  ),
  budget: fc.constantFrom(0, 0, 1, 40),
  touches: fc.subarray([...testShards]),
});

const anyChain = fc.array(fc.record({ proposer: fc.nat({ max: 3 }), wishes: fc.array(anyWish, { maxLength: 12 }) }), {
  minLength: 1,
  maxLength: 5,
});

function plainOf({ blob, bytes }: Candidate): PlainBlob {
  return { envelope: blob.envelope, bytes: bytes.length };
}

function blobFor(plain: PlainLedger, { payer, nonceOffset, spends, ...rest }: Wish): Candidate {
  const nonce = Math.max(0, plain.nonceOf(payerKey(payer)) + nonceOffset);
  const withTip = (tip: bigint) => blobOf(network, { payer, nonce, tip, ...rest });
  const left = plain.balanceOf(payerKey(payer)) - plain.costOf(plainOf(withTip(0n)));
  if (spends === "some" || left < 0n) return withTip(3n);
  return withTip(spends === "all" ? left : left + 1n);
}

function plainLedgerOf({ genesis }: OrderNetwork): PlainLedger {
  return new PlainLedger(
    genesis.fees,
    genesis.allocations.map(({ payer, amount }) => [payer, amount]),
  );
}

/** What stands otherwise than before. */
function differences(before: PlainLedger["accounts"], after: PlainLedger["accounts"]) {
  const isSame = (key: string) =>
    before.get(key)?.balance === after.get(key)?.balance && before.get(key)?.nonce === after.get(key)?.nonce;
  return new Map([...after].filter(([key]) => !isSame(key)));
}

test("O2: the ledger does what the plain one does, block after block, and value is conserved", () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(anyChain, (chain) => {
      const plain = plainLedgerOf(network);
      let ledger = new Ledger(network.ledger);
      for (const [index, { proposer, wishes }] of chain.entries()) {
        const before = plain.accounts;
        const draft = new LedgerDraft(ledger);
        for (const wish of wishes) {
          const candidate = blobFor(plain, wish);
          const refusal = plain.apply(plainOf(candidate));
          expect(draft.admit(candidate)?.code).toBe(refusal);
          const what = refusal ?? "admitted";
          seen.set(what, (seen.get(what) ?? 0) + 1);
        }
        const key = network.proposers[proposer] as Uint8Array;
        plain.endBlock(key);
        ledger = draft.finish(key, index + 2);
        expect(toHex(ledger.root)).toBe(toHex(plain.root));
        expect(sorted(draft.changedAccounts())).toEqual(sorted(differences(before, plain.accounts)));
        expect(plain.total).toBe(4n * balance);
        expect(valueIn(ledger, [...plain.accounts.keys()])).toBe(4n * balance);
      }
    }),
    { seed: 3, numRuns: 200 },
  );
  // Each kind of verdict has to come up, or the property says little.
  for (const what of ["admitted", "nonce-too-low", "nonce-gap", "balance"]) {
    expect(seen.get(what) ?? 0, what).toBeGreaterThan(40);
  }
});

function sorted<T>(accounts: ReadonlyMap<string, T>): [string, T][] {
  return [...accounts].sort(([a], [b]) => (a < b ? -1 : 1));
}

function valueIn(ledger: Ledger, keys: readonly string[]): bigint {
  return keys.reduce((sum, key) => sum + ledger.accountOf(Buffer.from(key, "hex")).balance, 0n);
}

test("the empty ledger and the plain one without accounts have one root", () => {
  expect(toHex(new Ledger(SparseMap.empty).root)).toBe(toHex(new PlainLedger(network.genesis.fees, []).root));
});
