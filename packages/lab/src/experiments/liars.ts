// The negative control of attestation: a committee in which more than two thirds lie. Their replicas run other code for the
// bank: one payment credits its receiver with more than was paid, so of all accounts one differs. Their claim has a quorum,
// so it is attested; nothing can prevent that (docs/attestation.md). What is shown is what remains: the member that is honest
// and an observer find that their own claim is another one, ask the liars for their state, and name step, key and both
// values; this shard stops there for them, while ordering, the other shards, and the claims of the liars go on.

import type { Alarm, KeyDifference } from "@tandem/attestation";
import { assert, decodeValue, type Export, formatValue, toHex } from "@tandem/shared";
import type { Observation } from "../nodes/words.ts";
import { probe } from "../rounds/probe.ts";
import { accountName, bank, type Credit, honestCredit, openedMax } from "./bank.ts";
import type { After, LiarsStory, ShownKey, Witness } from "./liars-story.ts";
import { type PlannedCall, programOf } from "./programs.ts";
import { ExperimentWorld } from "./world.ts";

export interface LiarsPlan {
  readonly seed: number;
  /** Accounts of the bank. */
  readonly keys: number;
  /** Something is so, at that virtual time. */
  readonly onStage?: (said: string, atMs: number) => void;
}

const shards = ["bank", "hotel", "rail"] as const;
const validators = 10;
/** Of the bank's four members, three: more than two thirds of it, and less than a third of all. */
const bankCommittee = [0, 1, 2, 3];
const liars = [0, 1, 2];
/** Honest, and followers of the bank: its fourth member, and the observer. */
const witnesses = [3, validators];
const payers = 8;
/** A payment that the liars book as something else. */
const paid = 7n;
const booked = 1_000_000n;
const openCallsMax = 4;
/** For an account that is opened: its key in the footprint, and written. */
const openBudget = 40_000;
/** Programs after the lie. */
const laterPrograms = 24;
const untilMs = 120_000;

const network = {
  validators,
  shards: [
    { name: "bank", committee: bankCommittee },
    { name: "hotel", committee: [3, 4, 5, 6] },
    { name: "rail", committee: [6, 7, 8, 9] },
  ],
  observers: [shards],
  contracts: [
    { name: "bank/accounts", environment: "bank", config: null },
    { name: "hotel/rooms", environment: "probe", config: 0n },
    { name: "rail/seats", environment: "probe", config: 0n },
  ],
  payers,
  executeUs: 2000,
};

const lyingCredit =
  (account: string): Credit =>
  (to, amount) =>
    to === account && amount === paid ? booked : amount;

export function runLiars(plan: LiarsPlan): LiarsStory {
  return new LiarsRun(plan).run();
}

class LiarsRun {
  readonly #plan: LiarsPlan;
  readonly #world: ExperimentWorld;
  readonly #alarms: Told[] = [];
  /** Whose account it is that differs, and who pays to it. */
  readonly #receiver: string;
  readonly #giver: string;
  #payer = 0;

  constructor(plan: LiarsPlan) {
    this.#plan = plan;
    const { seed, keys } = plan;
    this.#receiver = accountName(Math.floor((keys * 4) / 5));
    this.#giver = accountName(Math.floor(keys / 2));
    const environmentsWith = (credit: Credit) => [bank(credit), probe];
    this.#world = new ExperimentWorld({
      ...network,
      seed,
      environments: environmentsWith(honestCredit),
      liars: { seats: liars, environments: environmentsWith(lyingCredit(this.#receiver)) },
    });
    this.#world.watch = (observation, instance, atMs) => this.#watch(observation, instance, atMs);
  }

  run(): LiarsStory {
    const { keys, seed } = this.#plan;
    this.#openAccounts();
    this.#settle("the accounts are open");
    const lying = this.#submit([pay(this.#giver, this.#receiver, paid)]);
    this.#settle("the lie is attested");
    this.#until("those who follow the shard show where it is", () => this.#told("shown").length >= witnesses.length);
    const before = this.#heights();
    const later = this.#goOn();
    this.#settle("what came after is attested");
    this.#submit([pay(this.#receiver, this.#giver, booked), { ...seatOf("spent"), isChained: true }]);
    this.#settle("what was made of nothing is spent, and another shard was told");
    return {
      seed,
      keys,
      receiver: this.#receiver,
      committee: bankCommittee.map(nameOf),
      liars: liars.map(nameOf),
      lie: this.#lie(lying),
      witnesses: witnesses.map((instance) => this.#witness(instance)),
      after: this.#after(before, later),
    };
  }

  /** In programs of four calls each, all at once. */
  #openAccounts(): void {
    const { keys } = this.#plan;
    const calls: PlannedCall[] = [];
    for (let first = 0; first < keys; first += openedMax) calls.push(open(first, Math.min(openedMax, keys - first)));
    for (let at = 0; at < calls.length; at += openCallsMax) this.#submit(calls.slice(at, at + openCallsMax));
  }

  /** Some over the two other shards, some between accounts about which nobody lies. */
  #goOn(): readonly string[] {
    return Array.from({ length: laterPrograms }, (_, number) => {
      if (number % 2 === 1) return this.#submit([pay(accountName(number), accountName(number + 1), 1n)]);
      const room: PlannedCall = { at: "hotel/rooms", method: "add", args: [`r${number}`, 1n], keys: [`r${number}`] };
      return this.#submit([room, { ...seatOf(`s${number}`), isChained: true }]);
    });
  }

  #submit(calls: readonly PlannedCall[]): string {
    const payer = this.#payer++ % payers;
    const instance = liars.length + (payer % (validators - liars.length));
    const atMs = Math.ceil(this.#world.nowMs) + 1;
    return this.#world.submit({ payer, program: programOf(calls), instance, atMs });
  }

  /** Until everything that was submitted is attested, by whomever. */
  #settle(said: string): void {
    const { tracker } = this.#world;
    this.#until(said, () => tracker.programs.every((program) => tracker.attestedMs(program) !== undefined));
  }

  #until(said: string, isDone: () => boolean): void {
    if (!this.#world.runUntil(isDone, { untilMs })) throw new Error(`at ${untilMs} ms it is not yet so: ${said}`);
    this.#plan.onStage?.(said, this.#world.nowMs);
  }

  #watch(observation: Observation, instance: number, atMs: number): void {
    if (observation.kind !== "news" || observation.news.kind !== "alarm" || liars.includes(instance)) return;
    this.#alarms.push({ instance, alarm: observation.news.alarm, atMs });
  }

  #told<What extends Alarm["what"]>(what: What, instance?: number): ToldOf<What>[] {
    const told = this.#alarms.filter(({ alarm }) => alarm.what === what) as unknown as ToldOf<What>[];
    return told.filter((each) => instance === undefined || each.instance === instance);
  }

  #lie(root: string): LiarsStory["lie"] {
    const { tracker } = this.#world;
    const [name = ""] = tracker.programOf(root)?.claims ?? [];
    const claim = tracker.claims.get(name);
    assert(claim !== undefined, "the lie was attested");
    const { shard, round, root: claimRoot, height, atMs } = claim;
    return { shard, round, claim: claimRoot, attestHeight: height, timeMs: atMs };
  }

  #witness(instance: number): Witness {
    const [diverged] = this.#told("diverged", instance);
    const [explained] = this.#told("explained", instance);
    const [shown] = this.#told("shown", instance);
    assert(diverged !== undefined && explained !== undefined && shown !== undefined, "each of them tells all three");
    const { own, theirs } = diverged.alarm;
    const { difference } = explained.alarm;
    const { keys, end } = shown.alarm.explanation;
    return {
      who: nameOf(instance),
      divergedMs: diverged.atMs,
      own: own === undefined ? "none" : toHex(own),
      theirs: toHex(theirs),
      explained: "contract" in difference ? `${difference.what} of ${difference.contract}` : difference.what,
      shownMs: shown.atMs,
      end,
      keys: keys.map(keyShown),
    };
  }

  #heights() {
    const { orders, attestHeight } = this.#world.tracker;
    return { orders: orders.length, attests: attestHeight };
  }

  #after(before: { readonly orders: number; readonly attests: number }, later: readonly string[]): After {
    const { tracker } = this.#world;
    const claims = Object.fromEntries(shards.map((shard) => [shard, 0]));
    for (const { shard, height } of tracker.claims.values())
      if (height > before.attests) claims[shard] = (claims[shard] ?? 0) + 1;
    const attested = later.filter((root) => {
      const program = tracker.programOf(root);
      return program !== undefined && tracker.attestedMs(program) !== undefined;
    });
    return {
      orderBlocks: tracker.orders.length - before.orders,
      attestBlocks: tracker.attestHeight - before.attests,
      claims,
      programs: { submitted: later.length, attested: attested.length },
      builtOn: this.#told("built-on-disputed").map(({ instance, alarm }) => ({
        who: nameOf(instance),
        shard: alarm.shard,
      })),
      stopped: [...new Set(this.#told("diverged").map(({ alarm }) => alarm.shard))],
    };
  }
}

interface Told {
  readonly instance: number;
  readonly alarm: Alarm;
  readonly atMs: number;
}

type ToldOf<What extends Alarm["what"]> = Told & { readonly alarm: Extract<Alarm, { what: What }> };

function nameOf(instance: number): string {
  return instance < validators ? `validator-${instance}` : "observer";
}

function open(first: number, count: number): PlannedCall {
  const keys = Array.from({ length: count }, (_, at) => accountName(first + at));
  const budget = openBudget * (count + 1);
  return { at: "bank/accounts", method: "open", args: [BigInt(first), BigInt(count)], keys, budget };
}

function pay(from: string, to: string, amount: bigint): PlannedCall {
  return { at: "bank/accounts", method: "pay", args: [from, to, amount], keys: [from, to] };
}

function seatOf(key: string): PlannedCall {
  return { at: "rail/seats", method: "add", args: [key], keys: [key] };
}

function keyShown({ map, key, own, theirs, lane }: KeyDifference): ShownKey {
  return {
    contract: map.kind === "state" ? map.contract : map.kind,
    key: new TextDecoder().decode(key),
    own: valueShown(own),
    theirs: valueShown(theirs),
    steps: (lane?.touching ?? []).map(({ node: { height, index, step }, access, ...said }) => {
      return { height, index, step, access, own: exportShown(said.own), theirs: exportShown(said.theirs) };
    }),
  };
}

function valueShown(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return "nothing";
  const decoded = decodeValue(bytes);
  return decoded.ok ? formatValue(decoded.value) : toHex(bytes);
}

function exportShown(content: Export["content"] | undefined): string {
  if (content === undefined) return "not run";
  if (content.kind !== "outcome") return content.kind;
  const { value } = content;
  return value.kind === "value" ? valueShown(value.value.bytes) : `nothing (${value.value.why})`;
}
