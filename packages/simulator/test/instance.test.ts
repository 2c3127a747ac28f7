// What happens at one instance: see the rules in process.ts.

import { expect, test } from "vitest";
import type { Fault, WorldConfig } from "../src/index.ts";
import { quietConfig } from "./support/config.ts";
import { type Handle, type ToyEffect, type ToyOptions, toyWorld } from "./support/toy.ts";

const record = Uint8Array.of(1, 2, 3);

/** Instance 0 does this at the start, all observe what they hear, and when. */
function world(first: readonly ToyEffect[], changes: Partial<WorldConfig> = {}, options: ToyOptions = {}) {
  return toyWorld(quietConfig(3, changes), () => starting(first), options);
}

function starting(first: readonly ToyEffect[]): Handle {
  return (input, instance) => {
    if (input.kind === "start") return instance === 0 ? first : [];
    return [{ kind: "observe", text: input.kind === "message" ? input.text : input.name }];
  };
}

const send = (text: string): ToyEffect => ({ kind: "send", to: 1, text });
const times = (seen: readonly { instance: number; timeUs: number; text: string }[]) =>
  seen.map(({ instance, timeUs, text }) => `${instance} ${timeUs} ${text.split(" @")[0]}`);

test("a message comes after the link's delay, a broadcast to all others", () => {
  const { world: w, seen } = world([send("hello"), { kind: "broadcast", text: "all" }]);
  w.run(100);
  expect(times(seen)).toEqual(["1 10000 hello", "1 10000 all", "2 10000 all"]);
});

test("S8: what follows a write leaves when the write is durable, what precedes it at once", () => {
  const { world: w, seen } = world([send("before"), { kind: "persist", record }, send("after")]);
  w.run(100);
  expect(times(seen)).toEqual(["1 10000 before", "1 11000 after"]);
});

test("writes next to each other share a sync, others do not", () => {
  const persist: ToyEffect = { kind: "persist", record };
  const archive: ToyEffect = { kind: "archive", key: 1, value: "block" };
  const together = world([persist, archive, persist, send("all")]);
  together.world.run(100);
  expect(times(together.seen)).toEqual(["1 11000 all"]);
  const apart = world([persist, send("one"), persist, persist, send("two"), send("three"), persist, send("four")]);
  apart.world.run(100);
  expect(times(apart.seen)).toEqual(["1 11000 one", "1 12000 two", "1 12000 three", "1 13000 four"]);
  expect(apart.world.counts.syncs).toBe(3);
});

test("every kind of action waits for the write before it, in order", () => {
  const { world: w, seen } = world([
    { kind: "persist", record },
    { kind: "observe", text: "seen" },
    { kind: "set-timer", name: "timer", afterMs: 2 },
    { kind: "answer", name: "answer", afterUs: 500 },
    { kind: "broadcast", text: "news" },
  ]);
  w.run(100);
  expect(times(seen)).toEqual(["0 1000 seen", "0 1500 answer", "0 3000 timer", "1 11000 news", "2 11000 news"]);
});

test("inputs wait while a write is under way, and then come in order", () => {
  const handled: string[] = [];
  const handle: Handle = (input) => {
    if (input.kind !== "given") return [];
    handled.push(`${w.nowUs} ${input.name}`);
    return input.name === "write" ? [{ kind: "persist", record }] : [];
  };
  const { world: w } = toyWorld(quietConfig(1), () => handle);
  for (const [name, atMs] of [
    ["write", 5],
    ["second", 5],
    ["third", 5.5],
    ["fourth", 7],
  ] as const) {
    w.give(0, { kind: "given", name }, atMs);
  }
  w.run(100);
  expect(handled).toEqual(["5000 write", "6000 second", "6000 third", "7000 fourth"]);
});

test("a write's time grows with its bytes where the disk has limited bandwidth", () => {
  const disk = { sync: { kind: "constant", us: 1000 }, bytesPerSecond: 1_000_000, tornPpm: 0 } as const;
  const { world: w, seen } = world([{ kind: "persist", record: new Uint8Array(2000) }, send("after")], { disk });
  w.run(100);
  expect(times(seen)).toEqual(["1 13000 after"]);
});

test("a timer takes the place of one of the same name; timers without a name all come", () => {
  const timer = (name: string, afterMs: number, replaces: boolean): ToyEffect => ({
    kind: "set-timer",
    name,
    afterMs,
    replaces,
  });
  const { world: w, seen } = world([
    timer("named", 5, true),
    timer("named", 8, true),
    timer("other", 6, true),
    timer("free", 1, false),
    timer("free", 2, false),
  ]);
  w.run(100);
  expect(times(seen)).toEqual(["0 1000 free", "0 2000 free", "0 6000 other", "0 8000 named"]);
});

test("answers take their job's time and a drawn one, and so overtake each other", () => {
  const answers = Array.from({ length: 50 }, (_, i): ToyEffect => ({ kind: "answer", name: String(i), afterUs: 1000 }));
  const { world: w, seen } = world(answers, { answerDelay: { kind: "uniform", fromUs: 0, toUs: 5000 } });
  w.run(100);
  expect(seen.length).toBe(50);
  for (const { timeUs } of seen) expect(timeUs).toBeGreaterThanOrEqual(1000);
  expect(seen.map(({ text }) => text)).not.toEqual(
    seen.map((_, i) => `${i} @${Math.floor((seen[i] as { timeUs: number }).timeUs / 1000)}`),
  );
});

const crash = (fromMs: number, toMs: number, instance = 0): Fault => ({
  kind: "crash",
  moment: "at-once",
  instance,
  fromMs,
  toMs,
});

test("a crash ends timers and answers, and a new machine starts with what was durable", () => {
  const handle: Handle = (input) => {
    if (input.kind === "start") {
      return [
        { kind: "observe", text: `starts with ${input.journal.length} and ${input.archive.get(4) ?? "nothing"}` },
        { kind: "persist", record },
        { kind: "archive", key: 4, value: "a block" },
        { kind: "set-timer", name: "timer", afterMs: 30 },
        { kind: "answer", name: "answer", afterUs: 20_000 },
      ];
    }
    return [{ kind: "observe", text: (input as { name: string }).name }];
  };
  const { world: w, seen } = toyWorld(quietConfig(1, { faults: [crash(10, 50)] }), () => handle);
  w.run(200);
  expect(times(seen)).toEqual([
    "0 0 starts with 0 and nothing",
    "0 50000 starts with 1 and a block",
    "0 71000 answer",
    "0 81000 timer",
  ]);
  expect(w.counts).toMatchObject({ crashes: 1, boots: 2, forgotten: 2 });
});

test("a write under way at a crash may be lost, survive or be torn, and nothing that follows it leaves", () => {
  const totals = { survivedWrites: 0, lostWrites: 0, tornWrites: 0 };
  for (let seed = 0; seed < 50; seed++) {
    const disk = { sync: { kind: "constant", us: 20_000 }, bytesPerSecond: 0, tornPpm: 500_000 } as const;
    const { world: w, seen } = world([{ kind: "persist", record }, send("after")], {
      seed,
      disk,
      faults: [crash(10, 1000)],
    });
    w.run(500);
    expect(seen).toEqual([]);
    const { survivedWrites, lostWrites, tornWrites } = w.counts;
    expect(survivedWrites + lostWrites).toBe(1);
    totals.survivedWrites += survivedWrites;
    totals.lostWrites += lostWrites;
    totals.tornWrites += tornWrites;
  }
  expect(totals.survivedWrites).toBeGreaterThan(10);
  expect(totals.tornWrites).toBeGreaterThan(5);
  expect(totals.lostWrites).toBeGreaterThan(totals.tornWrites);
});

test("messages to an instance that is down are dropped; what it sent before arrives", () => {
  const { world: w, seen } = world([{ kind: "broadcast", text: "last words" }], {
    faults: [crash(1, 200), crash(5, 20, 2)],
  });
  w.run(100);
  expect(times(seen)).toEqual(["1 10000 last words"]);
  expect(w.countsAt(2).unheard).toBe(1);
});

test("an instance that is down from the start boots when it comes up", () => {
  const { world: w, seen } = world([send("hello")], { faults: [crash(0, 30)] });
  w.run(100);
  expect(times(seen)).toEqual(["1 40000 hello"]);
  expect(w.counts).toMatchObject({ crashes: 0, boots: 3 });
});

test("crashes that overlap: down until the last one ends", () => {
  const { world: w } = world([], { faults: [crash(10, 40), crash(20, 30), crash(35, 60)] });
  w.run(59);
  expect(w.countsAt(0)).toMatchObject({ boots: 1, crashes: 1 });
  w.run(60);
  expect(w.countsAt(0)).toMatchObject({ boots: 2, crashes: 1 });
});

test("crashes that wait for a write and others overlap: down until the last one ends", () => {
  const due = (fromMs: number, toMs: number): Fault => ({ ...crash(fromMs, toMs), moment: "while-writing" }) as Fault;
  const { world: w } = world([{ kind: "persist", record }], { faults: [due(0, 40), due(0, 60), crash(20, 30)] });
  w.run(59);
  expect(w.countsAt(0)).toMatchObject({ boots: 1, crashes: 1, syncs: 1 });
  w.run(100);
  expect(w.countsAt(0)).toMatchObject({ boots: 2, crashes: 1, syncs: 2 });
});

test("what arrives in a pause is handled after it, in order", () => {
  const faults: Fault[] = [{ kind: "pause", instance: 1, fromMs: 5, toMs: 70 }];
  const { world: w, seen } = world([send("one"), send("two"), { kind: "set-timer", name: "own", afterMs: 20 }], {
    faults,
  });
  w.run(100);
  expect(times(seen)).toEqual(["0 20000 own", "1 70000 one", "1 70000 two"]);
  expect(w.countsAt(1).paused).toBe(2);
});

const slowDisk = { sync: { kind: "constant", us: 20_000 }, bytesPerSecond: 0, tornPpm: 0 } as const;

test("a sync that ends in a pause is noticed after it", () => {
  const faults: Fault[] = [{ kind: "pause", instance: 0, fromMs: 1, toMs: 30 }];
  const { world: w, seen } = world([{ kind: "persist", record }, send("after")], { faults, disk: slowDisk });
  w.run(100);
  expect(times(seen)).toEqual(["1 40000 after"]);
});

test("a sync of an earlier life says nothing of a later one's", () => {
  const first: ToyEffect[] = [{ kind: "persist", record }, send("after")];
  const { world: w, seen } = world(first, { faults: [crash(5, 8)], disk: slowDisk });
  w.run(100);
  expect(times(seen)).toEqual(["1 38000 after"]);
});

test("too many messages waiting at an instance are dropped; timers and answers are not", () => {
  const faults: Fault[] = [{ kind: "pause", instance: 1, fromMs: 5, toMs: 70 }];
  const first = Array.from({ length: 10 }, (_, i) => send(String(i)));
  const { world: w, seen } = world(first, { faults, inboxMessagesMax: 4 });
  w.give(1, { kind: "given", name: "work" }, 20);
  w.run(100);
  expect(times(seen)).toEqual(["0", "1", "2", "3", "work"].map((text) => `1 70000 ${text}`));
  expect(w.countsAt(1).overflowed).toBe(6);
});

test("messages that a crash took from an instance's queue take no room in it later", () => {
  const pause = (fromMs: number, toMs: number): Fault => ({ kind: "pause", instance: 1, fromMs, toMs });
  const faults = [pause(5, 20), crash(15, 16, 1), pause(95, 200)];
  const first: ToyEffect[] = [send("1"), send("2"), { kind: "set-timer", name: "later", afterMs: 90 }];
  const handle: Handle = (input, instance) => {
    if (input.kind === "timer") return [send("3"), send("4"), send("5")];
    return starting(first)(input, instance);
  };
  const { world: w, seen } = toyWorld(quietConfig(2, { faults, inboxMessagesMax: 3 }), () => handle);
  w.run(300);
  expect(times(seen)).toEqual(["1 200000 3", "1 200000 4", "1 200000 5"]);
  expect(w.countsAt(1)).toMatchObject({ forgotten: 2, overflowed: 0 });
});

test("a clock that runs fast has its timers early by the world's clock, and on time by its own", () => {
  const instances = [{ seat: 0, region: null, driftPpm: 10_000, aheadMs: 500 }];
  const { world: w, seen } = world([{ kind: "set-timer", name: "timer", afterMs: 1010 }], { instances });
  w.run(5000);
  expect(Math.abs((seen[0]?.timeUs as number) - 1_000_000)).toBeLessThan(10);
  expect(seen[0]?.text).toBe("timer @1510");
  expect(w.counts.skewedTimers).toBe(1);
});

test("no timer is early by its own clock, whatever the drift", () => {
  for (let driftPpm = -50_000; driftPpm <= 50_000; driftPpm += 777) {
    const handle: Handle = (input) => {
      if (input.kind === "start") return [{ kind: "set-timer", name: "0", afterMs: 1 }];
      const { name } = input as { name: string };
      return [
        { kind: "observe", text: name },
        { kind: "set-timer", name: String(Number(name) + 1), afterMs: 37 },
      ];
    };
    const instances = [{ seat: 0, region: null, driftPpm, aheadMs: 0 }];
    const { world: w, seen } = toyWorld(quietConfig(1, { instances }), () => handle);
    w.run(1000);
    const own = seen.map(({ text }) => Number(text.split("@")[1]));
    expect(own.length).toBeGreaterThan(20);
    for (let i = 1; i < own.length; i++) expect((own[i] as number) - (own[i - 1] as number)).toBeGreaterThanOrEqual(37);
  }
});

test("a clock that jumps forward has its timers early; setting it right makes none late", () => {
  const faults: Fault[] = [{ kind: "clock-jump", instance: 0, fromMs: 10, toMs: 100, byMs: 50 }];
  const timers = [30, 55, 90, 200].map((afterMs): ToyEffect => ({ kind: "set-timer", name: String(afterMs), afterMs }));
  const { world: w, seen } = world(timers, { faults });
  w.run(1000);
  expect(times(seen)).toEqual(["0 10000 30", "0 10000 55", "0 40000 90", "0 150000 200"]);
  expect(seen.map(({ text }) => text.split("@")[1])).toEqual(["60", "60", "90", "150"]);
  expect(w.counts.movedTimers).toBe(4);
});

test("a clock that jumps back has its timers late until it is set right", () => {
  const faults: Fault[] = [{ kind: "clock-jump", instance: 0, fromMs: 10, toMs: 100, byMs: -50 }];
  const timers = [30, 90, 200].map((afterMs): ToyEffect => ({ kind: "set-timer", name: String(afterMs), afterMs }));
  const { world: w, seen } = world(timers, { faults });
  w.run(1000);
  expect(times(seen)).toEqual(["0 80000 30", "0 100000 90", "0 200000 200"]);
});

test("an action for a time that is over is the process's mistake", () => {
  for (const effect of [
    { kind: "set-timer", name: "late", afterMs: -1 },
    { kind: "answer", name: "late", afterUs: Number.NaN },
  ] as const) {
    expect(world([effect]).world.run()).toMatchObject({ kind: "threw", instance: 0, timeUs: 0 });
  }
});

test("a process that throws ends the run, with its place and time", () => {
  const handle: Handle = (input) => {
    if (input.kind === "message") throw new Error("did not expect that");
    return [send("boo")];
  };
  const { world: w } = toyWorld(quietConfig(2, { seed: 77 }), () => handle);
  const outcome = w.run();
  expect(outcome).toMatchObject({ kind: "threw", seed: 77, instance: 1, timeUs: 10_000 });
  expect(w.run()).toBe(outcome);
});
