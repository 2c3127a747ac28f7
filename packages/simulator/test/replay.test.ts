// A toy protocol with a planted bug: found over seeds, replayed alone, told as a timeline, and made smaller.
//
// Each instance counts pings and must never send one number twice. The bug: after a restart it goes on from what it
// wrote, and it writes only every other number.

import { expect, test } from "vitest";
import {
  climates,
  drawWorld,
  formatEntry,
  type Outcome,
  reduceWorld,
  shrink,
  Timeline,
  type TimelineFilter,
  type WorldConfig,
} from "../src/index.ts";
import { type Handle, toyWorld, words } from "./support/toy.ts";

function ping(isBuggy: boolean): () => Handle {
  return () => {
    let number = 0;
    return (input) => {
      if (input.kind === "message") return [{ kind: "observe", text: `ping ${input.from} ${input.text}` }];
      if (input.kind === "start") number = input.journal.reduce((max, [at = 0]) => Math.max(max, at), 0);
      number++;
      const persist = { kind: "persist", record: Uint8Array.of(number) } as const;
      return [
        ...(isBuggy && number % 2 === 0 ? [] : [persist]),
        { kind: "observe", text: `sends ${number}` },
        { kind: "broadcast", text: String(number) },
        { kind: "set-timer", name: "ping", afterMs: 200 },
      ];
    };
  };
}

/** Sees what everybody sends, and fires at a number sent twice. */
function repeatChecker() {
  const sent = new Set<string>();
  return (text: string, instance: number) => {
    const number = /^sends (\d+)/.exec(text)?.[1];
    if (number === undefined) return undefined;
    const key = `${instance} ${number}`;
    if (sent.has(key)) return `sent ${number} twice`;
    sent.add(key);
    return undefined;
  };
}

const seats = [0, 1, 2, 3];
const configOf = (seed: number) =>
  drawWorld({ seed, seats, climate: climates.rough, healAtMs: 20_000, endAtMs: 20_000 });

function run(
  config: WorldConfig,
  isBuggy: boolean,
  filter?: TimelineFilter,
): { outcome: Outcome; timeline: Timeline; hash: string } {
  const timeline = new Timeline(filter);
  const record = { onEntry: timeline.add.bind(timeline), ...words };
  const options = { onObservation: repeatChecker(), ...(filter === undefined ? {} : { record }) };
  const { world } = toyWorld(config, ping(isBuggy), options);
  return { outcome: world.run(), timeline, hash: world.hash };
}

test("the planted bug is caught within a few seeds, and without it nothing is", () => {
  const kinds = (isBuggy: boolean) =>
    Array.from({ length: 30 }, (_, seed) => run(configOf(seed), isBuggy).outcome.kind);
  expect(kinds(true).filter((kind) => kind === "violated").length).toBeGreaterThan(3);
  expect(new Set(kinds(false))).toEqual(new Set(["ended"]));
});

function failingSeed(): number {
  for (let seed = 0; ; seed++) if (run(configOf(seed), true).outcome.kind === "violated") return seed;
}

test("a failing seed replays alone, with a timeline that ends in the violation", () => {
  const seed = failingSeed();
  const first = run(configOf(seed), true);
  const replay = run(configOf(seed), true, {});
  expect(replay.outcome).toEqual(first.outcome);
  expect(replay.hash).toBe(first.hash);
  const { entries } = replay.timeline;
  expect(entries.at(-1)).toMatchObject({ kind: "violation", what: expect.stringMatching(/^sent \d+ twice$/) });
  const kinds = new Set(entries.map(({ kind }) => kind));
  for (const kind of ["boot", "deliver", "timer", "write", "durable", "observe", "fault"] as const) {
    expect(kinds.has(kind)).toBe(true);
  }
});

test("a timeline shows what was asked for: instances, kinds, times", () => {
  const config = configOf(failingSeed());
  const { entries } = run(config, true, {
    instances: [2],
    kinds: ["deliver", "fault"],
    fromMs: 500,
    toMs: 3000,
  }).timeline;
  expect(entries.length).toBeGreaterThan(10);
  for (const { timeUs, kind, instance, from } of entries) {
    expect(timeUs).toBeGreaterThanOrEqual(500_000);
    expect(timeUs).toBeLessThanOrEqual(3_000_000);
    if (kind === "deliver") expect(instance === 2 || from === 2).toBe(true);
    else expect([kind, [-1, 2].includes(instance)]).toEqual(["fault", true]);
  }
});

test("a timeline reads well", () => {
  const deliver = { timeUs: 1_234_567, kind: "deliver", instance: 3, from: 1, what: "vote for 7" } as const;
  const weather = { timeUs: 90, kind: "fault", instance: -1, what: "weather" } as const;
  expect(formatEntry(deliver)).toBe("  1234.567 ms    3  deliver    from 1: vote for 7");
  expect(formatEntry(weather)).toBe("     0.090 ms    -  fault      weather");
});

test("a timeline keeps the last entries only, and says how many it forgot", () => {
  const timeline = new Timeline({}, 10);
  for (let timeUs = 0; timeUs < 57; timeUs++) timeline.add({ timeUs, kind: "boot", instance: 0, what: "" });
  expect(timeline.entries.map(({ timeUs }) => timeUs)).toEqual([47, 48, 49, 50, 51, 52, 53, 54, 55, 56]);
  expect(timeline.forgotten).toBe(47);
});

test("a failing config becomes one crash in a world where nothing else happens", () => {
  const fails = (config: WorldConfig) => run(config, true).outcome.kind === "violated";
  const { config, tries } = shrink(configOf(failingSeed()), fails, reduceWorld);
  expect(config.faults.length).toBe(1);
  expect(config.faults[0]?.kind).toMatch(/crash|full-disk/);
  expect(config.network).toMatchObject({ lossPpm: 0, duplicatePpm: 0, reorderPpm: 0, delay: { kind: "constant" } });
  expect(tries).toBeLessThan(200);
});
