// P6, P9: the host of one call. It lets the call touch what its footprint names and nothing else, charges for what it
// does (P7), and keeps what the call changes until it is known whether the call has effects (P3).

import {
  costs,
  decodeValue,
  type Footprint,
  type Host,
  includesBytes,
  limits,
  tryEncodeValue,
  type Value,
} from "@tandem/shared";
import { keyText } from "../schedule/conflicts.ts";
import type { StepMeter } from "./meter.ts";
import { Changes, type StateView } from "./state.ts";

type KeyFootprint = Extract<Footprint, { kind: "keys" }>;

export class CallHost implements Host {
  readonly #meter: StepMeter;
  readonly #footprint: Footprint;
  readonly #view: StateView;
  readonly changes = new Changes();
  /** The call ended the contract. */
  isEnded = false;
  /** A key that it read and that was not fetched: the call is to be repeated when it is. */
  missing: Uint8Array | undefined;
  /** Of a call that takes the whole contract: the keys that it touched, as text. */
  readonly #touched = new Set<string>();

  constructor(meter: StepMeter, footprint: Footprint, view: StateView) {
    this.#meter = meter;
    this.#footprint = footprint;
    this.#view = view;
  }

  charge(units: number): void {
    this.#meter.charge(units);
  }

  get(key: Uint8Array): Value | undefined {
    const own = this.#keyOf(key, false);
    this.#meter.charge(costs.get);
    const value = this.#find(own, keyText(own));
    if (value === undefined) return undefined;
    this.#meter.charge(costs.foundByte * value.length);
    const decoded = decodeValue(value);
    // Only a state that was taken over from a committee of liars can hold such bytes.
    if (!decoded.ok) this.#meter.fail("trapped", "the state holds bytes that are no value");
    return decoded.value;
  }

  #find(key: Uint8Array, text: string): Uint8Array | undefined {
    const change = this.changes.of(text);
    if (change !== undefined) return change.value;
    const known = this.#view.get(key, text);
    if (known.kind === "known") return known.value;
    this.missing = key;
    this.#meter.fail("trapped", "the key was not fetched");
  }

  set(key: Uint8Array, value: Value): void {
    const own = this.#keyOf(key, true);
    this.#meter.charge(costs.write + costs.keptByte * own.length);
    const encoded = tryEncodeValue(value);
    if (!encoded.ok) this.#meter.fail("trapped", `no value: ${encoded.error.message}`);
    this.#meter.charge(costs.keptByte * encoded.value.length);
    this.changes.put({ key: own, value: encoded.value });
  }

  delete(key: Uint8Array): void {
    const own = this.#keyOf(key, true);
    this.#meter.charge(costs.write + costs.keptByte * own.length);
    this.changes.put({ key: own, value: undefined });
  }

  end(): void {
    this.#meter.check();
    if (this.#footprint.kind !== "whole") this.#meter.fail("footprint", "a contract is ended by who takes it whole");
    this.#meter.charge(costs.write);
    this.isEnded = true;
  }

  /** A copy of the key, if the call may touch it so. */
  #keyOf(key: unknown, isWritten: boolean): Uint8Array {
    this.#meter.check();
    const isKey = key instanceof Uint8Array && key.length > 0 && key.length <= limits.keyBytesMax;
    if (!isKey) this.#meter.fail("trapped", `a key has 1 to ${limits.keyBytesMax} bytes`);
    if (this.#footprint.kind === "whole") this.#takeKey(keyText(key));
    else if (!allows(this.#footprint, key, isWritten)) this.#meter.fail("footprint", "a key outside the footprint");
    return key.slice();
  }

  /**
   * Who takes the whole contract pays for each key when it first touches it, and touches no more than others can name:
   * each may have to be fetched by itself.
   */
  #takeKey(text: string): void {
    if (this.#touched.has(text)) return;
    if (this.#touched.size >= limits.footprintKeysMax) this.#meter.fail("footprint", "more keys than others can name");
    this.#meter.charge(costs.key);
    this.#touched.add(text);
  }
}

function allows({ reads, writes }: KeyFootprint, key: Uint8Array, isWritten: boolean): boolean {
  return includesBytes(writes, key) || (!isWritten && includesBytes(reads, key));
}
