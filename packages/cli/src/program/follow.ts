// `tandem program follow`: what became of a program that was ordered.

import { setTimeout as sleep } from "node:timers/promises";
import { asBlobIndex, asHeight, blobCodec, type CheckedGenesis, checkProgram, fromHex, toHex } from "@tandem/shared";
import { type ApiClient, apiHelp, apiOf, apiOption, type BlobAnswer } from "../api-client.ts";
import type { Command } from "../command.ts";
import { badFlag, countBetween, neededText, onePositional } from "../flags.ts";
import { readGenesisOf } from "../genesis/read-file.ts";
import { Complaint, columns } from "../terminal.ts";
import { followProgram, type PlacedProgram } from "./follow-program.ts";
import { followedJson, followedPage } from "./follow-words.ts";

const timeoutSecondsUsual = 60;
/** A chain of a day takes a minute to follow from its genesis. */
const timeoutSecondsMax = 86_400;
const pollMs = 100;

export const followCommand: Command = {
  help: `./tandem program follow ROOT --genesis FILE [--api URL] [--wait] [--json]

Says what became of a program that was ordered: of each step where it ran, in
which round, and its outcome, or what it waits for. ROOT is that of its blob.
Nobody is believed: the shards that it touches are run here from the genesis, on
their slices, which a node gives with proof that they are complete.

A step that needs the outcome of another shard waits until a claim of that shard
is cited. The attest chain does that, and is still to come: until then groups
across shards stay open, and what waits for them too.

  --genesis FILE    the network's genesis file
  --wait            if it is not ordered yet, until it is
  --timeout S       give up after so many seconds (${timeoutSecondsUsual})
${apiHelp}

Exit code 1 if the blob is unknown, or its payload is no program or a void one.
`,
  options: {
    ...apiOption,
    genesis: { type: "string" },
    wait: { type: "boolean" },
    timeout: { type: "string" },
  },
  async run({ positionals, flags, json, print }) {
    const root = onePositional(positionals, "ROOT").replace(/^0x/, "");
    if (fromHex(root)?.length !== 32) throw badFlag("A blob's root has 64 digits of lower-case hex.");
    const seconds = countBetween(flags, "timeout", [1, timeoutSecondsMax], timeoutSecondsUsual);
    const checked = readGenesisOf([neededText(flags, "genesis")]);
    const signal = AbortSignal.timeout(seconds * 1000);
    const api = apiOf(flags);
    await inTime(seconds, async () => {
      await checkNetwork(checked, api);
      const answer = await placeOf(api, root, flags["wait"] === true, signal);
      if (answer.status !== "ordered") {
        if (answer.status === "unknown") process.exitCode = 1;
        return print(json ? `${JSON.stringify(answer)}\n` : notOrderedWords(answer));
      }
      const placed = await readPlaced(api, answer);
      const followed = await followProgram(checked, placed, api, signal);
      if (json) return print(`${JSON.stringify({ status: "ordered", ...(followedJson(followed) as object) })}\n`);
      const { height, index, until } = followed;
      const run = until === height ? "" : `, run up to block ${until}`;
      const head = `ordered: block ${height}, place ${index}${run}`;
      print(`${head}\n\n${followedPage(followed, new Map(), columns(process.stdout))}`);
    });
  },
};

async function inTime(seconds: number, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Error) || !["AbortError", "TimeoutError"].includes(error.name)) throw error;
    const what = `This took more than ${seconds} s.`;
    throw new Complaint("timeout", what, "--timeout gives it more; a long chain takes a minute a day of blocks.", 1);
  }
}

async function checkNetwork({ network }: CheckedGenesis, api: ApiClient): Promise<void> {
  const said = await api.network();
  if (said.network === toHex(network)) return;
  const what = `The genesis is that of the network ${toHex(network)}, the node is of ${said.network}.`;
  throw new Complaint("other-network", what, "Name the genesis of the node's network, or another node (--api).");
}

async function placeOf(api: ApiClient, root: string, isAwaited: boolean, signal: AbortSignal): Promise<BlobAnswer> {
  for (;;) {
    const answer = await api.blob(root);
    if (answer.status === "ordered" || !isAwaited) return answer;
    await sleep(pollMs, undefined, { signal });
  }
}

function notOrderedWords({ status }: BlobAnswer): string {
  if (status === "waiting") return "waiting: accepted by this node, and not ordered yet; --wait waits for that\n";
  return "unknown: this node has neither ordered nor accepted it\n";
}

/** A blob that a node gives is believed for its root. */
export async function readPlaced(
  api: ApiClient,
  { blob, height, index }: Pick<Extract<BlobAnswer, { status: "ordered" }>, "blob" | "height" | "index">,
): Promise<PlacedProgram> {
  const decoded = blobCodec.decode(await api.rawBlob(blob));
  const root = decoded.ok ? blobCodec.root(decoded.value) : undefined;
  if (!decoded.ok || root === undefined || toHex(root) !== blob) {
    throw new Complaint("false-blob", "The node gives another blob.", "Ask another node.", 1);
  }
  const { envelope } = decoded.value;
  const checked = checkProgram(envelope.payload, envelope);
  if (checked.kind === "program") {
    const { program, analysis } = checked;
    return { blob: root, height: asHeight(height), index: asBlobIndex(index), program, analysis };
  }
  const { code, path, message } = checked.failure;
  const what = `Ordered in block ${height}, but its payload is no program, or a void one: ${path === "" ? "" : `${path}: `}${message}.`;
  throw new Complaint(code, what, "It is paid for and has no steps; docs/programs-format.md has the rules.", 1);
}
