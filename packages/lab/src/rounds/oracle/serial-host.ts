// One call's host in the oracle, with the prices and the limits of P6 and P7 once more, as numbers.

import {
  compareBytes,
  decodeValue,
  type Footprint,
  type Host,
  HostFault,
  type Meter,
  toHex,
  tryEncodeValue,
  type Value,
} from "@tandem/shared";

export const prices = {
  place: 160 * 64,
  byteKept: 64,
  byteGiven: 1,
  key: 8000,
  read: 500,
  byteRead: 16,
  pureStep: 1000,
} as const;

const wholeKeysMax = 256;
const keyBytesMax = 128;

export class SerialMeter implements Meter {
  left: number;
  fault: HostFault | undefined;

  constructor(budget: number) {
    this.left = budget;
  }

  charge(units: number): void {
    this.again();
    if (!Number.isSafeInteger(units) || units < 0) this.break("trapped");
    if (units > this.left) this.break("budget");
    this.left -= units;
  }

  /** A fault is final. */
  again(): void {
    if (this.fault !== undefined) throw this.fault;
  }

  break(why: HostFault["why"]): never {
    this.fault ??= new HostFault(why, "");
    throw this.fault;
  }
}

/** By key in hexadecimal; nothing where it is deleted. */
export type Writes = ReadonlyMap<string, Uint8Array | undefined>;

export class SerialHost extends SerialMeter implements Host {
  readonly writes = new Map<string, Uint8Array | undefined>();
  isEnded = false;
  readonly #state: ReadonlyMap<string, Uint8Array>;
  readonly #footprint: Footprint;
  readonly #touched = new Set<string>();

  constructor(budget: number, footprint: Footprint, state: ReadonlyMap<string, Uint8Array>) {
    super(budget);
    this.#footprint = footprint;
    this.#state = state;
  }

  get(key: Uint8Array): Value | undefined {
    const name = this.#named(key, false);
    this.charge(prices.read);
    const bytes = this.writes.has(name) ? this.writes.get(name) : this.#state.get(name);
    if (bytes === undefined) return undefined;
    this.charge(prices.byteRead * bytes.length);
    const decoded = decodeValue(bytes.slice());
    return decoded.ok ? decoded.value : undefined;
  }

  set(key: Uint8Array, value: Value): void {
    const name = this.#named(key, true);
    this.charge(prices.place + prices.byteKept * key.length);
    const encoded = tryEncodeValue(value);
    if (!encoded.ok) this.break("trapped");
    this.charge(prices.byteKept * encoded.value.length);
    this.writes.set(name, encoded.value);
  }

  delete(key: Uint8Array): void {
    const name = this.#named(key, true);
    this.charge(prices.place + prices.byteKept * key.length);
    this.writes.set(name, undefined);
  }

  end(): void {
    this.again();
    if (this.#footprint.kind === "keys") this.break("footprint");
    this.charge(prices.place);
    this.isEnded = true;
  }

  #named(key: Uint8Array, isWrite: boolean): string {
    this.again();
    if (!(key instanceof Uint8Array) || key.length === 0 || key.length > keyBytesMax) this.break("trapped");
    const name = toHex(key);
    if (this.#footprint.kind === "keys") {
      const { reads, writes } = this.#footprint;
      const allowed = isWrite ? writes : [...writes, ...reads];
      if (!allowed.some((each) => compareBytes(each, key) === 0)) this.break("footprint");
    } else if (!this.#touched.has(name)) {
      if (this.#touched.size === wholeKeysMax) this.break("footprint");
      this.charge(prices.key);
      this.#touched.add(name);
    }
    return name;
  }
}
