// O6: asking peers for blobs that are missing.

import { limits } from "@tandem/shared";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Candidate } from "../src/candidate.ts";
import { Fetcher, type FetcherConfig, fetcherLimits } from "../src/fetcher.ts";
import type { OrderEffect, Peer } from "../src/types.ts";
import { type Conduct, deltaMs, Exchange } from "./support/exchange.ts";
import { manyBlobs } from "./support/many-blobs.ts";

const blobs = manyBlobs(1200);
const some = (from: number, to: number) => blobs.slice(from, to);
const rootsOf = (candidates: readonly Candidate[]) => candidates.map(({ root }) => root);
const keysOf = (candidates: readonly Candidate[]) => candidates.map(({ key }) => key);

function open(config: Partial<FetcherConfig> = {}): Fetcher {
  return new Fetcher({ ...fetcherLimits, peers: [1, 2, 3], deltaMs, ...config });
}

interface Asked {
  readonly to: Peer;
  readonly id: number;
  readonly count: number;
}

function askedBy(effects: readonly OrderEffect[]): Asked[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== "send" || effect.message.kind !== "want") return [];
    return [{ to: effect.to, id: effect.message.id, count: effect.message.roots.length }];
  });
}

function pausesOf(effects: readonly OrderEffect[]): number[] {
  return effects.flatMap((effect) => (effect.kind === "set-timer" ? [effect.afterMs / deltaMs] : []));
}

/** What is asked next, as (peer, roots). */
const shape = (effects: readonly OrderEffect[]) => askedBy(effects).map(({ to, count }) => [to, count]);

describe("O6: whom it asks", () => {
  test("the proposer has everything: one request, one answer, and then all is quiet", () => {
    const exchange = new Exchange({ nodes: 4, blobs });
    exchange.give(2, some(0, 200));
    exchange.want(0, some(0, 200), 2);
    exchange.run();
    expect(exchange.sent.map(({ from, to, message }) => [from, to, message.kind])).toEqual([
      [0, 2, "want"],
      [2, 0, "found"],
    ]);
    expect(exchange.node(0).held.size).toBe(200);
  });

  test("what was said before is under way", () => {
    const fetcher = open();
    expect(shape(fetcher.want(rootsOf(some(0, 5)), 2))).toEqual([[2, 5]]);
    expect(fetcher.want(rootsOf(some(0, 5)), 2)).toEqual([]);
    expect(fetcher.want(rootsOf(some(0, 5)), undefined)).toEqual([]);
    expect(shape(fetcher.want(rootsOf([...some(4, 6), ...some(4, 6)]), undefined))).toEqual([[3, 1]]);
    expect(fetcher.missing).toBe(6);
  });

  test("without a proposer many roots are spread over all peers, and few are not", () => {
    expect(shape(open().want(rootsOf(some(0, 99)), undefined))).toEqual([
      [2, 33],
      [3, 33],
      [1, 33],
    ]);
    expect(shape(open().want(rootsOf(some(0, 30)), undefined))).toEqual([[2, 30]]);
    expect(shape(open().want(rootsOf(some(0, 30)), 77))).toEqual([[2, 30]]);
  });

  test("of one peer one request at a time, each bounded; the rest waits for the proposer while it brings all", () => {
    const fetcher = open();
    const [first] = askedBy(fetcher.want(rootsOf(some(0, 700)), 3));
    expect(first).toMatchObject({ to: 3, count: 256 });
    const { accepted, effects } = fetcher.onFound(3, first?.id as number, some(0, 256));
    expect(accepted.length).toBe(256);
    expect(shape(effects)).toEqual([[3, 256]]);
  });

  test("what waits for the proposer waits no longer than a pause", () => {
    const fetcher = open();
    const [first] = askedBy(fetcher.want(rootsOf(some(0, 1200)), 3));
    // It brings all, but slowly: the pause of the first request ends while the second is under way.
    expect(shape(fetcher.onFound(3, first?.id as number, some(0, 256)).effects)).toEqual([[3, 256]]);
    expect(shape(fetcher.onTimer(first?.id as number))).toEqual([
      [1, 256],
      [2, 256],
    ]);
  });

  test("what the proposer leaves out goes to others, and so does what still waits for it", () => {
    const fetcher = open();
    const [first] = askedBy(fetcher.want(rootsOf(some(0, 600)), 1));
    const { effects } = fetcher.onFound(1, first?.id as number, some(0, 250));
    expect(shape(effects)).toEqual([
      [2, 256],
      [3, 88],
    ]);
  });

  test("what is not answered goes on in turn; when all were asked, again, after pauses from 2Δ up to 32Δ", () => {
    const fetcher = open();
    let effects = fetcher.want(rootsOf([blobs[0] as Candidate]), 2);
    const turns: Peer[] = [];
    const pauses: number[] = [];
    for (let i = 0; i < 28; i++) {
      turns.push(...askedBy(effects).map(({ to }) => to));
      pauses.push(...pausesOf(effects));
      const timer = effects.find((effect) => effect.kind === "set-timer");
      effects = timer?.timer.name === "fetch" ? fetcher.onTimer(timer.timer.id) : [];
    }
    expect(turns).toEqual(Array.from({ length: 7 }, () => [2, 3, 1]).flat());
    // Three requests and a rest in each round.
    expect(pauses).toEqual([2, 4, 8, 16, 32, 32, 32].flatMap((pause) => [pause, pause, pause, pause]));
  });

  test("a peer that let a pause go by is asked last", () => {
    const fetcher = open();
    const [first] = askedBy(fetcher.want(rootsOf(some(0, 1)), 1));
    const [second] = askedBy(fetcher.onTimer(first?.id as number));
    expect(second?.to).toBe(2);
    expect(shape(fetcher.want(rootsOf(some(1, 2)), undefined))).toEqual([[3, 1]]);
    // Peer 1 is free, but 2 and 3 are likelier to answer.
    expect(fetcher.want(rootsOf(some(2, 3)), undefined)).toEqual([]);
    expect(shape(fetcher.onFound(2, second?.id as number, some(0, 1)).effects)).toEqual([[2, 1]]);
    // It is not, once it has answered, however late.
    fetcher.onFound(1, first?.id as number, []);
    expect(shape(fetcher.want(rootsOf(some(3, 4)), undefined))).toEqual([[1, 1]]);
  });

  test("another proposer that names a root is asked for it at once, though it is in a long pause or the peer is", () => {
    const fetcher = open();
    let effects = fetcher.want(rootsOf(some(0, 1)), 1);
    for (let i = 0; i < 20; i++) {
      const timer = effects.find((effect) => effect.kind === "set-timer");
      effects = timer?.timer.name === "fetch" ? fetcher.onTimer(timer.timer.id) : [];
    }
    expect(pausesOf(effects)).toEqual([32]);
    const [busy] = askedBy(effects);
    const first = ((busy?.to as number) % 3) + 1;
    const led = fetcher.want(rootsOf(some(0, 1)), first);
    expect(shape(led)).toEqual([[first, 1]]);
    expect(pausesOf(led)).toEqual([2]);
    expect(fetcher.want(rootsOf(some(0, 1)), first)).toEqual([]);
    // The peer whose pause is long gets another block's blobs to look for, and what it had goes on.
    expect(shape(fetcher.want(rootsOf(some(5, 6)), busy?.to))).toEqual([[busy?.to, 1]]);
  });

  test("a proposer is asked first for a root once, and not if it is being asked for it anyway", () => {
    const fetcher = open();
    const [first] = askedBy(fetcher.want(rootsOf(some(0, 1)), 1));
    expect(shape(fetcher.onTimer(first?.id as number))).toEqual([[2, 1]]);
    for (const again of [1, 2, 1, 2]) expect(fetcher.want(rootsOf(some(0, 1)), again)).toEqual([]);
  });

  test("who answered as fully as an answer may be has more, perhaps, and the rest is spread over all", () => {
    const large = manyBlobs(30, 60_000);
    const fetcher = open({ answerBytesMax: limits.blobBytesMax + 9 * 60_000 });
    const [first] = askedBy(fetcher.want(rootsOf(large), 1)) as [Asked];
    expect(shape(fetcher.onFound(1, first.id, large.slice(0, 9)).effects)).toEqual([
      [2, 7],
      [3, 7],
      [1, 7],
    ]);
  });

  test("an answer that is not full is all that the peer has", () => {
    const large = manyBlobs(30, 60_000);
    const fetcher = open({ answerBytesMax: limits.blobBytesMax + 9 * 60_000, peers: [1] });
    const [first] = askedBy(fetcher.want(rootsOf(large), 1)) as [Asked];
    const { effects } = fetcher.onFound(1, first.id, large.slice(0, 8));
    expect([shape(effects), pausesOf(effects)]).toEqual([[], [2]]);
  });

  test("a block of large blobs comes without a pause, though few fit into an answer", () => {
    const large = manyBlobs(40, 60_000);
    const exchange = new Exchange({
      nodes: 4,
      blobs: large,
      delayMsMax: 1,
      answerBytesMax: limits.blobBytesMax + 300_000,
    });
    for (const seat of [1, 3]) exchange.give(seat, large);
    exchange.want(0, large, 1);
    exchange.run(2 * deltaMs - 1);
    expect(exchange.node(0).held.size).toBe(40);
  });

  test("more roots than it may miss are not taken, until there is room", () => {
    const fetcher = open({ wantedRootsMax: 10 });
    fetcher.want(rootsOf(some(0, 25)), 1);
    expect(fetcher.missing).toBe(10);
    fetcher.forget(keysOf(some(0, 4)));
    fetcher.want(rootsOf(some(0, 25)), 1);
    expect(fetcher.missing).toBe(10);
  });

  test("what is forgotten while it waits is not asked for", () => {
    const fetcher = open();
    const [first] = askedBy(fetcher.want(rootsOf(some(0, 600)), 1)) as [Asked];
    fetcher.forget(keysOf(some(256, 600)));
    expect(fetcher.onFound(1, first.id, some(0, 256)).effects).toEqual([]);
    expect(fetcher.onTimer(first.id)).toEqual([]);
  });

  test("what is forgotten is not asked for any more, and with it the timers end", () => {
    const exchange = new Exchange({ nodes: 4, blobs, conducts: new Map([1, 2, 3].map((seat) => [seat, "empty"])) });
    exchange.want(0, some(0, 300), 1);
    exchange.at(40 * deltaMs, () => exchange.node(0).fetcher.forget(keysOf(blobs)));
    exchange.run();
    expect(exchange.sent.every(({ atMs }) => atMs <= 42 * deltaMs)).toBe(true);
    expect(exchange.node(0).fetcher.missing).toBe(0);
  });

  test("alone, it asks nobody", () => {
    expect(open({ peers: [] }).want(rootsOf(some(0, 3)), 0)).toEqual([]);
  });
});

describe("O6: what it believes", () => {
  function asked() {
    const fetcher = open();
    const [request] = askedBy(fetcher.want(rootsOf(some(0, 3)), 2)) as [Asked];
    fetcher.want(rootsOf(some(10, 12)), 1);
    return { fetcher, id: request.id };
  }

  test("only blobs that were asked for in that request, each once", () => {
    const { fetcher, id } = asked();
    const [a, , c] = blobs as [Candidate, Candidate, Candidate];
    expect(fetcher.isOpen(2, id)).toBe(true);
    expect(fetcher.onFound(2, id, [c, c, blobs[10] as Candidate]).accepted).toEqual([c]);
    expect(fetcher.isMissing(a.key)).toBe(true);
    expect(fetcher.isMissing(c.key)).toBe(false);
    expect(fetcher.missing).toBe(4);
  });

  test("an answer larger than what was asked brings nothing", () => {
    const { fetcher, id } = asked();
    expect(fetcher.onFound(2, id, some(0, 4)).accepted).toEqual([]);
  });

  test("an answer counts once, and only from the peer that was asked", () => {
    const { fetcher, id } = asked();
    for (const [from, other] of [
      [1, id],
      [3, id],
      [9, id],
      [2, id + 1],
      [2, -1],
      [2, Number.NaN],
    ] as const) {
      expect(fetcher.isOpen(from, other)).toBe(false);
      expect(fetcher.onFound(from, other, some(0, 3))).toEqual({ accepted: [], effects: [] });
    }
    expect(fetcher.onFound(2, id, []).accepted).toEqual([]);
    expect(fetcher.isOpen(2, id)).toBe(false);
    expect(fetcher.onFound(2, id, some(0, 3))).toEqual({ accepted: [], effects: [] });
  });

  test("a late answer counts for what is still missing", () => {
    const { fetcher, id } = asked();
    const [next] = askedBy(fetcher.onTimer(id));
    expect(next?.to).toBe(3);
    fetcher.onFound(3, next?.id as number, some(0, 1));
    expect(fetcher.isOpen(2, id)).toBe(true);
    expect(keysOf(fetcher.onFound(2, id, some(0, 3)).accepted)).toEqual(keysOf(some(1, 3)));
    expect(fetcher.missing).toBe(2);
    expect(fetcher.isOpen(2, id)).toBe(false);
  });

  test("who never answers leaves a bounded number of requests behind", () => {
    const fetcher = open({ peers: [1] });
    const ids: number[] = [];
    for (let i = 0; i < 40; i++) {
      const [request] = askedBy(fetcher.want(rootsOf(some(i, i + 1)), undefined)) as [Asked];
      ids.push(request.id);
      fetcher.onTimer(request.id);
      fetcher.forget(keysOf(some(i, i + 1)));
    }
    expect(ids.filter((id) => fetcher.isOpen(1, id))).toEqual(ids.slice(-16));
  });
});

const conducts: readonly Conduct[] = ["silent", "empty", "trickle", "fake", "flood", "late"];

const anyWorld = fc.record({
  nodes: fc.integer({ min: 2, max: 6 }),
  seed: fc.nat(),
  lossPercent: fc.constantFrom(0, 10, 40),
  delayMsMax: fc.constantFrom(1, deltaMs, 6 * deltaMs),
  liars: fc.array(fc.constantFrom(...conducts, "honest" as const), { minLength: 6, maxLength: 6 }),
  /** Who is honest and has all, in the end. */
  keeper: fc.nat({ max: 4 }),
  requestRootsMax: fc.constantFrom(7, 256),
  answerBytesMax: fc.constantFrom(1000, limits.blobBytesMax + 2000, fetcherLimits.answerBytesMax),
  wants: fc.array(
    fc.record({
      from: fc.nat({ max: 100 }),
      count: fc.integer({ min: 1, max: 60 }),
      first: fc.option(fc.nat({ max: 6 }), { nil: undefined }),
      atMs: fc.nat({ max: 3000 }),
      /** When the keeper comes to have them. */
      keptAtMs: fc.nat({ max: 6000 }),
    }),
    { minLength: 1, maxLength: 8 },
  ),
});
type World = typeof anyWorld extends fc.Arbitrary<infer Of> ? Of : never;

function play({ nodes, liars, keeper: place, wants, ...rest }: World): Exchange {
  const keeper = 1 + (place % (nodes - 1));
  const others = liars.map((conduct, seat): [Peer, Conduct] => [
    seat,
    seat === 0 || seat === keeper ? "honest" : conduct,
  ]);
  const exchange = new Exchange({ nodes, blobs: some(0, 160), conducts: new Map(others), ...rest });
  for (const { from, count, first, atMs, keptAtMs } of wants) {
    const wanted = some(from, from + count);
    for (let seat = 1; seat < nodes; seat++) if (seat !== keeper) exchange.give(seat, some(from, from + count / 2));
    exchange.at(atMs, () => exchange.want(0, wanted, first));
    exchange.at(keptAtMs, () => exchange.give(keeper, wanted));
  }
  exchange.run(6000 + 2000 * deltaMs);
  return exchange;
}

test("O6: what one honest peer has arrives, whatever is lost, late or lied about, and nothing else does", () => {
  const check = (world: World) => {
    const exchange = play(world);
    const wanted = new Set(world.wants.flatMap(({ from, count }) => keysOf(some(from, from + count))));
    const accepted = exchange.accepted.map(({ key }) => key);
    expect(new Set(accepted)).toEqual(wanted);
    expect(accepted.length).toBe(wanted.size);
    expect(exchange.node(0).fetcher.missing).toBe(0);
    for (const { from, message } of exchange.sent) {
      if (from === 0 && message.kind === "want")
        expect(message.roots.length).toBeLessThanOrEqual(world.requestRootsMax);
    }
  };
  fc.assert(fc.property(anyWorld, check), { seed: 6, numRuns: 100 });
});

test("O6: of one peer one request is open: the next follows an answer, or the pause of the one before", () => {
  const check = (world: World) => {
    const { sent } = play({ ...world, wants: world.wants.map((want) => ({ ...want, first: undefined })) });
    const wantsOf = (peer: Peer) =>
      sent.filter(({ from, to, message }) => from === 0 && to === peer && message.kind === "want");
    for (let peer = 1; peer < world.nodes; peer++) {
      const requests = wantsOf(peer);
      const answers = sent.filter(({ from, message }) => from === peer && message.kind === "found").length;
      const spanMs = (requests.at(-1)?.atMs ?? 0) - (requests[0]?.atMs ?? 0);
      expect(requests.length).toBeLessThanOrEqual(1 + answers + Math.floor(spanMs / (2 * deltaMs)));
    }
  };
  fc.assert(fc.property(anyWorld, check), { seed: 7, numRuns: 60 });
});
