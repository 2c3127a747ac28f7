import {
  asRound,
  Jobs,
  type MapPart,
  type OpenedPart,
  openPart,
  type Root,
  readNow,
  readPart,
  SparseMap,
  sha256,
  topPlace,
  utf8,
} from "@tandem/shared";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Peer } from "../../src/content/types.ts";
import type { MissingPart } from "../../src/explaining/compare.ts";
import { type Sources, StateExchange } from "../../src/explaining/exchange.ts";
import { explainLimits, type PartQuestion, type StateEffect } from "../../src/explaining/types.ts";
import { rail } from "../support/claims.ts";

function mapOf(count: number): SparseMap {
  const map = SparseMap.empty.apply(Array.from({ length: count }, (_, i) => ({ key: utf8(`${i}`), value: utf8("v") })));
  if (!map.ok) throw new Error(map.error.message);
  return map.value;
}

const map = mapOf(40);
const part = readNow(() => [], readPart(map, topPlace)) as MapPart;
const otherPart = readNow(() => [], readPart(mapOf(41), topPlace)) as MapPart;
const opened = openPart(topPlace, map.root, part);
const question: PartQuestion = {
  shard: rail,
  round: asRound(3),
  map: { kind: "contracts" },
  root: map.root,
  place: topPlace,
};

/** One part is wanted; what comes of it. */
class Asker {
  readonly effects: StateEffect[] = [];
  readonly exchange = new StateExchange(100, (effect) => this.effects.push(effect));
  readonly jobs = new Jobs<never>(() => undefined);
  readonly sources: Sources;
  answer: OpenedPart | MissingPart | undefined;
  affirmers: Peer[];

  constructor(affirmers: Peer[]) {
    this.affirmers = affirmers;
    this.sources = { affirmers: () => this.affirmers, liars: new Set(), lastGiver: undefined };
  }

  want(hash: Root = map.root): this {
    this.answer = undefined;
    const set = (answer: OpenedPart | MissingPart) => {
      this.answer = answer;
    };
    const { exchange, sources } = this;
    this.jobs.start(
      "part",
      (function* () {
        set(yield* exchange.part(question, hash, sources));
      })(),
    );
    return this;
  }

  /** Who was asked since it was looked last, and when the pauses end. */
  take() {
    const effects = this.effects.splice(0);
    const asked = effects.flatMap((each) => (each.kind === "send" ? [[each.to, each.message.id] as const] : []));
    const timers = effects.flatMap((each) =>
      each.kind === "set-timer" ? [{ id: each.timer.id, afterMs: each.afterMs }] : [],
    );
    return { asked, timers };
  }

  give(from: Peer, id: number, given: MapPart | undefined) {
    this.exchange.onState(from, id, given);
    this.jobs.poll();
    return this.take();
  }

  timer(id: number) {
    this.exchange.onTimer(id);
    this.jobs.poll();
    return this.take();
  }
}

const value = opened.ok ? opened.value : undefined;

describe("asking", () => {
  test("one is asked, with all that it takes to find the part, and what it gives is taken", () => {
    const asker = new Asker([4, 5]).want();
    expect(asker.effects).toEqual([
      { kind: "send", to: 4, message: { kind: "want-state", id: 1, ...question } },
      { kind: "set-timer", timer: { name: "state", id: 1 }, afterMs: 400 },
    ]);
    asker.give(4, 1, part);
    expect(asker.answer).toEqual(value);
    expect(asker.exchange.counts).toEqual({ asked: 0, rests: 0 });
  });

  test("who gave a part is asked first for the next", () => {
    const asker = new Asker([4, 5]).want();
    asker.take();
    const [[peer, id] = [0, 0]] = asker.give(4, 1, undefined).asked;
    asker.give(peer, id, part);
    expect([peer, asker.want().take().asked[0]?.[0]]).toEqual([5, 5]);
  });

  test("who has nothing, and who lets the pause go by, is followed by the next; a late answer counts", () => {
    const asker = new Asker([4, 5, 6]).want();
    asker.take();
    const second = asker.give(4, 1, undefined);
    expect(second.asked).toEqual([[5, 2]]);
    expect(asker.timer(1).asked).toEqual([]);
    expect(asker.timer(2).asked).toEqual([[6, 3]]);
    asker.give(5, 2, part);
    expect(asker.answer).toEqual(value);
  });

  test("a pause ends once, and who says late that it has nothing changes nothing", () => {
    const asker = new Asker([4, 5, 6, 7]).want();
    asker.take();
    expect(asker.timer(1).asked).toEqual([[5, 2]]);
    expect(asker.timer(1).asked).toEqual([]);
    expect(asker.give(4, 1, undefined).asked).toEqual([]);
    expect(asker.timer(2).asked).toEqual([[6, 3]]);
  });

  test("when all were asked it rests, for pauses that double up to a bound, and then gives up", () => {
    const asker = new Asker([4]).want();
    const pauses: number[] = [];
    let next = asker.take();
    while (next.asked.length > 0) {
      expect(pauses.length).toBeLessThan(explainLimits.roundsMax);
      expect(next.asked).toEqual([[4, 1]]);
      const rest = asker.timer(1);
      if (asker.answer !== undefined) break;
      pauses.push(rest.timers[0]?.afterMs ?? 0);
      next = asker.timer(rest.timers[0]?.id ?? 0);
    }
    expect(pauses).toEqual([400, 800, 1600, 3200, 6400, 6400, 6400]);
    expect(asker.answer).toEqual({ kind: "missing", why: "not-shown" });
    expect(asker.exchange.counts).toEqual({ asked: 0, rests: 0 });
  });

  test("who was away and comes back, and who affirms meanwhile, is asked after the rest", () => {
    const asker = new Asker([4]).want();
    asker.take();
    const rest = asker.give(4, 1, undefined);
    asker.affirmers.push(7);
    const again = asker.timer(rest.timers[0]?.id ?? 0);
    expect(again.asked.map(([peer]) => peer)).toEqual([4]);
    const next = asker.give(4, again.asked[0]?.[1] ?? 0, undefined);
    expect(next.asked.map(([peer]) => peer)).toEqual([7]);
    asker.give(7, next.asked[0]?.[1] ?? 0, part);
    expect(asker.answer).toEqual(value);
  });

  test("with nobody to ask it waits for somebody, and not for ever", () => {
    const asker = new Asker([]).want();
    for (let rests = 0; asker.answer === undefined; rests++) {
      expect(rests).toBeLessThan(explainLimits.roundsMax);
      asker.timer(asker.take().timers[0]?.id ?? rests + 1);
    }
    expect(asker.answer).toEqual({ kind: "missing", why: "not-shown" });
  });

  test("what is not wanted any more is not heard", () => {
    const asker = new Asker([4]).want();
    asker.jobs.stop("part");
    asker.give(4, 1, part);
    expect([asker.answer, asker.exchange.counts]).toEqual([undefined, { asked: 0, rests: 0 }]);
  });
});

describe("liars", () => {
  test("a part of another map is not taken: the next is asked, and the liar not again", () => {
    const asker = new Asker([4, 5]).want();
    asker.take();
    expect(asker.give(4, 1, otherPart).asked).toEqual([[5, 2]]);
    expect([...asker.sources.liars]).toEqual([4]);
    asker.give(5, 2, part);
    expect(asker.want().take().asked).toEqual([[5, 3]]);
    expect(asker.give(5, 3, undefined).asked).toEqual([]);
  });

  test("a root that is of no map is an answer, whoever gives it", () => {
    const leaf = Uint8Array.from(sha256(utf8("leaf")), (byte, at) => (at === 31 ? byte | 1 : byte));
    const below = Uint8Array.of(...leaf, ...new Uint8Array(32));
    const root = sha256(below).map((byte, at) => (at === 31 ? byte & 0xfe : byte)) as Root;
    const asker = new Asker([4, 5]).want(root);
    asker.give(4, 1, { kind: "nodes", value: below });
    expect([asker.answer, asker.sources.liars.size]).toEqual([{ kind: "missing", why: "no-map" }, 0]);
  });

  test("an answer of somebody else, to nothing, or given twice, is not looked at", () => {
    const asker = new Asker([4, 5]).want();
    asker.take();
    for (const [from, id] of [
      [5, 1],
      [4, 9],
    ] as const) {
      expect(asker.give(from, id, otherPart).asked).toEqual([]);
    }
    asker.give(4, 1, undefined);
    expect(asker.give(4, 1, otherPart).asked).toEqual([]);
    expect([asker.sources.liars.size, asker.answer]).toEqual([0, undefined]);
  });
});

test("S11: sources are bounded", () => {
  const asker = new Asker(Array.from({ length: explainLimits.sourcesMax + 5 }, (_, i) => i)).want();
  let asked = 0;
  for (let next = asker.take(); next.asked.length > 0; asked++) {
    const [[peer, id] = [0, 0]] = next.asked;
    next = asker.give(peer, id, undefined);
  }
  expect(asked).toBe(explainLimits.sourcesMax);
});

test("against any peers: what one honest one has is had, unless it is silent all the time", () => {
  const act = fc.constantFrom("honest", "nothing", "lie", "silent", "somebody else");
  let had = 0;
  const property = fc.property(fc.array(act, { minLength: 1, maxLength: 12 }), (acts) => {
    const asker = new Asker([1, 2, 3, 0]).want();
    let at = 0;
    for (let turn = 0; asker.answer === undefined; turn++) {
      expect(turn).toBeLessThan(200);
      const { asked, timers } = asker.take();
      const [[peer, id] = [-1, -1]] = asked;
      const does = peer === 0 ? "honest" : acts[at++ % acts.length];
      const give = (from: Peer, given: MapPart | undefined) => {
        asker.exchange.onState(from, id, given);
        asker.jobs.poll();
      };
      if (peer < 0 || does === "silent") {
        asker.exchange.onTimer(timers[0]?.id ?? -1);
        asker.jobs.poll();
      } else if (does === "somebody else") {
        give(9, part);
        asker.exchange.onTimer(id);
        asker.jobs.poll();
      } else {
        give(peer, does === "honest" ? part : does === "lie" ? otherPart : undefined);
      }
    }
    expect(asker.answer).toEqual(value);
    expect(asker.exchange.counts).toEqual({ asked: 0, rests: 0 });
    had++;
  });
  fc.assert(property, { seed: 21, numRuns: 200 });
  expect(had).toBe(200);
});
