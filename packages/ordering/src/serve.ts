// O6, O5: what peers ask for. Each has one answer of a kind under way; what it asks meanwhile is not heard, and it asks
// again. So nobody can make this node read more than a bounded part of its store at a time. Validators have places of their
// own: without the blobs that they ask for they cannot vote, and others can come under any number of names (S11).
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
/** Answers of a kind under way, for all validators together, and for all others. */
const placesMax = { validators: 64, others: 16 } as const;

type Kind = "blobs" | "slices";

export class Server {
  readonly #core: Core;
  /** Answers under way, by kind and by whom they are for. */
  readonly #serving = new Map<string, number>();
  /** Slices are under way, or the pause after them. */
  #isSlicing = false;

  constructor(core: Core) {
    this.#core = core;
  }

  onWant(from: Peer, { id, roots }: Extract<OrderMessage, { kind: "want" }>): void {
    if (roots.length <= limits.wantRootsMax) this.#start("blobs", from, this.#blobs(from, id, roots));
  }

  onWantSlices(from: Peer, question: WantSlices): void {
    this.#start("slices", from, this.#slices(from, question));
  }

  #start(kind: Kind, from: Peer, job: Job): void {
    const { jobs, validators } = this.#core;
    const name = `serve ${kind} ${from}`;
    const group = validators.has(from) ? "validators" : "others";
    const places = `${kind} ${group}`;
    if (jobs.isRunning(name) || (this.#serving.get(places) ?? 0) >= placesMax[group]) return;
    jobs.start(name, this.#counted(places, job));
  }

  *#counted(places: string, job: Job): Job {
    this.#count(places, 1);
    try {
      yield* job;
    } finally {
      this.#count(places, -1);
    }
  }

  #count(places: string, by: 1 | -1): void {
    this.#serving.set(places, (this.#serving.get(places) ?? 0) + by);
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
