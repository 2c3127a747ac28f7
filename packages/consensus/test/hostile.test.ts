// What lies, gaps and crashes at bad moments could do: each test is a way in which an honest node was, or might be,
// made to throw, to believe what nobody checked, to keep what it cannot drop, or to wait for ever.

import { asHeight, asView, type Certificate, zeroRoot } from "@tandem/shared";
import { beforeEach, describe, expect, test } from "vitest";
import {
  type Block,
  certificatesIn,
  chainOf,
  createWorld,
  deliveredIn,
  followerOf,
  genesis,
  One,
  rootOf,
  votesIn,
  type World,
} from "./support/one.ts";

const world: World = createWorld();
const follower = followerOf(world, 3);
const others = [0, 1, 2, 3].filter((seat) => seat !== follower) as [number, number, number];

const blocks = chainOf(world, 70);
const [first, second, third] = blocks as [Block, Block, Block];
const { notarization: notarized, finalization: final } = world;
const forged = (certificate: Certificate): Certificate => ({
  ...certificate,
  signature: notarized(blocks[69] as Block).signature,
});

function started(seat: number | undefined = follower, journal: readonly Uint8Array[] = []): One {
  const one = new One(world, seat);
  one.start(undefined, journal);
  return one;
}

let node: One;
beforeEach(() => {
  node = started();
});

describe("S6: every delivered block is named by a certificate that was checked", () => {
  test("a proposal that hides its parent's certificate cannot make a gap in what is delivered", () => {
    node.hearProposal(world.proposal(first, undefined));
    node.hearProposal(world.proposal(second, undefined));
    expect(deliveredIn(node.hearCertificate(final(second)))).toEqual([]);
    const effects = node.answer([
      { block: first, certificate: notarized(first) },
      { block: second, certificate: final(second) },
    ]);
    expect(deliveredIn(effects)).toEqual([1, 2]);
  });

  test("a proposal's false certificate of its parent is not delivered with the parent", () => {
    node.hearProposal(world.proposal(first, undefined));
    node.hearProposal(world.proposal(second, forged(notarized(first))));
    node.hearCertificate(final(second));
    expect(deliveredIn(node.effects)).toEqual([]);
  });

  test("of a served chain nothing counts from the first false certificate on, a true finalization at its end or not", () => {
    node.hearCertificate(final(third));
    const effects = node.answer([
      { block: first, certificate: notarized(first) },
      { block: second, certificate: forged(notarized(second)) },
      { block: third, certificate: final(third) },
    ]);
    expect(deliveredIn(effects)).toEqual([]);
    expect(effects.filter((effect) => effect.kind === "verify")).toHaveLength(2);
    expect(node.asked.at(-1)?.request).toEqual({ kind: "chain", from: asHeight(2) });
  });

  test("a vote rests on ancestors with certificates: one that is held without is asked for", () => {
    node.hearProposal(world.proposal(first, undefined));
    node.hearProposal(world.proposal(second, undefined));
    node.hearCertificate(notarized(second));
    expect(votesIn(node.hearProposal(world.proposal(third, notarized(second))))).toEqual([]);
    expect(node.asked.at(-1)?.request).toEqual({ kind: "block", root: rootOf(first) });
    expect(votesIn(node.answer([{ block: first, certificate: notarized(first) }]))).toContain("notarize 3");
  });
});

describe("S7: repair", () => {
  test("a need ends once what it was for is final or moot, so a quiet network is quiet", () => {
    node.hearCertificate(notarized(first));
    node.hearProposal(world.proposal(second, notarized(first)));
    const { id } = node.asked.at(-1) ?? { id: 0 };
    expect(node.asked.at(-1)?.request.kind).toBe("block");
    node.hearCertificate(final(second));
    node.answer([
      { block: first, certificate: notarized(first) },
      { block: second, certificate: final(second) },
    ]);
    expect(deliveredIn(node.effects)).toEqual([1, 2]);
    expect(node.give({ kind: "timer", timer: { name: "repair", id } })).toEqual([]);
  });

  test("proposals that skip what nobody can nullify do not use up the requests", () => {
    let skipped = 0;
    for (let view = 3; skipped < 20; view += 2) {
      node.hearCertificate(world.certificate("nullification", view - 1, zeroRoot));
      if (world.leader(view) === follower) continue;
      skipped++;
      node.hearProposal(world.proposal(world.block(view, genesis), undefined));
      expect(node.asked.at(-1)?.request).toEqual({ kind: "certificates", from: 1, to: view - 2 });
    }
  });

  test("a slow answer counts after others were asked too", () => {
    node.hearCertificate(final(first));
    const slow = node.asked.at(-1) ?? { id: 0, to: 0 };
    node.give({ kind: "timer", timer: { name: "repair", id: slow.id } });
    const served = [{ block: first, certificate: final(first) }];
    const effects = node.hear(slow.to, { kind: "answer", id: slow.id, blocks: served, certificates: [] });
    expect(deliveredIn(effects)).toEqual([1]);
  });

  test("one answer fills a gap of 64 views", () => {
    node.hearCertificate(world.certificate("nullification", 65, zeroRoot));
    const leader = world.leader(66);
    const one = leader === follower ? started(others[0]) : node;
    one.hearCertificate(world.certificate("nullification", 65, zeroRoot));
    one.hearProposal(world.proposal(world.block(66, genesis), undefined));
    const gap = Array.from({ length: 64 }, (_, i) => world.certificate("nullification", i + 1, zeroRoot));
    expect(votesIn(one.answer([], gap))).toContain("notarize 66");
  });

  test("a block's certificate that is told twice in an answer, and checked slowly, does not lose the block", () => {
    node.hearCertificate(notarized(second));
    node.hearProposal(world.proposal(second, undefined));
    node.hearProposal(world.proposal(third, notarized(second)));
    node.held.add("verify");
    expect(node.asked.at(-1)?.request).toEqual({ kind: "block", root: rootOf(first) });
    node.answer([{ block: first, certificate: notarized(first) }], [notarized(first)]);
    node.held.delete("verify");
    const [check] = node.effects.slice(-1);
    if (check?.kind !== "verify") throw new Error("nothing is checked");
    const effects = node.give({ kind: "verified", id: check.id, valid: [true], aggregate: undefined });
    expect(votesIn(effects)).toContain("notarize 3");
  });

  test("a run of blocks without a finalization, longer than an answer, is fetched in parts", () => {
    const last = blocks[69] as Block;
    node.hearCertificate(final(last));
    const served = (from: number, to: number) =>
      blocks
        .slice(from - 1, to)
        .map((block) => ({ block, certificate: block === last ? final(block) : notarized(block) }));
    node.answer(served(1, 64));
    expect(node.asked.at(-1)?.request).toEqual({ kind: "chain", from: asHeight(65) });
    expect(deliveredIn(node.answer(served(65, 70)))).toHaveLength(70);
  });

  test("while the blocks of an answer are checked, one after another, no more of the chain is asked for or checked", () => {
    node.hearCertificate(final(blocks[69] as Block));
    const { id, to } = node.asked.at(-1) ?? { id: 0, to: 0 };
    const served = blocks.slice(0, 64).map((block) => ({ block, certificate: final(block) }));
    node.held.add("verify");
    const before = node.asked.length;
    node.give({ kind: "timer", timer: { name: "repair", id } });
    node.answer(served);
    node.hear(to, { kind: "answer", id, blocks: served, certificates: [] });
    for (const [place, { block }] of served.entries()) {
      expect(node.asked).toHaveLength(before + 1);
      const checks = node.checks;
      expect(checks).toHaveLength(place + 2);
      const valid = { kind: "verified", id: checks.at(-1)?.id ?? 0, valid: [true], aggregate: undefined } as const;
      expect(deliveredIn(node.give(valid))).toEqual([block.height]);
    }
    expect(node.asked.at(-1)?.request).toEqual({ kind: "chain", from: asHeight(65) });
  });

  test("and if that run was a dead branch, the chain is asked for from the start again", () => {
    node.hearCertificate(final(third));
    const dead = world.block(1, genesis, 7);
    node.answer([{ block: dead, certificate: world.certificate("notarization", 1, rootOf(dead)) }]);
    expect(node.asked.at(-1)?.request).toEqual({ kind: "chain", from: asHeight(2) });
    node.answer([]);
    expect(node.asked.at(-1)?.request).toEqual({ kind: "chain", from: asHeight(1) });
  });
});

describe("S8: crashes", () => {
  test("blocks that a vote rests on are durable with it, fetched ones too", () => {
    node.hearCertificate(notarized(first));
    node.hearProposal(world.proposal(second, notarized(first)));
    node.answer([{ block: first, certificate: notarized(first) }]);
    expect(node.votes).toContain("notarize 2");
    const again = started(follower, node.journal);
    expect(deliveredIn(again.hearCertificate(final(second)))).toEqual([1, 2]);
  });

  test("a torn record in the midst hides none of what was written after it", () => {
    node.hearProposal(world.proposal(first, undefined));
    const torn = [new Uint8Array(7), ...node.journal];
    const again = started(follower, torn);
    again.hearProposal(world.proposal(world.block(1, genesis, 7), undefined));
    expect(again.votes).toEqual(["notarize 1"]);
    expect(again.journal).toEqual([]);
  });

  test("a vote says in which view it was cast, whatever happened to the certificate before it", () => {
    node.hearCertificate(world.certificate("nullification", 4, zeroRoot));
    node.hear(others[0], { kind: "reason", view: asView(5), isBeat: false });
    node.timer("advance", 5);
    const again = started(follower, node.journal.slice(-1));
    expect(votesIn(again.hearProposal(world.proposal(first, undefined)))).toEqual([]);
  });

  test("without its archive, the journal alone keeps it from voting where all is decided", () => {
    node.hearProposal(world.proposal(first, undefined));
    node.hearCertificate(notarized(first));
    node.hearCertificate(final(first));
    const prune = node.effects.findLast((effect) => effect.kind === "prune");
    const kept = node.effects.flatMap((effect) =>
      effect.kind === "persist" && effect.view >= (prune?.below ?? 0) ? [effect.record] : [],
    );
    const again = started(follower, kept.slice(-1));
    expect(votesIn(again.hearProposal(world.proposal(world.block(1, genesis, 7), undefined)))).toEqual([]);
  });

  test("nor from finalizing there what it nullified: of that the journal says nothing any more", () => {
    node.hear(others[0], { kind: "reason", view: asView(1), isBeat: false });
    node.timer("advance", 1);
    expect(node.votes).toEqual(["nullify 1"]);
    for (const block of [first, second]) node.hearProposal(world.proposal(block, undefined));
    node.hearCertificate(notarized(first));
    node.hearCertificate(final(second));
    const below = node.effects.findLast((effect) => effect.kind === "prune")?.below ?? 0;
    expect(below).toBe(2);
    const kept = node.effects.flatMap((effect) =>
      effect.kind === "persist" && effect.view >= below ? [effect.record] : [],
    );
    const again = started(follower, kept);
    expect(votesIn(again.hearCertificate(notarized(first)))).toEqual([]);
    again.answer([{ block: first, certificate: notarized(first) }]);
    expect(again.votes).not.toContain("finalize 1");
  });

  test("a record that was written twice is read once", () => {
    node.hearProposal(world.proposal(first, undefined));
    const again = started(follower, [...node.journal, ...node.journal]);
    expect(again.votes).toEqual(["notarize 1"]);
  });

  test("a leader whose proposal was durable, but not its vote, sends the proposal", () => {
    const leader = started(world.leader(1));
    leader.give({ kind: "reason", has: true });
    leader.give({ kind: "built", view: asView(1), block: first });
    const again = started(world.leader(1), leader.journal.slice(0, 1));
    expect(again.effects).toContainEqual(
      expect.objectContaining({ kind: "broadcast", message: expect.objectContaining({ kind: "proposal" }) }),
    );
  });

  test("whose weight alone is a quorum certifies its recalled vote", () => {
    const alone = createWorld([1]);
    const one = new One(alone, 0);
    one.start();
    one.give({ kind: "reason", has: true });
    one.give({ kind: "built", view: asView(1), block: alone.block(1, genesis) });
    const again = new One(alone, 0);
    again.start(undefined, one.journal.slice(0, 2));
    expect(deliveredIn(again.effects)).toEqual([1]);
  });

  test("a second node with our key cannot make us fail", () => {
    const leader = world.leader(1);
    const one = started(leader);
    one.hearVote(world.vote("notarize", 1, rootOf(world.block(1, genesis, 7)), leader));
    one.give({ kind: "reason", has: true });
    expect(votesIn(one.give({ kind: "built", view: asView(1), block: first }))).toEqual(["notarize 1"]);
  });
});

describe("numbers at their limits", () => {
  const last = Number.MAX_SAFE_INTEGER;

  test("in votes, proposals, reasons, requests and certificates are no one's end", () => {
    const leader = world.leader(last);
    const one = started(others.find((seat) => seat !== leader) as number);
    const peer = one.other;
    one.hearVote(world.vote("finalize", last, rootOf(first), leader));
    one.hearProposal(world.proposal({ ...first, view: last, height: last }, undefined));
    one.hear(peer, { kind: "reason", view: asView(last), isBeat: false });
    one.hear(peer, { kind: "request", id: last, request: { kind: "certificates", from: asView(0), to: asView(last) } });
    one.hear(peer, {
      kind: "request",
      id: last,
      request: { kind: "certificates", from: asView(last), to: asView(last) },
    });
    one.hearCertificate(forged(world.certificate("nullification", last, zeroRoot)));
    expect(one.hear(peer, { kind: "request", id: 1, request: { kind: "chain", from: asHeight(0) } })).toContainEqual(
      expect.objectContaining({ kind: "serve", from: 1 }),
    );
  });
});

describe("S7: what is repeated and kept", () => {
  test("votes of views whose certificates are held are not repeated, nor those of long ago", () => {
    for (let view = 1; view <= 80; view++) {
      node.hear(others[0], { kind: "reason", view: asView(view), isBeat: false });
      node.timer("advance", view);
      node.hearCertificate(world.certificate("nullification", view === 40 ? 41 : view, zeroRoot));
      if (view === 40) view++;
    }
    node.hear(others[0], { kind: "reason", view: asView(81), isBeat: false });
    node.timer("advance", 81);
    expect(votesIn(node.timer("repeat", 81))).toEqual(["nullify 40", "nullify 81"]);
    expect(certificatesIn(node.effects)).toContain("nullification 80");
  });

  test("an observer follows and asks, and keeps nothing to vote on", () => {
    const observer = new One(world, undefined);
    observer.start();
    observer.hearCertificate(notarized(first));
    expect(observer.votes).toEqual([]);
    observer.hearCertificate(final(first));
    expect(deliveredIn(observer.answer([{ block: first, certificate: final(first) }]))).toEqual([1]);
  });
});
