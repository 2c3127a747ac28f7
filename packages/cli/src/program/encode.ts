// `tandem program encode`: from JSON to the payload of a blob.

import { toHex } from "@tandem/shared";
import type { Command } from "../command.ts";
import { onePositional, pathFlag } from "../flags.ts";
import { writeNew } from "../write-new.ts";
import { readProgram } from "./read-file.ts";

export const encodeCommand: Command = {
  help: `./tandem program encode FILE [--out FILE] [--json]

Encodes a program that is written as JSON (docs/programs-by-hand.md shows how), and prints it in
hexadecimal. FILE may be - for stdin. Exit code 1, with the rule that is broken, if the program
would be void.

  --out FILE   the bytes go there instead; ./tandem blob submit --program takes either
`,
  options: { out: { type: "string" } },
  async run({ positionals, flags, json, print }) {
    const { payload, allowance } = await readProgram(onePositional(positionals, "FILE"));
    const { touches, budget } = allowance;
    const file = pathFlag(flags, "out");
    if (file !== undefined) writeNew(file, payload);
    const where = file === undefined ? { hex: toHex(payload) } : { file };
    if (json) return print(`${JSON.stringify({ bytes: payload.length, touches, budget, ...where })}\n`);
    print(file === undefined ? `${toHex(payload)}\n` : `${payload.length} bytes: ${file}\n`);
  },
};
