// P7: what environments charge for their own work, beside what the host takes. These numbers decide who is over budget,
// so every node must have the same: to change one is to change the protocol.

import type { Footprint, Value } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { literal, MemoryContract, payers } from "../src/compliance/index.ts";
import {
  booking,
  bookingConfig,
  bookingFootprints,
  counter,
  counterFootprints,
  registry,
  registryFootprints,
  token,
  tokenConfig,
  tokenFootprints,
} from "../src/index.ts";

const [alice, bob] = payers as [Uint8Array, Uint8Array];

function opened(environment: typeof token, config: Value): MemoryContract {
  const contract = new MemoryContract(environment, "a/subject");
  expect(contract.create(config).kind).toBe("value");
  return contract;
}

/** What the environment charges for one call that succeeds. */
function charged(contract: MemoryContract, method: string, footprint: Footprint, ...args: readonly Value[]): number {
  const { outcome, host } = contract.run({ method, payer: alice, footprint, args: args.map(literal) });
  expect(outcome.kind).toBe("value");
  return host?.charged ?? 0;
}

const account = (index: number) => new Uint8Array(32).fill(index + 1, 1);
const minting = (minters: number) =>
  opened(token, tokenConfig({ minters: [alice, ...Array.from({ length: minters }, (_, index) => account(index))] }));

test("the prices of common calls", () => {
  const tokens = opened(token, tokenConfig({ minters: [alice], balances: [[alice, 100n]] }));
  const seats = opened(booking, bookingConfig({ operator: alice, longest: 9n, items: { seat: 1n } }));
  expect({
    add: charged(opened(counter, 0n), "add", counterFootprints.add(), 1n),
    transfer: charged(tokens, "transfer", tokenFootprints.transfer(alice, bob), bob, 1n),
    mint: charged(tokens, "mint", tokenFootprints.mint(bob), bob, 1n),
    reserve: charged(seats, "reserve", bookingFootprints.reserve("seat"), "seat", 1n, 5n),
    confirm: charged(seats, "confirm", bookingFootprints.confirm(alice, "seat"), "seat"),
    register: charged(opened(registry, null), "register", registryFootprints.register("name"), "name", "value"),
  }).toEqual({ add: 120, transfer: 140, mint: 145, reserve: 164, confirm: 129, register: 151 });
});

describe("more work is charged more:", () => {
  test("more minters to look through", () => {
    const of = (minters: number) => charged(minting(minters), "mint", tokenFootprints.mint(bob), bob, 1n);
    expect(of(20) - of(10)).toBe(of(10) - of(0));
    expect(of(10)).toBeGreaterThan(of(0));
  });

  test("more holds to look through", () => {
    const of = (holds: number) => {
      const contract = opened(booking, bookingConfig({ operator: alice, longest: 9n, items: { train: 99n } }));
      const footprint = bookingFootprints.reserve("train");
      const args = ["train", 1n, 9n].map(literal);
      for (let index = 0; index < holds; index++) {
        contract.call({ method: "reserve", payer: account(index), footprint, args });
      }
      return charged(contract, "status", bookingFootprints.status("train"), "train");
    };
    expect(of(20)).toBeGreaterThan(of(10));
  });

  test("larger values to keep, and longer names", () => {
    const of = (name: string, value: Value) =>
      charged(opened(registry, null), "register", registryFootprints.register(name), name, value);
    expect(of("name", "x".repeat(200))).toBeGreaterThan(of("name", "x".repeat(100)));
    expect(of("name", [1n, 2n, [3n]])).toBeGreaterThan(of("name", [1n, 2n]));
    expect(of("longer", "value")).toBeGreaterThan(of("name", "value"));
  });

  test("larger configurations", () => {
    const of = (balances: number) => {
      const contract = new MemoryContract(token, "a/subject");
      const held = Array.from({ length: balances }, (_, index) => [account(index), 1n] as const);
      const args = [literal(tokenConfig({ balances: held }))];
      return contract.run({ method: "create", payer: alice, footprint: { kind: "whole" }, args }).host?.charged ?? 0;
    };
    expect(of(20)).toBeGreaterThan(of(10));
  });
});

describe("P6: the largest configurations touch no more keys than a call may", () => {
  const labels = (count: number) => Array.from({ length: count }, (_, index) => `item-${index}`);
  const of = (environment: typeof token, config: Value) => new MemoryContract(environment, "a/subject").create(config);
  const tokens = (minters: number, balances: number, peers: number) =>
    tokenConfig({
      minters: Array.from({ length: minters }, (_, index) => account(index)),
      balances: Array.from({ length: balances }, (_, index) => [account(index), 1n] as const),
      peers: Object.fromEntries(labels(peers).map((label) => [`a/${label}`, "token"])),
    });
  const items = (count: number) =>
    bookingConfig({
      operator: alice,
      longest: 9n,
      items: Object.fromEntries(labels(count).map((label) => [label, 1n])),
    });

  test("and what is larger is refused", () => {
    expect(of(token, tokens(64, 128, 64)).kind).toBe("value");
    for (const config of [tokens(65, 0, 0), tokens(0, 129, 0), tokens(0, 0, 65)]) {
      expect(of(token, config)).toMatchObject({ code: "bad-arguments" });
    }
    expect(of(booking, items(250)).kind).toBe("value");
    expect(of(booking, items(251))).toMatchObject({ code: "bad-arguments" });
  });
});
