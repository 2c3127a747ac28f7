// `tandem devnet`, and `npm start`: a network of validators on this machine, each a process with its own folder.

import type { Call, Command } from "../command.ts";
import { openFolder } from "./folder.ts";
import { flagsKeptByNpm, folderOption, isWatched, readOptions } from "./options.ts";
import { runDevnet } from "./run.ts";
import { jsonScreen, liveScreen, plainScreen, type Screen } from "./screen.ts";

export const devnetCommand: Command = {
  help: `./tandem devnet [--validators N] [--delay MS] [--fresh] [--level] [--for S]
                [--folder DIR] [--json]
./tandem devnet kill N | restart N | status      (in another terminal)

Runs a network on this machine: a process for each validator, with its own keys
and store, on loopback. The first start makes all of it, later ones continue. A
few blobs are submitted and told when they are final on every node. So is a
program for contracts in three shards, which is followed until it is attested.
Then tables show what nodes and shards do. Ctrl-C stops all.

A new network has four shards. Each is followed by three quarters of the
validators, rounded down, of four by three, and leaves out others than the next:
nobody follows all. More than 2/3 of a shard's followers have to agree, of three
all: devnet kill 3 lets three shards stand still, and bank goes on.

  --validators N  seats of a new network (4)
  --delay MS      every frame between two nodes arrives so much later (0)
  --fresh         a new network in place of the one that is there
  --level         the nodes of a new network store in LevelDB (RocksDB)
  --for S         stop after so many seconds; 0 for never. Where nobody watches
                  (a pipe, CI=true) it stops when the blobs are final and the
                  program is attested, unless this is given
  --folder DIR    where keys, genesis, stores and logs are (.tandem/devnet of
                  the project)
  --json          a line of JSON for each event, one for all nodes each second

npm keeps flags to itself that do not stand behind --: npm start -- --fresh
`,
  options: {
    validators: { type: "string" },
    delay: { type: "string" },
    fresh: { type: "boolean" },
    level: { type: "boolean" },
    for: { type: "string" },
    ...folderOption,
  },
  entries: {
    kill: {
      summary: "end a node of the devnet that runs, as a crash would",
      load: async () => (await import("./operate.ts")).killCommand,
    },
    restart: {
      summary: "start a node again that is down",
      load: async () => (await import("./operate.ts")).restartCommand,
    },
    status: {
      summary: "the tables of the devnet that runs, once",
      load: async () => (await import("./status.ts")).statusCommand,
    },
  },
  async run(call) {
    const flags = flagsKeptByNpm(call.positionals);
    const options = readOptions(call, Object.keys(devnetCommand.entries ?? {}));
    const screen = screenFor(call);
    if (flags.length > 0) screen.tell({ kind: "kept-by-npm", flags });
    const folder = await openFolder(options);
    try {
      screen.tell({ kind: "opened", folder });
      await runDevnet(options, folder, screen);
    } finally {
      await folder.release();
    }
  },
};

function screenFor({ json, print }: Call): Screen {
  if (json) return jsonScreen(print);
  return isWatched() ? liveScreen(print, process.stdout) : plainScreen(print);
}
