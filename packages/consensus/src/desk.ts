// What all parts of the machine share: what is known, where we are, and the effects of the input at hand.

import { asView, type Certificate, type View } from "@tandem/shared";
import type { SimplexConfig } from "./config.ts";
import { type JournalRecord, Records } from "./journal.ts";
import { Knowledge } from "./knowledge.ts";
import { Leaders } from "./leaders.ts";
import type { BlockInfo, Effect, FinalBlock, Message, Peer } from "./types.ts";

export class Desk<Block> {
  readonly config: SimplexConfig<Block>;
  readonly leaders: Leaders;
  readonly records: Records<Block>;
  knowledge: Knowledge<Block>;
  /** The view that we are in; zero before the start. */
  view: View = asView(0);
  /** S8: without this journal our key may have signed anything in this view and earlier ones. */
  #mark: View = asView(0);
  #effects: Effect<Block>[] = [];

  constructor(config: SimplexConfig<Block>, genesis: BlockInfo) {
    this.config = config;
    this.leaders = new Leaders(config.seed, config.electorate.committee);
    this.records = new Records(config.rules);
    this.knowledge = new Knowledge(config, { info: genesis, certificate: undefined });
  }

  begin(final: FinalBlock): void {
    this.knowledge = new Knowledge(this.config, final);
    this.view = asView(final.info.view + 1);
  }

  /** Before a restart we were in this view, or could have been. */
  reach(view: View): void {
    this.view = asView(Math.max(this.view, view));
  }

  mark(view: View): void {
    this.#mark = asView(Math.max(this.#mark, view));
  }

  /** S8: nothing is signed there. */
  isMarked(view: View): boolean {
    return view <= this.#mark;
  }

  /** Hands over the effects since the last time. */
  takeEffects(): readonly Effect<Block>[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  push(...effects: readonly Effect<Block>[]): void {
    this.#effects.push(...effects);
  }

  persist(view: View, record: JournalRecord<Block>): void {
    this.push({ kind: "persist", view, record: this.records.encode(record) });
  }

  send(to: Peer, message: Message<Block>): void {
    this.push({ kind: "send", to, message });
  }

  broadcast(message: Message<Block>): void {
    this.push({ kind: "broadcast", message });
  }

  /** S7, S8: a certificate first held is persisted, and told to all unless a peer told it to repair us. */
  hold(certificate: Certificate, isNews: boolean): void {
    if (!this.knowledge.hold(certificate)) return;
    this.persist(certificate.view, { kind: "certificate", value: certificate });
    if (isNews) this.broadcast({ kind: "certificate", certificate });
  }

  /** Where we are: the certificate by which we entered our view, and the best finalization. */
  best(): readonly Certificate[] {
    const entered = this.knowledge.views.find(asView(this.view - 1))?.certificates ?? {};
    const way = entered.notarization ?? entered.nullification;
    const final = this.knowledge.bestFinalization;
    return [way, final].filter((each) => each !== undefined);
  }
}
