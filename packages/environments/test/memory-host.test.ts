// The host in memory names the fault that an executor names where a call is wrong in two ways at once: the one that stands
// first in the table of docs/programs.md ("Footprints"). `packages/execution/test/host-order.test.ts` holds that one to it.

import { costs, type Host, success, utf8, type Value } from "@tandem/shared";
import { expect, test } from "vitest";
import { MemoryContract } from "../src/compliance/index.ts";
import { footprintOf } from "../src/index.ts";
import { environmentOf } from "../src/support/method.ts";
import { nothing } from "../src/support/shapes.ts";

const [read, written, elsewhere] = [utf8("r"), utf8("w"), utf8("elsewhere")];
const noKey = new Uint8Array();
const noValue = 1.5 as unknown as Value;
const write = costs.write + costs.keptByte;

/** Why a call comes to nothing that has so many units left when it begins. */
function why(use: (host: Host) => unknown, left: number): string {
  const run = (_: unknown, host: Host) => {
    use(host);
    return success(null);
  };
  const create = () => success(null);
  const environment = environmentOf("own", { config: nothing, create }, { run: { whole: false, run } });
  const contract = new MemoryContract(environment, "a/own");
  contract.create(null);
  const footprint = footprintOf({ reads: [read], writes: [written] });
  const budget = costs.place + 2 * costs.key + left;
  const outcome = contract.call({ method: "run", payer: new Uint8Array(32), footprint, budget });
  return outcome.kind === "value" ? "a value" : outcome.why;
}

test.each<[what: string, use: (host: Host) => unknown, left: number, expected: string]>([
  ["no key, and nothing to pay with", (host) => host.get(noKey), 0, "trapped"],
  ["a key elsewhere, and nothing to pay with", (host) => host.get(elsewhere), 0, "footprint"],
  ["no value for a key that is only read", (host) => host.set(read, noValue), 1e6, "footprint"],
  ["no value, and too little for the write", (host) => host.set(written, noValue), write - 1, "budget"],
  ["no value, and enough for the write", (host) => host.set(written, noValue), write, "trapped"],
  ["a value, and enough for the write alone", (host) => host.set(written, 1n), write, "budget"],
  ["an end by keys, and nothing to pay with", (host) => host.end(), 0, "footprint"],
  ["a charge of no units, and nothing to pay with", (host) => host.charge(1e300), 0, "trapped"],
])("%s", (_, use, left, expected) => {
  expect(why(use, left)).toBe(expected);
});
