// Every environment through the compliance suite; and the suite itself, which has to see each misdeed.

import {
  type Call,
  type Environment,
  type Footprint,
  type Host,
  type Method,
  type MethodName,
  type Reply,
  success,
  type Value,
} from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { type EnvironmentSubject, environmentCases, literal } from "../src/compliance/index.ts";
import { counter, counterKeys, environments, footprintOf, keyOf } from "../src/index.ts";
import { subjects } from "./support/subjects.ts";

test("every environment has calls to draw", () => {
  expect(subjects.map(({ environment }) => environment)).toEqual(environments);
});

for (const subject of subjects) {
  describe(`the environment ${subject.environment.name}`, () => {
    for (const { name, run } of environmentCases(subject)) test(name, run);
  });
}

/** Names of the cases that an environment does not pass. */
function failures(subject: EnvironmentSubject): string[] {
  return environmentCases(subject).flatMap(({ name, run }) => {
    try {
      run();
      return [];
    } catch {
      return [name];
    }
  });
}

const honest = subjects.find(({ environment }) => environment === counter) as EnvironmentSubject;
const add = counter.methods.get("add" as MethodName) as Method;

/** The counter, with one method that does something else. */
function withMethod(name: string, run: (call: Call, host: Host) => Reply, whole = false): EnvironmentSubject {
  const methods = new Map([...counter.methods, [name as MethodName, { whole, run }]]);
  const environment: Environment = { name: counter.name, methods };
  return { ...honest, environment };
}

let calls = 0;

const misdeeds: readonly (readonly [forbidden: string, what: string, subject: EnvironmentSubject])[] = [
  [
    "create takes each of its configurations",
    "it is not created from one that it documents",
    { ...honest, configs: [0n, "zero"] },
  ],
  [
    "create refuses any other, and then there is no contract",
    "it is created from anything",
    withMethod(
      "create",
      (_, host) => {
        host.charge(1);
        return success(null);
      },
      true,
    ),
  ],
  [
    "every method is planned, and succeeds at times",
    "a method always refuses",
    withMethod("add", (_, host) => {
      host.charge(1);
      return { ok: false, error: { code: "out-of-range", message: "Never." } };
    }),
  ],
  [
    "every method is planned, and succeeds at times",
    "a method is not shown",
    { ...honest, plans: {}, endings: ["close"] },
  ],
  [
    "nothing is thrown, kept or returned that is no value or refusal",
    "it trusts the type of its argument",
    withMethod("add", ({ args }, host) => {
      host.charge(1);
      host.set(counterKeys.total, (args[0]?.value as bigint) + 1n);
      return success(1n);
    }),
  ],
  [
    "nothing is thrown, kept or returned that is no value or refusal",
    "it keeps a number",
    withMethod("add", (_, host) => {
      host.charge(1);
      host.set(counterKeys.total, 1 as unknown as Value);
      return success(1n);
    }),
  ],
  [
    "the same call on the same state does the same",
    "it remembers how often it was called",
    withMethod("read", (_, host) => {
      host.charge(1);
      host.get(counterKeys.total);
      return success(BigInt(calls++));
    }),
  ],
  [
    "what a call is given stays as it was",
    "it writes to the payer's key",
    withMethod("add", (call, host) => {
      call.payer[0] = (call.payer[0] as number) ^ 1;
      return add.run(call, host);
    }),
  ],
  [
    "a planned call stays within its footprint",
    "its footprint is too small",
    { ...honest, plans: { ...honest.plans, add: () => ({ args: [literal(1n)], footprint: footprintOf({}) }) } },
  ],
  [
    "of each method a call needs all of its footprint",
    "its footprint names a key too many",
    {
      ...honest,
      plans: {
        ...honest.plans,
        read: () => ({ args: [], footprint: footprintOf({ reads: [counterKeys.total, new Uint8Array(1)] }) }),
      },
    },
  ],
  [
    "of each method a call needs all of its footprint",
    "its footprint writes what it only reads",
    {
      ...honest,
      plans: { ...honest.plans, read: () => ({ args: [], footprint: footprintOf({ writes: [counterKeys.total] }) }) },
    },
  ],
  [
    "a call charges for its work before it uses the state",
    "it reads first",
    withMethod("read", (_, host) => {
      const total = host.get(counterKeys.total) ?? 0n;
      host.charge(100);
      return success(total);
    }),
  ],
  [
    "below what a call costs it has no effects, from there on the same",
    "it goes on after the host stopped it",
    withMethod("add", (call, host) => {
      try {
        return add.run(call, host);
      } catch {
        return success(host.get(counterKeys.total) ?? 0n);
      }
    }),
  ],
  [
    "only a method that is to end the contract ends it",
    "it ends the contract unasked",
    withMethod(
      "reset",
      (_, host) => {
        host.charge(1);
        host.end();
        return success(null);
      },
      true,
    ),
  ],
  [
    "only a method that is to end the contract ends it",
    "it does not end the contract",
    withMethod("close", counter.methods.get("reset" as MethodName)?.run as Method["run"], true),
  ],
  [
    "a refusal has one of its codes, and a sentence",
    "it refuses with a code that is on no list",
    { ...honest, refusals: ["out-of-range"] },
  ],
  [
    "a refusal has one of its codes, and a sentence",
    "it refuses without a sentence",
    withMethod("add", (call, host) => {
      const reply = add.run(call, host);
      return reply.ok ? reply : { ok: false, error: { code: reply.error.code, message: "no" } };
    }),
  ],
];

test.each(misdeeds)("the suite's case '%s' sees that %s", (forbidden, _, subject) => {
  expect(failures(subject)).toContain(forbidden);
});

/** What the suite says of an environment, by case. */
function sayings(subject: EnvironmentSubject): ReadonlyMap<string, string> {
  const said = environmentCases(subject).flatMap(({ name, run }): [string, string][] => {
    try {
      run();
      return [];
    } catch (error) {
      return [[name, (error as Error).message]];
    }
  });
  return new Map(said);
}

describe("the suite says what is wrong in words of its author", () => {
  const within = "a planned call stays within its footprint";
  const withAdd = (footprint: Footprint) => ({
    ...honest,
    plans: { ...honest.plans, add: () => ({ args: [literal(1n)], footprint }) },
  });

  test("which key is outside of the footprint", () => {
    expect(sayings(withAdd(footprintOf({}))).get(within)).toMatch(
      /^add, call \d+: reads `total`, outside its footprint$/,
    );
    expect(sayings(withAdd(footprintOf({ reads: [counterKeys.total] }))).get(within)).toMatch(
      /^add, call \d+: writes `total`, which its footprint only reads$/,
    );
  });

  test("which key no call needs", () => {
    const read = () => ({ args: [], footprint: footprintOf({ reads: [counterKeys.total, keyOf("other/", whose)] }) });
    const whose = new Uint8Array(32).fill(7);
    const said = sayings({ ...honest, plans: { ...honest.plans, read } });
    expect(said.get("of each method a call needs all of its footprint")).toBe(
      `read: its footprint says that it reads \`other/\` 0x${"07".repeat(32)}, and no call needs all of that`,
    );
  });

  test("which code is not on the list, and which method has no plan", () => {
    const refused = sayings({ ...honest, refusals: ["out-of-range"] }).get(
      "a refusal has one of its codes, and a sentence",
    );
    expect(refused).toMatch(/: `[a-z-]+` is not among `refusals` \(out-of-range\)$/);
    const { add: _, ...plans } = honest.plans;
    expect(sayings({ ...honest, plans }).get("every method is planned, and succeeds at times")).toBe(
      "`plans` has none for the method add",
    );
  });
});
