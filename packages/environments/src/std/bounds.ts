// What functions of any values share: the charge for working through them, and a reply within the limits of values.

import { checkValue, limits, type Meter, type Reply, success, type Value } from "@tandem/shared";
import { refuse } from "../support/method.ts";
import { sizeOf } from "../support/size.ts";

/** Charges for working through all parts of these values. */
export function chargeFor(meter: Meter, ...values: readonly Value[]): void {
  for (const value of values) sizeOf(value, meter, limits.valueDepthMax);
}

/**
 * What was put together from values that were charged for. P8: beyond a limit it is refused; an executor would take
 * what is no value for a fault of ours.
 */
export function whole(made: Value): Reply {
  const problem = checkValue(made);
  return problem === undefined ? success(made) : refuse("too-large", `The result is no value: ${problem.message}.`);
}
