import {
  asHeight,
  asRound,
  asValidatorIndex,
  type ClaimSummary,
  claimClashProblem,
  claimCodec,
  mockScheme,
  type Root,
  type StoreBatch,
} from "@tandem/shared";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { firstMarks, OwnAffirmations, type OwnEffect } from "../../src/affirming/own.ts";
import { performAffirmTask } from "../../src/affirming/verify.ts";
import { ownPrefix } from "../../src/records.ts";
import { claimOf, epoch, groundOf, hashOf, hotel, keyOf, rail, summaryOf } from "../support/claims.ts";

const ground = groundOf([1, 1, 1, 1]);
const seats = new Map([[rail, asValidatorIndex(2)]]);
const sign = (message: Uint8Array) => mockScheme.sign(keyOf(rail, 2), message);
const config = { network: ground.network, epoch, sign, seats, deltaMs: 100 };

/** What stays when a node stops. */
class Disk {
  readonly #records = new Map<string, Uint8Array>();

  apply({ puts, deletes }: StoreBatch): void {
    for (const key of deletes) this.#records.delete(key.join());
    for (const { key, value } of puts) this.#records.set(key.join(), value);
  }

  perform(effects: readonly OwnEffect[]): readonly OwnEffect[] {
    for (const effect of effects) if (effect.kind === "store") this.apply(effect.batch);
    return effects;
  }

  get own(): readonly Uint8Array[] {
    return [...this.#records].flatMap(([key, value]) => (key.startsWith(ownPrefix.join()) ? [value] : []));
  }

  get size(): number {
    return this.#records.size;
  }
}

function freshDisk(round = 0): Disk {
  const disk = new Disk();
  disk.apply(firstMarks(epoch, [rail], asRound(round), []));
  return disk;
}

function ownClaim(round: number, prevRound: number, name = "") {
  return {
    shard: rail,
    round: asRound(round),
    prevRound: asRound(prevRound),
    claim: claimCodec.root(claimOf(rail, round, name)),
  };
}

const final = asHeight(1_000_000);
const kindsOf = (effects: readonly OwnEffect[]) => effects.map(({ kind }) => kind);

function codeOf(own: OwnAffirmations, ...request: Parameters<OwnAffirmations["affirm"]>): string {
  const result = own.affirm(...request);
  return result.ok ? "signed" : result.error.code;
}

function roundsSaid(effects: readonly OwnEffect[]): readonly number[] {
  return effects.flatMap((effect) =>
    effect.kind === "broadcast" ? effect.affirmations.map(({ round }) => round) : [],
  );
}

describe("C4: what is signed", () => {
  test("it is durable before it leaves, and a true affirmation", () => {
    const own = new OwnAffirmations(config, freshDisk().own);
    const result = own.affirm(ownClaim(5, 0), final);
    if (!result.ok) throw new Error(result.error.message);
    expect(kindsOf(result.value)).toEqual(["store", "broadcast", "set-timer"]);
    const [affirmation] = own.waitingOf(rail);
    if (affirmation === undefined) throw new Error("nothing waits");
    const { signer, signature, claim } = affirmation;
    const task = { kind: "equal" as const, shard: rail, claim, signed: [{ signer, signature }] };
    expect(performAffirmTask(ground, 1, task).valid).toEqual([true]);
  });

  test.each<[string, string, ReturnType<typeof ownClaim>]>([
    ["the next claim", "signed", ownClaim(7, 5)],
    ["the claim at the mark, again", "signed", ownClaim(5, 0)],
    ["another claim of that round", "signed-before", ownClaim(5, 0, "other")],
    ["one below", "signed-before", ownClaim(4, 0)],
    ["one above that follows what is below the mark", "follows-unknown", ownClaim(7, 4)],
    ["one of a round that is not final", "not-final", ownClaim(1_000_001, 5)],
    ["one of a shard without a seat", "no-seat", { ...ownClaim(7, 5), shard: hotel }],
  ])("%s: %s", (_, code, claim) => {
    const own = new OwnAffirmations(config, freshDisk().own);
    own.affirm(ownClaim(5, 0), final);
    expect(codeOf(own, claim, final)).toBe(code);
  });

  test("nothing without a mark of this epoch", () => {
    const disk = new Disk();
    expect(codeOf(new OwnAffirmations(config, disk.own), ownClaim(5, 0), final)).toBe("no-mark");
    disk.apply(firstMarks(1 as typeof epoch, [rail], asRound(0), []));
    const own = new OwnAffirmations(config, disk.own);
    expect([own.canSign(rail), codeOf(own, ownClaim(5, 0), final)]).toEqual([false, "no-mark"]);
  });

  test("a store made for a running network signs above its mark alone", () => {
    const own = new OwnAffirmations(config, freshDisk(100).own);
    expect(codeOf(own, ownClaim(100, 90), final)).toBe("signed-before");
    expect(codeOf(own, ownClaim(101, 99), final)).toBe("follows-unknown");
    expect(codeOf(own, ownClaim(102, 101), final)).toBe("signed");
  });

  test("first marks raise a mark and never lower it", () => {
    const disk = freshDisk();
    const own = new OwnAffirmations(config, disk.own);
    const signed = own.affirm(ownClaim(5, 0), final);
    disk.perform(signed.ok ? signed.value : []);
    expect(firstMarks(epoch, [rail], asRound(0), disk.own).puts).toEqual([]);
    disk.apply(firstMarks(epoch, [rail], asRound(50), disk.own));
    expect(codeOf(new OwnAffirmations(config, disk.own), ownClaim(50, 5), final)).toBe("signed-before");
  });

  test("a restart knows what was signed, also what the frontier has passed", () => {
    const disk = freshDisk();
    const own = new OwnAffirmations(config, disk.own);
    const signed = own.affirm(ownClaim(5, 0), final);
    disk.perform(signed.ok ? signed.value : []);
    disk.perform(own.advance(rail, asRound(5)));
    expect(disk.size).toBe(1);
    const again = new OwnAffirmations(config, disk.own);
    expect(codeOf(again, ownClaim(5, 0, "other"), final)).toBe("signed-before");
    expect(codeOf(again, ownClaim(6, 5), final)).toBe("signed");
  });

  test("so many wait, then none is signed until the frontier moves; that one is not lost", () => {
    const own = new OwnAffirmations(config, freshDisk().own);
    for (let round = 1; round <= 4096; round++) own.affirm(ownClaim(round, round - 1), final);
    expect(codeOf(own, ownClaim(4097, 4096), final)).toBe("too-far-ahead");
    own.advance(rail, asRound(1));
    expect(codeOf(own, ownClaim(4097, 4096), final)).toBe("signed");
  });
});

describe("said again", () => {
  function withWaiting(count: number): { own: OwnAffirmations; disk: Disk } {
    const disk = freshDisk();
    const own = new OwnAffirmations(config, disk.own);
    for (let round = 1; round <= count; round++) {
      const signed = own.affirm(ownClaim(round, round - 1), final);
      disk.perform(signed.ok ? signed.value : []);
    }
    return { own, disk };
  }

  const timerOf = (effects: readonly OwnEffect[]) => {
    const found = effects.find((effect) => effect.kind === "set-timer");
    if (found?.kind !== "set-timer") throw new Error("no timer");
    return found;
  };

  test("after a restart: all above the frontier, the lowest first, and a bounded number", () => {
    const { disk } = withWaiting(20);
    const own = new OwnAffirmations(config, disk.own);
    own.advance(rail, asRound(2));
    expect(roundsSaid(own.start())).toEqual(Array.from({ length: 16 }, (_, i) => i + 3));
  });

  test("while the frontier stands still, after pauses that double up to a bound", () => {
    const { disk } = withWaiting(1);
    const own = new OwnAffirmations(config, disk.own);
    let timer = timerOf(own.start());
    const pauses = Array.from({ length: 7 }, () => {
      const { afterMs } = timer;
      const effects = own.onTimer(timer.timer);
      expect(roundsSaid(effects)).toEqual([1]);
      timer = timerOf(effects);
      return afterMs;
    });
    expect(pauses).toEqual([400, 800, 1600, 3200, 6400, 6400, 6400]);
  });

  test("when the frontier moves the pause begins anew, and the old timer is outlived", () => {
    const { disk } = withWaiting(3);
    const own = new OwnAffirmations(config, disk.own);
    const first = timerOf(own.start());
    const second = timerOf(own.onTimer(first.timer));
    expect(second.afterMs).toBe(800);
    const third = timerOf(own.advance(rail, asRound(1)));
    expect(third.afterMs).toBe(400);
    expect(own.onTimer(second.timer)).toEqual([]);
    expect(roundsSaid(own.onTimer(third.timer))).toEqual([2, 3]);
    expect(own.advance(rail, asRound(1))).toEqual([]);
    expect(kindsOf(own.advance(rail, asRound(3)))).toEqual(["store"]);
  });
});

test("whatever a follower offers, and however often it starts anew from what is durable, no two clash", () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant("offer" as const),
      steps: fc.integer({ min: 1, max: 3 }),
      prev: fc.integer({ min: 0, max: 11 }),
      name: fc.constantFrom("a", "b"),
    }),
    fc.record({ kind: fc.constant("restart" as const) }),
    fc.record({ kind: fc.constant("frontier" as const), round: fc.integer({ min: 0, max: 12 }) }),
  );
  let count = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 40 }), (steps) => {
      const disk = freshDisk();
      let own = new OwnAffirmations(config, disk.own);
      const known = new Map<string, ClaimSummary>();
      const signed = new Map<string, ClaimSummary>();
      for (const each of steps) {
        if (each.kind === "restart") own = new OwnAffirmations(config, disk.own);
        if (each.kind === "frontier") disk.perform(own.advance(rail, asRound(each.round)));
        if (each.kind !== "offer") continue;
        const round = each.prev + each.steps;
        // The root of a claim fixes its round: all claims after round `prev` name one of two claims there.
        const claim = claimOf(rail, round, each.name, hashOf(`claim of ${each.prev} ${each.name}`) as Root);
        const root = claimCodec.root(claim);
        known.set(root.join(), summaryOf(claim));
        const request = { shard: rail, round: asRound(round), prevRound: asRound(each.prev), claim: root };
        const result = own.affirm(request, final);
        if (!result.ok) continue;
        for (const effect of disk.perform(result.value)) {
          if (effect.kind !== "broadcast") continue;
          for (const { claim: said } of effect.affirmations)
            signed.set(said.join(), known.get(said.join()) as ClaimSummary);
        }
      }
      const all = [...signed.values()];
      count += all.length;
      for (const a of all) for (const b of all) if (a !== b) expect(claimClashProblem(a, b)).not.toBeUndefined();
    }),
    { seed: 7, numRuns: 300 },
  );
  expect(count).toBeGreaterThan(500);
});
