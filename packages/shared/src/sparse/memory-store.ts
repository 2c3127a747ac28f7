// A store in memory: for tests, the simulator, and maps that are rebuilt at every start. All records lie in one
// large array, with a table of where they begin, so that a million of them are no work for the garbage collector.
// It is good at reading by key; listing looks at every record.

import { assert } from "../assert.ts";
import { compareBytes } from "../bytes.ts";
import type { Records } from "./reading.ts";
import type { SparseStore, StoreBatch, StoreRange, StoreRecord } from "./store.ts";

/** Before the key: its length, and that of the value. */
const headBytes = 5;

/** Records one after the other. None is changed or moved, so what was read stays as it was. */
class RecordLog {
  #bytes: Uint8Array;
  #view: DataView;
  #end = headBytes;

  constructor(length: number) {
    this.#bytes = new Uint8Array(length);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#end;
  }

  /** Where the record begins, which is never below 2. */
  append(key: Uint8Array, value: Uint8Array): number {
    assert(key.length < 256, `a key of ${key.length} bytes`);
    const start = this.#end;
    const at = start + headBytes;
    this.#end = at + key.length + value.length;
    if (this.#end > this.#bytes.length) this.#grow(2 * this.#end);
    this.#view.setUint8(start, key.length);
    this.#view.setUint32(start + 1, value.length);
    this.#bytes.set(key, at);
    this.#bytes.set(value, at + key.length);
    return start;
  }

  #grow(length: number): void {
    assert(length < 2 ** 33, "a store in memory holds up to 4 GiB");
    const before = this.#bytes;
    this.#bytes = new Uint8Array(length);
    this.#bytes.set(before);
    this.#view = new DataView(this.#bytes.buffer);
  }

  lengthOf(start: number): number {
    return headBytes + this.#view.getUint8(start) + this.#view.getUint32(start + 1);
  }

  keyOf(start: number): Uint8Array {
    return this.#bytes.subarray(start + headBytes, this.#valueAt(start));
  }

  valueOf(start: number): Uint8Array {
    return this.#bytes.subarray(this.#valueAt(start), start + this.lengthOf(start));
  }

  #valueAt(start: number): number {
    return start + headBytes + this.#view.getUint8(start);
  }

  hasKey(start: number, key: Uint8Array): boolean {
    if (this.#bytes[start] !== key.length) return false;
    for (let i = 0; i < key.length; i++) if (this.#bytes[start + headBytes + i] !== key[i]) return false;
    return true;
  }
}

/** What a place in the table says instead of where a record begins. */
const free = 0;
const left = 1;

export class MemoryStore implements SparseStore {
  #records = new RecordLog(4096);
  #deadBytes = 0;
  /** A record's place is the one that the hash of its key gives, or the first after it that was free. */
  #table = new Uint32Array(64);
  #placesTaken = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  async read(keys: readonly Uint8Array[]): Promise<Records> {
    return this.readNow(keys);
  }

  readNow(keys: readonly Uint8Array[]): Records {
    return keys.map((key) => {
      const start = this.#table[this.#placeOf(key)] as number;
      return start === free ? undefined : this.#records.valueOf(start);
    });
  }

  async list({ from, until, countMax, isReverse }: StoreRange): Promise<readonly StoreRecord[]> {
    const found: StoreRecord[] = [];
    for (const start of this.#table) {
      if (start === free || start === left) continue;
      const key = this.#records.keyOf(start);
      if (compareBytes(key, from) < 0 || compareBytes(key, until) >= 0) continue;
      found.push({ key, value: this.#records.valueOf(start) });
    }
    found.sort((a, b) => (isReverse ? compareBytes(b.key, a.key) : compareBytes(a.key, b.key)));
    return found.slice(0, countMax);
  }

  write({ puts, deletes }: StoreBatch): void {
    for (const key of deletes) this.#delete(key);
    for (const { key, value } of puts) this.#put(key, value);
    if (2 * this.#deadBytes > this.#records.length) this.#rebuild();
  }

  #put(key: Uint8Array, value: Uint8Array): void {
    const place = this.#placeOf(key);
    const start = this.#table[place] as number;
    this.#table[place] = this.#records.append(key, value);
    if (start !== free) {
      this.#deadBytes += this.#records.lengthOf(start);
      return;
    }
    this.#size++;
    this.#placesTaken++;
    if (2 * this.#placesTaken > this.#table.length) this.#rebuild();
  }

  #delete(key: Uint8Array): void {
    const place = this.#placeOf(key);
    const start = this.#table[place] as number;
    if (start === free) return;
    this.#table[place] = left;
    this.#deadBytes += this.#records.lengthOf(start);
    this.#size--;
  }

  /** The place of the record with this key, or the free one where it would be. */
  #placeOf(key: Uint8Array): number {
    const mask = this.#table.length - 1;
    for (let place = hashOf(key) & mask; ; place = (place + 1) & mask) {
      const start = this.#table[place] as number;
      if (start === free || (start !== left && this.#records.hasKey(start, key))) return place;
    }
  }

  /** Everything anew, without what is dead, and with room to grow. */
  #rebuild(): void {
    const [table, records] = [this.#table, this.#records];
    this.#table = new Uint32Array(2 ** (32 - Math.clz32(4 * Math.max(16, this.#size) - 1)));
    this.#records = new RecordLog(2 * (records.length - this.#deadBytes));
    this.#deadBytes = 0;
    this.#placesTaken = 0;
    this.#size = 0;
    for (const start of table) if (start > left) this.#put(records.keyOf(start), records.valueOf(start));
  }
}

/** FNV-1a, and then the high bits brought down. */
function hashOf(key: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ (key[i] as number), 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
