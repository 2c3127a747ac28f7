// Checked arithmetic and comparison of integers. What has no result among integers (P8) is refused, never rounded or wrapped.

import { integerMax, integerMin, type Meter, type Reply, success } from "@tandem/shared";
import { pureFunction, refuse } from "../support/method.ts";
import { integer } from "../support/shapes.ts";

/** Units of one operation on integers of 256 bits: the slowest, a division, takes less. */
const operationUnits = 30;

function within(result: bigint): Reply {
  if (result >= integerMin && result <= integerMax) return success(result);
  return refuse("out-of-range", "The result is no integer of 256 bits.");
}

function operation(name: string, run: (a: bigint, b: bigint) => Reply) {
  return pureFunction(name, [integer, integer], (meter: Meter, a, b) => {
    meter.charge(operationUnits);
    return run(a, b);
  });
}

function division(name: string, run: (a: bigint, b: bigint) => bigint) {
  return operation(name, (a, b) => (b === 0n ? refuse("by-zero", "Nothing is divided by zero.") : within(run(a, b))));
}

function ascending(a: bigint, b: bigint) {
  return a <= b ? ([a, b] as const) : ([b, a] as const);
}

export const add = operation("add", (a, b) => within(a + b));
export const subtract = operation("subtract", (a, b) => within(a - b));
export const multiply = operation("multiply", (a, b) => within(a * b));
/** Towards zero. */
export const divide = division("divide", (a, b) => a / b);
/** What `divide` leaves: it has the sign of what is divided. */
export const remainder = division("remainder", (a, b) => a % b);
export const min = operation("min", (a, b) => success(ascending(a, b)[0]));
export const max = operation("max", (a, b) => success(ascending(a, b)[1]));
export const less = operation("less", (a, b) => success(a < b));
export const atMost = operation("at-most", (a, b) => success(a <= b));
