// C6: a node whose own result differs from a quorum's stops that shard, says why, keeps its own state, and goes on with all else.

import { asShardName, toHex } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { program } from "../../../execution/test/support/programs.ts";
import { add } from "../../../execution/test/support/seats.ts";
import type { AttestMessage } from "../../src/types.ts";
import type { AttestNode } from "../support/attest-node.ts";
import { AttestWorld } from "../support/attest-world.ts";
import { chainIn, shardIn } from "../support/stored.ts";

const one = (at: string) => program([add(at, "k", 1n)]);
const follows = ["a", "c"];

/** Its second claim of `a` is another than that of all others; `c` uses `a`'s claims. */
function worldOf(isDeaf = false, stopBefore?: number): AttestWorld {
  const bent = { contract: "a/x", height: 2 };
  const plan = { place: 0, follows, bent, ...(stopBefore === undefined ? {} : { stopBefore }) };
  // It hears of a quorum by attest blocks alone: that is latest.
  const route = (_: number, to: number, { kind }: AttestMessage) =>
    to === 0 && kind === "affirmations" ? [] : undefined;
  return new AttestWorld({ nodes: [plan], ...(isDeaf && { route }) });
}

const givenOn = program([add("a/x", "k", 1n), add("c/x", "k", 0)]);

/** Starts the bent node as often as it stops. */
function keepUp(world: AttestWorld, isMet: () => boolean): void {
  const node = world.at(0);
  for (;;) {
    world.until(() => !node.isUp || isMet());
    if (node.isUp) return;
    node.stopBefore = undefined;
    node.start();
  }
}

function script(world: AttestWorld): void {
  const others = world.nodes.slice(1);
  const settle = () => keepUp(world, () => world.isSettled(others));
  world.order([one("a/x"), one("c/x")]);
  settle();
  world.order([givenOn]);
  settle();
  for (let more = 0; more < 2; more++) {
    world.order([one("a/x")]);
    settle();
  }
  keepUp(world, () => isDone(world));
  world.run(2_000);
}

/** It is at the end of both chains, and of the shard that is not disputed. */
function isDone(world: AttestWorld): boolean {
  const node = world.at(0);
  return node.isStarted && node.height === world.final.length && node.standing("c").own?.done === world.network.height;
}

const disputeOf = (node: AttestNode) => node.standing(asShardName("a")).own?.dispute;

describe("a node with a result of its own", () => {
  test("stops that shard, says so and why, and goes on with others", () => {
    const world = worldOf();
    script(world);
    const node = world.at(0);
    const [, second] = world.trueClaimsOf("a");
    expect(node.alarms.map(({ what }) => what).sort()).toEqual(["built-on-disputed", "diverged", "explained", "shown"]);
    expect(disputeOf(node)).toMatchObject({ shard: "a", round: 2 });
    expect(toHex(disputeOf(node)?.theirs as never)).toBe(second);
    expect(node.alarms.find(({ what }) => what === "explained")).toMatchObject({
      difference: { what: "export", contract: "a/x", node: { height: 2, index: 0, step: 0 } },
    });
    expect(shardIn(node.disk, "c")).toEqual(shardIn(world.at(4).disk, "c"));
    expect(chainIn(node.disk)).toEqual(chainIn(world.at(4).disk));
  });

  test("affirms nothing of that shard any more, and does not take over the others' state", () => {
    const world = worldOf();
    script(world);
    const node = world.at(0);
    const rounds = [...node.said].filter(([text]) => text.startsWith("a ")).map(([text]) => text);
    expect(rounds.filter((text) => ["a 3", "a 4", "a 5"].includes(text))).toEqual([]);
    expect(shardIn(node.disk, "a")).not.toEqual(shardIn(world.at(1).disk, "a"));
    // It stands at its own claim for ever.
    expect(node.standing("a").own?.done).toBeLessThan(4);
  });

  test("says the same again after a restart, and executes no more of it", () => {
    const world = worldOf();
    script(world);
    const node = world.at(0);
    const stored = shardIn(node.disk, "a");
    const before = node.effects.length;
    const dispute = disputeOf(node);
    node.stop();
    node.start();
    world
      .order([one("a/x"), one("c/x")])
      .until(() => isDone(world))
      .run(10_000);
    const since = node.effects.slice(before);
    expect(since.some((effect) => effect.kind === "execute" && effect.shard === "a")).toBe(false);
    expect(
      node.alarms
        .map(({ what }) => what)
        .sort()
        .slice(3),
    ).toHaveLength(node.alarms.length - 3);
    expect(
      since.flatMap((effect) => (effect.kind === "news" && effect.news.kind === "alarm" ? effect.news.alarm.what : [])),
    ).toEqual(expect.arrayContaining(["diverged", "explained"]));
    expect(disputeOf(node)).toEqual(dispute);
    expect(shardIn(node.disk, "a")).toEqual(stored);
  });

  for (let part = 0; part < 3; part++) {
    test(`finds out wherever it stops in between (${part + 1} of 3)`, () => {
      const usual = worldOf(true);
      script(usual);
      const count = usual.at(0).effects.length;
      // Before that it has made no claim of its own.
      for (let cut = 40 + part; cut < count; cut += 3) {
        const world = worldOf(true, cut);
        script(world);
        const node = world.at(0);
        expect(node.life, `cut ${cut}`).toBe(1);
        expect(disputeOf(node), `cut ${cut}`).toMatchObject({ shard: "a", round: 2 });
        expect(shardIn(node.disk, "c")).toEqual(shardIn(world.at(4).disk, "c"));
        expect(node.said.get("a 3"), `cut ${cut}`).toBeUndefined();
      }
    });
  }
});
