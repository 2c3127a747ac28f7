import type { Group } from "../command.ts";

export const programGroup: Group = {
  about: "Programs: what a blob's payload says is to be run.",
  entries: {
    check: {
      summary: "whether it is void, and why; else what follows from it",
      load: async () => (await import("./check.ts")).checkCommand,
    },
    encode: {
      summary: "the bytes of a program that is written as JSON",
      load: async () => (await import("./encode.ts")).encodeCommand,
    },
    follow: {
      summary: "what became of one, from ordered to attested",
      load: async () => (await import("./follow.ts")).followCommand,
    },
  },
};
