// One node of a devnet as a process: `tandem node` with its own folder. What it says goes to a log file there.

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ApiClient } from "../api-client.ts";
import type { NodePlace } from "./folder.ts";

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const main = resolve(import.meta.dirname, "../main.ts");
const leash = import.meta.resolve("./leash.ts");
/** A node stops within three seconds, or something is wrong. */
const stopTimeoutMs = 6000;

export class NodeProcess {
  readonly name: string;
  readonly logFile: string;
  readonly apiUrl: string;
  readonly api: ApiClient;
  /** Settles when the process has ended. */
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #logStart: number;
  exit: Exit | undefined;
  isStopping = false;

  constructor({ name, folder, api }: NodePlace) {
    this.name = name;
    this.logFile = join(folder, "node.log");
    this.apiUrl = api;
    this.api = new ApiClient(api);
    const log = openSync(this.logFile, "a");
    this.#logStart = readFileSync(this.logFile).length;
    const args = ["--import", leash, main, "node", "--config", join(folder, "config.json")];
    // A process group of its own: Ctrl-C is for the devnet, which stops its nodes in order.
    this.#child = spawn(process.execPath, args, { stdio: ["ignore", log, log, "ipc"], detached: true });
    closeSync(log);
    this.exited = new Promise((done) => {
      this.#child.once("exit", (code, signal) => done(this.#end({ code, signal })));
      this.#child.once("error", () => done(this.#end({ code: 127, signal: null })));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The last lines that it said in this life. */
  lastWords(linesMax: number): readonly string[] {
    const said = readFileSync(this.logFile).subarray(this.#logStart).toString();
    return said.trimEnd().split("\n").slice(-linesMax);
  }

  async stop(): Promise<Exit> {
    this.isStopping = true;
    if (this.exit !== undefined) return this.exit;
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.kill(), stopTimeoutMs);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }

  kill(): void {
    this.isStopping = true;
    if (this.exit === undefined) this.#child.kill("SIGKILL");
  }

  #end(exit: Exit): Exit {
    this.exit = exit;
    return exit;
  }
}
