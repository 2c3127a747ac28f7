// One node of a devnet as a process: `tandem node` with its own folder. What it says goes to a log file there. It may end, or
// be ended, and be started again.

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ApiClient } from "../api-client.ts";
import type { NodePlace } from "./folder.ts";

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** From a start to an end. */
interface Life {
  readonly child: ChildProcess;
  /** Bytes of the log before it. */
  readonly logStart: number;
  /** Settles when the process has ended. */
  readonly exited: Promise<Exit>;
  exit: Exit | undefined;
  endMs: number | undefined;
}

const main = resolve(import.meta.dirname, "../main.ts");
const leash = import.meta.resolve("./leash.ts");
/** A node stops within three seconds on a quiet machine; here are several, and the first writes what it compiled. */
const stopTimeoutMs = 20_000;

export class NodeProcess {
  readonly name: string;
  readonly logFile: string;
  readonly apiUrl: string;
  readonly api: ApiClient;
  readonly #folder: string;
  readonly #onEnd: (node: NodeProcess) => void;
  readonly #environment: NodeJS.ProcessEnv;
  #life: Life;
  /** An operator ended it: it is down on purpose, until it is started again. */
  isKilled = false;
  isStopping = false;

  /** `onEnd`: it ended by itself. */
  constructor({ name, folder, api }: NodePlace, onEnd: (node: NodeProcess) => void, environment: NodeJS.ProcessEnv) {
    this.name = name;
    this.logFile = join(folder, "node.log");
    this.apiUrl = api;
    this.api = new ApiClient(api);
    this.#folder = folder;
    this.#onEnd = onEnd;
    this.#environment = environment;
    this.#life = this.#begin();
  }

  get pid(): number | undefined {
    return this.#life.child.pid;
  }

  /** Of its last life, if that is over. */
  get exit(): Exit | undefined {
    return this.#life.exit;
  }

  /** Since it ended. */
  get downMs(): number | undefined {
    const { endMs } = this.#life;
    return endMs === undefined ? undefined : Math.round(performance.now() - endMs);
  }

  /** The last lines that it said in this life. */
  lastWords(linesMax: number): readonly string[] {
    const said = readFileSync(this.logFile).subarray(this.#life.logStart).toString();
    return said.trimEnd().split("\n").slice(-linesMax);
  }

  /** After it ended, in whatever way. */
  restart(): void {
    if (this.exit === undefined || this.isStopping) throw new Error(`${this.name} runs`);
    this.isKilled = false;
    this.#life = this.#begin();
  }

  /** As a crash would end it. */
  async crash(): Promise<Exit> {
    this.isKilled = true;
    this.#life.child.kill("SIGKILL");
    return await this.#life.exited;
  }

  async stop(): Promise<Exit> {
    this.isStopping = true;
    const { child, exit, exited } = this.#life;
    if (exit !== undefined) return exit;
    child.kill("SIGTERM");
    const timer = setTimeout(() => this.kill(), stopTimeoutMs);
    const ended = await exited;
    clearTimeout(timer);
    return ended;
  }

  kill(): void {
    this.isStopping = true;
    if (this.exit === undefined) this.#life.child.kill("SIGKILL");
  }

  #begin(): Life {
    const log = openSync(this.logFile, "a");
    const logStart = fstatSync(log).size;
    const args = ["--import", leash, main, "node", "--config", join(this.#folder, "config.json")];
    // A process group of its own: Ctrl-C is for the devnet, which stops its nodes in order.
    const env = this.#environment;
    const child = spawn(process.execPath, args, { stdio: ["ignore", log, log, "ipc"], detached: true, env });
    closeSync(log);
    const exited = new Promise<Exit>((done) => {
      child.once("exit", (code, signal) => done({ code, signal }));
      child.once("error", () => done({ code: 127, signal: null }));
    });
    const life: Life = { child, logStart, exited, exit: undefined, endMs: undefined };
    void exited.then((exit) => {
      life.exit = exit;
      life.endMs = performance.now();
      if (!this.isStopping && !this.isKilled) this.#onEnd(this);
    });
    return life;
  }
}
