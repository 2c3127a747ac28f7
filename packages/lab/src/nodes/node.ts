// The shell of one node in a simulated world: it makes the machine from what the disk holds, and says what each
// effect means there. Honest nodes tell the checkers what took effect, in the order in which it did: what follows a
// write is told after the write is durable (S8).

import type { Effect, FinalBlock, VerifyTask } from "@tandem/consensus";
import { assert, type Machine, toHex, unreachable } from "@tandem/shared";
import type { Actions, Booted, DiskContents, Instance, Process, Random, Seat } from "@tandem/simulator";
import type { Consensus } from "../consensus.ts";
import type { Ledger } from "../habits/ledger.ts";
import { type Block, blockRules, genesis } from "../payload/block.ts";
import { Room } from "../payload/room.ts";
import type { Setting } from "../setting.ts";
import type { Keys } from "./keys.ts";
import { sizeOf } from "./sizes.ts";
import { Validator } from "./validator.ts";
import type { FinalRecord, LabEffect, LabInput, LabMessage, Observation } from "./words.ts";

export interface NodeOptions {
  readonly setting: Setting;
  readonly keys: Keys;
  readonly consensus: Consensus;
  readonly instance: Instance;
  readonly seat: Seat;
  readonly random: Random;
  readonly ledger: Ledger;
  /** Of every block that an honest node checked, built or built upon. */
  readonly blocks: Map<string, Block>;
  /** Puts habits around the machine; nothing for an honest node. */
  readonly corrupt: ((machine: Machine<LabInput, LabEffect>) => Machine<LabInput, LabEffect>) | undefined;
}

type NodeActions = Actions<LabInput, LabMessage, Observation>;

export class Node implements Process<LabInput, LabEffect, LabMessage, Observation> {
  readonly #options: NodeOptions;
  readonly #isHonest: boolean;
  /** Delivered blocks, by height from 1 on. */
  #finals: FinalRecord[] = [];
  #room: Room;
  #hadWork = false;
  /** Told with the first effect. */
  #booted: Observation | undefined;
  /** Written since the last observation. */
  #records: Uint8Array[] = [];

  constructor(options: NodeOptions) {
    this.#options = options;
    this.#isHonest = options.corrupt === undefined;
    this.#room = new Room([], options.instance);
  }

  /** For checkers that look at the end: what still waits. */
  get room(): Room {
    return this.#room;
  }

  get finals(): readonly FinalRecord[] {
    return this.#finals;
  }

  boot(disk: DiskContents): Booted<LabInput, LabEffect> {
    const { consensus, corrupt } = this.#options;
    this.#finals = readFinals(disk);
    this.#room = new Room(
      this.#finals.map(({ block }) => block),
      this.#options.instance,
    );
    this.#hadWork = false;
    this.#records = [];
    this.#booted = { kind: "booted", finals: [...this.#finals], journal: disk.journal };
    const simplex = new consensus.Simplex<Block>(this.#config(), genesis);
    const validator = new Validator(simplex, this.#room);
    const first: LabInput = { kind: "start", final: this.#final(), journal: disk.journal };
    return { machine: corrupt === undefined ? validator : corrupt(validator), first };
  }

  #config() {
    const { setting, keys, seat } = this.#options;
    const { deltaMs, heartbeatMs } = setting;
    const { electorate, leaderSeed: seed } = keys;
    return { electorate, rules: blockRules, signer: keys.signers[seat], seed, deltaMs, heartbeatMs };
  }

  #final(): FinalBlock {
    const last = this.#finals.at(-1);
    if (last === undefined) return { info: genesis, certificate: undefined };
    return { info: blockRules.infoOf(last.block), certificate: last.certificate };
  }

  received(from: Seat, message: LabMessage, actions: NodeActions): LabInput {
    if (this.#isHonest) this.#options.ledger.onReceived(actions.instance, from, message);
    return { kind: "message", from, message };
  }

  perform(effect: LabEffect, actions: NodeActions): void {
    if (this.#booted !== undefined) this.#tellBooted(this.#booted, actions);
    if (this.#hadWork !== this.#room.hasWork) this.#tellWork(actions);
    switch (effect.kind) {
      case "persist":
        actions.persist(effect.record, effect.view);
        this.#records.push(effect.record);
        return;
      case "send":
        actions.send(effect.to, effect.message, sizeOf(effect.message));
        return this.#tell({ kind: "sent", to: effect.to, message: effect.message }, actions);
      case "broadcast":
        actions.broadcast(effect.message, sizeOf(effect.message));
        return this.#tell({ kind: "sent", to: -1, message: effect.message }, actions);
      case "set-timer":
        return this.#setTimer(effect, actions);
      case "deliver":
        return this.#deliver(effect, actions);
      case "prune":
        actions.prune(effect.below);
        return this.#tell({ kind: "pruned", below: effect.below }, actions);
      case "evidence":
        return this.#tell({ kind: "evidence", ...effect.evidence }, actions);
      case "serve":
        return this.#serve(effect, actions);
      case "later":
        return actions.setTimer({ kind: "later", effects: effect.effects }, effect.afterMs);
      default:
        return this.#answer(effect, actions);
    }
  }

  #answer(effect: Extract<Effect<Block>, { kind: "verify" | "check" | "build" }>, actions: NodeActions): void {
    const { consensus, keys, setting } = this.#options;
    switch (effect.kind) {
      case "verify": {
        const verified = consensus.performVerify(keys.electorate, effect.id, effect.task);
        return actions.answer({ kind: "verified", ...verified }, verifyUs(effect.task));
      }
      case "check": {
        this.#note([effect.block, ...effect.ancestors]);
        const verdict = this.#room.check(effect.block, effect.ancestors);
        return actions.answer({ kind: "checked", root: effect.info.root, verdict }, this.#checkUs());
      }
      case "build": {
        const { view, parent, ancestors, isWanted } = effect;
        const block = this.#room.build(view, parent, ancestors, isWanted);
        this.#note(block === undefined ? ancestors : [block, ...ancestors]);
        return actions.answer({ kind: "built", view, block }, setting.payloadUs);
      }
      default:
        return unreachable(effect);
    }
  }

  #note(blocks: readonly Block[]): void {
    if (!this.#isHonest) return;
    for (const block of blocks) this.#options.blocks.set(toHex(blockRules.infoOf(block).root), block);
  }

  /** O6: now and then something is missing, and the verdict comes once it is here. */
  #checkUs(): number {
    const { setting, random } = this.#options;
    return setting.payloadUs + (random.chance(setting.deferPpm) ? 1000 * random.below(setting.deferMs) : 0);
  }

  #setTimer({ timer, afterMs }: Extract<Effect<Block>, { kind: "set-timer" }>, actions: NodeActions): void {
    if (timer.name === "leader") this.#options.ledger.onView(actions.instance, timer.view);
    // A node has one timer of each name, and one for each open request.
    const name = timer.name === "repair" ? `repair ${timer.id}` : timer.name;
    actions.setTimer({ kind: "timer", timer }, afterMs, name);
  }

  #deliver(effect: Extract<Effect<Block>, { kind: "deliver" }>, actions: NodeActions): void {
    const { block, info, certificate } = effect;
    const record: FinalRecord = { block, certificate };
    // A machine that leaves a gap is for the checkers to find; the archive holds what it said.
    this.#finals[info.height - 1] = record;
    actions.archive(info.height, record, 256);
    this.#tell({ kind: "delivered", block, info, certificate }, actions);
  }

  #serve({ to, id, from, blocksMax }: Extract<Effect<Block>, { kind: "serve" }>, actions: NodeActions): void {
    const blocks = this.#finals.slice(from - 1, from - 1 + blocksMax);
    const message: LabMessage = { kind: "answer", id, blocks, certificates: [] };
    actions.send(to, message, sizeOf(message));
    this.#tell({ kind: "sent", to, message }, actions);
  }

  #tellBooted(booted: Observation, actions: NodeActions): void {
    this.#booted = undefined;
    this.#tell(booted, actions);
  }

  #tellWork(actions: NodeActions): void {
    this.#hadWork = this.#room.hasWork;
    this.#tell({ kind: "work", has: this.#hadWork }, actions);
  }

  #tell(observation: Observation, actions: NodeActions): void {
    if (!this.#isHonest) return;
    if (this.#records.length > 0) {
      actions.observe({ kind: "durable", records: this.#records });
      this.#records = [];
    }
    actions.observe(observation);
    if (observation.kind === "sent") this.#options.ledger.onSent(actions.instance, observation.message);
  }
}

/** The blocks from height 1 up to the first that is missing. */
function readFinals(disk: DiskContents): FinalRecord[] {
  const finals: FinalRecord[] = [];
  for (let height = 1; disk.archive.has(height); height++) finals.push(disk.archive.get(height) as FinalRecord);
  assert(finals.length === disk.archive.size, "the archive has no gap: writes under way are lost last ones first");
  return finals;
}

/** What blst takes: a pairing, and for each key its addition (docs/decisions/0001). */
function verifyUs(task: VerifyTask): number {
  return task.kind === "votes" ? 900 + 70 * task.votes.length : 900 + 3 * task.certificate.bitmap.length;
}
