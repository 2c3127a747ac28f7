// A node that stops anywhere goes on where its store ends, and comes to the same.

import { asBlobIndex, asHeight, asShardName } from "@tandem/shared";
import { expect, test } from "vitest";
import { program } from "../../../execution/test/support/programs.ts";
import { add } from "../../../execution/test/support/seats.ts";
import { followLimits } from "../../src/following/types.ts";
import type { NetworkPlan } from "../support/attest-network.ts";
import type { AttestNode } from "../support/attest-node.ts";
import { AttestWorld, type WorldPlan } from "../support/attest-world.ts";
import { chainIn, shardIn } from "../support/stored.ts";

/** Three are a quorum of both committees. */
const small: NetworkPlan = { validators: 4, committees: { a: [0, 1, 2, 3], b: [0, 1, 2, 3] } };

/** Programs that go back and forth between two shards, and wait for each other's claims. */
function script(world: AttestWorld, during: (world: AttestWorld, isMet: () => boolean) => void): void {
  const others = world.nodes.slice(1);
  const group = program([add("a/x", "g", 1n), add("b/x", "g", 2n)], [[0, 2]]);
  world.order([program([add("a/x", "k", 1n), add("b/x", "k", 0), add("a/y", "k", 1)]), group]);
  during(world, () => world.final.length > 0 && world.isSettled(others.slice(0, 0)));
  world.order([program([add("b/x", "l", 3n)])], undefined, false);
  world.order([program([add("a/x", "k", 5n)])]);
  during(world, () => world.isSettled(others));
  world.order([], world.final.length);
  during(world, () => world.isSettled(others));
  world.order([], world.final.length);
  during(world, () => world.isSettled());
}

/** Starts it anew as often as it stops. */
function keepUp(world: AttestWorld, isMet: () => boolean): void {
  const [node] = world.nodes as [AttestNode];
  for (;;) {
    world.until(() => !node.isUp || isMet());
    if (node.isUp) return;
    node.stopBefore = undefined;
    node.start();
  }
}

function worldOf(plan: WorldPlan = {}): AttestWorld {
  return new AttestWorld({ network: small, late: 30, dropped: 10, ...plan });
}

function storesOf({ disk }: AttestNode) {
  return { chain: chainIn(disk), a: shardIn(disk, "a"), b: shardIn(disk, "b") };
}

for (let part = 0; part < 4; part++) {
  test(`S8: after a stop between any two effects the same is stored in the end (${part + 1} of 4)`, () => {
    const usual = worldOf();
    script(usual, keepUp);
    const count = usual.nodes[0]?.effects.length ?? 0;
    expect(count).toBeGreaterThan(60);
    for (let cut = part; cut < count; cut += 4) {
      const world = worldOf({ nodes: [{ place: 0, follows: ["a", "b"], stopBefore: cut }] });
      const [node, other] = world.nodes as [AttestNode, AttestNode];
      script(world, keepUp);
      expect(node.life, `cut ${cut}`).toBe(1);
      expect(storesOf(node), `cut ${cut}`).toEqual(storesOf(other));
      for (const shard of ["a", "b"]) expect(world.attestedOf(shard)).toEqual(world.trueClaimsOf(shard));
      expect(node.alarms).toEqual([]);
    }
  });
}

test("S11: what a waiting program was shown before a stop is shown again", () => {
  const committees = { a: [0, 1, 2, 3], b: [0, 1, 2, 3], c: [3, 4, 5, 6] };
  const world = new AttestWorld({ network: { validators: 7, committees } });
  const up = () => world.nodes.filter(({ isUp }) => isUp);
  for (const place of [5, 6]) world.at(place).stop();
  // The last step waits for two shards, of which one is silent for long.
  world.order([program([add("b/x", "k", 1n), add("c/x", "k", 2n), add("a/x", "k", 0), add("a/x", "l", 1)], [[0, 4]])]);
  world.until(() => world.attestedOf("b").length === 1);
  for (let more = 0; more < 3; more++) world.order([program([add("a/y", "k", 1n)])]).run(2_000);
  for (const node of up()) node.stop();
  for (const node of world.nodes) node.start();
  world.until(() => world.attestedOf("c").length === 1);
  for (let more = 0; more < 3; more++) world.order().run(2_000);
  world.settle();
  for (const shard of ["a", "b", "c"]) expect(world.attestedOf(shard)).toEqual(world.trueClaimsOf(shard));
  expect(world.network.truth.outcomesOf(1, 0).get(3)).toMatchObject({ kind: "value" });
});

test("what a program waits for is known after a restart too, since when as far as that is known", () => {
  const committees = { a: [0, 1, 2, 3], b: [0, 1, 2, 3], c: [3, 4, 5, 6] };
  const world = new AttestWorld({ network: { validators: 7, committees } });
  for (const place of [5, 6]) world.at(place).stop();
  world.order([program([add("c/x", "k", 2n), add("a/x", "k", 0)])]);
  world.until(() => world.attestedOf("a").length === 1);
  world.order([program([add("a/y", "k", 1n)])]).run(2_000);
  const { machine } = world.at(0);
  const place = { height: asHeight(1), index: asBlobIndex(0) };
  const [a, b] = [asShardName("a"), asShardName("b")];
  const waiting = [{ shard: "c", step: 0, since: 1 }];
  expect(machine.awaitedOf(place, a)).toEqual(waiting);
  expect(machine.awaitedOf(place, b)).toBeUndefined();
  world.at(0).stop();
  world.at(0).start();
  world.run(1_000);
  expect(world.at(0).machine.awaitedOf(place, a)).toEqual([{ shard: "c", step: 0, since: 2 }]);
});

test("what a program waits for is what is left of it, also where an execution was shown claims in portions", () => {
  const committees = { a: [0, 1, 2, 3], b: [0, 1, 2, 3], c: [3, 4, 5, 6] };
  const world = new AttestWorld({ network: { validators: 7, committees } });
  for (const place of [5, 6]) world.at(place).stop();
  const given = program([add("b/x", "k", 1n), add("c/x", "k", 2n), add("a/x", "k", 0), add("a/x", "l", 1)]);
  const count = followLimits.portionMax + 2;
  world.order([given], 0);
  for (let more = 1; more < count; more++) world.order([program([add("b/x", "l", 1n)])], 0);
  world.until(() => world.attestedOf("b").length === count);
  const { machine } = world.at(0);
  const awaited = () => machine.awaitedOf({ height: asHeight(1), index: asBlobIndex(0) }, asShardName("a"));
  const waits = [
    { shard: "b", step: 0, since: 1 },
    { shard: "c", step: 1, since: 1 },
  ];
  expect(awaited()).toEqual(waits);
  world.order().until(() => world.at(0).standing("a").own?.done === count + 1);
  expect(world.at(0).of("recall")).toHaveLength(1);
  expect(awaited()).toEqual(waits.slice(1));
});
