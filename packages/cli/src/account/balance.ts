import { toHex } from "@tandem/shared";
import { apiHelp, apiOf, apiOption } from "../api-client.ts";
import type { Command } from "../command.ts";
import { onePositional } from "../flags.ts";
import { keysHelp, keysOption, keystoreOf } from "./keystore.ts";

export const balanceCommand: Command = {
  help: `./tandem account balance NAME|KEY [--keys DIR] [--api URL] [--json]

Shows what a payer has, and the nonce of its next blob, after the last block that the node executed.

${keysHelp}
${apiHelp}
`,
  options: { ...keysOption, ...apiOption },
  async run({ positionals, flags, json, print }) {
    const key = await keystoreOf(flags).keyOf(onePositional(positionals, "NAME or KEY"));
    const account = await apiOf(flags).account(toHex(key));
    const { height, balance, nonce } = account;
    print(json ? `${JSON.stringify(account)}\n` : `balance ${balance}, next nonce ${nonce}, after block ${height}\n`);
  },
};
