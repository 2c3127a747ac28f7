// `tandem account send`: a transfer, which is a blob without a payload.

import { asAmount } from "@tandem/shared";
import { apiOf } from "../api-client.ts";
import { complainIfLate, paidWords, pay, payHelp, payOptions } from "../blob/pay.ts";
import type { Command } from "../command.ts";
import { amountFlag, badFlag, neededText, noPositionals } from "../flags.ts";
import { keystoreOf } from "./keystore.ts";

export const sendCommand: Command = {
  help: `./tandem account send --from NAME --to NAME|KEY --amount N [--tip T] [--nonce N] [--life B]
                      [--wait] [--keys DIR] [--api URL] [--json]

Signs a transfer and submits it to a node.

  --to NAME|KEY     who receives
  --amount N        how much
${payHelp}
`,
  options: { ...payOptions, to: { type: "string" }, amount: { type: "string" } },
  async run({ positionals, flags, json, print }) {
    noPositionals(positionals);
    const keystore = keystoreOf(flags);
    const name = neededText(flags, "from");
    const to = await keystore.keyOf(neededText(flags, "to"));
    const amount = amountFlag(flags, "amount");
    if (amount === undefined) throw badFlag("--amount is missing.");
    const transfers = [{ to, amount: asAmount(amount) }];
    const content = { transfers, touches: [], payload: new Uint8Array(0), budget: 0 };
    const paid = await pay({ name, keystore, api: apiOf(flags), flags }, content);
    print(json ? `${JSON.stringify(paid)}\n` : paidWords(paid));
    complainIfLate(paid, flags);
  },
};
