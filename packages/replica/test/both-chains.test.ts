// Replicas with all their real machines: programs are ordered, executed in rounds, affirmed and attested, and claims that
// one shard made are used by another; through restarts, and with validators that have different parts.

import { type OrderNetwork, openNetwork } from "@tandem/ordering";
import { asWeight, type Genesis, genesisCodec, toHex } from "@tandem/shared";
import { expect, test } from "vitest";
import { testNetwork } from "../../ordering/test/support/blobs.ts";
import { add, literal, type Programmed, programNetwork, programOf, programs } from "./support/programs.ts";
import { Town, type TownNode } from "./support/town.ts";

const patienceMs = 120_000;
const network = programNetwork;

/** The same network with something else in its genesis. */
function networkWith(change: (genesis: Genesis) => Partial<Genesis>): OrderNetwork {
  const genesis = { ...network.genesis, ...change(network.genesis) };
  return openNetwork({ genesis, network: genesisCodec.root(genesis) });
}

/** One after the other: a later one may need what an earlier one made. */
function submit(town: Town, blobs: readonly Programmed[]): void {
  for (const { bytes } of blobs) town.submit(town.nodes[0] as TownNode, bytes);
}

const stageOf = ({ replica }: TownNode, { root }: Programmed) => replica?.statusOf(root)?.stage;

function isAttested(nodes: readonly TownNode[], blobs: readonly Programmed[]): boolean {
  return nodes.every((node) => blobs.every((blob) => stageOf(node, blob) === "attested"));
}

function outcomesOf({ replica }: TownNode, { root }: Programmed): readonly string[] {
  const parts = replica?.statusOf(root)?.parts ?? [];
  return parts.flatMap(({ ran }) => ran.map(({ node, outcome }) => `${node.step} ${outcome}`)).toSorted();
}

/** What the attest chain says of each shard, as far as two nodes have the same block. */
function expectAgreement(nodes: readonly TownNode[]): void {
  const known = new Map<number, string>();
  for (const { effects } of nodes) {
    const finals = effects.flatMap((effect) => (effect.kind === "attest-final" ? [effect.info] : []));
    expect(effects.some(({ kind }) => kind === "diverged" || kind === "attest-diverged")).toBe(false);
    for (const { height, root } of finals) {
      expect(known.get(height) ?? toHex(root)).toBe(toHex(root));
      known.set(height, toHex(root));
    }
  }
  expect(known.size).toBeGreaterThan(0);
}

function alarmsOf({ news }: TownNode) {
  return news.flatMap((each) => (each.kind === "alarm" ? [each.alarm] : []));
}

test("what hops between shards is executed, affirmed and attested, and everybody finds the same", () => {
  const town = new Town(network);
  const blobs = programs();
  submit(town, blobs);
  town.runUntil(() => isAttested(town.nodes, blobs), patienceMs);
  for (const node of town.nodes) {
    expect(outcomesOf(node, blobs[2])).toEqual(["0 value", "1 value", "2 value"]);
    expect(alarmsOf(node)).toEqual([]);
  }
  expectAgreement(town.nodes);
  // O3: the first hop is seen by the other shard through a citation of each chain by the other.
  const cited = town.nodes[0]?.ordered.at(-1)?.block.header.attested.height ?? 0;
  expect(cited).toBeGreaterThan(0);
});

test("an attest block is told as final after it is stored, and claims are known as attested after that", () => {
  const town = new Town(network);
  const [first] = programs();
  submit(town, [first]);
  town.runUntil(() => isAttested(town.nodes, [first]), patienceMs);
  for (const { effects } of town.nodes) {
    const finals = effects.flatMap((effect, at) => (effect.kind === "attest-final" ? [{ at, ...effect.info }] : []));
    expect(finals.map(({ height }) => height)).toEqual(finals.map((_, index) => index + 1));
    for (const { at } of finals) expect(effects[at - 1]?.kind).toBe("store");
    for (const [at, effect] of effects.entries()) {
      if (effect.kind !== "news" || effect.news.kind !== "attested") continue;
      const { height } = effect.news;
      expect(finals.find((final) => final.height === height)?.at).toBeLessThan(at);
    }
  }
});

test("S8, C4: the votes of both chains, and affirmations, leave after their records are durable", () => {
  const town = new Town(network);
  const blobs = programs();
  submit(town, blobs);
  town.runUntil(() => isAttested(town.nodes, blobs), patienceMs);
  let votes = 0;
  let affirmations = 0;
  for (const { effects } of town.nodes) {
    let written = "";
    for (const effect of effects) {
      if (effect.kind === "persist") written += toHex(effect.record);
      if (effect.kind === "store") for (const { value } of effect.batch.puts) written += toHex(value);
      if (effect.kind !== "broadcast") continue;
      const { message } = effect;
      if (message.kind === "attest" && message.message.kind === "vote") {
        expect(written).toContain(toHex(message.message.vote.signature));
        votes++;
      }
      if (message.kind === "affirmations") {
        for (const { signature } of message.affirmations) expect(written).toContain(toHex(signature));
        affirmations++;
      }
    }
  }
  expect(votes).toBeGreaterThan(town.nodes.length);
  expect(affirmations).toBeGreaterThan(town.nodes.length);
});

test("a restart of one, and of all, goes on where it was: what waits for a hop comes to its end", () => {
  const town = new Town(network);
  const blobs = programs();
  const [, , hopping] = blobs;
  submit(town, blobs);
  const [first, second] = town.nodes as [TownNode, TownNode];
  town.runUntil(() => first.orderedBlobs.includes(hopping.key), patienceMs);
  town.start(second);
  town.runUntil(() => stageOf(first, hopping) !== undefined, patienceMs);
  town.start(...town.nodes);
  const last = programOf(network, 3, add("bank/a", literal(1n)));
  submit(town, [last]);
  town.runUntil(() => isAttested(town.nodes, [last]), patienceMs);
  const rounds = town.nodes.map(({ replica }) => {
    const shards = replica?.progress().shards ?? [];
    return shards.find(({ shard }) => shard === "bank")?.attested.pending;
  });
  expect(rounds).toEqual([0, 0, 0, 0]);
  for (const node of town.nodes) expect(alarmsOf(node)).toEqual([]);
  expectAgreement(town.nodes);
});

test("S7: who was away is served both chains", () => {
  const town = new Town(network, 1);
  const [, , , away, observer] = town.nodes as [TownNode, TownNode, TownNode, TownNode, TownNode];
  const present = town.nodes.filter((node) => node !== away && node !== observer);
  for (const node of [away, observer]) node.isCutOff = true;
  const blobs = programs();
  submit(town, blobs);
  town.runUntil(() => isAttested(present, blobs), patienceMs);
  for (const node of [away, observer]) node.isCutOff = false;
  const last = programOf(network, 3, add("hotel/b", literal(1n)));
  submit(town, [last]);
  const height = () => Math.max(...present.map(({ replica }) => replica?.progress().height ?? 0));
  const isThere = ({ replica }: TownNode) => replica?.progress().height === height();
  town.runUntil(() => isAttested([...present, away], [...blobs, last]) && town.nodes.every(isThere), patienceMs);
  for (const { seat } of [away, observer]) {
    const served = present.flatMap(({ effects }) =>
      effects.filter((effect) => {
        if (effect.kind !== "send" || effect.to !== seat || effect.message.kind !== "attest") return false;
        const { message } = effect.message;
        return message.kind === "answer" && message.blocks.length > 0;
      }),
    );
    expect(served.length).toBeGreaterThan(0);
  }
  expectAgreement(town.nodes);
});

test("validators with a part in one chain alone, and one that has a shard alone, do theirs", () => {
  // Places 0 to 3 order, 2 to 6 attest, 7 has neither; the shards are followed by some of each.
  const on = networkWith(() => {
    const eight = testNetwork({ validators: 8 }).genesis;
    return {
      validators: eight.validators.map((validator, place) => ({
        ...validator,
        orderWeight: asWeight(place < 4 ? 1n : 0n),
        attestWeight: asWeight(place >= 2 && place < 7 ? 1n : 0n),
      })),
      shards: eight.shards.map((shard, at) => ({
        ...shard,
        committee: shard.committee.filter(({ validator }) => validator % 2 === at % 2 || validator === 7),
      })),
    };
  });
  const town = new Town(on, 1);
  const blobs = programs(on);
  submit(town, blobs);
  const height = () => Math.max(...town.nodes.map(({ replica }) => replica?.progress().height ?? 0));
  const bankOf = ({ replica }: TownNode) => replica?.progress().shards.find(({ shard }) => shard === "bank")?.attested;
  const followers = town.nodes.filter(({ seat }) => seat % 2 === 1 || seat === 7).slice(0, 4);
  town.runUntil(() => isAttested(followers, [blobs[0]]), patienceMs);
  town.runUntil(
    () => town.nodes.every((node) => (bankOf(node)?.round ?? 0) > 3 && bankOf(node)?.pending === 0),
    patienceMs,
  );
  expect(height()).toBeGreaterThan(1);
  expectAgreement(town.nodes);
  for (const { seat, effects } of town.nodes) {
    const said = effects.flatMap((effect) => (effect.kind === "broadcast" ? [effect.message] : []));
    const isVoting = said.some(({ kind }) => kind === "vote");
    const isAttesting = said.some((message) => message.kind === "attest" && message.message.kind === "vote");
    expect([seat, isVoting, isAttesting]).toEqual([seat, seat < 4, seat >= 2 && seat < 7]);
  }
});
