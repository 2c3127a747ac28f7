// An environment for tests that does what its call says, a little of everything that one may do.

import {
  asEnvironmentName,
  asMethodName,
  type Call,
  createMethod,
  type Environment,
  failure,
  type Host,
  type Method,
  type Reply,
  success,
  utf8,
  type Value,
} from "@tandem/shared";

function refuse(message: string): Reply {
  return failure("refused", "", message);
}

function method(whole: boolean, run: (call: Call, host: Host, ...args: readonly Value[]) => Reply): Method {
  return { whole, run: (call, host) => run(call, host, ...call.args.map(({ value }) => value)) };
}

const keyOf = (name: Value | undefined) => utf8(String(name));

export const probe: Environment = {
  name: asEnvironmentName("probe"),
  methods: new Map(
    Object.entries({
      [createMethod]: method(true, (_call, host, start) => {
        if (start === "refuse") return refuse("told to");
        if (start !== undefined) host.set(keyOf("a"), start);
        return success(null);
      }),
      /** Adds a number to a key and gives the sum. */
      add: method(false, (_call, host, name, amount) => {
        const before = host.get(keyOf(name)) ?? 0n;
        if (typeof before !== "bigint" || typeof amount !== "bigint") return refuse("numbers are added");
        host.set(keyOf(name), before + amount);
        return success(before + amount);
      }),
      read: method(false, (_call, host, name) => success(host.get(keyOf(name)) ?? null)),
      put: method(false, (_call, host, name, value) => {
        host.set(keyOf(name), value as Value);
        return success(value as Value);
      }),
      remove: method(false, (_call, host, name) => {
        host.delete(keyOf(name));
        return success(null);
      }),
      fail: method(false, () => refuse("told to")),
      throw: method(false, () => {
        throw new Error("told to");
      }),
      work: method(false, (_call, host, units) => {
        host.charge(Number(units));
        return success(units as Value);
      }),
      /** Adds to each of these keys, named or not. */
      sweep: method(true, (_call, host, ...names) => {
        for (const name of names) host.set(keyOf(name), ((host.get(keyOf(name)) ?? 0n) as bigint) + 1n);
        return success(BigInt(names.length));
      }),
      end: method(true, (_call, host) => {
        host.end();
        return success(null);
      }),
      /** What the call is told of where its arguments come from. */
      origins: method(false, (call) => success(call.args.map(({ origin }) => describe(origin)))),
    }).map(([name, each]) => [asMethodName(name), each]),
  ),
};

function describe(origin: Call["args"][number]["origin"]): Value {
  if (origin.kind !== "contract") return origin.kind;
  const { contract, environment, method: called, step, uses, grouped } = origin;
  return [contract, environment, called, BigInt(step), BigInt(uses), grouped];
}
