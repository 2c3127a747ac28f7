import type { Group } from "../command.ts";

export const accountGroup: Group = {
  about: "Payers: their keys, what they have, and transfers between them.",
  entries: {
    new: {
      summary: "make a key",
      load: async () => (await import("./new.ts")).newCommand,
    },
    list: {
      summary: "whose keys are here",
      load: async () => (await import("./list.ts")).listCommand,
    },
    balance: {
      summary: "what a payer has, by a node",
      load: async () => (await import("./balance.ts")).balanceCommand,
    },
    send: {
      summary: "a transfer from one of ours",
      load: async () => (await import("./send.ts")).sendCommand,
    },
  },
};
