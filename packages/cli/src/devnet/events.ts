// What a devnet tells: each as a line of words, or of JSON.

import { relative } from "node:path";
import { type Program, toHex } from "@tandem/shared";
import { callerPath } from "../flags.ts";
import { programToJson } from "../program/to-json.ts";
import { calledWords, type Names, outcomeWords } from "../program/words.ts";
import { toJson } from "../readable.ts";
import { formatTable } from "../terminal.ts";
import type { FinalBlob } from "./first-blobs.ts";
import type { RanStep, RunProgram, ShardRun } from "./first-program.ts";
import type { DevnetFolder } from "./folder.ts";

export type DevnetEvent =
  | { readonly kind: "opened"; readonly folder: DevnetFolder }
  | {
      readonly kind: "started";
      readonly processes: readonly { readonly node: string; readonly pid: number | undefined }[];
    }
  | { readonly kind: "ready"; readonly afterMs: number; readonly apis: readonly string[] }
  | { readonly kind: "first-final"; readonly height: number; readonly afterMs: number }
  | ({ readonly kind: "blob"; readonly nodes: number } & FinalBlob)
  | ({ readonly kind: "program" } & RunProgram)
  | { readonly kind: "no-program"; readonly why: string }
  | { readonly kind: "try"; readonly accounts: string; readonly api: string }
  | {
      readonly kind: "node-ended";
      readonly what: string;
      readonly lastWords: readonly string[];
      readonly logFile: string;
    }
  | { readonly kind: "stopping" }
  | { readonly kind: "stopped"; readonly nodes: number; readonly badly: readonly string[]; readonly tookMs: number };

export function wordsOf(event: DevnetEvent): string {
  switch (event.kind) {
    case "opened":
      return openedWords(event.folder);
    case "started":
      return `${event.processes.length} processes started`;
    case "ready":
      return `all are linked with each other, ${seconds(event.afterMs)} after their start`;
    case "first-final":
      return `first final block (height ${event.height}), ${seconds(event.afterMs)} after their start`;
    case "blob":
      return `${event.name.padEnd(8)}  ${event.what.padEnd(25)}  final on ${event.nodes} nodes: height ${event.height}, ${event.tookMs} ms`;
    case "program":
      return programWords(event);
    case "no-program":
      return event.why;
    case "try":
      return tryWords(event);
    case "node-ended":
      return `${event.what}. It said last:\n${event.lastWords.map((line) => `  | ${line}`).join("\n")}\n  All of it: ${event.logFile}`;
    case "stopping":
      return "stopping";
    case "stopped":
      return stoppedWords(event);
  }
}

export function jsonOf(event: DevnetEvent): string {
  if (event.kind === "program") return JSON.stringify(programJson(event));
  if (event.kind !== "opened") return JSON.stringify(event);
  const { folder, network, isNew, deltaMs, delayMs, nodes } = event.folder;
  return JSON.stringify({ kind: "opened", folder, network, isNew, deltaMs, delayMs, nodes });
}

function openedWords({ folder, network, isNew, deltaMs, delayMs, nodes }: DevnetFolder): string {
  const what = isNew ? "a new network" : "the network that is there";
  const delay = delayMs === 0 ? "" : `, each frame delayed by ${delayMs} ms`;
  const small = delayMs > deltaMs ? `\nΔ was chosen for less delay: views will time out. --fresh chooses it anew.` : "";
  return `${what}: ${network.slice(0, 16)}…, ${nodes.length} validators, Δ ${deltaMs} ms${delay}\nin ${folder}${small}`;
}

function programJson({ ordered, program, shards }: RunProgram) {
  const { name, what, ...place } = ordered;
  return { kind: "program", ...place, program: programToJson(program), shards: toJson(shards) };
}

const waitingWords =
  "\n~ counts if its whole group holds. To know that, each shard has to see what the other did; the attest chain\nwill make that visible, and is still to come: until then both wait";

/** What each shard has run of it, and the root of the shard's contracts afterwards. */
function programWords({ program, shards, names }: RunProgram): string {
  const rows = shards.flatMap((shard) => {
    const { round, contracts } = shard;
    const [first = "", ...more] = [...shard.ran.map((ran) => ranWords(ran, program, names)), ...leftWords(shard)];
    const root = `${toHex(contracts).slice(0, 16)}…`;
    return [[shard.shard, String(round), root, first], ...more.map((text) => ["", "", "", text])];
  });
  const table = formatTable(["shard", "round", "contracts root", "what came of it"], rows, [1]);
  const isWaiting = shards.some(({ isPending }) => isPending);
  return `the program, run here, from the slices of its shards alone:\n\n${table}${isWaiting ? waitingWords : ""}`.trimEnd();
}

function ranWords({ step, isTentative, outcome }: RanStep, { steps }: Program, names: Names): string {
  const call = steps[step];
  const called = call?.kind === "call" ? calledWords(call) : `step ${step}`;
  return `${called} → ${isTentative ? "~ " : ""}${outcomeWords(names, outcome)}`;
}

function leftWords({ awaited, isPending }: ShardRun): readonly string[] {
  if (!isPending) return [];
  const steps = awaited.map(({ shard, step }) => `step ${step} of ${shard}`);
  return [`waits for ${steps.join(", ") || "what was ordered earlier"}`];
}

function tryWords({ accounts, api }: Extract<DevnetEvent, { readonly kind: "try" }>): string {
  const keys = relative(callerPath("."), accounts);
  return `
try in another terminal:
  ./tandem blob submit --from account-0 --text "Hello" --wait \\
    --keys ${keys.startsWith("..") ? accounts : keys} \\
    --api ${api}
  curl ${api}/status`;
}

function stoppedWords({ nodes, badly, tookMs }: Extract<DevnetEvent, { readonly kind: "stopped" }>): string {
  if (badly.length === 0) return `all ${nodes} nodes stopped cleanly in ${seconds(tookMs)}; the next start continues`;
  return `stopped in ${seconds(tookMs)}, but not cleanly: ${badly.join(", ")}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
