// The `tandem` command. A command takes its arguments and prints; what a caller gets wrong is a Complaint.

import type { Command } from "./command.ts";
import { Complaint, readArguments, runTool } from "./terminal.ts";
import { readWorkspace } from "./workspace.ts";

interface Entry {
  readonly summary: string;
  /** Loaded when it is called, so that no command waits for what only another needs. */
  readonly load: () => Promise<Command>;
}

const entries: Readonly<Record<string, Entry>> = {
  start: {
    summary: "show what there is to run (npm start)",
    load: async () => (await import("./start.ts")).startCommand,
  },
  decode: {
    summary: "decode KIND [FILE]: read one encoding, print its value and root",
    load: async () => (await import("./decode.ts")).decodeCommand,
  },
};

const everywhere = {
  json: { type: "boolean" },
  help: { type: "boolean" },
  version: { type: "boolean" },
} as const;

async function main(args: string[]): Promise<void> {
  const name = args.find((arg) => !arg.startsWith("-"));
  const command = name === undefined ? undefined : await lookUp(name).load();
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: { ...everywhere, ...command?.options },
  });
  if (values.version) return print(`${readWorkspace().version}\n`);
  if (command === undefined || values.help) return print(command?.help ?? help());
  await command.run({ positionals: positionals.slice(1), flags: values, json: values.json === true, print });
}

function lookUp(name: string): Entry {
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  if (entry !== undefined) return entry;
  throw new Complaint("unknown-command", `There is no command "${name}".`, "./tandem --help lists the commands.");
}

function help(): string {
  const lines = Object.entries(entries).map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}\n`);
  return `./tandem COMMAND [--json]

${lines.join("")}
  --json      one line of JSON on stdout; what goes wrong is one line of JSON on stderr
  --help      this text, or that of a command
  --version   the version of this workspace
`;
}

function print(text: string): void {
  process.stdout.write(text);
}

await runTool(main);
