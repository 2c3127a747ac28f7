// How one instance acts: the actions that it was told to take, in order, with what follows a write held until the
// write is durable. See process.ts for the rules.

import { assert } from "@tandem/shared";
import type { Clock } from "./clock.ts";
import type { Core } from "./core.ts";
import type { Disk } from "./disk.ts";
import { type Quantiles, quantilesOf, sample } from "./distribution.ts";
import { eventKinds } from "./event-queue.ts";
import type { Actions, Instance, JournalNumber, Seat } from "./process.ts";
import type { Random } from "./random.ts";

/** An action that waits for the writes before it. */
type Held<Input, Message, Observation> =
  | { readonly kind: "persist"; readonly record: Uint8Array; readonly group: number; readonly journal: JournalNumber }
  | { readonly kind: "archive"; readonly key: number; readonly value: unknown; readonly bytes: number }
  | { readonly kind: "prune"; readonly belowGroup: number; readonly journal: JournalNumber }
  | { readonly kind: "send"; readonly to: Seat; readonly message: Message; readonly bytes: number }
  | { readonly kind: "broadcast"; readonly message: Message; readonly bytes: number }
  | { readonly kind: "timer"; readonly input: Input; readonly afterMs: number; readonly name: string | undefined }
  | { readonly kind: "answer"; readonly input: Input; readonly afterUs: number }
  | { readonly kind: "observe"; readonly observation: Observation };

interface NamedTimer<Input> {
  readonly name: string;
  readonly number: number;
  readonly input: Input;
}

/** What a timer's event says in its source. */
const timerFlags = { named: 1, skewed: 2 };

/** A difference between clocks that counts, in microseconds. */
const skewUsMin = 1000;

export class Hands<Input, Effect, Message, Observation> implements Actions<Input, Message, Observation> {
  readonly instance: Instance;
  readonly seat: Seat;
  /** Counts crashes: what an earlier life asked for is not for this one. */
  life = 0;
  /** Multiples of the time that syncs and answers take. */
  diskFactor = 1;
  answerFactor = 1;
  /** The next sync is struck by a crash. */
  isCrashDue = false;
  readonly #core: Core<Input, Effect, Message, Observation>;
  readonly #clock: Clock;
  readonly #disk: Disk;
  readonly #random: Random;
  readonly #syncTimes: Quantiles;
  readonly #answerTimes: Quantiles;
  /** There are writes whose sync is under way, or begins when the input is handled. */
  #isWriting = false;
  #isSyncing = false;
  #held: Held<Input, Message, Observation>[] = [];
  readonly #timers = new Map<string, number>();
  #timerNumber = 0;

  constructor(core: Core<Input, Effect, Message, Observation>, instance: Instance, body: Body) {
    this.#core = core;
    this.instance = instance;
    this.seat = core.config.instances[instance]?.seat as Seat;
    this.#clock = body.clock;
    this.#disk = body.disk;
    this.#random = body.random;
    this.#syncTimes = quantilesOf(core.config.disk.sync);
    this.#answerTimes = quantilesOf(core.config.answerDelay);
  }

  /** Something waits for the disk, so no input may be handled. */
  get isBusy(): boolean {
    return this.#isWriting;
  }

  nowMs(): number {
    return this.#clock.nowMs(this.#core.nowUs);
  }

  persist(record: Uint8Array, group = Number.POSITIVE_INFINITY, journal: JournalNumber = 0): void {
    if (this.#mustHoldWrites()) return this.#hold({ kind: "persist", record, group, journal });
    this.#core.trace.mix(record.length);
    this.#isWriting = true;
    this.#disk.append(record, group, journal);
    if (this.#core.isRecorded) this.#core.note("write", this.instance, `record of ${record.length} bytes`);
  }

  archive(key: number, value: unknown, bytes: number): void {
    if (this.#mustHoldWrites()) return this.#hold({ kind: "archive", key, value, bytes });
    this.#core.trace.mix(key);
    this.#isWriting = true;
    this.#disk.archive(key, value, bytes);
    if (this.#core.isRecorded) this.#core.note("write", this.instance, `${key} into the archive, ${bytes} bytes`);
  }

  prune(belowGroup: number, journal: JournalNumber = 0): void {
    if (this.#mustHoldWrites()) return this.#hold({ kind: "prune", belowGroup, journal });
    this.#disk.prune(belowGroup, journal);
  }

  send(to: Seat, message: Message, bytes: number): void {
    if (this.#isWriting) return this.#hold({ kind: "send", to, message, bytes });
    this.#core.send(this.instance, to, message, bytes);
  }

  broadcast(message: Message, bytes: number): void {
    if (this.#isWriting) return this.#hold({ kind: "broadcast", message, bytes });
    this.#core.broadcast(this.instance, this.seat, message, bytes);
  }

  setTimer(input: Input, afterMs: number, name?: string): void {
    if (this.#isWriting) return this.#hold({ kind: "timer", input, afterMs, name });
    assert(afterMs >= 0, "a timer fires now or later");
    const ownUs = afterMs * 1000;
    const worldUs = this.#clock.worldUs(ownUs);
    const skewed = Math.abs(worldUs - ownUs) < skewUsMin ? 0 : timerFlags.skewed;
    const { queue, nowUs } = this.#core;
    if (name === undefined) {
      queue.push(nowUs + worldUs, eventKinds.timer, this.instance, skewed, this.life, input);
      return;
    }
    const number = ++this.#timerNumber;
    this.#timers.set(name, number);
    const timer: NamedTimer<Input> = { name, number, input };
    queue.push(nowUs + worldUs, eventKinds.timer, this.instance, skewed + timerFlags.named, this.life, timer);
  }

  answer(input: Input, afterUs: number): void {
    if (this.#isWriting) return this.#hold({ kind: "answer", input, afterUs });
    assert(afterUs >= 0, "an answer comes now or later");
    const usualUs = afterUs + sample(this.#answerTimes, this.#random.uint32());
    if (this.answerFactor > 1) this.#count(this.#core.counters.slowAnswers);
    const { queue, nowUs } = this.#core;
    queue.push(nowUs + usualUs * this.answerFactor, eventKinds.answer, this.instance, 0, this.life, input);
  }

  observe(observation: Observation): void {
    if (this.#isWriting) return this.#hold({ kind: "observe", observation });
    this.#core.observe(this.instance, observation);
  }

  /** Begins the sync of what was written; to be called after each input. */
  flush(): void {
    if (!this.#isWriting || this.#isSyncing) return;
    this.#isSyncing = true;
    const { bytesPerSecond } = this.#core.config.disk;
    const bytesUs = bytesPerSecond > 0 ? Math.ceil((this.#disk.pendingBytes * 1e6) / bytesPerSecond) : 0;
    const syncUs = (sample(this.#syncTimes, this.#random.uint32()) + bytesUs) * this.diskFactor;
    this.#count(this.#core.counters.syncs);
    if (this.diskFactor > 1) this.#count(this.#core.counters.slowSyncs);
    const { queue, nowUs } = this.#core;
    if (this.isCrashDue)
      queue.push(nowUs + Math.floor(syncUs / 2), eventKinds.strike, this.instance, 0, this.life, undefined);
    queue.push(nowUs + syncUs, eventKinds.synced, this.instance, 0, this.life, undefined);
  }

  /** The writes are durable: what waited for them happens, up to the next sync. */
  finishSync(): void {
    this.#disk.commit();
    this.#isSyncing = false;
    this.#isWriting = false;
    this.#core.note("durable", this.instance, "all written");
    const held = this.#held;
    this.#held = [];
    // Whatever must wait again is held again, in order.
    for (const action of held) this.#act(action);
    this.flush();
  }

  /** The input of a timer that fired; nothing if another took its place. */
  fire(source: number, payload: unknown): Input | undefined {
    if ((source & timerFlags.skewed) !== 0) this.#count(this.#core.counters.skewedTimers);
    if ((source & timerFlags.named) === 0) return payload as Input;
    const { name, number, input } = payload as NamedTimer<Input>;
    if (this.#timers.get(name) !== number) return undefined;
    this.#timers.delete(name);
    return input;
  }

  /** Nothing of what was asked for in this life happens any more. */
  crash(): void {
    this.life++;
    this.#isWriting = false;
    this.#isSyncing = false;
    this.#held = [];
    this.#timers.clear();
  }

  /** Writes join those of the sync that is about to begin, but pass no action that waits. */
  #mustHoldWrites(): boolean {
    return this.#isSyncing || this.#held.length > 0;
  }

  #hold(action: Held<Input, Message, Observation>): void {
    this.#held.push(action);
  }

  #act(action: Held<Input, Message, Observation>): void {
    switch (action.kind) {
      case "persist":
        return this.persist(action.record, action.group, action.journal);
      case "archive":
        return this.archive(action.key, action.value, action.bytes);
      case "prune":
        return this.prune(action.belowGroup, action.journal);
      case "send":
        return this.send(action.to, action.message, action.bytes);
      case "broadcast":
        return this.broadcast(action.message, action.bytes);
      case "timer":
        return this.setTimer(action.input, action.afterMs, action.name);
      case "answer":
        return this.answer(action.input, action.afterUs);
      case "observe":
        return this.observe(action.observation);
    }
  }

  #count(column: Float64Array): void {
    column[this.instance] = (column[this.instance] as number) + 1;
  }
}

/** What of an instance outlives a crash. */
export interface Body {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly random: Random;
}
