// What habits did, counted where honest nodes felt it. A bad message is marked by whoever makes it, and counted by
// the honest node that hears it; what was kept back is counted at the honest node that has to do without.

import { type Certificate, type Root, toHex, type View, type Vote } from "@tandem/shared";
import type { Instance, Seat } from "@tandem/simulator";
import type { LabMessage } from "../nodes/words.ts";
import { blockRules } from "../payload/block.ts";
import type { HabitName } from "./index.ts";

export interface LedgerOptions {
  /** By instance. */
  readonly seats: readonly Seat[];
  readonly silent: ReadonlySet<Seat>;
  readonly twins: ReadonlySet<Seat>;
  leaderOf(view: View): Seat;
  /** Of another ledger, that counts for both. */
  readonly counts?: Map<HabitName, number>;
}

export class Ledger {
  readonly #options: LedgerOptions;
  readonly #counts: Map<HabitName, number>;
  readonly #marks = new WeakMap<LabMessage, readonly HabitName[]>();
  /** The view whose timers each instance started last. */
  readonly #views: number[];
  /** Blocks and blobs kept from a seat, and votes of a signer kept from a seat. */
  readonly #withheld = new Set<string>();
  readonly #withheldBlobs = new Set<string>();
  readonly #keptBack = new Map<string, Seat>();
  /** What each victim heard first of the twins, by what they must say only once. */
  readonly #twinWords = new Map<string, string>();

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#counts = options.counts ?? new Map();
    this.#views = Array.from({ length: options.seats.length }, () => 0);
  }

  get counts(): Map<HabitName, number> {
    return this.#counts;
  }

  viewOf(instance: Instance): number {
    return this.#views[instance] as number;
  }

  /** `original` is what the message was made from, which may be marked by another habit. */
  mark<Message extends LabMessage>(habit: HabitName, message: Message, original?: LabMessage): Message {
    const before = original === undefined ? undefined : this.#marks.get(original);
    this.#marks.set(message, [...(before ?? []), habit]);
    return message;
  }

  withhold(from: Seat, root: Root): void {
    this.#withheld.add(`${from} ${toHex(root)}`);
  }

  withholdBlob(from: Seat, root: Root): void {
    this.#withheldBlobs.add(`${from} ${toHex(root)}`);
  }

  keepBack(from: Seat, signer: Seat, { kind, view }: Vote): void {
    this.#keptBack.set(`${from} ${kind} ${view}`, signer);
  }

  /** What no message shows: whoever kept something back knows who has to do without. */
  feel(habit: HabitName): void {
    this.#count(habit);
  }

  onView(instance: Instance, view: number): void {
    this.#views[instance] = view;
  }

  /** An honest node heard this. */
  onReceived(victim: Instance, from: Seat, message: LabMessage): void {
    for (const habit of this.#marks.get(message) ?? [])
      if (habit !== "late" || this.#isPast(victim, message)) this.#count(habit);
    if (message.kind === "certificate" && this.#keptBack.size > 0) this.#onCertificate(victim, message.certificate);
    if (this.#options.twins.has(from)) this.#onTwin(victim, from, message);
  }

  /** An honest node says this. */
  onSent(victim: Instance, message: LabMessage): void {
    const { silent, leaderOf } = this.#options;
    if (message.kind === "vote" && message.vote.kind === "nullify" && silent.has(leaderOf(message.vote.view)))
      this.#count("silent");
    if (message.kind === "want") this.#onWant(victim, message.roots);
    if (message.kind !== "request" || message.request.kind !== "block" || this.#withheld.size === 0) return;
    if (this.#withheld.has(`${this.#options.seats[victim]} ${toHex(message.request.root)}`)) this.#count("withholding");
  }

  #onWant(victim: Instance, roots: readonly Root[]): void {
    if (this.#withheldBlobs.size === 0) return;
    const seat = this.#options.seats[victim];
    if (roots.some((root) => this.#withheldBlobs.has(`${seat} ${toHex(root)}`))) this.#count("withheld-blobs");
  }

  #isPast(victim: Instance, message: LabMessage): boolean {
    const view = message.kind === "vote" ? message.vote.view : viewOfOther(message);
    return view < this.viewOf(victim);
  }

  #onCertificate(victim: Instance, { kind, view, bitmap }: Certificate): void {
    const vote = kind === "notarization" ? "notarize" : kind === "nullification" ? "nullify" : "finalize";
    const signer = this.#keptBack.get(`${this.#options.seats[victim]} ${vote} ${view}`);
    if (signer !== undefined && bitmap[signer]) this.#count("selective");
  }

  /** Both twins spoke to this node, and contradicted each other in one view. */
  #onTwin(victim: Instance, twin: Seat, message: LabMessage): void {
    if (message.kind === "proposal") {
      const { view, root } = blockRules.infoOf(message.proposal.block);
      this.#onTwinWord(`${victim} ${twin} notarize ${view}`, toHex(root));
    } else if (message.kind === "vote") {
      const { kind, view, block } = message.vote;
      // S5: nullify and finalize contradict each other.
      const name = kind === "notarize" ? kind : "last";
      this.#onTwinWord(`${victim} ${twin} ${name} ${view}`, toHex(block));
    }
  }

  #onTwinWord(key: string, word: string): void {
    const before = this.#twinWords.get(key);
    if (before === undefined) this.#twinWords.set(key, word);
    else if (before !== word) this.#count("twins");
  }

  #count(habit: HabitName): void {
    this.#counts.set(habit, (this.#counts.get(habit) ?? 0) + 1);
  }
}

function viewOfOther(message: LabMessage): number {
  if (message.kind === "proposal") return message.proposal.block.header.view;
  if (message.kind === "certificate") return message.certificate.view;
  return Number.POSITIVE_INFINITY;
}
