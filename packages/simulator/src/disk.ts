// One instance's disk: a journal and a keyed archive, and the writes that are not durable yet. Writes become durable
// together (`commit`) or, at a crash, as far as chance has it: a first part of them, never one without those before.

import type { DiskContents } from "./process.ts";
import type { Random } from "./random.ts";

type Write =
  | { readonly kind: "record"; readonly record: Uint8Array; readonly group: number }
  | { readonly kind: "archive"; readonly key: number; readonly value: unknown; readonly bytes: number }
  | { readonly kind: "prune"; readonly belowGroup: number };

export interface Crash {
  readonly survived: number;
  readonly lost: number;
  readonly isTorn: boolean;
}

export class Disk {
  readonly #archive = new Map<number, unknown>();
  #records: Uint8Array[] = [];
  #groups: number[] = [];
  #writes: Write[] = [];
  #bytes = 0;
  /** What a torn write left of its record, until the next boot has seen it. */
  #torn: Uint8Array | undefined;

  /** Bytes of the writes that are not durable yet. */
  get pendingBytes(): number {
    return this.#bytes;
  }

  append(record: Uint8Array, group: number): void {
    this.#writes.push({ kind: "record", record, group });
    this.#bytes += record.length;
  }

  archive(key: number, value: unknown, bytes: number): void {
    this.#writes.push({ kind: "archive", key, value, bytes });
    this.#bytes += bytes;
  }

  prune(belowGroup: number): void {
    this.#writes.push({ kind: "prune", belowGroup });
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
    if (isTorn) this.#torn = first.record.slice(0, random.below(first.record.length));
    this.#forget();
    return { survived, lost: writes.length - survived, isTorn };
  }

  /** For a boot. A torn record is seen once, and then cut off. */
  read(): DiskContents {
    const journal = this.#torn === undefined ? [...this.#records] : [...this.#records, this.#torn];
    this.#torn = undefined;
    return { journal, archive: this.#archive };
  }

  #forget(): void {
    this.#writes = [];
    this.#bytes = 0;
  }

  #apply(write: Write): void {
    switch (write.kind) {
      case "record":
        this.#records.push(write.record);
        this.#groups.push(write.group);
        return;
      case "archive":
        this.#archive.set(write.key, write.value);
        return;
      case "prune":
        this.#records = this.#records.filter((_, index) => (this.#groups[index] as number) >= write.belowGroup);
        this.#groups = this.#groups.filter((group) => group >= write.belowGroup);
    }
  }
}
