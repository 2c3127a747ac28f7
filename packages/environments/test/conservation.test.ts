// Money is neither made nor lost, whatever fails (P11). Programs are drawn that move money between two tokens and an
// escrow, in the proper way and in every other, beside contracts that lie about what they withdraw. After each, what
// accounts and deals hold is what was minted less what was burned.

import {
  type Argument,
  asContractName,
  asEnvironmentName,
  asStepIndex,
  decodeValue,
  type Environment,
  equalValues,
  type Group,
  type Method,
  type MethodName,
  type Program,
  type Step,
  success,
  type Value,
} from "@tandem/shared";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MemoryContract } from "../src/compliance/index.ts";
import {
  escrow,
  escrowConfig,
  escrowFootprints,
  escrowTerms,
  tokenFootprints as footprints,
  token,
  tokenConfig,
} from "../src/index.ts";
import { countMoney } from "./oracles/money.ts";
import { alice, bob, carol } from "./support/people.ts";
import { call, either, from, group, of, pure, Serial, ungrouped } from "./support/serial.ts";

const [north, south, deals, faker, foreign] = [
  "north/tokens",
  "south/tokens",
  "south/deals",
  "north/faker",
  "south/foreign",
];
const people: readonly Uint8Array[] = [alice, bob, carol];
const places = [north, south, deals, faker, foreign];

/** It gives what it does not have, and takes what comes: the peers' lists say that a token is to be there. */
const liar: Method = { whole: false, run: ({ args }) => success(args[0]?.value ?? null) };
const lying: Environment = {
  name: asEnvironmentName("lying"),
  methods: new Map([
    ["create" as MethodName, { whole: true, run: () => success(null) }],
    ["withdraw" as MethodName, liar],
  ]),
};

function newWorld(): Serial {
  const world = new Serial();
  const add = (environment: Environment, name: string, config: Value) => {
    const contract = new MemoryContract(environment, name);
    expect(contract.create(config).kind).toBe("value");
    world.add(contract);
  };
  const peers = { [north]: "token", [south]: "token", [deals]: "escrow", [faker]: "token" };
  const balances = people.map((person) => [person, 200n] as const);
  add(token, north, tokenConfig({ minters: [alice], balances, peers }));
  add(token, south, tokenConfig({ minters: [bob], balances, peers }));
  add(token, foreign, tokenConfig({ minters: people, balances, peers }));
  add(escrow, deals, escrowConfig({ peers }));
  add(lying, faker, null);
  for (const person of people) world.run(group(...moving(person, north, deals, 100n)), person);
  return world;
}

/** Held and minted, in the contracts of one money. */
function count(world: Serial, names: readonly string[]) {
  const entries = names.flatMap((name) =>
    [...(world.contracts.get(name)?.state ?? [])].map(([key, bytes]) => {
      const decoded = decodeValue(bytes);
      return [key, decoded.ok ? decoded.value : null] as const;
    }),
  );
  return countMoney(entries);
}

function expectConserved(world: Serial): void {
  for (const names of [[north, south, deals], [foreign]]) {
    const { held, supply } = count(world, names);
    expect(held).toBe(supply);
  }
}

/** All that a drawn part of a program may be made of; each takes what it needs. */
interface Drawn {
  readonly kind: number;
  readonly at: number;
  readonly other: number;
  readonly who: number;
  readonly amount: number;
  /** How a value that an earlier step made is used. */
  readonly use: number;
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  kind: fc.nat(10),
  at: fc.nat(places.length - 1),
  other: fc.nat(places.length - 1),
  who: fc.nat(people.length - 1),
  amount: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 40 }) }, fc.integer({ min: -1, max: 400 })),
  use: fc.nat(9),
});

/** What the step before made, mostly; else another value, or that with another as its alternative. */
function used({ amount, use }: Drawn, index: number): Argument {
  if (index === 0 || use === 0) return of(BigInt(amount));
  if (use === 1) return either(index - 1, { kind: "literal", value: BigInt(amount) });
  if (use === 2 && index > 1) return either(index - 2, { kind: "step", step: asStepIndex(index - 1) });
  return from(use === 3 && index > 1 ? index - 2 : index - 1);
}

const terms = escrowTerms({ contract: north, environment: "token", method: "transfer", value: 5n });

/** The steps of one part; the first of them will be step `index`. */
function stepsOf(each: Drawn, index: number, payer: Uint8Array): Step[] {
  const [at, other] = [asContractName(places[each.at] as string), asContractName(places[each.other] as string)];
  const who = people[each.who] as Uint8Array;
  const payee = people[(people.indexOf(payer) + 1) % people.length] as Uint8Array;
  const amount = of(BigInt(each.amount));
  switch (each.kind) {
    case 0:
      return [call(at, "withdraw", footprints.withdraw(payer, other), amount)];
    case 1:
      return [call(at, "deposit", footprints.deposit(other, who), used(each, index), of(who))];
    case 2:
    case 3:
      return [
        call(at, "withdraw", footprints.withdraw(payer, other), amount),
        call(other, "deposit", footprints.deposit(at, who), used(each, index + 1), of(who)),
      ];
    case 4:
      return [call(at, "transfer", footprints.transfer(payer, who), of(who), amount)];
    case 5:
      return [call(at, "burn", footprints.burn(payer), amount)];
    case 6:
      return [call(at, "mint", footprints.mint(who), of(who), amount)];
    case 7:
      return [pure("choose", of(true), used(each, index), of(null))];
    case 8: {
      const args = [of("deal"), of(payee), amount, of(terms), of(9n)];
      return [call(deals, "open", escrowFootprints.open(payer, "deal"), ...args)];
    }
    case 9: {
      const args = [of(payer), of("deal"), used(each, index + 1)];
      return [
        call(north, "transfer", footprints.transfer(payer, who), of(who), of(5n)),
        call(deals, "release", escrowFootprints.release(payer, "deal", payee), ...args),
      ];
    }
    default:
      return [call(deals, "refund", escrowFootprints.refund(payer, "deal"), of(payer), of("deal"))];
  }
}

interface DrawnProgram {
  /** Runs of parts: each is a group, or not. */
  readonly runs: readonly { readonly grouped: boolean; readonly parts: readonly Drawn[] }[];
  readonly payer: number;
  readonly height: number;
}

const anyProgram: fc.Arbitrary<DrawnProgram> = fc.record({
  runs: fc.array(
    fc.record({
      grouped: fc.nat(3).map((one) => one > 0),
      parts: fc.array(drawn, { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  payer: fc.nat(people.length - 1),
  height: fc.integer({ min: 8, max: 11 }),
});

function programOf({ runs }: DrawnProgram, payer: Uint8Array): Program {
  const steps: Step[] = [];
  const groups: Group[] = [];
  for (const { grouped, parts } of runs) {
    const first = steps.length;
    for (const part of parts) steps.push(...stepsOf(part, steps.length, payer));
    if (grouped) groups.push({ first: asStepIndex(first), count: steps.length - first });
  }
  return { steps, groups };
}

test("any programs leave as much money as was minted and not burned", () => {
  const methods = ["deposit", "withdraw", "transfer", "mint", "burn", "open", "release", "refund"];
  const succeeded = new Map(methods.map((method) => [method, 0]));
  const property = fc.property(fc.array(anyProgram, { minLength: 1, maxLength: 12 }), (programs) => {
    const world = newWorld();
    for (const each of programs) {
      const payer = people[each.payer] as Uint8Array;
      const program = programOf(each, payer);
      const outcomes = world.run(program, payer, each.height);
      for (const [index, { kind }] of outcomes.entries()) {
        const step = program.steps[index] as Step;
        if (kind !== "value" || step.kind === "pure" || step.at === faker) continue;
        succeeded.set(step.method, (succeeded.get(step.method) as number) + 1);
      }
      expectConserved(world);
    }
  });
  fc.assert(property, { seed: 11, numRuns: 500 });
  console.log(`money: ${[...succeeded].map(([method, count]) => `${count} ${method}`).join(", ")}`);
  expect(succeeded.get("deposit")).toBe(succeeded.get("withdraw"));
  expect(Math.min(...succeeded.values())).toBeGreaterThan(20);
});

/** What goes wrong with a move from one place to another; the first one is right. */
type Twist = (steps: { withdraw: Step; deposit: (value: Argument) => Step; amount: bigint }) => Program;

const failing = call("north/nowhere", "any", footprints.supply());

const twists: Readonly<Record<string, Twist>> = {
  "nothing goes wrong": ({ withdraw, deposit }) => group(withdraw, deposit(from(0))),
  "a step before fails": ({ withdraw, deposit }) => group(failing, withdraw, deposit(from(1))),
  "a step between fails": ({ withdraw, deposit }) => group(withdraw, failing, deposit(from(0))),
  "a step after fails": ({ withdraw, deposit }) => group(withdraw, deposit(from(0)), failing),
  "the deposit is of a literal": ({ withdraw, deposit, amount }) => group(withdraw, deposit(of(amount))),
  "it is deposited twice": ({ withdraw, deposit }) => group(withdraw, deposit(from(0)), deposit(from(0))),
  "it is also computed with": ({ withdraw, deposit }) => group(withdraw, deposit(from(0)), pure("not", from(0))),
  "it is nested, and taken out": ({ withdraw, deposit }) =>
    group(withdraw, pure("list-of", from(0)), pure("item", from(1), of(0n)), deposit(from(2))),
  "it has an alternative": ({ withdraw, deposit, amount }) =>
    group(withdraw, deposit(either(0, { kind: "literal", value: amount }))),
  "it is an alternative": ({ withdraw, deposit }) =>
    group(failing, withdraw, deposit(either(0, { kind: "step", step: asStepIndex(1) }))),
  "there is no group": ({ withdraw, deposit }) => ungrouped(withdraw, deposit(from(0))),
  "only the withdrawal is grouped": ({ withdraw, deposit }) => ({
    steps: [withdraw, deposit(from(0))],
    groups: [{ first: asStepIndex(0), count: 1 }],
  }),
  "they are in two groups": ({ withdraw, deposit }) => ({
    steps: [withdraw, deposit(from(0))],
    groups: [0, 1].map((first) => ({ first: asStepIndex(first), count: 1 })),
  }),
  "another amount is expected": ({ withdraw, deposit, amount }) =>
    group({ ...withdraw, expect: amount + 1n }, deposit(from(0))),
  "the deposit is expected to be another": ({ withdraw, deposit, amount }) =>
    group(withdraw, { ...deposit(from(0)), expect: amount + 1n }),
};

describe("a move between peers, where", () => {
  const pairs = [north, south, deals].flatMap((one) => [north, south, deals].map((two) => [one, two] as const));

  test.each(Object.keys(twists))("%s", (name) => {
    for (const [source, target] of pairs) {
      for (const amount of [1n, 60n, 200n, 201n]) {
        const world = newWorld();
        const before = count(world, [target]).held;
        const [withdraw, right] = moving(alice, source, target, amount) as [Step, Step];
        const deposit = (value: Argument) => ({ ...right, args: [value, of(alice)] });
        const outcomes = world.run(twists[name]?.({ withdraw, deposit, amount }) as Program, alice);
        expectConserved(world);
        const isMove = name === "nothing goes wrong" && outcomes.every(({ kind }) => kind === "value");
        expect(count(world, [target]).held).toBe(isMove && source !== target ? before + amount : before);
      }
    }
  });

  test("all is right moves between any two different peers", () => {
    for (const [source, target] of pairs.filter(([one, two]) => one !== two)) {
      const outcomes = newWorld().run(group(...moving(alice, source, target, 60n)), alice);
      expect(outcomes.every((outcome) => outcome.kind === "value" && equalValues(outcome.value, 60n))).toBe(true);
    }
  });
});

/** From somebody's account in one place to the same account in another. */
function moving(who: Uint8Array, source: string, target: string, amount: bigint): Step[] {
  const [out, into] = [asContractName(target), asContractName(source)];
  return [
    call(source, "withdraw", footprints.withdraw(who, out), of(amount)),
    call(target, "deposit", footprints.deposit(into, who), from(0), of(who)),
  ];
}
