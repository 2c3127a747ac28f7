import type { Command } from "../command.ts";
import { onePositional } from "../flags.ts";
import { keysHelp, keysOption, keystoreOf } from "./keystore.ts";

export const newCommand: Command = {
  help: `./tandem account new NAME [--keys DIR] [--json]

Makes a payer's key. It has no balance until somebody sends it one.

${keysHelp}
`,
  options: keysOption,
  async run({ positionals, flags, json, print }) {
    const account = await keystoreOf(flags).create(onePositional(positionals, "NAME"));
    print(json ? `${JSON.stringify(account)}\n` : `${account.name}  ${account.key}\n`);
  },
};
