// `tandem shard snapshot export`: a shard's state after its last attested claim, from a stopped node to a file.

import type { StoppedNode, WriteCode } from "@tandem/node";
import { type Frontier, type ShardName, toHex } from "@tandem/shared";
import type { Command } from "../../command.ts";
import { noPositionals } from "../../flags.ts";
import { Complaint } from "../../terminal.ts";
import { SnapshotWriter } from "./file.ts";
import { fileFlag, sizeWords, withNode } from "./ground.ts";
import { Progress } from "./progress.ts";

type Parts = ReturnType<StoppedNode["exportSnapshot"]>;

const advice: Readonly<Record<WriteCode, string>> = {
  "not-followed": "Export from a node that follows it: its configuration says so, or it sits in the shard's committee.",
  "not-attested": "Start the node and try again later: the state of a claim is given when the claim is attested.",
  "not-kept": "Start the node and try again when another claim of the shard is attested.",
  "too-large": "Whoever is to follow this shard replays it.",
};

export const exportCommand: Command = {
  help: `./tandem shard snapshot export --config FILE --shard NAME --out FILE [--json]

Writes the state of a shard after its last attested claim, with the proof of that claim, to a new
file. Anybody can check it against the genesis alone; whoever imports it goes on from there. The
node has to be stopped meanwhile, and to follow the shard.

  --config FILE  of the node
  --shard NAME   a shard that it follows
  --out FILE     a file that is not there yet
`,
  options: { config: { type: "string" }, shard: { type: "string" }, out: { type: "string" } },
  async run({ positionals, flags, json, print }) {
    noPositionals(positionals);
    const out = fileFlag(flags, "out");
    const { shard, bytes, round, claim } = await withNode(flags, async (node, shard) => {
      const done = await writeFile(node, shard, out, new Progress(json));
      return { shard, bytes: done.bytes, round: done.frontier.round, claim: toHex(done.frontier.claim) };
    });
    if (json) return print(`${JSON.stringify({ kind: "exported", shard, round, claim, file: out, bytes })}\n`);
    print(`${shard} after round ${round}, claim ${claim}\n${out}, ${sizeWords(bytes)}\n`);
  },
};

async function writeFile(node: StoppedNode, shard: ShardName, out: string, progress: Progress) {
  const file = await SnapshotWriter.create(out);
  try {
    const frontier = await writeParts(node.exportSnapshot(shard), file, progress);
    await file.end();
    return { frontier, bytes: file.bytes };
  } catch (error) {
    await file.drop();
    throw error;
  } finally {
    progress.end();
  }
}

async function writeParts(parts: Parts, file: SnapshotWriter, progress: Progress): Promise<Frontier> {
  let step = await parts.next();
  for (; step.done !== true; step = await parts.next()) {
    await file.add(step.value);
    progress.show(() => `${sizeWords(file.bytes)} written`);
  }
  if (step.value.ok) return step.value.value;
  const { code, message } = step.value.error;
  throw new Complaint(code, `${message.charAt(0).toUpperCase()}${message.slice(1)}.`, advice[code], 1);
}
