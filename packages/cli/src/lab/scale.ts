// `tandem lab scale`: what a final block costs with many validators.

import { loadStage, runSetting, scaleSetting, useNative } from "@tandem/lab";
import type { Command } from "../command.ts";
import { Complaint, formatTable } from "../terminal.ts";
import { countFlag, entryFlag } from "./flags.ts";

const sizesUsual = [4, 16, 64, 100];
const sizesMax = 1000;

export const scaleCommand: Command = {
  help: `./tandem lab scale [--validators N] [--blocks B] [--json]

Runs N honest validators (${sizesUsual.join(", ")}) on a good day with the mock scheme, and prints what a final block costs:
messages delivered, processor time of all validators and checkers together, and virtual time.

  --validators N    only so many
  --blocks B        blocks to run for (20)
`,
  options: { validators: { type: "string" }, blocks: { type: "string" }, entry: { type: "string" } },
  async run({ flags, json, print }) {
    const validators = countFlag(flags, "validators");
    if (validators !== undefined && (validators < 1 || validators > sizesMax))
      throw new Complaint("bad-arguments", `--validators is from 1 to ${sizesMax}.`, "./tandem lab scale --help");
    const blocks = countFlag(flags, "blocks") ?? 20;
    useNative();
    const makeStage = await loadStage("consensus", entryFlag(flags));
    const rows = (validators === undefined ? sizesUsual : [validators]).map((size) => {
      const report = runSetting(scaleSetting(size, blocks), makeStage);
      if (report.violation !== null) process.exitCode = 1;
      const per = (amount: number) => amount / Math.max(1, report.blocks);
      return {
        validators: size,
        blocks: report.blocks,
        messagesPerBlock: Math.round(per(report.messages)),
        cpuMsPerBlock: Number(per(report.cpuMs).toFixed(2)),
        virtualMsPerBlock: Math.round(per(report.virtualMs)),
        violation: report.violation,
      };
    });
    if (json) return print(`${JSON.stringify(rows)}\n`);
    const head = ["validators", "blocks", "messages a block", "CPU ms a block", "virtual ms a block", ""];
    const cells = rows.map((row) => Object.values(row).map((value) => (value === null ? "" : String(value))));
    print(formatTable(head, cells, [0, 1, 2, 3, 4]));
  },
};
