// The lab's own environment, and pure functions: a little of everything that code may do behind the interface, good and
// bad. What a call does depends on its arguments, on the state, or on what it is told of where values come from. They are
// code under the executor, so the executor and the oracle are both given them.

import {
  asEnvironmentName,
  asMethodName,
  type Call,
  createMethod,
  type Delivered,
  type Environment,
  failure,
  type Host,
  type Meter,
  type Method,
  type PureFunction,
  type Reply,
  success,
  utf8,
  type Value,
} from "@tandem/shared";

type Values = readonly (Value | undefined)[];
type Run = (host: Host, args: Values, call: Call) => Reply;

function refuse(message: string): Reply {
  return failure("refused", "", message);
}

function keyOf(name: Value | undefined): Uint8Array {
  return utf8(String(name));
}

function numberAt(host: Host, name: Value | undefined): bigint {
  const held = host.get(keyOf(name)) ?? 0n;
  return typeof held === "bigint" ? held : 0n;
}

function integer(value: Value | undefined): bigint {
  return typeof value === "bigint" ? value : 1n;
}

/** Methods for the keys that they are given. */
const plainMethods: Readonly<Record<string, Run>> = {
  /** The sum afterwards; it never gets below zero. */
  add(host, [name, amount]) {
    const sum = numberAt(host, name) + integer(amount);
    if (sum < 0n) return refuse("below zero");
    host.set(keyOf(name), sum);
    return success(sum);
  },
  read: (host, [name]) => success(host.get(keyOf(name)) ?? null),
  put(host, [name, value = null]) {
    host.set(keyOf(name), value);
    return success(value);
  },
  remove(host, [name]) {
    const before = host.get(keyOf(name)) ?? null;
    host.delete(keyOf(name));
    return success(before);
  },
  /** From one key to another, as far as there is something. */
  move(host, [from, to, amount]) {
    const left = numberAt(host, from) - integer(amount);
    if (left < 0n) return refuse("too little");
    host.set(keyOf(from), left);
    host.set(keyOf(to), numberAt(host, to) + integer(amount));
    return success(left);
  },
  /** Another key is written if one has something, and read if not. */
  branch(host, [name, other]) {
    const held = numberAt(host, name);
    if (held === 0n) return success(host.get(keyOf(other)) ?? "nothing");
    host.set(keyOf(other), held);
    return success(held);
  },
  /** Holds only while the key has less than so much. */
  below: (host, [name, most]) => {
    const held = numberAt(host, name);
    return held < integer(most) ? success(held) : refuse("not below");
  },
  /** Writes first and refuses then. */
  fail(host, [name]) {
    host.set(keyOf(name), "written by who failed");
    return refuse("told to");
  },
  throw(host, [name]) {
    host.set(keyOf(name), "written by who threw");
    throw new Error("told to");
  },
  /** As much work as it is told, after a write. */
  work(host, [name, units]) {
    host.set(keyOf(name), integer(units));
    host.charge(Number(integer(units)));
    return success(units ?? null);
  },
  /** So many bytes. */
  large: (_, [size]) => success(new Uint8Array(Number(integer(size)) & 0xffff).fill(7)),
  /** Goes on after a fault, as if nothing had been. */
  swallow(host, [name]) {
    try {
      host.get(keyOf(name));
    } catch {
      return success("swallowed");
    }
    return success("allowed");
  },
  "no-value": () => success(undefined as unknown as Value),
  "bad-charge"(host) {
    host.charge(-1);
    return success(null);
  },
  "bad-key": (host) => success(host.get(new Uint8Array()) ?? null),
  "bad-value"(host, [name]) {
    host.set(keyOf(name), 0.5 as unknown as Value);
    return success(null);
  },
  /** Everything that a call is told. */
  facts: (_, __, call) => success(factsOf(call)),
};

/** Methods that may take the whole contract. */
const wholeMethods: Readonly<Record<string, Run>> = {
  [createMethod](host, [start]) {
    if (start === "refuse") return refuse("told to");
    if (start === "end") host.end();
    if (start !== undefined) host.set(keyOf("a"), start);
    return success("created");
  },
  /** Adds to each of these keys, named or not. */
  sweep(host, names) {
    for (const name of names) host.set(keyOf(name), numberAt(host, name) + 1n);
    return success(BigInt(names.length));
  },
  /** Reads so many keys. */
  many(host, [count]) {
    let held = 0n;
    for (let at = 0n; at < integer(count); at++) held += numberAt(host, `k${at}`);
    return success(held);
  },
  end(host, [name]) {
    host.set(keyOf(name), "the last");
    host.end();
    return success("ended");
  },
  "end-and-fail"(host) {
    host.end();
    return refuse("told to");
  },
};

export const probe: Environment = {
  name: asEnvironmentName("probe"),
  methods: new Map([...methodsOf(plainMethods, false), ...methodsOf(wholeMethods, true)]),
};

function methodsOf(runs: Readonly<Record<string, Run>>, whole: boolean) {
  return Object.entries(runs).map(([name, run]) => {
    const method: Method = {
      whole,
      run: (call, host) =>
        run(
          host,
          call.args.map(({ value }) => value),
          call,
        ),
    };
    return [asMethodName(name), method] as const;
  });
}

function factsOf({ contract, method, args, uses, grouped, payer, height, timeMs }: Call): Value {
  const given = [payer.slice(0, 2), BigInt(height), BigInt(timeMs)];
  return [contract, method, grouped, given, args.map(originOf), uses.map(useOf)];
}

function useOf({ step, argument, contract, method, direct, grouped }: Call["uses"][number]): Value {
  return [BigInt(step), BigInt(argument), contract ?? "pure", method, direct, grouped];
}

function originOf({ origin }: Delivered): Value {
  if (origin.kind !== "contract") return origin.kind;
  const { contract, environment, method, step, uses, grouped } = origin;
  return [contract, environment, method, BigInt(step), BigInt(uses), grouped];
}

function pure(name: string, run: (meter: Meter, args: Values) => Reply): PureFunction {
  return { name: asMethodName(name), run: (args, meter) => run(meter, args) };
}

/** Beside the real ones. */
export const probeFunctions: readonly PureFunction[] = [
  pure("lab-pair", (_, args) => success(args.map((value) => value ?? null))),
  pure("lab-count", (_, args) => success(BigInt(args.length))),
  pure("lab-fail", () => refuse("told to")),
  pure("lab-throw", () => {
    throw new Error("told to");
  }),
  pure("lab-no-value", () => success(undefined as unknown as Value)),
  pure("lab-work", (meter, [units]) => {
    meter.charge(Number(integer(units)));
    return success(units ?? null);
  }),
  pure("lab-large", (_, [size]) => success("x".repeat(Number(integer(size)) & 0xfff))),
];
