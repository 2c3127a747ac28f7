// The serial executor (R5): runs the whole line step by step, on plain maps, as if there were one shard and no rounds. It
// is written from the rules and knows nothing of schedules. From execution it imports types alone.

import {
  type Argument,
  type Call,
  type CallStep,
  type Delivered,
  decodeValue,
  encodeValue,
  equalBytes,
  type Genesis,
  isName,
  type Method,
  type NothingReason,
  type Origin,
  type PureStep,
  tryEncodeValue,
  type Value,
} from "@tandem/shared";
import { labEnvironments, labFunctions } from "../code.ts";
import type { LineProgram } from "./line.ts";
import { prices, SerialHost, SerialMeter, type Writes } from "./serial-host.ts";

export type SerialOutcome =
  | { readonly kind: "value"; readonly bytes: Uint8Array; readonly environment: string | undefined }
  | { readonly kind: "nothing"; readonly why: NothingReason; readonly step: number };

export interface Life {
  readonly environment: string;
  readonly status: "live" | "ended";
}

/** What one step did, as its own group sees it. */
export interface SerialStep {
  readonly outcome: SerialOutcome;
  readonly writes: Writes;
  /** What the contract became, if the step changed that. */
  readonly life: Life | undefined;
}

export interface SerialProgram {
  readonly line: LineProgram;
  readonly steps: readonly SerialStep[];
  /** For each group the first step that failed. */
  readonly failed: readonly (number | undefined)[];
}

export interface SerialContract {
  readonly life: Life;
  /** By key in hexadecimal, canonical bytes. */
  readonly state: ReadonlyMap<string, Uint8Array>;
}

type Contracts = Map<string, SerialContract>;
/** What the first state and the right to create rest on. */
type SerialGenesis = Pick<Genesis, "shards" | "startMs">;
const noWrites: Writes = new Map();
const nothingTold: ReadonlyMap<number, SerialOutcome> = new Map();

export class Serial {
  readonly #genesis: SerialGenesis;
  readonly contracts: Contracts = new Map();

  constructor(genesis: SerialGenesis) {
    this.#genesis = genesis;
  }

  /** P10: genesis pays for nothing, and may do everything. */
  begin(contract: string, environment: string, config: Uint8Array): void {
    const method = methodOf(environment, "create");
    const host = new SerialHost(1_000_000_000, { kind: "whole" }, new Map());
    const args: Delivered[] = [{ value: decoded(config), origin: { kind: "literal" } }];
    const about = { contract, method: "create", args, uses: [], grouped: false, payer: new Uint8Array(32) };
    const reply = method?.run({ ...about, height: 0, timeMs: this.#genesis.startMs } as unknown as Call, host);
    if (reply?.ok !== true) throw new Error(`the genesis of ${contract} is refused`);
    change(this.contracts, contract, host.writes, { environment, status: host.isEnded ? "ended" : "live" });
  }

  /** `told`: by step, outcomes that count instead of what comes of it. */
  run(line: LineProgram, told = nothingTold): SerialProgram {
    return new ProgramRun(this, this.#genesis, line, told).run();
  }
}

function methodOf(environment: string, name: string): Method | undefined {
  const found = labEnvironments.find((each) => each.name === environment);
  return [...(found?.methods ?? [])].find(([method]) => method === name)?.[1];
}

function change(contracts: Contracts, contract: string, writes: Writes, life: Life | undefined): void {
  const before = contracts.get(contract);
  const now = life ?? before?.life;
  if (now === undefined) return;
  const state = new Map(before?.state);
  for (const [key, bytes] of writes) {
    if (bytes === undefined) state.delete(key);
    else state.set(key, bytes);
  }
  contracts.set(contract, { life: now, state });
}

type Given = { readonly bytes: Uint8Array; readonly origin: Origin } | { readonly nothing: SerialNothing };
type SerialNothing = Extract<SerialOutcome, { kind: "nothing" }>;

class ProgramRun {
  readonly #serial: Serial;
  readonly #genesis: SerialGenesis;
  readonly #line: LineProgram;
  readonly #told: ReadonlyMap<number, SerialOutcome>;
  readonly #steps: SerialStep[] = [];
  readonly #failed: (number | undefined)[] = [];
  /** Of the group that is open: what contracts are in it. */
  #tentative: Contracts | undefined;

  constructor(serial: Serial, genesis: SerialGenesis, line: LineProgram, told: ReadonlyMap<number, SerialOutcome>) {
    this.#told = told;
    this.#serial = serial;
    this.#genesis = genesis;
    this.#line = line;
  }

  run(): SerialProgram {
    const { program, groupOf } = this.#line;
    for (const [index, step] of program.steps.entries()) {
      const group = groupOf[index];
      if (group !== undefined && group !== groupOf[index - 1]) this.#tentative = new Map(this.#serial.contracts);
      const made = step.kind === "pure" ? effectless(this.#pure(step, index)) : this.#call(step, index);
      const told = this.#told.get(index);
      this.#steps.push(told === undefined ? made : { ...made, outcome: told });
      if (step.kind === "call") change(this.#tentative ?? this.#serial.contracts, step.at, made.writes, made.life);
      if (group !== undefined && group !== groupOf[index + 1]) this.#settle(group);
    }
    return { line: this.#line, steps: this.#steps, failed: this.#failed };
  }

  /** P5. */
  #settle(group: number): void {
    const isFailed = ({ outcome }: SerialStep, step: number) =>
      this.#line.groupOf[step] === group && outcome.kind === "nothing";
    const failed = this.#steps.findIndex(isFailed);
    this.#failed[group] = failed < 0 ? undefined : failed;
    if (failed < 0) for (const [name, contract] of this.#tentative ?? []) this.#serial.contracts.set(name, contract);
    this.#tentative = undefined;
  }

  /** P3, P5, P11: what a step is given for an argument. */
  #give(argument: Argument, user: number): Given {
    if (argument.kind === "literal") return { bytes: encodeValue(argument.value), origin: { kind: "literal" } };
    const seen = this.#see(argument.step, user);
    return argument.kind === "either" && "nothing" in seen ? this.#give(argument.or, user) : seen;
  }

  #see(step: number, user: number): Given {
    const { groupOf, uses, program } = this.#line;
    const group = groupOf[step];
    const failed = group === undefined || group === groupOf[user] ? undefined : this.#failed[group];
    if (failed !== undefined) return { nothing: { kind: "nothing", why: "group", step: failed } };
    const { outcome } = this.#steps[step] as SerialStep;
    if (outcome.kind === "nothing") return { nothing: outcome };
    const maker = program.steps[step] as CallStep | PureStep;
    if (maker.kind === "pure") return { bytes: outcome.bytes, origin: { kind: "pure" } };
    const own = uses[step] ?? [];
    const origin = {
      kind: "contract",
      contract: maker.at,
      environment: outcome.environment,
      method: maker.method,
      step,
      uses: own.length,
      grouped: group !== undefined && own.every(({ user: each }) => groupOf[each] === group),
    };
    return { bytes: outcome.bytes, origin: origin as Origin };
  }

  /** The arguments, or the step that is the first cause of why there are none. */
  #arguments(args: readonly Argument[], user: number): readonly Extract<Given, { bytes: Uint8Array }>[] | number {
    const given: Extract<Given, { bytes: Uint8Array }>[] = [];
    for (const argument of args) {
      const each = this.#give(argument, user);
      if ("nothing" in each) return each.nothing.step;
      given.push(each);
    }
    return given;
  }

  /** P12. */
  #pure({ pure, args, budget, expect }: PureStep, step: number): SerialOutcome {
    const given = this.#arguments(args, step);
    if (typeof given === "number") return { kind: "nothing", why: "input", step: given };
    const meter = new SerialMeter(budget);
    const nothing = (why: NothingReason): SerialOutcome => ({ kind: "nothing", why, step });
    const bytes = attempt(
      meter,
      () => {
        meter.charge(prices.pureStep + prices.byteGiven * lengthOf(given));
        const found = labFunctions.find(({ name }) => name === pure);
        const values = given.map((each) => decoded(each.bytes));
        return found?.run(values, meter);
      },
      prices.byteGiven,
    );
    if (typeof bytes === "string") return nothing(bytes);
    if (expect !== undefined && !equalBytes(encodeValue(expect), bytes)) return nothing("expected");
    return { kind: "value", bytes, environment: undefined };
  }

  #call(call: CallStep, step: number): SerialStep {
    const given = this.#arguments(call.args, step);
    if (typeof given === "number") return effectless({ kind: "nothing", why: "input", step: given });
    const nothing = (why: NothingReason) => effectless({ kind: "nothing", why, step });
    const places = 1 + (this.#line.takers[step] as number);
    const { reads, writes } = call.footprint.kind === "keys" ? call.footprint : { reads: [], writes: [] };
    const keys = prices.key * (reads.length + writes.length);
    const base = prices.place * places + keys + prices.byteGiven * lengthOf(given);
    if (base > call.budget) return nothing("budget");
    const args = given.map(({ bytes, origin }) => ({ value: decoded(bytes), origin }));
    const contract = (this.#tentative ?? this.#serial.contracts).get(call.at);
    const found = this.#find(call, contract?.life, args);
    if (typeof found === "string") return nothing(found);
    const host = new SerialHost(call.budget - base, call.footprint, contract?.state ?? new Map());
    const facts = this.#facts(call, step, found.isCreation ? args.slice(1) : args);
    const bytes = attempt(host, () => found.method.run(facts, host), prices.byteKept * places);
    if (typeof bytes === "string") return nothing(bytes);
    if (call.expect !== undefined && !equalBytes(encodeValue(call.expect), bytes)) return nothing("expected");
    const { environment } = found;
    const status = host.isEnded ? "ended" : "live";
    const life: Life | undefined = host.isEnded || found.isCreation ? { environment, status } : undefined;
    return { outcome: { kind: "value", bytes, environment }, writes: host.writes, life };
  }

  /** The method to run, or why there is none, in the order in which reasons are looked at. */
  #find({ at, method, footprint }: CallStep, life: Life | undefined, args: readonly Delivered[]) {
    const isCreation = method === "create";
    if (isCreation && life?.status === "live") return "reverted";
    if (life?.status === "ended" || (life === undefined && !isCreation)) return "no-contract";
    if (life !== undefined) {
      const found = methodOf(life.environment, method);
      if (found === undefined) return "reverted";
      if (footprint.kind === "whole" && !found.whole) return "footprint";
      return { method: found, environment: life.environment, isCreation };
    }
    if (footprint.kind !== "whole") return "footprint";
    if (!this.#mayCreate(at)) return "reverted";
    const environment = args[0]?.value;
    if (typeof environment !== "string" || !isName(environment)) return "reverted";
    const found = methodOf(environment, "create");
    return found === undefined ? "reverted" : { method: found, environment, isCreation };
  }

  #mayCreate(contract: string): boolean {
    const [shard] = contract.split("/");
    const creators = this.#genesis.shards.find(({ name }) => name === shard)?.creators;
    return creators?.rule === "anyone" || (creators?.keys ?? []).some((key) => equalBytes(key, this.#line.payer));
  }

  #facts({ at, method }: CallStep, step: number, args: readonly Delivered[]): Call {
    const { program, uses, groupOf, payer, height, timeMs } = this.#line;
    const told = (uses[step] ?? []).map(({ user, argument, direct, grouped }) => {
      const taker = program.steps[user] as CallStep | PureStep;
      const contract = taker.kind === "call" ? taker.at : undefined;
      return {
        step: user,
        argument,
        contract,
        method: taker.kind === "call" ? taker.method : taker.pure,
        direct,
        grouped,
      };
    });
    const grouped = groupOf[step] !== undefined;
    const about = { contract: at, method, args, uses: told, grouped, payer: payer.slice(), height };
    return { ...about, timeMs } as unknown as Call;
  }
}

function effectless(outcome: SerialOutcome): SerialStep {
  return { outcome, writes: noWrites, life: undefined };
}

function lengthOf(given: readonly { readonly bytes: Uint8Array }[]): number {
  return given.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function decoded(bytes: Uint8Array): Value {
  const value = decodeValue(bytes);
  if (!value.ok) throw new Error("no value");
  return value.value;
}

/** The bytes of what it gives, each at this price, or why it gives nothing. */
function attempt(
  meter: SerialMeter,
  run: () => ReturnType<Method["run"]> | undefined,
  price: number,
): Uint8Array | NothingReason {
  try {
    const reply = run();
    meter.again();
    if (reply?.ok !== true) return "reverted";
    const encoded = tryEncodeValue(reply.value);
    if (!encoded.ok) return "trapped";
    meter.charge(price * encoded.value.length);
    return encoded.value;
  } catch {
    return meter.fault?.why ?? "trapped";
  }
}
