// O6, O7: from blobs that come in to blobs that wait in the pool, are kept, and are pushed to all.
//
// Accepted means: in the pool, and durable. It is offered to all until it is ordered, replaced or expired, after a restart
// too. So what a client was promised is never given up for what a peer sends, as long as its payer does not leave it stuck.

import { limits, type StoreBatch, StoreFault } from "@tandem/shared";
import { type Candidate, type Refusal, readCandidate, refuse } from "./candidate.ts";
import type { Core } from "./core.ts";
import { type Examined, examine, type Source } from "./intake.ts";
import { type Job, until } from "./jobs.ts";
import { keptKey } from "./records.ts";
import type { OrderMessage, Peer, Receipt } from "./types.ts";

/** Own blobs that still wait after so many Δ are pushed again: a peer may have refused what it would take now. */
const offerDeltas = 16;

export class Submissions {
  readonly #core: Core;
  /** Own blobs that waited when the offer timer last fired. */
  #waited = new Set<string>();
  #isTimed = false;
  /** Blobs came into the pool since that was asked last. */
  hasNew = false;

  constructor(core: Core) {
    this.#core = core;
  }

  onSubmit(id: number, bytes: Uint8Array): void {
    const { intake, network } = this.#core;
    const candidate = readCandidate(network, bytes);
    if (!candidate.ok) return this.#refuse(id, candidate.error);
    if (!intake.hasRoom(bytes.length)) {
      return this.#refuse(id, refuse("busy", "", "too much is being examined; send it again in a moment").error);
    }
    intake.add({ candidate: candidate.value, source: { kind: "client", id } });
  }

  /** Blobs that were accepted before a restart. */
  onKept(blobs: readonly Uint8Array[]): void {
    for (const bytes of blobs) {
      const candidate = readCandidate(this.#core.network, bytes);
      if (!candidate.ok) throw new StoreFault("bad-record", `a kept blob: ${candidate.error.message}`);
      this.#core.intake.add({ candidate: candidate.value, source: { kind: "kept" } });
    }
  }

  onBatch(from: Peer, { batch, blobs }: Extract<OrderMessage, { kind: "blobs" }>): void {
    const { intake, network, pool } = this.#core;
    const bytes = blobs.reduce((sum, blob) => sum + blob.length, 0);
    if (blobs.length > limits.pushBlobsMax || bytes > limits.pushBytesMax + limits.blobBytesMax) return;
    if (!intake.takesBatchOf(from) || !intake.hasRoom(bytes)) return;
    for (const blob of blobs) {
      const candidate = readCandidate(network, blob);
      if (candidate.ok && !pool.has(candidate.value.key))
        intake.add({ candidate: candidate.value, source: { kind: "peer" } });
    }
    intake.addBatch(from, batch);
  }

  /** Never ends. */
  *run(): Job {
    const { intake } = this.#core;
    for (;;) {
      yield* until(() => !intake.isEmpty);
      const { arrivals, batches } = intake.take();
      const examined = arrivals.length === 0 ? [] : yield* examine(this.#core, arrivals);
      this.#conclude(examined);
      yield* this.#core.slim();
      for (const [to, batch] of batches) this.#core.push({ kind: "send", to, message: { kind: "received", batch } });
    }
  }

  #conclude(examined: readonly Examined[]): void {
    const core = this.#core;
    core.intake.conclude(examined);
    for (const { candidate, admission } of examined)
      core.holdIfWanted(candidate, admission.kind === "refused" ? undefined : true);
    if (examined.some(({ admission }) => admission.kind === "added")) this.hasNew = true;
    // One that was accepted can have given way to another of the same load.
    const promised = examined.filter((each) => isPromised(each) && core.pool.has(each.candidate.key));
    core.store(this.#keep(examined, promised));
    for (const { source, candidate, admission } of examined) this.#answer(source, candidate, admission);
    if (promised.length > 0) core.push(...core.outbox.offer(promised.map(({ candidate }) => candidate)));
    this.#time();
  }

  /** What is accepted is durable before anyone hears of it. What gave way, and what is refused after a restart, goes. */
  #keep(examined: readonly Examined[], promised: readonly Examined[]): StoreBatch {
    const puts = promised
      .filter(({ source }) => source.kind === "client")
      .map(({ candidate: { root, bytes } }) => ({ key: keptKey(root), value: bytes }));
    const gone = examined.flatMap(({ admission }) => (admission.kind === "added" ? admission.removed : []));
    for (const { candidate } of gone) this.#core.outbox.forget(candidate.key);
    const lost = examined.filter(({ source, admission }) => source.kind === "kept" && admission.kind === "refused");
    const deletes = [...gone.filter((removal) => removal.isOwn), ...lost].map(({ candidate }) =>
      keptKey(candidate.root),
    );
    return { puts, deletes };
  }

  #answer(source: Source, candidate: Candidate, admission: Examined["admission"]): void {
    if (source.kind !== "client") return;
    if (admission.kind === "refused") return this.#refuse(source.id, admission.refusal);
    const receipt: Receipt = { kind: "accepted", blob: candidate.root, isNew: admission.kind === "added" };
    this.#core.push({ kind: "receipt", id: source.id, receipt });
  }

  #refuse(id: number, refusal: Refusal): void {
    this.#core.push({ kind: "receipt", id, receipt: { kind: "refused", refusal } });
  }

  /** Own blobs that waited a whole pause, and could be ordered, are pushed again. */
  onOffer(): void {
    this.#isTimed = false;
    const { pool, isBehind } = this.#core;
    const ready = [...pool.own()].filter(({ blob }) => !blob.envelope.touches.some(isBehind));
    const stuck = ready.filter(({ key }) => this.#waited.has(key));
    this.#waited = new Set(ready.map(({ key }) => key));
    if (stuck.length > 0) this.#core.push(...this.#core.outbox.offer(stuck));
    this.#time();
  }

  /** What lags now can catch up: so long as anything of our own waits. */
  #time(): void {
    if (this.#isTimed || this.#core.pool.own().next().done === true) return;
    this.#isTimed = true;
    const afterMs = offerDeltas * this.#core.config.deltaMs;
    this.#core.push({ kind: "set-timer", timer: { name: "offer" }, afterMs });
  }
}

/** From now on. What is submitted again was stored and pushed before, and pays for neither. */
function isPromised({ source: { kind }, admission }: Examined): boolean {
  if (kind !== "client" && kind !== "kept") return false;
  return admission.kind === "added" || (admission.kind === "known" && !admission.wasOwn);
}
