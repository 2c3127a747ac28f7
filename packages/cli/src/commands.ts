// All commands by their words, and the flags that each of them takes.

import type { Group } from "./command.ts";

export const root: Group = {
  about: "",
  entries: {
    start: {
      summary: "the same as devnet (npm start)",
      load: async () => (await import("./devnet/command.ts")).devnetCommand,
    },
    devnet: {
      summary: "run a network of validators on this machine",
      load: async () => (await import("./devnet/command.ts")).devnetCommand,
    },
    about: {
      summary: "the rooms of this workspace, and what can be run",
      load: async () => (await import("./about.ts")).aboutCommand,
    },
    genesis: {
      summary: "make a network, show or check its genesis file",
      load: async () => (await import("./genesis/group.ts")).genesisGroup,
    },
    node: {
      summary: "run a node: --config FILE",
      load: async () => (await import("./node.ts")).nodeCommand,
    },
    account: {
      summary: "keys of payers, their balances, transfers",
      load: async () => (await import("./account/group.ts")).accountGroup,
    },
    blob: {
      summary: "submit a blob; show where one was ordered",
      load: async () => (await import("./blob/group.ts")).blobGroup,
    },
    program: {
      summary: "check and encode programs written as JSON; what became of one",
      load: async () => (await import("./program/group.ts")).programGroup,
    },
    story: {
      summary: "what programs do across contracts and shards, round by round",
      load: async () => (await import("./story/group.ts")).storyGroup,
    },
    decode: {
      summary: "decode KIND [FILE]: read one encoding, print its value and root",
      load: async () => (await import("./decode.ts")).decodeCommand,
    },
    shard: {
      summary: "how shards stand; rebuild one, explain a dispute, snapshots to begin from",
      load: async () => (await import("./shard/group.ts")).shardGroup,
    },
    lab: {
      summary: "try to break the protocol in simulated worlds; replay what did",
      load: async () => (await import("./lab/group.ts")).labGroup,
    },
  },
};

export const everywhere = {
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
} as const;
