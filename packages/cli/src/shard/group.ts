import type { Group } from "../command.ts";

export const shardGroup: Group = {
  about: "Shards: how they stand, rebuilding one, disputes, their state as a snapshot.",
  entries: {
    list: {
      summary: "how the shards stand, as a node sees them",
      load: async () => (await import("./list.ts")).listCommand,
    },
    show: {
      summary: "one of them, with its committee and what is not as it should be",
      load: async () => (await import("./show.ts")).showCommand,
    },
    follow: {
      summary: "rebuild a shard from the genesis, and compare each claim with the attested one",
      load: async () => (await import("./follow/command.ts")).followCommand,
    },
    explain: {
      summary: "a dispute: both executions side by side",
      load: async () => (await import("./explain/command.ts")).explainCommand,
    },
    snapshot: {
      summary: "export a shard's state from a stopped node, import it into another",
      load: async () => (await import("./snapshot/group.ts")).snapshotGroup,
    },
  },
};
