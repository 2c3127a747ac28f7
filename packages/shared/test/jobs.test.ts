import { expect, test } from "vitest";
import { ask, type Job, Jobs, until } from "../src/index.ts";

type Effect = { readonly kind: "ask"; readonly id: number };
const question = (id: number): Effect => ({ kind: "ask", id });

function begin() {
  const effects: Effect[] = [];
  return { effects, jobs: new Jobs<Effect>((effect) => effects.push(effect)) };
}

test("a job gives an effect and goes on with its answer", () => {
  const { effects, jobs } = begin();
  const heard: string[] = [];
  function* job(): Job<void, Effect> {
    heard.push(yield* ask<string, Effect>(question));
  }
  jobs.start("one", job());
  expect(effects).toEqual([question(1)]);
  jobs.answer(1, "yes");
  jobs.answer(1, "again");
  expect(heard).toEqual(["yes"]);
  expect(jobs.size).toBe(0);
});

test("a job waits until something is so", () => {
  const { jobs } = begin();
  let isThere = false;
  let isDone = false;
  function* job(): Job<void, Effect> {
    yield* until(() => isThere);
    isDone = true;
  }
  jobs.start("one", job());
  jobs.poll();
  expect(isDone).toBe(false);
  isThere = true;
  jobs.poll();
  expect(isDone).toBe(true);
});

test("a job that is begun again takes the place of the one before, which cleans up", () => {
  const { jobs } = begin();
  const cleaned: string[] = [];
  function* job(name: string): Job<void, Effect> {
    try {
      yield* ask<void, Effect>(question);
    } finally {
      cleaned.push(name);
    }
  }
  jobs.start("one", job("first"));
  jobs.start("one", job("second"));
  expect(cleaned).toEqual(["first"]);
  jobs.answer(1, undefined);
  expect(cleaned).toEqual(["first"]);
  jobs.answer(2, undefined);
  expect(cleaned).toEqual(["first", "second"]);
});

test("a job can begin its own successor, or stop itself: it ends with its step, and cleans up then", () => {
  const { jobs } = begin();
  const said: string[] = [];
  function* job(round: number): Job<void, Effect> {
    try {
      yield* ask<void, Effect>(question);
      if (round === 1) jobs.start("one", job(2));
      else jobs.stop("one");
      said.push(`ends step of ${round}`);
      yield* ask<void, Effect>(question);
      said.push("never");
    } finally {
      said.push(`cleans up ${round}`);
    }
  }
  jobs.start("one", job(1));
  jobs.answer(1, undefined);
  expect(said).toEqual(["ends step of 1", "cleans up 1"]);
  jobs.answer(2, undefined);
  expect(said).toEqual(["ends step of 1", "cleans up 1", "ends step of 2", "cleans up 2"]);
  expect(jobs.size).toBe(0);
});
