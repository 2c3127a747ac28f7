// The rules of consensus, each as an example: one machine, and peers that do what the test says.

import { asView, zeroRoot } from "@tandem/shared";
import { beforeEach, describe, expect, test } from "vitest";
import type { Effect } from "../src/index.ts";
import { markRecord } from "../src/index.ts";
import {
  type Block,
  certificatesIn,
  createWorld,
  deliveredIn,
  followerOf,
  genesis,
  kindsIn,
  One,
  rootOf,
  rules,
  votesIn,
  type World,
} from "./support/one.ts";

const world: World = createWorld();

const follower = followerOf(world, 3);
const others = [0, 1, 2, 3].filter((seat) => seat !== follower);

const first = world.block(1, genesis);
const firstInfo = rules.infoOf(first);
const firstNotarization = world.certificate("notarization", 1, firstInfo.root);

function started(seat: number | undefined = follower): One {
  const node = new One(world, seat);
  node.start();
  return node;
}

let node: One;
beforeEach(() => {
  node = started();
});

describe("S2: views and timers", () => {
  test("any certificate of a view leads into the next", () => {
    for (const kind of ["notarization", "nullification", "finalization"] as const) {
      const one = started();
      const block = kind === "nullification" ? zeroRoot : firstInfo.root;
      one.hearCertificate(world.certificate(kind, 5, block));
      one.hear(others[0] as number, { kind: "reason", view: asView(6), isBeat: false });
      expect(one.effects).toContainEqual({
        kind: "set-timer",
        timer: { name: "leader", view: 6, run: expect.any(Number) },
        afterMs: expect.any(Number),
      });
    }
  });

  test("timers are 2Δ and 3Δ, and double with each nullified view in a row", () => {
    const lengths: number[] = [];
    for (let view = 1; view <= 7; view++) {
      const effects = node.hear(others[0] as number, { kind: "reason", view: asView(view), isBeat: false });
      for (const effect of effects)
        if (effect.kind === "set-timer" && "view" in effect.timer) lengths.push(effect.afterMs);
      node.hearCertificate(world.certificate("nullification", view, zeroRoot));
    }
    expect(lengths).toEqual([200, 300, 400, 600, 800, 1200, 1600, 2400, 3200, 4800, 3200, 4800, 3200, 4800]);
  });

  test("progress makes them short again", () => {
    node.hearCertificate(world.certificate("nullification", 1, zeroRoot));
    node.hearCertificate(world.certificate("notarization", 2, firstInfo.root));
    const effects = node.hear(others[0] as number, { kind: "reason", view: asView(3), isBeat: false });
    expect(node.effects.concat(effects)).toContainEqual({
      kind: "set-timer",
      timer: { name: "leader", view: 3, run: expect.any(Number) },
      afterMs: 200,
    });
  });
});

describe("S4: notarize", () => {
  test("a good proposal of the view's leader is notarized", () => {
    expect(votesIn(node.hearProposal(world.proposal(first, undefined)))).toEqual(["notarize 1"]);
  });

  test("in a vote, and the leader's in its proposal: while the view lasts, and whatever else it says in votes", () => {
    const says = (effects: readonly Effect<Block>[]) =>
      effects.flatMap((effect) => (effect.kind === "broadcast" ? [effect.message.kind] : []));
    expect(says(node.hearProposal(world.proposal(first, undefined)))).toEqual(["vote"]);
    const leader = started(world.leader(1));
    leader.give({ kind: "reason", has: true });
    expect(says(leader.give({ kind: "built", view: asView(1), block: first }))).toEqual(["proposal"]);
    expect(says(leader.timer("advance", 1))).toEqual(["vote"]);
    expect(says(leader.timer("repeat", 1))).toEqual(["proposal", "vote"]);
    leader.hearCertificate(world.certificate("nullification", 2, zeroRoot));
    leader.hear(leader.other, { kind: "reason", view: asView(3), isBeat: false });
    leader.timer("advance", 3);
    expect(says(leader.timer("repeat", 3))).toEqual(["certificate", "vote", "vote", "vote"]);
  });

  test("once a view", () => {
    node.hearProposal(world.proposal(first, undefined));
    node.hearProposal(world.proposal(world.block(1, genesis, 7), undefined));
    expect(node.votes.filter((vote) => vote === "notarize 1")).toHaveLength(1);
  });

  test("not if somebody else sends it", () => {
    const proposal = world.proposal(first, undefined);
    const stranger = others.find((seat) => seat !== world.leader(1)) as number;
    expect(votesIn(node.hear(stranger, { kind: "proposal", proposal }))).toEqual([]);
  });

  test("not before the room above found it valid, nor if it never does", () => {
    node.held.add("check");
    expect(votesIn(node.hearProposal(world.proposal(first, undefined)))).toEqual([]);
    const effects = node.give({ kind: "checked", root: firstInfo.root, verdict: "valid" });
    expect(votesIn(effects)).toEqual(["notarize 1"]);
  });

  test("what was found of one proposal is not said of another", () => {
    node.held.add("check");
    node.hearProposal(world.proposal(first, undefined));
    node.hearCertificate(world.certificate("nullification", 1, zeroRoot));
    const second = world.block(2, genesis);
    node.hearProposal(world.proposal(second, undefined));
    expect(votesIn(node.give({ kind: "checked", root: firstInfo.root, verdict: "invalid" }))).toEqual([]);
    expect(votesIn(node.give({ kind: "checked", root: rootOf(second), verdict: "valid" }))).toEqual(["notarize 2"]);
  });

  test("an invalid payload is answered with nullify", () => {
    node.held.add("check");
    node.hearProposal(world.proposal(first, undefined));
    expect(votesIn(node.give({ kind: "checked", root: firstInfo.root, verdict: "invalid" }))).toEqual(["nullify 1"]);
  });

  test("a wrong height is invalid", () => {
    expect(votesIn(node.hearProposal(world.proposal({ ...first, height: 2 }, undefined)))).toEqual(["nullify 1"]);
  });

  test("a block of another epoch is not looked at", () => {
    expect(node.hearProposal(world.proposal({ ...first, epoch: 1 }, undefined))).toEqual([]);
  });

  test("the parent must be notarized: a certificate of another block is no help", () => {
    node.hearProposal(world.proposal(first, undefined));
    node.hearCertificate(firstNotarization);
    const orphan = world.block(2, { ...firstInfo, root: zeroRoot });
    expect(votesIn(node.hearProposal(world.proposal(orphan, firstNotarization)))).toEqual(["nullify 2"]);
  });

  test("a nullification is no parent", () => {
    node.hearCertificate(world.certificate("nullification", 1, zeroRoot));
    const orphan = world.block(2, { ...firstInfo, root: zeroRoot });
    const nullified = world.certificate("nullification", 1, zeroRoot);
    expect(votesIn(node.hearProposal(world.proposal(orphan, nullified)))).toEqual(["nullify 2"]);
  });

  test("views between parent and proposal must be nullified; a missing one is asked of the leader", () => {
    node.hearCertificate(world.certificate("nullification", 2, zeroRoot));
    const block = world.block(3, genesis);
    const effects = node.hearProposal(world.proposal(block, undefined));
    expect(votesIn(effects)).toEqual([]);
    const request = { kind: "certificates", from: 1, to: 1 };
    expect(effects).toContainEqual({ kind: "send", to: world.leader(3), message: { kind: "request", id: 1, request } });
    const answer = {
      kind: "answer",
      id: 1,
      blocks: [],
      certificates: [world.certificate("nullification", 1, zeroRoot)],
    };
    expect(votesIn(node.hear(world.leader(3), answer as never))).toEqual(["notarize 3"]);
  });

  test("a nullification of the wrong view does not stand for the missing one", () => {
    node.hearCertificate(world.certificate("nullification", 2, zeroRoot));
    node.hearProposal(world.proposal(world.block(3, genesis), undefined));
    const again = world.certificate("nullification", 2, zeroRoot, [0, 1, 3]);
    const answer = { kind: "answer", id: 1, blocks: [], certificates: [again] };
    expect(votesIn(node.hear(world.leader(3), answer as never))).toEqual([]);
  });

  test("a notarized view may still be skipped if it is nullified too", () => {
    node.hearProposal(world.proposal(first, undefined));
    node.hearCertificate(firstNotarization);
    node.hearCertificate(world.certificate("nullification", 1, zeroRoot));
    expect(votesIn(node.hearProposal(world.proposal(world.block(2, genesis), undefined)))).toContain("notarize 2");
  });

  test("a parent that is not held is fetched, and believed only with a certificate that names it", () => {
    node.hearCertificate(firstNotarization);
    const second = world.block(2, firstInfo);
    const effects = node.hearProposal(world.proposal(second, firstNotarization));
    expect(votesIn(effects)).toEqual([]);
    const request = { kind: "block", root: firstInfo.root };
    expect(effects).toContainEqual({ kind: "send", to: world.leader(2), message: { kind: "request", id: 1, request } });
    const blocks = [{ block: first, certificate: firstNotarization }];
    const answer = { kind: "answer", id: 1, blocks, certificates: [] };
    expect(votesIn(node.hear(world.leader(2), answer as never))).toEqual(["notarize 2"]);
  });
});

describe("S5: finalize", () => {
  test("on the notarization of a view that was not nullified", () => {
    expect(votesIn(node.hearCertificate(firstNotarization))).toEqual(["finalize 1"]);
  });

  test("whoever nullified a view does not finalize it", () => {
    node.hear(others[0] as number, { kind: "reason", view: asView(1), isBeat: false });
    expect(votesIn(node.timer("advance", 1))).toEqual(["nullify 1"]);
    expect(votesIn(node.hearCertificate(firstNotarization))).toEqual([]);
  });

  test("whoever finalized a view does not nullify it", () => {
    node.hearCertificate(firstNotarization);
    node.timer("advance", 1);
    expect(node.votes).not.toContain("nullify 1");
  });

  test("a forged notarization changes nothing", () => {
    const forged = { ...firstNotarization, signature: world.certificate("notarization", 2, firstInfo.root).signature };
    expect(votesIn(node.hearCertificate(forged))).toEqual([]);
    expect(node.votes).toEqual([]);
  });
});

describe("S6: finality", () => {
  test("a finalization delivers its block and all ancestors, in order", () => {
    node.hearProposal(world.proposal(first, undefined));
    node.hearCertificate(firstNotarization);
    const second = world.block(2, firstInfo);
    node.hearProposal(world.proposal(second, firstNotarization));
    const effects = node.hearCertificate(world.certificate("finalization", 2, rules.infoOf(second).root));
    expect(deliveredIn(effects)).toEqual([1, 2]);
  });

  test("a finalization without its block delivers nothing, and asks for the chain", () => {
    const effects = node.hearCertificate(world.certificate("finalization", 1, firstInfo.root));
    expect(deliveredIn(effects)).toEqual([]);
    const request = { kind: "chain", from: 1 };
    expect(effects).toContainEqual({
      kind: "send",
      to: expect.any(Number),
      message: { kind: "request", id: 1, request },
    });
  });

  test("each block is delivered once", () => {
    node.hearProposal(world.proposal(first, undefined));
    node.hearCertificate(world.certificate("finalization", 1, firstInfo.root));
    node.hearCertificate(world.certificate("finalization", 1, firstInfo.root, [0, 1, 3]));
    expect(deliveredIn(node.effects)).toEqual([1]);
  });
});

describe("S7: nullify, repeat, repair", () => {
  test("without a proposal at 2Δ, without a notarization at 3Δ", () => {
    node.hear(others[0] as number, { kind: "reason", view: asView(1), isBeat: false });
    expect(votesIn(node.timer("leader", 1))).toEqual(["nullify 1"]);
    const other = started();
    other.hearProposal(world.proposal(first, undefined));
    expect(votesIn(other.timer("leader", 1))).toEqual([]);
    expect(votesIn(other.timer("advance", 1))).toEqual(["nullify 1"]);
  });

  test("a timer of a view that we left does nothing", () => {
    node.hearCertificate(firstNotarization);
    const before = node.votes.length;
    node.timer("leader", 1);
    node.timer("advance", 1);
    expect(node.votes).toHaveLength(before);
  });

  test("proof that the leader proposed twice", () => {
    node.held.add("check");
    node.hearProposal(world.proposal(first, undefined));
    expect(votesIn(node.hearProposal(world.proposal(world.block(1, genesis, 7), undefined)))).toEqual(["nullify 1"]);
  });

  test("a certificate first held is broadcast once", () => {
    node.hearCertificate(firstNotarization);
    node.hearCertificate(firstNotarization, others[2]);
    expect(certificatesIn(node.effects).filter((each) => each === "notarization 1")).toHaveLength(1);
  });

  test("while stuck, own votes and best certificates are repeated", () => {
    node.hearCertificate(world.certificate("nullification", 1, zeroRoot));
    node.hear(others[0] as number, { kind: "reason", view: asView(2), isBeat: false });
    node.timer("advance", 2);
    const effects = node.timer("repeat", 2);
    expect(votesIn(effects)).toEqual(["nullify 2"]);
    expect(certificatesIn(effects)).toEqual(["nullification 1"]);
    expect(effects).toContainEqual({
      kind: "set-timer",
      timer: { name: "repeat", view: 2, run: expect.any(Number) },
      afterMs: expect.any(Number),
    });
  });

  test("votes of views that are settled are not repeated", () => {
    const reason = (view: number) => node.hear(node.other, { kind: "reason", view: asView(view), isBeat: false });
    reason(1);
    node.timer("advance", 1);
    node.hearProposal(world.proposal(first, undefined));
    node.hearCertificate(world.certificate("finalization", 1, firstInfo.root));
    reason(2);
    node.timer("advance", 2);
    expect(votesIn(node.timer("repeat", 2))).toEqual(["nullify 2"]);
  });

  test("an own vote that makes a quorum leads on at once: into the next view, or to a final block", () => {
    const heavy = createWorld([9, 1, 1]);
    const view = [1, 2, 3, 4, 5, 6, 7, 8, 9].find((each) => heavy.leader(each) !== 0) as number;
    const voted = (block: Block) => {
      const one = new One(heavy, 0);
      one.start();
      for (let v = 1; v < view; v++) one.hearCertificate(heavy.certificate("nullification", v, zeroRoot));
      one.give({ kind: "reason", has: true });
      return one.hearProposal(heavy.proposal(block, undefined));
    };
    const block = heavy.block(view, genesis);
    const refused = voted({ ...block, height: 2 });
    expect(votesIn(refused)).toEqual([`nullify ${view}`]);
    const timer = expect.objectContaining({ name: "leader", view: view + 1 });
    expect(refused).toContainEqual(expect.objectContaining({ kind: "set-timer", timer }));
    const accepted = voted(block);
    expect(votesIn(accepted)).toEqual([`notarize ${view}`, `finalize ${view}`]);
    expect(deliveredIn(accepted)).toEqual([1]);
  });

  test("a peer in an earlier view is told how we came to ours, each time that it shows it", () => {
    node.hearCertificate(world.certificate("nullification", 4, zeroRoot));
    const laggard = others[0] as number;
    const told = () =>
      node.hearVote(world.vote("nullify", 2, zeroRoot, laggard)).filter((effect) => effect.kind === "send");
    expect(told()).toHaveLength(1);
    // The first may have been lost, and nothing else would wake a quiet network (O8).
    expect(told()).toHaveLength(1);
    const late = node.hearProposal(world.proposal(world.block(2, genesis), undefined));
    expect(late).toContainEqual(expect.objectContaining({ kind: "send", to: world.leader(2) }));
  });

  test("who votes or proposes late in the view before ours needs no help", () => {
    node.hearCertificate(firstNotarization);
    const late = node.hearVote(world.vote("notarize", 1, firstInfo.root, others[0] as number));
    expect(kindsIn(late)).not.toContain("send");
    expect(kindsIn(node.hearProposal(world.proposal(first, undefined)))).not.toContain("send");
  });

  test("asked for certificates, it gives both kinds of a view", () => {
    node.hearCertificate(firstNotarization);
    node.hearCertificate(world.certificate("nullification", 1, zeroRoot));
    const request = { kind: "certificates", from: asView(1), to: asView(1) } as const;
    const [effect] = node.hear(others[0] as number, { kind: "request", id: 9, request });
    expect(effect).toMatchObject({
      kind: "send",
      message: { kind: "answer", id: 9, certificates: [{ kind: "notarization" }, { kind: "nullification" }] },
    });
  });

  test("an answer that nobody asked for is dropped", () => {
    const certificates = [firstNotarization];
    expect(node.hear(others[0] as number, { kind: "answer", id: 1, blocks: [], certificates })).toEqual([]);
  });

  test("asking goes round and waits longer each time", () => {
    node.hearCertificate(world.certificate("finalization", 1, firstInfo.root));
    const asked: (readonly [number, number])[] = [];
    for (let round = 0; round < 5; round++) {
      const effects = round === 0 ? node.effects : node.give({ kind: "timer", timer: { name: "repair", id: 1 } });
      const to = effects.findLast((effect) => effect.kind === "send")?.to as number;
      const pause = effects.findLast((effect) => effect.kind === "set-timer" && effect.timer.name === "repair");
      asked.push([to, pause?.kind === "set-timer" ? pause.afterMs : 0]);
    }
    expect(new Set(asked.slice(0, 3).map(([to]) => to)).size).toBe(3);
    expect(asked.map(([, pause]) => pause)).toEqual([200, 400, 800, 1600, 3200]);
  });
});

describe("S8: durable first", () => {
  test("block and vote are persisted before the vote leaves, certificates before they are told on", () => {
    const order = (effects: readonly { readonly kind: string }[]) =>
      effects.map((effect) => effect.kind).filter((kind) => kind === "persist" || kind === "broadcast");
    const voted = order(node.hearProposal(world.proposal(first, undefined)));
    expect(voted).toEqual(["persist", "persist", "broadcast"]);
    const told = order(node.hearCertificate(firstNotarization));
    expect(told).toEqual(["persist", "broadcast", "persist", "broadcast"]);
  });

  test("after a restart it repeats what it said and contradicts none of it", () => {
    node.hearProposal(world.proposal(first, undefined));
    const again = new One(world, follower);
    expect(votesIn(again.start(undefined, node.journal))).toContain("notarize 1");
    again.hearProposal(world.proposal(world.block(1, genesis, 7), undefined));
    const notarizes = again.effects.flatMap((effect) =>
      effect.kind === "broadcast" && effect.message.kind === "vote" ? [effect.message.vote] : [],
    );
    for (const vote of notarizes) if (vote.kind === "notarize") expect(vote.block).toEqual(firstInfo.root);
  });

  test("from every prefix of its journal it goes on, without contradiction", () => {
    node.hearProposal(world.proposal(first, undefined));
    node.hearCertificate(firstNotarization);
    node.hear(others[0] as number, { kind: "reason", view: asView(2), isBeat: false });
    node.timer("advance", 2);
    for (let kept = 0; kept <= node.journal.length; kept++) {
      const again = new One(world, follower);
      again.start(undefined, node.journal.slice(0, kept));
      again.hearCertificate(firstNotarization);
      again.hearCertificate(world.certificate("nullification", 2, zeroRoot));
      const own = new Set(again.votes);
      expect(own.has("nullify 2") && own.has("finalize 2")).toBe(false);
      expect(own.has("finalize 1")).toBe(true);
    }
  });

  test("a torn last record is as if it had never been: its vote did not leave, and may be cast again", () => {
    node.hearProposal(world.proposal(first, undefined));
    const torn = node.journal.map((record, i) => (i === node.journal.length - 1 ? record.slice(0, 20) : record));
    const again = new One(world, follower);
    again.start(undefined, torn);
    expect(again.votes).toEqual(["notarize 1"]);
    expect(again.journal).toHaveLength(2);
  });

  test.each([0, 1, 2, 3])("up to the mark of its journal seat %i signs nothing, whether it leads or not", (seat) => {
    const second = world.block(2, firstInfo);
    const marked = new One(world, seat);
    marked.start(undefined, [markRecord(rules, asView(2))]);
    for (const [block, parent] of [
      [first, undefined],
      [second, firstNotarization],
    ] as const) {
      marked.give({ kind: "reason", has: true });
      if (world.leader(block.view) !== seat) marked.hearProposal(world.proposal(block, parent));
      for (const name of ["leader", "advance", "repeat"] as const) marked.timer(name, block.view);
      marked.hearCertificate(world.certificate("notarization", block.view, rules.infoOf(block).root));
    }
    const built = marked.effects.flatMap((effect) => (effect.kind === "build" ? [effect.view as number] : []));
    expect([marked.votes, built.filter((view) => view < 3)]).toEqual([[], []]);
    marked.timer("advance", 3);
    expect(marked.votes).toEqual(["nullify 3"]);
  });
});
