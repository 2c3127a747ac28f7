// What happened, in words, for whoever asks for it: a run that failed is run again with a timeline.

import type { Instance } from "./process.ts";

export type TimelineKind =
  | "boot"
  | "deliver"
  | "drop"
  | "timer"
  | "answer"
  | "given"
  | "write"
  | "durable"
  | "observe"
  | "fault"
  | "heal"
  | "violation";

export interface TimelineEntry {
  readonly timeUs: number;
  readonly kind: TimelineKind;
  /** Where it happened; nowhere in particular is -1. */
  readonly instance: Instance;
  /** The sender, of messages. */
  readonly from?: Instance;
  readonly what: string;
}

/** What is left out is not filtered by. What happened nowhere in particular is at every instance. */
export interface TimelineFilter {
  /** Where it happened, or who sent it. */
  readonly instances?: readonly Instance[];
  readonly kinds?: readonly TimelineKind[];
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** Keeps the last entries that pass, in order. */
export class Timeline {
  readonly #filter: TimelineFilter;
  readonly #entriesMax: number;
  #entries: TimelineEntry[] = [];
  #forgotten = 0;

  constructor(filter: TimelineFilter = {}, entriesMax = 100_000) {
    this.#filter = filter;
    this.#entriesMax = entriesMax;
  }

  get entries(): readonly TimelineEntry[] {
    return this.#entries.slice(-this.#entriesMax);
  }

  /** Entries that passed and are not kept. */
  get forgotten(): number {
    return this.#forgotten + this.#entries.length - this.entries.length;
  }

  add(entry: TimelineEntry): void {
    if (!passes(entry, this.#filter)) return;
    this.#entries.push(entry);
    // Dropped in large pieces, so that an entry costs the same however many came before.
    if (this.#entries.length < 2 * this.#entriesMax) return;
    this.#entries = this.#entries.slice(-this.#entriesMax);
    this.#forgotten += this.#entriesMax;
  }

  /** One line for each entry. */
  format(): string {
    return this.entries.map(formatEntry).join("\n");
  }
}

function passes(entry: TimelineEntry, { instances, kinds, fromMs, toMs }: TimelineFilter): boolean {
  if (kinds !== undefined && !kinds.includes(entry.kind)) return false;
  if (fromMs !== undefined && entry.timeUs < fromMs * 1000) return false;
  if (toMs !== undefined && entry.timeUs > toMs * 1000) return false;
  if (instances === undefined || entry.instance < 0) return true;
  return instances.includes(entry.instance) || (entry.from !== undefined && instances.includes(entry.from));
}

/** `  1234.567 ms  3  deliver    from 1: vote…` */
export function formatEntry({ timeUs, kind, instance, from, what }: TimelineEntry): string {
  const ms = `${Math.floor(timeUs / 1000)}.${String(timeUs % 1000).padStart(3, "0")}`;
  const place = instance < 0 ? "-" : String(instance);
  const sender = from === undefined ? "" : `from ${from}: `;
  return `${ms.padStart(10)} ms  ${place.padStart(3)}  ${kind.padEnd(9)}  ${sender}${what}`;
}
