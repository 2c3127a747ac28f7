// What an operator may do to a devnet that runs: kill a node, start one again, see how it stands.

import { setTimeout as sleep } from "node:timers/promises";
import { Complaint } from "../terminal.ts";
import { type Committee, hasQuorum, quorumOf } from "./committees.ts";
import { type Devnet, describeEnd } from "./devnet.ts";
import type { NodeProcess } from "./node-process.ts";
import type { DevnetView, Watch } from "./watch.ts";

/** A node that was killed or started again, and what that means for the shards. */
export interface Operated {
  readonly node: string;
  readonly pid: number | undefined;
  /** Without a quorum now. */
  readonly stalled: readonly Committee[];
  /** With one. */
  readonly goOn: readonly string[];
  /** Of both chains: without a quorum nothing goes on. */
  readonly validators: { readonly up: number; readonly need: number; readonly of: number };
}

const pollMs = 50;
/** Until it answers: it may have much to read, on a busy machine. */
const restartTimeoutMs = 60_000;
const statusTimeoutMs = 2000;
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
    const operated = this.#operated(node, pid);
    this.#onKill(operated);
    return operated;
  }

  /** Resolves when it answers. */
  async restart(which: string): Promise<Operated> {
    const node = this.#find(which);
    if (node.exit === undefined) {
      const advice = `./tandem devnet kill ${numberOf(node)} ends it.`;
      throw new Complaint("already-up", `${node.name} runs already (process ${node.pid}).`, advice, 1);
    }
    node.restart();
    await this.#untilItAnswers(node);
    const operated = this.#operated(node, node.pid);
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
    const answers = () => node.api.status(AbortSignal.timeout(statusTimeoutMs)).then(Boolean, () => false);
    while (!(await answers())) {
      if (node.exit !== undefined) {
        const what = `${describeEnd(node).what} before it answered.`;
        throw new Complaint("node-ended", what, `${node.logFile} says why.`, 1);
      }
      if (performance.now() > untilMs) {
        const what = `${node.name} runs, but did not answer within ${restartTimeoutMs / 1000} s.`;
        throw new Complaint("no-answer", what, `${node.logFile} may say why.`, 1);
      }
      await sleep(pollMs);
    }
  }

  #operated({ name }: NodeProcess, pid: number | undefined): Operated {
    this.#watch.forget();
    const down = new Set(this.#devnet.nodes.filter(({ exit }) => exit !== undefined).map((node) => node.name));
    const { committees } = this.#watch;
    const stalled = committees.filter((each) => !hasQuorum(each, down));
    const goOn = committees.filter((each) => hasQuorum(each, down)).map(({ shard }) => shard);
    const { length } = this.#devnet.nodes;
    const validators = { up: length - down.size, need: quorumOf(length), of: length };
    return { node: name, pid, stalled, goOn, validators };
  }
}

function restartAdvice(node: NodeProcess): string {
  return `./tandem devnet restart ${numberOf(node)} starts it again.`;
}

function numberOf({ name }: NodeProcess): string {
  return name.replace(/^node-/, "");
}
