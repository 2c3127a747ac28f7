// `tandem blob show`: what became of a blob, as a node knows it.

import { fromHex } from "@tandem/shared";
import { apiHelp, apiOf, apiOption, type BlobAnswer } from "../api-client.ts";
import type { Command } from "../command.ts";
import { badFlag, onePositional, textFlag } from "../flags.ts";
import { followHint } from "../program/follow-hint.ts";

export const showCommand: Command = {
  help: `./tandem blob show ROOT [--api URL] [--json]

Says whether a blob is ordered, and where, or waits at the node. Exit code 1 if the node knows
of neither. What became of a program, ./tandem program follow says.

${apiHelp}
`,
  options: apiOption,
  async run({ positionals, flags, json, print }) {
    const root = onePositional(positionals, "ROOT").replace(/^0x/, "");
    if (fromHex(root)?.length !== 32) throw badFlag("A blob's root has 64 digits of lower-case hex.");
    const answer = await apiOf(flags).blob(root);
    print(json ? `${JSON.stringify(answer)}\n` : wordsOf(answer, textFlag(flags, "api")));
    if (answer.status === "unknown") process.exitCode = 1;
  },
};

function wordsOf(answer: BlobAnswer, api: string | undefined): string {
  switch (answer.status) {
    case "ordered":
      return `ordered: block ${answer.height}, place ${answer.index}, ${answer.bytes} bytes

if it is a program, what came of it:
${followHint(answer.blob, api)}`;
    case "waiting":
      return `waiting: accepted by this node, ${answer.bytes} bytes\n`;
    case "unknown":
      return "unknown: this node has neither ordered nor accepted it\n";
  }
}
