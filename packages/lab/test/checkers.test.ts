// Each checker fires on what it is for, and on nothing less. Observations are made by hand, as honest nodes would make
// them; `seats` are four of weight one, of which seat 3 is Byzantine.

import {
  asHeight,
  asRoot,
  asValidatorIndex,
  asView,
  bitmapOf,
  type Certificate,
  type CertificateKind,
  type Root,
  sha256,
  toHex,
  utf8,
  type Vote,
  type VoteKind,
  voteCodec,
  voteKindOf,
  voteSigningRoot,
  zeroRoot,
} from "@tandem/shared";
import { beforeEach, describe, expect, test } from "vitest";
import { bounds } from "../src/checkers/bounds.ts";
import { certificates } from "../src/checkers/certificates.ts";
import type { CheckContext, Checker } from "../src/checkers/checker.ts";
import { commitOrder } from "../src/checkers/commit-order.ts";
import { durableFirst } from "../src/checkers/durable-first.ts";
import { evidence } from "../src/checkers/evidence.ts";
import { justified } from "../src/checkers/justified.ts";
import { restateLeader } from "../src/checkers/leader-draw.ts";
import { oneChain } from "../src/checkers/one-chain.ts";
import { Progress } from "../src/checkers/progress.ts";
import { quiet } from "../src/checkers/quiet.ts";
import { signedOnce } from "../src/checkers/signed-once.ts";
import { VoteBook } from "../src/checkers/vote-book.ts";
import { Demands } from "../src/demands.ts";
import { scaleSetting } from "../src/index.ts";
import { createKeys } from "../src/nodes/keys.ts";
import type { LabMessage, Observation } from "../src/nodes/words.ts";
import { type Block, blockRules, epoch, genesis, toyBlock } from "../src/payload/block.ts";

const deltaMs = 100;
const keys = createKeys(scaleSetting(4, 1));
const weights = [1, 1, 1, 1];
const byzantine = new Set([3]);
let context: CheckContext;

beforeEach(() => {
  const votes = new VoteBook(weights, byzantine);
  const leaderOf = (view: number) => restateLeader(keys.leaderSeed, weights, view);
  context = { electorate: keys.electorate, genesis, weights, byzantine, seats: [0, 1, 2, 3], deltaMs, leaderOf, votes };
});

function block(view: number, parent: { root: Root; height: number } = genesis, salt = 0): Block {
  return toyBlock({ view: asView(view), parent: { ...parent, height: asHeight(parent.height) }, salt, items: [] });
}

/** A journal record begins with its length, which no checker reads. */
const recordOf = (...bytes: number[]) => Uint8Array.of(bytes.length & 0xff, bytes.length >> 8, 0, 0, ...bytes);
const voteRecord = (of: Vote) => recordOf(2, ...voteCodec.encode(of));
const infoOf = (of: Block) => blockRules.infoOf(of);

function vote(kind: VoteKind, view: number, root: Root, seat: number): Vote {
  const ballot = { epoch, view: asView(view), block: kind === "nullify" ? zeroRoot : root };
  const signature = keys.signers[seat]?.sign(voteSigningRoot(keys.electorate, kind, ballot)) ?? new Uint8Array(96);
  return { kind, ...ballot, signer: asValidatorIndex(seat), signature };
}

function certificate(kind: CertificateKind, view: number, root: Root, seats: readonly number[]): Certificate {
  const votes = seats.map((seat) => vote(voteKindOf[kind], view, root, seat));
  const bitmap = bitmapOf(keys.electorate.committee, votes);
  const signature = keys.electorate.scheme.aggregate(votes.map((each) => each.signature));
  if (!bitmap.ok || !signature.ok) throw new Error("votes aggregate");
  const named = kind === "nullification" ? zeroRoot : root;
  return { kind, epoch, view: asView(view), block: named, bitmap: bitmap.value, signature: signature.value };
}

const sent = (message: LabMessage): Observation => ({ kind: "sent", to: -1, message });
const sentVote = (kind: VoteKind, view: number, root: Root, seat: number) =>
  sent({ kind: "vote", vote: vote(kind, view, root, seat) });
const delivered = (of: Block, by: Certificate): Observation => ({
  kind: "delivered",
  block: of,
  info: infoOf(of),
  certificate: by,
});
const booted = (finals: readonly Block[] = [], journal: readonly Uint8Array[] = []): Observation => ({
  kind: "booted",
  finals: finals.map((each) => ({ block: each, certificate: finalOf(each) })),
  journal,
});
const finalOf = (of: Block) => certificate("finalization", of.header.view, infoOf(of).root, [0, 1, 2]);

/** What a checker says of what seats do, one after the other, a millisecond apart. */
function watch(checker: Checker, ...seen: readonly (readonly [seat: number, observation: Observation])[]) {
  return seen.map(([seat, observation], index) => checker.onObservation(observation, seat, 1000 * index));
}

const one = block(1);
const rival = block(1, genesis, 1);
const two = block(2, infoOf(one));
const root = asRoot(sha256(utf8("a block")));

describe("one-chain", () => {
  test("fires at the second block of a height, also if it is found on a disk", () => {
    const same = [0, delivered(one, finalOf(one))] as const;
    expect(watch(oneChain(), same, [1, delivered(one, finalOf(one))])).toEqual([undefined, undefined]);
    expect(watch(oneChain(), same, [1, delivered(rival, finalOf(rival))])[1]).toMatch(/^two blocks are final/);
    expect(watch(oneChain(), same, [1, booted([rival])])[1]).toMatch(/^two blocks are final/);
  });
});

describe("commit-order", () => {
  test("fires at a gap, a repetition, another parent, and what a restart lost", () => {
    const first = [0, delivered(one, finalOf(one))] as const;
    const second = [0, delivered(two, finalOf(two))] as const;
    expect(watch(commitOrder(context), [0, booted()], first, second, [0, booted([one, two])])).toEqual(
      Array(4).fill(undefined),
    );
    expect(watch(commitOrder(context), [0, booted()], second)[1]).toBe("delivered height 2 after 0");
    expect(watch(commitOrder(context), [0, booted()], first, first)[2]).toBe("delivered height 1 after 1");
    const onRival = block(2, infoOf(rival));
    expect(watch(commitOrder(context), [0, booted()], first, [0, delivered(onRival, finalOf(onRival))])[2]).toMatch(
      /on top/,
    );
    expect(watch(commitOrder(context), [0, booted()], first, [0, booted()])[2]).toMatch(/held 0 after a restart/);
  });

  test("lets who lost its store begin anew, once", () => {
    const checker = commitOrder(context, { isOver: (instance, timeUs) => instance === 0 && timeUs >= 100 });
    const says = (instance: number, timeUs: number, observation: Observation) =>
      checker.onObservation(observation, instance, timeUs);
    const first = delivered(one, finalOf(one));
    for (const instance of [0, 1]) {
      expect(says(instance, 0, booted())).toBeUndefined();
      expect(says(instance, 50, first)).toBeUndefined();
    }
    expect(says(0, 100, booted())).toBeUndefined();
    expect(says(0, 110, first)).toBeUndefined();
    expect(says(0, 120, booted())).toMatch(/held 0 after a restart/);
    expect(says(1, 100, booted())).toMatch(/held 0 after a restart/);
  });
});

describe("signed-once", () => {
  const says = (...kinds: readonly (readonly [VoteKind, Root])[]) =>
    watch(signedOnce(context), ...kinds.map(([kind, of]) => [0, sentVote(kind, 5, of, 0)] as const)).at(-1);

  test("lets a seat repeat itself, nullify what it notarized, and finalize what it notarized", () => {
    expect(says(["notarize", root], ["notarize", root])).toBeUndefined();
    expect(says(["nullify", root])).toBeUndefined();
  });
  test("fires at two notarizes, two finalizes, and nullify with finalize in either order", () => {
    const other = infoOf(one).root;
    expect(says(["notarize", root], ["notarize", other])).toMatch(/notarize of view 5 for two blocks/);
    context = { ...context, votes: new VoteBook(weights, byzantine) };
    expect(says(["finalize", root], ["finalize", other])).toMatch(/finalize of view 5 for two blocks/);
    expect(says(["nullify", root])).toMatch(/nullify of view 5 after its finalize/);
    context = { ...context, votes: new VoteBook(weights, byzantine) };
    expect(says(["nullify", root], ["finalize", root])).toMatch(/finalize of view 5 after its nullify/);
  });
  test("knows what stood in the journal with which a life begins, though it never left", () => {
    const life = [0, booted([], [voteRecord(vote("finalize", 5, root, 0))])] as const;
    expect(watch(signedOnce(context), life)[0]).toBeUndefined();
    expect(context.votes.hasVoted(0, "finalization", 5, toHex(root))).toBe(true);
    expect(says(["nullify", root])).toMatch(/nullify of view 5 after its finalize/);
    const torn = voteRecord(vote("notarize", 6, root, 0)).subarray(0, -1);
    expect(watch(signedOnce(context), [0, booted([], [torn])])[0]).toBeUndefined();
    expect(context.votes.hasVoted(0, "notarization", 6, toHex(root))).toBe(false);
  });
  test("fires at a proposal of who does not lead", () => {
    const view = [1, 2, 3, 4, 5, 6, 7, 8].find((each) => context.leaderOf(asView(each)) !== 0) ?? 0;
    const proposal = { block: block(view), parent: undefined, signature: new Uint8Array(96) };
    expect(watch(signedOnce(context), [0, sent({ kind: "proposal", proposal })])[0]).toMatch(/not its own/);
  });
});

describe("durable-first", () => {
  const votes = (kind: VoteKind, of: Root) => voteRecord(vote(kind, 1, of, 0));
  const blockRecord = (of: Block) => recordOf(3, ...blockRules.codec.encode(of));
  const durable = (...records: Uint8Array[]): Observation => ({ kind: "durable", records });
  const mine = infoOf(one).root;

  test("wants the vote and its block on disk, from before a restart too", () => {
    const leaves = [0, sentVote("notarize", 1, mine, 0)] as const;
    const both = [votes("notarize", mine), blockRecord(one)];
    expect(watch(durableFirst(context), [0, durable(...both)], leaves)[1]).toBeUndefined();
    expect(watch(durableFirst(context), [0, booted([], both)], leaves)[1]).toBeUndefined();
    expect(watch(durableFirst(context), leaves)[0]).toMatch(/left before it was durable/);
    expect(watch(durableFirst(context), [0, durable(votes("notarize", mine))], leaves)[1]).toMatch(/its block/);
    expect(watch(durableFirst(context), [0, durable(...both)], [0, booted()], leaves)[2]).toMatch(/before it was/);
  });
  test("wants the notarization on disk before a finalize leaves", () => {
    const leaves = [0, sentVote("finalize", 1, mine, 0)] as const;
    expect(watch(durableFirst(context), [0, durable(votes("finalize", mine))], leaves)[1]).toMatch(/the notarization/);
  });
});

describe("justified", () => {
  const blocks = new Map([one, rival, two].map((each) => [toHex(infoOf(each).root), each]));
  const notarizes = (of: Block, seat: number) =>
    [seat, sentVote("notarize", of.header.view, infoOf(of).root, seat)] as const;
  /** Enters the votes as a run does: `signed-once` goes first. */
  const watched = (...seen: Parameters<typeof watch>[1][]) => {
    const first = signedOnce(context);
    const checker = justified(context, blocks);
    return seen.map(([seat, observation]) => {
      first.onObservation(observation, seat, 0);
      return checker.onObservation(observation, seat, 0);
    });
  };

  test("S4: a parent has to be notarizable: two honest seats and the Byzantine one are a quorum of four", () => {
    expect(watched(notarizes(one, 0), notarizes(two, 1))[1]).toMatch(/builds on view 1, which cannot be notarized/);
    expect(watched(notarizes(one, 0), notarizes(one, 1), notarizes(two, 1))[2]).toBeUndefined();
  });
  test("S4: a view that is skipped has to be nullifiable", () => {
    const late = block(3);
    blocks.set(toHex(infoOf(late).root), late);
    expect(watched(notarizes(late, 0))[0]).toMatch(/skips view 1/);
    const nullify = (view: number, seat: number) => [seat, sentVote("nullify", view, zeroRoot, seat)] as const;
    expect(watched(nullify(1, 0), nullify(1, 1), nullify(2, 0), notarizes(late, 0))[3]).toMatch(/skips view 2/);
    expect(watched(nullify(2, 1), notarizes(late, 0))[1]).toBeUndefined();
  });
  test("S4: a height follows its parent's", () => {
    const high = block(1, { root: genesis.root, height: 1 });
    blocks.set(toHex(infoOf(high).root), high);
    expect(watched(notarizes(high, 0))[0]).toMatch(/height 2 on 0/);
  });
  test("S5: a finalize needs a notarization that can be", () => {
    const finalizes = [0, sentVote("finalize", 1, infoOf(one).root, 0)] as const;
    expect(watched(notarizes(one, 0), finalizes)[1]).toMatch(/finalized view 1, which is not notarized/);
  });
  test("S6: what is delivered under a notarization has a finalization above it", () => {
    const notarized = certificate("notarization", 1, infoOf(one).root, [0, 1, 3]);
    const speaks = [0, sentVote("nullify", 9, zeroRoot, 0)] as const;
    expect(watched([0, delivered(one, notarized)], speaks)[1]).toMatch(/without a finalization above/);
    expect(watched([0, delivered(one, notarized)], [0, delivered(two, finalOf(two))], speaks)[2]).toBeUndefined();
  });
});

describe("certificates", () => {
  const tells = (of: Certificate, ...voted: readonly number[]) => {
    for (const seat of voted) context.votes.enter(seat, voteKindOf[of.kind], of.view, of.block);
    return watch(certificates(context), [0, sent({ kind: "certificate", certificate: of })])[0];
  };

  test("three of four are a quorum, two are not", () => {
    expect(tells(certificate("notarization", 1, root, [0, 1, 3]), 0, 1)).toBeUndefined();
    expect(tells(certificate("notarization", 1, root, [0, 1]), 0, 1)).toMatch(/weight 2 of 4/);
  });
  test("an honest bit without the vote, a signature by others, a bitmap of another size", () => {
    expect(tells(certificate("notarization", 1, root, [0, 1, 2]), 0, 1)).toMatch(/bit of seat 2/);
    const padded = { ...certificate("finalization", 1, root, [0, 1]), bitmap: [true, true, false, true] };
    expect(tells(padded, 0, 1)).toMatch(/false signature/);
    expect(tells({ ...padded, bitmap: [true, true, true] }, 0, 1)).toMatch(/3 bits for 4 seats/);
  });
});

describe("evidence", () => {
  const says = (first: Vote, second: Vote) => watch(evidence(context), [0, { kind: "evidence", first, second }])[0];

  test("holds against a Byzantine seat alone, for what no honest one signs, and truly signed", () => {
    const other = infoOf(one).root;
    expect(says(vote("notarize", 1, root, 3), vote("notarize", 1, other, 3))).toBeUndefined();
    expect(says(vote("nullify", 1, root, 3), vote("finalize", 1, root, 3))).toBeUndefined();
    expect(says(vote("notarize", 1, root, 0), vote("notarize", 1, other, 0))).toMatch(/the honest seat 0/);
    expect(says(vote("notarize", 1, root, 3), vote("nullify", 1, root, 3))).toMatch(/an honest seat may sign/);
    expect(says(vote("notarize", 1, root, 3), vote("notarize", 1, root, 3))).toMatch(/an honest seat may sign/);
    expect(says(vote("notarize", 1, root, 3), vote("notarize", 2, other, 3))).toMatch(/do not belong together/);
    const forged = { ...vote("notarize", 1, other, 3), signature: vote("notarize", 1, root, 3).signature };
    expect(says(vote("notarize", 1, root, 3), forged)).toMatch(/false signature/);
  });
});

describe("bounds", () => {
  const asks = (id: number): Observation =>
    sent({ kind: "request", id, request: { kind: "chain", from: asHeight(1) } });

  test("a request is asked again after 2Δ, and not faster", () => {
    const checker = bounds(context, true);
    expect(checker.onObservation(asks(1), 0, 0)).toBeUndefined();
    expect(checker.onObservation(asks(1), 0, 2000 * deltaMs)).toBeUndefined();
    expect(checker.onObservation(asks(1), 0, 3000 * deltaMs)).toMatch(/asked again after 100 ms/);
  });
  test("129 requests at once are too many", () => {
    const checker = bounds(context, true);
    const said = Array.from({ length: 129 }, (_, id) => checker.onObservation(asks(id), 0, id));
    expect(said.findIndex((each) => each !== undefined)).toBe(128);
  });
  test("seven votes and certificates of one view are too many in a journal, and none is left after pruning", () => {
    const record = recordOf(2, ...voteCodec.encode(vote("nullify", 4, root, 0)));
    const durable: Observation = { kind: "durable", records: Array(6).fill(record) };
    expect(watch(bounds(context, true), [0, durable], [0, { kind: "pruned", below: 5 }], [0, durable])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(watch(bounds(context, true), [0, durable], [0, { kind: "durable", records: [record] }])[1]).toMatch(
      /^7 votes/,
    );
  });
});

describe("quiet", () => {
  const speak = sentVote("nullify", 1, zeroRoot, 0);
  const heartbeatMs = 60_000;
  const at = (checker: Checker, observation: Observation, timeMs: number, seat = 0) =>
    checker.onObservation(observation, seat, 1000 * timeMs);

  test("an idle network may speak for 70Δ more, and then not until the heartbeat", () => {
    const checker = quiet(context, 0, heartbeatMs);
    expect(at(checker, speak, 6000)).toBeUndefined();
    expect(at(checker, speak, 7500)).toMatch(/a vote was sent 7500 ms after/);
    const beating = quiet(context, 0, heartbeatMs);
    expect(at(beating, speak, 60_000)).toBeUndefined();
    expect(at(beating, speak, 60_100, 1)).toBeUndefined();
  });
  test("what is stored or heard is no reason by itself", () => {
    const checker = quiet(context, 0, heartbeatMs);
    at(checker, { kind: "stored", batch: { puts: [], deletes: [] } }, 7000);
    at(checker, { kind: "heard", from: 1, message: { kind: "received", batch: 1 } }, 7000);
    const pushed = sent({ kind: "blobs", batch: 1, blobs: [] });
    expect(at(checker, pushed, 7500)).toMatch(/a blobs was sent 7500 ms after/);
  });
  test("work anywhere, and what becomes final, is a reason", () => {
    const checker = quiet(context, 0, heartbeatMs);
    at(checker, { kind: "work", has: true }, 10, 1);
    expect(at(checker, speak, 20_000)).toBeUndefined();
    at(checker, { kind: "work", has: false }, 20_001, 1);
    at(checker, delivered(one, finalOf(one)), 25_000, 2);
    expect(at(checker, speak, 31_000)).toBeUndefined();
    expect(at(checker, speak, 33_000)).toMatch(/a vote was sent/);
  });
});

describe("progress", () => {
  /** Work of one node, of which so much waits. */
  const workWith = (last: number, ...waiting: number[]) => ({
    last,
    spreadMs: () => 0,
    honestViews: () => 1,
    isWaiting: (_: number, upTo: number) => waiting.some((item) => item <= upTo),
  });

  test("what had arrived is ordered within the bound; what arrives later is another demand", () => {
    const progress = new Progress(context);
    let work = workWith(5, 4, 5);
    const watched = { ...work, isWaiting: (instance: number, upTo: number) => work.isWaiting(instance, upTo) };
    const demands = new Demands(progress, watched);
    const bound = progress.boundMs();
    expect(demands.look(1000, [0])).toBeUndefined();
    work = workWith(9, 5, 9);
    expect(demands.look(1000 + bound, [0])).toBeUndefined();
    expect(demands.look(1001 + bound, [0])?.checker).toBe("progress");
    work = workWith(9, 6, 9);
    expect(demands.look(1001 + bound, [0])).toBeUndefined();
    expect(demands.met).toBe(1);
  });
  test("where work has to spread first, the bound counts from then", () => {
    const progress = new Progress(context);
    const demands = new Demands(progress, { ...workWith(1, 1), spreadMs: () => 500, honestViews: () => 3 });
    const bound = progress.boundMs(3);
    expect(bound).toBeGreaterThan(progress.boundMs());
    for (const nowMs of [1000, 1250, 1500, 1500 + bound]) expect(demands.look(nowMs, [0])).toBeUndefined();
    expect(demands.look(1501 + bound, [0])?.checker).toBe("progress");
  });
  test("the bound grows with views that nothing notarized, up to 16 times, and is short again after a notarization", () => {
    const told = (kind: CertificateKind, view: number): Observation =>
      sent({ kind: "certificate", certificate: certificate(kind, view, root, [0, 1, 2]) });
    const progress = new Progress(context);
    const fresh = progress.boundMs();
    for (let view = 1; view <= 6; view++) progress.onObservation(told("nullification", view), 0);
    const grown = progress.boundMs();
    expect(grown).toBeGreaterThan(fresh + 15 * 2 * deltaMs);
    progress.onObservation(told("notarization", 7), 0);
    expect(progress.boundMs()).toBeLessThan(grown / 2);
  });
});
