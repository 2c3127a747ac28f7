// `tandem story list`: the stories that there are.

import { stories } from "@tandem/lab/stories";
import type { Command } from "../command.ts";
import { noPositionals } from "../flags.ts";
import { formatTable } from "../terminal.ts";

export const listCommand: Command = {
  help: `./tandem story list [--json]

Lists the stories: examples of what programs do across contracts and shards.
`,
  run({ positionals, json, print }) {
    noPositionals(positionals);
    const listed = stories.map(({ name, title }) => ({ name, title }));
    if (json) return print(`${JSON.stringify({ stories: listed })}\n`);
    const rows = listed.map(({ name, title }) => [name, title]);
    print(`${formatTable(["name", "story"], rows)}\n./tandem story run NAME plays one.\n`);
  },
};
