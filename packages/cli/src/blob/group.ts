import type { Group } from "../command.ts";

export const blobGroup: Group = {
  about: "Blobs: what the order chain orders.",
  entries: {
    submit: {
      summary: "sign a blob and give it to a node",
      load: async () => (await import("./submit.ts")).submitCommand,
    },
    show: {
      summary: "what became of one",
      load: async () => (await import("./show.ts")).showCommand,
    },
  },
};
