// A world of real replicas for an experiment: honest links and disks, no faults, and the load that the experiment gives.
// Everything is decided by the plan and its seed. Checkers do not watch here (`lab check` has them); what happened is
// written down by `Tracker`, from what the nodes themselves tell.

import { rulesOf } from "@tandem/execution";
import { nativePayerScheme } from "@tandem/native";
import * as room from "@tandem/replica";
import {
  asAmount,
  asHeight,
  asNonce,
  type Environment,
  encodeProgram,
  leastAllowance,
  type Program,
  signBlob,
  toHex,
} from "@tandem/shared";
import { type Instance, Random, type Seat, World } from "@tandem/simulator";
import { Ledger } from "../habits/ledger.ts";
import { Places } from "../habits/whole/on-attest.ts";
import { WholeNode, type WholeNodeOptions } from "../nodes/whole-node.ts";
import type { LabEffect, LabInput, LabMessage, Observation } from "../nodes/words.ts";
import { labFunctions } from "../rounds/code.ts";
import { payerOf } from "../work/payers.ts";
import { createPlannedNetwork, type NetworkPlan, type PlannedNetwork } from "./network.ts";
import { Tracker } from "./tracker.ts";

export interface WorldPlan extends NetworkPlan {
  readonly seed: number;
  /** Of each observer the shards that it follows. */
  readonly observers?: readonly (readonly string[])[];
  /** How long a round takes to be executed. */
  readonly executeUs: WholeNodeOptions["executeUs"];
  /** Validators that run other code. */
  readonly liars?: { readonly seats: readonly number[]; readonly environments: readonly Environment[] };
}

export type WatchObservation = (observation: Observation, instance: Instance, nowMs: number) => void;

/** Heights that no experiment comes to. */
const neverExpires = 1_000_000;
const foreverMs = 8_000_000;

export interface Submission {
  readonly payer: number;
  readonly program: Program;
  /** Who is given it. */
  readonly instance: Instance;
  readonly atMs: number;
}

export interface Receipt {
  readonly root: string;
  readonly payer: number;
  /** Why it was refused; nothing if it was accepted. */
  readonly code: string | undefined;
}

export class ExperimentWorld {
  readonly network: PlannedNetwork;
  readonly tracker: Tracker;
  readonly #plan: WorldPlan;
  readonly #world: World<LabInput, LabEffect, LabMessage, Observation>;
  readonly #nonces: number[];
  /** By number of the submission, those without a receipt; and all by root. */
  readonly #open = new Map<number, Given>();
  readonly #blobs = new Map<string, Given>();
  #nextId = 1;
  /** Called with every receipt. */
  onReceipt: (receipt: Receipt) => void = () => {};
  /** Called with everything that a node tells. */
  watch: WatchObservation = () => {};

  constructor(plan: WorldPlan) {
    const { validators, observers = [], payers } = plan;
    this.#plan = plan;
    this.network = createPlannedNetwork(plan, plan.seed);
    this.#nonces = Array.from({ length: payers }, () => 0);
    this.tracker = new Tracker(plan.shards.map(({ name }) => name));
    const createNode = this.#nodeMaker();
    this.#world = new World({
      config: worldOf(plan.seed, validators + observers.length),
      processOf: createNode,
      onObservation: (observation, instance, timeUs) => this.#onObservation(observation, instance, timeUs / 1000),
    });
  }

  #nodeMaker(): (instance: Instance, seat: Seat) => WholeNode {
    const { validators, observers = [], liars, executeUs, seed } = this.#plan;
    const { network } = this;
    const { genesis } = network.replica.order;
    const lying = liars && { ...network, rules: rulesOf(genesis, liars.environments, labFunctions) };
    const seats = Array.from({ length: validators + observers.length }, (_, seat) => seat);
    const ledgerOf = () => new Ledger({ seats, silent: new Set(), twins: new Set(), leaderOf: () => -1 });
    const ledgers = { ledger: ledgerOf(), attestLedger: ledgerOf() };
    const places = new Places(seats.slice(0, validators), validators);
    return (instance, seat) =>
      new WholeNode({
        ...ledgers,
        instance,
        seat,
        random: new Random(seed, `node ${instance}`),
        blocks: new Map(),
        attestBlocks: new Map(),
        corrupt: undefined,
        network: lying !== undefined && liars?.seats.includes(seat) ? lying : network,
        room,
        wire: (_, message) => message,
        places,
        follows: observers[seat - validators] as WholeNodeOptions["follows"],
        executeUs,
      });
  }

  get nowMs(): number {
    return this.#world.nowUs / 1000;
  }

  get counts() {
    return this.#world.counts;
  }

  get hash(): string {
    return this.#world.hash;
  }

  /** A signed blob with the payer's next nonce. Its root, in hexadecimal. */
  submit({ payer, program, instance, atMs }: Submission): string {
    const nonce = this.#nonces[payer] as number;
    this.#nonces[payer] = nonce + 1;
    const { bytes, root } = signBlob(nativePayerScheme, payerOf(payer).seed, {
      network: this.network.replica.setting.network.root,
      nonce: asNonce(nonce),
      expires: asHeight(neverExpires),
      tip: asAmount(0n),
      ...leastAllowance(program),
      transfers: [],
      payload: encodeProgram(program),
    });
    this.tracker.expect(toHex(root), atMs, program);
    const name = toHex(root);
    this.#blobs.set(name, { root: name, bytes, payer });
    this.submitAgain(name, instance, atMs);
    return name;
  }

  /** A blob that was refused. */
  submitAgain(root: string, instance: Instance, atMs: number): void {
    const blob = this.#blobs.get(root);
    if (blob === undefined) return;
    const id = this.#nextId++;
    this.#open.set(id, blob);
    this.#world.give(instance, { kind: "submit", id, bytes: blob.bytes }, atMs);
  }

  run(untilMs: number): void {
    const outcome = this.#world.run(untilMs);
    if (outcome.kind === "threw") throw outcome.error;
  }

  /** In steps, until that holds or the time is over. Whether it held. */
  runUntil(isDone: () => boolean, { untilMs, stepMs = 100 }: { readonly untilMs: number; readonly stepMs?: number }) {
    while (!isDone() && this.nowMs < untilMs) this.run(Math.min(untilMs, Math.floor(this.nowMs) + stepMs));
    return isDone();
  }

  #onObservation(observation: Observation, instance: Instance, nowMs: number): undefined {
    this.tracker.see(observation, nowMs);
    this.watch(observation, instance, nowMs);
    if (observation.kind !== "receipt") return;
    const submitted = this.#open.get(observation.id);
    this.#open.delete(observation.id);
    if (submitted === undefined) return;
    const { receipt } = observation;
    const { root, payer } = submitted;
    this.onReceipt({ root, payer, code: receipt.kind === "refused" ? receipt.refusal.code : undefined });
  }
}

interface Given {
  readonly root: string;
  readonly bytes: Uint8Array;
  readonly payer: number;
}

/** Links between machines of one continent, and disks that are not busy. */
function worldOf(seed: number, instances: number) {
  return {
    seed,
    instances: Array.from({ length: instances }, (_, seat) => ({ seat, region: null, driftPpm: 0, aheadMs: 0 })),
    network: {
      delay: { kind: "tailed" as const, medianUs: 15_000, tail: "narrow" as const },
      lossPpm: 0,
      duplicatePpm: 0,
      reorderPpm: 0,
      holdUsMax: 0,
      bytesPerSecond: 0,
      queueBytesMax: 0,
    },
    disk: { sync: { kind: "tailed" as const, medianUs: 300, tail: "wide" as const }, bytesPerSecond: 0, tornPpm: 0 },
    answerDelay: { kind: "constant" as const, us: 100 },
    inboxMessagesMax: 1_000_000,
    faults: [],
    healAtMs: 0,
    endAtMs: foreverMs,
  };
}
