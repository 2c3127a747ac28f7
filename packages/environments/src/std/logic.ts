// Truth, and what follows from it. All arguments are there before a function runs, so nothing is cut short: a choice
// takes one of two values that both exist. What goes on where a step came to `Nothing` is `or`, of the program (P3).

import { equalValues, success } from "@tandem/shared";
import { pureFunction, refuse } from "../support/method.ts";
import { anything, truth } from "../support/shapes.ts";
import { chargeFor } from "./bounds.ts";

export const not = pureFunction("not", [truth], (_, a) => success(!a));
export const and = pureFunction("and", [truth, truth], (_, a, b) => success(a && b));
export const or = pureFunction("or", [truth, truth], (_, a, b) => success(a || b));

/** Of any two values. */
export const equal = pureFunction("equal", [anything, anything], (meter, a, b) => {
  chargeFor(meter, a, b);
  return success(equalValues(a, b));
});

/** The second argument if the first is true, else the third. */
export const choose = pureFunction("choose", [truth, anything, anything], (_, first, a, b) => success(first ? a : b));

/** The value if the condition is true; else this is `Nothing`, and whoever uses it does not run. */
export const when = pureFunction("when", [truth, anything], (_, holds, value) =>
  holds ? success(value) : refuse("not-so", "The condition does not hold."),
);
