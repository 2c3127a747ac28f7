// The joint of the order chain's two machines, which are scripted here: what reaches which of them, and in what order effects
// leave. What goes between the chains is in join.test.ts.

import { drawLeader, type Message } from "@tandem/consensus";
import { type OrderEffect, type OrderMessage, orderBlockRules } from "@tandem/ordering";
import { asTimeMs, asView, type OrderBlock } from "@tandem/shared";
import { expect, test } from "vitest";
import type { ReplicaEffect } from "../src/index.ts";
import { electorateOf } from "./support/keys.ts";
import {
  blockOf,
  certificateOf,
  deliveryOf,
  network,
  orderStarted,
  outlineOf,
  persisting,
  scriptedReplica,
  startedReplica,
  startInput,
  storing,
} from "./support/scripted.ts";

const beat: Message<OrderBlock> = { kind: "reason", view: asView(1), isBeat: true };
const blobs: OrderMessage = { kind: "blobs", batch: 1, blobs: [] };
const genesisInfo = orderBlockRules.infoOf({ header: network.header, body: { blobs: [], citation: undefined } });

test("ordering starts first; consensus starts on the block that it names, with the journal", () => {
  const { replica, order, ordering } = scriptedReplica();
  const journal = [Uint8Array.of(7)];
  ordering.answers({ kind: "read", id: 0, keys: [Uint8Array.of(1)] });
  const journals = { order: journal, attest: [Uint8Array.of(6)] };
  const [read] = replica.handle({ ...startInput, journals, kept: [Uint8Array.of(8)] });
  expect(ordering.inputs).toEqual([{ kind: "start", kept: [Uint8Array.of(8)] }]);
  expect(order.inputs).toEqual([]);

  const block = blockOf(5);
  const certificate = certificateOf(block);
  ordering.answers({ ...orderStarted, block, certificate });
  order.answers(persisting(1));
  const effects = replica.handle({ kind: "read", id: idOf(read), records: [undefined] });
  expect(order.inputs).toEqual([
    { kind: "start", final: { info: orderBlockRules.infoOf(block), certificate }, journal },
  ]);
  expect(outlineOf(effects)).toEqual(["persist 1"]);
});

test("without a block it starts on the genesis", () => {
  const { replica, order, ordering } = scriptedReplica();
  ordering.answers(orderStarted);
  replica.handle(startInput);
  const final = { info: genesisInfo, certificate: undefined };
  expect(order.inputs).toEqual([{ kind: "start", final, journal: [] }]);
});

test("before that, messages to consensus are dropped, and those to ordering are not", () => {
  const { replica, order, ordering } = scriptedReplica();
  replica.handle(startInput);
  replica.handle({ kind: "message", from: 1, message: beat });
  replica.handle({ kind: "message", from: 1, message: blobs });
  expect(ordering.inputs.at(-1)).toEqual({ kind: "message", from: 1, message: blobs });
  ordering.answers(orderStarted);
  replica.handle({ kind: "clock", id: 0, nowMs: asTimeMs(1) });
  expect(order.inputs.map(({ kind }) => kind)).toEqual(["start"]);
});

test("O8: a reason that ordering has before consensus starts is told after its start", () => {
  const { replica, order, ordering } = scriptedReplica();
  ordering.answers({ kind: "reason", has: true });
  replica.handle(startInput);
  ordering.answers(orderStarted);
  replica.handle({ kind: "clock", id: 0, nowMs: asTimeMs(1) });
  expect(order.inputs.slice(1)).toEqual([{ kind: "reason", has: true }]);
});

test("each machine hears its own messages and timers", () => {
  const { replica, order, ordering } = startedReplica();
  const beatTimer = { kind: "timer", timer: { name: "heartbeat", beat: 1 } } as const;
  const offerTimer = { kind: "timer", timer: { name: "offer" } } as const;
  const beatMessage = { kind: "message", from: 2, message: beat } as const;
  const blobsMessage = { kind: "message", from: 2, message: blobs } as const;
  for (const input of [beatTimer, offerTimer, beatMessage, blobsMessage]) replica.handle(input);
  expect(order.inputs).toEqual([beatTimer, beatMessage]);
  expect(ordering.inputs).toEqual([offerTimer, blobsMessage]);
});

test("S1: ordering checks a block against the leader of its view", () => {
  const { replica, order, ordering } = startedReplica();
  for (let view = 1; view <= 8; view++) {
    const block = blockOf(view);
    const info = orderBlockRules.infoOf(block);
    order.answers({ kind: "check", block, info, ancestors: [] });
    replica.handle({ kind: "message", from: 1, message: beat });
    const leader = drawLeader(network.genesis.seed, electorateOf(network, "order").committee, asView(view));
    expect(ordering.inputs.at(-1)).toEqual({ kind: "check", block, info, ancestors: [], leader });
  }
});

test("S8: what was checked is stored, and what was known persisted, before the vote that rests on them", () => {
  const { replica, order, ordering } = startedReplica();
  const block = blockOf(1);
  const info = orderBlockRules.infoOf(block);
  order.answers({ kind: "check", block, info, ancestors: [] }, persisting(1), { kind: "broadcast", message: beat });
  ordering.answers({ kind: "checked", root: info.root, verdict: "valid" }, storing(2), {
    kind: "set-timer",
    timer: { name: "offer" },
    afterMs: 1,
  });
  order.answers(persisting(3), { kind: "broadcast", message: beat });
  const effects = replica.handle({ kind: "message", from: 1, message: beat });
  expect(outlineOf(effects)).toEqual(["store 2", "set-timer", "persist 1", "broadcast", "persist 3", "broadcast"]);
});

test("a block that was built is proposed at once", () => {
  const { replica, order, ordering } = startedReplica();
  const view = asView(1);
  order.answers({ kind: "build", view, parent: genesisInfo, ancestors: [], isWanted: true });
  const built = { kind: "built", view, block: blockOf(1) } as const;
  ordering.answers(storing(1), built);
  order.answers(persisting(2));
  const effects = replica.handle({ kind: "message", from: 1, message: beat });
  expect(ordering.inputs).toEqual([{ kind: "build", view, parent: genesisInfo, ancestors: [], isWanted: true }]);
  expect(order.inputs.at(-1)).toEqual(built);
  expect(outlineOf(effects)).toEqual(["store 1", "persist 2"]);
});

test("S6, S8: a block is told as final once it is stored, and the journal is pruned after that", () => {
  const { replica, order, ordering } = startedReplica();
  const executed: OrderEffect = {
    kind: "ordered",
    block: blockOf(1),
    info: deliveryOf(1).info,
    certificate: deliveryOf(1).certificate,
    blobs: [],
  };
  order.answers(deliveryOf(1), deliveryOf(2), { kind: "prune", below: asView(2) });
  ordering.answers(storing(1), storing(2), executed, { kind: "reason", has: false });
  ordering.answers(storing(3));
  order.answers(persisting(4));
  const effects = replica.handle({ kind: "message", from: 1, message: beat });
  expect(outlineOf(effects)).toEqual([
    "store 1",
    "final 1",
    "store 2",
    "ordered",
    "store 3",
    "final 2",
    "prune",
    "persist 4",
  ]);
  expect(ordering.inputs).toEqual([deliveryOf(1), deliveryOf(2)]);
});

test("answers reach who asked, under its own number, however the numbers fall", () => {
  const { replica, order, ordering } = startedReplica();
  const votes = { kind: "verify", id: 4, task: { kind: "votes", votes: [] } } as const;
  const signatures = { kind: "verify", id: 4, task: { kind: "signatures", signatures: [] } } as const;
  order.answers(votes);
  ordering.answers(signatures, { kind: "read", id: 4, keys: [Uint8Array.of(1)] });
  const asked = [
    ...replica.handle({ kind: "message", from: 1, message: beat }),
    ...replica.handle({ kind: "message", from: 1, message: blobs }),
  ];
  const [ofConsensus, ofOrdering, read] = asked;
  expect(new Set([idOf(ofConsensus), idOf(ofOrdering)]).size).toBe(2);
  const aggregate = Uint8Array.of(9);
  replica.handle({ kind: "verified", id: idOf(ofConsensus), valid: [true], aggregate, quorum: undefined });
  replica.handle({ kind: "verified", id: idOf(ofOrdering), valid: [false], aggregate: undefined, quorum: undefined });
  replica.handle({ kind: "read", id: idOf(read), records: [undefined] });
  expect(order.inputs.slice(1)).toEqual([{ kind: "verified", id: 4, valid: [true], aggregate }]);
  expect(ordering.inputs.slice(1)).toEqual([
    { kind: "verified", id: 4, valid: [false] },
    { kind: "read", id: 4, records: [undefined] },
  ]);
});

test("an answer that nobody asked for changes nothing", () => {
  const { replica, order, ordering } = startedReplica();
  for (const id of [-1, 0.5, Number.NaN, 4, 5]) {
    expect(replica.handle({ kind: "read", id, records: [] })).toEqual([]);
    expect(replica.handle({ kind: "verified", id, valid: [], aggregate: undefined, quorum: undefined })).toEqual([]);
  }
  expect([...order.inputs, ...ordering.inputs]).toEqual([]);
});

test("whoever diverged votes no more: consensus ends in the midst of its effects, and ordering goes on", () => {
  const { replica, order, ordering } = startedReplica();
  order.answers(deliveryOf(1), { kind: "prune", below: asView(1) }, { kind: "broadcast", message: beat });
  const problem = { code: "ledger-root", message: "it is another one" } as const;
  ordering.answers(storing(1), { kind: "diverged", info: deliveryOf(1).info, problem }, { kind: "reason", has: true });
  const effects = replica.handle({ kind: "message", from: 1, message: beat });
  expect(outlineOf(effects)).toEqual(["store 1", "final 1", "diverged"]);
  replica.handle({ kind: "message", from: 1, message: beat });
  expect(order.inputs.length).toBe(1);
  replica.handle({ kind: "message", from: 1, message: blobs });
  expect(ordering.inputs.length).toBe(2);
});

/** Of a `read` or `verify`. */
function idOf(effect: ReplicaEffect | undefined): number {
  if (effect?.kind !== "read" && effect?.kind !== "verify") throw new Error(`not an ask: ${effect?.kind}`);
  return effect.id;
}
