// S7: asking for what is missing goes round all peers.

import { asHeight, asView, zeroRoot } from "@tandem/shared";
import { expect, test } from "vitest";
import { Repair } from "../src/repair.ts";
import { createWorld, genesis, One, rules } from "./support/one.ts";

const peers = [1, 2, 3, 4];
const limits = { needsMax: 16, firstPauseMs: 200, pauseMsMax: 3200 };

test("S7: each need asks every peer, however many needs take turns", () => {
  const repair = new Repair<never>(peers, limits);
  const asked = new Map<number, number[]>();
  const note = (effects: ReturnType<typeof repair.onTimer>) => {
    for (const effect of effects) {
      if (effect.kind !== "send" || effect.message.kind !== "request") continue;
      const { id } = effect.message;
      asked.set(id, [...(asked.get(id) ?? []), effect.to]);
    }
  };
  for (const from of [1, 2])
    note(repair.want({ request: { kind: "chain", from: asHeight(from) }, until: asView(9) }, undefined));
  for (let round = 1; round < 2 * peers.length; round++) for (const id of [1, 2]) note(repair.onTimer(id));
  for (const id of [1, 2]) expect([...new Set(asked.get(id))].toSorted()).toEqual(peers);
});

test("S7: those that answer are asked first, so two links of a hundred are enough to follow", () => {
  const linked = [17, 60];
  const repair = new Repair<never>([...Array(100).keys()], limits);
  let pausesMs = 0;
  /** Until one that is linked is asked, which answers. */
  const meet = (from: number) => {
    let effects = repair.want({ request: { kind: "chain", from: asHeight(from) }, until: asView(9999) }, undefined);
    for (;;) {
      const [asked, timer] = effects;
      if (asked?.kind !== "send" || asked.message.kind !== "request" || timer?.kind !== "set-timer") throw new Error();
      const { id } = asked.message;
      if (linked.includes(asked.to) && repair.take(id, asked.to) !== undefined) break;
      pausesMs += timer.afterMs;
      effects = repair.onTimer(id);
    }
    repair.sweep(() => false);
  };
  for (let from = 1; from <= 5; from++) meet(from);
  // One need of four is asked of another first, who may be back.
  pausesMs = 0;
  for (let from = 6; from <= 45; from++) meet(from);
  expect(pausesMs / limits.firstPauseMs).toBe(10);
});

test("S7: those that answer and the others are asked by turns", () => {
  const repair = new Repair<never>(peers, limits);
  const asked: number[] = [];
  const note = ([effect]: ReturnType<typeof repair.onTimer>) => {
    if (effect?.kind !== "send" || effect.message.kind !== "request") throw new Error("nobody is asked");
    asked.push(effect.to);
    // Two answer, with nothing that helps; two are silent.
    if (effect.to <= 2) repair.take(effect.message.id, effect.to);
    return effect.message.id;
  };
  const id = note(repair.want({ request: { kind: "chain", from: asHeight(1) }, until: asView(9) }, undefined));
  for (let pause = 1; pause < 12; pause++) note(repair.onTimer(id));
  expect(asked).toEqual([1, 2, 3, 1, 4, 2, 3, 1, 4, 2, 3, 1]);
});

test("S11: where too much is wanted, what was not wanted for longest goes", () => {
  const repair = new Repair<never>(peers, { ...limits, needsMax: 2 });
  const want = (from: number) =>
    repair.want({ request: { kind: "chain", from: asHeight(from) }, until: asView(9) }, undefined);
  const isOpen = (id: number) => repair.onTimer(id).length > 0;
  for (const from of [1, 2, 1, 3]) want(from);
  expect([1, 2, 3].map(isOpen)).toEqual([true, false, true]);
});

test("S7: of whom it is not a peer, such as itself, it asks nothing", () => {
  const repair = new Repair<never>(peers, limits);
  const [asked] = repair.want({ request: { kind: "chain", from: asHeight(1) }, until: asView(9) }, 0);
  expect(asked).toMatchObject({ kind: "send", to: 1 });
});

test("S7: needs begin with one peer after the other, and no need asks one twice running", () => {
  const repair = new Repair<never>(peers, limits);
  const askedIn = (effects: ReturnType<typeof repair.onTimer>) =>
    effects.flatMap((effect) => (effect.kind === "send" ? [effect.to] : []));
  const want = (from: number) =>
    repair.want({ request: { kind: "chain", from: asHeight(from) }, until: asView(9) }, undefined);
  expect([1, 2, 3, 4].flatMap((from) => askedIn(want(from)))).toEqual(peers);
  const asked = [1, ...Array.from({ length: 12 }, () => repair.onTimer(1)).flatMap(askedIn)];
  for (const [round, peer] of asked.entries()) expect(peer).not.toBe(asked[round - 1]);
});

test("S7: who is alone asks nobody", () => {
  const repair = new Repair<never>([], limits);
  expect(repair.want({ request: { kind: "chain", from: asHeight(1) }, until: asView(9) }, undefined)).toEqual([]);
});

test("O8: blocks that repair brings set the heartbeat back, as those that a view brings", () => {
  const world = createWorld();
  const node = new One(world, 0);
  node.start();
  const block = world.block(1, genesis);
  const certificate = world.certificate("finalization", 1, rules.infoOf(block).root);
  node.hearCertificate(world.certificate("nullification", 5, zeroRoot));
  const asked = node.hearCertificate(certificate).find((effect) => effect.kind === "send");
  if (asked?.kind !== "send" || asked.message.kind !== "request") throw new Error("the chain is asked for");
  const { id } = asked.message;
  const effects = node.hear(asked.to, { kind: "answer", id, blocks: [{ block, certificate }], certificates: [] });
  const timers = effects.flatMap((effect) => (effect.kind === "set-timer" ? [effect.timer.name] : []));
  expect(timers).toContain("heartbeat");
});

test("S7: who missed what became final asks for it in the next view, though no proposal comes", () => {
  const world = createWorld();
  const node = new One(world, 0);
  node.start();
  const requests = (effects: ReturnType<One["give"]>) =>
    effects.flatMap((effect) => (effect.kind === "send" && effect.message.kind === "request" ? [effect.message] : []));
  const nullified = (view: number) => node.hearCertificate(world.certificate("nullification", view, zeroRoot));
  // Of views 1 to 4 nothing is known. It may be on its way still.
  expect(requests(nullified(5))).toEqual([]);
  expect(requests(nullified(6))).toMatchObject([{ request: { kind: "certificates", from: 1, to: 4 } }]);
});
