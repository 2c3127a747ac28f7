// One instance: its machine while it is up, what waits to be handled, and the faults that act on it.
//
//   up         an input is handled at once; while the disk is busy it waits
//   paused     nothing is handled, and the end of a sync is not noticed
//   down       nothing is there but the disk

import type { Machine } from "@tandem/shared";
import { Clock } from "./clock.ts";
import type { InstanceConfig } from "./config.ts";
import type { Core } from "./core.ts";
import { Disk } from "./disk.ts";
import { eventKinds } from "./event-queue.ts";
import { Hands } from "./hands.ts";
import type { Instance, Process } from "./process.ts";
import { Random } from "./random.ts";
import { SlotQueue } from "./slot-queue.ts";

export class Node<Input, Effect, Message, Observation> {
  readonly instance: Instance;
  readonly hands: Hands<Input, Effect, Message, Observation>;
  readonly clock: Clock;
  readonly #core: Core<Input, Effect, Message, Observation>;
  readonly #process: Process<Input, Effect, Message, Observation>;
  readonly #disk = new Disk();
  readonly #crashDraws: Random;
  #machine: Machine<Input, Effect> | undefined;
  readonly #inbox = new SlotQueue();
  #waitingMessages = 0;
  /** A sync has ended and was not noticed yet, for a pause or a stall. */
  #isSyncUnnoticed = false;
  // How many faults of each kind act on it.
  #downs = 0;
  /** Crashes that wait for a sync. */
  #crashesDue = 0;
  #pauses = 0;
  #stalls = 0;
  #fulls = 0;
  #isHaltedByDisk = false;

  constructor(core: Core<Input, Effect, Message, Observation>, instance: Instance, config: InstanceConfig) {
    const random = new Random(core.config.seed).fork(`instance ${instance}`);
    this.instance = instance;
    this.clock = new Clock(config.driftPpm, config.aheadMs);
    this.#core = core;
    this.#crashDraws = random.fork("crashes");
    this.#process = core.options.processOf(instance, config.seat);
    this.hands = new Hands(core, instance, { clock: this.clock, disk: this.#disk, random: random.fork("times") });
  }

  /** A message, timer, answer or given input is there. */
  arrive(slot: number): void {
    const { queue, counters, config } = this.#core;
    const isMessage = queue.kindOf(slot) === eventKinds.message;
    if (this.#machine === undefined || this.#isOfEarlierLife(slot)) return this.#miss(slot, isMessage);
    if (this.#isReady()) return this.#take(slot);
    if (isMessage && this.#waitingMessages >= config.inboxMessagesMax) return this.#drop(slot, counters.overflowed);
    if (this.#pauses > 0) this.#count(counters.paused);
    if (isMessage) this.#waitingMessages++;
    this.#inbox.push(slot);
  }

  /** The disk says that a sync has ended. */
  onSynced(life: number): void {
    if (life !== this.hands.life) return;
    if (this.#stalls > 0) this.#count(this.#core.counters.stalledSyncs);
    this.#isSyncUnnoticed = true;
    this.#goOn();
  }

  boot(): void {
    if (this.#machine !== undefined || this.#downs > 0 || this.#pauses > 0) return;
    this.#count(this.#core.counters.boots);
    this.#core.note("boot", this.instance, `life ${this.hands.life + 1}`);
    const { machine, first } = this.#process.boot(this.#disk.read(), this.hands);
    this.#machine = machine;
    this.#handle(machine, first);
  }

  beginDown(): void {
    this.#downs++;
    this.#crash();
  }

  endDown(): void {
    this.#downs--;
    this.boot();
  }

  /** Like `beginDown`, and nothing of the archive is left. */
  beginLoss(): void {
    this.#count(this.#core.counters.lostArchives);
    this.beginDown();
    this.#disk.loseArchive();
  }

  /** Like `beginDown`, but in the middle of the next sync. */
  beginCrashDue(): void {
    this.#crashesDue++;
    this.hands.isCrashDue = true;
  }

  /** A crash that found no sync comes to nothing. */
  endCrashDue(): void {
    if (this.#crashesDue === 0) return this.endDown();
    this.#crashesDue--;
    this.hands.isCrashDue = this.#crashesDue > 0;
  }

  /** The middle of a sync, for which crashes wait. */
  onStrike(life: number): void {
    if (life !== this.hands.life) return;
    const struck = this.#crashesDue;
    this.#crashesDue = 0;
    this.hands.isCrashDue = false;
    for (let i = 0; i < struck; i++) this.beginDown();
  }

  beginPause(): void {
    this.#pauses++;
  }

  endPause(): void {
    this.#pauses--;
    this.boot();
    this.#goOn();
  }

  beginStall(): void {
    this.#stalls++;
  }

  endStall(): void {
    this.#stalls--;
    this.#goOn();
  }

  beginFull(): void {
    this.#fulls++;
  }

  endFull(): void {
    this.#fulls--;
    if (this.#fulls > 0 || !this.#isHaltedByDisk) return;
    this.#isHaltedByDisk = false;
    this.endDown();
  }

  #isReady(): boolean {
    return !this.hands.isBusy && this.#pauses === 0;
  }

  #isOfEarlierLife(slot: number): boolean {
    const { queue } = this.#core;
    const kind = queue.kindOf(slot);
    return (kind === eventKinds.timer || kind === eventKinds.answer) && queue.markOf(slot) !== this.hands.life;
  }

  #miss(slot: number, isMessage: boolean): void {
    const { unheard, forgotten } = this.#core.counters;
    this.#drop(slot, isMessage ? unheard : forgotten);
  }

  #drop(slot: number, column: Float64Array): void {
    const { queue, isRecorded } = this.#core;
    this.#count(column);
    if (isRecorded && queue.kindOf(slot) === eventKinds.message) {
      const why = column === this.#core.counters.unheard ? "down: " : "too many wait: ";
      this.#core.noteMessage("drop", this.instance, queue.sourceOf(slot), queue.payloadOf(slot) as Message, why);
    }
    queue.release(slot);
  }

  /** After something that held it back has ended. */
  #goOn(): void {
    if (this.#pauses > 0) return;
    if (this.#isSyncUnnoticed && this.#stalls === 0) this.#endSync();
    while (this.#inbox.length > 0 && this.#isReady() && this.#core.outcome === undefined) this.#takeNext();
  }

  #endSync(): void {
    this.#isSyncUnnoticed = false;
    if (this.#fulls === 0) return this.hands.finishSync();
    this.#count(this.#core.counters.fullDisks);
    this.#core.note("fault", this.instance, "the disk is full: halts");
    this.#isHaltedByDisk = true;
    this.beginDown();
  }

  #takeNext(): void {
    const slot = this.#inbox.shift();
    if (this.#core.queue.kindOf(slot) === eventKinds.message) this.#waitingMessages--;
    this.#take(slot);
  }

  #take(slot: number): void {
    const { queue } = this.#core;
    const kind = queue.kindOf(slot);
    const source = queue.sourceOf(slot);
    const mark = queue.markOf(slot);
    const payload = queue.payloadOf(slot);
    // Now, so that what this input leads to can have its place.
    queue.release(slot);
    const input = this.#inputOf(kind, source, mark, payload);
    if (input !== undefined && this.#machine !== undefined) this.#handle(this.#machine, input);
  }

  #inputOf(kind: number, source: number, mark: number, payload: unknown): Input | undefined {
    if (kind === eventKinds.message) return this.#hear(source, mark, payload as Message);
    const input = kind === eventKinds.timer ? this.hands.fire(source, payload) : (payload as Input);
    if (input !== undefined && this.#core.isRecorded) {
      const words = kind === eventKinds.timer ? "timer" : kind === eventKinds.answer ? "answer" : "given";
      this.#core.noteInput(words, this.instance, input);
    }
    return input;
  }

  #hear(from: Instance, sequence: number, message: Message): Input | undefined {
    const { counters, network, config, isRecorded } = this.#core;
    this.#count(counters.delivered);
    if (network.isOvertaken(from, this.instance, sequence)) this.#count(counters.overtaken);
    if (isRecorded) this.#core.noteMessage("deliver", this.instance, from, message);
    return this.#process.received(config.instances[from]?.seat as number, message, this.hands);
  }

  #handle(machine: Machine<Input, Effect>, input: Input): void {
    const effects = machine.handle(input);
    for (let i = 0; i < effects.length; i++) this.#process.perform(effects[i] as Effect, this.hands);
    this.hands.flush();
  }

  #crash(): void {
    if (this.#machine === undefined) return;
    this.#machine = undefined;
    const { counters, config, queue } = this.#core;
    this.#count(counters.crashes);
    const { survived, lost, isTorn } = this.#disk.crash(this.#crashDraws, config.disk.tornPpm);
    counters.survivedWrites[this.instance] = (counters.survivedWrites[this.instance] as number) + survived;
    counters.lostWrites[this.instance] = (counters.lostWrites[this.instance] as number) + lost;
    if (isTorn) this.#count(counters.tornWrites);
    this.hands.crash();
    this.#isSyncUnnoticed = false;
    this.#waitingMessages = 0;
    while (this.#inbox.length > 0) {
      this.#count(counters.forgotten);
      queue.release(this.#inbox.shift());
    }
  }

  #count(column: Float64Array): void {
    column[this.instance] = (column[this.instance] as number) + 1;
  }
}
