// A network of processes on this machine: started together, watched, stopped together. A node that ends by itself is told
// at once; the others go on. An operator may kill and restart single ones.

import { setTimeout as sleep } from "node:timers/promises";
import type { NodeStatus } from "@tandem/node";
import { isCold, noteFilled, withoutCompiled } from "../compiled.ts";
import { Complaint } from "../terminal.ts";
import type { DevnetFolder } from "./folder.ts";
import { NodeProcess } from "./node-process.ts";

const pollMs = 50;
/** Nodes that have much to read, on a busy machine. */
const readyTimeoutMs = 60_000;
const statusTimeoutMs = 2000;
const lastWordsMax = 8;

interface UpHandlers {
  onLinked(afterMs: number): void;
  onFinal(height: number, afterMs: number): void;
}

export class Devnet {
  readonly nodes: readonly NodeProcess[];
  readonly #startMs = performance.now();
  /** The first node fills the folder of what was compiled. */
  readonly #isFilling: boolean;

  /** `onEnd`: a node ended by itself. */
  constructor({ nodes }: DevnetFolder, onEnd: (node: NodeProcess) => void) {
    const isFilling = isCold();
    this.#isFilling = isFilling;
    this.nodes = nodes.map((place, index) => {
      return new NodeProcess(place, onEnd, isFilling && index > 0 ? withoutCompiled() : process.env);
    });
  }

  /**
   * Resolves when every node has had a link with every other, and some node has executed a block of this run. Both are
   * told as soon as they are seen, with the time since the start.
   */
  async untilUp(signal: AbortSignal, { onLinked, onFinal }: UpHandlers): Promise<void> {
    let isLinked = false;
    let isFinal = false;
    while (!isLinked || !isFinal) {
      const statuses = await this.#statuses();
      const ended = this.nodes.find(({ exit }) => exit !== undefined);
      if (ended !== undefined) throw endedEarly(ended);
      if (!isLinked && statuses.every(hasAllLinks)) {
        isLinked = true;
        onLinked(this.#elapsedMs);
      }
      const height = Math.max(...statuses.map(newHeight));
      if (!isFinal && height > 0) {
        isFinal = true;
        onFinal(height, this.#elapsedMs);
      }
      if (this.#elapsedMs > readyTimeoutMs) throw notReady(this.nodes);
      await sleep(pollMs, undefined, { signal });
    }
  }

  /** Resolves when all have ended, with those that did not end well; to be killed by an operator is well. */
  async stop(): Promise<readonly NodeProcess[]> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    if (this.#isFilling && this.nodes[0]?.exit?.code === 0) noteFilled();
    // One that was asked before it could hear of it had not begun.
    const isWell = ({ exit, isKilled }: NodeProcess) => exit?.code === 0 || exit?.signal === "SIGTERM" || isKilled;
    return this.nodes.filter((node) => !isWell(node));
  }

  kill(): void {
    for (const node of this.nodes) node.kill();
  }

  get #elapsedMs(): number {
    return Math.round(performance.now() - this.#startMs);
  }

  #statuses(): Promise<readonly (NodeStatus | undefined)[]> {
    const end = AbortSignal.timeout(statusTimeoutMs);
    return Promise.all(this.nodes.map(({ api }) => api.status(end).catch(() => undefined)));
  }
}

function hasAllLinks(status: NodeStatus | undefined): boolean {
  return status?.peers.every(({ connected }) => connected) === true;
}

/** Of the first block that it has executed in this run. */
function newHeight(status: NodeStatus | undefined): number {
  const blocks = status?.ordered.blocks ?? 0;
  return status !== undefined && blocks > 0 ? status.heights.executed - blocks + 1 : 0;
}

/** In words, and what it said last. */
export function describeEnd(node: NodeProcess): { readonly what: string; readonly lastWords: readonly string[] } {
  const { code, signal } = node.exit ?? { code: null, signal: null };
  const how = signal === null ? `exit code ${code}` : signal;
  return { what: `${node.name} ended with ${how}`, lastWords: node.lastWords(lastWordsMax) };
}

/** What it said last was told when it ended. */
function endedEarly(node: NodeProcess): Complaint {
  const what = `${describeEnd(node).what} before the network was ready.`;
  return new Complaint("node-ended", what, `What it said last stands above, all of it in ${node.logFile}.`, 1);
}

function notReady(nodes: readonly NodeProcess[]): Complaint {
  const what = `The network was not ready within ${readyTimeoutMs / 1000} s.`;
  return new Complaint("not-ready", what, `${nodes[0]?.logFile} and its like may say why.`, 1);
}
