// What a node keeps of what it says of Stage 2, and how it says what is not as it should be.

import type { Alarm, StageTwoNews } from "@tandem/attestation";
import type { RefusedCall } from "@tandem/execution";
import { asContractName, asHeight, asRoot, asRound, asShardName, type Node, type Position, utf8 } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { alarmWords } from "../src/process/alarm-words.ts";
import { StageTwoFeed } from "../src/process/stage-two-feed.ts";

const shard = asShardName("bank");
const root = (byte: number) => asRoot(new Uint8Array(32).fill(byte));

function refused(height: number, message: string): RefusedCall {
  const node = { height, index: 0, step: 0, kind: "step" } as unknown as Node;
  return { node, contract: asContractName("bank/coins"), refusal: { code: "broke", message } };
}

function claimed(round: number, refusals: readonly RefusedCall[]): StageTwoNews {
  return { kind: "claimed", shard, round: asRound(round), claim: root(round & 255), refusals };
}

const at = (height: number) => ({ height, index: 0 }) as unknown as Position;

describe("the feed", () => {
  test("counts what it is told, and tells it to whoever listens", () => {
    const feed = new StageTwoFeed();
    const heard: string[] = [];
    const forget = feed.listen(({ kind }) => heard.push(kind));
    feed.take(claimed(1, []));
    feed.take({ kind: "affirmed", shard, round: asRound(1), claim: root(1) });
    feed.take({ kind: "alarm", alarm: { what: "no-mark", shard } });
    forget();
    const place = { shard, round: asRound(1), prev: root(0), root: root(1) };
    feed.take({ kind: "attested", height: asHeight(1), claims: [place, place] });
    expect(heard).toEqual(["claimed", "affirmed", "alarm"]);
    expect(feed.totals).toEqual({ claims: 1, affirmed: 1, attested: 2, alarms: 1 });
    expect([feed.hasNoMark(shard), feed.hasNoMark(asShardName("rail"))]).toEqual([true, false]);
    expect([feed.affirmedIn(shard), feed.affirmedIn(asShardName("rail"))]).toEqual([1, 0]);
  });

  test("keeps the last alarms of each shard, in words", () => {
    const feed = new StageTwoFeed();
    const theirs = root(2);
    for (let round = 1; round <= 20; round++) {
      const dispute = { shard, round: asRound(round), own: undefined, theirs };
      feed.take({ kind: "alarm", alarm: { what: "explained", dispute, difference: { what: "idle" } } });
    }
    expect(feed.alarmsOf(shard)).toHaveLength(16);
    expect(feed.alarmsOf(shard).at(-1)).toMatch(/round 20/);
    expect(feed.alarmsOf(asShardName("rail"))).toEqual([]);
  });

  test("keeps where both sides of a dispute differ, first as the contents tell and then with keys", () => {
    const feed = new StageTwoFeed();
    expect(feed.explainedIn(shard)).toBe(undefined);
    const dispute = { shard, round: asRound(3), own: undefined, theirs: root(2) };
    const difference = { what: "idle" } as const;
    feed.take({ kind: "alarm", alarm: { what: "explained", dispute, difference } });
    expect(feed.explainedIn(shard)).toEqual({ difference });
    feed.take({ kind: "alarm", alarm: { what: "shown", explanation: { dispute, difference, keys: [], end: "all" } } });
    expect(feed.explainedIn(shard)).toEqual({ difference, keys: [], end: "all" });
    expect(feed.explainedIn(asShardName("rail"))).toBe(undefined);
  });

  test("keeps why calls of a program were refused, of the last ten thousand programs", () => {
    const feed = new StageTwoFeed();
    feed.take(claimed(1, [refused(1, "no coins"), refused(1, "none either")]));
    expect(feed.refusalsOf(at(1)).map(({ refusal }) => refusal.message)).toEqual(["no coins", "none either"]);
    for (let height = 2; height <= 10_001; height++) feed.take(claimed(height, [refused(height, "late")]));
    expect([feed.refusalsOf(at(1)), feed.refusalsOf(at(2)).length]).toEqual([[], 1]);
  });
});

describe("an alarm says in words what happened", () => {
  const dispute = { shard, round: asRound(7), own: root(1), theirs: root(2) };
  const node = { height: 5, index: 3, step: 2, kind: "step" } as unknown as Node;
  const difference = { what: "export", contract: asContractName("bank/coins"), node } as const;
  const shownKey = {
    map: { kind: "state", contract: asContractName("bank/coins") },
    key: utf8("total"),
    own: Uint8Array.of(5),
    theirs: undefined,
    lane: undefined,
  } as const;
  test.each<[Alarm, RegExp]>([
    [{ what: "diverged", ...dispute }, /^bank: .*0202.* in round 7, .*0101.*follows bank no further/],
    [{ what: "diverged", ...dispute, own: undefined }, /this node made no claim/],
    [
      { what: "explained", dispute, difference: { ...difference, own: undefined, theirs: undefined } },
      /differ at step #2 of the program 5\/3, in bank\/coins$/,
    ],
    [{ what: "built-on-disputed", shard: asShardName("rail"), dispute }, /^rail waits for bank/],
    [
      { what: "shown", explanation: { dispute, difference: { what: "idle" }, keys: [shownKey], end: "more" } },
      /In bank\/coins the key "total" has 0x05 here and nothing there: no step of the round touches it; more keys differ$/,
    ],
    [{ what: "no-mark", shard }, /no record of what its key signed for bank, .*; see no-mark in docs\/troubles\.md/],
  ])("%#", (alarm, words) => {
    expect(alarmWords(alarm)).toMatch(words);
  });
});
