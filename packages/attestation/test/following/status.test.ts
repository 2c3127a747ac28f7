// What a caller is told of a program: ordered, run, affirmed, attested, and for what it waits, since when.

import { asRound, asShardName, type Program } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { probe } from "../../../execution/test/support/probe.ts";
import { call, keys, literal, outcomeOf, program } from "../../../execution/test/support/programs.ts";
import { World, type WorldBlob } from "../../../execution/test/support/world.ts";
import { ProgramStatuses } from "../../src/following/status.ts";

const [a, b] = [asShardName("a"), asShardName("b")];
const add = (at: string, from: number | bigint) =>
  call(at, "add", [literal("a"), typeof from === "number" ? outcomeOf(from) : literal(from)], keys([], ["a"]));
const hop = program([add("b/x", 1n), add("a/x", 0)]);

class Watched {
  readonly statuses: ProgramStatuses;
  readonly world = new World({
    shards: ["a", "b"],
    environments: [probe],
    contracts: { "a/x": ["probe", 1n], "b/x": ["probe", 2n] },
  });

  constructor(programsMax = 100) {
    this.statuses = new ProgramStatuses(programsMax);
  }

  block(blobs: readonly (Program | WorldBlob)[], silent: readonly string[] = [], followed = [a, b]): void {
    const made = this.world.block(blobs, this.world.citeAll(silent));
    const { height } = this.world;
    for (const shard of followed) {
      const slice = this.world.sliceOf(height, shard);
      this.statuses.onOrdered(shard, slice);
      const waiting = this.world.shard(shard).execution.takeWaiting();
      this.statuses.onExecuted(shard, slice.height, { result: made.get(shard), waiting });
    }
  }

  of(height: number, index: number) {
    return this.statuses.of(this.world.blocks[height - 1]?.blobs[index]?.root as never);
  }
}

describe("a program", () => {
  test("waits for a step of another shard, since the round in which it began to", () => {
    const watched = new Watched();
    watched.block([]);
    watched.block([hop]);
    watched.block([], ["b"]);
    expect(watched.of(2, 0)).toMatchObject({
      stage: "ordered",
      parts: [
        { shard: "a", stage: "ordered", ran: [], awaited: [{ shard: "b", step: 0, since: 2 }] },
        { shard: "b", stage: "run", awaited: [] },
      ],
    });
    watched.block([]);
    expect(watched.of(2, 0)).toMatchObject({ stage: "run", parts: [{ awaited: [] }, {}] });
  });

  test("waits for its turn behind another program, and it is told behind which one", () => {
    const watched = new Watched();
    const one = program([add("a/x", 1n)]);
    watched.block([hop]);
    watched.block([one, one], ["b"]);
    const awaitedBy = (height: number, index: number) => watched.of(height, index)?.parts[0]?.awaited;
    const turn = { contract: "a/x", behind: { height: 1, index: 0 }, since: 2 };
    expect([awaitedBy(1, 0), awaitedBy(2, 0)]).toEqual([[{ shard: "b", step: 0, since: 1 }], [turn]]);
    // The nearest one is told.
    expect(awaitedBy(2, 1)).toEqual([{ ...turn, behind: { height: 2, index: 0 } }]);
    watched.block([]);
    expect([awaitedBy(1, 0), awaitedBy(2, 0), awaitedBy(2, 1)]).toEqual([[], [], []]);
  });

  test("comes as far as the shard in which it came least far", () => {
    const watched = new Watched();
    watched.block([hop]);
    watched.block([]);
    const stage = () => watched.of(1, 0)?.stage;
    watched.statuses.onAffirmed(b, asRound(1));
    watched.statuses.onAffirmed(a, asRound(1));
    expect(stage()).toBe("run");
    watched.statuses.onAffirmed(a, asRound(2));
    expect(stage()).toBe("affirmed");
    watched.statuses.onAttested(b, asRound(1));
    expect(stage()).toBe("affirmed");
    watched.statuses.onAttested(a, asRound(2));
    expect(stage()).toBe("attested");
  });

  test("tells what its steps came to, in which claim, or why to nothing", () => {
    const watched = new Watched();
    watched.block([program([add("b/x", 1n), call("b/x", "fail", [], keys([]))], [[0, 2]])]);
    const [claim] = watched.world.shard("b").results;
    expect(watched.of(1, 0)?.parts[0]?.ran.map(({ node, outcome }) => [node.kind, node.step, outcome])).toEqual([
      ["step", 0, "value"],
      ["step", 1, "reverted"],
      ["settle", 1, "failed"],
    ]);
    expect(watched.of(1, 0)?.parts[0]?.ran[0]).toMatchObject({ contract: "b/x", round: 1, claim: claim?.root });
  });

  test("is run where nothing of it runs: a void one, or one without a step there", () => {
    const watched = new Watched();
    watched.block([
      { program: Uint8Array.of(1), touches: [b] },
      { program: program([add("b/x", 1n)]), touches: [a, b] },
    ]);
    expect(watched.of(1, 0)).toMatchObject({ stage: "run", parts: [{ shard: "b", ran: [] }] });
    expect(watched.of(1, 1)).toMatchObject({ stage: "run", parts: [{ shard: "a", ran: [] }, { shard: "b" }] });
  });

  test("is looked at in the followed shards alone", () => {
    const watched = new Watched();
    watched.block([hop], [], [b]);
    expect(watched.of(1, 0)).toMatchObject({ stage: "run", parts: [{ shard: "b" }] });
  });
});

test("S11: the oldest attested ones are forgotten first, then the oldest", () => {
  const watched = new Watched(3);
  watched.block([hop]);
  watched.block([program([add("b/x", 1n)])], ["b"]);
  watched.block([program([add("b/x", 1n)])], ["b"]);
  watched.statuses.onAttested(b, asRound(2));
  watched.block([program([add("b/x", 1n)])], ["b"]);
  expect([1, 2, 3, 4].map((height) => watched.of(height, 0)?.stage)).toEqual(["ordered", undefined, "run", "run"]);
  watched.block([program([add("b/x", 1n)])], ["b"]);
  expect([1, 2, 3, 4, 5].map((height) => watched.of(height, 0) !== undefined)).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
  for (let at = 0; at < 9; at++) watched.block([program([add("b/x", 1n)])], ["b"]);
  expect(watched.statuses.counts).toEqual({ programs: 3, finished: 3, ordered: 0 });
});

test("S11: what a shard that stopped does not execute is forgotten too", () => {
  const watched = new Watched(3);
  watched.block([hop]);
  const { world, statuses } = watched;
  for (let at = 0; at < 20; at++) {
    world.block([program([add("b/x", 1n)])]);
    statuses.onOrdered(b, world.sliceOf(world.height, b));
    statuses.onOrdered(a, world.sliceOf(world.height, a));
  }
  expect(statuses.counts).toMatchObject({ programs: 3, ordered: 3 });
});
