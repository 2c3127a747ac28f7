// The `tandem` command. A command takes its arguments and prints; what a caller gets wrong is a Complaint.

import type { Command, Entry, Group } from "./command.ts";
import { everywhere, root } from "./commands.ts";
import { useCompiled } from "./compiled.ts";
import { Complaint, readArguments, runTool } from "./terminal.ts";
import { readWorkspace } from "./workspace.ts";

useCompiled();

interface Found {
  /** The words that named it. */
  readonly path: readonly string[];
  readonly group: Group;
  readonly command: Command | undefined;
}

async function main([first, ...rest]: string[]): Promise<void> {
  // `tandem help decode` is what many try first.
  if (first === "help") return call([...rest, "--help"]);
  return call(first === undefined ? [] : [first, ...rest]);
}

async function call(args: string[]): Promise<void> {
  const { path, group, command } = await find(args);
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: { ...everywhere, ...command?.options },
  });
  if (values.version) return print(`${readWorkspace().version}\n`);
  if (command === undefined || values.help) return print(command?.help ?? help(path, group));
  const call = { positionals: positionals.slice(path.length), flags: values, json: values.json === true, print };
  await command.run(call);
}

/** The command that the words begin with, or the group whose help is asked for. */
async function find(args: readonly string[]): Promise<Found> {
  const words = args.filter((arg) => !arg.startsWith("-"));
  let group = root;
  for (const [index, word] of words.entries()) {
    const path = words.slice(0, index + 1);
    const loaded = await lookUp(group, path, word).load();
    if (!("run" in loaded)) group = loaded;
    else if (hasEntry(loaded, word, args)) group = { about: "", entries: loaded.entries ?? {} };
    else return { path, group, command: loaded };
  }
  return { path: words, group, command: undefined };
}

/** Only what follows the command's word at once is one of its entries: further on it may be the value of a flag. */
function hasEntry({ entries = {} }: Command, word: string, args: readonly string[]): boolean {
  return Object.hasOwn(entries, args[args.indexOf(word) + 1] ?? "");
}

function lookUp(group: Group, path: readonly string[], word: string): Entry {
  const entry = Object.hasOwn(group.entries, word) ? group.entries[word] : undefined;
  if (entry !== undefined) return entry;
  const before = path.slice(0, -1).map((each) => ` ${each}`);
  const what = `There is no command "${path.join(" ")}".`;
  throw new Complaint("unknown-command", what, `./tandem${before.join("")} --help lists the commands.`);
}

function help(path: readonly string[], { about, entries }: Group): string {
  const lines = Object.entries(entries).map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}\n`);
  return `./tandem${path.map((word) => ` ${word}`).join("")} COMMAND [--json]

${about === "" ? "" : `${about}\n\n`}${lines.join("")}
  --json      one line of JSON on stdout; what goes wrong, as one on stderr
  --help      this text, or that of a command
  --version   the version of this workspace
`;
}

function print(text: string): void {
  process.stdout.write(text);
}

await runTool(main);
