// The shell of one node of the whole stage: both chains, and executions of the shards that it follows. Each chain has a
// journal of the simulated disk.

import { attestBlockKey, attestRecordCodec, type ExecutionTask, ownPrefix } from "@tandem/attestation";
import { keptPrefix, poolLimits } from "@tandem/ordering";
import type { ExecutionAnswer, Executions, ReplicaEffect, ReplicaTask } from "@tandem/replica";
import { type AttestBlock, asRound, type Machine, readNow, type ShardName, toHex, unreachable } from "@tandem/shared";
import type { Booted, DiskContents, Seat } from "@tandem/simulator";
import { isWatched } from "../checkers/order/watch.ts";
import { isWatchedOfStageTwo } from "../checkers/whole/whole-watch.ts";
import type { Ledger } from "../habits/ledger.ts";
import { type Places, unwrapMessage } from "../habits/whole/on-attest.ts";
import { attested, blockRules, passing } from "../payload/block.ts";
import { sharedPayerScheme } from "../work/payers.ts";
import { verifyUs } from "./node.ts";
import type { ReplicaRoom } from "./order-node.ts";
import type { NodeActions } from "./shell.ts";
import {
  blocksIn,
  type FurtherEffect,
  readUs,
  StoreShell,
  type StoreShellOptions,
  signatureUs,
} from "./store-shell.ts";
import type { WholeNetwork } from "./whole-network.ts";
import type { FinalRecord, LabEffect, LabInput, LabMessage, LabTimer, Observation } from "./words.ts";

/** A round that made a claim. */
type RanRound = NonNullable<Extract<ExecutionAnswer, { kind: "executed" }>["executed"]["result"]>;

export interface WholeNodeOptions extends StoreShellOptions {
  readonly network: Pick<WholeNetwork, "replica" | "keys" | "rules">;
  readonly room: ReplicaRoom;
  readonly places: Places;
  /** Of the attest chain. */
  readonly attestLedger: Ledger;
  /** Of the attest chain: every block that an honest node checked, built or built upon, by root. */
  readonly attestBlocks: Map<string, AttestBlock>;
  /** Shards to execute; if none are given, those in whose committees it sits. */
  readonly follows: readonly ShardName[] | undefined;
  /** Time that a round takes to be executed. */
  readonly executeUs: number | ((ran: RanRound) => number);
}

type WholeEffect = Extract<
  FurtherEffect,
  {
    kind: "verify" | "attest-final" | "attest-diverged" | "news" | "open-shard" | "execute" | "recall";
  }
>;

/** Of the simulated disk: the attest chain's; the order chain has the first. */
const attestJournal = 1;

export class WholeNode extends StoreShell {
  readonly #options: WholeNodeOptions;
  #executions: Executions | undefined;
  #attestFinals: FinalRecord[] = [];
  /** Told with the first effect. */
  #attestFirst: readonly Observation[] = [];
  /** Of the attest chain's journal, since the last observation. */
  #attestRecords: Uint8Array[] = [];

  constructor(options: WholeNodeOptions) {
    super(options);
    this.#options = options;
  }

  protected override hasWork(): boolean {
    return false;
  }

  override boot({ archive, journals: [journal, attest], losses }: DiskContents): Booted<LabInput, LabEffect> {
    const { corrupt } = this.#options;
    const records = this.restore(archive, (key) => isWatched(key) || isWatchedOfStageTwo(key));
    this.begin(this.orderFinals(), journal, [{ kind: "restored", records }]);
    this.#attestFinals = this.readFinals((height) => {
      const [record] = this.store.readNow([attestBlockKey(height)]);
      const decoded = record && attestRecordCodec.decode(record);
      return decoded?.ok ? { ...decoded.value, block: passing(decoded.value.block) } : undefined;
    });
    this.#attestRecords = [];
    this.#attestFirst = [{ kind: "booted", finals: [...this.#attestFinals], journal: attest }];
    const valuesUnder = ([kind]: Uint8Array) => records.filter(({ key }) => key[0] === kind).map(({ value }) => value);
    const own = valuesUnder(ownPrefix);
    const machine = this.#createMachine();
    const first: LabInput = {
      kind: "start",
      journals: { order: journal, attest },
      kept: valuesUnder(keptPrefix),
      own,
      // C4: the operator says so as long as the store has no mark, unless it is lost: what was signed before is not known.
      firstRound: own.length === 0 && losses === 0 ? asRound(0) : undefined,
    };
    return { machine: corrupt === undefined ? machine : corrupt(machine), first };
  }

  #createMachine(): Machine<LabInput, LabEffect> {
    const { network, room, seat, follows } = this.#options;
    const { replica: own, keys, rules } = network;
    const signer = keys.signers[seat];
    const validator = signer && { place: signer.seat, sign: signer.sign };
    const replica = new room.Replica({ network: own, pool: poolLimits, validator, follows });
    const { genesis } = own.order;
    const { epoch } = own.setting.network;
    this.#executions = new room.Executions({ genesis, epoch, rules, order: room.orderReads });
    return this.machineOf(replica);
  }

  /** For checkers that look into blocks by their roots, of both chains. */
  protected override noteBlocks(message: LabMessage): void {
    if (message.kind !== "attest") return super.noteBlocks(message);
    if (this.#options.corrupt !== undefined) return;
    for (const block of blocksIn(unwrapMessage(message)))
      this.#options.attestBlocks.set(toHex(blockRules.infoOf(block).root), attested(block));
  }

  override received(from: Seat, said: LabMessage, actions: NodeActions): LabInput | undefined {
    const input = super.received(from, said, actions);
    const { corrupt, attestLedger, places } = this.#options;
    if (input?.kind === "message" && input.message.kind === "attest" && corrupt === undefined)
      attestLedger.onReceived(actions.instance, places.seatOf(from), unwrapMessage(input.message));
    return input;
  }

  override perform(effect: LabEffect, actions: NodeActions): void {
    switch (effect.kind) {
      case "persist":
        if (!("chain" in effect) || effect.chain === "order") return super.perform(effect, actions);
        this.#attestRecords.push(effect.record);
        return actions.persist(effect.record, effect.view, attestJournal);
      case "prune":
        if (!("chain" in effect) || effect.chain === "order") return super.perform(effect, actions);
        actions.prune(effect.below, attestJournal);
        return this.#tellAttest({ kind: "pruned", below: effect.below }, actions);
      case "evidence":
        if (!("chain" in effect) || effect.chain === "order") return super.perform(effect, actions);
        return this.#tellAttest({ kind: "evidence", ...effect.evidence }, actions);
      case "set-timer":
        this.#noteView(effect.timer, actions);
        return super.perform(effect, actions);
      case "broadcast":
        super.perform(effect, actions);
        return this.#tellSaid(-1, effect.message, actions);
      default:
        return super.perform(effect, actions);
    }
  }

  protected override send(to: Seat, message: LabMessage, actions: NodeActions): void {
    super.send(to, message, actions);
    this.#tellSaid(to, message, actions);
  }

  #tellSaid(to: Seat, message: LabMessage, actions: NodeActions): void {
    if (message.kind !== "attest") return;
    const seat = to < 0 ? to : this.#options.places.seatOf(to);
    this.#tellAttest({ kind: "sent", to: seat, message: unwrapMessage(message) }, actions);
  }

  #noteView(timer: LabTimer, { instance }: NodeActions): void {
    if (timer.name === "attest" && timer.timer.name === "leader")
      this.#options.attestLedger.onView(instance, timer.timer.view);
  }

  protected override performFurther(further: FurtherEffect, actions: NodeActions): void {
    // What both shells have in common, and what has a chain, was performed before.
    const effect = further as WholeEffect;
    switch (effect.kind) {
      case "verify":
        return this.#answerVerify(effect, actions);
      case "open-shard":
      case "execute":
      case "recall":
        return this.#execute(effect, actions);
      case "attest-final": {
        const { block, info, certificate } = effect;
        this.#attestFinals[info.height - 1] = { block: passing(block), certificate };
        return this.#tellAttest({ kind: "delivered", block: passing(block), info, certificate }, actions);
      }
      case "attest-diverged": {
        const { info, problem } = effect;
        return this.tell({ kind: "attest-diverged", height: info.height, problem: problem.message }, actions);
      }
      case "news":
        return this.tell({ kind: "news", news: effect.news }, actions);
      default:
        return unreachable(effect);
    }
  }

  #answerVerify({ id, task }: Extract<ReplicaEffect, { kind: "verify" }>, actions: NodeActions): void {
    const { room, network } = this.#options;
    const context = { setting: network.replica.setting, payers: sharedPayerScheme };
    actions.answer({ kind: "verified", ...room.performReplicaVerify(context, id, task) }, timeOf(task));
  }

  #execute(task: ExecutionTask, actions: NodeActions): void {
    let reads = 0;
    const read = (keys: readonly Uint8Array[]) => {
      reads += keys.length;
      return this.store.readNow(keys);
    };
    const answer = readNow(read, (this.#executions as Executions).perform(task));
    if (task.kind === "execute" && answer.kind === "executed") {
      const { shard, input } = task;
      const { result } = answer.executed;
      const visible = input.visible.length;
      this.tell({ kind: "executed", shard, height: input.slice.height, result, reads, visible }, actions);
    }
    actions.answer(answer, this.#executeUs(answer));
  }

  #executeUs(answer: ExecutionAnswer): number {
    const { executeUs } = this.#options;
    if (answer.kind === "executed" && answer.executed.result === undefined) return readUs;
    if (typeof executeUs === "number") return executeUs;
    return answer.kind === "opened" ? readUs : executeUs(answer.executed.result as RanRound);
  }

  /** What consensus of the attest chain does, in the order in which it took effect there. */
  #tellAttest(observation: Observation, actions: NodeActions): void {
    const { corrupt, attestLedger } = this.#options;
    if (corrupt !== undefined) return;
    const told: Observation[] = [...this.#attestFirst];
    this.#attestFirst = [];
    if (this.#attestRecords.length > 0) told.push({ kind: "durable", records: this.#attestRecords });
    this.#attestRecords = [];
    for (const each of [...told, observation]) this.tell({ kind: "attest", observation: each }, actions);
    if (observation.kind === "sent") attestLedger.onSent(actions.instance, observation.message);
  }
}

/** What it takes to verify, by what blst takes (node.ts). */
function timeOf(task: ReplicaTask): number {
  switch (task.kind) {
    case "signatures":
      return signatureUs * task.signatures.length;
    case "votes":
    case "certificate":
      return verifyUs(task);
    case "attest":
      return verifyUs(task.task);
    case "citation":
      return verifyUs({ kind: "certificate", certificate: task.citation.certificate });
    case "affirmations":
      return 900 + 70 * (task.task.kind === "equal" ? task.task.signed.length : 2);
    case "attest-block":
      return 900 * (1 + task.checks.signatures.length);
  }
}
