// `tandem about`: the rooms that stand, and what there is to run.

import type { Command } from "./command.ts";
import { Complaint, formatTable } from "./terminal.ts";
import { readWorkspace, type WorkspaceSummary } from "./workspace.ts";

interface Suggestion {
  readonly command: string;
  readonly what: string;
}

export const aboutCommand: Command = {
  help: `./tandem about [--json]

Shows the rooms of this workspace and what can be run.
`,
  run({ positionals, json, print }) {
    if (positionals.length > 0) {
      throw new Complaint("bad-arguments", `about takes no "${positionals[0]}".`, "./tandem about --help");
    }
    const workspace = readWorkspace();
    const next = suggestions(workspace);
    print(json ? `${JSON.stringify({ ...workspace, next })}\n` : overview(workspace, next));
  },
};

function overview(workspace: WorkspaceSummary, next: readonly Suggestion[]): string {
  const rooms = workspace.rooms.map((room) => [
    room.name,
    room.lines.toLocaleString("en-US"),
    String(room.testFiles),
    room.description,
  ]);
  const width = Math.max(...next.map(({ command }) => command.length));
  return `Tandem ${workspace.version}
${workspace.description}

These rooms stand:

${formatTable(["room", "lines", "test files", "what it holds"], rooms, [1, 2])}
To try next:

${next.map(({ command, what }) => `  ${command.padEnd(width)}  ${what}\n`).join("")}`;
}

function suggestions({ benchAreas }: WorkspaceSummary): Suggestion[] {
  return [
    { command: "npm start", what: "run four validators on this machine" },
    { command: "npm test", what: "run every test" },
    { command: "npm run check", what: "types, lint, walls between rooms" },
    ...benchAreas.map((area) => ({
      command: `npm run bench -- ${area}`,
      what: "measure, beside raw limits",
    })),
    { command: "./tandem story run train-and-hotel", what: "see a program run across two shards" },
    { command: "echo 83010203 | ./tandem decode value --hex", what: "read an encoding" },
    { command: "./tandem lab check --seeds 20", what: "try to break consensus" },
    { command: "./tandem --help", what: "the other commands" },
  ];
}
