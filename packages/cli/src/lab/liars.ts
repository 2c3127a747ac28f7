// `tandem lab liars`: what happens when more than two thirds of a committee lie.

import { type LiarsStory, runLiars, type ShownKey, useNative, type Witness } from "@tandem/lab";
import type { Command } from "../command.ts";
import { countBetween, countFlag } from "../flags.ts";

const keysUsual = 10_000;
const keysMin = 100;
const keysMax = 100_000;

export const liarsCommand: Command = {
  help: `./tandem lab liars [--keys N] [--seed S] [--json]

Ten validators, three shards, an observer of all. Of the four members of the shard "bank", three
run other code: one payment credits its receiver with more than was paid. So of all keys of the
contract one is another, their claim has a quorum, and it is attested. What is shown: who finds
out, how the difference comes down to step, key and both values, and that ordering and the other
shards go on. Exit code 1 if anyone who follows the shard does not find exactly that key.

  --keys N          accounts of the bank, from ${keysMin} to ${keysMax} (${keysUsual})
  --seed S          decides delays and leaders (1)
`,
  options: { keys: { type: "string" }, seed: { type: "string" } },
  run({ flags, json, print }) {
    const keys = countBetween(flags, "keys", [keysMin, keysMax], keysUsual);
    const seed = countFlag(flags, "seed") ?? 1;
    useNative();
    const story = runLiars({
      keys,
      seed,
      onStage: (said, atMs) => process.stderr.write(`${Math.round(atMs)} ms: ${said}\n`),
    });
    if (!isFound(story)) process.exitCode = 1;
    print(json ? `${JSON.stringify(story)}\n` : tell(story));
  },
};

function isFound({ witnesses, lie, receiver, after }: LiarsStory): boolean {
  const found = witnesses.every(({ theirs, keys, end }) => {
    return theirs === lie.claim && end === "all" && keys.length === 1 && keys[0]?.key === receiver;
  });
  return found && after.programs.attested === after.programs.submitted && after.stopped.length === 1;
}

type Moment = readonly [timeMs: number, text: string];

function tell({ committee, liars, keys, lie, witnesses, after }: LiarsStory): string {
  const { shard, round, claim, attestHeight, timeMs } = lie;
  const attested: Moment = [
    timeMs,
    `the liars' claim ${short(claim)}, round ${round}, is in attest block ${attestHeight}`,
  ];
  const moments = [attested, ...witnesses.flatMap(momentsOf)].toSorted(([a], [b]) => a - b);
  const others = Object.entries(after.claims).map(([name, count]) => `${name} ${count}`);
  const built = after.builtOn.map(({ who, shard: other }) => `  ${who}: ${other} uses what is disputed in ${shard}\n`);
  return `committee of ${shard}: ${committee.join(", ")}
  of these lie: ${liars.join(", ")}
  its contract has ${keys} accounts

${moments.map(([atMs, text]) => `${String(Math.round(atMs)).padStart(5)} ms  ${text}\n`).join("")}
from then on
  ${after.orderBlocks} more order blocks, ${after.attestBlocks} more attest blocks; attested claims: ${others.join(", ")}
  of ${after.programs.submitted} programs that came afterwards, ${after.programs.attested} are attested
  stopped at honest nodes: ${after.stopped.join(", ")}
${built.join("")}`;
}

function momentsOf({ who, divergedMs, own, theirs, explained, shownMs, end, keys }: Witness): readonly Moment[] {
  const first = `          first difference: ${explained}`;
  const all = end === "all" ? "all that differ" : end;
  return [
    [divergedMs, `${who} stops the shard: its claim is ${short(own)}, a quorum's ${short(theirs)}\n${first}`],
    [
      shownMs,
      `${who} shows ${keys.length} ${keys.length === 1 ? "key" : "keys"} (${all})\n${keys.map(tellKey).join("\n")}`,
    ],
  ];
}

function tellKey({ contract, key, own, theirs, steps }: ShownKey): string {
  const touched = steps.map(({ height, index, step, access, ...said }) => {
    const outcomes = `outcome ${said.own} here, ${said.theirs} there`;
    return `          order block ${height}, program ${index}, step ${step} ${access} it: ${outcomes}`;
  });
  return [`          ${contract}, ${key}: ${own} here, ${theirs} there`, ...touched].join("\n");
}

function short(root: string): string {
  return root.slice(0, 12);
}
