// What a devnet tells: each as a line of words, or of JSON.

import { followHint, pathWords } from "../program/follow-hint.ts";
import { wrap } from "../terminal.ts";
import type { FinalBlob } from "./first-blobs.ts";
import type { FirstProgram } from "./first-program.ts";
import type { DevnetFolder } from "./folder.ts";
import type { JourneyStep } from "./journey.ts";
import { stepLines } from "./journey-words.ts";
import type { Operated } from "./operator.ts";
import { operatedWords } from "./operator-words.ts";

export type DevnetEvent =
  | { readonly kind: "kept-by-npm"; readonly flags: readonly string[] }
  | { readonly kind: "opened"; readonly folder: DevnetFolder }
  | {
      readonly kind: "started";
      readonly processes: readonly { readonly node: string; readonly pid: number | undefined }[];
    }
  | { readonly kind: "ready"; readonly afterMs: number; readonly apis: readonly string[] }
  | { readonly kind: "first-final"; readonly height: number; readonly afterMs: number }
  | ({ readonly kind: "blob"; readonly nodes: number } & FinalBlob)
  /** A claim in which steps of the first program ran has come so far. */
  | ({ readonly kind: "program-stage"; readonly first: FirstProgram } & JourneyStep)
  /** It takes long, and why. */
  | { readonly kind: "program-late"; readonly afterMs: number; readonly waits: readonly string[] }
  | {
      readonly kind: "program-attested";
      readonly blob: string;
      readonly shards: readonly string[];
      readonly afterMs: number;
    }
  | { readonly kind: "no-program"; readonly why: string }
  | {
      readonly kind: "try";
      readonly accounts: string;
      readonly genesis: string;
      /** Of the devnet, where it is not the usual one. */
      readonly folder: string | undefined;
      readonly nodes: number;
      readonly api: string;
      /** Of the first program, if it was there in time. */
      readonly program: string | undefined;
    }
  | {
      readonly kind: "node-ended";
      readonly what: string;
      readonly lastWords: readonly string[];
      readonly logFile: string;
    }
  | ({ readonly kind: "killed" | "restarted" } & Operated)
  | { readonly kind: "stopping" }
  | { readonly kind: "stopped"; readonly nodes: number; readonly badly: readonly string[]; readonly tookMs: number };

/** In lines of that width, but for commands and logs. */
export function wordsOf(event: DevnetEvent, width: number): string {
  switch (event.kind) {
    case "kept-by-npm":
      return wrapped(keptWords(event.flags.join(" ")), width);
    case "opened":
      return openedWords(event.folder, width);
    case "started":
      return `${counted(event.processes.length, "process", "processes")} started`;
    case "ready":
      return `all are linked with each other, ${seconds(event.afterMs)} after their start`;
    case "first-final":
      return `first final block (height ${event.height}), ${seconds(event.afterMs)} after their start`;
    case "blob":
      return `${event.name.padEnd(8)}  ${event.what.padEnd(25)}  final on ${counted(event.nodes, "node")}: height ${event.height}, ${event.tookMs} ms`;
    case "program-stage":
      return stepLines(event, event.first.program, event.first.names, width).join("\n");
    case "program-late":
      return wrapped(`after ${seconds(event.afterMs)} it is not attested: ${event.waits.join("; ")}`, width);
    case "program-attested":
      return `  attested  all of it, in ${event.shards.length} shards, ${seconds(event.afterMs)} after it was signed`;
    case "no-program":
      return wrapped(event.why, width);
    case "try":
      return tryWords(event);
    case "node-ended":
      return `${event.what}. It said last:\n${event.lastWords.map((line) => `  | ${line}`).join("\n")}\n  All of it: ${event.logFile}`;
    case "killed":
    case "restarted":
      return operatedWords(event.kind, event, width);
    case "stopping":
      return "stopping";
    case "stopped":
      return stoppedWords(event);
  }
}

export function jsonOf(event: DevnetEvent): string {
  if (event.kind === "program-stage") {
    const { first, ...step } = event;
    return JSON.stringify({ ...step, blob: first.ordered.blob });
  }
  if (event.kind !== "opened") return JSON.stringify(event);
  const { folder, network, isNew, deltaMs, delayMs, nodes } = event.folder;
  return JSON.stringify({ kind: "opened", folder, network, isNew, deltaMs, delayMs, nodes });
}

function keptWords(flags: string): string {
  return `npm kept ${flags} to itself, and this goes on without it: npm start -- ${flags}`;
}

function wrapped(text: string, width: number): string {
  return wrap(text, width).join("\n");
}

function openedWords({ folder, network, isNew, deltaMs, delayMs, nodes }: DevnetFolder, width: number): string {
  const what = isNew ? "a new network" : "the network that is there";
  const delay = delayMs === 0 ? "" : `, each frame delayed by ${delayMs} ms`;
  const small = "Δ was chosen for less delay: views will time out. --fresh chooses it anew.";
  return [
    wrapped(`${what}: ${network.slice(0, 16)}…, ${counted(nodes.length, "validator")}, Δ ${deltaMs} ms${delay}`, width),
    `in ${folder}`,
    ...(delayMs > deltaMs ? [wrapped(small, width)] : []),
  ].join("\n");
}

/** The bank is in each network that runs a program at its start. */
function rebuildHint(genesis: string, api: string): string {
  return `  ./tandem shard follow bank --measure \\\n    --genesis ${pathWords(genesis)} \\\n    --api ${api}\n`;
}

function tryWords({
  accounts,
  genesis,
  folder,
  nodes,
  api,
  program,
}: Extract<DevnetEvent, { readonly kind: "try" }>): string {
  const where = folder === undefined ? "" : ` --folder ${pathWords(folder)}`;
  // Of one alone all would stand still.
  const kill =
    nodes < 2
      ? ""
      : `  ./tandem devnet kill ${nodes - 1}${where}    # which shards stand still, and why; restart ${nodes - 1} heals them\n`;
  const follow = program === undefined ? "" : `${followHint(program, api)}${rebuildHint(genesis, api)}`;
  return `
try in another terminal:
  ./tandem blob submit --from account-0 --text "Hello" --wait \\
    --keys ${pathWords(accounts)} \\
    --api ${api}
  curl ${api}/status
${follow}${kill}  ./tandem story run train-and-hotel    # such a program to its end, both or neither
programs of your own: --program FILE in place of --text; docs/programs-by-hand.md says how`;
}

function stoppedWords({ nodes, badly, tookMs }: Extract<DevnetEvent, { readonly kind: "stopped" }>): string {
  const all = nodes === 1 ? "the node" : `all ${nodes} nodes`;
  if (badly.length === 0) return `${all} stopped cleanly in ${seconds(tookMs)}; the next start continues`;
  return `stopped in ${seconds(tookMs)}, but not cleanly: ${badly.join(", ")}`;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
