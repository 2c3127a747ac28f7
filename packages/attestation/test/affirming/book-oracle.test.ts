// The book against a plain oracle: whoever sends only what is true is counted, whatever others send, in any order, with
// verdicts that come late and in any order; and nothing is believed that nobody signed.

import {
  type Affirmation,
  affirmDomain,
  affirmedClaimCodec,
  asHeight,
  asRound,
  type Claim,
  claimCodec,
  isQuorum,
  toHex,
  verifyClaimEvidence,
  verifyQuorum,
} from "@tandem/shared";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AffirmationBook } from "../../src/affirming/book.ts";
import { type BookEffect, type BookLimits, bookLimits } from "../../src/affirming/types.ts";
import { type AffirmGround, performAffirmTask } from "../../src/affirming/verify.ts";
import { affirmationOf, claimOf, epoch, groundOf, hotel, rail, summaryOf } from "../support/claims.ts";

interface Delivery {
  readonly sender: number;
  readonly seat: number;
  readonly round: number;
  readonly name: string;
  /** What is false about it, if anything. */
  readonly lie: "none" | "forged" | "moved";
}

function bookOf(ground: AffirmGround, limits: Partial<BookLimits> = {}): AffirmationBook {
  const shards = [...ground.shards].map(
    ([shard, { committee }]) => [shard, { committee, frontier: asRound(0) }] as const,
  );
  const book = new AffirmationBook({ epoch, shards: new Map(shards), limits: { ...bookLimits, ...limits } });
  book.setFinal(asHeight(1000));
  return book;
}

function affirmationIn(ground: AffirmGround, { seat, round, name, lie }: Delivery): Affirmation {
  const affirmation = affirmationOf(ground, claimOf(rail, round, name), seat, lie === "forged");
  return lie === "moved" ? { ...affirmation, round: asRound(round + 1) } : affirmation;
}

/** Performs effects later, one of those that wait at a time, as `choose` says. */
class Shell {
  readonly affirmed = new Map<string, BookEffect & { kind: "affirmed" }>();
  readonly evidence: (BookEffect & { kind: "evidence" })[] = [];
  readonly #book: AffirmationBook;
  readonly #ground: AffirmGround;
  readonly #claims: ReadonlyMap<string, Claim>;
  #waiting: BookEffect[] = [];

  constructor(book: AffirmationBook, ground: AffirmGround, claims: readonly Claim[]) {
    this.#book = book;
    this.#ground = ground;
    this.#claims = new Map(claims.map((claim) => [toHex(claimCodec.root(claim)), claim]));
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  take(effects: readonly BookEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === "affirmed") this.affirmed.set(toHex(effect.claim), effect);
      else if (effect.kind === "evidence") this.evidence.push(effect);
      else this.#waiting.push(effect);
    }
  }

  perform(choose: number): void {
    const [effect] = this.#waiting.splice(choose % this.#waiting.length, 1);
    if (effect?.kind === "verify") {
      this.take(this.#book.onVerified(performAffirmTask(this.#ground, effect.id, effect.task)));
    } else if (effect?.kind === "want-claim") {
      const claim = this.#claims.get(toHex(effect.claim));
      if (claim !== undefined) this.take(this.#book.learn(summaryOf(claim)));
    }
  }
}

const rounds = [1, 2, 3];
const names = ["a", "b"];
const seats = 5;

const delivery: fc.Arbitrary<Delivery> = fc.record({
  sender: fc.integer({ min: 0, max: 9 }),
  seat: fc.integer({ min: 0, max: seats - 1 }),
  round: fc.constantFrom(...rounds),
  name: fc.constantFrom(...names),
  lie: fc.constantFrom("none", "none", "none", "forged", "moved"),
});
/** Each seat affirms for itself: most runs have quorums. */
const direct: fc.Arbitrary<Delivery> = delivery.map((each) => ({ ...each, sender: each.seat + 20, lie: "none" }));

interface Truth {
  /** Who sent nothing false. */
  readonly truthful: ReadonlySet<number>;
  /** By claim, the seats of which a truthful sender brought a true affirmation, as its first for this claim. */
  readonly certain: ReadonlyMap<string, ReadonlySet<number>>;
  /** By claim, the seats that signed it. */
  readonly signed: ReadonlyMap<string, ReadonlySet<number>>;
}

function truthOf(deliveries: readonly Delivery[]): Truth {
  const truthful = new Set(deliveries.map(({ sender }) => sender));
  for (const { sender, lie } of deliveries) if (lie !== "none") truthful.delete(sender);
  const certain = new Map<string, Set<number>>();
  const signed = new Map<string, Set<number>>();
  const places = new Set<string>();
  for (const { sender, seat, round, name, lie } of deliveries) {
    const claim = toHex(claimCodec.root(claimOf(rail, round, name)));
    if (lie !== "forged") signed.set(claim, (signed.get(claim) ?? new Set()).add(seat));
    if (!truthful.has(sender) || places.has(`${sender} ${claim}`)) continue;
    places.add(`${sender} ${claim}`);
    certain.set(claim, (certain.get(claim) ?? new Set()).add(seat));
  }
  return { truthful, certain, signed };
}

describe("against the oracle", () => {
  const claims = rounds.flatMap((round) => names.map((name) => claimOf(rail, round, name)));
  let quorums = 0;
  let proofs = 0;
  let lies = 0;

  test("quorums and evidence are exactly what was signed and brought", () => {
    const run = fc.record({
      weights: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: seats, maxLength: seats }),
      deliveries: fc.array(fc.oneof({ arbitrary: delivery, weight: 1 }, { arbitrary: direct, weight: 2 }), {
        minLength: 10,
        maxLength: 60,
      }),
      choices: fc.array(fc.nat({ max: 50 }), { minLength: 20, maxLength: 60 }),
    });
    fc.assert(
      fc.property(run, ({ weights, deliveries, choices }) => {
        const ground = groundOf(weights);
        const shell = drive(ground, deliveries, choices);
        const truth = truthOf(deliveries);
        checkQuorums(ground, shell, truth);
        checkEvidence(ground, shell, truth);
        lies += deliveries.filter(({ lie }) => lie !== "none").length;
      }),
      { seed: 11, numRuns: 400 },
    );
    expect(quorums).toBeGreaterThan(200);
    expect(proofs).toBeGreaterThan(400);
    expect(lies).toBeGreaterThan(1000);
  });

  function drive(ground: AffirmGround, deliveries: readonly Delivery[], choices: readonly number[]): Shell {
    const book = bookOf(ground);
    const shell = new Shell(book, ground, claims);
    let turn = 0;
    const choose = () => choices[turn++ % choices.length] as number;
    for (const each of deliveries) {
      const offered = book.offer(each.sender, affirmationIn(ground, each));
      if (offered.ok) shell.take(offered.value);
      if (choose() % 2 === 0 && !shell.isIdle) shell.perform(choose());
    }
    while (!shell.isIdle) shell.perform(choose());
    expect(book.counts.checks).toBe(0);
    return shell;
  }

  function checkQuorums(ground: AffirmGround, shell: Shell, { certain, signed }: Truth): void {
    const committee = ground.shards.get(rail)?.committee;
    if (committee === undefined) throw new Error("no committee");
    const weightOf = (of: Iterable<number>) => [...of].reduce((sum, i) => sum + (committee.seats[i]?.weight ?? 0n), 0n);
    for (const claim of claims) {
      const root = claimCodec.root(claim);
      const key = toHex(root);
      const affirmed = shell.affirmed.get(key);
      if (isQuorum(committee, weightOf(certain.get(key) ?? []))) expect(affirmed).toBeDefined();
      if (affirmed === undefined) continue;
      quorums++;
      const { quorum } = affirmed;
      const what = affirmedClaimCodec.root({ epoch, claim: root });
      const domain = affirmDomain(ground.network);
      expect(verifyQuorum(ground.scheme, committee, domain, what, quorum).ok).toBe(true);
      for (const [i, bit] of quorum.bitmap.entries()) if (bit) expect(signed.get(key)?.has(i)).toBe(true);
    }
  }

  function checkEvidence(ground: AffirmGround, shell: Shell, { certain, signed }: Truth): void {
    const committee = ground.shards.get(rail)?.committee;
    if (committee === undefined) throw new Error("no committee");
    const accused = shell.evidence.map(({ evidence }) => evidence.signer as number);
    expect(new Set(accused).size).toBe(accused.length);
    for (const { evidence } of shell.evidence) {
      expect(verifyClaimEvidence({ ...ground, committee, shard: rail }, evidence).ok).toBe(true);
    }
    const clashesIn = (map: ReadonlyMap<string, ReadonlySet<number>>, seat: number) => {
      return rounds.some((round) =>
        names.every((name) => map.get(toHex(claimCodec.root(claimOf(rail, round, name))))?.has(seat)),
      );
    };
    for (let seat = 0; seat < seats; seat++) {
      if (clashesIn(certain, seat)) expect(accused).toContain(seat);
      if (!clashesIn(signed, seat)) expect(accused).not.toContain(seat);
      else proofs++;
    }
  }
});

test("S11: a flood of liars fills nothing, and the honest are counted all the same", () => {
  const ground = groundOf([1, 1, 1, 1]);
  const book = bookOf(ground, { heldMax: 200 });
  const claims = Array.from({ length: 10 }, (_, i) => claimOf(rail, i + 1));
  const shell = new Shell(book, ground, claims);
  const largest = { held: 0, groups: 0, checks: 0, liars: 0, conflicts: 0 };
  const offer = (from: number, affirmation: Affirmation) => {
    const offered = book.offer(from, affirmation);
    if (offered.ok) shell.take(offered.value);
    while (!shell.isIdle) shell.perform(0);
    for (const key of Object.keys(largest) as (keyof typeof largest)[]) {
      largest[key] = Math.max(largest[key], book.counts[key]);
    }
  };
  for (let i = 0; i < 6000; i++) {
    const shard = i % 2 === 0 ? rail : hotel;
    const claim = claimOf(shard, ((i * 7919) % 900) + 1, `false ${i}`);
    offer(100 + (i % 30), { ...affirmationOf(ground, claim, i % 4, true) });
    const honest = claims[Math.floor(i / 600)] as Claim;
    if (i % 150 === 0) offer((i / 150) % 4, affirmationOf(ground, honest, (i / 150) % 4));
  }
  expect([...shell.affirmed.keys()]).toEqual(claims.map((claim) => toHex(claimCodec.root(claim))));
  expect(largest.held).toBe(200);
  expect(largest.groups).toBeLessThanOrEqual(210);
  expect(largest.liars).toBeLessThanOrEqual(60);
  expect(largest.conflicts).toBe(0);
});
