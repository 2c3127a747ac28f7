// R2: what a claim of another shard exports is seen whoever signed it, unless no execution can give it. A committee of
// liars delays whoever waits for it, as a silent one does, and nothing else comes of it.

import {
  asEnvironmentName,
  asHeight,
  asRound,
  asShardName,
  type EncodedOutcome,
  type Export,
  encodeValue,
  exportsRootOf,
  laneExportsCodec,
  limits,
  type Program,
  type Value,
} from "@tandem/shared";
import { expect, test } from "vitest";
import { programsOf, restorePending, ShardExecution, type VisibleClaim } from "../src/index.ts";
import { probe } from "./support/probe.ts";
import { call, keys, literal, program } from "./support/programs.ts";
import { World, type WorldShard } from "./support/world.ts";

const readThere = call("b/y", "read", [literal("a")], keys(["a"]));
const putHere = call("a/x", "put", [literal("a"), 0], keys([], ["a"]));

/** A shard that waits: the program is ordered at height 3, and nothing of the other shard is cited. */
function waiting(ordered: Program): { readonly world: World; readonly shard: WorldShard } {
  const contracts = { "a/x": ["probe", 1n], "b/y": ["probe", 2n] } as const;
  const world = new World({ shards: ["a", "b"], environments: [probe], contracts });
  for (const blobs of [[], [], [ordered]]) world.block(blobs, new Map());
  return { world, shard: world.shard("a") };
}

const value = (of: Value): EncodedOutcome => {
  return { kind: "value", value: { bytes: encodeValue(of), environment: asEnvironmentName("probe") } };
};

/** A claim of `b` that exports an outcome of the program's first step. */
function claimed(round: number, outcome: EncodedOutcome): VisibleClaim {
  const node = { height: asHeight(3), index: 0, step: 0, kind: "step" } as Export["node"];
  const lane: readonly Export[] = [{ node, content: { kind: "outcome", value: outcome } }];
  const exports = exportsRootOf({ lanes: [{ exports: laneExportsCodec.root(lane) }] });
  return { shard: asShardName("b"), round: asRound(round), exports, lanes: [lane] };
}

const nextRound = (shard: WorldShard, execution: ShardExecution, visible: readonly VisibleClaim[]) => {
  const slice = { height: asHeight(4), timeMs: 1_040 as never, blobs: [] };
  return shard.run(execution.round({ slice, visible }));
};

test("R3: an outcome from before the program was ordered is none, for those who begin later too", async () => {
  const { world, shard } = waiting(program([readThere, putHere]));
  const { frontier, setting } = shard.execution;
  const entries = await restorePending(shard.store, frontier);
  const [ordered] = programsOf(world.sliceOf(3, shard.name));
  const pending = entries.map(({ position: _, ...rest }) => ({
    ordered: ordered as NonNullable<typeof ordered>,
    ...rest,
  }));
  const later = new ShardExecution(setting, frontier, pending);
  later.recall([claimed(2, value(8n))]);
  const honest = [claimed(3, value(9n))];
  const [begun, there] = [nextRound(shard, later, honest), nextRound(shard, shard.execution, honest)];
  expect(begun?.claim.sources.map(({ round }) => round)).toEqual([3]);
  expect(begun?.root).toEqual(there?.root);
});

test("P7: an outcome that its step cannot have paid for is none, for it might not fit into claims", () => {
  const large = new Uint8Array(limits.valueBytesMax - 5);
  const { shard } = waiting(program([readThere, putHere]));
  expect(nextRound(shard, shard.execution, [claimed(3, value(large))])).toBeUndefined();
});

test("P7: one that it can have paid for, to the unit", () => {
  const bytes = new Uint8Array(99);
  const places = 2;
  const key = 8_000;
  const price = key + places * (limits.placeCost + limits.byteCost * encodeValue(bytes).length);
  for (const [budget, isSeen] of [
    [price, true],
    [price - 1, false],
  ] as const) {
    const { shard } = waiting(program([{ ...readThere, budget: budget as never }, putHere]));
    const made = nextRound(shard, shard.execution, [claimed(3, value(bytes))]);
    expect(made !== undefined).toBe(isSeen);
  }
});

test("P7: what a step is given is paid for before it is decoded", () => {
  // Bytes that nobody could decode, so whoever tries stops here.
  const broken = { kind: "value", value: { bytes: Uint8Array.of(255), environment: "probe" } } as never;
  const dear = { ...putHere, budget: (limits.placeCost + 8_000) as never };
  const { shard } = waiting(program([readThere, dear]));
  const made = nextRound(shard, shard.execution, [claimed(3, broken)]);
  const contents = made?.lanes.flatMap(({ content }) => content.exports.map((each) => each.content.value));
  expect(contents).toEqual([{ kind: "nothing", value: { why: "budget", step: 1 } }]);
});

test("P12: so for a pure step", () => {
  const broken = { kind: "value", value: { bytes: Uint8Array.of(255), environment: "probe" } } as never;
  const pure = { kind: "pure", pure: "id" as never, args: [{ kind: "step", step: 0 }], budget: 1_000 } as never;
  const put = call("a/x", "put", [literal("a"), 1], keys([], ["a"]));
  const { shard } = waiting(program([readThere, pure, put]));
  const made = nextRound(shard, shard.execution, [claimed(3, broken)]);
  const contents = made?.lanes.flatMap(({ content }) => content.exports.map((each) => each.content.value));
  expect(contents).toEqual([{ kind: "nothing", value: { why: "input", step: 1 } }]);
});
