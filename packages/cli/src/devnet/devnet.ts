// A network of processes on this machine: started together, watched, stopped together. A node that ends by itself is told
// at once; the others go on.

import { setTimeout as sleep } from "node:timers/promises";
import type { NodeStatus } from "@tandem/node";
import { Complaint } from "../terminal.ts";
import type { DevnetFolder } from "./folder.ts";
import { type Exit, NodeProcess } from "./node-process.ts";

const pollMs = 50;
/** Nodes that have much to read, on a busy machine. */
const readyTimeoutMs = 60_000;
const statusTimeoutMs = 2000;
const lastWordsMax = 8;

export class Devnet {
  readonly nodes: readonly NodeProcess[];
  readonly #startMs = performance.now();

  constructor({ nodes }: DevnetFolder, onEnd: (node: NodeProcess, exit: Exit) => void) {
    this.nodes = nodes.map((place) => new NodeProcess(place));
    for (const node of this.nodes) {
      void node.exited.then((exit) => {
        if (!node.isStopping) onEnd(node, exit);
      });
    }
  }

  /** Since its processes were started. */
  get elapsedMs(): number {
    return Math.round(performance.now() - this.#startMs);
  }

  /** Resolves when every node answers and has a link with every other. */
  untilReady(signal: AbortSignal): Promise<void> {
    return this.#until(signal, (statuses) => {
      const ended = this.nodes.find(({ exit }) => exit !== undefined);
      if (ended !== undefined) throw endedEarly(ended);
      return statuses.every((status) => status?.peers.every(({ connected }) => connected) === true);
    });
  }

  /** Resolves with the height when any node has executed a block since it started. */
  async untilFinal(signal: AbortSignal): Promise<number> {
    let height = 0;
    await this.#until(signal, (statuses) => {
      height = Math.max(...statuses.map((status) => (status?.ordered.blocks ? status.heights.executed : 0)));
      return height > 0;
    });
    return height;
  }

  /** Resolves when all have ended, with those that did not end well. */
  async stop(): Promise<readonly NodeProcess[]> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    return this.nodes.filter(({ exit }) => exit?.code !== 0);
  }

  kill(): void {
    for (const node of this.nodes) node.kill();
  }

  async #until(signal: AbortSignal, isSo: (statuses: readonly (NodeStatus | undefined)[]) => boolean): Promise<void> {
    for (;;) {
      const read = (node: NodeProcess) => node.api.status(AbortSignal.timeout(statusTimeoutMs)).catch(() => undefined);
      if (isSo(await Promise.all(this.nodes.map(read)))) return;
      if (this.elapsedMs > readyTimeoutMs) throw notReady(this.nodes);
      await sleep(pollMs, undefined, { signal });
    }
  }
}

/** In words, and what it said last. */
export function describeEnd(node: NodeProcess): { readonly what: string; readonly lastWords: readonly string[] } {
  const { code, signal } = node.exit ?? { code: null, signal: null };
  const how = signal === null ? `exit code ${code}` : signal;
  return { what: `${node.name} ended with ${how}`, lastWords: node.lastWords(lastWordsMax) };
}

function endedEarly(node: NodeProcess): Complaint {
  const { what, lastWords } = describeEnd(node);
  const words = lastWords.map((line) => `\n  | ${line}`).join("");
  const advice = `All that it said is in ${node.logFile}.`;
  return new Complaint("node-ended", `${what} before the network was ready.${words}`, advice, 1);
}

function notReady(nodes: readonly NodeProcess[]): Complaint {
  const what = `The network was not ready within ${readyTimeoutMs / 1000} s.`;
  return new Complaint("not-ready", what, `${nodes[0]?.logFile} and its like may say why.`, 1);
}
