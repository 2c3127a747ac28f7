// Validators as processes of `tandem node`, which a test starts, kills and starts again as it likes.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { appendFileSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What every network here begins with, in each of its shards: a total that anybody may add to. */
export const counterIn = (shard: string) => `${shard}/sum`;

const project = resolve(import.meta.dirname, "../../..");
const main = join(project, "packages/cli/src/main.ts");
/** A node ends when the test that started it is gone. */
const leash = join(project, "packages/cli/src/devnet/leash.ts");

const pollMs = 50;
/** What a node answers that reads what it stored. */
const starting = 503;
/** What can be sent again in a moment. */
const tooMany = 429;

interface Refused {
  readonly error: { readonly code: string };
}

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
  readonly own: { readonly state: string };
  readonly pending: number;
  readonly dispute: { readonly round: number; readonly own: string | null; readonly theirs: string } | null;
  readonly alarms: readonly string[];
  readonly explained: { readonly end?: string } | null;
}

/** Of GET /programs/ROOT. */
export interface ProgramAnswer {
  readonly status: string;
  readonly shards: readonly { readonly shard: string; readonly status: string; readonly ran: readonly RanAnswer[] }[];
}

interface RanAnswer {
  readonly outcome: string;
  readonly value: string;
  readonly round: number;
  readonly claim: string;
  readonly attestHeight: number | null;
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
  /** `main` alone without them. */
  readonly shards?: readonly string[];
  /** Of the four validators, how many follow each shard: of several shards three, if it is not said. */
  readonly committeeSize?: number;
}

export class Fleet {
  readonly folder: string;
  readonly created: Created;
  readonly #children: (ChildProcess | undefined)[];

  static create({ accounts, deltaMs, shards = ["main"], committeeSize }: FleetPlan): Fleet {
    const folder = mkdtempSync(join(tmpdir(), "tandem-fleet-"));
    const sizes = ["--accounts", `${accounts}`, "--delay-ms", `${deltaMs}`, "--heartbeat-ms", "1000", "--port", "0"];
    const contracts = join(folder, "contracts.json");
    const made = shards.map((shard) => [counterIn(shard), { environment: "counter", config: 0 }]);
    writeFileSync(contracts, JSON.stringify(Object.fromEntries(made)));
    const size = committeeSize ?? (shards.length > 1 ? 3 : 4);
    const committees = ["--shards", shards.join(","), "--committee-size", `${size}`];
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

  /** `imports`: modules that it loads before all else. */
  start(node: number, ...imports: readonly string[]): void {
    const log = openSync(this.#logOf(node), "a");
    const loaded = [leash, ...imports].flatMap((each) => ["--import", each]);
    const args = [...loaded, main, "node", "--config", this.created.nodes[node]?.config ?? ""];
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
      await sleep(pollMs);
    }
  }

  async height(node: number): Promise<number> {
    return (await this.status(node)).heights.executed;
  }

  /** Both ends included. */
  async blocks(node: number, from: number, height: number): Promise<readonly BlockAnswer[]> {
    const blocks: BlockAnswer[] = [];
    for (let at = from; at <= height; at++) blocks.push(await this.#get(node, `/blocks/${at}`));
    return blocks;
  }

  /** Resolves when the node has accepted it, or knows that it is ordered; a busy one is asked again. */
  async submit(node: number, blob: Uint8Array): Promise<void> {
    const headers = { "content-type": "application/octet-stream" };
    const request = { method: "POST", headers, body: new Uint8Array(blob) };
    for (;;) {
      const answer = await ask<Partial<Refused>>(`${this.urlOf(node)}/blobs`, request);
      if (answer?.status === 202 || answer?.body.error?.code === "duplicate") return;
      const isLater = answer === undefined || answer.status === tooMany;
      if (!isLater) throw new Error(`node-${node} does not take a blob: ${JSON.stringify(answer)}`);
      await this.status(node);
      await sleep(pollMs);
    }
  }

  /** In all shards of the program, as the node sees it. */
  async untilAttested(node: number, root: string): Promise<ProgramAnswer> {
    for (;;) {
      const answer = await ask<ProgramAnswer>(`${this.urlOf(node)}/programs/${root}?wait=attested&timeoutMs=5000`);
      if (answer?.body.status === "attested") return answer.body;
      // Throws if it has ended.
      await this.status(node);
    }
  }

  shard(node: number, name: string): Promise<ShardAnswer> {
    return this.#get(node, `/shards/${name}`);
  }

  program(node: number, root: string): Promise<ProgramAnswer> {
    return this.#get(node, `/programs/${root}`);
  }

  /** Resolves when it answers, and knows what it has stored; throws if it says that there is no such thing. */
  async #get<T>(node: number, path: string): Promise<T> {
    for (;;) {
      const answer = await ask<T>(`${this.urlOf(node)}${path}`);
      if (answer?.status === 200) return answer.body;
      const isLater = answer === undefined || answer.status === starting;
      if (!isLater) throw new Error(`node-${node} does not say ${path}: ${JSON.stringify(answer)}`);
      // Throws if it has ended.
      await this.status(node);
      await sleep(pollMs);
    }
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
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(30_000) });
    return { status: response.status, body: (await response.json()) as T };
  } catch {
    return undefined;
  }
}
