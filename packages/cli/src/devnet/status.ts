// `tandem devnet status`: what the screen of the devnet that runs in a folder shows, once.

import type { Command } from "../command.ts";
import { noPositionals } from "../flags.ts";
import { columns } from "../terminal.ts";
import { askDevnet } from "./control-client.ts";
import { type NodePlace, placesIn } from "./folder.ts";
import { folderOf, folderOption } from "./options.ts";
import { viewLines } from "./table.ts";
import type { DevnetView } from "./watch.ts";

export const statusCommand: Command = {
  help: `./tandem devnet status [--folder DIR] [--json]

Prints the tables of the devnet that runs, once: its nodes, its shards, and why ordering,
attesting or a shard stands still if one does; and where the API of each node is.

  --folder DIR  that of the devnet (.tandem/devnet of the project)
  --json        {"nodes": [...], "chains": [...], "shards": [...]}, as ./tandem devnet --json says
                each second; of the chains, whose votes are missing, and why

Exit code 1 if none runs there: no-devnet.
`,
  options: folderOption,
  async run({ positionals, flags, json, print }) {
    noPositionals(positionals);
    const folder = folderOf(flags);
    const view = await askDevnet<DevnetView>(folder, "GET", "/status");
    if (json) return print(`${JSON.stringify(view)}\n`);
    const lines = [...viewLines(view, columns(process.stdout)), "", ...apiLines(await placesIn(folder))];
    print(`${lines.join("\n")}\n`);
  },
};

/** What --api takes. */
export function apiLines(places: readonly NodePlace[]): readonly string[] {
  return places.map(({ name, api }) => `API of ${name}: ${api}`);
}
