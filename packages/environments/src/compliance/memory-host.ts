// A host in memory, for one call: it holds the footprint and the budget, charges what an executor charges (P7), keeps
// what the call sets apart from the state, and hands out everything decoded afresh. It says what was touched.

import {
  costs,
  decodeValue,
  encodeValue,
  equalBytes,
  type Footprint,
  type Host,
  HostFault,
  isCount,
  limits,
  toHex,
  tryEncodeValue,
  type Value,
} from "@tandem/shared";
import { keyWords } from "@tandem/shared/compliance";

/** Canonical encodings by the key in hexadecimal. */
export type MemoryState = ReadonlyMap<string, Uint8Array>;

export class MemoryHost implements Host {
  spent: number;
  /** What the environment charged for its own work, and whether it did before it used the state. */
  charged = 0;
  chargedFirst = false;
  fault: HostFault | undefined;
  usesAfterFault = 0;
  ended = false;
  readonly touched = new Set<string>();
  readonly written = new Map<string, Uint8Array | undefined>();
  private readonly handed: (readonly [value: Value, encoded: Uint8Array])[] = [];
  private readonly state: MemoryState;
  private readonly footprint: Footprint;
  private readonly budget: number;

  /** `spent` is what the call has paid before it runs. */
  constructor(state: MemoryState, footprint: Footprint, budget: number, spent = 0) {
    this.spent = spent;
    this.state = state;
    this.footprint = footprint;
    this.budget = budget;
  }

  charge(units: number): void {
    this.enter();
    if (!isCount(units)) this.stop("trapped", `${units} are no units`);
    if (this.touched.size === 0) this.chargedFirst = true;
    this.charged += units;
    this.spend(units);
  }

  get(key: Uint8Array): Value | undefined {
    const name = this.enterKey(key);
    this.touch(name, key, false);
    this.spend(costs.get);
    const encoded = this.written.has(name) ? this.written.get(name) : this.state.get(name);
    if (encoded === undefined) return undefined;
    this.spend(costs.foundByte * encoded.length);
    return this.handOut(encoded);
  }

  set(key: Uint8Array, value: Value): void {
    const name = this.enterKey(key);
    this.touch(name, key, true);
    this.spend(costs.write + costs.keptByte * key.length);
    const encoded = tryEncodeValue(value);
    if (!encoded.ok) return this.stop("trapped", encoded.error.message);
    this.spend(costs.keptByte * encoded.value.length);
    this.written.set(name, encoded.value);
  }

  delete(key: Uint8Array): void {
    const name = this.enterKey(key);
    this.touch(name, key, true);
    this.spend(costs.write + costs.keptByte * key.length);
    this.written.set(name, undefined);
  }

  end(): void {
    this.enter();
    if (this.footprint.kind !== "whole")
      this.stop("footprint", "ends the contract, and its footprint does not take the whole of it");
    this.spend(costs.write);
    this.ended = true;
  }

  /** A value of the state or an argument, decoded for this call alone. */
  handOut(encoded: Uint8Array): Value {
    const decoded = decodeValue(encoded);
    if (!decoded.ok) return this.stop("trapped", decoded.error.message);
    this.handed.push([decoded.value, encoded]);
    return decoded.value;
  }

  /** Whether something that was handed out is not what it was. */
  wasChanged(): boolean {
    return this.handed.some(([value, encoded]) => {
      const again = tryEncodeValue(value);
      return !again.ok || !equalBytes(again.value, encoded);
    });
  }

  /** The state as the call leaves it, if it has effects. */
  after(): MemoryState {
    const after = new Map(this.state);
    for (const [name, encoded] of this.written) {
      if (encoded === undefined) after.delete(name);
      else after.set(name, encoded);
    }
    return after;
  }

  /** The outcome's place is paid for like what the call did. */
  payFor(outcome: Value): void {
    this.enter();
    this.spend(costs.keptByte * encodeValue(outcome).length);
  }

  private enter(): void {
    if (this.fault === undefined) return;
    this.usesAfterFault++;
    throw this.fault;
  }

  private enterKey(key: Uint8Array): string {
    this.enter();
    const isKey = key instanceof Uint8Array && key.length > 0 && key.length <= limits.keyBytesMax;
    return isKey ? toHex(key) : this.stop("trapped", `names a key that is none: 1 to ${limits.keyBytesMax} bytes`);
  }

  private touch(name: string, key: Uint8Array, writing: boolean): void {
    const isNew = !this.touched.has(name);
    this.touched.add(name);
    if (this.footprint.kind === "whole") {
      if (this.touched.size > limits.footprintKeysMax)
        this.stop("footprint", `touches more than the ${limits.footprintKeysMax} keys that a footprint can name`);
      if (isNew) this.spend(costs.key);
      return;
    }
    const { reads, writes } = this.footprint;
    const allowed = writing ? writes : [...reads, ...writes];
    if (allowed.some((each) => equalBytes(each, key))) return;
    const isRead = writing && reads.some((each) => equalBytes(each, key));
    const where = isRead ? "which its footprint only reads" : "outside its footprint";
    this.stop("footprint", `${writing ? "writes" : "reads"} ${keyWords(key)}, ${where}`);
  }

  private spend(units: number): void {
    this.spent += units;
    if (this.spent > this.budget) this.stop("budget", `${this.spent} where ${this.budget} are allowed`);
  }

  private stop(why: HostFault["why"], message: string): never {
    this.fault = new HostFault(why, message);
    throw this.fault;
  }
}
