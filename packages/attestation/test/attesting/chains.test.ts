// What Stage 2 tells the order chain and its own consensus: at the start, after restarts, and on request.

import { asHeight, toHex, verifyHistory } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { program } from "../../../execution/test/support/programs.ts";
import { add } from "../../../execution/test/support/seats.ts";
import type { AttestEffect } from "../../src/types.ts";
import type { AttestNode } from "../support/attest-node.ts";
import { AttestWorld } from "../support/attest-world.ts";

const one = (at: string) => program([add(at, "k", 1n)]);

function chainOf(blocks: number, isCited = true): AttestWorld {
  const world = new AttestWorld({ late: 30 });
  for (let round = 0; round < blocks; round++) world.order([one("a/x"), one("b/x")], isCited ? undefined : 0).settle();
  return world;
}

function restarted(world: AttestWorld, node: AttestNode): readonly AttestEffect[] {
  node.stop();
  const before = node.effects.length;
  node.start();
  world.until(() => node.isStarted);
  return node.effects.slice(before);
}

const toldIn = (effects: readonly AttestEffect[]) =>
  effects.flatMap((effect) => (effect.kind === "attested" ? [Number(effect.block.header.height)] : []));

describe("O3: the order chain", () => {
  test("is told of every final block once, in order, with what it changes", () => {
    const world = chainOf(4);
    for (const node of world.nodes) {
      expect(toldIn(node.effects)).toEqual(world.final.map((_, at) => at + 1));
      for (const [at, { block }] of node.of("attested").entries()) {
        const { block: final, certificate } = world.final[at] as (typeof world.final)[number];
        expect(block.certificate).toEqual(certificate);
        expect(toHex(block.ref.root)).toBe(toHex(world.refAt(at + 1).root));
        const rounds = new Map(
          final.body.items.flatMap(({ kind, value }) =>
            kind === "attestation" ? [[value.claim.shard, value.claim.round]] : [],
          ),
        );
        expect(new Map([...block.changes].map(([shard, { round }]) => [shard, round]))).toEqual(rounds);
      }
    }
  });

  test("is told again after a restart what its last block does not cite", () => {
    const world = chainOf(4);
    const cited = Number(world.network.at(4).header.attested.height);
    const last = world.final.length;
    expect(cited).toBeLessThan(last);
    const effects = restarted(world, world.at(1));
    expect(toldIn(effects)).toEqual(Array.from({ length: last - cited }, (_, at) => cited + 1 + at));
    expect(effects.findLastIndex(({ kind }) => kind === "attested")).toBeLessThan(
      effects.findIndex(({ kind }) => kind === "started"),
    );
    const first = world
      .at(1)
      .of("attested")
      .filter(({ block }) => block.header.height === last);
    expect(first).toHaveLength(2);
    expect(first[0]).toEqual(first[1]);
  });

  test("is told all again if it cites nothing yet", () => {
    const world = chainOf(3, false);
    expect(toldIn(restarted(world, world.at(2)))).toEqual(world.final.map((_, at) => at + 1));
  });

  test("is shown how any block descends from any below it", () => {
    const world = chainOf(6);
    const node = world.at(0);
    restarted(world, node);
    let id = 0;
    for (const { block } of world.final) {
      const { header } = block;
      for (let from = 0; from < header.height; from++) {
        node.give({ kind: "prove-descent", id: ++id, from: asHeight(from), header });
        const asked = id;
        world.until(() => node.of("descent").some((effect) => effect.id === asked));
        const { proof } = node.of("descent").find((effect) => effect.id === asked) ?? {};
        expect(proof).toBeDefined();
        if (proof === undefined) continue;
        expect(verifyHistory(header.history, header.height, asHeight(from), world.refAt(from).root, proof).ok).toBe(
          true,
        );
      }
    }
    expect(id).toBeGreaterThan(10);
  });
});

describe("consensus", () => {
  test("is told the last delivered block at the start, be it judged or not", () => {
    const world = chainOf(3);
    const node = world.at(0);
    const last = world.final.at(-1);
    restarted(world, node);
    const { block, certificate } = node.of("started").at(-1) ?? {};
    expect(block).toEqual(last?.block);
    expect(certificate).toEqual(last?.certificate);
    expect(node.of("started")[0]).toEqual({ kind: "started", block: undefined, certificate: undefined });
  });

  test("has a reason as soon as there is something to attest, after a restart of all nodes too", () => {
    const world = new AttestWorld();
    world.isQuiet = true;
    world.order([one("a/x")]).run(3_000);
    for (const node of world.nodes) expect(node.hasReason).toBe(true);
    for (const node of world.nodes) node.stop();
    for (const node of world.nodes) node.start();
    world.isQuiet = false;
    // No order block comes any more.
    world.settle();
    expect(world.attestedOf("a")).toEqual(world.trueClaimsOf("a"));
  });

  test("does not hear of a reason in a block that has no finalization", () => {
    const world = new AttestWorld();
    world.order([one("a/x")], 0, false).run(3_000);
    for (const node of world.nodes) expect(node.hasReason).toBe(false);
    world.order([], 0).settle();
    expect(world.attestedOf("a")).toEqual(world.trueClaimsOf("a"));
  });
});
