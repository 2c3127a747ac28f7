// O8: a leader proposes when it has a reason, and without a reason nothing is sent.

import { asView, zeroRoot } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { createWorld, deliveredIn, emptySalt, genesis, kindsIn, One, rules, votesIn } from "./support/one.ts";

const world = createWorld();
const leader = world.leader(1);
const other = [0, 1, 2, 3].find((seat) => seat !== leader) as number;

function started(seat: number): One {
  const node = new One(world, seat);
  node.start();
  return node;
}

/** Half a heartbeat of a node. */
function halfBeat(node: One) {
  const timers = node.effects.flatMap((effect) => (effect.kind === "set-timer" ? [effect.timer] : []));
  const timer = timers.findLast((each) => each.name === "heartbeat");
  if (timer === undefined) throw new Error("no heartbeat is set");
  return node.give({ kind: "timer", timer });
}

function beat(node: One) {
  halfBeat(node);
  return halfBeat(node);
}

describe("without a reason", () => {
  test("nothing is sent and no view timer runs", () => {
    expect(kindsIn(started(leader).effects)).toEqual(["set-timer"]);
  });

  test("a timer that finds no reason left does nothing", () => {
    const node = started(other);
    node.give({ kind: "reason", has: true });
    node.give({ kind: "reason", has: false });
    expect(votesIn(node.timer("leader", 1))).toEqual([]);
  });
});

describe("a reason", () => {
  test("of its own makes the leader build", () => {
    const node = started(leader);
    expect(kindsIn(node.give({ kind: "reason", has: true }))).toContain("build");
  });

  test("of its own is told to all by whoever does not lead, once a view", () => {
    const node = started(other);
    const told = () => node.effects.filter((effect) => effect.kind === "broadcast" && effect.message.kind === "reason");
    node.give({ kind: "reason", has: true });
    node.give({ kind: "reason", has: true });
    expect(told()).toHaveLength(1);
    node.hearCertificate(world.certificate("nullification", 1, zeroRoot));
    expect(told()).toHaveLength(2);
  });

  test("of its own is not told where a proposal or an unfinal block says as much", () => {
    const block = world.block(1, genesis);
    const proposed = started(other);
    proposed.hearProposal(world.proposal(block, undefined));
    const unfinal = started([0, 1, 2, 3].find((seat) => seat !== world.leader(2)) as number);
    unfinal.hearCertificate(world.certificate("notarization", 1, rules.infoOf(block).root));
    for (const node of [proposed, unfinal])
      expect(kindsIn(node.give({ kind: "reason", has: true }))).not.toContain("broadcast");
  });

  test.each([
    ["told by a peer", (node: One) => node.hear(other, { kind: "reason", view: asView(1), isBeat: false })],
    ["a vote of this view", (node: One) => node.hearVote(world.vote("nullify", 1, zeroRoot, other))],
    ["a vote of a later view", (node: One) => node.hearVote(world.vote("nullify", 9, zeroRoot, other))],
  ])("%s starts the timers, and makes the leader build", (_, hear) => {
    const node = started(leader);
    const effects = hear(node);
    expect(kindsIn(effects)).toEqual(expect.arrayContaining(["set-timer", "build"]));
  });

  test("is a proposal of this view, before it is found good too", () => {
    const node = started(other);
    node.held.add("check");
    expect(kindsIn(node.hearProposal(world.proposal(world.block(1, genesis), undefined)))).toContain("set-timer");
  });

  test("of an earlier view is none", () => {
    const node = started(leader);
    node.hearCertificate(world.certificate("nullification", 1, zeroRoot));
    const effects = node.hear(other, { kind: "reason", view: asView(1), isBeat: false });
    expect(kindsIn(effects)).not.toContain("set-timer");
  });

  test("that is only an unfinal block makes the leader wait for Δ, and then want one", () => {
    const block = world.block(1, genesis);
    const next = world.leader(2);
    const node = started(next);
    node.hearProposal(world.proposal(block, undefined));
    const entered = node.hearCertificate(world.certificate("notarization", 1, rules.infoOf(block).root));
    expect(entered).toContainEqual({ kind: "set-timer", timer: { name: "settle", view: 2 }, afterMs: 100 });
    expect(kindsIn(entered)).not.toContain("build");
    node.give({ kind: "reason", has: true });
    node.give({ kind: "reason", has: false });
    const waits = node.effects.filter((effect) => effect.kind === "set-timer" && effect.timer.name === "settle");
    expect(waits).toHaveLength(1);
    const waited = node.timer("settle", 2);
    expect(waited).toContainEqual(expect.objectContaining({ kind: "build", isWanted: true }));
  });

  test("that is only an unfinal block makes whoever leads two views wait in each", () => {
    const view = [2, 3, 4, 5, 6, 7, 8, 9].find((each) => world.leader(each) === world.leader(each + 1)) as number;
    const block = world.block(view - 1, genesis);
    const node = started(world.leader(view));
    node.hearProposal(world.proposal(block, undefined));
    node.hearCertificate(world.certificate("notarization", view - 1, rules.infoOf(block).root));
    expect(kindsIn(node.timer("settle", view))).toContain("build");
    const entered = node.hearCertificate(world.certificate("nullification", view, zeroRoot));
    expect(entered).toContainEqual({ kind: "set-timer", timer: { name: "settle", view: view + 1 }, afterMs: 100 });
    expect(kindsIn(entered)).not.toContain("build");
    expect(kindsIn(node.timer("settle", view))).not.toContain("build");
    expect(kindsIn(node.timer("settle", view + 1))).toContain("build");
  });

  test("is no unfinal block with nothing in it: one whose finalization is late does not beget another", () => {
    const block = world.block(1, genesis);
    const empty = world.block(2, rules.infoOf(block), emptySalt);
    const node = started(world.leader(3));
    node.hearProposal(world.proposal(block, undefined));
    const notarized = world.certificate("notarization", 1, rules.infoOf(block).root);
    node.hearCertificate(notarized);
    node.hearProposal(world.proposal(empty, notarized));
    const entered = node.hearCertificate(world.certificate("notarization", 2, rules.infoOf(empty).root));
    expect(entered).toContainEqual({ kind: "set-timer", timer: { name: "settle", view: 3 }, afterMs: 100 });
    node.hearCertificate(world.certificate("finalization", 1, rules.infoOf(block).root));
    expect(kindsIn(node.timer("settle", 3))).toEqual([]);
    expect(votesIn(node.timer("leader", 3))).toEqual([]);
  });

  test("is no block that is known to be final, though it is not here yet", () => {
    const node = started(other);
    const { root } = rules.infoOf(world.block(1, genesis));
    node.hearCertificate(world.certificate("notarization", 1, root));
    node.hearCertificate(world.certificate("finalization", 1, root));
    expect(votesIn(node.timer("leader", 2))).toEqual([]);
  });

  test("of its own is told to all also where an unfinal block has nothing in it", () => {
    const empty = world.block(1, genesis, emptySalt);
    const node = started([0, 1, 2, 3].find((seat) => seat !== world.leader(2)) as number);
    node.hearProposal(world.proposal(empty, undefined));
    node.hearCertificate(world.certificate("notarization", 1, rules.infoOf(empty).root));
    const effects = node.give({ kind: "reason", has: true });
    const reason = { kind: "reason", view: 2, isBeat: false };
    expect(effects).toContainEqual({ kind: "broadcast", message: reason });
  });

  test("and when that is final in time, the network is quiet", () => {
    const block = world.block(1, genesis);
    const node = started(world.leader(2));
    node.hearProposal(world.proposal(block, undefined));
    node.hearCertificate(world.certificate("notarization", 1, rules.infoOf(block).root));
    node.hearCertificate(world.certificate("finalization", 1, rules.infoOf(block).root));
    expect(kindsIn(node.timer("settle", 2))).toEqual([]);
    expect(votesIn(node.timer("leader", 2))).toEqual([]);
  });
});

describe("building", () => {
  test("with nothing to propose the leader stays silent until it has something", () => {
    const node = started(leader);
    node.hear(other, { kind: "reason", view: asView(1), isBeat: false });
    expect(node.give({ kind: "built", view: asView(1), block: undefined })).toEqual([]);
    expect(kindsIn(node.give({ kind: "reason", has: true }))).toContain("build");
  });

  test("is the leader's alone: nobody else is asked for a block, nor proposes one", () => {
    const node = started(other);
    expect(kindsIn(node.give({ kind: "reason", has: true }))).not.toContain("build");
    expect(node.give({ kind: "built", view: asView(1), block: world.block(1, genesis) })).toEqual([]);
  });

  test("a block on a parent that is not the highest any more is dropped, and another is built", () => {
    const node = started(world.leader(2));
    node.hearCertificate(world.certificate("nullification", 1, zeroRoot));
    node.give({ kind: "reason", has: true });
    const parent = world.block(1, genesis);
    node.hearProposal(world.proposal(parent, undefined));
    node.hearCertificate(world.certificate("notarization", 1, rules.infoOf(parent).root));
    const effects = node.give({ kind: "built", view: asView(2), block: world.block(2, genesis) });
    expect(votesIn(effects)).toEqual([]);
    expect(effects).toContainEqual(expect.objectContaining({ kind: "build", parent: rules.infoOf(parent) }));
  });

  test("a built block is proposed, and is the leader's notarize", () => {
    const node = started(leader);
    node.give({ kind: "reason", has: true });
    const effects = node.give({ kind: "built", view: asView(1), block: world.block(1, genesis) });
    expect(votesIn(effects)).toEqual(["notarize 1"]);
    expect(kindsIn(effects)).toEqual(["persist", "persist", "broadcast"]);
  });

  test("S3: the proposal carries the certificate of its parent, notarized or final", () => {
    const block = world.block(1, genesis);
    const { root } = rules.infoOf(block);
    for (const kind of ["notarization", "finalization"] as const) {
      const node = started(world.leader(2));
      node.hearProposal(world.proposal(block, undefined));
      node.hearCertificate(world.certificate(kind, 1, root));
      node.give({ kind: "reason", has: true });
      const next = world.block(2, rules.infoOf(block));
      const effects = node.give({ kind: "built", view: asView(2), block: next });
      const proposal = expect.objectContaining({ block: next, parent: world.certificate(kind, 1, root) });
      expect(effects).toContainEqual({ kind: "broadcast", message: { kind: "proposal", proposal } });
    }
  });

  test("is enough to deliver it by its finalization alone", () => {
    const node = started(leader);
    const block = world.block(1, genesis);
    node.give({ kind: "reason", has: true });
    node.give({ kind: "built", view: asView(1), block });
    const effects = node.hearCertificate(world.certificate("finalization", 1, rules.infoOf(block).root));
    expect(deliveredIn(effects)).toEqual([1]);
    expect(node.asked).toEqual([]);
  });

  test("is over with the own vote: who proposed or nullified proposes nothing more in that view", () => {
    const proposed = started(leader);
    const nullified = started(leader);
    for (const node of [proposed, nullified]) node.give({ kind: "reason", has: true });
    proposed.give({ kind: "built", view: asView(1), block: world.block(1, genesis) });
    expect(votesIn(nullified.timer("leader", 1))).toEqual(["nullify 1"]);
    for (const node of [proposed, nullified]) {
      expect(kindsIn(node.give({ kind: "reason", has: true }))).not.toContain("build");
      expect(node.give({ kind: "built", view: asView(1), block: world.block(1, genesis, 7) })).toEqual([]);
    }
  });

  test("a block that comes after the view is over is dropped", () => {
    const node = started(leader);
    node.give({ kind: "reason", has: true });
    node.hearCertificate(world.certificate("nullification", 1, zeroRoot));
    expect(node.give({ kind: "built", view: asView(1), block: world.block(1, genesis) })).toEqual([]);
  });
});

describe("the heartbeat", () => {
  test("is a reason after a silent interval", () => {
    const node = started(other);
    expect(kindsIn(beat(node))).toContain("broadcast");
  });

  test("is none while there is life: it counts from the last view that brought a block", () => {
    const node = started(other);
    halfBeat(node);
    const early = node.effects.flatMap((effect) => (effect.kind === "set-timer" ? [effect.timer] : []));
    node.hearCertificate(world.certificate("notarization", 1, rules.infoOf(world.block(1, genesis)).root));
    expect(early.flatMap((timer) => node.give({ kind: "timer", timer }))).toEqual([]);
  });

  test("is over with the view that brought a block, and begins anew with its first half", () => {
    const empty = world.block(1, genesis, emptySalt);
    const brought = (node: One) => {
      node.hearProposal(world.proposal(empty, undefined));
      return node.hearCertificate(world.certificate("notarization", 1, rules.infoOf(empty).root));
    };
    const beaten = started(world.leader(2));
    beat(beaten);
    expect(kindsIn(brought(beaten))).not.toContain("build");
    const halfway = started(world.leader(2));
    halfBeat(halfway);
    brought(halfway);
    expect(kindsIn(halfBeat(halfway))).toEqual(["set-timer"]);
    expect(kindsIn(halfBeat(halfway))).toContain("build");
  });

  test("of another is believed after half the own, so that the leader need not beat first, and once for a block", () => {
    const node = started(leader);
    const beats = { kind: "reason", view: asView(1), isBeat: true } as const;
    const built = (isWanted: boolean) => expect.objectContaining({ kind: "build", isWanted });
    expect(node.hear(other, beats)).toContainEqual(built(false));
    halfBeat(node);
    expect(node.hear(other, beats)).toContainEqual(built(true));
    expect(node.hear(other, beats)).toEqual([]);
  });

  test("asks a leader again who had nothing to propose when a peer stirred it", () => {
    const node = started(leader);
    node.hear(other, { kind: "reason", view: asView(1), isBeat: false });
    node.give({ kind: "built", view: asView(1), block: undefined });
    expect(beat(node)).toContainEqual(expect.objectContaining({ kind: "build", isWanted: true }));
  });

  test("outlasts views that brought no block", () => {
    const next = world.leader(2);
    const node = started(next);
    beat(node);
    const effects = node.hearCertificate(world.certificate("nullification", 1, zeroRoot));
    expect(effects).toContainEqual(expect.objectContaining({ kind: "build", view: 2, isWanted: true }));
  });
});

describe("timers", () => {
  test("of a reason that went away do not act on the next", () => {
    const node = started(other);
    node.give({ kind: "reason", has: true });
    const old = node.effects.flatMap((effect) => (effect.kind === "set-timer" ? [effect.timer] : []));
    node.give({ kind: "reason", has: false });
    node.timer("leader", 1);
    node.give({ kind: "reason", has: true });
    const late = old.filter(({ name }) => name === "advance").flatMap((timer) => node.give({ kind: "timer", timer }));
    expect(votesIn(late)).toEqual([]);
    expect(votesIn(node.timer("advance", 1))).toEqual(["nullify 1"]);
  });
});

describe("who cannot make work", () => {
  test("a peer that is no validator stirs nobody, nor is its heartbeat believed", () => {
    const node = started(leader);
    halfBeat(node);
    expect(node.hear(world.size, { kind: "reason", view: asView(1), isBeat: true })).toEqual([]);
    expect(node.hear(world.size, { kind: "reason", view: asView(1), isBeat: false })).toEqual([]);
  });

  test("a validator that says it has a reason gets no empty block before an unfinal one is late", () => {
    const block = world.block(1, genesis);
    const node = started(world.leader(2));
    node.hearProposal(world.proposal(block, undefined));
    node.hearCertificate(world.certificate("notarization", 1, rules.infoOf(block).root));
    const stirred = node.hear(node.other, { kind: "reason", view: asView(2), isBeat: false });
    expect(stirred).toContainEqual(expect.objectContaining({ kind: "build", isWanted: false }));
    expect(node.timer("settle", 2)).toContainEqual(expect.objectContaining({ kind: "build", isWanted: true }));
  });
});
