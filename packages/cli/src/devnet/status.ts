// `tandem devnet status`: what the screen of the devnet that runs in a folder shows, once.

import type { Command } from "../command.ts";
import { noPositionals } from "../flags.ts";
import { columns } from "../terminal.ts";
import { askDevnet } from "./control-client.ts";
import { folderOf, folderOption } from "./options.ts";
import { viewLines } from "./table.ts";
import type { DevnetView } from "./watch.ts";

export const statusCommand: Command = {
  help: `./tandem devnet status [--folder DIR] [--json]

Prints the tables of the devnet that runs, once: its nodes, its shards, and why ordering,
attesting or a shard stands still if one does.

  --folder DIR  that of the devnet (.tandem/devnet of the project)
  --json        {"nodes": [...], "chains": [...], "shards": [...]}, as ./tandem devnet --json says each
                second; of the chains, whose votes are missing, and why

Exit code 1 if none runs there: no-devnet.
`,
  options: folderOption,
  async run({ positionals, flags, json, print }) {
    noPositionals(positionals);
    const view = await askDevnet<DevnetView>(folderOf(flags), "GET", "/status");
    print(json ? `${JSON.stringify(view)}\n` : `${viewLines(view, columns(process.stdout)).join("\n")}\n`);
  },
};
