// C6: both states side by side, down to the key and both values.

import { pruneShard, type RoundResult } from "@tandem/execution";
import {
  asContractName,
  asMethodName,
  asRound,
  claimCodec,
  contractRecordCodec,
  pendingEntryCodec,
  success,
  utf8,
  zeroRoot,
} from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { probe } from "../../../execution/test/support/probe.ts";
import { call, keys, literal, outcomeOf, program, whole } from "../../../execution/test/support/programs.ts";
import type { World } from "../../../execution/test/support/world.ts";
import type { ClaimContent } from "../../src/content/claim-content.ts";
import { explainLimits, type KeyDifference } from "../../src/explaining/types.ts";
import {
  add,
  decodedOf,
  disputedOf,
  type Explained,
  explain,
  look,
  rewritePending,
  type Side,
  servesFrom,
  shownKeys,
  sidesOf,
  textOf,
  usualWorld,
  worldOf,
} from "../support/two-states.ts";

const sweep = (at: string, key: string) => call(at, "sweep", [literal(key)], whole);

const touching = ({ lane }: KeyDifference) =>
  lane?.touching.map(({ node, access }) => `${node.height}/${node.index}/${node.step} ${node.kind} ${access}`);

/** What one honest server of their state leads to. */
function explainedAt(world: World, { own, theirs }: { own: Side; theirs: Side }, round: number): Explained {
  const disputed = disputedOf(own.contentAt(round), theirs.contentAt(round));
  return explain(world, own, disputed, new Map([[7, servesFrom(theirs)]]));
}

const manyKeys = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, BigInt(i)]));

describe("one key of ten thousand, which no step wrote", () => {
  test.each<[string, bigint | undefined, bigint | undefined]>([
    ["changed", 777n, 1_000_000n],
    ["removed", 777n, undefined],
    ["added", undefined, 777n],
  ])("%s: the key is named, with both values, and that no node touches it", async (_, mine, others) => {
    const world = usualWorld();
    const sides = await sidesOf(
      world,
      { states: { "a/x": { ...manyKeys, k777: mine } } },
      { states: { "a/x": { ...manyKeys, k777: others } } },
    );
    const { explanation, asked } = explainedAt(world, sides, 2);
    expect([shownKeys(explanation), explanation.end]).toEqual([[["a/x", "k777", mine, others]], "all"]);
    expect(explanation.keys[0]?.lane).toEqual({
      contract: "a/x",
      nodeCount: 2,
      unknownCount: 0,
      touchingCount: 0,
      touching: [],
    });
    expect(asked.get(7)).toBeLessThanOrEqual(6);
  });

  test("in a contract that had no work in that round", async () => {
    const world = usualWorld();
    const sides = await sidesOf(
      world,
      { states: { "a/z": manyKeys } },
      { states: { "a/z": { ...manyKeys, k5: -1n } } },
    );
    const { explanation } = explainedAt(world, sides, 2);
    expect(explanation.difference.what).toBe("contracts");
    expect(shownKeys(explanation)).toEqual([["a/z", "k5", 5n, -1n]]);
    expect(explanation.keys[0]?.lane).toMatchObject({ nodeCount: 0, touchingCount: 0 });
  });
});

describe("the nodes beside a key", () => {
  const differing = { states: { "a/x": { k1: 5n, k2: 5n, k3: 5n } } };

  test("those whose footprint has it, with what each side says of them", async () => {
    const world = worldOf(
      [program([add("a/x", "k1"), look("a/x", "k2")]), program([look("a/x", "k1"), add("a/y", "k1")])],
      [program([sweep("a/x", "k8")])],
    );
    const sides = await sidesOf(world, {}, differing);
    const { explanation } = explainedAt(world, sides, 2);
    const of = (key: string) => explanation.keys.find((each) => textOf(each.key) === key) as KeyDifference;
    expect(explanation.keys.map(({ key }) => textOf(key)).sort()).toEqual(["k1", "k2", "k3"]);
    expect(touching(of("k1"))).toEqual(["2/0/0 step writes", "2/1/0 step reads"]);
    expect(touching(of("k2"))).toEqual(["2/0/1 step reads"]);
    expect(touching(of("k3"))).toEqual([]);
    const [first] = of("k1").lane?.touching ?? [];
    const outcomeIn = (content: unknown) =>
      decodedOf((content as { value: { value: { bytes: Uint8Array } } }).value.value.bytes);
    expect([outcomeIn(first?.own), outcomeIn(first?.theirs)]).toEqual([1n, 6n]);
    const later = explainedAt(world, sides, 3).explanation;
    expect(later.keys.map(touching)).toEqual([["3/0/0 step whole"], ["3/0/0 step whole"], ["3/0/0 step whole"]]);
  });

  test("the settle of a group, which writes what its steps wrote in that contract", async () => {
    const steps = [add("a/x", "k1"), add("a/x", "k3"), add("a/y", "k4"), add("a/y", "k5")];
    const world = worldOf([program(steps, [[0, 4]])]);
    const sides = await sidesOf(world, {}, { states: { "a/x": { k1: 5n, k3: 5n }, "a/y": { k4: 5n, k5: 5n } } });
    const { explanation } = explainedAt(world, sides, 2);
    const found = Object.fromEntries(explanation.keys.map((key) => [textOf(key.key), touching(key)]));
    expect(found).toEqual({
      k1: ["2/0/0 step writes", "2/0/3 settle writes"],
      k3: ["2/0/1 step writes", "2/0/3 settle writes"],
      k4: ["2/0/2 step writes", "2/0/3 settle writes"],
      k5: ["2/0/3 step writes", "2/0/3 settle writes"],
    });
  });

  test("one that a side alone ran has nothing from the other", async () => {
    const world = usualWorld();
    const sides = await sidesOf(world, {}, differing);
    const [own, theirs] = [sides.own.contentAt(2), sides.theirs.contentAt(2)];
    const fewer: ClaimContent = { ...theirs, exports: theirs.exports.map((some) => some.slice(1)) };
    const peers = new Map([[7, servesFrom(sides.theirs)]]);
    const { explanation } = explain(world, sides.own, disputedOf(own, fewer), peers);
    const key = explanation.keys.find((each) => textOf(each.key) === "k1");
    expect(key?.lane?.touching).toMatchObject([{ own: { kind: "outcome" }, theirs: undefined }]);
  });

  test("programs that are not known here are counted", async () => {
    const world = usualWorld();
    const sides = await sidesOf(world, {}, differing);
    const disputed = disputedOf(sides.own.contentAt(2), sides.theirs.contentAt(2));
    const orders = {
      *ordered() {
        yield [utf8("nothing")];
        return undefined;
      },
    };
    const { explanation } = explain(world, sides.own, disputed, new Map([[7, servesFrom(sides.theirs)]]), orders);
    expect(explanation.keys.map(({ lane }) => [lane?.unknownCount, lane?.touchingCount])).toEqual([
      [2, 0],
      [2, 0],
      [2, 0],
    ]);
  });

  test("so many are listed, and all are counted", async () => {
    const many = program(Array.from({ length: 40 }, () => look("a/x", "k1")));
    const world = worldOf([many, many, many]);
    const sides = await sidesOf(world, {}, { states: { "a/x": { k1: 5n } } });
    const [key] = explainedAt(world, sides, 2).explanation.keys;
    expect([key?.lane?.touchingCount, key?.lane?.touching.length]).toEqual([120, explainLimits.touchingMax]);
  });

  test("an environment that writes another value than it says: the step is there with the same outcome on both sides", async () => {
    const world = usualWorld();
    const run = (
      made: { readonly args: readonly { readonly value: unknown }[] },
      host: { set(key: Uint8Array, value: bigint): void },
    ) => {
      host.set(utf8(String(made.args[0]?.value)), 100n);
      return success(1n);
    };
    const methods = new Map([...probe.methods, [asMethodName("add"), { whole: false, run }]]);
    const rules = { ...world.rules, environments: new Map([[probe.name, { ...probe, methods }]]) };
    const { explanation } = explainedAt(world, await sidesOf(world, {}, { rules }), 2);
    expect(explanation.difference).toMatchObject({ what: "post", contract: "a/x" });
    expect(shownKeys(explanation)).toEqual([
      ["a/x", "k1", 1n, 100n],
      ["a/y", "k9", 1n, 100n],
    ]);
    expect(explanation.keys.map(touching)).toEqual([["2/0/0 step writes"], ["2/1/0 step writes"]]);
    const [node] = explanation.keys[0]?.lane?.touching ?? [];
    expect(node?.own).toEqual(node?.theirs);
  });
});

describe("other things than values", () => {
  test("a contract that they say has ended", async () => {
    const world = usualWorld();
    const sides = await sidesOf(world, {}, { records: { "a/z": { status: "ended" } } });
    const { explanation } = explainedAt(world, sides, 2);
    expect(explanation.keys).toHaveLength(1);
    const [{ map, key, own, theirs, lane } = {} as KeyDifference] = explanation.keys;
    const statusIn = (bytes: Uint8Array | undefined) => {
      const record = contractRecordCodec.decode(bytes ?? new Uint8Array());
      return record.ok && record.value.status;
    };
    expect([map.kind, textOf(key), statusIn(own), statusIn(theirs), lane?.nodeCount]).toEqual([
      "contracts",
      "a/z",
      "live",
      "ended",
      0,
    ]);
  });

  test("P10: steps read whether their contract exists, and who takes the whole of it can change that", async () => {
    const world = worldOf([program([add("a/x", "k1"), sweep("a/x", "k2")])]);
    const sides = await sidesOf(world, {}, { records: { "a/x": { status: "ended" } } });
    const { explanation } = explainedAt(world, sides, 2);
    const key = explanation.keys.find(({ map }) => map.kind === "contracts");
    expect(key && touching(key)).toEqual(["2/0/0 step reads", "2/0/1 step whole"]);
  });

  test("a contract that is not there, with its state", async () => {
    const world = usualWorld();
    const record = { environment: probe.name, status: "live" } as const;
    const sides = await sidesOf(world, {}, { states: { "a/secret": { k: 9n } }, records: { "a/secret": record } });
    const { explanation } = explainedAt(world, sides, 2);
    expect(explanation.keys.map(({ map }) => map.kind)).toEqual(["contracts", "state"]);
    expect(explanation.keys[0]?.own).toBeUndefined();
    expect(shownKeys(explanation)[1]).toEqual(["a/secret", "k", undefined, 9n]);
  });

  test.each([
    ["what is no record", "a/z", Uint8Array.of(1, 2, 3)],
    [
      "a record under what is no name",
      "Not a name",
      contractRecordCodec.encode({ environment: probe.name, state: zeroRoot, status: "live" }),
    ],
  ])("%s is shown as it is", async (_, name, record) => {
    const world = usualWorld();
    const sides = await sidesOf(world, {}, { records: { [name]: record } });
    const { explanation } = explainedAt(world, sides, 2);
    expect(explanation.keys).toMatchObject([{ map: { kind: "contracts" }, theirs: record, lane: undefined }]);
    expect(explanation.end).toBe("all");
  });

  test("what is pending, where all contracts agree", async () => {
    const world = worldOf([
      program([
        add("a/x", "k1"),
        add("b/x", "k1"),
        call("a/y", "add", [literal("k1"), outcomeOf(1)], keys([], ["k1"])),
      ]),
    ]);
    const sides = await sidesOf(world, {}, {});
    const theirs = await rewritePending(sides.theirs, (entry) => ({ ...entry, ran: [] }));
    const own = sides.own.contentAt(2);
    const peers = new Map([[7, servesFrom(sides.theirs)]]);
    const { explanation } = explain(world, sides.own, disputedOf(own, theirs), peers);
    const [change] = (sides.own.results[0] as RoundResult).entries as readonly [RoundResult["entries"][number]];
    const entry = change.entry as NonNullable<typeof change.entry>;
    expect(explanation.keys).toMatchObject([
      {
        map: { kind: "pending" },
        own: pendingEntryCodec.root(entry),
        theirs: pendingEntryCodec.root({ ...entry, ran: [] }),
        lane: undefined,
      },
    ]);
  });

  test("a claim of the same state has no keys to show, and nobody is asked", async () => {
    const world = usualWorld();
    const sides = await sidesOf(world, {}, {});
    const own = sides.own.contentAt(2);
    const lanes = own.claim.lanes.map((lane) => ({ ...lane, post: lane.pre }));
    const disputed = disputedOf(own, { ...own, claim: { ...own.claim, lanes } });
    const { explanation, asked } = explain(world, sides.own, disputed, new Map([[7, servesFrom(sides.theirs)]]));
    expect([explanation.keys, explanation.end, asked.size]).toEqual([[], "all", 0]);
  });
});

test("the contract that the difference names comes first", async () => {
  const world = usualWorld();
  const sides = await sidesOf(world, {}, { states: { "a/x": { m: 1n }, "a/y": { m: 1n }, "a/z": { m: 1n } } });
  const disputed = disputedOf(sides.own.contentAt(2), sides.theirs.contentAt(2));
  for (const contract of ["a/x", "a/y", "a/z"].map(asContractName)) {
    const difference = { what: "post", contract, own: undefined, theirs: undefined } as const;
    const peers = new Map([[7, servesFrom(sides.theirs)]]);
    const { explanation } = explain(world, sides.own, { ...disputed, difference }, peers);
    expect(explanation.keys.map(({ map }) => map)[0]).toEqual({ kind: "state", contract });
    expect(explanation.keys).toHaveLength(3);
  }
});

describe("states of other rounds", () => {
  const blocks = Array.from({ length: 8 }, () => [program([add("a/x", "k1")])]);
  const bent = { states: { "a/x": { k2: 5n } } };

  test("both sides have gone on meanwhile", async () => {
    const world = worldOf(...blocks);
    const sides = await sidesOf(world, {}, { states: { "a/x": { k1: 5n } } });
    for (const round of [2, 5, 9]) {
      const { explanation } = explainedAt(world, sides, round);
      expect(shownKeys(explanation)).toEqual([["a/x", "k1", BigInt(round - 1), BigInt(round + 4)]]);
    }
  });

  test("where their state is forgotten they show nothing; where the own one is, that is said", async () => {
    const world = worldOf(...blocks);
    for (const [name, end] of [
      ["theirs", "not-shown"],
      ["own", "not-kept"],
    ] as const) {
      const sides = await sidesOf(world, {}, bent);
      const { store } = sides[name];
      // All but the newest: under the prefix of the shard.
      await pruneAll(sides[name], 8);
      expect(store.size).toBeGreaterThan(0);
      expect([explainedAt(world, sides, 3).explanation, name]).toMatchObject([{ keys: [], end }, name]);
      expect(explainedAt(world, sides, 9).explanation.end).toBe("all");
    }
  });

  async function pruneAll(side: Side, keepFrom: number): Promise<void> {
    const { store, prefix } = side;
    const part = side.under(new Uint8Array());
    for await (const batch of pruneShard(part, asRound(keepFrom))) {
      const deletes = batch.deletes.map((key) => new Uint8Array([...prefix, ...key]));
      store.write({ puts: [], deletes });
    }
  }

  test("a round without work of one's own: the state is that of the claim before", async () => {
    const world = worldOf([program([add("a/x", "k1")])], []);
    const sides = await sidesOf(world, {}, bent);
    const before = sides.own.contentAt(2);
    // They say that round 3 did something.
    const claim = {
      ...sides.theirs.contentAt(2).claim,
      prev: claimCodec.root(before.claim),
      lanes: [],
      round: asRound(3),
    };
    const peers = new Map([[7, servesFrom(sides.theirs)]]);
    const idle = disputedOf(undefined, { claim, exports: [] });
    const { explanation } = explain(world, sides.own, idle, peers);
    expect([shownKeys(explanation), explanation.end]).toEqual([[["a/x", "k2", undefined, 5n]], "all"]);
    const unknown = disputedOf(undefined, { claim: { ...claim, prev: claim.contracts }, exports: [] });
    expect(explain(world, sides.own, unknown, peers).explanation).toMatchObject({ keys: [], end: "not-kept" });
  });

  test("own pages that were forgotten while they were read are not kept; others than were written are a fault", async () => {
    const world = usualWorld();
    const sides = await sidesOf(world, { states: { "a/x": { m1: 1n, m2: 1n } } }, bent);
    const { store } = sides.own;
    const pages = await sides.own.pagesOf("a/x");
    expect(pages.length).toBeGreaterThan(0);
    store.write({ puts: [], deletes: pages });
    expect(explainedAt(world, sides, 2).explanation).toMatchObject({ keys: [], end: "not-kept" });
    store.write({ puts: pages.map((key) => ({ key, value: Uint8Array.of(1, 2, 3) })), deletes: [] });
    expect(() => explainedAt(world, sides, 2)).toThrow("page record");
  });

  test("claims of different rounds are not compared", async () => {
    const world = worldOf(...blocks);
    const sides = await sidesOf(world, {}, bent);
    const disputed = disputedOf(sides.own.contentAt(2), sides.theirs.contentAt(3));
    const { explanation, asked } = explain(world, sides.own, disputed, new Map([[7, servesFrom(sides.theirs)]]));
    expect([explanation.keys, explanation.end, asked.size]).toEqual([[], "other-rounds", 0]);
  });
});

describe("S11: bounds", () => {
  test("so many keys, those of the contract that the difference names first, and it is said that there are more", async () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`m${i}`, 1n]));
    const records = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`a/c${i}`, { environment: probe.name, status: "live" as const }]),
    );
    const states = Object.fromEntries(Object.keys(records).map((name) => [name, { k: 1n }]));
    const world = usualWorld();
    const sides = await sidesOf(world, {}, { states: { ...states, "a/y": { k9: 50n, ...many } }, records });
    const { explanation, asked } = explainedAt(world, sides, 2);
    expect(explanation.difference).toMatchObject({ contract: "a/y" });
    expect([explanation.keys.length, explanation.end]).toEqual([explainLimits.keysMax, "more"]);
    for (const { map } of explanation.keys) expect(map).toEqual({ kind: "state", contract: "a/y" });
    expect(asked.get(7)).toBeLessThanOrEqual(explainLimits.partsMax);
  });
});
