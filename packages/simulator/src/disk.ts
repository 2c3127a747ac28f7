// One instance's disk: two journals and a keyed archive, and the writes that are not durable yet. Writes become durable
// together (`commit`) or, at a crash, as far as chance has it: a first part of them, never one without those before.

import type { DiskContents, JournalNumber } from "./process.ts";
import type { Random } from "./random.ts";

type Write =
  | { readonly kind: "record"; readonly journal: JournalNumber; readonly record: Uint8Array; readonly group: number }
  | { readonly kind: "archive"; readonly key: number; readonly value: unknown; readonly bytes: number }
  | { readonly kind: "prune"; readonly journal: JournalNumber; readonly belowGroup: number };

interface GroupedRecord {
  readonly record: Uint8Array;
  readonly group: number;
}

export interface Crash {
  readonly survived: number;
  readonly lost: number;
  readonly isTorn: boolean;
}

export class Disk {
  #archive = new Map<number, unknown>();
  readonly #journals: [GroupedRecord[], GroupedRecord[]] = [[], []];
  #writes: Write[] = [];
  #bytes = 0;
  #losses = 0;
  /** What a torn write left of its record, until the next boot has seen it. */
  #torn: { readonly journal: JournalNumber; readonly part: Uint8Array } | undefined;

  /** Bytes of the writes that are not durable yet. */
  get pendingBytes(): number {
    return this.#bytes;
  }

  append(record: Uint8Array, group: number, journal: JournalNumber = 0): void {
    this.#writes.push({ kind: "record", journal, record, group });
    this.#bytes += record.length;
  }

  archive(key: number, value: unknown, bytes: number): void {
    this.#writes.push({ kind: "archive", key, value, bytes });
    this.#bytes += bytes;
  }

  prune(belowGroup: number, journal: JournalNumber = 0): void {
    this.#writes.push({ kind: "prune", journal, belowGroup });
  }

  commit(): void {
    for (const write of this.#writes) this.#apply(write);
    this.#forget();
  }

  crash(random: Random, tornPpm: number): Crash {
    const writes = this.#writes;
    const survived = random.below(writes.length + 1);
    for (let i = 0; i < survived; i++) this.#apply(writes[i] as Write);
    const first = writes[survived];
    const isTorn = first?.kind === "record" && first.record.length > 0 && random.chance(tornPpm);
    if (isTorn) this.#torn = { journal: first.journal, part: first.record.slice(0, random.below(first.record.length)) };
    this.#forget();
    return { survived, lost: writes.length - survived, isTorn };
  }

  /** Of whoever is down: nothing is under way. */
  loseArchive(): void {
    this.#archive = new Map();
    this.#losses++;
  }

  /** For a boot. A torn record is seen once, and then cut off. */
  read(): DiskContents {
    const journals = [this.#readJournal(0), this.#readJournal(1)] as const;
    this.#torn = undefined;
    return { journals, archive: this.#archive, losses: this.#losses };
  }

  #readJournal(journal: JournalNumber): readonly Uint8Array[] {
    const records = this.#journals[journal].map(({ record }) => record);
    return this.#torn?.journal === journal ? [...records, this.#torn.part] : records;
  }

  #forget(): void {
    this.#writes = [];
    this.#bytes = 0;
  }

  #apply(write: Write): void {
    switch (write.kind) {
      case "record":
        this.#journals[write.journal].push({ record: write.record, group: write.group });
        return;
      case "archive":
        this.#archive.set(write.key, write.value);
        return;
      case "prune":
        this.#journals[write.journal] = this.#journals[write.journal].filter(({ group }) => group >= write.belowGroup);
    }
  }
}
