// O6, O5: what peers ask for. Each has one answer of a kind under way; what it asks meanwhile is not heard, and it asks
// again. So nobody can make this node read more than a bounded part of its store at a time.
//
// Slices cost most: to prove one, the touches of its whole block are hashed. So peers take turns with them, and after each
// answer there is a pause of Δ. Else a few short requests would keep this node from voting (S11).

import { limits, type Root, toHex } from "@tandem/shared";
import type { Core } from "./core.ts";
import { chooseFound } from "./found.ts";
import { ask, type Job, read, readKeys, until } from "./jobs.ts";
import { blobKey } from "./records.ts";
import { readSliceRun } from "./slice-reads.ts";
import type { OrderMessage, Peer } from "./types.ts";

type WantSlices = Extract<OrderMessage, { kind: "want-slices" }>;

/** Blobs that one read fetches: four megabytes of the largest. */
const readBlobsMax = 16;
/** Answers under way, for all peers together. */
const servingMax = 64;

export class Server {
  readonly #core: Core;
  #serving = 0;
  /** Slices are under way, or the pause after them. */
  #isSlicing = false;

  constructor(core: Core) {
    this.#core = core;
  }

  onWant(from: Peer, { id, roots }: Extract<OrderMessage, { kind: "want" }>): void {
    if (roots.length <= limits.wantRootsMax) this.#start(`serve blobs ${from}`, this.#blobs(from, id, roots));
  }

  onWantSlices(from: Peer, question: WantSlices): void {
    this.#start(`serve slices ${from}`, this.#slices(from, question));
  }

  #start(name: string, job: Job): void {
    if (this.#core.jobs.isRunning(name) || this.#serving >= servingMax) return;
    this.#core.jobs.start(name, this.#counted(job));
  }

  *#counted(job: Job): Job {
    this.#serving++;
    try {
      yield* job;
    } finally {
      this.#serving--;
    }
  }

  *#blobs(from: Peer, id: number, roots: readonly Root[]): Job {
    const { shelf, pool } = this.#core;
    const bytes = new Map<string, Uint8Array>();
    const stored: Root[] = [];
    for (const root of roots) {
      const key = toHex(root);
      const held = pool.get(key) ?? shelf.get(key);
      if (held === undefined) stored.push(root);
      else bytes.set(key, held.bytes);
    }
    yield* readStored(stored, bytes);
    const blobs = chooseFound(roots, (key) => bytes.get(key), limits.foundBytesMax);
    this.#core.push({ kind: "send", to: from, message: { kind: "found", id, blobs } });
  }

  *#slices(from: Peer, { id, shard, from: height, count }: WantSlices): Job {
    yield* until(() => !this.#isSlicing);
    this.#isSlicing = true;
    const run = yield* read(readSliceRun({ shard, from: height, count, bytesMax: limits.sliceRunBytesMax }));
    this.#core.push({ kind: "send", to: from, message: { kind: "slices", id, run } });
    if (run.slices.length > 0) this.#core.jobs.start("pause", this.#pause());
    else this.#isSlicing = false;
  }

  *#pause(): Job {
    const afterMs = this.#core.config.deltaMs;
    yield* ask((id) => ({ kind: "set-timer", timer: { name: "wake", id }, afterMs }));
    this.#isSlicing = false;
  }
}

/** Reads blobs a few at a time, until there are enough for an answer. */
function* readStored(roots: readonly Root[], found: Map<string, Uint8Array>): Job {
  let total = 0;
  for (let start = 0; start < roots.length && total < limits.foundBytesMax; start += readBlobsMax) {
    const some = roots.slice(start, start + readBlobsMax);
    const records = yield* readKeys(some.map(blobKey));
    for (const [i, root] of some.entries()) {
      const bytes = records[i];
      if (bytes === undefined) continue;
      found.set(toHex(root), bytes);
      total += bytes.length;
    }
  }
}
