// `tandem genesis check`: every rule of a genesis file, the keys' proofs of possession included.

import { toHex } from "@tandem/shared";
import type { Command } from "../command.ts";
import { readGenesisOf } from "./read-file.ts";

export const checkCommand: Command = {
  help: `./tandem genesis check FILE [--json]

Checks every rule of a genesis file and prints the network's id. Exit code 1, with the key that is
wrong, if one does not hold.
`,
  run({ positionals, json, print }) {
    const network = toHex(readGenesisOf(positionals).network);
    print(json ? `${JSON.stringify({ ok: true, network })}\n` : `ok: network ${network}\n`);
  },
};
