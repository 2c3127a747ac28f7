// The process that loads a network: it signs blobs, keeps them in memory, submits them to all nodes in turn, and sees
// which are final on all of them. What it costs counts for no node.

import { setTimeout as pause } from "node:timers/promises";
import { useNative } from "@tandem/native";
import { BlockWatch, type Told } from "./block-watch.ts";
import { HttpLane } from "./http-lane.ts";
import type { FromLoader, LoadPlan, LoadResult, ToLoader } from "./load-words.ts";
import { type Signed, Signer } from "./signer.ts";

interface BatchReceipt {
  readonly status: string;
  readonly httpStatus?: number;
  readonly error?: { readonly code: string };
}

interface Waiting {
  readonly signed: Signed;
  readonly sentMs: number;
  readonly isTimed: boolean;
}

/** Blobs that all nodes have by the end, or the run has failed. */
const settleTimeoutMs = 60_000;
const retryMs = 20;
/** As the API takes them: below a megabyte. */
const batchBytesMax = 512 * 1024;
const batchBlobsMax = 256;
const lengthBytes = 4;

function tell(message: FromLoader): void {
  process.send?.(message);
}

class Load {
  readonly #plan: LoadPlan;
  readonly #signed: readonly Signed[];
  readonly #lanes: readonly HttpLane[];
  /** Submitted and not final on all nodes, by root. */
  readonly #waiting = new Map<string, Waiting>();
  /** To be sent, by node. */
  readonly #batches = new Map<number, { readonly blobs: Signed[]; bytes: number }>();
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
      this.#submit(signed);
    }
  }

  /** What is submitted to a node in one turn goes together. */
  #submit(signed: Signed): void {
    const batch = this.#batches.get(signed.node) ?? { blobs: [], bytes: 0 };
    if (batch.blobs.length === 0) setImmediate(() => this.#send(signed.node));
    this.#batches.set(signed.node, batch);
    batch.blobs.push(signed);
    batch.bytes += signed.bytes.length + lengthBytes;
    if (batch.bytes > batchBytesMax || batch.blobs.length === batchBlobsMax) void this.#send(signed.node);
  }

  async #send(node: number): Promise<void> {
    const { blobs, bytes } = this.#batches.get(node) ?? { blobs: [], bytes: 0 };
    this.#batches.delete(node);
    if (blobs.length === 0) return;
    const { status, body } = await (this.#lanes[node] as HttpLane).post("/blobs/batch", pack(blobs, bytes));
    if (status !== 200) throw new Error(`refused: ${status} ${body.toString()}`);
    const { receipts } = JSON.parse(body.toString()) as { receipts: BatchReceipt[] };
    const refused = blobs.filter((_, index) => !isAccepted(receipts[index]));
    if (refused.length === 0) return;
    this.#refused += refused.length;
    await pause(retryMs);
    for (const signed of refused) this.#submit(signed);
  }

  async #settle(): Promise<void> {
    const endMs = performance.now() + settleTimeoutMs;
    while (this.#waiting.size > 0) {
      if (performance.now() > endMs) throw new Error(`${this.#waiting.size} blobs are not final on all nodes`);
      await pause(20);
    }
  }
}

function pack(blobs: readonly Signed[], size: number): Uint8Array {
  const packed = new Uint8Array(size);
  const view = new DataView(packed.buffer);
  let at = 0;
  for (const { bytes } of blobs) {
    view.setUint32(at, bytes.length, true);
    packed.set(bytes, at + lengthBytes);
    at += lengthBytes + bytes.length;
  }
  return packed;
}

function isAccepted(receipt: BatchReceipt | undefined): boolean {
  if (receipt?.status === "accepted") return true;
  // One that was submitted before has to be sent again first.
  const isLater = receipt?.httpStatus === 429 || receipt?.error?.code === "nonce-gap";
  if (!isLater) throw new Error(`refused: ${JSON.stringify(receipt)}`);
  return false;
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
