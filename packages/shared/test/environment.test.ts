// The compliance suite of environments: an honest one passes, and each misdeed fails the case that forbids it.

import { describe, expect, test } from "vitest";
import { utf8 } from "../src/bytes.ts";
import { environmentCases, type SampleCall } from "../src/compliance/environment.ts";
import {
  type Call,
  createMethod,
  type Delivered,
  type Environment,
  type Host,
  HostFault,
  type Method,
  type Reply,
} from "../src/environment.ts";
import {
  asContractName,
  asEnvironmentName,
  asHeight,
  asMethodName,
  asTimeMs,
  type MethodName,
} from "../src/numbers.ts";
import type { Footprint } from "../src/programs/program.ts";
import { failure, success } from "../src/result.ts";
import type { Value } from "../src/values/value.ts";

const total = utf8("total");
const refuse = (code: string, message: string): Reply => failure(code, "", message);

/** Adds each of the given integers, and keeps the sum. */
function add({ args }: Call, host: Host): Reply {
  host.charge(1 + args.length);
  let sum = (host.get(total) ?? 0n) as bigint;
  for (const { value } of args) {
    if (typeof value !== "bigint" || value < 0n)
      return refuse("bad-argument", "What is added is an integer from 0 on.");
    sum += value;
  }
  if (sum >= 1n << 255n) return refuse("too-large", "The sum would not be a value.");
  host.set(total, sum);
  return success(sum);
}

function create(_: Call, host: Host): Reply {
  host.charge(1);
  host.set(total, 0n);
  return success(null);
}

function close(_: Call, host: Host): Reply {
  host.charge(1);
  host.delete(total);
  host.end();
  return success(null);
}

const addMethod = asMethodName("add");

function environment(run: Method["run"], others: readonly (readonly [MethodName, Method])[] = []): Environment {
  const methods = new Map<MethodName, Method>([
    [createMethod, { whole: true, run: create }],
    [addMethod, { whole: false, run }],
    [asMethodName("close"), { whole: true, run: close }],
    ...others,
  ]);
  return { name: asEnvironmentName("counter"), methods };
}

const literal = (value: Value): Delivered => ({ value, origin: { kind: "literal" } });

function sample(name: string, method: string, args: readonly Value[], footprint: Footprint): SampleCall {
  const call: Call = {
    contract: asContractName("a/counter"),
    method: asMethodName(method),
    args: args.map(literal),
    uses: [],
    grouped: false,
    payer: new Uint8Array(32).fill(7),
    height: asHeight(12),
    timeMs: asTimeMs(1_700_000_000_000),
  };
  return {
    name,
    call,
    state:
      method === "create"
        ? []
        : [
            [total, 5n],
            [utf8("list"), [1n, 2n]],
          ],
    footprint,
    budget: 1000,
  };
}

const keys: Footprint = { kind: "keys", reads: [utf8("list")], writes: [total] };
const samples: readonly SampleCall[] = [
  sample("create", "create", ["counter", null], { kind: "whole" }),
  sample("add one", "add", [1n], keys),
  { ...sample("add three", "add", [1n, 2n, [3n]], keys), cheaper: "add one" },
  sample("close", "close", [], { kind: "whole" }),
];

/** Names of the cases that an environment does not pass. */
function failures(subject: Environment, some = samples): string[] {
  return environmentCases(subject, some).flatMap(({ name, run }) => {
    try {
      run();
      return [];
    } catch {
      return [name];
    }
  });
}

describe("an honest environment", () => {
  for (const { name, run } of environmentCases(environment(add), samples)) test(name, run);
});

let calls = 0;
let last: unknown;
const leftovers: Value[] = [];

const misdeeds: readonly (readonly [forbidden: string, what: string, run: Method["run"]])[] = [
  [
    "nothing but state and call decides what a call does",
    "it counts its calls",
    (call, host) => {
      calls++;
      const reply = add(call, host);
      return reply.ok ? success(BigInt(calls)) : reply;
    },
  ],
  [
    "nothing but state and call decides what a call does",
    "it remembers who called before",
    (call, host) => {
      host.charge(call.args.length === last ? 1 : 2);
      last = call.args.length;
      return add(call, host);
    },
  ],
  [
    "nothing but state and call decides what a call does",
    "it draws a random number",
    (call, host) => {
      const reply = add(call, host);
      return reply.ok ? success(BigInt(Math.floor(Math.random() * 1e15))) : reply;
    },
  ],
  [
    "a call throws nothing, whatever its arguments",
    "it trusts its arguments",
    ({ args }, host) => {
      host.charge(1 + args.length);
      host.set(total, (args[0]?.value as bigint) + 1n);
      return success(null);
    },
  ],
  [
    "a call throws nothing, whatever its arguments",
    "it throws to refuse",
    (call, host) => {
      const reply = add(call, host);
      if (!reply.ok) throw new Error(reply.error.message);
      return reply;
    },
  ],
  [
    "a call throws nothing, whatever its arguments",
    "it throws a fault as if it were the host",
    (call, host) => {
      const reply = add(call, host);
      if (!reply.ok) throw new HostFault("budget", "as if");
      return reply;
    },
  ],
  [
    "what a call stores and replies is a value, or a refusal with code and message",
    "it returns a float",
    (call, host) => {
      const reply = add(call, host);
      return reply.ok ? success(0.5 as unknown as Value) : reply;
    },
  ],
  [
    "what a call stores and replies is a value, or a refusal with code and message",
    "it returns too much",
    (call, host) => {
      const reply = add(call, host);
      return reply.ok ? success(new Uint8Array(70_000)) : reply;
    },
  ],
  [
    "what a call stores and replies is a value, or a refusal with code and message",
    "it returns nothing",
    (call, host) => {
      add(call, host);
      return undefined as unknown as Reply;
    },
  ],
  [
    "what a call stores and replies is a value, or a refusal with code and message",
    "it stores a number",
    (call, host) => {
      const reply = add(call, host);
      host.set(total, 1 as unknown as Value);
      return reply;
    },
  ],
  [
    "what a call stores and replies is a value, or a refusal with code and message",
    "it refuses without a word",
    (call, host) => {
      const reply = add(call, host);
      return reply.ok ? reply : refuse("", "");
    },
  ],
  [
    "what a call is given stays as it was",
    "it sorts its argument",
    (call, host) => {
      for (const { value } of call.args) if (Array.isArray(value)) (value as Value[]).push(null);
      const reply = add(call, host);
      for (const { value } of call.args) if (Array.isArray(value)) leftovers.push(value);
      return reply;
    },
  ],
  [
    "what a call is given stays as it was",
    "it writes to the payer's key",
    (call, host) => {
      call.payer[0] = (call.payer[0] as number) ^ 1;
      return add(call, host);
    },
  ],
  [
    "what a call is given stays as it was",
    "it changes what the host gave",
    (call, host) => {
      host.charge(1);
      (host.get(utf8("list")) as Value[]).push(3n);
      return add(call, host);
    },
  ],
  [
    "every call charges for its work",
    "it works for nothing",
    (call, host) => add(call, { ...hostOf(host), charge: () => undefined }),
  ],
  [
    "every call charges for its work",
    "it looks at the arguments first",
    (call, host) => (call.args.length === 0 ? refuse("no-argument", "There is nothing to add.") : add(call, host)),
  ],
  [
    "larger work is charged more",
    "it charges the same for any work",
    (call, host) => {
      host.charge(10);
      return add(call, { ...hostOf(host), charge: () => undefined });
    },
  ],
  [
    "a call that the host stops does nothing more",
    "it catches the fault and goes on",
    (call, host) => {
      try {
        return add(call, host);
      } catch {
        host.set(total, 0n);
        return success(null);
      }
    },
  ],
  [
    "a sample stays within its footprint and budget",
    "it reads what it did not declare",
    (call, host) => {
      host.charge(1);
      host.get(utf8("elsewhere"));
      return add(call, host);
    },
  ],
  [
    "a sample stays within its footprint and budget",
    "it ends a contract of which it took keys",
    (call, host) => {
      const reply = add(call, host);
      host.end();
      return reply;
    },
  ],
];

function hostOf(host: Host): Host {
  return {
    charge: (units) => host.charge(units),
    get: (key) => host.get(key),
    set: (key, value) => host.set(key, value),
    delete: (key) => host.delete(key),
    end: () => host.end(),
  };
}

describe("a misdeed fails the case that forbids it", () => {
  test.each(misdeeds)("%s: %s", (forbidden, _, run) => {
    expect(failures(environment(run))).toContain(forbidden);
  });

  test("no create, or one that takes keys", () => {
    const name = "create is among the methods, and takes the whole contract";
    const keyed = environment(add, [[createMethod, { whole: false, run: create }]]);
    expect(failures(keyed)).toContain(name);
    const none = { ...keyed, methods: new Map([[addMethod, { whole: false, run: add }]]) };
    expect(failures(none, samples.slice(1, 3))).toEqual([name]);
  });

  test("a sample that takes the whole contract for a method that does not", () => {
    const wrong = samples.map((each) => ({ ...each, footprint: { kind: "whole" } as const }));
    expect(failures(environment(add), wrong)).toEqual(["a sample stays within its footprint and budget"]);
  });
});
