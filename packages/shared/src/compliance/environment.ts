// What every environment must do (P7-P11), shown on sample calls that its author gives and on hostile ones that
// are made from them. A sample stays within its footprint and budget; it may be refused.

import { assert } from "../assert.ts";
import { toHex } from "../bytes.ts";
import { type Call, createMethod, type Delivered, type Environment, type Method, type Reply } from "../environment.ts";
import type { Footprint } from "../programs/program.ts";
import { checkValue, encodeValue } from "../values/encode.ts";
import { integerMax, integerMin, type Value } from "../values/value.ts";
import type { ComplianceCase } from "./case.ts";
import { SampleHost, type SampleState } from "./sample-host.ts";

export interface SampleCall {
  readonly name: string;
  readonly call: Call;
  readonly state: SampleState;
  readonly footprint: Footprint;
  readonly budget: number;
  /** Name of a sample that does less work, and so charges less. */
  readonly cheaper?: string;
}

interface Run {
  readonly host: SampleHost;
  readonly reply: Reply | undefined;
  /** What the environment threw, other than the host's fault. */
  readonly thrown: unknown;
}

export function environmentCases(environment: Environment, samples: readonly SampleCall[]): ComplianceCase[] {
  const hostile = samples.flatMap((sample) => hostileCalls(environment, sample));
  const all = [...samples, ...hostile];
  const each = (name: string, some: readonly SampleCall[], check: (sample: SampleCall) => void) => ({
    name,
    run: () => some.forEach(check),
  });
  return [
    { name: "create is among the methods, and takes the whole contract", run: () => checkCreate(environment) },
    each("a sample stays within its footprint and budget", samples, (sample) => checkSample(environment, sample)),
    { name: "nothing but state and call decides what a call does", run: () => checkRepeats(environment, all) },
    each("a call throws nothing, whatever its arguments", all, (sample) => checkThrows(environment, sample)),
    each("what a call stores and replies is a value, or a refusal with code and message", all, (sample) =>
      checkReply(environment, sample),
    ),
    each("what a call is given stays as it was", all, (sample) => checkUnchanged(environment, sample)),
    each("every call charges for its work", all, (sample) => checkCharges(environment, sample)),
    { name: "larger work is charged more", run: () => checkPrices(environment, samples) },
    each("a call that the host stops does nothing more", samples, (sample) => checkStops(environment, sample)),
  ];
}

function methodOf(environment: Environment, { call, name }: SampleCall): Method {
  const method = environment.methods.get(call.method);
  assert(method !== undefined, `${name}: no method ${call.method}`);
  return method;
}

function runSample(environment: Environment, sample: SampleCall, budget = sample.budget): Run {
  const host = new SampleHost(sample.state, sample.footprint, budget);
  try {
    return { host, reply: methodOf(environment, sample).run(sample.call, host), thrown: undefined };
  } catch (error) {
    return { host, reply: undefined, thrown: error === host.fault ? undefined : error };
  }
}

function checkCreate(environment: Environment): void {
  assert(environment.methods.get(createMethod)?.whole === true, "no create that takes the whole contract");
}

function checkSample(environment: Environment, sample: SampleCall): void {
  const { host } = runSample(environment, sample);
  assert(host.fault === undefined, `${sample.name}: ${host.fault?.why}, ${host.fault?.message}`);
  const whole = methodOf(environment, sample).whole;
  assert(whole || sample.footprint.kind === "keys", `${sample.name}: the method does not take the whole contract`);
}

/** P9. All calls, and then all again in another order: state kept outside of the host would show. */
function checkRepeats(environment: Environment, calls: readonly SampleCall[]): void {
  const summaries = calls.map((sample) => summaryOf(runSample(environment, sample)));
  for (const [index, sample] of [...calls.entries()].reverse()) {
    const again = summaryOf(runSample(environment, sample));
    assert(again === summaries[index], `${sample.name}: ${summaries[index]}, and later ${again}`);
  }
}

function summaryOf({ host, reply, thrown }: Run): string {
  const value = reply?.ok && checkValue(reply.value) === undefined ? toHex(encodeValue(reply.value)) : "";
  const code = reply?.ok === false ? reply.error.code : "";
  return `${host.summary()} ${value} ${code} ${thrown}`;
}

function checkThrows(environment: Environment, sample: SampleCall): void {
  const { thrown } = runSample(environment, sample);
  assert(thrown === undefined, `${sample.name}: ${thrown}`);
}

function checkReply(environment: Environment, sample: SampleCall): void {
  const { reply, thrown, host } = runSample(environment, sample);
  if (thrown !== undefined || host.fault?.why === "budget" || host.fault?.why === "footprint") return;
  assert(host.fault === undefined, `${sample.name}: the host was given ${host.fault?.message}`);
  const isReply = typeof reply === "object" && reply !== null && typeof reply.ok === "boolean";
  assert(isReply, `${sample.name}: what it returns is no reply`);
  const problem = reply.ok ? checkValue(reply.value)?.message : refusalProblem(reply.error);
  assert(problem === undefined, `${sample.name}: ${problem}`);
}

function refusalProblem(refusal: unknown): string | undefined {
  const { code, message } = (refusal ?? {}) as { code?: unknown; message?: unknown };
  const isText = (text: unknown) => typeof text === "string" && text.length > 0;
  return isText(code) && isText(message) ? undefined : "a refusal has a code and a message";
}

function checkUnchanged(environment: Environment, sample: SampleCall): void {
  const before = callSummary(sample.call);
  const { host } = runSample(environment, sample);
  assert(callSummary(sample.call) === before, `${sample.name}: the call was changed`);
  assert(!host.wasChanged(), `${sample.name}: a value that the host gave was changed`);
}

function callSummary({ args, payer, uses, ...rest }: Call): string {
  const values = args.map(({ value }) => (checkValue(value) === undefined ? toHex(encodeValue(value)) : "no value"));
  const origins = args.map(({ origin }) => origin);
  return JSON.stringify({ ...rest, values, origins, uses, payer: toHex(payer) });
}

function checkCharges(environment: Environment, sample: SampleCall): void {
  const { host } = runSample(environment, sample);
  assert(host.charged > 0, `${sample.name}: it charges nothing for its own work`);
}

function checkPrices(environment: Environment, samples: readonly SampleCall[]): void {
  for (const { name, cheaper, ...sample } of samples) {
    if (cheaper === undefined) continue;
    const less = samples.find((other) => other.name === cheaper);
    assert(less !== undefined, `${name}: there is no sample ${cheaper}`);
    const charged = runSample(environment, { name, ...sample }).host.charged;
    const chargedLess = runSample(environment, less).host.charged;
    assert(charged > chargedLess, `${name} charges ${charged}, ${cheaper} ${chargedLess}`);
  }
}

/** P6, P7. A fault is final, so an environment that goes on only wastes time. */
function checkStops(environment: Environment, sample: SampleCall): void {
  const { spent } = runSample(environment, sample).host;
  const budgets = Array.from({ length: 64 }, (_, part) => Math.floor((spent * part) / 64));
  const outside: SampleCall = { ...sample, footprint: { kind: "keys", reads: [], writes: [] } };
  const stopped = budgets.map((budget) => runSample(environment, sample, budget));
  for (const { host, thrown } of [runSample(environment, outside), ...stopped]) {
    assert(thrown === undefined, `${sample.name}: ${thrown}`);
    assert(host.usesAfterFault === 0, `${sample.name}: went on after the host stopped it`);
  }
}

function nested(depth: number): Value {
  return depth === 1 ? null : [nested(depth - 1)];
}

function hostileValues(): Value[] {
  const integers = [0n, -1n, 1n, 1n << 64n, integerMin, integerMax];
  const texts = ["", "__proto__", "\u0000", "x".repeat(5000)];
  const bytes = [0, 1, 32, 128, 129, 5000].map((length) => new Uint8Array(length));
  const maps = [new Map<string, Value>(), new Map<string, Value>([["constructor", null]])];
  return [null, true, ...integers, ...texts, ...bytes, [], Array(1000).fill(0n), nested(16), ...maps];
}

const anywhere: Footprint = { kind: "whole" };

/** Each method of the environment, called on the sample's state with arguments that nobody asked for. */
function hostileCalls({ methods }: Environment, sample: SampleCall): SampleCall[] {
  const { args } = sample.call;
  const literal = (value: Value): Delivered => ({ value, origin: { kind: "literal" } });
  const replaced = hostileValues().flatMap((value) => args.map((_, place) => args.with(place, literal(value))));
  const shapes = [[], args.slice(0, -1), [...args, literal(null)], args.map(() => literal(null)), ...replaced];
  return [...methods].flatMap(([method, { whole }]) =>
    shapes.map((shape, index) => ({
      ...sample,
      name: `${sample.name}, hostile ${index} to ${method}`,
      call: { ...sample.call, method, args: shape },
      footprint: whole ? anywhere : sample.footprint,
    })),
  );
}
