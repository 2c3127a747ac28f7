// P7: what everything costs, to the unit. A budget that is exactly enough is enough, and one less is not.

import { asBudget, type Budget, type Footprint, type Host, readNow, success, type Value } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { ShardExecution } from "../src/index.ts";
import { anything, does, key, nothing, ownEnvironment, type Run } from "./support/environments.ts";
import { withEnvironment, yielded } from "./support/outcomes.ts";
import { dump, storeOf } from "./support/past.ts";
import { call, keys, literal, program, pure, whole } from "./support/programs.ts";

const place = 10_240;
const kept = 64;
const named = 8_000;

interface Row {
  readonly what: string;
  readonly run: Run;
  readonly args?: readonly Value[];
  /** Without one: of no keys. */
  readonly footprint?: Footprint;
  /** Units; the outcome `null` takes a byte. */
  readonly cost: number;
}

const bare = place + kept;
const long = "x".repeat(100);
const [k, longer] = [keys([], ["k"]), keys([], ["key"])];
const rows: readonly Row[] = [
  { what: "a call that does nothing", run: () => nothing, cost: bare },
  { what: "an argument of a byte", run: () => nothing, args: [1n], cost: bare + 1 },
  { what: "arguments of 102 and 3 bytes", run: () => nothing, args: [long, [1n, 2n]], cost: bare + 102 + 3 },
  { what: "an outcome of 102 bytes", run: () => success(long), cost: place + kept * 102 },
  { what: "its own work", run: does((host) => host.charge(123)), cost: bare + 123 },
  { what: "no work", run: does((host) => host.charge(0)), cost: bare },
  { what: "a key that it may read, and leaves alone", run: () => nothing, footprint: keys(["r"]), cost: bare + named },
  { what: "keys that it leaves alone", run: () => nothing, footprint: keys(["q", "r"], ["k"]), cost: bare + 3 * named },
  {
    what: "getting what is not there",
    run: does((host) => host.get(key("r"))),
    footprint: keys(["r"]),
    cost: bare + named + 500,
  },
  {
    what: "getting twice what is not there",
    run: does(
      (host) => host.get(key("k")),
      (host) => host.get(key("k")),
    ),
    footprint: k,
    cost: bare + named + 2 * 500,
  },
  {
    what: "setting a key of 1 byte to a value of 1",
    run: does((host) => host.set(key("k"), 1n)),
    footprint: k,
    cost: bare + named + place + kept * 2,
  },
  {
    what: "setting a key of 3 bytes to a value of 102",
    run: does((host) => host.set(key("key"), long)),
    footprint: longer,
    cost: bare + named + place + kept * 105,
  },
  {
    what: "setting it twice",
    run: does(
      (host) => host.set(key("k"), 1n),
      (host) => host.set(key("k"), 1n),
    ),
    footprint: k,
    cost: bare + named + 2 * (place + kept * 2),
  },
  {
    what: "getting what it set, of 102 bytes",
    run: does(
      (host) => host.set(key("k"), long),
      (host) => host.get(key("k")),
    ),
    footprint: k,
    cost: bare + named + place + kept * 103 + 500 + 16 * 102,
  },
  {
    what: "getting what it deleted",
    run: does(
      (host) => host.delete(key("k")),
      (host) => host.get(key("k")),
    ),
    footprint: k,
    cost: bare + named + place + kept + 500,
  },
  {
    what: "deleting a key of 3 bytes",
    run: does((host) => host.delete(key("key"))),
    footprint: longer,
    cost: bare + named + place + kept * 3,
  },
  { what: "ending the contract", run: does((host) => host.end()), footprint: whole, cost: bare + place },
  { what: "the whole contract, left alone", run: () => nothing, footprint: whole, cost: bare },
  {
    what: "of the whole contract one key, touched in every way, and another",
    run: does(
      (host) => host.get(key("k")),
      (host) => host.get(key("k")),
      (host) => host.set(key("k"), 1n),
      (host) => host.delete(key("k")),
      (host) => host.get(key("other")),
    ),
    footprint: whole,
    cost: bare + 2 * named + 3 * 500 + place + kept * 2 + place + kept,
  },
];

function spend({ run, args = [], footprint = keys([]) }: Row, budget: Budget): Value | undefined {
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
    const cost = bare + named + 500 + 16 * 102;
    const get = (budget: number) => call("a/e", "get", [], keys(["k"]), { budget: asBudget(budget) });
    const steps = [call("a/e", "set", [], keys([], ["k"])), get(cost), get(cost - 1)];
    expect(yielded(withEnvironment(environment), program(steps))).toEqual([null, null, "budget@2"]);
  });

  test("of the whole contract each key once, though the call is run again for each that was not fetched", async () => {
    const all = Array.from({ length: 20 }, (_, index) => key(`k ${index}`));
    let runs = 0;
    const environment = ownEnvironment({
      fill: does(...all.map((each) => (host: Host) => host.set(each, 1n))),
      get: does(() => runs++, ...all.map((each) => (host: Host) => host.get(each))),
    });
    const cost = bare + all.length * (named + 500 + 16);
    const get = (budget: number) => call("a/e", "get", [], whole, { budget: asBudget(budget) });
    const world = withEnvironment(environment);
    expect(yielded(world, program([call("a/e", "fill", [], whole)]))).toEqual([null]);
    const shard = world.shard("a");
    const store = storeOf(await dump(shard.store));
    const anew = new ShardExecution(shard.execution.setting, shard.execution.frontier);
    expect(yielded(world, program([get(cost), get(cost - 1)]))).toEqual([null, "budget@1"]);
    runs = 0;
    const slice = world.sliceOf(2, shard.name);
    const result = readNow((keys) => store.readNow(keys), anew.round({ slice, visible: [] }));
    expect(result?.root).toEqual(shard.results.at(-1)?.root);
    expect(runs).toBeGreaterThan(all.length / 2);
  });

  test("keys that are paid for, and none that is not: one unit less is no program", () => {
    const world = withEnvironment(ownEnvironment({ run: () => nothing }));
    const of = (budget: number) => call("a/e", "run", [], keys(["q"], ["r"]), { budget: asBudget(budget) });
    expect(yielded(world, program([of(place + 2 * named)]))).toEqual(["budget@0"]);
    expect(yielded(world, program([of(place + 2 * named - 1)]))).toEqual([undefined]);
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
      expect(spend({ what: "", run, footprint: k, cost: 0 }, asBudget(1_000_000))).toBe(`${why}@0`);
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
    expect(spend({ what: "", run, footprint: k, cost: 0 }, asBudget(1_000_000))).toBe("budget@0");
    expect(thrown).toEqual([true, true, true, true, true, true]);
  });
});
