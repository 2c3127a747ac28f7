import {
  type Affirmation,
  affirmDomain,
  affirmedClaimCodec,
  asHeight,
  asRound,
  claimCodec,
  mockScheme,
  verifyClaimEvidence,
  verifyQuorum,
} from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { AffirmationBook } from "../../src/affirming/book.ts";
import { type BookEffect, type BookLimits, bookLimits, type Peer } from "../../src/affirming/types.ts";
import { affirmSigningRoot, performAffirmTask } from "../../src/affirming/verify.ts";
import { affirmationOf, claimOf, epoch, groundOf, hashOf, hotel, keyOf, rail, summaryOf } from "../support/claims.ts";

const four = groundOf([1, 1, 1, 1]);

function bookOf(limits: Partial<BookLimits> = {}, ground = four): AffirmationBook {
  const shards = [...ground.shards].map(
    ([shard, { committee }]) => [shard, { committee, frontier: asRound(0) }] as const,
  );
  const book = new AffirmationBook({ epoch, shards: new Map(shards), limits: { ...bookLimits, ...limits } });
  book.setFinal(asHeight(1000));
  return book;
}

/** Checks what is asked for, at once, and gives all other effects. */
function settle(book: AffirmationBook, effects: readonly BookEffect[], ground = four): BookEffect[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== "verify") return [effect];
    return settle(book, book.onVerified(performAffirmTask(ground, effect.id, effect.task)), ground);
  });
}

function offer(book: AffirmationBook, from: Peer | undefined, affirmation: Affirmation, ground = four): BookEffect[] {
  const offered = book.offer(from, affirmation);
  if (!offered.ok) throw new Error(`${offered.error.code}: ${offered.error.message}`);
  return settle(book, offered.value, ground);
}

function codeOf(book: AffirmationBook, from: Peer, affirmation: Affirmation): string {
  const offered = book.offer(from, affirmation);
  return offered.ok ? "taken" : offered.error.code;
}

const kindsOf = (effects: readonly BookEffect[]) => effects.map(({ kind }) => kind);

describe("S9: counting, and believing", () => {
  test("below a quorum nothing is checked; at a quorum all are, at once", () => {
    const book = bookOf();
    const claim = claimOf(rail, 5);
    for (const seat of [0, 1])
      expect(book.offer(seat, affirmationOf(four, claim, seat))).toEqual({ ok: true, value: [] });
    const offered = book.offer(2, affirmationOf(four, claim, 2));
    expect(offered.ok && kindsOf(offered.value)).toEqual(["verify"]);
    expect(offered.ok && offered.value[0]?.kind === "verify" && offered.value[0].task).toMatchObject({ kind: "equal" });
  });

  test("while they are checked, no more of the same are; if that was not enough, all are once more", () => {
    const book = bookOf();
    const claim = claimOf(rail, 5);
    const offered = [0, 1, 2, 3].flatMap((seat) => {
      const result = book.offer(seat, affirmationOf(four, claim, seat, seat === 0));
      return result.ok ? result.value : [];
    });
    expect(offered).toHaveLength(1);
    expect(kindsOf(settle(book, offered))).toEqual(["want-claim"]);
  });

  test("weight counts, not heads: exactly two thirds is no quorum", () => {
    const ground = groundOf([4, 1, 1]);
    const book = bookOf({}, ground);
    const claim = claimOf(rail, 5);
    expect(offer(book, 0, affirmationOf(ground, claim, 0))).toEqual([]);
    expect(kindsOf(offer(book, 1, affirmationOf(ground, claim, 1), ground))).toEqual(["want-claim"]);
  });

  test("the quorum verifies as an attestation's does, and C5: it counts when the claim is held", () => {
    const book = bookOf();
    const claim = claimOf(rail, 5);
    offer(book, 0, affirmationOf(four, claim, 0));
    offer(book, 1, affirmationOf(four, claim, 1));
    expect(offer(book, 3, affirmationOf(four, claim, 3))).toEqual([
      {
        kind: "want-claim",
        why: "quorum",
        shard: claim.shard,
        round: claim.round,
        claim: claimCodec.root(claim),
        from: [0, 1, 3],
      },
    ]);
    const [affirmed, ...rest] = book.learn(summaryOf(claim));
    expect(rest).toEqual([]);
    if (affirmed?.kind !== "affirmed") throw new Error("not affirmed");
    expect(affirmed.quorum.bitmap).toEqual([true, true, false, true]);
    const { scheme, network, shards } = four;
    const committee = shards.get(rail)?.committee;
    const root = affirmedClaimCodec.root({ epoch, claim: claimCodec.root(claim) });
    expect(committee && verifyQuorum(scheme, committee, affirmDomain(network), root, affirmed.quorum).ok).toBe(true);
  });

  test("a forged affirmation in another's name does not take its place, and bisecting finds it", () => {
    const book = bookOf();
    const claim = claimOf(rail, 5);
    expect(offer(book, 9, affirmationOf(four, claim, 0, true))).toEqual([]);
    expect(offer(book, 1, affirmationOf(four, claim, 1))).toEqual([]);
    expect(offer(book, 2, affirmationOf(four, claim, 2))).toEqual([]);
    expect(kindsOf(offer(book, 0, affirmationOf(four, claim, 0)))).toEqual(["want-claim"]);
    expect(codeOf(book, 9, affirmationOf(four, claimOf(rail, 6), 3))).toBe("liar");
  });

  test("a claim is asked for from those whose affirmations were found true", () => {
    const book = bookOf();
    const claim = claimOf(rail, 5);
    const asked = [
      [0, 0],
      [9, 0],
      [1, 1],
      [2, 2],
    ].flatMap(([from, seat]) => offer(book, from, affirmationOf(four, claim, seat as number, from === 9)));
    expect(asked).toEqual([
      {
        kind: "want-claim",
        why: "quorum",
        shard: claim.shard,
        round: claim.round,
        claim: claimCodec.root(claim),
        from: [0, 1, 2],
      },
    ]);
  });

  test("a liar is not heard until the frontier has passed its lie, and elsewhere it is", () => {
    const book = bookOf();
    const claim = claimOf(rail, 5);
    for (const seat of [0, 1]) offer(book, seat, affirmationOf(four, claim, seat));
    offer(book, 2, affirmationOf(four, claim, 2, true));
    expect(codeOf(book, 2, affirmationOf(four, claim, 2))).toBe("liar");
    expect(codeOf(book, 2, affirmationOf(four, claimOf(hotel, 5), 2))).toBe("taken");
    book.advance(rail, asRound(4));
    expect(codeOf(book, 2, affirmationOf(four, claimOf(rail, 6), 2))).toBe("liar");
    book.advance(rail, asRound(5));
    expect(codeOf(book, 2, affirmationOf(four, claimOf(rail, 6), 2))).toBe("taken");
  });

  test("what else a liar sent and was not checked goes with its lie", () => {
    const book = bookOf();
    const claim = claimOf(rail, 5);
    offer(book, 9, affirmationOf(four, claimOf(rail, 7), 3, true));
    for (const seat of [0, 1]) offer(book, seat, affirmationOf(four, claim, seat));
    offer(book, 9, affirmationOf(four, claim, 2, true));
    expect(book.counts).toMatchObject({ held: 2, groups: 1, liars: 1 });
  });

  test("verdicts come in any order, late ones to nothing", () => {
    const book = bookOf();
    const claims = [claimOf(rail, 5), claimOf(rail, 6)] as const;
    const tasks = claims.flatMap((claim) =>
      [0, 1, 2].flatMap((seat) => {
        const offered = book.offer(seat, affirmationOf(four, claim, seat));
        return offered.ok ? offered.value : [];
      }),
    );
    expect(tasks).toHaveLength(2);
    const verdicts = tasks.flatMap((effect) =>
      effect.kind === "verify" ? [performAffirmTask(four, effect.id, effect.task)] : [],
    );
    book.advance(rail, asRound(5));
    expect(verdicts.reverse().flatMap((verdict) => kindsOf(book.onVerified(verdict)))).toEqual(["want-claim"]);
    expect(verdicts.flatMap((verdict) => book.onVerified(verdict))).toEqual([]);
  });

  test("a late verdict about a group that went does nothing to one that took its place", () => {
    const book = bookOf({ waitingPerSenderMax: 1 });
    const claim = claimOf(rail, 10);
    const tasks = [0, 1, 2].flatMap((seat) => {
      const offered = book.offer(seat, affirmationOf(four, claim, seat, seat === 2));
      return offered.ok ? offered.value : [];
    });
    for (const seat of [0, 1, 2]) book.offer(seat, affirmationOf(four, claimOf(rail, 5, `of ${seat}`), seat));
    book.advance(rail, asRound(5));
    expect(book.counts.groups).toBe(0);
    expect(offer(book, 0, affirmationOf(four, claim, 0))).toEqual([]);
    expect(settle(book, tasks)).toEqual([]);
    expect(book.counts).toMatchObject({ groups: 1, held: 1, liars: 1 });
    expect(offer(book, 1, affirmationOf(four, claim, 1))).toEqual([]);
    expect(kindsOf(offer(book, 3, affirmationOf(four, claim, 3)))).toEqual(["want-claim"]);
  });

  test("our own needs no check, and none of its room", () => {
    const book = bookOf({ heldMax: 0 });
    expect(offer(book, undefined, affirmationOf(four, claimOf(rail, 5), 0))).toEqual([]);
    expect(book.counts).toMatchObject({ held: 0, groups: 1 });
  });

  test("the first quorum stays: a later signer asks for nothing", () => {
    const book = bookOf();
    const claim = claimOf(rail, 5);
    for (const seat of [0, 1, 2]) offer(book, seat, affirmationOf(four, claim, seat));
    book.learn(summaryOf(claim));
    expect(offer(book, 3, affirmationOf(four, claim, 3))).toEqual([]);
  });
});

describe("what was said beside a signature", () => {
  test("does not count against the claim itself: whoever moved it to another round lies", () => {
    const book = bookOf();
    const claim = claimOf(rail, 5);
    for (const seat of [0, 1, 2]) offer(book, seat + 10, { ...affirmationOf(four, claim, seat), round: asRound(8) });
    for (const seat of [0, 1, 2]) offer(book, seat, affirmationOf(four, claim, seat));
    expect(kindsOf(book.learn(summaryOf(claim)))).toEqual(["affirmed"]);
    expect(book.counts).toMatchObject({ liars: 3, groups: 1 });
  });

  test("a claim of another shard or epoch is none of this shard's, whoever says so", () => {
    const others = [
      { ...claimOf(rail, 5), shard: hotel },
      { ...claimOf(rail, 5), epoch: 1 as typeof epoch },
    ];
    for (const claim of others) {
      const book = bookOf();
      const root = claimCodec.root(claim);
      for (const seat of [0, 1, 2]) {
        // More than two thirds of the committee did sign it.
        const signature = four.scheme.sign(keyOf(rail, seat), affirmSigningRoot(four, root));
        offer(book, seat, { ...affirmationOf(four, claimOf(rail, 5), seat), claim: root, signature });
      }
      expect(book.counts).toMatchObject({ groups: 1, liars: 0 });
      expect(book.learn(summaryOf(claim))).toEqual([]);
      expect(book.counts).toMatchObject({ groups: 0, liars: 3 });
    }
  });

  test("is no proof against the signer", () => {
    const book = bookOf();
    const [claim, other] = [claimOf(rail, 5), claimOf(rail, 8)];
    offer(book, 1, affirmationOf(four, other, 1));
    offer(book, 9, { ...affirmationOf(four, claim, 1), round: asRound(8) });
    expect(book.counts.conflicts).toBe(1);
    expect([...book.learn(summaryOf(claim)), ...book.learn(summaryOf(other))]).toEqual([]);
    expect(book.counts).toMatchObject({ conflicts: 0, liars: 1 });
  });
});

describe("C4: evidence", () => {
  const isEvidence = (effects: readonly BookEffect[]) => {
    return effects.flatMap((effect) => {
      if (effect.kind !== "evidence") return [];
      const committee = four.shards.get(rail)?.committee;
      if (committee === undefined) return [false];
      return [verifyClaimEvidence({ ...four, committee, shard: rail }, effect.evidence).ok];
    });
  };

  test("two claims of one round: both are asked for, and with both known it is evidence, once", () => {
    const book = bookOf();
    const claims = [claimOf(rail, 5, "one"), claimOf(rail, 5, "two")] as const;
    expect(offer(book, 1, affirmationOf(four, claims[0], 1))).toEqual([]);
    const asked = offer(book, 1, affirmationOf(four, claims[1], 1));
    expect(kindsOf(asked)).toEqual(["want-claim", "want-claim"]);
    expect(book.learn(summaryOf(claims[0]))).toEqual([]);
    expect(isEvidence(book.learn(summaryOf(claims[1])))).toEqual([true]);
    expect(offer(book, 1, affirmationOf(four, claimOf(rail, 5, "three"), 1))).toEqual([]);
  });

  test("two claims of one prev, once both are known", () => {
    const book = bookOf();
    const prev = hashOf("prev");
    const claims = [claimOf(rail, 5, "", prev), claimOf(rail, 7, "", prev)] as const;
    for (const claim of claims) offer(book, 1, affirmationOf(four, claim, 1));
    expect(book.learn(summaryOf(claims[0]))).toEqual([]);
    expect(isEvidence(settle(book, book.learn(summaryOf(claims[1]))))).toEqual([true]);
  });

  test("what a seat signs of another shard is none: there the seat is somebody else's", () => {
    const book = bookOf();
    const claims = [claimOf(hotel, 5, "one"), claimOf(hotel, 5, "two")] as const;
    const asked = claims.flatMap((claim) => {
      const signature = mockScheme.sign(keyOf(rail, 1), affirmSigningRoot(four, claimCodec.root(claim)));
      return offer(book, 1, { ...affirmationOf(four, claim, 1), shard: rail, signature });
    });
    expect(kindsOf(asked)).toEqual(["want-claim", "want-claim"]);
    for (const claim of claims) expect(book.learn(summaryOf(claim))).toEqual([]);
    // And what it signs of this one is still looked at.
    book.advance(rail, asRound(5));
    const clashing = [claimOf(rail, 6, "one"), claimOf(rail, 6, "two")] as const;
    for (const claim of clashing) offer(book, 1, affirmationOf(four, claim, 1));
    expect(isEvidence(clashing.flatMap((claim) => book.learn(summaryOf(claim))))).toEqual([true]);
  });

  test("a forged second one is none, and its sender is known for it", () => {
    const book = bookOf();
    offer(book, 1, affirmationOf(four, claimOf(rail, 5, "one"), 1));
    expect(offer(book, 9, affirmationOf(four, claimOf(rail, 5, "two"), 1, true))).toEqual([]);
    expect(book.counts).toMatchObject({ held: 1, liars: 1, conflicts: 0 });
    // A true one is seen after that.
    expect(kindsOf(offer(book, 8, affirmationOf(four, claimOf(rail, 5, "two"), 1)))).toEqual([
      "want-claim",
      "want-claim",
    ]);
  });

  test("waits for its claims beyond the frontier, and not for ever", () => {
    const book = bookOf({ conflictMovesMax: 2 });
    const claims = [claimOf(rail, 5, "one"), claimOf(rail, 5, "two")] as const;
    for (const claim of claims) offer(book, 1, affirmationOf(four, claim, 1));
    for (const round of [6, 7]) book.advance(rail, asRound(round));
    expect(book.counts).toMatchObject({ groups: 0, held: 0, conflicts: 1 });
    book.advance(rail, asRound(8));
    expect(book.counts.conflicts).toBe(0);
  });
});

describe("S11: bounds", () => {
  test.each<[string, string, Partial<Affirmation>]>([
    ["of another epoch", "wrong-epoch", { epoch: 1 as Affirmation["epoch"] }],
    ["of an unknown shard", "unknown-shard", { shard: "nowhere" as Affirmation["shard"] }],
    ["of no seat", "unknown-signer", { signer: 4 as Affirmation["signer"] }],
    ["at the frontier", "stale", { round: asRound(0) }],
    ["too far above the final height", "far-round", { round: asRound(1065) }],
    ["at the edge", "taken", { round: asRound(1064) }],
  ])("one %s: %s", (_, code, change) => {
    expect(codeOf(bookOf(), 1, { ...affirmationOf(four, claimOf(rail, 5), 1), ...change })).toBe(code);
  });

  test("the same of the same sender is known", () => {
    const book = bookOf();
    offer(book, 1, affirmationOf(four, claimOf(rail, 5), 1));
    expect(codeOf(book, 1, affirmationOf(four, claimOf(rail, 5), 2))).toBe("known");
  });

  test("of one sender a few wait, and lower rounds go first", () => {
    const book = bookOf({ waitingPerSenderMax: 3 });
    for (const round of [10, 20, 30]) offer(book, 1, affirmationOf(four, claimOf(rail, round), 1));
    expect(codeOf(book, 1, affirmationOf(four, claimOf(rail, 40), 1))).toBe("too-many");
    expect(codeOf(book, 1, affirmationOf(four, claimOf(rail, 15), 1))).toBe("taken");
    expect(codeOf(book, 1, affirmationOf(four, claimOf(rail, 10), 1))).toBe("known");
    expect(codeOf(book, 1, affirmationOf(four, claimOf(rail, 30), 1))).toBe("too-many");
    expect(book.counts.held).toBe(3);
  });

  test("of one shard so many claims have a quorum: the lowest, and nothing above them is taken", () => {
    const book = bookOf({ affirmedMax: 2 });
    const affirm = (round: number) => {
      return [0, 1, 2]
        .map((seat) => book.offer(seat, affirmationOf(four, claimOf(rail, round), seat)))
        .flatMap((offered) => (offered.ok ? settle(book, offered.value) : []));
    };
    for (const round of [10, 20]) expect(kindsOf(affirm(round))).toEqual(["want-claim"]);
    expect(codeOf(book, 0, affirmationOf(four, claimOf(rail, 30), 0))).toBe("far-round");
    expect(kindsOf(affirm(5))).toEqual(["want-claim"]);
    expect(codeOf(book, 0, affirmationOf(four, claimOf(rail, 20), 0))).toBe("far-round");
    expect(book.counts.groups).toBe(2);
    book.advance(rail, asRound(10));
    expect(kindsOf(affirm(20))).toEqual(["want-claim"]);
  });

  test("when all is full, whoever holds most gives up its oldest, and gets nothing more", () => {
    const book = bookOf({ heldMax: 6, waitingPerSenderMax: 100 });
    for (const round of [1, 2]) offer(book, 1, affirmationOf(four, claimOf(rail, round), 1));
    for (const round of [1, 2, 3, 4]) offer(book, 9, affirmationOf(four, claimOf(rail, round), 2, true));
    expect(codeOf(book, 9, affirmationOf(four, claimOf(rail, 5), 2, true))).toBe("full");
    expect(codeOf(book, 3, affirmationOf(four, claimOf(hotel, 1), 3))).toBe("taken");
    expect(codeOf(book, 1, affirmationOf(four, claimOf(rail, 2), 1))).toBe("known");
    expect(codeOf(book, 1, affirmationOf(four, claimOf(rail, 1), 1))).toBe("known");
    expect(book.counts.held).toBe(6);
  });

  test("the frontier takes with it what it passes, and does not go back", () => {
    const book = bookOf();
    for (const round of [5, 6])
      for (const seat of [0, 1, 2]) offer(book, seat, affirmationOf(four, claimOf(rail, round), seat));
    book.advance(rail, asRound(5));
    expect(book.counts).toMatchObject({ held: 3, groups: 1 });
    book.advance(rail, asRound(2));
    expect(codeOf(book, 0, affirmationOf(four, claimOf(rail, 5), 0))).toBe("stale");
    book.advance(rail, asRound(6));
    expect(book.counts).toMatchObject({ held: 0, groups: 0 });
  });
});
