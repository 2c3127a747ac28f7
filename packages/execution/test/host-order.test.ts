// P3, P6, P7: where a call's use of its host is wrong in two ways at once, every executor names the same: the one that
// stands first in the table of docs/programs.md ("Footprints").

import { asBudget, type Budget, costs, type Host, success, type Value } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { anything, does, key, nothing, ownEnvironment, type Run } from "./support/environments.ts";
import { withEnvironment, yielded } from "./support/outcomes.ts";
import { call, keys, program } from "./support/programs.ts";

/** With so many units left when it begins: those beside the place of its outcome and its two keys. */
function ran(run: Run, left: number): Value | undefined {
  const budget: Budget = asBudget(costs.place + 2 * costs.key + left);
  const step = call("a/e", "run", [], keys(["r"], ["w"]), { budget });
  return yielded(withEnvironment(ownEnvironment({ run })), program([step]))[0];
}

const none = 0;
const plenty = 1_000_000;
const noKey = new Uint8Array();
const noValue = anything<Value>(1.5);
const tried = (use: (host: Host) => unknown) => (host: Host) => {
  try {
    use(host);
  } catch {
    // The environment goes on; the step does not.
  }
};
const outside = tried((host) => host.get(key("elsewhere")));

describe("the host looks", () => {
  test.each<[first: string, then: string, run: Run, left: number]>([
    ["for an earlier fault", "at the key", does(outside, (host) => host.get(noKey)), plenty],
    ["for an earlier fault", "at the units", does(outside, (host) => host.charge(-1)), plenty],
  ])("%s before it looks %s", (_first, _then, run, left) => {
    expect(ran(run, left)).toBe("footprint@0");
  });

  test.each<[what: string, use: (host: Host) => unknown]>([
    ["get", (host) => host.get(noKey)],
    ["set", (host) => host.set(noKey, 1n)],
    ["delete", (host) => host.delete(noKey)],
  ])("of %s at the key before it charges", (_, use) => {
    expect(ran(does(use), none)).toBe("trapped@0");
  });

  test.each<[what: string, use: (host: Host) => unknown]>([
    ["get", (host) => host.get(key("elsewhere"))],
    ["set", (host) => host.set(key("r"), 1n)],
    ["set of no value", (host) => host.set(key("r"), noValue)],
    ["delete", (host) => host.delete(key("r"))],
    ["end", (host) => host.end()],
  ])("of %s at the footprint before it charges", (_, use) => {
    expect(ran(does(use), none)).toBe("footprint@0");
  });

  test("of set at the value after it has charged the write, and before it charges its bytes", () => {
    const write = costs.write + costs.keptByte;
    const set = (value: Value) => does((host) => host.set(key("w"), value));
    expect(ran(set(noValue), write - 1)).toBe("budget@0");
    expect(ran(set(noValue), write)).toBe("trapped@0");
    expect(ran(set(1n), write)).toBe("budget@0");
  });

  test("at the units before it counts them", () => {
    const charge = (units: number) => does((host) => host.charge(units));
    expect(ran(charge(1e300), none)).toBe("trapped@0");
    expect(ran(charge(1), none)).toBe("budget@0");
  });

  test("at the outcome before it charges its bytes", () => {
    expect(ran(() => success(noValue), none)).toBe("trapped@0");
    expect(ran(() => nothing, none)).toBe("budget@0");
  });
});
