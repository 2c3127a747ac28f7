// O7, O6: where blobs come in: from clients, from peers that push them, and from proposals that came to nothing. They wait
// here until they are examined, one load at a time: what can be refused without a signature is refused first, then all
// signatures of the load are checked together.
//
// Back-pressure: what waits is bounded. A client is told `busy`; a peer's batch is not taken, and not acknowledged, so the
// peer sends it again later, and nothing else meanwhile. Of peers that are no validators few batches wait: they can come
// under any number of names, and what validators push must find room.

import { type Height, limits, type Root, type TouchedKeys } from "@tandem/shared";
import { type Candidate, type Refusal, refusalAt, refuse, signatureOf } from "./candidate.ts";
import type { Chain } from "./chain.ts";
import { ask, type Job, readKeys } from "./jobs.ts";
import type { Ledger } from "./ledger.ts";
import type { OrderNetwork } from "./network.ts";
import type { Admission, AdmissionContext, Pool } from "./pool/pool.ts";
import { placeKey } from "./records.ts";
import type { Peer } from "./types.ts";

export type Source =
  | { readonly kind: "client"; readonly id: number }
  /** It was accepted before a restart. */
  | { readonly kind: "kept" }
  | { readonly kind: "peer" }
  /** It was held for a block that came to nothing; its signature may have been checked for that. */
  | { readonly kind: "held"; readonly isSigned: boolean };

export interface Arrival {
  readonly candidate: Candidate;
  readonly source: Source;
}

/** Blobs that are examined together. */
const loadBlobsMax = 1024;

/** Batches that wait of peers that are no validators: half of the blobs for which there is room, a quarter of the bytes. */
const othersMax = 8;

export class Intake {
  readonly #validators: ReadonlySet<Peer>;
  readonly #waiting: Arrival[] = [];
  /** Of each peer at most one batch that is to be acknowledged, once as many blobs were examined as were here then. */
  readonly #batches = new Map<Peer, { readonly batch: number; readonly until: number }>();
  /** Blobs that ever came, and that were ever taken. */
  #came = 0;
  #taken = 0;
  /** Keys of all that waits or is being examined, and how often. */
  readonly #keys = new Map<string, number>();
  #bytes = 0;

  constructor(validators: ReadonlySet<Peer>) {
    this.#validators = validators;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#batches.size === 0;
  }

  /** Blobs that are here and not decided on yet. */
  get size(): number {
    return this.#keys.size;
  }

  /** Whether there is room for so many bytes more. */
  hasRoom(bytes: number): boolean {
    return this.#bytes + bytes <= limits.intakeBytesMax && this.#waiting.length < limits.intakeBlobsMax;
  }

  /** Whether this blob is here, and was not decided on yet. */
  has(key: string): boolean {
    return this.#keys.has(key);
  }

  add(arrival: Arrival): void {
    const { key, bytes } = arrival.candidate;
    this.#waiting.push(arrival);
    this.#came++;
    this.#keys.set(key, (this.#keys.get(key) ?? 0) + 1);
    this.#bytes += bytes.length;
  }

  /** These were taken, and are decided on. */
  conclude(arrivals: readonly Arrival[]): void {
    for (const { candidate } of arrivals) {
      const count = this.#keys.get(candidate.key) ?? 0;
      if (count > 1) this.#keys.set(candidate.key, count - 1);
      else this.#keys.delete(candidate.key);
    }
  }

  /** Whether a batch of this peer may come: one waits of each, and few of peers that are no validators. */
  takesBatchOf(peer: Peer): boolean {
    if (this.#batches.has(peer)) return false;
    const isOther = (each: Peer) => !this.#validators.has(each);
    return !isOther(peer) || [...this.#batches.keys()].filter(isOther).length < othersMax;
  }

  /** After the blobs of the batch. */
  addBatch(peer: Peer, batch: number): void {
    this.#batches.set(peer, { batch, until: this.#came });
  }

  /** The next load, and the batches that are done with it. */
  take(): { readonly arrivals: readonly Arrival[]; readonly batches: readonly (readonly [Peer, number])[] } {
    const arrivals = this.#waiting.splice(0, loadBlobsMax);
    for (const { candidate } of arrivals) this.#bytes -= candidate.bytes.length;
    this.#taken += arrivals.length;
    const batches: (readonly [Peer, number])[] = [];
    for (const [peer, { batch, until }] of this.#batches) {
      if (until > this.#taken) continue;
      this.#batches.delete(peer);
      batches.push([peer, batch]);
    }
    return { arrivals, batches };
  }
}

/** What examining needs to know. */
export interface Desk {
  readonly network: OrderNetwork;
  readonly chain: Chain;
  readonly pool: Pool;
  readonly next: Height;
  contextOf(arrival: Arrival): AdmissionContext;
  open(ledger: Ledger, touched: TouchedKeys): Job;
  /** What is known of the signature. */
  isSigned(key: string): boolean | undefined;
}

export interface Examined extends Arrival {
  readonly admission: Admission;
}

/** Examines a load, and puts into the pool what may be there. */
export function* examine(desk: Desk, arrivals: readonly Arrival[]): Job<readonly Examined[]> {
  const { pool, network } = desk;
  // A load can hold many blobs of one payer, in any order.
  const load = byNonce(arrivals);
  const ordered = yield* orderedAmong(load.filter(({ source }) => source.kind === "client"));
  const open = load.filter(({ candidate }) => refusalAt(network, candidate, desk.next) === undefined);
  yield* openPayers(desk, open);
  const hopeless = refusalsOf(desk, open);
  const signed = yield* checkSignatures(
    desk,
    open.filter((arrival) => !hopeless.has(arrival)),
  );
  // Meanwhile a block can have become final, whose accounts are other ones.
  yield* openPayers(desk, open);
  return load.map((arrival) => ({ ...arrival, admission: admit(arrival) }));

  function admit(arrival: Arrival): Admission {
    const { candidate, source } = arrival;
    const { key } = candidate;
    if (ordered.has(key)) return refused(refuse("duplicate", "", "it is ordered already").error);
    const early = refusalAt(network, candidate, desk.next) ?? hopeless.get(arrival);
    if (early !== undefined) return refused(early);
    if (!pool.has(key) && signed.get(key) !== true) {
      return refused(refuse("signature", "signature", "the signature is not the payer's").error);
    }
    return pool.add(candidate, {
      ...desk.contextOf(arrival),
      isOwn: source.kind === "client" || source.kind === "kept",
    });
  }
}

function refused(refusal: Refusal): Admission {
  return { kind: "refused", refusal };
}

function byNonce(arrivals: readonly Arrival[]): Arrival[] {
  return [...arrivals].sort((a, b) => a.candidate.blob.envelope.nonce - b.candidate.blob.envelope.nonce);
}

/** Those that are not worth a signature check. Nonces that are missing in the pool can be in this very load. */
function refusalsOf(desk: Desk, load: readonly Arrival[]): ReadonlyMap<Arrival, Refusal> {
  const refusals = new Map<Arrival, Refusal>();
  const payers = new Set<string>();
  for (const arrival of load) {
    const { candidate } = arrival;
    const refusal = desk.pool.preview(candidate, desk.contextOf(arrival));
    const isHopeful = refusal === undefined || (refusal.code === "nonce-gap" && payers.has(candidate.payer));
    if (isHopeful) payers.add(candidate.payer);
    else refusals.set(arrival, refusal);
  }
  return refusals;
}

/** Keys of those that are in a final block. */
function* orderedAmong(arrivals: readonly Arrival[]): Job<ReadonlySet<string>> {
  const roots: readonly Root[] = arrivals.map(({ candidate }) => candidate.root);
  const places = yield* readKeys(roots.map(placeKey));
  return new Set(arrivals.flatMap(({ candidate }, i) => (places[i] === undefined ? [] : [candidate.key])));
}

/** Until the accounts are open in the ledger of the last executed block, whichever it is by then. */
function* openPayers(desk: Desk, arrivals: readonly Arrival[]): Job {
  const reads = arrivals.map(({ candidate }) => candidate.blob.envelope.payer);
  const { chain } = desk;
  for (let base: unknown; base !== chain.base; ) {
    base = chain.base;
    yield* desk.open(chain.base.ledger, { reads, writes: [] });
  }
}

/** By key; each once, and only those that nobody checked before. */
function* checkSignatures(desk: Desk, arrivals: readonly Arrival[]): Job<ReadonlyMap<string, boolean>> {
  const verdicts = new Map<string, boolean>();
  const unchecked = new Map<string, Candidate>();
  for (const { candidate, source } of arrivals) {
    const wasSigned = source.kind === "held" && source.isSigned;
    const known = wasSigned || desk.pool.has(candidate.key) || desk.isSigned(candidate.key);
    if (known === undefined || known === false) unchecked.set(candidate.key, candidate);
    else verdicts.set(candidate.key, known);
  }
  if (unchecked.size === 0) return verdicts;
  const signatures = [...unchecked.values()].map((candidate) => signatureOf(desk.network, candidate));
  const valid = yield* ask<readonly boolean[]>((id) => ({
    kind: "verify",
    id,
    task: { kind: "signatures", signatures },
  }));
  for (const [index, key] of [...unchecked.keys()].entries()) verdicts.set(key, valid[index] === true);
  return verdicts;
}
