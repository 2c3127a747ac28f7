// P11: value moves between two contracts in one group, and no way around the group moves anything.

import { asContractName, type Program } from "@tandem/shared";
import { beforeEach, describe, expect, test } from "vitest";
import { MemoryContract } from "../src/compliance/index.ts";
import { counter, tokenFootprints as footprints, token, tokenConfig } from "../src/index.ts";
import { amountMax } from "../src/support/shapes.ts";
import { alice, bob, mint } from "./support/people.ts";
import { call, either, from, group, of, pure, Serial, ungrouped } from "./support/serial.ts";

const [north, south, foreign, impostor] = ["north/tokens", "south/tokens", "north/foreign", "south/impostor"];
const [inNorth, inSouth] = [asContractName(north), asContractName(south)];

let world: Serial;

function contract(environment: typeof token, name: string, config: Parameters<MemoryContract["create"]>[0]): void {
  const made = new MemoryContract(environment, name);
  expect(made.create(config).kind).toBe("value");
  world.add(made);
}

beforeEach(() => {
  world = new Serial();
  const all = { [north]: "token", [south]: "token", [impostor]: "token" };
  contract(token, north, tokenConfig({ balances: [[alice, 100n]], peers: all }));
  contract(token, south, tokenConfig({ balances: [[bob, 100n]], peers: all }));
  contract(token, foreign, tokenConfig({ minters: [mint], balances: [[alice, 100n]], peers: all }));
  contract(counter, impostor, 0n);
});

const withdraw = (amount = 30n, to = south) =>
  call(north, "withdraw", footprints.withdraw(alice, asContractName(to)), of(amount));
const deposit = (...value: Parameters<typeof from>) =>
  call(south, "deposit", footprints.deposit(inNorth, bob), from(...value), of(bob));

/** Balances of alice in the north and bob in the south. */
function balances(): unknown[] {
  const read = [
    call(north, "balance", footprints.balance(alice), of(alice)),
    call(south, "balance", footprints.balance(bob), of(bob)),
  ];
  return world.run(ungrouped(...read), bob).map((outcome) => (outcome.kind === "value" ? outcome.value : outcome));
}

function expectRefused(program: Program, code: string): void {
  expect(world.run(program, alice)).toContainEqual(expect.objectContaining({ kind: "nothing", code }));
  expect(balances()).toEqual([100n, 100n]);
}

test("a withdrawal and its deposit, in one group, move value to another contract", () => {
  const outcomes = world.run(group(withdraw(), deposit(0)), alice);
  expect(outcomes).toEqual([
    { kind: "value", value: 30n },
    { kind: "value", value: 30n },
  ]);
  expect(balances()).toEqual([70n, 130n]);
});

test("there and back again leaves everything as it was", () => {
  const before = [north, south].map((name) => world.contracts.get(name)?.state);
  const back = [
    call(south, "withdraw", footprints.withdraw(bob, inNorth), of(30n)),
    call(north, "deposit", footprints.deposit(inSouth, alice), from(0), of(alice)),
  ];
  world.run(group(withdraw(), deposit(0)), alice);
  world.run(group(...back), bob);
  expect([north, south].map((name) => world.contracts.get(name)?.state)).toEqual(before);
});

describe("a withdrawal is refused", () => {
  test("if nobody uses it", () => expectRefused(group(withdraw()), "bad-use"));

  test("if it is used twice", () => expectRefused(group(withdraw(), deposit(0), deposit(0)), "bad-use"));

  test("if it is used elsewhere besides, even by a pure function", () =>
    expectRefused(group(withdraw(), deposit(0), pure("add", from(0), of(1n))), "bad-use"));

  test("outside of a group", () => expectRefused(ungrouped(withdraw(), deposit(0)), "bad-use"));

  test("if the deposit is outside of its group", () => {
    const { steps, groups } = group(withdraw());
    expectRefused({ steps: [...steps, deposit(0)], groups }, "bad-use");
  });

  test("if it goes through a pure function", () =>
    expectRefused(group(withdraw(), pure("max", from(0), of(50n)), deposit(1)), "bad-use"));

  test("if it has an alternative, or is one", () => {
    const to = footprints.deposit(inNorth, bob);
    const has = call(south, "deposit", to, either(0, { kind: "literal", value: 30n }), of(bob));
    expectRefused(group(withdraw(), has), "bad-use");
    const is = call(south, "deposit", to, either(0, { kind: "step", step: 1 as never }), of(bob));
    const empty = call(north, "balance", footprints.balance(alice));
    expectRefused(group(empty, withdraw(), is), "bad-use");
  });

  test("if it goes to another method, or in another place", () => {
    expectRefused(group(withdraw(), call(south, "burn", footprints.burn(alice), from(0))), "bad-use");
    const account = call(south, "deposit", footprints.deposit(inNorth, bob), of(30n), from(0));
    expectRefused(group(withdraw(), account), "bad-use");
  });

  test("if it goes to a contract that is no peer", () => {
    const to = call(foreign, "deposit", footprints.deposit(inNorth, bob), from(0), of(bob));
    expectRefused(group(withdraw(30n, foreign), to), "no-peer");
  });

  test("beyond what the payer holds", () => {
    expectRefused(group(withdraw(101n), deposit(0)), "too-little");
    const ofAnother = call(north, "withdraw", footprints.withdraw(bob, inSouth), of(1n));
    expect(world.run(group(ofAnother, deposit(0)), bob)[0]).toMatchObject({ code: "too-little" });
  });
});

describe("a deposit is refused", () => {
  const give = (argument: ReturnType<typeof of>, maker = north) =>
    call(south, "deposit", footprints.deposit(asContractName(maker), bob), argument, of(bob));

  test("of a literal", () => {
    expectRefused(group(give(of(30n))), "bad-origin");
    expectRefused(ungrouped(give(of(30n))), "bad-origin");
  });

  test("of a literal that stands in for a withdrawal that failed", () =>
    expectRefused(group(withdraw(101n), give(either(0, { kind: "literal", value: 30n }))), "bad-origin"));

  test("of what a pure function made", () =>
    expectRefused(group(pure("add", of(10n), of(20n)), give(from(0))), "bad-origin"));

  test("of what another method of a peer made", () => {
    const transfer = call(north, "transfer", footprints.transfer(alice, alice), of(alice), of(30n));
    expectRefused(group(transfer, give(from(0))), "bad-origin");
  });

  test("of what a contract made that is no peer, though it is a token", () => {
    const out = call(foreign, "withdraw", footprints.withdraw(alice, inSouth), of(30n));
    expectRefused(group(out, give(from(0), foreign)), "no-peer");
  });
});

test("a deposit refuses the origin of another environment under the name of a peer", () => {
  const given = (environment: string, uses = 1, grouped = true) =>
    world.contracts
      .get(south)
      ?.copy()
      .call({
        method: "deposit",
        payer: alice,
        footprint: footprints.deposit(inNorth, bob),
        grouped: true,
        args: [
          {
            value: 30n,
            origin: {
              ...{
                kind: "contract",
                contract: inNorth,
                environment: environment as never,
                method: "withdraw" as never,
              },
              ...{ step: 0 as never, uses, grouped },
            },
          },
          { value: bob, origin: { kind: "literal" } },
        ],
      });
  expect(given("token")).toEqual({ kind: "value", value: 30n });
  expect(given("counter")).toMatchObject({ code: "no-peer" });
  expect(given("token", 2)).toMatchObject({ code: "bad-origin" });
  expect(given("token", 1, false)).toMatchObject({ code: "bad-origin" });
});

test("an account never holds more than amounts can say; what would be too much stays where it was", () => {
  contract(token, north, tokenConfig({ balances: [[alice, amountMax]], peers: { [south]: "token" } }));
  expect(world.run(group(withdraw(amountMax - 99n), deposit(0)), alice)).toContainEqual(
    expect.objectContaining({ why: "group", code: "too-much" }),
  );
  expect(balances()).toEqual([amountMax, 100n]);
  expect(world.run(group(withdraw(amountMax - 100n), deposit(0)), alice).at(-1)?.kind).toBe("value");
  expect(balances()).toEqual([100n, amountMax]);
});

test("what fails anywhere in the group, before, between or after, takes all of it back", () => {
  const failing = call(impostor, "add", { kind: "keys", reads: [], writes: [] }, of("one"));
  for (const steps of [
    [failing, withdraw(), deposit(1)],
    [withdraw(), failing, deposit(0)],
    [withdraw(), deposit(0), failing],
  ]) {
    expect(world.run(group(...steps), alice).every(({ kind }) => kind === "nothing")).toBe(true);
    expect(balances()).toEqual([100n, 100n]);
  }
});

test("P4: whoever expects another amount keeps it", () => {
  const expecting = { ...withdraw(), expect: 31n };
  expect(world.run(group(expecting, deposit(0)), alice)[0]).toMatchObject({ why: "group" });
  expect(balances()).toEqual([100n, 100n]);
});
