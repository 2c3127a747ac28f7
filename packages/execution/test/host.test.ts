// P6, P8, P9: what a call may touch, and what becomes of one that does anything else. None of it has effects.

import {
  asBudget,
  asEnvironmentName,
  asStepIndex,
  assert,
  type ContractRecord,
  contractRecordCodec,
  type EncodedOutcome,
  encodeValue,
  type Failure,
  type Footprint,
  limits,
  type MemoryStore,
  type Reply,
  type Result,
  readNow,
  SparseMap,
  success,
  type Value,
  witnessKeys,
} from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { ShardExecution } from "../src/index.ts";
import { anything, does, key, nothing, ownEnvironment, type Run } from "./support/environments.ts";
import { checkStory, contentOf, laneStory, refusal, withContent, withLane, withWitness } from "./support/lies.ts";
import { type MadeClaim, madeBy } from "./support/made-claims.ts";
import { withEnvironment, yielded } from "./support/outcomes.ts";
import { dump, storeOf } from "./support/past.ts";
import { call, keys, literal, program, whole } from "./support/programs.ts";

const plenty = { budget: asBudget(900_000_000) };

/** What a run yields, and what the state holds under `w` afterwards: every run is preceded by writing there. */
function ran(run: Run, footprint: Footprint = keys(["r"], ["w"])): readonly (Value | undefined)[] {
  const writing: Run = (given, host) => {
    if (footprint.kind === "whole" || footprint.writes.length > 0) host.set(key("w"), "written");
    return run(given, host);
  };
  const look: Run = (_, host) => success(host.get(key("w")) ?? "clean");
  const steps = [call("a/e", "run", [], footprint, plenty), call("a/e", "look", [], keys(["w"]))];
  return yielded(withEnvironment(ownEnvironment({ run: writing, look })), program(steps));
}

function must<T>(result: Result<T, Failure>): T {
  assert(result.ok, "the test's own maps fit");
  return result.value;
}

const holds = [null, "written"];
const failed = (why: string) => [`${why}@0`, "clean"];

describe("P6: a footprint of keys", () => {
  test.each<[string, Run, readonly unknown[]]>([
    ["reading a key to read", does((host) => host.get(key("r"))), holds],
    ["reading a key to write", does((host) => host.get(key("w"))), holds],
    ["deleting a key to write", does((host) => host.delete(key("w"))), [null, "clean"]],
    ["writing a key to read", does((host) => host.set(key("r"), 1n)), failed("footprint")],
    ["deleting a key to read", does((host) => host.delete(key("r"))), failed("footprint")],
    ["reading another key", does((host) => host.get(key("s"))), failed("footprint")],
    ["writing another key", does((host) => host.set(key("s"), 1n)), failed("footprint")],
    ["a key that begins like one of it", does((host) => host.get(key("rr"))), failed("footprint")],
    ["ending the contract", does((host) => host.end()), failed("footprint")],
  ])("%s", (_what, run, results) => {
    expect(ran(run)).toEqual(results);
  });

  test("may be empty: then there is nothing to touch", () => {
    expect(ran(() => success(1n), keys([]))).toEqual([1n, "clean"]);
    expect(
      ran(
        does((host) => host.get(key("r"))),
        keys([]),
      ),
    ).toEqual(failed("footprint"));
  });

  test("what was set is read, what was deleted is not there, and the last counts", () => {
    const run: Run = (_, host) => {
      const seen: Value[] = [];
      const look = () => seen.push(host.get(key("w")) ?? "absent");
      look();
      host.set(key("w"), [1n]);
      look();
      host.delete(key("w"));
      look();
      host.set(key("w"), 2n);
      look();
      return success(seen);
    };
    expect(ran(run)).toEqual([["written", [1n], "absent", 2n], 2n]);
  });

  test("a key that the environment changes afterwards is another's", () => {
    const run: Run = (_, host) => {
      const name = key("w");
      host.set(name, 3n);
      name[0] = 0;
      return nothing;
    };
    expect(ran(run)).toEqual([null, 3n]);
  });
});

describe("P6: the whole contract", () => {
  const distinct = (count: number, use: (host: Parameters<Run>[1], name: Uint8Array) => void): Run => {
    // With the key `w`, which every run writes, there are so many.
    return does((host) => {
      for (let at = 1; at < count; at++) use(host, key(`k${at}`));
    });
  };
  const most = limits.footprintKeysMax;

  test("is all keys", () => {
    expect(
      ran(
        does((host) => host.set(key("any"), 1n)),
        whole,
      ),
    ).toEqual(holds);
  });

  test("is for methods that are marked so", () => {
    const world = withEnvironment(ownEnvironment({}, { some: () => nothing }));
    const steps = [call("a/e", "some", [], whole), call("a/e", "some", [], keys([]))];
    expect(yielded(world, program(steps))).toEqual(["footprint@0", null]);
  });

  test.each([
    ["read", (host: Parameters<Run>[1], name: Uint8Array) => host.get(name)],
    ["written", (host: Parameters<Run>[1], name: Uint8Array) => host.set(name, 1n)],
    ["deleted", (host: Parameters<Run>[1], name: Uint8Array) => host.delete(name)],
  ])("no more keys are %s than others can name", (_what, use) => {
    expect(ran(distinct(most, use), whole)).toEqual(holds);
    expect(ran(distinct(most + 1, use), whole)).toEqual(failed("footprint"));
  });

  test("each key counts once", () => {
    const twice = distinct(most, (host, name) => {
      host.get(name);
      host.set(name, 1n);
      host.get(name);
    });
    expect(ran(twice, whole)).toEqual(holds);
  });
});

describe("P8, P9: what is no key, no value, no reply", () => {
  test.each([
    ["no byte", new Uint8Array()],
    ["too many bytes", new Uint8Array(limits.keyBytesMax + 1)],
    ["text", "w"],
    ["a list of bytes", [119]],
    ["nothing", undefined],
  ])("a key of %s", (_what, name) => {
    expect(ran(does((host) => host.get(anything(name))))).toEqual(failed("trapped"));
    expect(ran(does((host) => host.set(anything(name), 1n)))).toEqual(failed("trapped"));
    expect(ran(does((host) => host.delete(anything(name))))).toEqual(failed("trapped"));
  });

  const circle: unknown[] = [];
  circle.push(circle);
  const deep = (depth: number): unknown => (depth === 1 ? 1n : [deep(depth - 1)]);
  const noValues: readonly (readonly [what: string, value: unknown])[] = [
    ["a fraction", 1.5],
    ["a number that is no bigint", 1],
    ["nothing", undefined],
    ["a function", () => 1n],
    ["a date", new Date(0)],
    ["an integer too large", 2n ** 256n],
    ["an integer too small", -(2n ** 255n) - 1n],
    ["half a surrogate pair", "\ud800"],
    ["too deep", deep(limits.valueDepthMax + 1)],
    ["in itself", circle],
    ["too long", "x".repeat(limits.valueBytesMax)],
    ["too many items", Array.from({ length: limits.valueItemsMax + 1 }, () => null)],
    ["a map by other keys than text", new Map([[1n, 1n]])],
    [
      "one that throws when it is looked at",
      [
        new Proxy([], {
          get: () => {
            throw new Error("looked at");
          },
        }),
      ],
    ],
  ];
  test.each(noValues)("setting %s", (_what, value) => {
    expect(ran(does((host) => host.set(key("w"), anything(value))))).toEqual(failed("trapped"));
  });

  test.each(noValues)("an outcome that is %s", (_what, value) => {
    expect(ran(() => success(anything(value)))).toEqual(failed("trapped"));
  });

  test.each([
    [
      "an error",
      () => {
        throw new Error("anything");
      },
    ],
    [
      "text",
      () => {
        throw "anything";
      },
    ],
    [
      "nothing",
      () => {
        throw undefined;
      },
    ],
    [
      "by calling itself without end",
      function again(): Reply {
        return again();
      },
    ],
  ])("throwing %s", (_what, run) => {
    expect(ran(run as Run)).toEqual(failed("trapped"));
  });

  test.each([
    ["nothing", undefined, "trapped"],
    ["null", null, "trapped"],
    ["a value without a word", 5n, "reverted"],
    ["a promise", Promise.resolve(nothing), "reverted"],
  ])("a reply that is %s", (_what, reply, why) => {
    expect(ran(() => anything(reply))).toEqual(failed(why));
  });

  test("a value at each limit is one", () => {
    const run: Run = (_, host) => {
      host.set(key("w"), anything(deep(limits.valueDepthMax)));
      return success(2n ** 256n - 1n);
    };
    expect(ran(run)[0]).toBe(2n ** 256n - 1n);
  });

  test("a host that is kept is of no use to a later call", () => {
    let kept: Parameters<Run>[1] | undefined;
    const keep: Run = (_, host) => {
      kept = host;
      return nothing;
    };
    const use = does(() => kept?.set(key("w"), "smuggled"));
    const look: Run = (_, host) => success(host.get(key("w")) ?? "clean");
    const steps = [
      call("a/e", "keep", [], keys([], ["w"])),
      call("a/e", "use", [literal(1n)], keys([])),
      call("a/e", "look", [], keys(["w"])),
    ];
    const environment = ownEnvironment({ keep, use, look });
    expect(yielded(withEnvironment(environment), program(steps))[2]).toBe("clean");
  });
});

describe("a state that holds bytes that are no value", () => {
  /** Code that catches what the host throws gains nothing. */
  const read: Run = (_, host) => {
    try {
      return success(host.get(key("a")) ?? null);
    } catch {
      return success("caught");
    }
  };

  /** What a check says of a lane in which a call reads such bytes, and yields this. */
  function readOver(bytes: Uint8Array, content: EncodedOutcome) {
    const world = withEnvironment(ownEnvironment({ read }));
    const [made] = madeBy(world, [program([call("a/e", "read", [], keys(["a"]))])], world.citeAll());
    const story = laneStory(made as MadeClaim, "a/e");
    const map = must(SparseMap.empty.apply([{ key: key("a"), value: bytes }]));
    const record = { ...(story.material.witness.record as ContractRecord), state: map.root };
    const root = contractRecordCodec.root(record);
    const state = must(witnessKeys(map, { reads: [key("a")], writes: [] }));
    const exports = contentOf(story).exports.map((each) => {
      return { ...each, content: { kind: "outcome", value: content } } as const;
    });
    const lie = withLane(withContent(story, { exports }), { pre: root, post: root });
    return refusal(checkStory(withWitness(lie, { record, state })));
  }

  const trapped = { kind: "nothing", value: { why: "trapped", step: asStepIndex(0) } } as const;
  const nine = encodeValue(9n);
  const isNine = { kind: "value", value: { bytes: nine, environment: asEnvironmentName("own") } } as const;

  test("traps the call that reads them, and whoever checks says so too", () => {
    expect(readOver(nine, isNine)).toBe("accepted");
    for (const bytes of [Uint8Array.of(255), Uint8Array.of(0x18, 9), Uint8Array.of(...nine, 0)]) {
      expect(readOver(bytes, trapped)).toBe("accepted");
      expect(readOver(bytes, isNine)).toBe("claim: wrong-export at exports[0]");
    }
  });
});

describe("a key that was not fetched", () => {
  const count = 200;
  const fill = does((host) => {
    for (let at = 0; at < count; at++) host.set(key(`k${at}`), BigInt(at));
  });
  // Whoever takes the whole contract names no keys, so each may be missing at first.
  const sum: Run = (_, host) => {
    let sum = 0n;
    for (let at = 0; at < count; at++) {
      try {
        sum += host.get(key(`k${at}`)) as bigint;
      } catch {
        return success("caught");
      }
    }
    return success(sum);
  };

  test("is fetched and the call repeated, whatever it made of that; the claim is the same", async () => {
    const world = withEnvironment(ownEnvironment({ fill, sum }));
    expect(yielded(world, program([call("a/e", "fill", [], whole, plenty)]))).toEqual([null]);
    const shard = world.shard("a");
    const store = storeOf(await dump(shard.store));
    const anew = new ShardExecution(shard.execution.setting, shard.execution.frontier);
    expect(yielded(world, program([call("a/e", "sum", [], whole, plenty)]))).toEqual([19_900n]);
    let asked = 0;
    const read = (wanted: Parameters<MemoryStore["readNow"]>[0]) => {
      asked++;
      return store.readNow(wanted);
    };
    const result = readNow(read, anew.round({ slice: world.sliceOf(2, shard.name), visible: [] }));
    expect(result?.root).toEqual(shard.results.at(-1)?.root);
    expect(asked).toBeGreaterThan(10);
  });
});
