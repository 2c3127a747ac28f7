// What an operator may do to a devnet that runs: kill a node, start one again, see how it stands.

import { setTimeout as sleep } from "node:timers/promises";
import { Complaint } from "../terminal.ts";
import type { ChainRow } from "./chains.ts";
import { type Devnet, describeEnd } from "./devnet.ts";
import type { NodeProcess } from "./node-process.ts";
import type { ShardRow } from "./shards.ts";
import type { DevnetView, Watch } from "./watch.ts";

/** A node that was killed or started again, and what that means for the shards. */
export interface Operated {
  readonly node: string;
  readonly pid: number | undefined;
  /** Who votes on them: without a quorum nothing goes on. */
  readonly chains: readonly ChainRow[];
  /** Shards without a quorum now, or without one of the chains. */
  readonly stalled: readonly Pick<ShardRow, "shard" | "members" | "need" | "state" | "down" | "unmarked">[];
  readonly goOn: readonly string[];
}

const pollMs = 50;
/** Until it answers: it may have much to read, on a busy machine. */
const restartTimeoutMs = 60_000;
const statusTimeoutMs = 2000;
/** Until it has read what it stored, and so knows what it can sign; one with much to read is judged later, by its status. */
const judgeTimeoutMs = 10_000;
/** Rows that were read so lately are told again. */
const viewAgeMsMax = 1500;

export class Operator {
  readonly #devnet: Devnet;
  readonly #watch: Watch;
  readonly #onKill: (operated: Operated) => void;
  readonly #onRestart: (operated: Operated) => void;
  #isReady = false;

  constructor(
    devnet: Devnet,
    watch: Watch,
    on: { readonly kill: (operated: Operated) => void; readonly restart: (operated: Operated) => void },
  ) {
    this.#devnet = devnet;
    this.#watch = watch;
    this.#onKill = on.kill;
    this.#onRestart = on.restart;
  }

  /** The network is up: from here on its nodes may come and go. */
  open(): void {
    this.#isReady = true;
  }

  async kill(which: string): Promise<Operated> {
    const node = this.#find(which);
    if (node.isKilled || node.exit !== undefined) {
      throw new Complaint("already-down", `${node.name} is down already.`, restartAdvice(node), 1);
    }
    const { pid } = node;
    await node.crash();
    const operated = await this.#operated(node, pid);
    this.#onKill(operated);
    return operated;
  }

  /** Resolves when it answers, and says what it can sign. */
  async restart(which: string): Promise<Operated> {
    const node = this.#find(which);
    if (node.exit === undefined) {
      const advice = `./tandem devnet kill ${numberOf(node)} ends it.`;
      throw new Complaint("already-up", `${node.name} runs already (process ${node.pid}).`, advice, 1);
    }
    node.restart();
    await this.#untilItAnswers(node);
    const operated = await this.#operated(node, node.pid);
    this.#onRestart(operated);
    return operated;
  }

  view(): Promise<DevnetView> {
    return this.#watch.latest(viewAgeMsMax);
  }

  /** By its number or name. */
  #find(which: string): NodeProcess {
    const { nodes } = this.#devnet;
    const node = nodes.find((each) => each.name === which || numberOf(each) === which);
    if (node === undefined) {
      const what = `This devnet has no node "${which}".`;
      throw new Complaint("no-such-node", what, `Its nodes are 0 to ${nodes.length - 1}.`);
    }
    if (this.#isReady) return node;
    const what = "This devnet is still starting.";
    throw new Complaint("not-ready", what, "Try again when it has shown its first final block.", 1);
  }

  async #untilItAnswers(node: NodeProcess): Promise<void> {
    const untilMs = performance.now() + restartTimeoutMs;
    let judgedMs: number | undefined;
    const answers = async () => {
      const status = await node.api.status(AbortSignal.timeout(statusTimeoutMs)).catch(() => undefined);
      if (status === undefined) return false;
      judgedMs ??= performance.now() + judgeTimeoutMs;
      return status.attest.isStarted || performance.now() > judgedMs;
    };
    while (!(await answers())) {
      if (node.exit !== undefined) {
        const { what: ended, lastWords } = describeEnd(node);
        const why = lastWords.findLast((line) => line.startsWith("error "));
        const what = `${ended} before it answered${why === undefined ? "." : `: ${why}`}`;
        throw new Complaint("node-ended", what, `${node.logFile} says why.`, 1);
      }
      if (performance.now() > untilMs) {
        const what = `${node.name} runs, but did not answer within ${restartTimeoutMs / 1000} s.`;
        throw new Complaint("no-answer", what, `${node.logFile} may say why.`, 1);
      }
      await sleep(pollMs);
    }
  }

  async #operated({ name }: NodeProcess, pid: number | undefined): Promise<Operated> {
    this.#watch.forget();
    const { chains, shards } = await this.#watch.read();
    const stalled = shards.filter(isStalled).map(({ shard, members, need, state, down, unmarked }) => {
      return { shard, members, need, state, down, unmarked };
    });
    const goOn = shards.filter((row) => !isStalled(row)).map(({ shard }) => shard);
    return { node: name, pid, chains, stalled, goOn };
  }
}

function isStalled({ state }: ShardRow): boolean {
  return state.startsWith("no-");
}

function restartAdvice(node: NodeProcess): string {
  return `./tandem devnet restart ${numberOf(node)} starts it again.`;
}

function numberOf({ name }: NodeProcess): string {
  return name.replace(/^node-/, "");
}
