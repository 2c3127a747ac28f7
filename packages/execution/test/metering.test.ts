// P7: what everything costs, to the unit. A budget that is exactly enough is enough, and one less is not.

import { asBudget, type Budget, type Footprint, success, type Value } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { anything, does, key, nothing, ownEnvironment, type Run } from "./support/environments.ts";
import { withEnvironment, yielded } from "./support/outcomes.ts";
import { call, keys, literal, program, pure, whole } from "./support/programs.ts";

const place = 10_240;
const kept = 64;

interface Row {
  readonly what: string;
  readonly run: Run;
  readonly args?: readonly Value[];
  readonly footprint?: Footprint;
  /** Units; the outcome `null` takes a byte. */
  readonly cost: number;
}

const bare = place + kept;
const long = "x".repeat(100);
const rows: readonly Row[] = [
  { what: "a call that does nothing", run: () => nothing, cost: bare },
  { what: "an argument of a byte", run: () => nothing, args: [1n], cost: bare + 1 },
  { what: "arguments of 102 and 3 bytes", run: () => nothing, args: [long, [1n, 2n]], cost: bare + 102 + 3 },
  { what: "an outcome of 102 bytes", run: () => success(long), cost: place + kept * 102 },
  { what: "its own work", run: does((host) => host.charge(123)), cost: bare + 123 },
  { what: "no work", run: does((host) => host.charge(0)), cost: bare },
  { what: "getting what is not there", run: does((host) => host.get(key("k"))), cost: bare + 8_000 },
  {
    what: "setting a key of 1 byte to a value of 1",
    run: does((host) => host.set(key("k"), 1n)),
    cost: bare + place + kept * 2,
  },
  {
    what: "setting a key of 3 bytes to a value of 102",
    run: does((host) => host.set(key("key"), long)),
    cost: bare + place + kept * 105,
  },
  {
    what: "setting it twice",
    run: does(
      (host) => host.set(key("k"), 1n),
      (host) => host.set(key("k"), 1n),
    ),
    cost: bare + 2 * (place + kept * 2),
  },
  {
    what: "getting what it set, of 102 bytes",
    run: does(
      (host) => host.set(key("k"), long),
      (host) => host.get(key("k")),
    ),
    cost: bare + place + kept * 103 + 8_000 + 16 * 102,
  },
  {
    what: "getting what it deleted",
    run: does(
      (host) => host.delete(key("k")),
      (host) => host.get(key("k")),
    ),
    cost: bare + place + kept + 8_000,
  },
  {
    what: "deleting a key of 3 bytes",
    run: does((host) => host.delete(key("key"))),
    cost: bare + place + kept * 3,
  },
  { what: "ending the contract", run: does((host) => host.end()), footprint: whole, cost: bare + place },
];

function spend({ run, args = [], footprint = keys([], ["k", "key"]) }: Row, budget: Budget): Value | undefined {
  const world = withEnvironment(ownEnvironment({ run }));
  return yielded(world, program([call("a/e", "run", args.map(literal), footprint, { budget })]))[0];
}

describe("P7: exact charges", () => {
  test.each(rows)("$what: $cost", (row) => {
    expect(spend(row, asBudget(row.cost))).not.toBe("budget@0");
    expect(spend(row, asBudget(row.cost - 1))).toBe("budget@0");
  });

  test("a value found in the state costs its bytes", () => {
    const environment = ownEnvironment({
      set: does((host) => host.set(key("k"), long)),
      get: does((host) => host.get(key("k"))),
    });
    const cost = bare + 8_000 + 16 * 102;
    const get = (budget: number) => call("a/e", "get", [], keys(["k"]), { budget: asBudget(budget) });
    const steps = [call("a/e", "set", [], keys([], ["k"])), get(cost), get(cost - 1)];
    expect(yielded(withEnvironment(environment), program(steps))).toEqual([null, null, "budget@2"]);
  });

  test("an outcome pays a place and its bytes for each node that is given it, directly or through pure steps", () => {
    const environment = ownEnvironment({ run: () => nothing, take: () => nothing });
    const take = (at: string, ...args: readonly number[]) => call(at, "take", args, keys([]));
    const cost = 3 * (place + kept);
    const steps = (budget: number) => [
      call("a/e", "run", [], keys([]), { budget: asBudget(budget) }),
      pure("unknown", [0]),
      take("a/e", 0, 0),
      take("a/e", 1),
    ];
    expect(yielded(withEnvironment(environment), program(steps(cost)))[0]).toBe(null);
    expect(yielded(withEnvironment(environment), program(steps(cost - 1)))[0]).toBe("budget@0");
  });
});

describe("P7: what exceeds the budget comes to nothing before it is done", () => {
  test("a call whose arguments alone cost too much does not run", () => {
    let runs = 0;
    const run = does(() => runs++);
    expect(spend({ what: "", run, args: [long], cost: 0 }, asBudget(place + 101))).toBe("budget@0");
    expect(runs).toBe(0);
  });

  test("work is charged before it is done, so what comes after it does not happen", () => {
    let reached = false;
    const run: Run = (_, host) => {
      host.charge(1_000_000_000);
      reached = true;
      return nothing;
    };
    expect(spend({ what: "", run, cost: 0 }, asBudget(100_000))).toBe("budget@0");
    expect(reached).toBe(false);
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, anything<number>(5n), anything<number>("5")])(
    "a charge of %s units is none",
    (units) => {
      expect(spend({ what: "", run: does((host) => host.charge(units)), cost: 0 }, asBudget(1e9))).toBe("trapped@0");
    },
  );
});

describe("a fault is final", () => {
  const caught = (fault: Run, then: Run): Run => {
    return (given, host) => {
      try {
        fault(given, host);
      } catch {
        return then(given, host);
      }
      return success("no fault");
    };
  };
  const faults: readonly (readonly [why: string, run: Run])[] = [
    ["budget", does((host) => host.charge(1_000_000_000))],
    ["footprint", does((host) => host.get(key("elsewhere")))],
    ["trapped", does((host) => host.set(key("k"), anything(1.5)))],
  ];
  const gains: readonly (readonly [what: string, run: Run])[] = [
    ["returns a value", () => success(1n)],
    ["refuses", () => ({ ok: false, error: { code: "refused", message: "" } })],
    [
      "throws",
      () => {
        throw new Error("another");
      },
    ],
    ["runs into another fault", does((host) => host.get(key("beyond")))],
    ["charges too much", does((host) => host.charge(1e9))],
  ];
  test.each(faults.flatMap(([why, fault]) => gains.map(([what, gain]) => [why, what, caught(fault, gain)] as const)))(
    "%s: code that catches it and %s gains nothing",
    (why, _what, run) => {
      expect(spend({ what: "", run, cost: 0 }, asBudget(1_000_000))).toBe(`${why}@0`);
    },
  );

  test("every later use of the host throws it again", () => {
    const thrown: boolean[] = [];
    const isThrown = (use: () => void) => {
      try {
        use();
        return false;
      } catch {
        return true;
      }
    };
    const run: Run = (_, host) => {
      const uses = [
        () => host.charge(1e12),
        () => host.charge(0),
        () => host.get(key("k")),
        () => host.set(key("k"), 1n),
      ];
      for (const use of [...uses, () => host.delete(key("k")), () => host.end()]) thrown.push(isThrown(use));
      return nothing;
    };
    expect(spend({ what: "", run, cost: 0 }, asBudget(1_000_000))).toBe("budget@0");
    expect(thrown).toEqual([true, true, true, true, true, true]);
  });
});
