// Many worlds, each drawn from a seed: programs across shards, loss and doubling, blocks that become final late or never, nodes
// that stop anywhere, go away and come back. In the end all nodes stand on the same chain, and every claim is the one that a
// straight serial run gives.

import { toHex } from "@tandem/shared";
import { expect, test } from "vitest";
import { program } from "../../../execution/test/support/programs.ts";
import { add } from "../../../execution/test/support/seats.ts";
import { fourEach, type NetworkPlan } from "../support/attest-network.ts";
import type { AttestNode } from "../support/attest-node.ts";
import { AttestWorld } from "../support/attest-world.ts";
import { type Draw, drawFrom } from "../support/followers.ts";
import { chainIn, shardIn } from "../support/stored.ts";

const contracts = ["a/x", "a/y", "b/x", "c/x"];

function anyProgram(draw: Draw) {
  const length = 1 + draw(3);
  const at = () => contracts[draw(contracts.length)] as string;
  const key = () => ["k", "l"][draw(2)] as string;
  const steps = Array.from({ length }, (_, index) => {
    return add(at(), key(), index === 0 || draw(3) === 0 ? BigInt(1 + draw(5)) : draw(index));
  });
  const isGroup = length > 1 && draw(4) === 0;
  return program(steps, isGroup ? [[0, length]] : []);
}

/** At most one of five is down or away at a time. */
function disturb(world: AttestWorld, draw: Draw, down: AttestNode | undefined): AttestNode | undefined {
  if (down !== undefined) {
    if (draw(2) === 0) return down;
    if (!down.isUp) down.start();
    down.isAway = false;
    return undefined;
  }
  const node = world.nodes[draw(world.nodes.length)] as AttestNode;
  const what = draw(4);
  if (what === 0) node.stop();
  if (what === 1) node.isAway = true;
  if (what === 2) node.stopBefore = node.effects.length + draw(40);
  return what === 3 ? undefined : node;
}

const networks: readonly NetworkPlan[] = [
  fourEach,
  { validators: 4, committees: { a: [0, 1, 2, 3], b: [0, 1, 2, 3], c: [0, 1, 2, 3] } },
  { validators: 7, committees: { a: [0, 1, 2, 3], b: [3, 4, 5, 6], c: [0, 1, 4, 5, 6] } },
];

function runWorld(seed: number): AttestWorld {
  const draw = drawFrom(7 * seed + 1);
  const messages = { lost: draw(3) * 5, doubled: draw(3) * 5 };
  const blocks = { late: draw(2) * 30, dropped: draw(2) * 20 };
  const nodes = draw(2) === 0 ? [] : [{ place: 9, follows: ["a", "c"] }];
  const network = networks[draw(networks.length)] as NetworkPlan;
  const world = new AttestWorld({ seed, network, nodes, ...messages, ...blocks });
  let cited = 0;
  let down: AttestNode | undefined;
  for (let block = 0; block < 14; block++) {
    cited += draw(world.final.length - cited + 1);
    const programs = Array.from({ length: draw(4) }, () => anyProgram(draw));
    world.order(programs, cited, draw(5) > 0);
    world.run(draw(400));
    if (down?.stopBefore !== undefined && !down.isUp) down.stopBefore = undefined;
    down = disturb(world, draw, down);
  }
  for (const node of world.nodes) {
    node.stopBefore = undefined;
    node.isAway = false;
    if (!node.isUp) node.start();
  }
  // Whatever waits for another shard goes on as soon as its claims are cited.
  for (let more = 0; more < 6; more++) world.order().run(3_000);
  return world.settle();
}

function expectSameStores({ nodes, network }: AttestWorld): void {
  for (const { disk } of nodes.slice(1)) expect(chainIn(disk)).toEqual(chainIn(nodes[0]?.disk ?? disk));
  for (const shard of network.shards) {
    const [first, ...others] = nodes.filter(({ follows }) => follows.includes(shard));
    for (const { disk } of others) expect(shardIn(disk, shard)).toEqual(shardIn(first?.disk ?? disk, shard));
  }
}

function expectTrue(world: AttestWorld): void {
  for (const shard of world.network.shards) expect(world.attestedOf(shard)).toEqual(world.trueClaimsOf(shard));
  const roots = world.nodes.map(({ machine }) => toHex(machine.progress().root));
  expect(new Set(roots).size).toBe(1);
  expectSameStores(world);
  expect(world.refused).toEqual([]);
  for (const node of world.nodes) expect(node.alarms).toEqual([]);
}

for (let part = 0; part < 4; part++) {
  test(`all nodes come to what a serial run gives (${part + 1} of 4)`, () => {
    for (let seed = 1 + 4 * part; seed <= 4 + 4 * part; seed++) {
      try {
        expectTrue(runWorld(seed));
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
  });
}
