// Methods of environments and pure functions, from the shapes of their arguments and what they do. Before
// anything else each charges for the call and reads its arguments; what does not fit is refused, not thrown.

import {
  asEnvironmentName,
  asMethodName,
  type Call,
  createMethod,
  type Delivered,
  type Environment,
  type Host,
  type Meter,
  type Method,
  type MethodName,
  type PureFunction,
  type Reply,
  type Value,
} from "@tandem/shared";
import type { ReadOf, Shape } from "./shapes.ts";

/** Units of a call before it does anything: finding the method, making the reply. */
const callUnits = 100;
/** Units for each argument that a method takes: looking at it. */
const argumentUnits = 20;

type Shapes = readonly Shape<unknown>[];

export function refuse(code: string, message: string): { readonly ok: false; readonly error: Refused } {
  return { ok: false, error: { code, message } };
}

export interface Refused {
  readonly code: string;
  readonly message: string;
}

/** A method that touches the keys of its footprint. */
export function method<const Taken extends Shapes>(
  taken: Taken,
  run: (call: Call, host: Host, ...args: ReadOf<Taken>) => Reply,
): Method {
  return { whole: false, run: (call, host) => runWith(taken, run, call, host) };
}

/** A method that takes the whole contract (P6). */
export function wholeMethod<const Taken extends Shapes>(
  taken: Taken,
  run: (call: Call, host: Host, ...args: ReadOf<Taken>) => Reply,
): Method {
  return { whole: true, run: (call, host) => runWith(taken, run, call, host) };
}

function runWith<const Taken extends Shapes>(
  taken: Taken,
  run: (call: Call, host: Host, ...args: ReadOf<Taken>) => Reply,
  call: Call,
  host: Host,
): Reply {
  const args = readArguments(taken, call.args.map(deliveredValue), host);
  return args === undefined ? badArguments(call.method, taken) : run(call, host, ...args);
}

/** How `create` reads a configuration, and what it writes. */
export interface Creation<Config> {
  readonly config: Shape<Config>;
  create(call: Call, host: Host, config: Config): Reply;
}

export function environmentOf<Config>(
  name: string,
  { config, create }: Creation<Config>,
  methods: Readonly<Record<string, Method>>,
): Environment {
  const others = Object.entries(methods).map(([each, made]) => [asMethodName(each), made] as const);
  // P10: the executor found the environment by its name, which is the program's first argument and not one of these.
  const made = wholeMethod([config], create);
  return { name: asEnvironmentName(name), methods: new Map([[createMethod, made], ...others]) };
}

/** P12. */
export function pureFunction<const Taken extends Shapes>(
  name: string,
  taken: Taken,
  run: (meter: Meter, ...args: ReadOf<Taken>) => Reply,
): PureFunction {
  const own = asMethodName(name);
  return {
    name: own,
    run(values, meter) {
      const args = readArguments(taken, values, meter);
      return args === undefined ? badArguments(own, taken) : run(meter, ...args);
    },
  };
}

/** Of any number of any arguments. */
export function pureFunctionOfAll(name: string, run: (meter: Meter, values: readonly Value[]) => Reply): PureFunction {
  return {
    name: asMethodName(name),
    run(values, meter) {
      meter.charge(callUnits + argumentUnits * values.length);
      return run(meter, values);
    },
  };
}

function deliveredValue({ value }: Delivered): Value {
  return value;
}

function readArguments<const Taken extends Shapes>(
  taken: Taken,
  values: readonly Value[],
  meter: Meter,
): ReadOf<Taken> | undefined {
  meter.charge(callUnits + argumentUnits * taken.length);
  if (values.length !== taken.length) return undefined;
  const read: unknown[] = [];
  for (const [index, shape] of taken.entries()) {
    const each = shape.read(values[index] as Value, meter);
    if (each === undefined) return undefined;
    read.push(each);
  }
  return read as ReadOf<Taken>;
}

function badArguments(name: MethodName, taken: Shapes) {
  const what = taken.length === 0 ? "no arguments" : taken.map((shape) => shape.what).join(", ");
  return refuse("bad-arguments", `${name} takes ${what}.`);
}
