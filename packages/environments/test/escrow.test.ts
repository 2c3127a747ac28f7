// An escrow, as its first lines promise it: paid on what a contract says, refunded in time.

import { asContractName, type Program, type Step, type Value } from "@tandem/shared";
import { beforeEach, describe, expect, test } from "vitest";
import { MemoryContract } from "../src/compliance/index.ts";
import {
  booking,
  bookingConfig,
  bookingFootprints,
  counter,
  counterFootprints,
  type EscrowTerms,
  escrow,
  escrowConfig,
  escrowFootprints,
  escrowTerms,
  token,
  tokenConfig,
  tokenFootprints,
} from "../src/index.ts";
import { alice, bob, carol } from "./support/people.ts";
import { call, either, from, group, of, pure, Serial, ungrouped } from "./support/serial.ts";

const [tokens, deals, seats, other] = ["north/tokens", "south/deals", "south/seats", "south/other"];
const [inTokens, inDeals] = [asContractName(tokens), asContractName(deals)];

let world: Serial;

const receipt: Value = new Map<string, Value>(Object.entries({ item: "seat-1", holder: alice, places: 1n }));
const agreed: EscrowTerms = { contract: seats, environment: "booking", method: "confirm", value: receipt };

/** Alice has put 50 into the escrow, and holds a seat that is bob's to give. */
beforeEach(() => {
  world = new Serial();
  const add = (contract: MemoryContract, config: Value) => {
    expect(contract.create(config).kind).toBe("value");
    world.add(contract);
  };
  add(new MemoryContract(token, tokens), tokenConfig({ balances: [[alice, 100n]], peers: { [deals]: "escrow" } }));
  add(new MemoryContract(escrow, deals), escrowConfig({ peers: { [tokens]: "token" } }));
  const items = { "seat-1": 1n, "seat-2": 1n };
  for (const name of [seats, other])
    add(new MemoryContract(booking, name), bookingConfig({ operator: bob, longest: 99n, items }));
  add(new MemoryContract(counter, "south/counter"), 0n);
  expect(world.run(payIn(50n), alice).at(-1)).toEqual({ kind: "value", value: 50n });
  for (const name of [seats, other]) {
    const item = call(name, "reserve", bookingFootprints.reserve("seat-1"), of("seat-1"), of(1n), of(90n));
    world.run(ungrouped(item), alice);
  }
});

function payIn(amount: bigint): Program {
  const withdraw = call(tokens, "withdraw", tokenFootprints.withdraw(alice, inDeals), of(amount));
  return group(withdraw, call(deals, "deposit", escrowFootprints.deposit(inTokens, alice), from(0), of(alice)));
}

function payOut(payer: Uint8Array, amount: bigint): Program {
  const withdraw = call(deals, "withdraw", escrowFootprints.withdraw(payer, inTokens), of(amount));
  return group(withdraw, call(tokens, "deposit", tokenFootprints.deposit(inDeals, payer), from(0), of(payer)));
}

function open(terms = agreed, until = 20n, label = "seat", amount = 30n): Step {
  const args = [of(label), of(bob), of(amount), of(escrowTerms(terms)), of(until)];
  return call(deals, "open", escrowFootprints.open(alice, label), ...args);
}

const confirm = (at = seats) => call(at, "confirm", bookingFootprints.confirm(alice, "seat-1"), of("seat-1"));
const release = (outcome: Parameters<typeof call>[3], label = "seat") =>
  call(deals, "release", escrowFootprints.release(alice, label, bob), of(alice), of(label), outcome);
const refund = () => call(deals, "refund", escrowFootprints.refund(alice, "seat"), of(alice), of("seat"));

/** What alice and bob have in the escrow. */
function balances(): unknown[] {
  const reads = [alice, bob].map((holder) => call(deals, "balance", escrowFootprints.balance(holder), of(holder)));
  return world.run(ungrouped(...reads), carol).map((outcome) => (outcome.kind === "value" ? outcome.value : outcome));
}

/** The last step of a program by alice, at a height. */
const last = (program: Program, height = 10) => world.run(program, alice, height).at(-1);

const paid = (amount: bigint) => ({ kind: "value", value: amount });
const refused = (code: string) => expect.objectContaining({ kind: "nothing", code });

describe("a deal", () => {
  test("sets an amount aside, which its opener has no more", () => {
    expect(last(ungrouped(open()))).toEqual(paid(30n));
    expect(balances()).toEqual([20n, 0n]);
    expect(last(payOut(alice, 21n))).toEqual(refused("group"));
    expect(last(payOut(alice, 20n))).toEqual(paid(20n));
  });

  test("is not opened with more than there is, twice under one label, or when it would be over", () => {
    expect(last(ungrouped(open(agreed, 20n, "seat", 51n)))).toEqual(refused("too-little"));
    expect(last(ungrouped(open(agreed, 9n)))).toEqual(refused("bad-height"));
    last(ungrouped(open()));
    expect(last(ungrouped(open(agreed, 20n, "seat", 1n)))).toEqual(refused("deal-open"));
    expect(balances()).toEqual([20n, 0n]);
  });

  test("says what was agreed, to whoever asks", () => {
    const read = call(deals, "deal", escrowFootprints.deal(alice, "seat"), of(alice), of("seat"));
    expect(last(ungrouped(read))).toEqual(refused("no-deal"));
    last(ungrouped(open()));
    const expected = { ...agreed, once: false, payee: bob, amount: 30n, until: 20n };
    expect(last(ungrouped(read))).toEqual({ kind: "value", value: new Map(Object.entries(expected)) });
  });

  test("P6: does not wait for other people's deals", () => {
    const keys = [escrowFootprints.release(alice, "seat", bob), escrowFootprints.release(carol, "seat", alice)];
    const all = keys.flatMap((each) => (each.kind === "keys" ? each.writes : []));
    expect(new Set(all.map(String)).size).toBe(4);
  });
});

describe("a release", () => {
  beforeEach(() => {
    expect(last(ungrouped(open()))).toEqual(paid(30n));
  });

  /** Everything stays as it was, but for what the program did elsewhere. */
  const expectKept = (program: Program, code: string, height = 10) => {
    expect(last(program, height)).toEqual(refused(code));
    expect(balances()).toEqual([20n, 0n]);
  };

  test("pays when the contract says what was agreed, whoever brings it", () => {
    expect(last(ungrouped(confirm(), release(from(0))))).toEqual(paid(30n));
    expect(balances()).toEqual([20n, 30n]);
    expect(world.run(payOut(bob, 30n), bob).at(-1)).toEqual(paid(30n));
  });

  test("pays in one group with the service and the money, or not at all", () => {
    const all = [...payIn(20n).steps, open(agreed, 20n, "again", 40n), confirm(), release(from(3), "again")];
    const failing = call("south/counter", "add", counterFootprints.add(), of("one"));
    expect(last(group(...all, failing))).toEqual(expect.objectContaining({ kind: "nothing", why: "group" }));
    expect(balances()).toEqual([20n, 0n]);
    expect(last(group(...all))).toEqual(paid(40n));
    expect(balances()).toEqual([0n, 40n]);
  });

  test("pays once", () => {
    expect(last(ungrouped(confirm(), release(from(0)), release(from(0))))).toEqual(refused("no-deal"));
    expect(balances()).toEqual([20n, 30n]);
  });

  test("is refused of a literal, though it is the very value", () =>
    expectKept(ungrouped(release(of(receipt))), "bad-origin"));

  test("is refused of what a pure function made of it", () =>
    expectKept(ungrouped(confirm(), pure("choose", of(true), from(0), from(0)), release(from(1))), "bad-origin"));

  test("is refused of a literal that stands in for an outcome", () =>
    expectKept(
      ungrouped(confirm("south/nowhere"), release(either(0, { kind: "literal", value: receipt }))),
      "bad-origin",
    ));

  test("is refused of another contract of the same environment", () =>
    expectKept(ungrouped(confirm(other), release(from(0))), "bad-origin"));

  test("is refused of another method", () => {
    const giveBack = call(seats, "release", bookingFootprints.release("seat-1"), of("seat-1"));
    expectKept(ungrouped(giveBack, release(from(0))), "bad-origin");
  });

  test("is refused of another value", () => {
    const take = call(seats, "reserve", bookingFootprints.reserve("seat-2"), of("seat-2"), of(1n), of(90n));
    const book = call(seats, "confirm", bookingFootprints.confirm(alice, "seat-2"), of("seat-2"));
    expectKept(ungrouped(take, book, release(from(1))), "not-so");
  });

  test("is refused if the environment is another than the terms say", () => {
    last(ungrouped(open({ ...agreed, environment: "token" }, 20n, "token", 1n)));
    expect(last(ungrouped(confirm(), release(from(0), "token")))).toEqual(refused("bad-origin"));
  });

  test("comes up to the height of the deal, that one included", () => {
    expectKept(ungrouped(confirm(), release(from(0))), "too-late", 21);
    last(ungrouped(open({ ...agreed, contract: other }, 30n, "other", 1n)));
    expect(last(ungrouped(confirm(other), release(from(0), "other")), 30)).toEqual(paid(1n));
  });

  test("with `once` is refused if the program uses the outcome for anything else", () => {
    for (const label of ["one", "two"]) last(ungrouped(open({ ...agreed, once: true }, 20n, label, 5n)));
    const both = ungrouped(confirm(), release(from(0), "one"), release(from(0), "two"));
    expect(world.run(both, alice, 10).slice(1)).toEqual([refused("bad-origin"), refused("bad-origin")]);
  });

  test("with `once` pays one deal of a receipt, without it two", () => {
    last(ungrouped(open({ ...agreed, once: true }, 20n, "one", 5n)));
    last(ungrouped(open({ ...agreed, contract: other }, 20n, "two", 5n)));
    last(ungrouped(open({ ...agreed, contract: other }, 20n, "three", 5n)));
    expect(last(ungrouped(confirm(), release(from(0), "one")))).toEqual(paid(5n));
    const both = ungrouped(confirm(other), release(from(0), "two"), release(from(0), "three"));
    expect(world.run(both, alice, 10).slice(1)).toEqual([paid(5n), paid(5n)]);
  });
});

describe("a refund", () => {
  beforeEach(() => {
    last(ungrouped(open()));
  });

  test("goes back to the opener after the height, for anyone who asks", () => {
    expect(world.run(ungrouped(refund()), carol, 20).at(-1)).toEqual(refused("too-early"));
    expect(world.run(ungrouped(refund()), carol, 21).at(-1)).toEqual(paid(30n));
    expect(balances()).toEqual([50n, 0n]);
    expect(world.run(ungrouped(refund()), carol, 21).at(-1)).toEqual(refused("no-deal"));
  });

  test("is not the opener's before, but the payee's at any time", () => {
    expect(last(ungrouped(refund()))).toEqual(refused("too-early"));
    expect(world.run(ungrouped(refund()), bob, 10).at(-1)).toEqual(paid(30n));
    expect(balances()).toEqual([50n, 0n]);
  });
});

test("an escrow takes no money that no peer withdrew (P11)", () => {
  const literal = call(deals, "deposit", escrowFootprints.deposit(inTokens, alice), of(5n), of(alice));
  expect(last(group(literal))).toEqual(refused("bad-origin"));
  const own = [
    call(deals, "withdraw", escrowFootprints.withdraw(alice, inDeals), of(5n)),
    call(deals, "deposit", escrowFootprints.deposit(inDeals, alice), from(0), of(alice)),
  ];
  expect(world.run(group(...own), alice)[0]).toEqual(refused("no-peer"));
  expect(balances()).toEqual([50n, 0n]);
});

test("terms and configuration are what they are, and nothing else", () => {
  const { method: _, ...rest } = agreed;
  const wrong = [
    { ...rest },
    { ...agreed, contract: "seats" },
    { ...agreed, method: "Confirm" },
    { ...agreed, once: 1n },
  ];
  for (const terms of [...wrong, { ...agreed, value: new Uint8Array(5000) }]) {
    const given = of(new Map<string, Value>(Object.entries(terms as Record<string, Value>)));
    const args = [of("seat"), of(bob), of(1n), given, of(20n)];
    expect(last(ungrouped(call(deals, "open", escrowFootprints.open(alice, "seat"), ...args)))).toEqual(
      refused("bad-arguments"),
    );
  }
  for (const config of [null, new Map([["peers", null]]), new Map([["peer", new Map()]])]) {
    expect(new MemoryContract(escrow, deals).create(config)).toEqual(refused("bad-arguments"));
  }
});
