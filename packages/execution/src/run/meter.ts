// P7: metering. Units are whole numbers; one is about ten nanoseconds of a core. What is charged follows from the call
// and the state alone, never from how a machine holds them, and is charged before the work is done, or before what it
// made is kept. What leaves a step (its outcome, its writes) costs more: it travels in claims and is kept and hashed,
// so these prices also bound the bytes of a round (R4).

import { type Budget, HostFault, limits, type Meter } from "@tandem/shared";

export const costs = {
  /** A call: each place of its outcome, one in its own claim and one for each node that is given it. */
  place: limits.placeCost,
  /** A pure step, whoever computes it. */
  pure: 1_000,
  /** Each byte of an argument as it is delivered, and of a pure step's outcome. */
  byte: 1,
  /** Reading a key: a path through a map of a million keys, and its place in a witness (C2). */
  get: 8_000,
  /** Each byte of the value found, likewise. */
  foundByte: 16,
  /** Setting or deleting a key, ending a contract: a place in claims. */
  write: limits.placeCost,
  /** Each byte of a key and value written, and of a call's outcome in each of its places. */
  keptByte: limits.byteCost,
} as const;

export class StepMeter implements Meter {
  #left: number;
  #fault: HostFault | undefined;

  constructor(budget: Budget) {
    this.#left = budget;
  }

  /** Why the step is `Nothing`, whatever its code returns. */
  get fault(): HostFault | undefined {
    return this.#fault;
  }

  charge(units: number): void {
    this.check();
    if (!Number.isSafeInteger(units) || units < 0) this.fail("trapped", `a charge of ${units} units`);
    if (units > this.#left) this.fail("budget", "the step's budget is used up");
    this.#left -= units;
  }

  /** Throws the first fault again, so that code which caught it gains nothing. */
  check(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }

  fail(why: HostFault["why"], message: string): never {
    this.#fault ??= new HostFault(why, message);
    throw this.#fault;
  }
}
