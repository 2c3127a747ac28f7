import type { Group } from "../../command.ts";

export const snapshotGroup: Group = {
  about: "A shard's state after an attested claim, as a file: who imports it need not replay the shard.",
  entries: {
    export: {
      summary: "write the state of a shard that a stopped node follows",
      load: async () => (await import("./export.ts")).exportCommand,
    },
    import: {
      summary: "check such a file and begin to follow the shard with it",
      load: async () => (await import("./import.ts")).importCommand,
    },
  },
};
