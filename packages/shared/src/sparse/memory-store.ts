// A store in memory: for tests, the simulator, and maps that are rebuilt at every start.

import type { SparseStore, StoreBatch, StoreRange, StoreRecord } from "./store.ts";

export class MemoryStore implements SparseStore {
  readonly #records = new Map<string, Uint8Array>();
  /** Keys in order, deleted ones among them, but for those of `#added`. */
  #sorted: string[] = [];
  #added: string[] = [];

  get size(): number {
    return this.#records.size;
  }

  async read(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    return keys.map((key) => this.#records.get(textOf(key)));
  }

  async list({ from, until, countMax, isReverse }: StoreRange): Promise<readonly StoreRecord[]> {
    this.#sort();
    const start = firstNotBelow(this.#sorted, textOf(from));
    const end = firstNotBelow(this.#sorted, textOf(until));
    const found: StoreRecord[] = [];
    for (let i = 0; i < end - start && found.length < countMax; i++) {
      const key = this.#sorted[isReverse ? end - 1 - i : start + i] as string;
      const value = this.#records.get(key);
      if (value !== undefined) found.push({ key: bytesOf(key), value });
    }
    return found;
  }

  write({ puts, deletes }: StoreBatch): void {
    for (const key of deletes) this.#records.delete(textOf(key));
    for (const { key, value } of puts) {
      const text = textOf(key);
      this.#records.set(text, value);
      this.#added.push(text);
    }
  }

  #sort(): void {
    if (this.#added.length === 0) return;
    const keys = [...this.#sorted, ...this.#added].filter((key) => this.#records.has(key)).sort();
    this.#sorted = keys.filter((key, i) => i === 0 || key !== keys[i - 1]);
    this.#added = [];
  }
}

/** One character for each byte, so that texts are in the order of bytes. Four at a time are fastest. */
function textOf(bytes: Uint8Array): string {
  let text = "";
  let i = 0;
  for (; i + 4 <= bytes.length; i += 4) {
    const [a, b, c, d] = [bytes[i], bytes[i + 1], bytes[i + 2], bytes[i + 3]] as [number, number, number, number];
    text += String.fromCharCode(a, b, c, d);
  }
  for (; i < bytes.length; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function firstNotBelow(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
