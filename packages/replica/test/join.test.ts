// The joint of both chains, whose machines are scripted here: what reaches which of them, and in what order effects leave.

import { type AttestMessage, attestBlockRules } from "@tandem/attestation";
import { drawLeader, type Message } from "@tandem/consensus";
import type { OrderEffect } from "@tandem/ordering";
import { asHeight, asRound, asView, asWeight, type Genesis, type Vote, zeroRoot } from "@tandem/shared";
import { expect, test } from "vitest";
import { testNetwork } from "../../ordering/test/support/blobs.ts";
import { votes } from "../../shared/test/support/samples.ts";
import type { ReplicaEffect } from "../src/index.ts";
import { electorateOf } from "./support/keys.ts";
import { bothChains } from "./support/network.ts";
import {
  attestBlockOf,
  attestCertificateOf,
  attestDeliveryOf,
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

const beat: Message<never> = { kind: "reason", view: asView(1), isBeat: true };
const toAttest = { kind: "message", from: 1, message: { kind: "attest", message: beat } } as const;
const wanted: AttestMessage = { kind: "want-content", id: 3, claim: zeroRoot };
const toAttesting = { kind: "message", from: 1, message: wanted } as const;
const attestStarted = { kind: "started", block: undefined, certificate: undefined } as const;

// The start.

test("attesting starts when it is known what was executed, and its consensus on the block that it names, with its journal", () => {
  const { replica, ordering, attest, attesting } = scriptedReplica();
  const journals = { order: [Uint8Array.of(1)], attest: [Uint8Array.of(2)] };
  const own = [Uint8Array.of(3)];
  replica.handle({ ...startInput, journals, own, firstRound: asRound(4) });
  expect([attest.inputs, attesting.inputs]).toEqual([[], []]);

  ordering.answers({ ...orderStarted, executed: asHeight(9) });
  attesting.answers({ kind: "read", id: 0, keys: [Uint8Array.of(1)] });
  const effects = replica.handle({ kind: "clock", id: 0, nowMs: 1 as never });
  expect(attesting.inputs).toEqual([{ kind: "start", own, firstRound: 4, executed: 9 }]);
  expect(attest.inputs).toEqual([]);

  const block = attestBlockOf(5);
  const certificate = attestCertificateOf(block);
  attesting.answers({ kind: "started", block, certificate });
  attest.answers(persisting(1));
  const later = replica.handle({ kind: "read", id: idOf(effects[0]), records: [undefined] });
  const info = attestBlockRules.infoOf(block);
  expect(attest.inputs).toEqual([{ kind: "start", final: { info, certificate }, journal: journals.attest }]);
  expect(later).toEqual([{ kind: "persist", chain: "attest", view: 1, record: Uint8Array.of(1) }]);
});

test("without a block it starts on the genesis of the attest chain", () => {
  const { replica, ordering, attest, attesting } = scriptedReplica();
  ordering.answers(orderStarted);
  attesting.answers(attestStarted);
  replica.handle(startInput);
  const { header } = bothChains(network).setting.network;
  const info = attestBlockRules.infoOf({ header, body: { items: [], citation: undefined } });
  const final = { info: { ...info, root: network.attestGenesis.root }, certificate: undefined };
  expect(attest.inputs).toEqual([{ kind: "start", final, journal: [] }]);
});

test("what comes for either before it starts is dropped; a reason that attesting has is told after", () => {
  const { replica, ordering, attest, attesting } = scriptedReplica();
  replica.handle(startInput);
  for (const input of [toAttest, toAttesting]) replica.handle(input);
  expect(attesting.inputs).toEqual([]);
  ordering.answers(orderStarted);
  attesting.answers({ kind: "reason", has: true });
  replica.handle({ kind: "clock", id: 0, nowMs: 1 as never });
  replica.handle(toAttest);
  attesting.answers(attestStarted);
  replica.handle(toAttesting);
  expect(attesting.inputs.map(({ kind }) => kind)).toEqual(["start", "message"]);
  expect(attest.inputs.map(({ kind }) => kind)).toEqual(["start", "reason"]);
});

// Who hears what.

test("each machine hears its own messages, timers and answers", () => {
  const { replica, order, ordering, attest, attesting } = startedReplica();
  const timer = { name: "heartbeat", beat: 1 } as const;
  const affirm = { name: "affirm", shard: "bank", id: 1 } as never;
  replica.handle(toAttest);
  replica.handle(toAttesting);
  replica.handle({ kind: "timer", timer: { name: "attest", timer } });
  replica.handle({ kind: "timer", timer: affirm });
  replica.handle({ kind: "timer", timer: { name: "content", id: 2 } });
  const executed = { kind: "executed", id: 7, executed: { result: undefined, waiting: [] } } as const;
  const opened = { kind: "opened", id: 8, opened: undefined as never } as const;
  replica.handle(executed);
  replica.handle(opened);
  expect(attest.inputs).toEqual([
    { kind: "message", from: 1, message: beat },
    { kind: "timer", timer },
  ]);
  expect(attesting.inputs).toEqual([
    toAttesting,
    { kind: "timer", timer: affirm },
    { kind: "timer", timer: { name: "content", id: 2 } },
    executed,
    opened,
  ]);
  expect([...order.inputs, ...ordering.inputs]).toEqual([]);
});

test("answers reach who asked, under its own number, however the numbers fall", () => {
  const { replica, order, ordering, attest, attesting } = startedReplica();
  const task = { kind: "votes", votes: [] } as const;
  const keys = [Uint8Array.of(1)];
  order.answers({ kind: "verify", id: 4, task });
  attest.answers({ kind: "verify", id: 4, task });
  ordering.answers({ kind: "read", id: 4, keys });
  const checks = { citation: undefined, signatures: [] };
  attesting.answers({ kind: "read", id: 4, keys }, { kind: "verify", id: 4, task: { kind: "attest-block", checks } });
  const asked = [
    { kind: "message", from: 1, message: beat },
    toAttest,
    { kind: "timer", timer: { name: "offer" } },
    toAttesting,
  ] as const;
  const [ofOrder, ofAttest, ofOrdering, ofAttesting, block] = asked.flatMap((input) => replica.handle(input));
  expect(ofAttest).toMatchObject({ kind: "verify", task: { kind: "attest", task } });
  const ids = [ofOrder, ofAttest, ofOrdering, ofAttesting].map(idOf);
  expect(new Set(ids).size).toBe(4);
  for (const { inputs } of [order, ordering, attest, attesting]) inputs.length = 0;

  const verified = { valid: [true], aggregate: Uint8Array.of(9), quorum: undefined };
  replica.handle({ kind: "verified", id: idOf(ofAttest), ...verified });
  const quorum = { bitmap: [true], signature: Uint8Array.of(7) };
  replica.handle({ kind: "verified", id: idOf(block), valid: [true], aggregate: undefined, quorum });
  replica.handle({ kind: "read", id: idOf(ofAttesting), records: [undefined] });
  const { valid, aggregate } = verified;
  expect(attest.inputs).toEqual([{ kind: "verified", id: 4, valid, aggregate }]);
  expect(attesting.inputs).toEqual([
    { kind: "verified", id: 4, verdict: { valid, quorum } },
    { kind: "read", id: 4, records: [undefined] },
  ]);
  expect([...order.inputs, ...ordering.inputs]).toEqual([]);
});

test("S1: attesting checks a block against the leader of its view in its own set", () => {
  const { replica, attest, attesting } = startedReplica();
  for (let view = 1; view <= 8; view++) {
    const block = attestBlockOf(view);
    const info = attestBlockRules.infoOf(block);
    attest.answers({ kind: "check", block, info, ancestors: [] });
    replica.handle(toAttest);
    const leader = drawLeader(network.genesis.seed, electorateOf(network, "attest").committee, asView(view));
    expect(attesting.inputs.at(-1)).toEqual({ kind: "check", block, info, ancestors: [], leader });
  }
});

test("what the attest chain's consensus says goes out as its own, and so does what attesting asks of the shell", () => {
  const { replica, attest, attesting } = startedReplica();
  const timer = { name: "heartbeat", beat: 1 } as const;
  attest.answers(
    { kind: "send", to: 2, message: beat },
    { kind: "broadcast", message: beat },
    { kind: "set-timer", timer, afterMs: 5 },
    { kind: "prune", below: asView(3) },
  );
  const message = { kind: "attest", message: beat };
  expect(replica.handle(toAttest)).toEqual([
    { kind: "send", to: 2, message },
    { kind: "broadcast", message },
    { kind: "set-timer", timer: { name: "attest", timer }, afterMs: 5 },
    { kind: "prune", chain: "attest", below: 3 },
  ]);
  const effects = [
    { kind: "open-shard", id: 5, shard: "bank" as never, frontier: undefined },
    { kind: "broadcast", message: { kind: "affirmations", affirmations: [] } },
    { kind: "send", to: 9, message: wanted },
    { kind: "news", news: { kind: "attested", height: asHeight(1), claims: [] } },
  ] as const;
  attesting.answers(...effects);
  expect(replica.handle(toAttesting)).toEqual(effects);
});

// Between the chains.

const ordered: Extract<OrderEffect, { readonly kind: "ordered" }> = {
  ...deliveryOf(1),
  kind: "ordered",
  blobs: [Uint8Array.of(5)],
};

test("attesting hears of executed blocks, and ordering of final attest blocks, when all effects that came before have left", () => {
  const { replica, ordering, attesting } = startedReplica();
  const { block, info, certificate } = attestDeliveryOf(1);
  const { height, root } = info;
  const attested = { header: block.header, ref: { height, root }, certificate, changes: new Map() };
  ordering.answers(storing(1), ordered, storing(2));
  attesting.answers({ kind: "attested", block: attested }, storing(3));
  ordering.answers(storing(4));
  const effects = replica.handle({ kind: "timer", timer: { name: "offer" } });
  expect(outlineOf(effects)).toEqual(["store 1", "ordered", "store 2", "store 3", "store 4"]);
  const facts = { header: ordered.block.header, root: ordered.info.root, certificate: ordered.certificate };
  expect(attesting.inputs).toEqual([{ kind: "ordered", block: { ...facts, blobs: ordered.blobs } }]);
  expect(ordering.inputs.at(-1)).toEqual({ kind: "attested", block: attested });
});

test("O3: ordering asks attesting how one attest block descends from another", () => {
  const { replica, ordering, attesting } = startedReplica();
  const { header } = attestBlockOf(4);
  const asked = { kind: "prove-descent", id: 6, from: asHeight(2), header } as const;
  ordering.answers(asked, storing(1));
  const proof = { path: [zeroRoot] };
  attesting.answers({ kind: "read", id: 1, keys: [Uint8Array.of(1)] });
  const [stored, read] = replica.handle({ kind: "timer", timer: { name: "offer" } });
  expect(stored?.kind).toBe("store");
  expect(attesting.inputs).toEqual([asked]);
  attesting.answers({ kind: "descent", id: 6, proof });
  replica.handle({ kind: "read", id: idOf(read), records: [undefined] });
  expect(ordering.inputs.at(-1)).toEqual({ kind: "descent", id: 6, proof });
});

test("S10: evidence of either chain leaves, and attesting includes it", () => {
  const { replica, order, attest, attesting } = startedReplica();
  const [first, second] = votes as readonly [Vote, Vote];
  const evidence = { first, second };
  order.answers({ kind: "evidence", evidence });
  attest.answers({ kind: "evidence", evidence });
  const effects = [{ kind: "message", from: 1, message: beat } as const, toAttest].flatMap((input) =>
    replica.handle(input),
  );
  expect(effects).toEqual([
    { kind: "evidence", chain: "order", evidence },
    { kind: "evidence", chain: "attest", evidence },
  ]);
  expect(attesting.inputs).toEqual([
    { kind: "vote-evidence", evidence: { chain: "order", first, second } },
    { kind: "vote-evidence", evidence: { chain: "attest", first, second } },
  ]);
});

test("S8: what an attest block was checked by is stored before the vote that rests on it", () => {
  const { replica, attest, attesting } = startedReplica();
  const block = attestBlockOf(1);
  const info = attestBlockRules.infoOf(block);
  attest.answers({ kind: "check", block, info, ancestors: [] }, persisting(1));
  attesting.answers({ kind: "checked", root: info.root, verdict: "valid" }, storing(2));
  attest.answers(persisting(3), { kind: "broadcast", message: beat });
  expect(outlineOf(replica.handle(toAttest))).toEqual(["store 2", "persist 1", "persist 3", "broadcast"]);
});

test("S6, S8: an attest block is told as final once it is stored; its journal is pruned, and ordering hears of it, after that", () => {
  const { replica, ordering, attest, attesting } = startedReplica();
  const { block, info, certificate } = attestDeliveryOf(1);
  const { height, root } = info;
  const attested = { header: block.header, ref: { height, root }, certificate, changes: new Map() };
  attest.answers(attestDeliveryOf(1), { kind: "prune", below: asView(2) });
  attesting.answers(storing(1), { kind: "attested", block: attested }, storing(2));
  ordering.answers(storing(3));
  const effects = replica.handle(toAttest);
  expect(outlineOf(effects)).toEqual(["store 1", "attest-final 1", "store 2", "prune", "store 3"]);
  expect(effects[1]).toEqual({ kind: "attest-final", block, info, certificate });
});

// The end.

test("where the attest chain diverged its consensus ends in the midst of its effects, and everything else goes on", () => {
  const { replica, order, ordering, attest, attesting } = startedReplica();
  attest.answers(attestDeliveryOf(1), { kind: "prune", below: asView(1) });
  const problem = { code: "citation", path: "", message: "another is final" } as const;
  attesting.answers(storing(1), { kind: "attest-diverged", info: attestDeliveryOf(1).info, problem });
  expect(outlineOf(replica.handle(toAttest))).toEqual(["store 1", "attest-final 1", "attest-diverged"]);
  for (const { inputs } of [order, ordering, attest, attesting]) inputs.length = 0;
  replica.handle(toAttest);
  replica.handle(toAttesting);
  replica.handle({ kind: "message", from: 1, message: beat });
  replica.handle({ kind: "timer", timer: { name: "offer" } });
  const counts = [order, ordering, attest, attesting].map(({ inputs }) => inputs.length);
  expect(counts).toEqual([1, 1, 0, 1]);
});

test("where the order chain diverged the attest chain goes on", () => {
  const { replica, order, ordering, attest } = startedReplica();
  const problem = { code: "ledger-root", message: "it is another one" } as const;
  ordering.answers({ kind: "diverged", info: deliveryOf(1).info, problem });
  replica.handle({ kind: "timer", timer: { name: "offer" } });
  replica.handle({ kind: "message", from: 1, message: beat });
  replica.handle(toAttest);
  expect([order.inputs.length, attest.inputs.length]).toEqual([0, 1]);
});

// Peers.

test("outside a peer is a place in the genesis; each chain knows seats of its own set, and others beyond them", () => {
  const orderWeights = [0n, 1n, 1n, 1n, 1n];
  const attestWeights = [1n, 1n, 0n, 1n, 1n];
  const five = testNetwork({ validators: 5 });
  const genesis: Genesis = {
    ...five.genesis,
    validators: five.genesis.validators.map((validator, place) => ({
      ...validator,
      orderWeight: asWeight(orderWeights[place] as bigint),
      attestWeight: asWeight(attestWeights[place] as bigint),
    })),
  };
  const { replica, order, ordering, attest, attesting } = startedReplica({
    network: bothChains({ genesis, network: five.network }),
  });
  const message = { kind: "received", batch: 1 } as const;
  for (const from of [0, 1, 2, 3, 4, 5, 1_000_000]) {
    replica.handle({ kind: "message", from, message: beat });
    replica.handle({ kind: "message", from, message });
    replica.handle({ kind: "message", from, message: { kind: "attest", message: beat } });
    replica.handle({ kind: "message", from, message: wanted });
  }
  const heard = (machine: { readonly inputs: readonly { readonly kind: string }[] }) =>
    machine.inputs.map((input) => ("from" in input ? input.from : undefined));
  expect(heard(order)).toEqual([4, 0, 1, 2, 3, 5, 1_000_000]);
  expect(heard(ordering)).toEqual([4, 0, 1, 2, 3, 5, 1_000_000]);
  expect(heard(attest)).toEqual([0, 1, 4, 2, 3, 5, 1_000_000]);
  expect(heard(attesting)).toEqual([0, 1, 2, 3, 4, 5, 1_000_000]);

  const all = [0, 1, 2, 3, 4, 5];
  const sends = (to: number) => ({ kind: "send", to, message: beat }) as const;
  order.answers(...all.map(sends));
  ordering.answers(...all.map((to) => ({ kind: "send", to, message }) as const));
  attest.answers(...all.map(sends));
  const sentTo = (effects: readonly ReplicaEffect[]) =>
    effects.flatMap((effect) => (effect.kind === "send" ? [effect.to] : []));
  expect(sentTo(replica.handle({ kind: "message", from: 1, message: beat }))).toEqual([1, 2, 3, 4, 0, 5]);
  expect(sentTo(replica.handle({ kind: "message", from: 1, message }))).toEqual([1, 2, 3, 4, 0, 5]);
  expect(sentTo(replica.handle(toAttest))).toEqual([0, 1, 3, 4, 2, 5]);

  order.answers({ kind: "serve", to: 4, id: 1, from: asHeight(1), blocksMax: 1 });
  expect(sentTo(replica.handle({ kind: "message", from: 0, message: beat }))).toEqual([0]);
});

test("what this node knows of programs and shards is asked of attesting", () => {
  const { replica } = startedReplica();
  expect(replica.statusOf(zeroRoot)).toEqual({ stage: "ordered" });
  expect(replica.progress().height).toBe(7);
});

/** Of a `read` or `verify`. */
function idOf(effect: ReplicaEffect | undefined): number {
  if (effect?.kind !== "read" && effect?.kind !== "verify") throw new Error(`not an ask: ${effect?.kind}`);
  return effect.id;
}
