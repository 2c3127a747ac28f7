// `tandem story show`: a story as it is written.

import type { Command } from "../command.ts";
import { programToJson } from "../program/to-json.ts";
import { toJson } from "../readable.ts";
import { columns } from "../terminal.ts";
import { storyOf } from "./find.ts";
import { headLines, programsLines, seenLines } from "./pages.ts";

export const showCommand: Command = {
  help: `./tandem story show NAME [--json]

Shows a story as it is written: the contracts that there are from the beginning, the programs of
each block, and what is to be seen. With --json programs are as ./tandem program takes them.
`,
  run({ positionals, json, print }) {
    const story = storyOf(positionals);
    if (!json) {
      const width = columns(process.stdout);
      const lines = [...headLines(story, width), ...programsLines(story, width), ...seenLines(story, width)];
      return print(`${lines.join("\n")}\n`);
    }
    const blocks = story.blocks.map(({ programs = [], behind = [] }) => ({
      behind,
      programs: programs.map(({ payer, about, program }) => ({
        payer: payer.name,
        about,
        program: programToJson(program),
      })),
    }));
    const { name, title, about, contracts, seen } = story;
    print(`${JSON.stringify({ name, title, about, contracts: toJson(contracts), blocks, seen })}\n`);
  },
};
