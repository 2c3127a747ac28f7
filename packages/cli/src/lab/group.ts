import type { Group } from "../command.ts";

export const labGroup: Group = {
  about: "Runs consensus in simulated worlds with faults and Byzantine validators, and checks every rule.",
  entries: {
    check: {
      summary: "a campaign: one run for each seed, all checkers on",
      load: async () => (await import("./check.ts")).checkCommand,
    },
    controls: {
      summary: "deliberate bugs that the checkers have to catch",
      load: async () => (await import("./controls.ts")).controlsCommand,
    },
    replay: {
      summary: "one run again, with its timeline",
      load: async () => (await import("./replay.ts")).replayCommand,
    },
    shrink: {
      summary: "make a run that fails smaller while it goes on failing",
      load: async () => (await import("./shrink.ts")).shrinkCommand,
    },
    scope: {
      summary: "every schedule of four validators, one of them twice",
      load: async () => (await import("./scope.ts")).scopeCommand,
    },
    scale: {
      summary: "what a block costs with many validators",
      load: async () => (await import("./scale.ts")).scaleCommand,
    },
    liars: {
      summary: "a committee of liars, and how honest followers find the one key that differs",
      load: async () => (await import("./liars.ts")).liarsCommand,
    },
    lag: {
      summary: "how far shards are behind at twice the load that saturates, with O10 and without: drawn",
      load: async () => (await import("./lag.ts")).lagCommand,
    },
    hops: {
      summary: "rounds and time of calls apart, chains of hops, and programs that touch all shards",
      load: async () => (await import("./hops.ts")).hopsCommand,
    },
    trace: {
      summary: "rounds that a trace of a real chain needs",
      load: async () => (await import("./trace.ts")).traceCommand,
    },
  },
};
