// The static part of the schedule: nodes, predecessors and hops (P2, R1, P5, P10, P12), and uses (P11).

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limits } from "../../src/limits.ts";
import { asContractName, asStepIndex } from "../../src/numbers.ts";
import { type Analysis, analyzeProgram, type ProgramNode } from "../../src/programs/analysis.ts";
import { checkProgram } from "../../src/programs/check.ts";
import { encodeProgram } from "../../src/programs/encode.ts";
import type { CallStep, Program, Step } from "../../src/programs/program.ts";
import { analyze, usesOf } from "../oracles/program.ts";
import { anyProgram } from "./any-program.ts";
import { allow, call, either, from, group, literal, program, pure, reads, whole, writes } from "./support.ts";

const nameOf = ({ kind, step, group, contract }: ProgramNode) =>
  kind === "step" ? `s${step}` : `g${group} ${contract}`;

/** As `node (needs | conflicts) hops`, in line order. */
function lines(any: Program): string[] {
  const { nodes } = analyzeProgram(any);
  const namesOf = (places: readonly number[]) => places.map((place) => nameOf(nodes[place] as ProgramNode)).join(" ");
  return nodes.map((node) => `${nameOf(node)} (${namesOf(node.needs)} | ${namesOf(node.conflicts)}) ${node.hops}`);
}

const anyShards = allow(["a", "b", "c", "d"], 1e9);
const hopsOf = (any: Program) => Math.max(0, ...analyzeProgram(any).nodes.map(({ hops }) => hops));

/** Steps that call in turn a/x, b/x, a/x…, each with the outcome of the one before. */
function pingPong(count: number): Step[] {
  return Array.from({ length: count }, (_, index) =>
    call(index % 2 === 0 ? "a/x" : "b/x", reads(`${index}`), ...(index > 0 ? [from(index - 1)] : [])),
  );
}

describe("R1: predecessors and hops", () => {
  test("steps of different contracts that use nothing of each other have no predecessors", () => {
    expect(lines(program([call("a/x", writes("k")), call("b/x", writes("k")), call("a/y", whole)]))).toEqual([
      "s0 ( | ) 0",
      "s1 ( | ) 0",
      "s2 ( | ) 0",
    ]);
  });

  test("a step comes after those whose outcomes it uses, a hop away if they are in another shard", () => {
    const steps = [call("a/x"), call("a/y", reads(), from(0)), call("b/x", reads(), from(1), literal(1n))];
    expect(lines(program(steps))).toEqual(["s0 ( | ) 0", "s1 (s0 | ) 0", "s2 (s1 | ) 1"]);
  });

  test("an alternative is used, taken or not", () => {
    const steps = [call("a/x"), call("b/x"), call("c/x", reads(), either(0, from(1)))];
    expect(lines(program(steps)).at(-1)).toBe("s2 (s0 s1 | ) 1");
  });

  test.each([
    ["write and write", writes("k"), writes("k"), true],
    ["write and read", writes("k"), reads("k"), true],
    ["read and write", reads("k"), writes("k"), true],
    ["read and read", reads("k"), reads("k"), false],
    ["writes of different keys", writes("k"), writes("l"), false],
    ["keys of which one begins the other", writes("k"), writes("kk"), false],
    ["the whole contract and a key", whole, reads("k"), true],
    ["a key and the whole contract", reads("k"), whole, true],
    ["the whole contract twice", whole, whole, true],
    ["P10: existence, which every step reads and who takes the whole contract writes", reads(), whole, true],
    ["existence, written and then read", whole, reads(), true],
    ["existence read twice", reads(), reads(), false],
  ])("conflict of %s", (_, first, second, conflict) => {
    expect(lines(program([call("a/x", first), call("a/x", second)])).at(-1)).toBe(`s1 ( | ${conflict ? "s0" : ""}) 0`);
    expect(lines(program([call("a/x", first), call("a/y", second)])).at(-1)).toBe("s1 ( | ) 0");
  });

  test("hops pass through conflicts: who waits for a step that is a hop away is a hop away too", () => {
    const steps = [
      call("a/x"),
      call("b/x", writes("k"), from(0)),
      call("b/x", reads("k")),
      call("c/x", reads(), from(2)),
    ];
    expect(lines(program(steps)).slice(2)).toEqual(["s2 ( | s1) 1", "s3 (s2 | ) 2"]);
  });

  test("P12: a pure step is no node, and using it is using its arguments", () => {
    const steps = [call("a/x"), call("b/x"), pure("add", from(0), either(1, literal(0n))), pure("not", from(2))];
    expect(lines(program([...steps, call("c/x", reads(), from(3))]))).toEqual([
      "s0 ( | ) 0",
      "s1 ( | ) 0",
      "s4 (s0 s1 | ) 1",
    ]);
  });

  test("a program of pure steps has no nodes", () => {
    expect(analyzeProgram(program([pure("a"), pure("b", from(0))], [group(0, 2)])).nodes).toEqual([]);
  });
});

describe("P5: groups", () => {
  const trainAndHotel = [call("a/train", writes("seat")), call("b/hotel", writes("room"))];

  test("each contract that the group may write settles after its last step, and needs all its outcomes", () => {
    expect(lines(program(trainAndHotel, [group(0, 2)]))).toEqual([
      "s0 ( | ) 0",
      "s1 ( | ) 0",
      "g0 a/train (s0 s1 | s0) 1",
      "g0 b/hotel (s0 s1 | s1) 1",
    ]);
  });

  test("a group inside one shard settles without a hop", () => {
    const { nodes } = analyzeProgram(program([call("a/x", writes("k")), call("a/y", writes("k"))], [group(0, 2)]));
    expect(nodes.map(({ hops }) => hops)).toEqual([0, 0, 0, 0]);
  });

  test("a contract that is only read does not settle, and its outcome decides all the same", () => {
    expect(lines(program([call("a/x", reads("k")), call("b/x", writes("k"))], [group(0, 2)]))).toEqual([
      "s0 ( | ) 0",
      "s1 ( | ) 0",
      "g0 b/x (s0 s1 | s1) 1",
    ]);
  });

  test("a settle holds the keys written, once each and in order, and the whole contract if a step took it", () => {
    const settleOf = (...footprints: (typeof whole)[]) =>
      analyzeProgram(
        program(
          footprints.map((each) => call("a/x", each)),
          [group(0, footprints.length)],
        ),
      ).nodes.at(-1);
    const keys = settleOf(writes("b", "c"), reads("z"), writes("a", "b"));
    expect(keys?.footprint).toEqual({
      kind: "keys",
      reads: [],
      writes: ["a", "b", "c"].map((key) => Buffer.from(key)).map((key) => new Uint8Array(key)),
    });
    expect(settleOf(writes("b"), whole, writes("c"))?.footprint).toEqual(whole);
  });

  test("inside, outcomes are tentative: a step uses only what it names", () => {
    const steps = [call("a/x"), call("b/x"), call("c/x", reads(), from(0))];
    expect(lines(program(steps, [group(0, 3)])).at(-1)).toBe("s2 (s0 | ) 1");
  });

  test("outside, outcomes are settled: a step uses those of the whole group, and waits for no settle", () => {
    const steps = [...trainAndHotel, call("c/x", reads(), from(0))];
    expect(lines(program(steps, [group(0, 2)])).at(-1)).toBe("s2 (s0 s1 | ) 1");
  });

  test("a conflicting step outside waits for the settle", () => {
    const steps = [...trainAndHotel, call("a/train", reads("seat"))];
    expect(lines(program(steps, [group(0, 2)])).at(-1)).toBe("s2 ( | s0 g0 a/train) 1");
  });

  test("P12: what a pure step uses is seen from its own place, not from its user's", () => {
    const inside = [...trainAndHotel, pure("not", from(0)), call("c/x", reads(), from(2))];
    // The pure step and its user are in the group: tentative.
    expect(lines(program(inside, [group(0, 4)]))[2]).toBe("s3 (s0 | ) 1");
    // Its user is outside: the pure step's outcome is settled.
    expect(lines(program(inside, [group(0, 3)])).at(-1)).toBe("s3 (s0 s1 | ) 1");
    // Both are outside.
    expect(lines(program(inside, [group(0, 2)])).at(-1)).toBe("s3 (s0 s1 | ) 1");
  });

  test("a pure step in a group can bring outcomes from before it into what decides the group", () => {
    const steps = [call("c/x"), pure("not", from(0)), call("a/x", writes("k"))];
    expect(lines(program(steps, [group(1, 2)])).at(-1)).toBe("g0 a/x (s0 s2 | s2) 1");
  });

  test("from one group into the next, outcomes are settled", () => {
    const steps = [call("a/x"), call("b/x"), call("c/x", reads(), from(0)), call("d/x")];
    expect(lines(program(steps, [group(0, 2), group(2, 2)]))[2]).toBe("s2 (s0 s1 | ) 1");
  });
});

describe("P2: at most 8 hops", () => {
  const codeOf = (any: Program) => {
    const checked = checkProgram(encodeProgram(any), anyShards);
    return checked.kind === "void" ? `${checked.failure.code} at ${checked.failure.path}` : "program";
  };

  test("steps", () => {
    expect(hopsOf(program(pingPong(limits.hopsMax + 1)))).toBe(8);
    expect(codeOf(program(pingPong(limits.hopsMax + 1)))).toBe("program");
    expect(codeOf(program(pingPong(limits.hopsMax + 2)))).toBe("too-many-hops at steps[9]");
  });

  test("a settle counts like a step", () => {
    const last = call("a/y", writes("k"));
    const steps = [...pingPong(9), call("b/y", reads(), from(8)), last];
    expect(codeOf(program([...pingPong(9), last], [group(8, 2)]))).toBe("program");
    // The ninth step is 8 hops away in a; a settle in b that needs it is a ninth hop.
    expect(codeOf(program([...pingPong(9), call("b/y", writes("k"))], [group(8, 2)]))).toBe(
      "too-many-hops at steps[9]",
    );
    expect(codeOf(program(steps))).toBe("too-many-hops at steps[9]");
  });

  test("conflicts count like uses", () => {
    const chain = pingPong(9);
    const blocked = [
      ...chain.slice(0, 8),
      call("a/x", writes("k"), from(7)),
      call("a/x", reads("k")),
      call("b/x", reads("y"), from(9)),
    ];
    expect(codeOf(program(blocked))).toBe("too-many-hops at steps[10]");
  });
});

describe("a second, plain reading of the rules agrees on random programs", () => {
  test("nodes, needs, conflicts and hops", () => {
    let hops = 0;
    let settles = 0;
    const property = fc.property(anyProgram, (any) => {
      const { nodes } = analyzeProgram(any);
      const namesOf = (places: readonly number[]) => places.map((place) => nameOf(nodes[place] as ProgramNode));
      const found = nodes.map((node) => ({
        name: nameOf(node),
        needs: namesOf(node.needs),
        conflicts: namesOf(node.conflicts),
        hops: node.hops,
      }));
      expect(found).toEqual(analyze(any));
      hops = Math.max(hops, ...found.map((node) => node.hops));
      settles += nodes.filter(({ kind }) => kind === "settle").length;
    });
    fc.assert(property, { seed: 5, numRuns: 3000 });
    expect(hops, "chains grow long").toBeGreaterThan(4);
    expect(settles, "groups that write are common").toBeGreaterThan(1000);
  });

  test("uses", () => {
    const property = fc.property(anyProgram, (any) => {
      const { uses } = analyzeProgram(any);
      expect(uses.map(usesToLines)).toEqual(any.steps.map((_, maker) => usesOf(any, maker)));
    });
    fc.assert(property, { seed: 6, numRuns: 1000 });
  });

  test("a program is void exactly if the rules say so", () => {
    const kinds = { program: 0, void: 0 };
    const property = fc.property(
      anyProgram,
      fc.subarray(["a", "b", "c", "d"]),
      fc.nat(20_000_000),
      (any, shards, budget) => {
        const { kind } = checkProgram(encodeProgram(any), allow(shards, budget));
        expect(kind).toBe(mayRun(any, shards, budget) ? "program" : "void");
        kinds[kind]++;
      },
    );
    fc.assert(property, { seed: 7, numRuns: 2000 });
    expect(Math.min(kinds.program, kinds.void)).toBeGreaterThan(200);
  });

  function mayRun(any: Program, shards: readonly string[], budget: number): boolean {
    let sum = 0;
    const settling = new Set(analyze(any).flatMap(({ name }) => (name.startsWith("g") ? [name.split(" ")[0]] : [])));
    if (settling.size < any.groups.length) return false;
    for (const [index, step] of any.steps.entries()) {
      const takers = analyze(any).filter(({ needs }) => needs.includes(`s${index}`)).length;
      if (step.kind === "call" && step.budget < 10_240 * (1 + takers) + 8_000 * keysOf(step).length) return false;
      if (step.kind === "call" && !shards.includes(step.at.slice(0, 1))) return false;
      sum += step.kind === "call" ? step.budget : step.budget * shards.length;
    }
    return sum <= budget && analyze(any).every(({ hops }) => hops <= 8);
  }

  function keysOf({ footprint }: CallStep): readonly Uint8Array[] {
    return footprint.kind === "whole" ? [] : [...footprint.reads, ...footprint.writes];
  }
});

function usesToLines(uses: Analysis["uses"][number]): string[] {
  return uses.map(({ step, argument, contract, method, direct, grouped }) => {
    const into = contract === undefined ? method : `${contract}.${method}`;
    return `${step}: ${into}(${argument}) ${direct ? "direct" : "indirect"} ${grouped ? "grouped" : "ungrouped"}`;
  });
}

describe("P11: how an outcome is used", () => {
  const withdraw = call("a/tokens.withdraw", writes("alice"));
  const deposit = call("b/tokens.deposit", writes("bob"), literal("bob"), from(0));
  const usesOfFirst = (steps: readonly Step[], grouped: number) =>
    analyzeProgram(program(steps, [group(0, grouped)])).uses[0];

  test("once, directly, inside its group: what lets value move", () => {
    expect(usesOfFirst([withdraw, deposit], 2)).toEqual([
      {
        step: asStepIndex(1),
        argument: 1,
        contract: asContractName("b/tokens"),
        method: "deposit",
        direct: true,
        grouped: true,
      },
    ]);
  });

  test.each<[string, Step[], number, string[]]>([
    ["not at all", [withdraw], 1, []],
    ["outside its group", [withdraw, deposit], 1, ["1: b/tokens.deposit(1) direct ungrouped"]],
    [
      "twice",
      [withdraw, deposit, deposit],
      3,
      ["1: b/tokens.deposit(1) direct grouped", "2: b/tokens.deposit(1) direct grouped"],
    ],
    [
      "twice by one step",
      [withdraw, call("b/x", reads(), from(0), from(0))],
      2,
      ["1: b/x.put(0) direct grouped", "1: b/x.put(1) direct grouped"],
    ],
    [
      "with an alternative",
      [withdraw, call("b/x", reads(), either(0, literal(1n)))],
      2,
      ["1: b/x.put(0) indirect grouped"],
    ],
    [
      "as an alternative, taken or not",
      [withdraw, call("a/y"), call("b/x", reads(), either(1, from(0)))],
      3,
      ["2: b/x.put(0) indirect grouped"],
    ],
    [
      "with itself as its alternative",
      [withdraw, call("b/x", reads(), either(0, from(0)))],
      2,
      ["1: b/x.put(0) indirect grouped", "1: b/x.put(0) indirect grouped"],
    ],
    ["by a pure function", [withdraw, pure("half", from(0))], 2, ["1: half(0) indirect grouped"]],
  ])("%s", (_, steps, grouped, expected) => {
    expect(usesToLines(usesOfFirst(steps, grouped) ?? [])).toEqual(expected);
  });
});

test("the largest program is analyzed: every step in a group of its own, 256 keys each, in two contracts", () => {
  const keys = Array.from({ length: limits.footprintKeysMax }, (_, index) =>
    String.fromCharCode(index % 128, index >> 7),
  );
  const steps = Array.from({ length: limits.stepsMax }, (_, index) =>
    call(index % 2 === 0 ? "a/x" : "a/y", writes(...keys.sort())),
  );
  const { nodes } = analyzeProgram(
    program(
      steps,
      steps.map((_, index) => group(index, 1)),
    ),
  );
  expect(nodes.length).toBe(2 * limits.stepsMax);
  expect(nodes.at(-1)?.conflicts.length).toBe(limits.stepsMax - 1);
  expect(nodes.at(-1)?.needs).toEqual([nodes.length - 2]);
});
