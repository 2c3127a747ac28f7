// P7: the meter of one step. It counts units down, and once it has failed the step it fails whatever comes after.

import { type Budget, HostFault, type Meter } from "@tandem/shared";

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
