import { claimCodec, type Root, toHex } from "@tandem/shared";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ClaimContent, claimContentCodec } from "../../src/content/claim-content.ts";
import { ContentExchange, type ExchangeConfig, exchangeLimits } from "../../src/content/exchange.ts";
import type { ContentEffect, Peer } from "../../src/content/types.ts";
import { claimOf, contentOf, outcomeAt, rail } from "../support/claims.ts";

interface Known {
  readonly root: Root;
  readonly content: ClaimContent;
  readonly bytes: Uint8Array;
}

function known(round: number): Known {
  const content = contentOf(claimOf(rail, round), [[outcomeAt(round, 0, 0)]]);
  return { root: claimCodec.root(content.claim), content, bytes: claimContentCodec.encode(content) };
}

const one = known(1);
const two = known(2);

function exchangeOf(change: Partial<ExchangeConfig> = {}): ContentExchange {
  return new ContentExchange({ deltaMs: 100, ...exchangeLimits, ...change });
}

/** Who was asked, with the name of each question. */
function askedOf(effects: readonly ContentEffect[]): readonly (readonly [Peer, number])[] {
  return effects.flatMap((effect) => (effect.kind === "send" ? [[effect.to, effect.message.id] as const] : []));
}

const peersOf = (effects: readonly ContentEffect[]) => askedOf(effects).map(([peer]) => peer);

function timersOf(effects: readonly ContentEffect[]) {
  return effects.flatMap((effect) =>
    effect.kind === "set-timer" ? [{ id: effect.timer.id, afterMs: effect.afterMs }] : [],
  );
}

function onlyTimer(effects: readonly ContentEffect[]) {
  const [timer] = timersOf(effects);
  if (timer === undefined) throw new Error("no timer");
  return timer;
}

describe("asking", () => {
  test("one is asked, and what it gives is checked and taken once", () => {
    const exchange = exchangeOf();
    const effects = exchange.want(one.root, [4, 5]);
    expect(askedOf(effects)).toEqual([[4, 1]]);
    expect(exchange.onContent(4, 1, one.bytes)).toEqual({
      found: { claim: one.root, content: one.content },
      effects: [],
    });
    expect(exchange.onContent(4, 1, one.bytes)).toEqual({ found: undefined, effects: [] });
    expect(exchange.counts).toEqual({ wanted: 0, questions: 0, rests: 0, open: 0 });
  });

  test("twice wanted is asked once; new affirmers are added", () => {
    const exchange = exchangeOf();
    exchange.want(one.root, [4]);
    expect(exchange.want(one.root, [4, 5])).toEqual([]);
    expect(peersOf(exchange.onContent(4, 1, undefined).effects)).toEqual([5]);
  });

  test("with nobody to ask it waits for somebody", () => {
    const exchange = exchangeOf();
    expect(exchange.want(one.root, [])).toEqual([]);
    expect(peersOf(exchange.want(one.root, [5]))).toEqual([5]);
  });

  test("who has nothing, and who lets the pause go by, is followed by the next; a late answer counts", () => {
    const exchange = exchangeOf();
    const first = exchange.want(one.root, [4, 5, 6]);
    const second = exchange.onContent(4, 1, undefined).effects;
    expect(peersOf(second)).toEqual([5]);
    const third = exchange.onTimer(onlyTimer(second).id);
    expect(peersOf(third)).toEqual([6]);
    expect(exchange.onTimer(onlyTimer(first).id)).toEqual([]);
    expect(exchange.onContent(5, 2, one.bytes).found?.content).toEqual(one.content);
    expect(exchange.isAsked(6, 3)).toBe(false);
  });

  test("when all were asked it rests, and begins again after pauses that double up to a bound", () => {
    const exchange = exchangeOf();
    let effects = exchange.want(one.root, [4]);
    const pauses: number[] = [];
    for (let round = 0; round < 6; round++) {
      expect(peersOf(effects)).toEqual([4]);
      const rest = exchange.onTimer(onlyTimer(effects).id);
      expect(peersOf(rest)).toEqual([]);
      pauses.push(onlyTimer(rest).afterMs);
      effects = exchange.onTimer(onlyTimer(rest).id);
    }
    expect(pauses).toEqual([400, 800, 1600, 3200, 6400, 6400]);
    // The first question was never answered: it is the same one still, and its answer counts.
    expect(exchange.counts.questions).toBe(1);
    expect(exchange.onContent(4, 1, one.bytes).found).toBeDefined();
  });

  test("who comes to know it during a rest is asked at once", () => {
    const exchange = exchangeOf();
    exchange.onContent(4, onlyTimer(exchange.want(one.root, [4])).id, undefined);
    expect(exchange.want(one.root, [4])).toEqual([]);
    expect(peersOf(exchange.want(one.root, [5]))).toEqual([5]);
  });

  test("what is forgotten is not heard, and makes room", () => {
    const exchange = exchangeOf({ openMax: 1 });
    exchange.want(one.root, [4]);
    expect(exchange.want(two.root, [5])).toEqual([]);
    expect(peersOf(exchange.forget(one.root))).toEqual([5]);
    expect(exchange.onContent(4, 1, one.bytes).found).toBeUndefined();
  });
});

describe("liars", () => {
  test("a content that does not match the root exposes its sender: the next is asked, the liar not again", () => {
    const exchange = exchangeOf();
    exchange.want(one.root, [4, 5]);
    const next = exchange.onContent(4, 1, two.bytes);
    expect([next.found, peersOf(next.effects), exchange.isLiar(4)]).toEqual([undefined, [5], true]);
    const rest = exchange.onContent(5, 2, undefined).effects;
    expect(peersOf(exchange.onTimer(onlyTimer(rest).id))).toEqual([5]);
    expect(exchange.want(one.root, [4])).toEqual([]);
    expect(peersOf(exchange.onContent(5, 4, undefined).effects)).toEqual([]);
  });

  test("for another claim it is asked after all others", () => {
    const exchange = exchangeOf();
    exchange.want(one.root, [4]);
    exchange.onContent(4, 1, new Uint8Array(7));
    expect(peersOf(exchange.want(two.root, [4, 5]))).toEqual([5]);
    expect(peersOf(exchange.onContent(5, 2, undefined).effects)).toEqual([4]);
  });

  test("who was silent comes after those who were not", () => {
    const exchange = exchangeOf();
    exchange.onTimer(onlyTimer(exchange.want(one.root, [4])).id);
    expect(peersOf(exchange.want(two.root, [4, 5]))).toEqual([5]);
  });

  test("until it speaks", () => {
    const exchange = exchangeOf();
    exchange.onTimer(onlyTimer(exchange.want(one.root, [4])).id);
    exchange.onContent(4, 1, undefined);
    expect(peersOf(exchange.want(two.root, [4, 5]))).toEqual([4]);
  });

  test("an answer of somebody else, or to nothing, is not looked at", () => {
    const exchange = exchangeOf();
    exchange.want(one.root, [4]);
    expect(exchange.onContent(5, 1, two.bytes)).toEqual({ found: undefined, effects: [] });
    expect(exchange.onContent(4, 9, two.bytes)).toEqual({ found: undefined, effects: [] });
    expect([exchange.isLiar(4), exchange.isLiar(5)]).toEqual([false, false]);
  });
});

describe("S11: bounds", () => {
  test("so many questions at a peer, in all, and so many contents wanted", () => {
    const exchange = exchangeOf({ wantedMax: 4, openMax: 3, perPeerMax: 2 });
    const effects = [1, 2, 3, 4, 5].flatMap((round) => exchange.want(known(round).root, round < 4 ? [7] : [8]));
    expect(peersOf(effects)).toEqual([7, 7, 8]);
    expect(exchange.isWanted(known(5).root)).toBe(false);
    expect(exchange.counts).toMatchObject({ wanted: 4, open: 3 });
  });

  test("sources of one content are bounded", () => {
    const exchange = exchangeOf({ sourcesMax: 2 });
    let effects = exchange.want(one.root, [1, 2, 3]);
    const asked: Peer[] = [];
    for (let i = 0; i < 4; i++) {
      for (const [peer, id] of askedOf(effects)) {
        asked.push(peer);
        effects = exchange.onContent(peer, id, undefined).effects;
      }
    }
    expect(asked).toEqual([1, 2]);
  });

  test("against any peers: what one honest peer has is had, within bounds, each question under a timer", () => {
    const event = fc.record({
      pick: fc.nat({ max: 30 }),
      act: fc.constantFrom("answer", "answer", "timer", "nothing", "lie"),
    });
    let found = 0;
    fc.assert(
      fc.property(fc.array(event, { minLength: 5, maxLength: 60 }), (events) => {
        const config = { wantedMax: 8, openMax: 3, perPeerMax: 1 };
        const exchange = exchangeOf(config);
        const all = Array.from({ length: 6 }, (_, i) => known(i + 1));
        const bytesOf = new Map(all.map((each) => [toHex(each.root), each.bytes]));
        const had = new Set<string>();
        const questions: { peer: Peer; id: number; claim: Root }[] = [];
        const timers: number[] = [];
        const take = (effects: readonly ContentEffect[]) => {
          for (const effect of effects) {
            if (effect.kind === "set-timer") timers.push(effect.timer.id);
            else if (effect.message.kind === "want-content") {
              const { id, claim } = effect.message;
              questions.push({ peer: effect.to, id, claim });
            }
          }
          expect(exchange.counts.open).toBeLessThanOrEqual(config.openMax);
          expect(exchange.counts.questions).toBeLessThanOrEqual(6 * 4);
        };
        const answer = (bytes: Uint8Array | undefined, { peer, id, claim }: (typeof questions)[number]) => {
          const { found: one, effects } = exchange.onContent(peer, id, bytes);
          if (one !== undefined) {
            expect([toHex(one.claim), had.has(toHex(claim))]).toEqual([toHex(claim), false]);
            had.add(toHex(claim));
          }
          take(effects);
        };
        for (const { root } of all) take(exchange.want(root, [1, 2, 3, 0]));
        for (const { pick, act } of events) {
          const [timer] = act === "timer" ? timers.splice(pick % Math.max(timers.length, 1), 1) : [];
          if (timer !== undefined) take(exchange.onTimer(timer));
          const [question] = act === "timer" ? [] : questions.splice(pick % Math.max(questions.length, 1), 1);
          if (question === undefined) continue;
          // Peer 0 is honest, and never lies.
          const isHonest = question.peer === 0 || act === "answer";
          answer(
            isHonest ? bytesOf.get(toHex(question.claim)) : act === "lie" ? new Uint8Array(3) : undefined,
            question,
          );
        }
        for (let turn = 0; turn < 2000 && had.size < all.length; turn++) {
          const question = questions.shift();
          if (question?.peer === 0) answer(bytesOf.get(toHex(question.claim)), question);
          else if (question === undefined) take(exchange.onTimer(timers.shift() ?? 0));
        }
        expect(had.size).toBe(all.length);
        expect(exchange.counts).toEqual({ wanted: 0, questions: 0, rests: 0, open: 0 });
        found += had.size;
      }),
      { seed: 13, numRuns: 200 },
    );
    expect(found).toBe(1200);
  });
});

/** Peers in virtual time: what is asked of whoever answers comes back at once. */
class Peers {
  readonly exchange = exchangeOf();
  readonly #answers: (peer: Peer, claim: Root, id: number) => Uint8Array | undefined | "silent";
  #events: { readonly atMs: number; readonly run: () => readonly ContentEffect[] }[] = [];
  nowMs = 0;

  constructor(answers: (peer: Peer, claim: Root, id: number) => Uint8Array | undefined | "silent") {
    this.#answers = answers;
  }

  later(afterMs: number, run: () => readonly ContentEffect[]): void {
    this.#events.push({ atMs: this.nowMs + afterMs, run });
  }

  take(effects: readonly ContentEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === "set-timer") this.later(effect.afterMs, () => this.exchange.onTimer(effect.timer.id));
      else if (effect.message.kind === "want-content") {
        const { id, claim } = effect.message;
        const answer = this.#answers(effect.to, claim, id);
        if (answer !== "silent") this.take(this.exchange.onContent(effect.to, id, answer).effects);
      }
    }
  }

  run(forMs: number): void {
    const endMs = this.nowMs + forMs;
    for (;;) {
      this.#events.sort((a, b) => a.atMs - b.atMs);
      const [next] = this.#events;
      if (next === undefined || next.atMs > endMs) break;
      this.#events.shift();
      this.nowMs = next.atMs;
      this.take(next.run());
    }
    this.nowMs = endMs;
  }
}

/** Contents that these never give, and one that somebody has and all could have. */
function withhold(silentFor: (peers: Peers, peer: Peer, id: number) => boolean): Peers {
  const peers: Peers = new Peers((peer, claim, id) => {
    if (peer <= 5 && silentFor(peers, peer, id)) return "silent";
    return peer > 5 && toHex(claim) === toHex(one.root) ? one.bytes : undefined;
  });
  const sources = [1, 2, 3, 4, 5, 6, 7, 8];
  for (let round = 100; round < 164; round++) peers.take(peers.exchange.want(known(round).root, sources));
  peers.run(60_000);
  peers.take(peers.exchange.want(one.root, sources));
  return peers;
}

describe("what nobody gives keeps nobody from what somebody has", () => {
  test("where those who could give it are silent", () => {
    const peers = withhold(() => true);
    peers.run(2_000);
    expect(peers.exchange.isWanted(one.root)).toBe(false);
  });

  test("where they say so just before the pause is over, so that nobody doubts them", () => {
    const peers = withhold((all, peer, id) => {
      all.later(399, () => all.exchange.onContent(peer, id, undefined).effects);
      return true;
    });
    peers.run(60_000);
    expect(peers.exchange.isWanted(one.root)).toBe(false);
  });
});
