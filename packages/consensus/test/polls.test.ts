// S9–S11: votes and certificates, until they are believed: what is checked, how often, and what comes of it.

import {
  asEpoch,
  asValidatorIndex,
  asView,
  type Certificate,
  compareBytes,
  type Root,
  type Vote,
  type VoteKind,
  zeroRoot,
} from "@tandem/shared";
import { beforeEach, describe, expect, test } from "vitest";
import {
  type Block,
  certificatesIn,
  chainOf,
  createWorld,
  followerOf,
  genesis,
  kindsIn,
  One,
  rootOf,
  votesIn,
} from "./support/one.ts";

const world = createWorld();
const follower = followerOf(world, 3);
const others = [0, 1, 2, 3].filter((seat) => seat !== follower) as [number, number, number];
const [a, b, c] = others;

const [first, second] = chainOf(world, 2) as [Block, Block];
const { notarization: notarized, nullification: nullified } = world;
const nullify = (seat: number) => world.vote("nullify", 1, zeroRoot, seat);
const forged = <Signed extends Vote | Certificate>(signed: Signed): Signed => ({
  ...signed,
  signature: notarized(second).signature,
});

let node: One;
beforeEach(() => {
  node = new One(world, follower);
  node.start();
});

describe("S9: votes", () => {
  test("are checked together when they would be a quorum, and not before", () => {
    node.held.add("verify");
    for (const seat of [a, b]) node.hearVote(nullify(seat));
    expect(node.checks).toHaveLength(0);
    node.hearVote(nullify(c));
    expect(node.checks).toHaveLength(1);
  });

  test("a quorum of true votes is a certificate", () => {
    for (const seat of others) node.hearVote(nullify(seat));
    expect(certificatesIn(node.effects)).toEqual(["nullification 1"]);
  });

  test("a false vote among them is found, and the rest still counts when another comes", () => {
    node.hearVote(forged(nullify(a)));
    for (const seat of [b, c]) node.hearVote(nullify(seat));
    expect(certificatesIn(node.effects)).toEqual([]);
    node.hear(b, { kind: "reason", view: asView(1), isBeat: false });
    node.timer("advance", 1);
    expect(certificatesIn(node.effects)).toEqual(["nullification 1"]);
  });

  test("nobody votes in another's name", () => {
    for (const seat of others) node.hear(a, { kind: "vote", vote: nullify(seat) });
    expect(certificatesIn(node.effects)).toEqual([]);
  });

  test("votes of another epoch, or of no seat, are not counted", () => {
    for (const seat of others) node.hearVote({ ...nullify(seat), epoch: asEpoch(1) });
    for (const seat of [a, b, 7, 8, 9]) node.hearVote({ ...nullify(a), signer: asValidatorIndex(seat) });
    expect(node.checks).toHaveLength(0);
  });

  test("a vote of the same seat counts once", () => {
    for (let i = 0; i < 3; i++) node.hearVote(nullify(a));
    node.hearVote(nullify(b));
    expect(certificatesIn(node.effects)).toEqual([]);
  });

  test("our own needs no check", () => {
    const alone = new One(createWorld([9, 1, 1]), 0);
    alone.start();
    alone.give({ kind: "reason", has: true });
    alone.timer("advance", 1);
    expect(certificatesIn(alone.effects)).toEqual(["nullification 1"]);
    expect(alone.checks).toHaveLength(0);
  });

  test("that come while equal ones are checked, or when these are a certificate, are not checked", () => {
    node.held.add("verify");
    for (const seat of [a, b, c]) node.hearVote(world.vote("nullify", 2, zeroRoot, seat));
    node.hearCertificate(nullified(1));
    node.found([true]);
    node.hear(a, { kind: "reason", view: asView(2), isBeat: false });
    expect(votesIn(node.timer("advance", 2))).toEqual(["nullify 2"]);
    expect(node.checks).toHaveLength(2);
    node.found([true, true, true], node.checks[0]);
    expect(certificatesIn(node.effects)).toEqual(["nullification 1", "nullification 2"]);
    expect(node.checks).toHaveLength(2);
  });

  test("make a certificate with the sum that their check gave", () => {
    node.held.add("verify");
    for (const seat of others) node.hearVote(nullify(seat));
    const aggregate = new Uint8Array(96).fill(7);
    const effects = node.give({ kind: "verified", id: node.checks[0]?.id ?? 0, valid: [true, true, true], aggregate });
    const certificate = expect.objectContaining({ signature: aggregate });
    expect(effects).toContainEqual({ kind: "broadcast", message: { kind: "certificate", certificate } });
  });

  test("of a view that is settled are not checked", () => {
    node.hearProposal(world.proposal(first, undefined));
    node.hearCertificate(world.certificate("finalization", 1, rootOf(first)));
    const before = node.checks.length;
    for (const seat of others) node.hearVote(world.vote("finalize", 1, rootOf(first), seat));
    expect(node.checks).toHaveLength(before);
  });
});

describe("S10: evidence", () => {
  const rival = rootOf(world.block(1, genesis, 7));
  const cases: readonly (readonly [string, VoteKind, Root, VoteKind, Root, boolean])[] = [
    ["two notarizes for different blocks", "notarize", rootOf(first), "notarize", rival, true],
    ["two notarizes, the other way round", "notarize", rival, "notarize", rootOf(first), true],
    ["two finalizes for different blocks", "finalize", rootOf(first), "finalize", rival, true],
    ["nullify and finalize", "nullify", zeroRoot, "finalize", rival, true],
    ["finalize and nullify, the other way round", "finalize", rival, "nullify", zeroRoot, true],
    ["notarize and nullify are honest", "notarize", rootOf(first), "nullify", zeroRoot, false],
    ["finalize of a rival of the own notarize is honest", "notarize", rootOf(first), "finalize", rival, false],
    ["the same vote twice", "notarize", rootOf(first), "notarize", rootOf(first), false],
  ];
  test.each(cases)("%s", (_, kindA, blockA, kindB, blockB, isEvidence) => {
    node.hearVote(world.vote(kindA, 1, blockA, a));
    node.hearVote(world.vote(kindB, 1, blockB, a));
    const evidence = node.effects.flatMap((effect) => (effect.kind === "evidence" ? [effect.evidence] : []));
    expect(evidence).toHaveLength(isEvidence ? 1 : 0);
    // In one order, whichever came first: nullify before finalize, else by block.
    for (const { first: low, second: high } of evidence) {
      if (low.kind === high.kind) expect(compareBytes(low.block, high.block)).toBeLessThan(0);
      else expect([low.kind, high.kind]).toEqual(["nullify", "finalize"]);
    }
  });

  test("not if one of the signatures is false", () => {
    node.hearVote(world.vote("notarize", 1, rootOf(first), a));
    node.hearVote(forged(world.vote("notarize", 1, rival, a)));
    expect(kindsIn(node.effects)).not.toContain("evidence");
  });

  test("a false vote that it brings to light is not counted; of two true ones the first is", () => {
    const votes = (seat: number) => [rootOf(first), rival].map((block) => world.vote("notarize", 1, block, seat));
    for (const isFalse of [true, false]) {
      node = new One(world, follower);
      node.start();
      const [one, two] = votes(a) as [Vote, Vote];
      node.hearVote(isFalse ? forged(one) : one);
      node.hearVote(two);
      for (const seat of [b, c]) node.hearVote(world.vote("notarize", 1, rootOf(first), seat));
      expect(node.checks).toHaveLength(isFalse ? 1 : 2);
      expect(certificatesIn(node.effects)).toEqual(isFalse ? [] : ["notarization 1"]);
    }
  });

  test("of one who does not lead, or not of two proposals, is no reason to leave the view", () => {
    const stranger = others.find((seat) => seat !== world.leader(1)) as number;
    for (const block of [rootOf(first), rival]) node.hearVote(world.vote("notarize", 1, block, stranger));
    node.hearVote(world.vote("nullify", 1, zeroRoot, world.leader(1)));
    node.hearVote(world.vote("finalize", 1, rival, world.leader(1)));
    expect(kindsIn(node.effects).filter((kind) => kind === "evidence")).toHaveLength(2);
    expect(node.votes).toEqual([]);
  });

  test("once for a seat and view, however often it goes on", () => {
    for (let salt = 0; salt < 20; salt++) {
      node.hearVote(world.vote("notarize", 1, rootOf(world.block(1, genesis, salt)), a));
    }
    expect(kindsIn(node.effects).filter((kind) => kind === "evidence")).toHaveLength(1);
    expect(node.checks).toHaveLength(1);
  });
});

describe("S9, S11: certificates", () => {
  test("of one new certificate that all peers tell, one copy is checked", () => {
    node.held.add("verify");
    for (const peer of others) node.hearCertificate(notarized(first), peer);
    expect(node.checks).toHaveLength(1);
  });

  test("a false one is in nobody's way", () => {
    node.held.add("verify");
    node.hearCertificate(forged(notarized(first)), a);
    node.hearCertificate(notarized(first), b);
    node.found([false]);
    expect(votesIn(node.found([true]))).toContain("finalize 1");
  });

  test("who tells two that say the same has one checked, so that true ones come to their turn", () => {
    node.held.add("verify");
    for (let i = 0; i < 3; i++) node.hearCertificate(forged(notarized(first)), a);
    node.found([false]);
    expect(node.checks).toHaveLength(1);
  });

  test("what is known is not checked again, nor anything of a view that is settled", () => {
    node.hearProposal(world.proposal(first, undefined));
    node.hearCertificate(notarized(first), a);
    node.hearCertificate(notarized(first), b);
    node.hearCertificate(world.certificate("finalization", 1, rootOf(first)));
    const before = node.checks.length;
    expect(before).toBe(2);
    node.hearCertificate(nullified(1));
    expect(node.checks).toHaveLength(before);
  });

  test("one that votes made while it was being checked is persisted and told on once", () => {
    node.held.add("verify");
    node.hearCertificate(nullified(1));
    for (const seat of others) node.hearVote(nullify(seat));
    const [told, counted] = node.checks;
    node.found([true, true, true], counted);
    node.found([true], told);
    expect(certificatesIn(node.effects)).toEqual(["nullification 1"]);
    expect(node.journal).toHaveLength(1);
  });

  test("one whose view was settled while it was being checked is not told on", () => {
    node.hearProposal(world.proposal(first, undefined));
    node.held.add("verify");
    node.hearCertificate(nullified(1), a);
    node.hearCertificate(world.certificate("finalization", 1, rootOf(first)), b);
    const [nullification, finalization] = node.checks;
    node.found([true], finalization);
    expect(node.found([true], nullification)).toEqual([]);
  });

  test("waits while votes that would be it are checked, and comes to its turn if they fail", () => {
    node.held.add("verify");
    for (const seat of others) node.hearVote(nullify(seat));
    node.hearCertificate(nullified(1), a);
    expect(node.checks).toHaveLength(1);
    expect(kindsIn(node.found([true, true, false]))).toContain("verify");
  });

  test("without quorum or of the wrong size is dropped unchecked", () => {
    node.hearCertificate(world.certificate("nullification", 1, zeroRoot, [0, 1]));
    node.hearCertificate({ ...notarized(first), bitmap: [...notarized(first).bitmap, false] });
    expect(node.checks).toHaveLength(0);
  });
});

describe("S11: bounds", () => {
  test("proposals of the next 8 views and votes of the next 64 are kept, and none of later or settled ones", () => {
    const isKept = (view: number) => {
      const block = world.block(view, genesis);
      node = new One(world, [0, 1, 2, 3].find((seat) => seat !== world.leader(view)) as number);
      node.start();
      node.hearProposal(world.proposal(first, undefined));
      node.hearCertificate(world.certificate("finalization", 1, rootOf(first)));
      node.hearProposal(world.proposal(block, undefined));
      for (let seat = 0; seat < 4; seat++) node.hearVote(world.vote("nullify", view, zeroRoot, seat));
      node.hearCertificate(world.certificate("notarization", view, rootOf(block)));
      const request = { kind: "block", root: rootOf(block) } as const;
      const given = node.hear(node.other, { kind: "request", id: 1, request });
      const message = expect.objectContaining({ blocks: [expect.objectContaining({ block })] });
      return [
        given.some((effect) => expect.objectContaining({ message }).asymmetricMatch(effect)),
        certificatesIn(node.effects).includes(`nullification ${view}`),
      ];
    };
    expect([2, 10].map(isKept)).toEqual([
      [true, true],
      [true, true],
    ]);
    expect([11, 66].map(isKept)).toEqual([
      [false, true],
      [false, true],
    ]);
    expect([1, 67].map(isKept)).toEqual([
      [false, false],
      [false, false],
    ]);
  });

  test("a proposal too far ahead brings what it stands on all the same", () => {
    const chain = chainOf(world, 60);
    const far = chain.findIndex(({ view }) => view > 40 && world.leader(view) !== follower);
    const parent = chain[far - 1] as Block;
    node.hearProposal(world.proposal(chain[far] as Block, notarized(parent)));
    expect(certificatesIn(node.effects)).toEqual([`notarization ${parent.view}`]);
  });

  test("votes too far ahead are not kept; certificates are", () => {
    for (const seat of others) node.hearVote(world.vote("nullify", 1000, zeroRoot, seat));
    expect(certificatesIn(node.effects)).toEqual([]);
    expect(certificatesIn(node.hearCertificate(nullified(1000)))).toEqual(["nullification 1000"]);
  });

  test("a peer has a bounded number of certificates in checking", () => {
    node.held.add("verify");
    for (let view = 1; view <= 100; view++) node.hearCertificate(nullified(view));
    expect(node.checks).toHaveLength(16);
  });

  test("peers beyond the set have sixteen checked at a time, under however many names", () => {
    node.held.add("verify");
    for (let view = 1; view <= 40; view++) node.hearCertificate(forged(nullified(view)), 4 + (view >> 2));
    expect(node.checks).toHaveLength(16);
    node.hearCertificate(notarized(first));
    expect(node.checks).toHaveLength(17);
    node.found([false], node.checks[0]);
    for (const view of [41, 42]) node.hearCertificate(forged(nullified(view)), 99);
    expect(node.checks).toHaveLength(18);
  });

  test("a check is forgotten with its answer: a second one says nothing", () => {
    node.held.add("verify");
    node.hearCertificate(forged(notarized(first)));
    node.found([false]);
    expect(node.found([true])).toEqual([]);
  });
});
