// The `tandem` command. A command takes its arguments and prints; what a caller gets wrong is a Complaint.

import type { Command } from "./command.ts";
import { decodeCommand } from "./decode.ts";
import { startCommand } from "./start.ts";
import { Complaint, readArguments, runTool } from "./terminal.ts";
import { readWorkspace } from "./workspace.ts";

const commands: Readonly<Record<string, Command>> = { start: startCommand, decode: decodeCommand };

const everywhere = {
  json: { type: "boolean" },
  help: { type: "boolean" },
  version: { type: "boolean" },
} as const;

async function main(args: string[]): Promise<void> {
  const name = args.find((arg) => !arg.startsWith("-"));
  const command = name === undefined ? undefined : lookUp(name);
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: { ...everywhere, ...command?.options },
  });
  if (values.version) return print(`${readWorkspace().version}\n`);
  if (command === undefined || values.help) return print(command?.help ?? help());
  await command.run({ positionals: positionals.slice(1), flags: values, json: values.json === true, print });
}

function lookUp(name: string): Command {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command !== undefined) return command;
  throw new Complaint("unknown-command", `There is no command "${name}".`, "./tandem --help lists the commands.");
}

function help(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}\n`);
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
