// A4: the map of frontiers as it is kept and read again, and what the order chain is told of it.

import {
  type AttestItem,
  asHeight,
  asRound,
  exportsRootOf,
  type Frontier,
  MemoryStore,
  readNow,
  storeBatchOf,
} from "@tandem/shared";
import { expect, test } from "vitest";
import { frontier, rootOf } from "../../shared/test/support/samples.ts";
import { openFrontiers, progressOf } from "../src/frontiers.ts";
import { type AttestState, baseState } from "../src/state.ts";
import { shard, shardNames, TwoChains } from "./support/two-chains.ts";

const at = (round: number): Frontier => ({ ...frontier, round: asRound(round), claim: rootOf(round) });

test("a map stays as it was when a block moves some of it", () => {
  const { frontiers: genesis } = new TwoChains().genesis;
  const first = genesis.after(new Map([[shard("bank"), at(1)]]), asHeight(1));
  const second = first.after(
    new Map([
      [shard("bank"), at(2)],
      [shard("rail"), at(3)],
    ]),
    asHeight(2),
  );
  const rounds = [genesis, first, second].map((each) => shardNames.map((name) => each.of(name)?.round));
  expect(rounds).toEqual([
    [0, 0, 0],
    [1, 0, 0],
    [2, 0, 3],
  ]);
  expect(second.of(shard("bank"))).toEqual(at(2));
});

test("the frontiers after every final block can be read again", () => {
  const chains = new TwoChains();
  for (let height = 1; height <= 6; height++) chains.order(chains.genesis);
  const { shards } = chains.setting.network;
  const states = [chains.genesis];
  for (const name of ["bank", "rail", "hotel", undefined]) {
    const items = name === undefined ? [] : [chains.item(chains.claim(shard(name), { round: states.length }))];
    states.push(chains.settle(chains.add(states.at(-1) ?? chains.genesis, items, { order: states.length })));
  }
  for (const { header, frontiers } of states) {
    const opened = readNow((keys) => chains.store.readNow(keys), openFrontiers(shards, header));
    expect(opened.root).toEqual(header.frontiersRoot);
    for (const name of shardNames) expect(opened.of(name)).toEqual(frontiers.of(name));
  }
});

test("what was read goes on as what was kept in memory", () => {
  const chains = new TwoChains();
  chains.order(chains.genesis);
  const state = chains.settle(chains.add(chains.genesis, [chains.item(chains.claim(shard("bank")))], { order: 1 }));
  const { shards } = chains.setting.network;
  const opened = readNow((keys) => chains.store.readNow(keys), openFrontiers(shards, state.header));
  const changes = new Map([[shard("hotel"), at(5)]]);
  const [a, b] = [opened, state.frontiers].map((each) => each.after(changes, asHeight(2)));
  expect(a?.root).toEqual(b?.root);
  const store = new MemoryStore();
  store.write(storeBatchOf(opened.map, a?.map ?? opened.map));
  expect(store.size).toBeGreaterThan(0);
});

test("who restarts from records finds good what those find good who did not, and nothing else", () => {
  const chains = new TwoChains();
  for (let height = 1; height <= 4; height++) chains.order(chains.genesis);
  const hotel = chains.claim(shard("hotel"), { round: 2 });
  const fault = chains.votes("order", 1, ["notarize", "notarize"]);
  const first = chains.settle(chains.add(chains.genesis, [chains.item(hotel), fault], { order: 3 }));
  const order = chains.order(first);
  const { shards } = chains.setting.network;
  const frontiers = readNow((keys) => chains.store.readNow(keys), openFrontiers(shards, first.header));
  const restored = baseState(first.header, first.history, frontiers);
  const source = { shard: hotel.shard, round: hotel.round, exports: exportsRootOf(hotel) };
  const using = (round: number) => chains.item(chains.claim(shard("bank"), { round, sources: [source] }));
  const verdictOf = (item: AttestItem, parent: AttestState) => {
    const judged = chains.judge(chains.block(first, [item], { order }), parent);
    return judged.kind === "bad" ? judged.problem.item?.code : judged.kind;
  };
  for (const parent of [first, restored]) {
    const items = [using(order), using(order - 1), fault, chains.item(hotel)];
    const verdicts = items.map((item) => verdictOf(item, parent));
    expect(verdicts).toEqual(["good", "hidden-source", "known-fault", "not-next"]);
  }
});

test("O10: the order chain is told rounds and counts of pending programs", () => {
  const moved = { ...at(4), pending: { count: 17, root: rootOf(1) } };
  expect(progressOf(new Map([[shard("bank"), moved]]))).toEqual(new Map([["bank", { round: 4, pending: 17 }]]));
});
