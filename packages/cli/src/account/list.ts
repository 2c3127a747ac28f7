import type { Command } from "../command.ts";
import { noPositionals } from "../flags.ts";
import { formatTable } from "../terminal.ts";
import { keysHelp, keysOption, keystoreOf } from "./keystore.ts";

export const listCommand: Command = {
  help: `./tandem account list [--keys DIR] [--json]

Lists the payers whose keys are here, and says which files are refused.

${keysHelp}
`,
  options: keysOption,
  async run({ positionals, flags, json, print }) {
    noPositionals(positionals);
    const keystore = keystoreOf(flags);
    const { accounts, refused } = await keystore.list();
    if (json) return print(`${JSON.stringify({ accounts, refused })}\n`);
    const rows = accounts.map(({ name, key }) => [name, key]);
    print(rows.length === 0 ? `There are no keys in ${keystore.folder}.\n` : formatTable(["name", "key"], rows));
    print(refused.map(({ code, message, advice }) => `\nrefused (${code}): ${message}\n  ${advice}\n`).join(""));
  },
};
