import type { Group } from "../command.ts";

export const storyGroup: Group = {
  about: "Stories: what programs do across contracts and shards, round by round.",
  entries: {
    list: {
      summary: "the stories that there are",
      load: async () => (await import("./list.ts")).listCommand,
    },
    show: {
      summary: "one as it is written: contracts, programs, what is to be seen",
      load: async () => (await import("./show.ts")).showCommand,
    },
    run: {
      summary: "run one, and see who runs what and who waits for what",
      load: async () => (await import("./run.ts")).runCommand,
    },
  },
};
