// What a devnet tells: each as a line of words, or of JSON.

import { relative } from "node:path";
import { callerPath } from "../flags.ts";
import type { FinalBlob } from "./first-blobs.ts";
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
