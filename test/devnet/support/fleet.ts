// Validators as processes of `tandem node`, which a test starts, kills and starts again as it likes.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { appendFileSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What every network here begins with, in each of its shards: a total that anybody may add to. */
export const counterIn = (shard: string) => `${shard}/sum`;
export const counter = counterIn("main");

const project = resolve(import.meta.dirname, "../../..");
const main = join(project, "packages/cli/src/main.ts");
/** A node ends when the test that started it is gone. */
const leash = join(project, "packages/cli/src/devnet/leash.ts");

export interface Created {
  readonly network: string;
  readonly nodes: readonly { readonly name: string; readonly config: string; readonly api: string }[];
  readonly accounts: readonly { readonly name: string; readonly key: string; readonly file: string }[];
}

export interface BlockAnswer {
  readonly root: string;
  readonly header: { readonly height: number };
  /** Roots. */
  readonly blobs: readonly string[];
}

/** Of GET /shards/NAME. */
export interface ShardAnswer {
  readonly attested: { readonly round: number; readonly claim: string };
  readonly pending: number;
  readonly dispute: object | null;
}

/** Of GET /programs/ROOT. */
export interface ProgramAnswer {
  readonly status: string;
  readonly shards: readonly { readonly ran: readonly { readonly outcome: string; readonly value: string }[] }[];
}

export interface StatusAnswer {
  readonly heights: { readonly final: number; readonly executed: number };
  readonly evidence: number;
  readonly peers: readonly { readonly connected: boolean }[];
}

export interface FleetPlan {
  /** Of payers. */
  readonly accounts: number;
  /** Δ. */
  readonly deltaMs: number;
  /** `main` alone without them; of several, each has three of the four validators. */
  readonly shards?: readonly string[];
}

export class Fleet {
  readonly folder: string;
  readonly created: Created;
  readonly #children: (ChildProcess | undefined)[];

  static create({ accounts, deltaMs, shards = ["main"] }: FleetPlan): Fleet {
    const folder = mkdtempSync(join(tmpdir(), "tandem-fleet-"));
    const sizes = ["--accounts", `${accounts}`, "--delay-ms", `${deltaMs}`, "--heartbeat-ms", "1000", "--port", "0"];
    const contracts = join(folder, "contracts.json");
    const made = shards.map((shard) => [counterIn(shard), { environment: "counter", config: 0 }]);
    writeFileSync(contracts, JSON.stringify(Object.fromEntries(made)));
    const committees = ["--shards", shards.join(","), ...(shards.length > 1 ? ["--committee-size", "3"] : [])];
    const args = [
      main,
      "genesis",
      "create",
      "--out",
      folder,
      "--contracts",
      contracts,
      ...committees,
      ...sizes,
      "--json",
    ];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`genesis create: ${stderr}`);
    return new Fleet(folder, JSON.parse(stdout) as Created);
  }

  private constructor(folder: string, created: Created) {
    this.folder = folder;
    this.created = created;
    this.#children = created.nodes.map(() => undefined);
  }

  get size(): number {
    return this.created.nodes.length;
  }

  /** Of a node's API. */
  urlOf(node: number): string {
    return this.created.nodes[node]?.api ?? "";
  }

  votesFolderOf(node: number, chain: "order" | "attest"): string {
    return join(this.folder, `node-${node}`, "data", chain === "order" ? "votes" : "attest-votes");
  }

  start(node: number): void {
    const log = openSync(this.#logOf(node), "a");
    const args = ["--import", leash, main, "node", "--config", this.created.nodes[node]?.config ?? ""];
    this.#children[node] = spawn(process.execPath, args, { stdio: ["ignore", log, log, "ipc"] });
    closeSync(log);
  }

  startAll(): void {
    for (let node = 0; node < this.size; node++) this.start(node);
  }

  /** As a crash would end it. */
  async kill(node: number): Promise<void> {
    await this.#end(node, "SIGKILL");
    appendFileSync(this.#logOf(node), "--- killed\n");
  }

  async killAll(): Promise<void> {
    await Promise.all(this.#children.map((_, node) => this.kill(node)));
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.#children.map((_, node) => this.#end(node, "SIGTERM")));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** Resolves when it answers; throws if it has ended by itself. */
  async status(node: number): Promise<StatusAnswer> {
    for (;;) {
      const child = this.#children[node];
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`node-${node} does not run:\n${this.logOf(node)}`);
      }
      const answer = await ask<StatusAnswer>(`${this.urlOf(node)}/status`);
      if (answer !== undefined) return answer.body;
      await sleep(50);
    }
  }

  async height(node: number): Promise<number> {
    return (await this.status(node)).heights.executed;
  }

  /** Both ends included. */
  async blocks(node: number, from: number, height: number): Promise<readonly BlockAnswer[]> {
    const blocks: BlockAnswer[] = [];
    for (let at = from; at <= height; at++) {
      const answer = await ask<BlockAnswer>(`${this.urlOf(node)}/blocks/${at}`);
      if (answer?.status !== 200) throw new Error(`node-${node} has no block ${at} of ${height}`);
      blocks.push(answer.body);
    }
    return blocks;
  }

  shard(node: number, name: string): Promise<ShardAnswer> {
    return this.#get(node, `/shards/${name}`);
  }

  program(node: number, root: string): Promise<ProgramAnswer> {
    return this.#get(node, `/programs/${root}`);
  }

  /** Throws if it has another answer than one. */
  async #get<T>(node: number, path: string): Promise<T> {
    await this.status(node);
    const answer = await ask<T>(`${this.urlOf(node)}${path}`);
    if (answer?.status === 200) return answer.body;
    throw new Error(`node-${node} does not say ${path}: ${JSON.stringify(answer)}`);
  }

  logOf(node: number): string {
    return readFileSync(this.#logOf(node), "utf8").split("\n").slice(-30).join("\n");
  }

  #logOf(node: number): string {
    return join(this.folder, `node-${node}.log`);
  }

  async #end(node: number, signal: NodeJS.Signals): Promise<void> {
    const child = this.#children[node];
    this.#children[node] = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill(signal);
    await ended;
  }
}

/** Nothing if nobody answered. */
export async function ask<T>(
  url: string,
  request: RequestInit = {},
): Promise<{ readonly status: number; readonly body: T } | undefined> {
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(10_000) });
    return { status: response.status, body: (await response.json()) as T };
  } catch {
    return undefined;
  }
}
