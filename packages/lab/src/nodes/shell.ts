// What the shells of both stages have in common: effects that both kinds of machine have, and what checkers are told.
// Honest nodes tell what took effect, in the order in which it did: what follows a write is told after the write is
// durable (S8).

import type { Certificate, Vote } from "@tandem/shared";
import { toHex } from "@tandem/shared";
import type { Actions, Booted, DiskContents, Seat } from "@tandem/simulator";
import { type Block, blockRules } from "../payload/block.ts";
import type { NodeOptions, StageNode } from "../stages/stage.ts";
import { sizeOf } from "./sizes.ts";
import type { FinalRecord, LabEffect, LabInput, LabMessage, LabTimer, Observation } from "./words.ts";

export type NodeActions = Actions<LabInput, LabMessage, Observation>;

type SharedKind = "persist" | "send" | "broadcast" | "set-timer" | "prune" | "evidence" | "later";
/** What each stage performs in its own way. */
export type OwnEffect = Exclude<LabEffect, { readonly kind: SharedKind }>;

export abstract class Shell implements StageNode {
  readonly #options: NodeOptions;
  #finals: FinalRecord[] = [];
  #hadWork = false;
  /** Told with the first effect. */
  #first: readonly Observation[] = [];
  /** Written since the last observation. */
  #records: Uint8Array[] = [];

  constructor(options: NodeOptions) {
    this.#options = options;
  }

  get finals(): readonly FinalRecord[] {
    return this.#finals;
  }

  abstract boot(disk: DiskContents): Booted<LabInput, LabEffect>;

  /** O8: whether there is something to propose. */
  protected abstract hasWork(): boolean;

  protected abstract performOwn(effect: OwnEffect, actions: NodeActions): void;

  /** To be called at each boot, with what the disk holds. */
  protected begin(finals: FinalRecord[], journal: readonly Uint8Array[], more: readonly Observation[] = []): void {
    this.#finals = finals;
    this.#hadWork = false;
    this.#records = [];
    this.#first = [{ kind: "booted", finals: [...finals], journal }, ...more];
  }

  received(from: Seat, message: LabMessage, actions: NodeActions): LabInput | undefined {
    const { corrupt, ledger } = this.#options;
    if (corrupt === undefined) ledger.onReceived(actions.instance, from, message);
    return { kind: "message", from, message };
  }

  perform(effect: LabEffect, actions: NodeActions): void {
    this.#tellState(actions);
    switch (effect.kind) {
      case "persist":
        actions.persist(effect.record, effect.view);
        this.#records.push(effect.record);
        return;
      case "send":
        return this.send(effect.to, effect.message, actions);
      case "broadcast":
        actions.broadcast(effect.message, sizeOf(effect.message));
        return this.tell({ kind: "sent", to: -1, message: effect.message }, actions);
      case "set-timer":
        return this.#setTimer(effect.timer, effect.afterMs, actions);
      case "prune":
        actions.prune(effect.below);
        return this.tell({ kind: "pruned", below: effect.below }, actions);
      case "evidence":
        return this.#tellEvidence(effect.evidence, actions);
      case "later":
        return actions.setTimer({ kind: "later", effects: effect.effects }, effect.afterMs);
      default:
        return this.performOwn(effect, actions);
    }
  }

  protected send(to: Seat, message: LabMessage, actions: NodeActions): void {
    actions.send(to, message, sizeOf(message));
    this.tell({ kind: "sent", to, message }, actions);
  }

  #setTimer(timer: LabTimer, afterMs: number, actions: NodeActions): void {
    if (timer.name === "leader") this.#options.ledger.onView(actions.instance, timer.view);
    actions.setTimer({ kind: "timer", timer }, afterMs, timerName(timer));
  }

  /** A machine that leaves a gap is for the checkers to find; what it said is kept. */
  protected deliver(block: Block, certificate: Certificate, actions: NodeActions): void {
    const info = blockRules.infoOf(block);
    this.#finals[info.height - 1] = { block, certificate };
    this.tell({ kind: "delivered", block, info, certificate }, actions);
  }

  /** For checkers that look into blocks by their roots. */
  protected note(blocks: readonly Block[]): void {
    if (this.#options.corrupt !== undefined) return;
    for (const block of blocks) this.#options.blocks.set(toHex(blockRules.infoOf(block).root), block);
  }

  #tellState(actions: NodeActions): void {
    const first = this.#first;
    this.#first = [];
    for (const observation of first) this.tell(observation, actions);
    const has = this.hasWork();
    if (this.#hadWork === has) return;
    this.#hadWork = has;
    this.tell({ kind: "work", has }, actions);
  }

  #tellEvidence({ first, second }: { readonly first: Vote; readonly second: Vote }, actions: NodeActions): void {
    this.tell({ kind: "evidence", first, second }, actions);
  }

  /** Only of honest nodes. */
  protected tell(observation: Observation, actions: NodeActions): void {
    const { corrupt, ledger } = this.#options;
    if (corrupt !== undefined) return;
    if (this.#records.length > 0) {
      actions.observe({ kind: "durable", records: this.#records });
      this.#records = [];
    }
    actions.observe(observation);
    if (observation.kind === "sent") ledger.onSent(actions.instance, observation.message);
  }
}

/** A node has one timer of each name, and one for each open request, job and peer. */
function timerName(timer: LabTimer): string {
  switch (timer.name) {
    case "repair":
    case "fetch":
    case "wake":
    case "content":
    case "state":
      return `${timer.name} ${timer.id}`;
    case "push":
      return `push ${timer.peer}`;
    case "affirm":
      return `affirm ${timer.shard}`;
    case "attest":
      return `attest ${timerName(timer.timer)}`;
    default:
      return timer.name;
  }
}
