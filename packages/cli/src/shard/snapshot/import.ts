// `tandem shard snapshot import`: a file that anybody gave, checked against an attested claim, into a stopped node.

import type { ImportCode, StoppedNode, Voice } from "@tandem/node";
import { type Failure, type Frontier, type ShardName, toHex } from "@tandem/shared";
import type { Command } from "../../command.ts";
import { noPositionals } from "../../flags.ts";
import { Complaint, columns, wrap } from "../../terminal.ts";
import { SnapshotFile } from "./file.ts";
import { fileFlag, sizeWords, withNode } from "./ground.ts";
import { Progress } from "./progress.ts";

const otherFile = "Nothing of it was kept. Get the file from another follower, or replay the shard.";
const advice: Partial<Record<ImportCode, string>> = {
  "is-followed": "A state that was computed here is never replaced: start the node, and it goes on from there.",
  "wrong-network": "Is it a file of another network? The genesis file says which this is.",
  "wrong-shard": "Name the shard that it is of with --shard.",
  truncated: "Nothing of it was kept. Copy the whole file, and compare the sizes.",
};

export const importCommand: Command = {
  help: `./tandem shard snapshot import --config FILE --shard NAME --in FILE [--json]

Checks a snapshot of a shard against a claim that the network attested, and puts the state into
the store of a stopped node that does not follow the shard yet. Whoever gave the file need not be
trusted: what is not exactly what the claim commits to is refused, and nothing of it stays. The
node follows the shard from there on, if its configuration says so or it sits in the committee.

A snapshot never says what this node's key signed. A validator of the committee that has no
record of that follows the shard, and affirms nothing.

  --config FILE  of the node
  --shard NAME   the shard that the file is of
  --in FILE      as ./tandem shard snapshot export writes them
`,
  options: { config: { type: "string" }, shard: { type: "string" }, in: { type: "string" } },
  async run({ positionals, flags, json, print }) {
    noPositionals(positionals);
    const path = fileFlag(flags, "in");
    const said = await withNode(flags, async (node, shard) => {
      const { round, claim } = await readFile(node, shard, path, new Progress(json));
      const voice = await node.voiceIn(shard);
      return { shard, round, claim: toHex(claim), follows: node.follows.includes(shard), voice };
    });
    print(json ? `${JSON.stringify({ kind: "imported", ...said })}\n` : readable(said));
  },
};

async function readFile(node: StoppedNode, shard: ShardName, path: string, progress: Progress): Promise<Frontier> {
  const file = await SnapshotFile.open(path);
  try {
    const onPart = () => progress.show(() => `${sizeWords(file.read)} of ${sizeWords(file.size)} read`);
    const done = await node.importSnapshot(shard, file.parts(onPart));
    if (done.ok) return done.value;
    throw refused(done.error, file);
  } finally {
    progress.end();
    await file.close();
  }
}

function refused({ code, path, message }: Failure<ImportCode>, file: SnapshotFile) {
  if (file.isCut)
    return new Complaint("truncated", "The snapshot ends in the middle of a part.", advice.truncated as string);
  const where = path === "" ? "" : ` (${path})`;
  const what = code === "is-followed" ? "This node follows the shard already" : "The snapshot is refused";
  return new Complaint(code, `${what}: ${message}${where}.`, advice[code] ?? otherFile);
}

interface Said {
  readonly shard: ShardName;
  readonly round: number;
  readonly claim: string;
  readonly follows: boolean;
  readonly voice: Voice;
}

function readable({ shard, round, claim, follows, voice }: Said): string {
  const notes = [`${shard} after round ${round}, claim ${claim}`];
  if (!follows) notes.push(`The node does not follow ${shard} yet: name it under "follow" in its configuration.`);
  if (voice === "no-record") {
    notes.push(
      `This validator sits in the committee of ${shard} and has no record here of what its key signed. A snapshot does not make one: the node follows ${shard} and affirms nothing there.`,
    );
  }
  return notes.map((note) => `${wrap(note, columns(process.stdout)).join("\n")}\n`).join("");
}
