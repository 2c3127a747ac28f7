// What every environment must do (P6-P11), shown on walks through its states. The cases of shared's suite come along, on
// samples from the same walks: hostile arguments to each method, and a host with other prices.

import { assert, createMethod, decodeValue, encodeValue, fromHex, toHex, type Value } from "@tandem/shared";
import {
  type ComplianceCase,
  keyWords,
  type SampleCall,
  environmentCases as samplesCases,
} from "@tandem/shared/compliance";
import { Draw } from "./draw.ts";
import { callOf, literal, type MemoryCall, MemoryContract, type Ran } from "./memory-contract.ts";
import type { MemoryState } from "./memory-host.ts";
import { type EnvironmentSubject, payers } from "./subject.ts";
import { type Tried, walkThrough } from "./walk.ts";

/** Values that are tried as configurations. */
const strangeConfigs = 300;

export function environmentCases(subject: EnvironmentSubject): ComplianceCase[] {
  const all = walkThrough(subject);
  const planned = all.filter((tried) => tried.planned);
  const each = (name: string, some: readonly Tried[], check: (tried: Tried) => void) => ({
    name,
    run: () => some.forEach(check),
  });
  return [
    { name: "create takes each of its configurations", run: () => checkConfigs(subject) },
    { name: "create refuses any other, and then there is no contract", run: () => checkBadConfigs(subject) },
    { name: "every method is planned, and succeeds at times", run: () => checkPlans(subject, planned) },
    each("nothing is thrown, kept or returned that is no value or refusal", all, checkSound),
    { name: "the same call on the same state does the same", run: () => checkRepeats(all) },
    each("what a call is given stays as it was", all, checkUnchanged),
    each("a planned call stays within its footprint", planned, checkWithin),
    { name: "of each method a call needs all of its footprint", run: () => checkNeeded(planned) },
    each("a call charges for its work before it uses the state", all, checkCharged),
    { name: "below what a call costs it has no effects, from there on the same", run: () => checkBudgets(planned) },
    each("only a method that is to end the contract ends it", all, (tried) => checkEnd(subject, tried)),
    each("a refusal has one of its codes, and a sentence", all, (tried) => checkRefusal(subject, tried)),
    ...samplesCases(subject.environment, [creationSample(subject), ...samplesOf(planned)]),
  ];
}

function create({ environment }: EnvironmentSubject, args: readonly Value[]): [contract: MemoryContract, ran: Ran] {
  const contract = new MemoryContract(environment, "a/subject");
  const payer = payers[0] as Uint8Array;
  const ran = contract.run({ method: createMethod, payer, footprint: { kind: "whole" }, args: args.map(literal) });
  return [contract, ran];
}

function checkConfigs(subject: EnvironmentSubject): void {
  assert(subject.configs.length > 0, "no configuration: nothing would be shown");
  for (const [index, config] of subject.configs.entries()) {
    const [contract, { outcome }] = create(subject, [config]);
    const message = outcome.kind === "nothing" ? outcome.message : "";
    assert(contract.life === "live", `configuration ${index}: ${message}`);
  }
}

function checkBadConfigs(subject: EnvironmentSubject): void {
  const { configs, badConfigs } = subject;
  const config = configs[0] as Value;
  for (const args of [[], [config, null], [config, config], ...badConfigs.map((bad) => [bad])]) {
    const [contract, { outcome }] = create(subject, args);
    const isRefused = outcome.kind === "nothing" && outcome.why === "reverted" && outcome.code !== undefined;
    assert(isRefused && contract.life === "absent", `create took ${args.length} arguments that it should refuse`);
  }
  const draw = new Draw(0);
  for (let count = 0; count < strangeConfigs; count++) {
    const { outcome } = create(subject, [draw.value()])[1];
    assert(
      outcome.kind === "value" || outcome.code !== undefined,
      `create with a strange value: ${outcomeOf(outcome)}`,
    );
  }
}

function checkPlans({ environment, plans }: EnvironmentSubject, planned: readonly Tried[]): void {
  for (const method of environment.methods.keys()) {
    if (method === createMethod) continue;
    assert(plans[method] !== undefined, `\`plans\` has none for the method ${method}`);
    const isUseful = planned.some(({ call, ran }) => call.method === method && ran.outcome.kind === "value");
    assert(isUseful, `no call of ${method} that \`plans\` gives succeeds`);
  }
}

function outcomeOf(outcome: Ran["outcome"]): string {
  if (outcome.kind === "value") return toHex(encodeValue(outcome.value));
  const { why, code, message } = outcome;
  return `${code === undefined ? why : `${why}, \`${code}\``}: ${message}`;
}

/** P3, P8. */
function checkSound({ name, ran }: Tried): void {
  const isTrapped = ran.outcome.kind === "nothing" && ran.outcome.why === "trapped";
  assert(!isTrapped && ran.thrown === undefined, `${name}: ${outcomeOf(ran.outcome)}`);
}

/** P9. In another order, so that what is kept outside of the host would show. */
function checkRepeats(all: readonly Tried[]): void {
  for (const { name, before, call, ran } of all.toReversed()) {
    const again = before.copy().run(call);
    assert(summaryOf(again) === summaryOf(ran), `${name}: another time it does something else`);
  }
}

function summaryOf({ outcome, host }: Ran): string {
  const written = [...(host?.written ?? [])].map(([key, value]) => `${key}=${value === undefined ? "" : toHex(value)}`);
  return [outcomeOf(outcome), host?.spent, host?.charged, host?.ended, ...written].join(" ");
}

function checkUnchanged({ name, before, call, ran }: Tried): void {
  const given = () => JSON.stringify([toHex(call.payer), call.uses, (call.args ?? []).map(({ origin }) => origin)]);
  const is = given();
  before.copy().run(call);
  assert(given() === is, `${name}: payer, uses or origins were changed`);
  assert(!ran.host?.wasChanged(), `${name}: a value that it was given was changed`);
}

/** P6. */
function checkWithin({ name, ran: { outcome } }: Tried): void {
  const isWithin = outcome.kind === "value" || outcome.why !== "footprint";
  assert(isWithin, isWithin ? "" : `${name}: ${outcome.message}`);
}

/** P6. What is declared and never needed makes others wait for nothing; some calls may need less than others. */
function checkNeeded(planned: readonly Tried[]): void {
  const useful = planned.filter(({ ran }) => ran.outcome.kind === "value");
  for (const method of new Set(useful.map(({ call }) => call.method))) {
    const calls = useful.filter(({ call }) => call.method === method);
    assert(calls.some(needsAll), `${method}: ${spareWords(calls[0] as Tried)}`);
  }
}

function needsAll({ call: { footprint }, ran: { host } }: Tried): boolean {
  if (footprint.kind === "whole") return true;
  const { reads, writes } = footprint;
  return reads.every((key) => host?.touched.has(toHex(key))) && writes.every((key) => host?.written.has(toHex(key)));
}

function spareWords({ call: { footprint }, ran: { host } }: Tried): string {
  if (footprint.kind === "whole") return "";
  const unread = footprint.reads.filter((key) => !host?.touched.has(toHex(key))).map((key) => `reads ${keyWords(key)}`);
  const kept = footprint.writes.filter((key) => !host?.written.has(toHex(key))).map((key) => `writes ${keyWords(key)}`);
  return `its footprint says that it ${[...unread, ...kept].join(" and ")}, and no call needs all of that`;
}

/** P7. */
function checkCharged({ name, ran: { host } }: Tried): void {
  assert(host === undefined || host.chargedFirst, `${name}: it works before it charges`);
}

/** P7. */
function checkBudgets(planned: readonly Tried[]): void {
  for (const tried of planned.filter((_, index) => index % 8 === 0)) {
    const spent = tried.ran.host?.spent ?? 0;
    for (let part = 0; part < 16; part++) checkBelow(tried, Math.floor((spent * part) / 16));
    checkBelow(tried, spent - 1);
    const exact = tried.before.copy().run({ ...tried.call, budget: spent });
    assert(summaryOf(exact) === summaryOf(tried.ran), `${tried.name}: with just enough it does something else`);
  }
}

function checkBelow({ name, before, call, ran }: Tried, budget: number): void {
  const contract = before.copy();
  const { outcome, host } = contract.run({ ...call, budget });
  assert(outcome.kind === "nothing" && outcome.why === "budget", `${name}: ${budget} of ${ran.host?.spent} is enough`);
  assert(contract.state === before.state && contract.life === before.life, `${name}: over budget, with effects`);
  assert((host?.usesAfterFault ?? 0) === 0, `${name}: went on after the host stopped it`);
}

/** P10. */
function checkEnd({ endings }: EnvironmentSubject, { name, call, ran }: Tried): void {
  const isEnding = endings.includes(call.method);
  assert(isEnding || !ran.host?.ended, `${name}: it ended the contract`);
  assert(!isEnding || ran.outcome.kind !== "value" || ran.host?.ended, `${name}: it did not end the contract`);
}

function checkRefusal({ refusals }: EnvironmentSubject, { name, ran: { outcome } }: Tried): void {
  if (outcome.kind === "value" || outcome.why !== "reverted") return;
  const { code, message } = outcome;
  assert(code !== undefined, `${name}: ${message}`);
  assert(refusals.includes(code), `${name}: \`${code}\` is not among \`refusals\` (${refusals.join(", ")})`);
  assert(/^[a-z]+(?:-[a-z]+)*$/.test(code), `${name}: \`${code}\` is no code, that is small letters and dashes`);
  assert(/^\S[^\n]*\.$/.test(message), `${name}: "${message}" is no sentence with a full stop`);
}

/** The first call of each method that succeeds. */
function samplesOf(planned: readonly Tried[]): SampleCall[] {
  const samples = new Map<string, SampleCall>();
  for (const { before, call, ran } of planned) {
    if (ran.outcome.kind === "value" && !samples.has(call.method)) samples.set(call.method, sampleOf(before, call));
  }
  return [...samples.values()];
}

function creationSample({ environment, configs }: EnvironmentSubject): SampleCall {
  const args = [literal(configs[0] as Value)];
  const call: MemoryCall = { method: createMethod, payer: payers[0] as Uint8Array, footprint: { kind: "whole" }, args };
  return sampleOf(new MemoryContract(environment, "a/subject"), call);
}

function sampleOf({ name, state }: MemoryContract, given: MemoryCall): SampleCall {
  const call = callOf(name, given, given.args ?? []);
  return { name: given.method, call, state: valuesOf(state), footprint: given.footprint, budget: 10_000_000 };
}

function valuesOf(state: MemoryState): SampleCall["state"] {
  return [...state].map(([key, encoded]) => {
    const decoded = decodeValue(encoded);
    assert(decoded.ok, "what a contract in memory holds is a value");
    return [fromHex(key) as Uint8Array, decoded.value] as const;
  });
}
