// What this node says of Stage 2 as it goes: counted, told to whoever listens, and kept where nothing else keeps it: why
// calls were refused, which is no part of any claim, and what is not as it should be.

import type { Alarm, Difference, Explanation, StageTwoNews } from "@tandem/attestation";
import type { RefusedCall } from "@tandem/execution";
import type { Position, Round, ShardName } from "@tandem/shared";
import { alarmedShard, alarmWords } from "./alarm-words.ts";

export interface StageTwoTotals {
  /** Made here. */
  readonly claims: number;
  /** Seen with a quorum. */
  readonly affirmed: number;
  /** In final attest blocks. */
  readonly attested: number;
  readonly alarms: number;
}

/** C6: what is known of a dispute so far; the keys come last, and not always. */
export type Explained = { readonly difference: Difference } & Partial<Pick<Explanation, "keys" | "end">>;

/** Of each shard: what a person reads, some kilobytes. */
const alarmsMax = 16;
/** Programs whose refusals are kept: a few hundred bytes each. */
const refusedMax = 10_000;

export class StageTwoFeed {
  readonly #listeners = new Set<(news: StageTwoNews) => void>();
  readonly #refusals = new Map<string, RefusedCall[]>();
  readonly #affirmed = new Map<ShardName, Round>();
  readonly #unmarked = new Set<ShardName>();
  readonly #alarms = new Map<ShardName, string[]>();
  readonly #explained = new Map<ShardName, Explained>();
  #totals: StageTwoTotals = { claims: 0, affirmed: 0, attested: 0, alarms: 0 };

  /** Since the process began. */
  get totals(): StageTwoTotals {
    return this.#totals;
  }

  listen(listener: (news: StageTwoNews) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Why calls of a program were reverted or trapped here, as long as that is remembered. */
  refusalsOf(position: Position): readonly RefusedCall[] {
    return this.#refusals.get(textOf(position)) ?? [];
  }

  /** What was said of a shard that is not as it should be: the last of it, in words. */
  alarmsOf(shard: ShardName): readonly string[] {
    return this.#alarms.get(shard) ?? [];
  }

  /** Where both sides of the shard's dispute differ, when that is known. */
  explainedIn(shard: ShardName): Explained | undefined {
    return this.#explained.get(shard);
  }

  /** C4: this node affirms nothing of it. A record only comes to be at a start. */
  hasNoMark(shard: ShardName): boolean {
    return this.#unmarked.has(shard);
  }

  /** The highest round of the shard that was seen with a quorum. */
  affirmedIn(shard: ShardName): number {
    return this.#affirmed.get(shard) ?? 0;
  }

  take(news: StageTwoNews): void {
    const { claims, affirmed, attested, alarms } = this.#totals;
    switch (news.kind) {
      case "claimed":
        this.#totals = { ...this.#totals, claims: claims + 1 };
        for (const refused of news.refusals) this.#remember(refused);
        break;
      case "affirmed":
        this.#totals = { ...this.#totals, affirmed: affirmed + 1 };
        if (news.round > this.affirmedIn(news.shard)) this.#affirmed.set(news.shard, news.round);
        break;
      case "attested":
        this.#totals = { ...this.#totals, attested: attested + news.claims.length };
        break;
      case "alarm":
        this.#totals = { ...this.#totals, alarms: alarms + 1 };
        this.#keepAlarm(news.alarm);
    }
    for (const listener of [...this.#listeners]) listener(news);
  }

  #keepAlarm(alarm: Alarm): void {
    const shard = alarmedShard(alarm);
    this.#alarms.set(shard, [...this.alarmsOf(shard), alarmWords(alarm)].slice(-alarmsMax));
    if (alarm.what === "no-mark") this.#unmarked.add(shard);
    if (alarm.what === "explained") this.#explained.set(shard, { difference: alarm.difference });
    if (alarm.what !== "shown") return;
    const { difference, keys, end } = alarm.explanation;
    this.#explained.set(shard, { difference, keys, end });
  }

  #remember(refused: RefusedCall): void {
    const key = textOf(refused.node);
    const known = this.#refusals.get(key);
    this.#refusals.set(key, [...(known ?? []), refused]);
    const [oldest] = this.#refusals.keys();
    if (this.#refusals.size > refusedMax && oldest !== undefined) this.#refusals.delete(oldest);
  }
}

function textOf({ height, index }: Position): string {
  return `${height}/${index}`;
}
