// The process that loads a network: it signs blobs, keeps them in memory, submits them to all nodes in turn, and sees
// which are final on all of them. What it costs counts for no node.

import { setTimeout as pause } from "node:timers/promises";
import { useNative } from "@tandem/native";
import { BlockWatch, type Told } from "./block-watch.ts";
import { HttpLane } from "./http-lane.ts";
import type { FromLoader, LoadPlan, LoadResult, ToLoader } from "./load-words.ts";
import { type Signed, Signer } from "./signer.ts";

interface Waiting {
  readonly signed: Signed;
  readonly sentMs: number;
  readonly isTimed: boolean;
}

/** Blobs that all nodes have by the end, or the run has failed. */
const settleTimeoutMs = 60_000;
const retryMs = 20;

function tell(message: FromLoader): void {
  process.send?.(message);
}

class Load {
  readonly #plan: LoadPlan;
  readonly #signed: readonly Signed[];
  readonly #lanes: readonly HttpLane[];
  /** Submitted and not final on all nodes, by root. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #latencies: { all: number; own: number }[] = [];
  /** How many were; the others can be signed again. */
  submitted = 0;
  #isWindow = false;
  #blobs = 0;
  #bytes = 0;
  #refused = 0;
  #onRoom: () => void = () => undefined;

  constructor(plan: LoadPlan, signed: readonly Signed[], lanes: readonly HttpLane[]) {
    this.#plan = plan;
    this.#signed = signed;
    this.#lanes = lanes;
  }

  async run(): Promise<LoadResult> {
    const { warmUpMs, windowMs } = this.#plan;
    const startMs = performance.now();
    let isOver = false;
    const submitting = this.#submitAll(() => isOver);
    await pause(warmUpMs);
    this.#isWindow = true;
    tell({ kind: "window", isOpen: true });
    const windowStartMs = performance.now();
    const cpu = process.cpuUsage();
    // With nothing left to submit the load falls off, and what comes then is no measure.
    await Promise.race([pause(windowMs), submitting]);
    this.#isWindow = false;
    const seconds = (performance.now() - windowStartMs) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    tell({ kind: "window", isOpen: false });
    isOver = true;
    await submitting;
    await this.#settle();
    return {
      seconds,
      blobs: this.#blobs,
      bytes: this.#bytes,
      refused: this.#refused,
      loaderSeconds: (user + system) / 1e6,
      wholeSeconds: (performance.now() - startMs) / 1000,
      latenciesMs: this.#latencies,
    };
  }

  onBlock(roots: readonly Uint8Array[], told: Told): void {
    const lastMs = told.at(-1)?.atMs ?? 0;
    for (const root of roots) {
      const key = keyOf(root);
      const waiting = this.#waiting.get(key);
      if (waiting === undefined) continue;
      this.#waiting.delete(key);
      this.#count(waiting, lastMs, told);
    }
    this.#onRoom();
  }

  #count({ signed, sentMs, isTimed }: Waiting, lastMs: number, told: Told): void {
    if (this.#isWindow) {
      this.#blobs++;
      this.#bytes += signed.bytes.length;
    }
    const own = told.find(({ node }) => node === signed.node)?.atMs ?? lastMs;
    if (isTimed) this.#latencies.push({ all: lastMs - sentMs, own: own - sentMs });
  }

  async #submitAll(isOver: () => boolean): Promise<void> {
    const { inFlightMax, everyMs } = this.#plan;
    let nextMs = performance.now();
    for (const signed of this.#signed) {
      while (this.#waiting.size >= inFlightMax && !isOver()) {
        await Promise.race([new Promise<void>((resolve) => (this.#onRoom = resolve)), pause(100)]);
      }
      if (isOver()) return;
      // Not in step with anything: between half of the time and one and a half.
      nextMs += everyMs * (0.5 + Math.random());
      if (everyMs > 0) await pause(Math.max(0, nextMs - performance.now()));
      this.submitted++;
      this.#waiting.set(signed.key, { signed, sentMs: performance.now(), isTimed: this.#isWindow });
      void this.#submit(signed);
    }
  }

  async #submit({ node, bytes }: Signed): Promise<void> {
    const lane = this.#lanes[node] as HttpLane;
    for (;;) {
      const { status, body } = await lane.post("/blobs", bytes);
      if (status === 202) return;
      // One that was submitted before has to be sent again first.
      const isLater = status === 429 || body.includes('"nonce-gap"');
      if (!isLater) throw new Error(`refused: ${status} ${body.toString()}`);
      this.#refused++;
      await pause(retryMs);
    }
  }

  async #settle(): Promise<void> {
    const endMs = performance.now() + settleTimeoutMs;
    while (this.#waiting.size > 0) {
      if (performance.now() > endMs) throw new Error(`${this.#waiting.size} blobs are not final on all nodes`);
      await pause(20);
    }
  }
}

function keyOf(root: Uint8Array): string {
  return Buffer.from(root.buffer, root.byteOffset, root.length).toString("latin1");
}

async function main(): Promise<void> {
  useNative();
  let signer: Signer | undefined;
  let lanes: readonly HttpLane[] = [];
  let watch: BlockWatch | undefined;
  let load: Load | undefined;
  let signed: readonly Signed[] = [];
  const run = async (message: ToLoader) => {
    switch (message.kind) {
      case "open": {
        signer = await Signer.open(message);
        lanes = message.apis.map((api) => new HttpLane(api));
        const readers = message.apis.map((api) => new HttpLane(api));
        watch = await BlockWatch.open(message.apis, readers, (roots, told) => load?.onBlock(roots, told));
        return tell({ kind: "done" });
      }
      case "sign":
        signed = signer?.sign(message) ?? [];
        return tell({ kind: "done" });
      case "run":
        load = new Load(message.plan, signed, lanes);
        tell({ kind: "result", result: await load.run() });
        signer?.takeBack(signed.length - load.submitted);
        return;
    }
  };
  process.on("message", (message: ToLoader) => {
    run(message).catch((error: unknown) => tell({ kind: "failed", message: String(error) }));
  });
  process.on("disconnect", () => {
    watch?.close();
    process.exit(0);
  });
}

if (process.send !== undefined) await main();
