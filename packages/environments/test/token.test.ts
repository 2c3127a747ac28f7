// A token by itself, as its first lines promise it. How value moves between tokens is in `moving.test.ts`.

import type { Footprint, Value } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { literal, MemoryContract, type MemoryOutcome } from "../src/compliance/index.ts";
import { type TokenConfig, token, tokenConfig, tokenFootprints } from "../src/index.ts";
import { amountMax } from "../src/support/shapes.ts";
import { alice, bob, carol, mint } from "./support/people.ts";

const of100: TokenConfig = { minters: [mint], balances: [[alice, 100n]] };

function opened(config: TokenConfig = of100): MemoryContract {
  const contract = new MemoryContract(token, "a/tokens");
  expect(contract.create(tokenConfig(config)).kind).toBe("value");
  return contract;
}

const value = (value: Value): MemoryOutcome => ({ kind: "value", value });
const refused = (code: string) => ({ kind: "nothing", why: "reverted", code });

/** Calls of one contract, each by whom and with what. */
function at(contract: MemoryContract) {
  const run = (payer: Uint8Array, method: string, footprint: Footprint, ...args: readonly Value[]) =>
    contract.call({ method, payer, footprint, args: args.map(literal) });
  return {
    mint: (payer: Uint8Array, to: Uint8Array, amount: Value) =>
      run(payer, "mint", tokenFootprints.mint(to), to, amount),
    burn: (payer: Uint8Array, amount: Value) => run(payer, "burn", tokenFootprints.burn(payer), amount),
    transfer: (payer: Uint8Array, to: Uint8Array, amount: Value) =>
      run(payer, "transfer", tokenFootprints.transfer(payer, to), to, amount),
    approve: (payer: Uint8Array, spender: Uint8Array, amount: Value) =>
      run(payer, "approve", tokenFootprints.approve(payer, spender), spender, amount),
    transferFrom: (payer: Uint8Array, owner: Uint8Array, to: Uint8Array, amount: Value) =>
      run(payer, "transfer-from", tokenFootprints.transferFrom(payer, owner, to), owner, to, amount),
    allowance: (owner: Uint8Array, spender: Uint8Array) =>
      run(carol, "allowance", tokenFootprints.allowance(owner, spender), owner, spender),
    balance: (holder: Uint8Array) => run(carol, "balance", tokenFootprints.balance(holder), holder),
    supply: () => run(carol, "supply", tokenFootprints.supply()),
  };
}

describe("a transfer", () => {
  test("goes from the payer's account to any other, and replies with the amount", () => {
    const tokens = at(opened());
    expect(tokens.transfer(alice, bob, 30n)).toEqual(value(30n));
    expect([tokens.balance(alice), tokens.balance(bob)]).toEqual([value(70n), value(30n)]);
  });

  test("is refused beyond what the payer holds, and nothing moves", () => {
    const tokens = at(opened());
    expect(tokens.transfer(alice, bob, 101n)).toMatchObject(refused("too-little"));
    expect(tokens.transfer(bob, alice, 1n)).toMatchObject(refused("too-little"));
    expect([tokens.balance(alice), tokens.balance(bob)]).toEqual([value(100n), value(0n)]);
  });

  test("to oneself changes nothing, and still takes what it says", () => {
    const tokens = at(opened());
    expect(tokens.transfer(alice, alice, 100n)).toEqual(value(100n));
    expect(tokens.transfer(alice, alice, 101n)).toMatchObject(refused("too-little"));
    expect(tokens.balance(alice)).toEqual(value(100n));
  });

  test("of nothing, of less, or of what is no integer is no transfer", () => {
    const tokens = at(opened());
    for (const amount of [0n, -1n, amountMax + 1n, "1", null, [1n]]) {
      expect(tokens.transfer(alice, bob, amount)).toMatchObject(refused("bad-arguments"));
    }
  });

  test("of all leaves no trace of an account", () => {
    const contract = opened();
    at(contract).transfer(alice, bob, 100n);
    const other = opened({ minters: [mint], balances: [[bob, 100n]] });
    expect(contract.state).toEqual(other.state);
  });

  test("P6: between two does not touch what others pay each other", () => {
    const [one, two] = [tokenFootprints.transfer(alice, bob), tokenFootprints.transfer(carol, mint)];
    const keys = [one, two].flatMap((footprint) => (footprint.kind === "keys" ? footprint.writes : []));
    expect(new Set(keys.map(String)).size).toBe(4);
  });
});

describe("minting", () => {
  test("is the minters', and raises the supply", () => {
    const tokens = at(opened());
    expect(tokens.mint(mint, bob, 5n)).toEqual(value(5n));
    expect([tokens.balance(bob), tokens.supply()]).toEqual([value(5n), value(105n)]);
    expect(tokens.mint(alice, alice, 5n)).toMatchObject(refused("no-right"));
    expect(tokens.supply()).toEqual(value(105n));
  });

  test("ends at the most that there may be; what is burned may be minted again", () => {
    const tokens = at(opened({ ...of100, most: 110n }));
    expect(tokens.mint(mint, bob, 11n)).toMatchObject(refused("too-much"));
    expect(tokens.mint(mint, bob, 10n)).toEqual(value(10n));
    tokens.burn(alice, 1n);
    expect(tokens.mint(mint, bob, 1n)).toEqual(value(1n));
  });

  test("never goes beyond amounts", () => {
    const tokens = at(opened({ minters: [mint], balances: [[alice, amountMax]] }));
    expect(tokens.mint(mint, bob, 1n)).toMatchObject(refused("too-much"));
  });

  test("is nobody's where no minters are named", () => {
    const tokens = at(opened({ balances: [[alice, 1n]] }));
    for (const payer of [alice, mint, new Uint8Array(32)]) {
      expect(tokens.mint(payer, payer, 1n)).toMatchObject(refused("no-right"));
    }
  });
});

test("burning takes from the payer and from the supply", () => {
  const tokens = at(opened());
  expect(tokens.burn(alice, 40n)).toEqual(value(40n));
  expect([tokens.balance(alice), tokens.supply()]).toEqual([value(60n), value(60n)]);
  expect(tokens.burn(alice, 61n)).toMatchObject(refused("too-little"));
  expect(tokens.burn(bob, 1n)).toMatchObject(refused("too-little"));
  expect(tokens.supply()).toEqual(value(60n));
});

describe("an allowance", () => {
  test("lets another take so much, and no more", () => {
    const tokens = at(opened());
    tokens.approve(alice, bob, 50n);
    expect(tokens.transferFrom(bob, alice, carol, 20n)).toEqual(value(20n));
    expect([tokens.balance(alice), tokens.balance(carol)]).toEqual([value(80n), value(20n)]);
    expect(tokens.allowance(alice, bob)).toEqual(value(30n));
    expect(tokens.transferFrom(bob, alice, carol, 31n)).toMatchObject(refused("not-allowed"));
  });

  test("is one person's, from one account", () => {
    const tokens = at(opened());
    tokens.approve(alice, bob, 50n);
    expect(tokens.transferFrom(carol, alice, carol, 1n)).toMatchObject(refused("not-allowed"));
    expect(tokens.transferFrom(alice, bob, alice, 1n)).toMatchObject(refused("not-allowed"));
    expect(tokens.transferFrom(alice, alice, bob, 1n)).toMatchObject(refused("not-allowed"));
  });

  test("may be more than there is, which helps nobody", () => {
    const contract = opened();
    const tokens = at(contract);
    tokens.approve(alice, bob, amountMax);
    expect(tokens.transferFrom(bob, alice, carol, 101n)).toMatchObject(refused("too-little"));
    expect(tokens.allowance(alice, bob)).toEqual(value(amountMax));
  });

  test("is replaced, and the reply is what it was: an `expect` makes sure of it (P4)", () => {
    const tokens = at(opened());
    expect(tokens.approve(alice, bob, 50n)).toEqual(value(0n));
    tokens.transferFrom(bob, alice, bob, 10n);
    expect(tokens.approve(alice, bob, 5n)).toEqual(value(40n));
    expect(tokens.approve(alice, bob, 0n)).toEqual(value(5n));
    expect(tokens.transferFrom(bob, alice, bob, 1n)).toMatchObject(refused("not-allowed"));
  });
});

describe("creation", () => {
  test("takes minters, most, peers and balances, each of which may be left out", () => {
    expect(at(opened({})).supply()).toEqual(value(0n));
    expect(
      at(
        opened({
          balances: [
            [alice, 1n],
            [bob, 2n],
            [alice, 3n],
          ],
        }),
      ).balance(alice),
    ).toEqual(value(4n));
    expect(at(opened({ most: 100n, balances: [[alice, 100n]] })).supply()).toEqual(value(100n));
  });

  test.each([
    ["no map", null],
    ["a key that is none of these", new Map([["owner", alice]])],
    ["minters that are no accounts", new Map([["minters", [new Uint8Array(31)]]])],
    ["a most below zero", new Map([["most", -1n]])],
    ["peers that are a list", new Map([["peers", ["a/other"]]])],
    ["a peer that is no contract", new Map([["peers", new Map([["other", "token"]])]])],
    ["a peer without an environment", new Map([["peers", new Map([["a/other", null]])]])],
    ["a balance of nothing", new Map([["balances", [[alice, 0n]]]])],
    ["a balance without an account", new Map([["balances", [[1n]]]])],
  ] satisfies [string, Value][])("refuses %s", (_, config) => {
    expect(new MemoryContract(token, "a/tokens").create(config)).toMatchObject(refused("bad-arguments"));
  });

  test("refuses balances above the most", () => {
    for (const config of [
      { most: 99n, balances: [[alice, 100n]] },
      {
        balances: [
          [alice, amountMax],
          [bob, 1n],
        ],
      },
      {
        balances: [
          [alice, amountMax],
          [alice, 1n],
        ],
      },
    ] satisfies TokenConfig[]) {
      expect(new MemoryContract(token, "a/tokens").create(tokenConfig(config))).toMatchObject(refused("too-much"));
    }
  });
});
