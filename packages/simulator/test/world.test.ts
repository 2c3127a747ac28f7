import { expect, test } from "vitest";
import { climates, drawWorld, type Fault, longestDelayUs, type WorldConfig } from "../src/index.ts";
import { quietConfig } from "./support/config.ts";
import { gossip, type Handle, toyWorld, words } from "./support/toy.ts";

function harshConfig(seed: number, size = 6): WorldConfig {
  const seats = Array.from({ length: size }, (_, seat) => seat);
  return drawWorld({ seed, seats, climate: climates.harsh, healAtMs: 20_000, endAtMs: 25_000 });
}

function run(config: WorldConfig) {
  const { world, seen } = toyWorld(config, gossip(500));
  const outcome = world.run();
  return { outcome, hash: world.hash, counts: world.counts, seen };
}

test("same seed, same hash; another seed, another hash", () => {
  const hashes = new Set<string>();
  for (let seed = 0; seed < 20; seed++) {
    const { hash, counts, outcome } = run(harshConfig(seed));
    expect(outcome.kind).toBe("ended");
    expect(run(harshConfig(seed))).toMatchObject({ hash, counts });
    hashes.add(hash);
  }
  expect(hashes.size).toBe(20);
});

test("the hash of a run is the same on every machine", () => {
  expect(run(harshConfig(1)).hash).toBe("fe3e929d92b54674");
});

test("worlds that take turns do not disturb each other", () => {
  const [a, b] = [toyWorld(harshConfig(1), gossip(500)), toyWorld(harshConfig(2), gossip(500))];
  for (let untilMs = 0; untilMs <= 25_000; untilMs += 700) {
    a.world.run(untilMs);
    b.world.run(untilMs);
  }
  a.world.run();
  b.world.run();
  expect([a.world.hash, b.world.hash]).toEqual([run(harshConfig(1)).hash, run(harshConfig(2)).hash]);
});

test("a config read back from JSON gives the same run", () => {
  const config = harshConfig(3);
  expect(run(JSON.parse(JSON.stringify(config))).hash).toBe(run(config).hash);
});

test("asking for a timeline changes nothing of the run", () => {
  const config = harshConfig(4);
  let entries = 0;
  const { world } = toyWorld(config, gossip(500), { record: { onEntry: () => entries++, ...words } });
  world.run();
  expect(world.hash).toBe(run(config).hash);
  expect(entries).toBeGreaterThan(world.counts.delivered);
});

test("the hash tells runs apart by what was sent, if given a digest of messages", () => {
  const hashes = ["yes", "no!"].map((text) => {
    const handle: Handle = (input) => (input.kind === "start" ? [{ kind: "broadcast", text }] : []);
    const { world } = toyWorld(quietConfig(2), () => handle, { digest: (message) => message.charCodeAt(0) });
    world.run(100);
    return world.hash;
  });
  expect(hashes[0]).not.toBe(hashes[1]);
});

test("S8: what others heard is on disk after any crash", () => {
  let crashes = 0;
  for (let seed = 0; seed < 300; seed++) {
    const heardMax = new Map<number, number>();
    const { world } = toyWorld({ ...harshConfig(seed, 4), endAtMs: 6000, healAtMs: 6000 }, () => counting(heardMax));
    expect(world.run()).toMatchObject({ kind: "ended" });
    crashes += world.counts.crashes;
  }
  expect(crashes).toBeGreaterThan(500);
});

/** Counts on from what its journal says, and each number is on disk before it is told. Others note what they hear. */
function counting(heardMax: Map<number, number>): Handle {
  let count = 0;
  return (input, instance) => {
    if (input.kind === "message") {
      heardMax.set(input.from, Math.max(heardMax.get(input.from) ?? 0, Number(input.text)));
      return [];
    }
    // Three bytes: a number and a mark that it is whole.
    if (input.kind === "start") count = input.journal.filter((bytes) => bytes[2] === 1).length;
    const isKept = count >= (heardMax.get(instance) ?? 0);
    if (!isKept) throw new Error(`${instance} told ${heardMax.get(instance)} and starts with ${count}`);
    count++;
    return [
      { kind: "persist", record: Uint8Array.of(count, count >> 8, 1) },
      { kind: "broadcast", text: String(count) },
      { kind: "set-timer", name: "next", afterMs: 20 },
    ];
  };
}

test("a checker's text ends the run and says where and when", () => {
  const { world } = toyWorld(quietConfig(3, { seed: 9 }), gossip(50), {
    onObservation: (text, instance) => (instance === 2 && text.includes("news 3") ? `${text} is too much` : undefined),
  });
  const outcome = world.run();
  expect(outcome).toMatchObject({ kind: "violated", seed: 9, instance: 2 });
  if (outcome.kind !== "violated") return;
  expect(outcome.what).toMatch(/^heard news 3 from 0 .* is too much$/);
  expect(outcome.timeUs).toBe(world.nowUs);
  expect(world.run()).toBe(outcome);
});

test("a checker that has seen enough stops the run", () => {
  const { world } = toyWorld(quietConfig(2), gossip(50), {
    onObservation: () => {
      world.stop();
      return undefined;
    },
  });
  expect(world.run()).toEqual({ kind: "stopped", seed: 1, timeUs: 11_000 });
});

test("a run ends at its time, and goes on from there", () => {
  const { world, seen } = toyWorld(quietConfig(2), gossip(100));
  expect(world.run(50)).toEqual({ kind: "ended", seed: 1, timeUs: 50_000 });
  const before = seen.length;
  world.run(500);
  expect(seen.length).toBeGreaterThan(before);
  expect(world.run()).toEqual({ kind: "ended", seed: 1, timeUs: 60_000_000 });
});

test("a partition drops what is sent in its time and directions, and nothing else", () => {
  const heard = (direction: "in" | "out" | "both") => {
    const faults: Fault[] = [{ kind: "partition", side: [0], direction, fromMs: 40, toMs: 200 }];
    const { world, seen } = toyWorld(
      quietConfig(3, { faults, disk: { sync: { kind: "constant", us: 0 }, bytesPerSecond: 0, tornPpm: 0 } }),
      gossip(100),
    );
    world.run(250);
    const told = seen
      .filter(({ text }) => text.includes("news 2"))
      .map(({ instance, text }) => `${/from (\d)/.exec(text)?.[1]}>${instance}`);
    expect(seen.filter(({ text }) => text.includes("news 1")).length).toBe(6);
    expect(seen.filter(({ text }) => text.includes("news 3")).length).toBe(6);
    return told.sort();
  };
  expect(heard("both")).toEqual(["1>2", "2>1"]);
  expect(heard("out")).toEqual(["1>0", "1>2", "2>0", "2>1"]);
  expect(heard("in")).toEqual(["0>1", "0>2", "1>2", "2>1"]);
});

test("twins share a seat: both hear what it is told, and not what one of them says", () => {
  const instances = [0, 0, 1].map((seat) => ({ seat, region: null, driftPpm: 0, aheadMs: 0 }));
  const { world, seen } = toyWorld(quietConfig(3, { instances }), gossip(1000));
  world.run(500);
  const told = seen
    .map(({ instance, text }) => `${instance} ${text.split(" @")[0]}`)
    .filter((text) => text.includes("news"));
  expect(told.sort()).toEqual([
    "0 heard news 1 from 1",
    "1 heard news 1 from 1",
    "2 heard news 1 from 0",
    "2 heard news 1 from 0",
  ]);
});

test("a route says which instances hear a message, by what it says", () => {
  const instances = [0, 0, 1, 2].map((seat) => ({ seat, region: null, driftPpm: 0, aheadMs: 0 }));
  const { world, seen } = toyWorld(quietConfig(4, { instances }), gossip(100), {
    // Seat 0 is instance 1 for seat 1, instance 0 for seat 2; nobody tells seat 1 the second news.
    route: (from, to, message) => {
      if (to === 0) return from === 2 ? [1] : [0];
      return to === 1 && message === "news 2" ? [] : [to + 1];
    },
  });
  world.run(150);
  const pairs = (text: string) =>
    seen
      .filter((one) => one.text.includes(text))
      .map((one) => `${one.instance}<${/from (\d)/.exec(one.text)?.[1]}`)
      .sort();
  expect(pairs("news 1")).toEqual(["0<2", "1<1", "2<0", "2<0", "2<2", "3<0", "3<0", "3<1"]);
  expect(pairs("news 2")).toEqual(["0<2", "1<1", "3<0", "3<0", "3<1"]);
  expect(world.counts.unrouted).toBe(3);
});

test("after healing, everybody is up and hears everything within the longest delay", () => {
  for (let seed = 0; seed < 40; seed++) {
    const config = harshConfig(seed, 5);
    const { world } = toyWorld(config, gossip(200));
    world.run(config.healAtMs + 10_000);
    const before = world.counts;
    // Bandwidth apart, a message takes no longer than this, and a sync and an answer hardly count.
    world.run(config.healAtMs + 20_000 + longestDelayUs(config) / 1000);
    const after = world.counts;
    for (const name of [
      "lost",
      "duplicated",
      "partitioned",
      "partitionedOneWay",
      "unheard",
      "crashes",
      "fullDisks",
    ] as const) {
      expect(`${name} ${after[name] - before[name]}`).toBe(`${name} 0`);
    }
    expect(after.delivered - before.delivered).toBeGreaterThan(1000);
    for (const instance of config.instances.keys())
      expect(world.countsAt(instance).boots).toBe(
        world.countsAt(instance).crashes + (wasDownAtStart(config, instance) ? 0 : 1),
      );
  }
});

function wasDownAtStart({ faults }: WorldConfig, instance: number): boolean {
  return faults.some((fault) => fault.kind === "crash" && fault.instance === instance && fault.fromMs === 0);
}

test("a hundred instances run", () => {
  const seats = Array.from({ length: 100 }, (_, seat) => seat);
  const config = drawWorld({ seed: 1, seats, climate: climates.rough, healAtMs: 2000, endAtMs: 3000 });
  const { world } = toyWorld(config, gossip(500));
  expect(world.run().kind).toBe("ended");
  expect(world.counts.delivered).toBeGreaterThan(50_000);
});

test("an event given for an instance or a time that is not there is our mistake", () => {
  const { world } = toyWorld(quietConfig(1), gossip(100));
  world.run(100);
  expect(() => world.give(1, { kind: "given", name: "" }, 200)).toThrow("given to an instance");
  expect(() => world.give(0, { kind: "given", name: "" }, 99)).toThrow("now or later");
});
