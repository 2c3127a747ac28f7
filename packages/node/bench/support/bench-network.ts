// Four nodes as they are run, each a process with a folder of its own: made and started by the command-line tool.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { NodeStatus } from "../../src/index.ts";

const tool = resolve(import.meta.dirname, "../../../cli/src/main.ts");
/** So a node ends when the bench does, however that ended. */
const leash = resolve(import.meta.dirname, "../../../cli/src/devnet/leash.ts");
const startTimeoutMs = 30_000;
/** Payers: with a thousand blobs that may wait of each, they bound nothing. */
const payers = 256;

interface Made {
  readonly network: string;
  readonly nodes: readonly { readonly name: string; readonly config: string; readonly api: string }[];
  readonly accounts: readonly { readonly file: string }[];
}

export class BenchNetwork {
  readonly #folder: string;
  readonly #made: Made;
  readonly #processes: readonly ChildProcess[];

  static async start(validators: number): Promise<BenchNetwork> {
    const folder = mkdtempSync(join(tmpdir(), "tandem-bench-"));
    const args = ["--validators", `${validators}`, "--accounts", `${payers}`, "--port", "0", "--json"];
    const said = execFileSync(process.execPath, [tool, "genesis", "create", "--out", join(folder, "network"), ...args]);
    const network = new BenchNetwork(folder, JSON.parse(said.toString()) as Made);
    await network.#untilLinked();
    return network;
  }

  private constructor(folder: string, made: Made) {
    this.#folder = folder;
    this.#made = made;
    this.#processes = made.nodes.map(({ config, name }) => {
      const args = ["--import", leash, tool, "node", "--config", config];
      const node = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe", "ipc"] });
      const log = createWriteStream(this.#logOf(name));
      node.stdout?.pipe(log);
      node.stderr?.pipe(log);
      return node;
    });
    process.once("exit", () => this.#kill());
  }

  get id(): string {
    return this.#made.network;
  }

  get pids(): readonly number[] {
    return this.#processes.map(({ pid }) => pid as number);
  }

  get apis(): readonly string[] {
    return this.#made.nodes.map(({ api }) => api);
  }

  /** Key files. */
  get payers(): readonly string[] {
    return this.#made.accounts.map(({ file }) => file);
  }

  status(): Promise<NodeStatus[]> {
    return Promise.all(this.apis.map(async (api) => (await (await fetch(`${api}/status`)).json()) as NodeStatus));
  }

  async stop(): Promise<void> {
    const ended = this.#processes.map((node) => new Promise((done) => node.once("exit", done)));
    for (const node of this.#processes) node.kill("SIGTERM");
    await Promise.all(ended);
    rmSync(this.#folder, { recursive: true });
  }

  #logOf(name: string): string {
    return join(this.#folder, `${name}.log`);
  }

  #kill(): void {
    for (const node of this.#processes) node.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #untilLinked(): Promise<void> {
    const endMs = performance.now() + startTimeoutMs;
    for (let isLinked = false; !isLinked; await pause(50)) {
      const ended = this.#processes.findIndex(({ exitCode }) => exitCode !== null);
      const name = this.#made.nodes[ended]?.name;
      if (name !== undefined) throw new Error(`${name} ended: ${readFileSync(this.#logOf(name))}`);
      if (performance.now() > endMs) throw new Error("the nodes did not find each other");
      const statuses = await this.status().catch(() => []);
      isLinked = statuses.length > 0 && statuses.every(({ peers }) => peers.every(({ connected }) => connected));
    }
  }
}
