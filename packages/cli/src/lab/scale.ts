// `tandem lab scale`: what a final block costs with many validators.

import { loadStage, runSetting, runWholeScale, scaleSetting, useNative, type WholeScale } from "@tandem/lab";
import type { Command } from "../command.ts";
import { countBetween, countFlag, type Flags } from "../flags.ts";
import { Complaint, formatTable } from "../terminal.ts";
import { entryFlag, stageFlag } from "./flags.ts";
import { ProgressBar } from "./progress-bar.ts";

const sizesUsual = [4, 16, 64, 100];
const sizesMax = 1000;
const blocksUsual = 20;
const shardsUsual = 16;
const seatsUsual = 16;
const wholeSizesUsual = [4, 16, 64];

export const scaleCommand: Command = {
  help: `./tandem lab scale [--stage STAGE] [--validators N] [--shards S] [--seats C] [--blocks B]
                   [--entry PATH] [--json]

Runs N honest validators (${sizesUsual.join(", ")}) on a good day with the mock scheme, and prints what a
final block costs: messages delivered, processor time of all validators and checkers together, and
virtual time.

With --stage whole both chains run, with S shards and programs from one shard to another; each
validator follows those in whose committees it sits. Then the cost is that of the replicas and
their world alone, for each order block and for each attested claim; what all of them deliver and
claim is compared. Exit code 1 if two of them do not agree.

  --stage STAGE     consensus alone (usual), or whole
  --validators N    only so many
  --shards S        in the whole stage, from 1 to 64 (${shardsUsual})
  --seats C         in the whole stage: of each committee (${seatsUsual}, or all)
  --blocks B        order blocks to run for (${blocksUsual})
  --entry PATH      the index.ts of another copy of packages/consensus; not in the whole stage
`,
  options: {
    stage: { type: "string" },
    validators: { type: "string" },
    shards: { type: "string" },
    seats: { type: "string" },
    blocks: { type: "string" },
    entry: { type: "string" },
  },
  async run({ flags, json, print }) {
    const validators = countFlag(flags, "validators");
    if (validators !== undefined && (validators < 1 || validators > sizesMax))
      throw new Complaint("bad-arguments", `--validators is from 1 to ${sizesMax}.`, "./tandem lab scale --help");
    const blocks = countFlag(flags, "blocks") ?? blocksUsual;
    const stage = stageFlag(flags) ?? "consensus";
    useNative();
    if (stage === "whole") return print(scaleWhole(flags, validators, blocks, json));
    if (stage !== "consensus")
      throw new Complaint("bad-arguments", `scale does not run the stage ${stage}.`, "Stages here: consensus, whole.");
    for (const name of ["shards", "seats"])
      if (flags[name] !== undefined)
        throw new Complaint("bad-arguments", `--${name} is of the whole stage alone.`, "Add --stage whole.");
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

function scaleWhole(flags: Flags, validators: number | undefined, blocks: number, json: boolean): string {
  if (flags["entry"] !== undefined)
    throw new Complaint("bad-arguments", "--entry is of the stage consensus alone.", "Leave it out.");
  const shards = countBetween(flags, "shards", [1, 64], shardsUsual);
  const seats = countBetween(flags, "seats", [1, sizesMax], seatsUsual);
  const sizes = validators === undefined ? wholeSizesUsual : [validators];
  const bar = new ProgressBar(sizes.length * blocks);
  const all = sizes.map((size, at) => {
    const onBlock = (height: number) => bar.show(at * blocks + height, `order blocks, ${size} validators`);
    return runWholeScale({ validators: size, shards, seats, blocks, onBlock });
  });
  bar.end();
  if (all.some(({ violation }) => violation !== null)) process.exitCode = 1;
  if (json) return `${JSON.stringify(all)}\n`;
  return wholeTable(all);
}

function wholeTable(all: readonly WholeScale[]): string {
  const row = (name: string, value: (each: WholeScale) => number | string) => [
    name,
    ...all.map((each) => {
      const said = value(each);
      return typeof said === "string" ? said : said.toLocaleString("en-US", { maximumFractionDigits: 1 });
    }),
  ];
  const perBlock = (amount: (each: WholeScale) => number) => (each: WholeScale) =>
    amount(each) / Math.max(1, each.orderBlocks);
  const perClaim = (amount: (each: WholeScale) => number) => (each: WholeScale) =>
    amount(each) / Math.max(1, each.claims);
  const rows = [
    row("shards", ({ shards }) => shards),
    row("seats of each committee", ({ seats }) => seats),
    row("programs", ({ programs }) => programs),
    row("final order blocks", ({ orderBlocks }) => orderBlocks),
    row("final attest blocks", ({ attestBlocks }) => attestBlocks),
    row("attested claims", ({ claims }) => claims),
    row("virtual ms", ({ virtualMs }) => virtualMs),
    row("virtual ms from submitted to attested", ({ attestedMs }) => attestedMs),
    row(
      "CPU ms for an order block",
      perBlock(({ cpuMs }) => cpuMs),
    ),
    row(
      "CPU ms for an attested claim",
      perClaim(({ cpuMs }) => cpuMs),
    ),
    row(
      "messages for an order block",
      perBlock(({ messages }) => messages),
    ),
    row(
      "messages for an attested claim",
      perClaim(({ messages }) => messages),
    ),
    row(
      "KiB for an order block",
      perBlock(({ bytes }) => bytes / 1024),
    ),
    row(
      "KiB for an attested claim",
      perClaim(({ bytes }) => bytes / 1024),
    ),
    row("do not agree", ({ violation }) => violation ?? "none"),
  ];
  const sizes = all.map(({ validators }) => `${validators} validators`);
  return formatTable(
    ["", ...sizes],
    rows,
    sizes.map((_, at) => at + 1),
  );
}
