// Work that takes several inputs: a check that waits for blobs, a block that is executed when its accounts are read.
//
// A job is a generator. It yields what it needs and goes on when that is there, so it reads like a straight line and does
// no I/O. Two needs: an answer from the shell (`ask`), or something that this node comes to know (`until`). Jobs have
// names; one that is begun again takes the place of the one before, whose answers are then ignored. Between two steps of a
// job anything may happen: what it holds on to does not change (blocks, states, maps), and what may change it asks again.

import type { Reading, Records } from "./sparse/reading.ts";

export type Need<Effect> =
  | { readonly kind: "ask"; readonly effectOf: (id: number) => Effect }
  | { readonly kind: "until"; readonly isMet: () => boolean };

export type Job<T, Effect> = Generator<Need<Effect>, T, unknown>;

/** What every machine with a store asks of its shell: answered by the values, with what all earlier `store`s left. */
export interface ReadEffect {
  readonly kind: "read";
  readonly id: number;
  readonly keys: readonly Uint8Array[];
}

/** Gives an effect and waits for its answer. */
export function* ask<Answer, Effect>(effectOf: (id: number) => Effect): Job<Answer, Effect> {
  return (yield { kind: "ask", effectOf }) as Answer;
}

export function* until(isMet: () => boolean): Job<void, never> {
  if (!isMet()) yield { kind: "until", isMet };
}

/**
 * Until each item passed once. Such a condition is looked at after every input, so it does not look at all items each
 * time, but from the first that did not pass yet.
 */
export function* untilEach<Item>(items: readonly Item[], passes: (item: Item) => boolean): Job<void, never> {
  let passed = 0;
  yield* until(() => {
    while (passed < items.length && passes(items[passed] as Item)) passed++;
    return passed === items.length;
  });
}

/** Reads what a reading asks for. Throws what it throws: a store that lost something is for the shell to handle. */
export function* read<T>(reading: Reading<T>): Job<T, ReadEffect> {
  let next = reading.next();
  while (!next.done) {
    next = reading.next(yield* readKeys(next.value));
  }
  return next.value;
}

/** The values of these keys. */
export function* readKeys(keys: readonly Uint8Array[]): Job<Records, ReadEffect> {
  return keys.length === 0 ? [] : yield* ask<Records, ReadEffect>((id) => ({ kind: "read", id, keys }));
}

interface Running<Effect> {
  readonly job: Job<void, Effect>;
  /** The answer that it waits for, */
  id: number | undefined;
  /** or the condition. */
  isMet: (() => boolean) | undefined;
  /** It is between two steps no longer: what it does can stop it. */
  isActive: boolean;
}

export class Jobs<Effect> {
  readonly #running = new Map<string, Running<Effect>>();
  readonly #askers = new Map<number, string>();
  readonly #push: (effect: Effect) => void;
  #lastId = 0;

  /** `push` takes the effects of jobs. */
  constructor(push: (effect: Effect) => void) {
    this.#push = push;
  }

  isRunning(name: string): boolean {
    return this.#running.has(name);
  }

  get size(): number {
    return this.#running.size;
  }

  start(name: string, job: Job<void, Effect>): void {
    this.stop(name);
    const running: Running<Effect> = { job, id: undefined, isMet: undefined, isActive: false };
    this.#running.set(name, running);
    this.#advance(name, running, undefined);
  }

  stop(name: string): void {
    const running = this.#running.get(name);
    if (running === undefined) return;
    if (running.id !== undefined) this.#askers.delete(running.id);
    this.#running.delete(name);
    // What a job cleans up at its end is cleaned up here too. One that stops itself ends with its step.
    if (!running.isActive) running.job.return(undefined);
  }

  /** An answer; ignored if nobody waits for it. */
  answer(id: number, value: unknown): void {
    const name = this.#askers.get(id);
    if (name === undefined) return;
    this.#askers.delete(id);
    const running = this.#running.get(name) as Running<Effect>;
    running.id = undefined;
    this.#advance(name, running, value);
  }

  /** Goes on with every job whose condition is met, until none is. */
  poll(): void {
    while (this.#pollOnce());
  }

  #pollOnce(): boolean {
    for (const [name, running] of this.#running) {
      if (running.isMet === undefined || !running.isMet()) continue;
      running.isMet = undefined;
      this.#advance(name, running, undefined);
      return true;
    }
    return false;
  }

  #advance(name: string, running: Running<Effect>, value: unknown): void {
    running.isActive = true;
    const { done, value: need } = running.job.next(value);
    running.isActive = false;
    // A job can have stopped itself, or begun one of its own name.
    if (this.#running.get(name) !== running) {
      running.job.return(undefined);
      return;
    }
    if (done) {
      this.#running.delete(name);
    } else if (need.kind === "until") {
      running.isMet = need.isMet;
    } else {
      const id = ++this.#lastId;
      running.id = id;
      this.#askers.set(id, name);
      this.#push(need.effectOf(id));
    }
  }
}
