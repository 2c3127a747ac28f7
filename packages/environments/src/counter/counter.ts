// The smallest environment: a total that anyone may add to, read, reset or close for ever.
//
// - It is created with the integer that it begins at.
// - `add(n)` replies with the new total; `read()` with the total. Both need one key, `total`.
// - `reset()` goes back to zero, and `close()` ends the contract (P10). They take the whole contract and reply with
//   the total that there was.

import { type Environment, type Footprint, type Host, integerMax, integerMin, success, utf8 } from "@tandem/shared";
import { footprintOf, wholeFootprint } from "../support/keys.ts";
import { environmentOf, method, refuse, wholeMethod } from "../support/method.ts";
import { integer } from "../support/shapes.ts";

export const counterKeys = { total: utf8("total") } as const;

const { total } = counterKeys;

export const counterFootprints = {
  create: (): Footprint => wholeFootprint,
  add: (): Footprint => footprintOf({ writes: [total] }),
  read: (): Footprint => footprintOf({ reads: [total] }),
  reset: (): Footprint => wholeFootprint,
  close: (): Footprint => wholeFootprint,
} as const;

function totalOf(host: Host): bigint {
  return (host.get(total) ?? 0n) as bigint;
}

const add = method([integer], (_, host, added) => {
  const sum = totalOf(host) + added;
  if (sum < integerMin || sum > integerMax) return refuse("out-of-range", "The total would be no integer of 256 bits.");
  host.set(total, sum);
  return success(sum);
});

const reset = wholeMethod([], (_, host) => {
  const before = totalOf(host);
  host.set(total, 0n);
  return success(before);
});

const close = wholeMethod([], (_, host) => {
  const before = totalOf(host);
  host.end();
  return success(before);
});

export const counter: Environment = environmentOf(
  "counter",
  {
    config: integer,
    create(_, host, start) {
      host.set(total, start);
      return success(start);
    },
  },
  { add, read: method([], (_, host) => success(totalOf(host))), reset, close },
);
