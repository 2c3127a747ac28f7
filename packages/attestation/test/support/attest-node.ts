// One node of a test: the machine of Stage 2 with its store, its executions and whoever answers it. It can stop between any two
// effects, and begin again with what was stored until then. What it says is looked at on the spot:
//
//   C4   of one round, and of one `prev`, it never affirms two claims; its record is stored before
//   C5   what it affirms, and all of what it votes for, is stored before

import { genesisShard, type PendingProgram, type Rules, readPending, ShardExecution } from "@tandem/execution";
import {
  type Affirmation,
  asEpoch,
  asHeight,
  asRound,
  assert,
  asValidatorIndex,
  type Height,
  mockScheme,
  type Reading,
  readNow,
  readUnder,
  type SecretKey,
  type ShardName,
  toHex,
} from "@tandem/shared";
import { widestBounds } from "../../../execution/test/support/world.ts";
import { performAffirmTask } from "../../src/affirming/verify.ts";
import { Attesting } from "../../src/attesting.ts";
import { shardPrefix } from "../../src/chain-records.ts";
import { performBlockChecks } from "../../src/judge-block.ts";
import { contentKey, decodeOwnRecords, ownPrefix, readContent } from "../../src/records.ts";
import type {
  AttestEffect,
  AttestInput,
  AttestMessage,
  AttestTask,
  ExecutedRound,
  ExecutionTask,
  OpenedShard,
  Peer,
} from "../../src/types.ts";
import type { TestNetwork } from "./attest-network.ts";
import { bentRules } from "./bent.ts";

type Effect<Kind extends AttestEffect["kind"]> = Extract<AttestEffect, { readonly kind: Kind }>;

/** What a node asks of the world around it. */
export interface Surroundings {
  readonly network: TestNetwork;
  /** Gives the node this later, unless it stops before. */
  later(node: AttestNode, afterMs: number, inputOf: () => AttestInput | undefined): void;
  answerMs(): number;
  send(from: AttestNode, to: Peer, message: AttestMessage): void;
  onEffect(node: AttestNode, effect: AttestEffect): void;
}

export interface NodePlan {
  /** Own place among the validators; beyond them an observer's. */
  readonly place: Peer;
  readonly follows: readonly string[];
  /** C4: whether the store is begun with marks. */
  readonly hasMarks?: boolean;
  /** Where its marks are made by hand. */
  readonly firstRound?: number;
  /** Such as give another outcome for a contract, from a height on. */
  readonly bent?: { readonly contract: string; readonly height: number };
  readonly stopBefore?: number;
}

export class AttestNode {
  readonly plan: NodePlan;
  readonly #around: Surroundings;
  readonly disk = new Map<string, Uint8Array>();
  /** Of all its lives. */
  readonly effects: AttestEffect[] = [];
  machine: Attesting;
  /** From the next start on. */
  follows: readonly string[];
  /** Which life it is in; what was meant for another is not heard. */
  life = 0;
  isUp = false;
  isStarted = false;
  /** Gets no blocks of either chain. */
  isAway = false;
  hasReason = false;
  /** From the next start on. */
  bent: NodePlan["bent"];
  /** Height of the last attest block that consensus delivered in this life. */
  delivered = 0;
  /** Stops before this effect of all its lives. */
  stopBefore: number | undefined;
  /** C4: as the operator's file says, which goes when all is begun. */
  #isMarked: boolean;
  readonly #firstRound: ReturnType<typeof asRound>;
  readonly #executions = new Map<ShardName, ShardExecution>();
  /** C4: claims that it affirmed, by shard and round, and by shard and `prev`. */
  readonly said = new Map<string, string>();

  constructor(plan: NodePlan, around: Surroundings) {
    this.plan = plan;
    this.#around = around;
    this.follows = plan.follows;
    this.bent = plan.bent;
    this.#isMarked = plan.hasMarks === false;
    this.#firstRound = asRound(plan.firstRound ?? 0);
    this.stopBefore = plan.stopBefore;
    this.machine = this.#create();
  }

  get place(): Peer {
    return this.plan.place;
  }

  get isValidator(): boolean {
    return this.place < this.#around.network.plan.validators;
  }

  /** Order blocks in the store. */
  ordered = 0;
  /** Order blocks that it ever knew as final. */
  known = 0;

  #create(): Attesting {
    const { network } = this.#around;
    const { place } = this;
    const secret = network.secrets[place];
    return new Attesting({
      setting: network.setting,
      order: network.reads,
      seat: secret && asValidatorIndex(place),
      self: secret && place,
      peers: network.secrets.map((_, each) => each).filter((each) => each !== place),
      sign: secret && ((message) => mockScheme.sign(secret as SecretKey, message)),
      seats: network.seatsOf(place),
      follows: this.follows as readonly ShardName[],
      deltaMs: 100,
    });
  }

  start(): void {
    assert(!this.isUp, "it is not up");
    this.isUp = true;
    this.isStarted = false;
    this.hasReason = false;
    this.#executions.clear();
    if (this.life > 0) this.machine = this.#create();
    const own = [...this.disk].filter(([key]) => key.startsWith(toHex(ownPrefix))).map(([, value]) => value);
    const executed = asHeight(this.ordered);
    this.give({ kind: "start", own, firstRound: this.#isMarked ? undefined : this.#firstRound, executed });
  }

  stop(): void {
    this.isUp = false;
    this.isStarted = false;
    this.hasReason = false;
    this.life++;
  }

  give(input: AttestInput): void {
    const { life } = this;
    if (!this.isUp) return;
    for (const effect of this.machine.handle(input)) {
      if (this.effects.length === this.stopBefore) this.stop();
      if (this.life !== life) return;
      this.effects.push(effect);
      this.#perform(effect);
      this.#around.onEffect(this, effect);
    }
  }

  #answer(inputOf: () => AttestInput): void {
    this.#around.later(this, this.#around.answerMs(), inputOf);
  }

  #perform(effect: AttestEffect): void {
    switch (effect.kind) {
      case "store":
        for (const key of effect.batch.deletes) this.disk.delete(toHex(key));
        for (const { key, value } of effect.batch.puts) this.disk.set(toHex(key), value);
        return;
      case "read": {
        const { id, keys } = effect;
        const records = this.#readNow(keys);
        return this.#answer(() => ({ kind: "read", id, records }));
      }
      case "verify": {
        const { id, task } = effect;
        return this.#answer(() => ({ kind: "verified", id, verdict: this.#verify(id, task) }));
      }
      case "open-shard":
      case "execute":
      case "recall":
        return this.#answer(() => this.#execute(effect));
      case "set-timer":
        return this.#around.later(this, effect.afterMs, () => ({ kind: "timer", timer: effect.timer }));
      case "send":
        return this.#around.send(this, effect.to, effect.message);
      case "broadcast":
        return this.#broadcast(effect);
      case "reason":
        this.hasReason = effect.has;
        return;
      case "started":
        this.isStarted = true;
        this.#isMarked = true;
        this.delivered = effect.block?.header.height ?? 0;
        return;
      default:
        return;
    }
  }

  #readNow(keys: readonly Uint8Array[]) {
    return keys.map((key) => this.disk.get(toHex(key)));
  }

  read<T>(reading: Reading<T>): T {
    return readNow((keys) => this.#readNow(keys), reading);
  }

  has(key: Uint8Array): boolean {
    return this.disk.has(toHex(key));
  }

  #verify(id: number, task: AttestTask) {
    const { setting, network } = this.#around.network;
    const { electorate, root, epoch, shards } = network;
    if (task.kind === "affirmations") {
      return performAffirmTask({ scheme: electorate.scheme, network: root, epoch, shards }, id, task.task);
    }
    return { valid: performBlockChecks(setting, task.checks), quorum: undefined };
  }

  #broadcast({ message }: Effect<"broadcast">): void {
    if (message.kind === "affirmations") for (const each of message.affirmations) this.#checkSaid(each);
    for (const to of this.#around.network.secrets.keys()) if (to !== this.place) this.#around.send(this, to, message);
  }

  /** C4, C5. */
  #checkSaid({ shard, round, claim, signer }: Affirmation): void {
    const { network } = this.#around;
    assert(this.has(contentKey(claim)), "the content of what is affirmed is in the store");
    assert(network.seatsOf(this.place).get(shard) === signer, "with its own seat");
    const own = [...this.disk].filter(([key]) => key.startsWith(toHex(ownPrefix))).map(([, value]) => value);
    const mark = decodeOwnRecords(own).find(({ kind, value }) => kind === "mark" && value.shard === shard);
    assert(mark !== undefined && mark.value.round >= round, "what is affirmed is on record");
    assert(round <= this.known, "its round is final");
    const { prev } = this.read(readContent(claim))?.claim ?? {};
    assert(prev !== undefined, "it is its content");
    for (const text of [`${shard} ${round}`, `${shard} ${toHex(prev)}`]) {
      const before = this.said.get(text);
      assert(before === undefined || before === toHex(claim), () => `two claims for ${text}`);
      this.said.set(text, toHex(claim));
    }
  }

  // Executions.

  #execute(task: ExecutionTask): AttestInput {
    const { id, shard } = task;
    if (task.kind === "open-shard") return { kind: "opened", id, opened: this.read(this.#open(task)) };
    const execution = this.#executions.get(shard);
    assert(execution !== undefined, "the shard was opened");
    if (task.kind === "recall") execution.recall(task.visible);
    const result =
      task.kind === "recall" ? undefined : this.read(readUnder(shardPrefix(shard), execution.round(task.input)));
    const executed: ExecutedRound = { result, waiting: execution.takeWaiting() };
    return { kind: "executed", id, executed };
  }

  get rules(): Rules {
    const { rules } = this.#around.network.truth;
    return this.bent === undefined ? rules : bentRules(rules, this.bent.contract, this.bent.height);
  }

  *#open({ shard, frontier }: Effect<"open-shard">): Reading<OpenedShard> {
    const { network, reads } = this.#around.network;
    const { rules } = this;
    const begun = frontier === undefined ? yield* genesisShard(rules, network.genesis, shard) : undefined;
    assert(begun?.ok !== false, "the genesis is good");
    const from = begun?.value.frontier ?? frontier;
    assert(from !== undefined, "there is a claim to begin at");
    const pending: PendingProgram[] = [];
    for (const { position, entry, root } of frontier === undefined
      ? []
      : yield* readUnder(shardPrefix(shard), readPending(from))) {
      const ordered = yield* reads.program(position, entry.blob);
      assert(ordered !== undefined, "a pending program was ordered");
      pending.push({ ordered, entry, root });
    }
    const execution = new ShardExecution({ shard, epoch: asEpoch(0), rules, bounds: widestBounds }, from, pending);
    this.#executions.set(shard, execution);
    return { frontier: from, batch: begun?.value.batch ?? { puts: [], deletes: [] }, waiting: execution.takeWaiting() };
  }

  // What a test looks at.

  of<Kind extends AttestEffect["kind"]>(kind: Kind): readonly Effect<Kind>[] {
    return this.effects.filter((effect): effect is Effect<Kind> => effect.kind === kind);
  }

  get alarms() {
    return this.of("news").flatMap(({ news }) => (news.kind === "alarm" ? [news.alarm] : []));
  }

  standing(shard: string) {
    const found = this.machine.progress().shards.find((each) => each.shard === shard);
    assert(found !== undefined, `no shard ${shard}`);
    return found;
  }

  get height(): Height {
    return this.machine.progress().height;
  }
}
