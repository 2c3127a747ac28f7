// A5: what a leader puts into a block. Whatever it builds, voters find good.

import { asValidatorIndex, asView, attestItemsCodec, type Claim, exportsRootOf, readNow } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { type Build, type Built, buildBlock } from "../src/build.ts";
import { performBlockChecks } from "../src/judge-block.ts";
import type { AttestState } from "../src/state.ts";
import { shard, TwoChains } from "./support/two-chains.ts";

interface Plan {
  readonly chains?: readonly (readonly Claim[])[];
  readonly evidence?: Build["ready"]["evidence"];
  /** Height of the newest order block. */
  readonly order?: number;
  readonly isWanted?: boolean;
  readonly room?: Build["room"];
}

/** Order blocks up to height 20 that all cite the attest genesis. */
function world() {
  const chains = new TwoChains();
  for (let height = 1; height <= 20; height++) chains.order(chains.genesis);
  return chains;
}

function build(chains: TwoChains, parent: AttestState, plan: Plan): Built | undefined {
  const { order = 20, evidence = [], isWanted = false, room } = plan;
  const lines = (plan.chains ?? []).map((line) => line.map((claim) => chains.attest(claim)));
  const ready = {
    chains: new Map(lines.flatMap((line) => (line[0] === undefined ? [] : [[line[0].claim.shard, line] as const]))),
    evidence,
  };
  const view = asView(parent.header.view + 1);
  const before = parent.header.order.height;
  // What is cited already, or below it, is offered too.
  const newest = order > 0 ? chains.citation(order, Math.min(order, before)) : undefined;
  const seat = asValidatorIndex(view % 4);
  const whole = { view, parent, seat, isWanted, newest, ready, ...(room === undefined ? {} : { room }) };
  return readNow((keys) => chains.store.readNow(keys), buildBlock(chains.setting, whole));
}

/** A line of claims of a shard, one a round. */
function line(chains: TwoChains, name: string, count: number, from = 1): Claim[] {
  const made: Claim[] = [];
  for (let round = from; round < from + count; round++) {
    made.push(chains.claim(shard(name), { round, ...(made.length > 0 ? { prev: made.at(-1) as Claim } : {}) }));
  }
  return made;
}

function namesIn(built: Built | undefined): string[] {
  return (built?.block.body.items ?? []).map((item) =>
    item.kind === "evidence" ? "evidence" : `${item.value.claim.shard} ${item.value.claim.round}`,
  );
}

/** Voters find it good, and the same after it. */
function expectGood(chains: TwoChains, parent: AttestState, built: Built | undefined): Built {
  if (built === undefined) throw new Error("nothing was built");
  const judged = chains.judge(built.block, parent, built.block.header.proposer);
  if (judged.kind !== "good") throw new Error(JSON.stringify(judged));
  expect(performBlockChecks(chains.setting, judged.checks)).not.toContain(false);
  expect(judged.state.root).toEqual(built.state.root);
  expect(judged.state.changes).toEqual(built.state.changes);
  expect(judged.state.claims).toEqual(built.state.claims);
  expect(judged.state.faults).toEqual(built.state.faults);
  expect(judged.state.frontiers.root).toEqual(built.state.frontiers.root);
  return built;
}

describe("A5: a block", () => {
  test("takes whatever is ready, of each shard as far as it is behind, in turns", () => {
    const chains = world();
    const plan = { chains: [line(chains, "rail", 1), line(chains, "bank", 3)] };
    const built = expectGood(chains, chains.genesis, build(chains, chains.genesis, plan));
    expect(namesIn(built)).toEqual(["bank 1", "rail 1", "bank 2", "bank 3"]);
    expect(built.block.header.order.height).toBe(20);
  });

  test("goes on from the frontier of its parent, whatever was included on the way", () => {
    const chains = world();
    const plan = { chains: [line(chains, "bank", 4)], room: { itemsMax: 2, bytesMax: 1 << 20 } };
    const first = expectGood(chains, chains.genesis, build(chains, chains.genesis, plan));
    const second = expectGood(chains, first.state, build(chains, first.state, plan));
    expect([first, second].map(namesIn)).toEqual([
      ["bank 1", "bank 2"],
      ["bank 3", "bank 4"],
    ]);
    expect(build(chains, second.state, plan)).toBeUndefined();
  });

  test("leaves out a shard whose next claim is missing, and takes the others", () => {
    const chains = world();
    const plan = { chains: [line(chains, "bank", 3).slice(1), line(chains, "rail", 1)] };
    expect(namesIn(expectGood(chains, chains.genesis, build(chains, chains.genesis, plan)))).toEqual(["rail 1"]);
  });

  test("leaves out what can never stand there, with what follows it, and takes the others", () => {
    const chains = world();
    const [hotel] = line(chains, "hotel", 1) as [Claim];
    const source = { shard: hotel.shard, round: hotel.round, exports: exportsRootOf(hotel) };
    const hidden = chains.claim(shard("bank"), { sources: [source] });
    const next = chains.claim(shard("bank"), { prev: hidden });
    const plan = { chains: [[hidden, next], [hotel], line(chains, "rail", 2)] };
    const built = expectGood(chains, chains.genesis, build(chains, chains.genesis, plan));
    expect(namesIn(built)).toEqual(["hotel 1", "rail 1", "rail 2"]);
  });

  test("gives no room to what can never stand there", () => {
    const chains = world();
    const { genesis } = chains;
    const [first] = line(chains, "rail", 1) as [Claim];
    const source = { shard: first.shard, round: first.round, exports: exportsRootOf(first) };
    const lost = chains.claim(shard("bank"), { round: 2, sources: [source] });
    const hotel = line(chains, "hotel", 2);
    for (const itemsMax of [1, 2]) {
      const room = { itemsMax, bytesMax: 1_000_000 };
      const built = build(chains, genesis, { chains: [[lost, ...line(chains, "bank", 3, 3)], hotel], room });
      expect(namesIn(expectGood(chains, genesis, built))).toEqual(["hotel 1", "hotel 2"].slice(0, itemsMax));
    }
  });

  test("is none if there is nothing to put into it, unless one is wanted", () => {
    const chains = world();
    expect(build(chains, chains.genesis, {})).toBeUndefined();
    const built = expectGood(chains, chains.genesis, build(chains, chains.genesis, { isWanted: true }));
    expect(namesIn(built)).toEqual([]);
    expect(built.block.header.order.height).toBe(20);
  });

  test("has evidence first, each fault once, and no more than an eighth of the items", () => {
    const chains = world();
    const evidence = [0, 0, 1, 2].map((seat) => {
      const item = chains.votes("order", seat, ["notarize", "notarize"]);
      if (item.kind !== "evidence") throw new Error("no evidence");
      return item.value;
    });
    const plan = { chains: [line(chains, "bank", 1)], evidence };
    const first = expectGood(chains, chains.genesis, build(chains, chains.genesis, plan));
    expect(namesIn(first)).toEqual(["evidence", "evidence", "evidence", "bank 1"]);
    expect(build(chains, first.state, { evidence })).toBeUndefined();
    const room = { itemsMax: 9, bytesMax: 1 << 20 };
    const few = expectGood(chains, chains.genesis, build(chains, chains.genesis, { ...plan, room }));
    expect(namesIn(few)).toEqual(["evidence", "evidence", "bank 1"]);
  });
});

describe("A5: where not all fits", () => {
  test("the block has no more than its items and bytes", () => {
    const chains = world();
    const lines = ["bank", "hotel", "rail"].map((name) => line(chains, name, 4));
    const whole = expectGood(chains, chains.genesis, build(chains, chains.genesis, { chains: lines }));
    const sizes = whole.block.body.items.map((item) => attestItemsCodec.type.sizeOf([item]));
    for (let count = 0; count <= 12; count++) {
      const bytesMax = sizes.slice(0, count).reduce((sum, size) => sum + size, 0);
      for (const room of [
        { itemsMax: count, bytesMax: 1 << 20 },
        { itemsMax: 100, bytesMax },
      ]) {
        const built = build(chains, chains.genesis, { chains: lines, room, isWanted: true });
        expect(namesIn(expectGood(chains, chains.genesis, built))).toEqual(namesIn(whole).slice(0, count));
        const size = attestItemsCodec.type.sizeOf(built?.block.body.items ?? []);
        expect(size).toBeLessThanOrEqual(room.bytesMax);
      }
    }
  });

  test("the turns go on where the parent's ended, so no shard waits for another that catches up", () => {
    const chains = world();
    const lines = ["bank", "hotel", "rail"].map((name) => line(chains, name, 4));
    const room = { itemsMax: 2, bytesMax: 1 << 20 };
    const blocks: string[][] = [];
    let parent = chains.genesis;
    for (let count = 0; count < 6; count++) {
      const built = expectGood(chains, parent, build(chains, parent, { chains: lines, room }));
      blocks.push(namesIn(built));
      parent = built.state;
    }
    expect(blocks).toEqual([
      ["bank 1", "hotel 1"],
      ["rail 1", "bank 2"],
      ["hotel 2", "rail 2"],
      ["bank 3", "hotel 3"],
      ["rail 3", "bank 4"],
      ["hotel 4", "rail 4"],
    ]);
  });

  test("the last turn is that of the last item, however often its shard came before", () => {
    const chains = world();
    const plan = {
      chains: ["bank", "rail"].map((name) => line(chains, name, 3)),
      room: { itemsMax: 3, bytesMax: 1 << 20 },
    };
    const first = expectGood(chains, chains.genesis, build(chains, chains.genesis, plan));
    const second = expectGood(chains, first.state, build(chains, first.state, plan));
    expect([first, second].map(namesIn)).toEqual([
      ["bank 1", "rail 1", "bank 2"],
      ["rail 2", "bank 3", "rail 3"],
    ]);
  });

  test("a large claim has its turn before small ones of later turns", () => {
    const chains = world();
    const bank = line(chains, "bank", 4);
    const large = chains.claim(shard("rail"), { change: { lanes: lanesOf(chains, 30) } });
    const sizeOf = (claim: Claim) =>
      attestItemsCodec.type.sizeOf([{ kind: "attestation", value: chains.attest(claim) }]);
    const room = { itemsMax: 100, bytesMax: sizeOf(large) + Math.floor(sizeOf(bank[0] as Claim) / 2) };
    const plan = { chains: [bank, [large]], room };
    const first = expectGood(chains, chains.genesis, build(chains, chains.genesis, plan));
    const second = expectGood(chains, first.state, build(chains, first.state, plan));
    expect([first, second].map(namesIn)).toEqual([["bank 1"], ["rail 1"]]);
  });
});

function lanesOf(chains: TwoChains, count: number): Claim["lanes"] {
  const [first] = chains.claim(shard("rail")).lanes as [Claim["lanes"][number]];
  const nameOf = (at: number) => `rail/${String(at).padStart(3, "0")}` as typeof first.contract;
  return Array.from({ length: count }, (_, at) => ({ ...first, contract: nameOf(at) }));
}

describe("A2: the order block that it cites", () => {
  test("bounds the rounds of what it takes", () => {
    const chains = world();
    const plan = { chains: [line(chains, "bank", 4)], order: 3 };
    expect(namesIn(expectGood(chains, chains.genesis, build(chains, chains.genesis, plan)))).toEqual([
      "bank 1",
      "bank 2",
      "bank 3",
    ]);
  });

  test("leaves no room to claims of later rounds", () => {
    const chains = world();
    const room = { itemsMax: 1, bytesMax: 1 << 20 };
    const plan = { chains: [line(chains, "bank", 1, 5), line(chains, "rail", 1)], order: 3, room };
    expect(namesIn(expectGood(chains, chains.genesis, build(chains, chains.genesis, plan)))).toEqual(["rail 1"]);
  });

  test("stays the parent's, or the genesis, if there is none later", () => {
    const chains = world();
    const genesis = expectGood(chains, chains.genesis, build(chains, chains.genesis, { order: 0, isWanted: true }));
    expect(genesis.block.header.order).toEqual(chains.setting.orderGenesis);
    const first = expectGood(chains, genesis.state, build(chains, genesis.state, { order: 5, isWanted: true }));
    const second = expectGood(chains, first.state, build(chains, first.state, { order: 5, isWanted: true }));
    expect(second.block.header.order).toEqual(first.block.header.order);
    expect(second.block.body.citation).toBeUndefined();
    const third = expectGood(chains, second.state, build(chains, second.state, { order: 3, isWanted: true }));
    expect(third.block.header.order).toEqual(first.block.header.order);
  });

  test("stays the parent's while the newest cites an attest block that is not below", () => {
    const chains = world();
    const first = chains.add(chains.genesis, [], { order: 4 });
    const second = chains.add(first, [], {});
    const order = chains.order(second);
    const early = expectGood(chains, first, build(chains, first, { order, isWanted: true }));
    expect(early.block.header.order.height).toBe(4);
    const due = expectGood(chains, second, build(chains, second, { order, isWanted: true }));
    expect(due.block.header.order.height).toBe(order);
  });
});
