// `tandem program follow`: what became of a program, as a node sees it.

import { setTimeout as sleep } from "node:timers/promises";
import { type Analysis, blobCodec, checkProgram, fromHex, type Program, toHex } from "@tandem/shared";
import { type ApiClient, apiHelp, apiOf, apiOption, type ProgramAnswer } from "../api-client.ts";
import type { Command } from "../command.ts";
import { badFlag, countBetween, onePositional } from "../flags.ts";
import { Complaint, columns } from "../terminal.ts";
import { followedPage } from "./follow-words.ts";

const timeoutSecondsUsual = 60;
const timeoutSecondsMax = 86_400;
const pollMs = 100;

export const followCommand: Command = {
  help: `./tandem program follow ROOT [--api URL] [--wait] [--timeout S] [--json]

Says what became of a program: whether it is ordered, what came of each step and settle that ran,
and how far each of its shards is: run by that node, affirmed by a quorum of the shard's committee,
attested in a final block of the attest chain. ROOT is that of its blob.

A node says what it sees: of shards that it does not follow, what is attested. Its word is not
checked here; ./tandem shard follow rebuilds a shard and believes nobody.

  --wait            until it is attested in all its shards
  --timeout S       give up after so many seconds (${timeoutSecondsUsual})
${apiHelp}

Exit code 1 if the blob is unknown, or its payload is no program or a void one.
`,
  options: { ...apiOption, wait: { type: "boolean" }, timeout: { type: "string" } },
  async run({ positionals, flags, json, print }) {
    const root = onePositional(positionals, "ROOT").replace(/^0x/, "");
    if (fromHex(root)?.length !== 32) throw badFlag("A blob's root has 64 digits of lower-case hex.");
    const seconds = countBetween(flags, "timeout", [1, timeoutSecondsMax], timeoutSecondsUsual);
    const api = apiOf(flags);
    const signal = AbortSignal.timeout(seconds * 1000);
    const sight: Sight = { last: undefined };
    const answer = await inTime(seconds, sight, programOf(api, root, flags["wait"] === true, { signal, sight }));
    if (answer.status === "unknown") process.exitCode = 1;
    if (answer.status === "unknown" || answer.status === "waiting") {
      return print(json ? `${JSON.stringify(answer)}\n` : notOrderedWords(answer));
    }
    const program = await readProgramOf(api, root, answer.height);
    if (json) return print(`${JSON.stringify(answer)}\n`);
    print(followedPage(answer, program, new Map(), columns(process.stdout)));
  },
};

/** What was heard so far by who waits. */
interface Sight {
  last: ProgramAnswer | undefined;
}

async function inTime<T>(seconds: number, sight: Sight, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error) || !["AbortError", "TimeoutError"].includes(error.name)) throw error;
    const far = sight.last === undefined ? "" : `: ${farWords(sight.last)}`;
    const what = `It was not attested within ${seconds} s${far}.`;
    throw new Complaint("timeout", what, "Without --wait each step is told; --timeout waits longer.", 1);
  }
}

/** How far it is, in a few words. */
export function farWords(answer: ProgramAnswer): string {
  if (answer.status === "unknown") return "the node has neither ordered nor accepted it";
  if (answer.status === "waiting") return "the node has accepted it, and it is not ordered yet";
  const shards = answer.shards.map(({ shard, status, isKnown }) => `${shard} ${isKnown ? status : "not known here"}`);
  return `it is ordered in block ${answer.height}; ${shards.join(", ")}`;
}

interface Waiting {
  readonly signal: AbortSignal;
  readonly sight: Sight;
}

async function programOf(api: ApiClient, root: string, isAwaited: boolean, { signal, sight }: Waiting) {
  for (;;) {
    const answer = await api.program(root, signal).catch((error) => onStarting(error, isAwaited));
    sight.last = answer ?? sight.last;
    if (answer !== undefined && (!isAwaited || isThrough(answer))) return answer;
    await sleep(pollMs, undefined, { signal });
  }
}

/** A node that starts will know in a moment. */
function onStarting(error: unknown, isAwaited: boolean): undefined {
  if (!isAwaited || !(error instanceof Complaint) || error.code !== "starting") throw error;
}

/** What touches no shard is through when it is ordered, and so is what is no program. */
function isThrough(answer: ProgramAnswer): boolean {
  return answer.status === "attested" || ("shards" in answer && (answer.shards.length === 0 || "void" in answer));
}

function notOrderedWords({ status }: ProgramAnswer): string {
  if (status === "waiting") return "waiting: accepted by this node, and not ordered yet; --wait waits for more\n";
  return "unknown: this node has neither ordered nor accepted it\n";
}

export interface ReadProgram {
  readonly program: Program;
  readonly analysis: Analysis;
}

/** A blob that a node gives is believed for its root. */
async function readProgramOf(api: ApiClient, blob: string, height: number): Promise<ReadProgram> {
  const decoded = blobCodec.decode(await api.rawBlob(blob));
  if (!decoded.ok || toHex(blobCodec.root(decoded.value)) !== blob) {
    throw new Complaint("false-blob", "The node gives another blob.", "Ask another node.", 1);
  }
  const { envelope } = decoded.value;
  const checked = checkProgram(envelope.payload, envelope);
  if (checked.kind === "program") return checked;
  const { code, path, message } = checked.failure;
  const what = `Ordered in block ${height}, but its payload is no program, or a void one: ${path === "" ? "" : `${path}: `}${message}.`;
  throw new Complaint(code, what, "It is paid for and has no steps; docs/programs-format.md has the rules.", 1);
}
