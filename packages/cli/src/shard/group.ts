import type { Group } from "../command.ts";

export const shardGroup: Group = {
  about: "Shards: their state as a snapshot.",
  entries: {
    snapshot: {
      summary: "export a shard's state from a stopped node, import it into another",
      load: async () => (await import("./snapshot/group.ts")).snapshotGroup,
    },
  },
};
