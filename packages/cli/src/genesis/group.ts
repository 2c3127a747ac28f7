import type { Group } from "../command.ts";

export const genesisGroup: Group = {
  about: "What the members of a network agree on before its first block.",
  entries: {
    create: {
      summary: "a new network: keys, genesis.json, a folder for each node",
      load: async () => (await import("./create.ts")).createCommand,
    },
    show: {
      summary: "what a genesis file says",
      load: async () => (await import("./show.ts")).showCommand,
    },
    check: {
      summary: "whether a genesis file keeps every rule",
      load: async () => (await import("./check.ts")).checkCommand,
    },
  },
};
