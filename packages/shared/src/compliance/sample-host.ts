// A host for sample calls. It keeps the footprint and the budget, says what was done through it, and sees
// whether what it handed out was changed. Its prices are its own; an executor has others.

import { equalBytes, toHex } from "../bytes.ts";
import { type Host, HostFault } from "../environment.ts";
import { limits } from "../limits.ts";
import { isCount } from "../numbers.ts";
import type { Footprint } from "../programs/program.ts";
import { decodeValue } from "../values/decode.ts";
import { encodeValue, tryEncodeValue } from "../values/encode.ts";
import type { Value } from "../values/value.ts";
import { keyWords } from "./key-words.ts";

export type SampleState = readonly (readonly [key: Uint8Array, value: Value])[];

const operationPrice = 10;
const bytesPerUnit = 32;

export class SampleHost implements Host {
  /** What the environment charged for its own work. */
  charged = 0;
  /** With the host's own charges. */
  spent = 0;
  fault: HostFault | undefined;
  usesAfterFault = 0;
  ended = false;
  private readonly values = new Map<string, Uint8Array>();
  private readonly handed: (readonly [value: Value, encoded: Uint8Array])[] = [];
  private readonly footprint: Footprint;
  private readonly budget: number;

  constructor(state: SampleState, footprint: Footprint, budget: number) {
    for (const [key, value] of state) this.values.set(toHex(key), encodeValue(value));
    this.footprint = footprint;
    this.budget = budget;
  }

  charge(units: number): void {
    this.enter();
    if (!isCount(units)) this.stop("trapped", `a charge of ${units}`);
    this.charged += units;
    this.spend(units);
  }

  get(key: Uint8Array): Value | undefined {
    this.touch(key, false);
    const encoded = this.values.get(toHex(key));
    if (encoded === undefined) return undefined;
    this.spend(encoded.length / bytesPerUnit);
    const decoded = decodeValue(encoded);
    if (!decoded.ok) return this.stop("trapped", decoded.error.message);
    this.handed.push([decoded.value, encoded]);
    return decoded.value;
  }

  set(key: Uint8Array, value: Value): void {
    this.touch(key, true);
    const encoded = tryEncodeValue(value);
    const bytes = encoded.ok ? encoded.value : this.stop("trapped", encoded.error.message);
    this.spend(bytes.length / bytesPerUnit);
    this.values.set(toHex(key), bytes);
  }

  delete(key: Uint8Array): void {
    this.touch(key, true);
    this.values.delete(toHex(key));
  }

  end(): void {
    this.enter();
    this.spend(operationPrice);
    if (this.footprint.kind !== "whole") this.stop("footprint", "only who takes the whole contract ends it");
    this.ended = true;
  }

  /** All that a call did, as text. */
  summary(): string {
    const { charged, spent, ended } = this;
    const state = [...this.values].map(([key, value]) => `${key}=${toHex(value)}`).sort();
    return JSON.stringify({ charged, spent, ended, fault: this.fault?.why, state });
  }

  /** Whether something that `get` returned is not what it was. */
  wasChanged(): boolean {
    return this.handed.some(([value, encoded]) => {
      const again = tryEncodeValue(value);
      return !again.ok || !equalBytes(again.value, encoded);
    });
  }

  private touch(key: Uint8Array, writing: boolean): void {
    this.enter();
    this.spend(operationPrice);
    const isKey = key instanceof Uint8Array && key.length > 0 && key.length <= limits.keyBytesMax;
    if (!isKey) this.stop("trapped", "no key");
    if (this.footprint.kind === "whole") return;
    const { reads, writes } = this.footprint;
    const allowed = writing ? writes : [...reads, ...writes];
    if (allowed.some((each) => equalBytes(each, key))) return;
    this.stop("footprint", `${writing ? "writes" : "reads"} ${keyWords(key)}, which its footprint does not allow`);
  }

  private enter(): void {
    if (this.fault === undefined) return;
    this.usesAfterFault++;
    throw this.fault;
  }

  private spend(units: number): void {
    this.spent += Math.ceil(units);
    if (this.spent > this.budget) this.stop("budget", `over ${this.budget}`);
  }

  private stop(why: HostFault["why"], message: string): never {
    this.fault = new HostFault(why, message);
    throw this.fault;
  }
}
