// O7: candidates that wait to be ordered. All are well formed and of good signature; that is seen to before.
//
// - Bounded in bytes and blobs, for each payer too, and in the nonces that may be missing before a blob.
// - All that a payer has waiting, its balance covers; what balances become later makes blobs wait, not go.
// - Another blob of the same payer and nonce takes the place of one if it tips enough more.
// - In a full pool the worst goes, and never one of our own that could be ordered: what was accepted from a client is not
//   lost, unless its payer leaves it stuck.
// - Whatever is refused is refused with a reason, and leaves no trace here.
//
// The order between payers counts the tip alone, for fees are the same for all. Each operation costs logarithmically
// much in what the pool holds.

import { type Account, assert, type Height, limits, type Result, success } from "@tandem/shared";
import { type Candidate, type Refusal, refusalAt, refuse } from "../candidate.ts";
import type { OrderNetwork } from "../network.ts";
import { type Entry, entryOf, isReplacement, rateOf } from "./entry.ts";
import { victimsFor } from "./eviction.ts";
import { IndexedHeap } from "./heap.ts";
import { PayerQueue } from "./queue.ts";
import { type IsBehind, Ranks } from "./ranks.ts";
import { Selection, type SelectionContext } from "./selection.ts";

export interface PoolLimits {
  readonly bytesMax: number;
  readonly blobsMax: number;
  readonly payerBytesMax: number;
  readonly payerBlobsMax: number;
  readonly nonceGapMax: number;
}

export const poolLimits: PoolLimits = {
  bytesMax: limits.poolBytesMax,
  blobsMax: limits.poolBlobsMax,
  payerBytesMax: limits.poolPayerBytesMax,
  payerBlobsMax: limits.poolPayerBlobsMax,
  nonceGapMax: limits.poolNonceGapMax,
};

/** What admission depends on besides the pool. */
export interface AdmissionContext {
  /** The payer's after the last executed block. If something of it waits, the pool knows it already. */
  readonly account: Account;
  /** Height of the next block. */
  readonly next: Height;
  readonly isBehind: IsBehind;
  /** It was promised before a restart: what only makes it wait is no reason to refuse it now. */
  readonly isKept?: boolean;
}

export type Admission =
  | { readonly kind: "added"; readonly removed: readonly Removal[] }
  /** This very blob waits already; whether it was promised before. */
  | { readonly kind: "known"; readonly wasOwn: boolean }
  | { readonly kind: "refused"; readonly refusal: Refusal };

export interface Removal {
  readonly candidate: Candidate;
  readonly isOwn: boolean;
  /** Stale: another blob of its nonce was ordered. */
  readonly why: "replaced" | "evicted" | "expired" | "ordered" | "stale";
}

/** A final block was executed. */
export interface Settlement {
  /** Height of the next one. */
  readonly next: Height;
  /** By payer: accounts that it changed. */
  readonly changed: ReadonlyMap<string, Account>;
  /** Keys of the blobs in it. */
  readonly ordered: ReadonlySet<string>;
}

interface Plan {
  readonly replaced: Entry | undefined;
  readonly evicted: readonly Entry[];
}

/** A blob, and what waits of its payer. */
interface Applicant {
  readonly candidate: Candidate;
  readonly nonce: number;
  readonly account: Account;
  readonly queue: PayerQueue;
  readonly replaced: Entry | undefined;
}

export class Pool {
  readonly #network: OrderNetwork;
  readonly #limits: PoolLimits;
  readonly #entries = new Map<string, Entry>();
  readonly #queues = new Map<string, PayerQueue>();
  readonly #ranks = new Ranks();
  readonly #expiries = new IndexedHeap<Entry>(expiresBefore);
  /** In the order in which they were promised. */
  readonly #own = new Set<Entry>();
  #bytes = 0;
  #arrivals = 0;

  constructor(network: OrderNetwork, limits: PoolLimits) {
    this.#network = network;
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Another one after each change. */
  get version(): number {
    return this.#ranks.version;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  get(key: string): Candidate | undefined {
    return this.#entries.get(key)?.candidate;
  }

  /** Why `add` would refuse it. Costs little, so it comes before its signature is checked. */
  preview(candidate: Candidate, context: AdmissionContext): Refusal | undefined {
    if (this.has(candidate.key)) return undefined;
    const plan = this.#plan(candidate, context);
    return plan.ok ? undefined : plan.error;
  }

  add(candidate: Candidate, context: AdmissionContext & { readonly isOwn: boolean }): Admission {
    const known = this.#entries.get(candidate.key);
    if (known !== undefined) {
      const { isOwn: wasOwn } = known;
      if (context.isOwn) this.#promise(known);
      return { kind: "known", wasOwn };
    }
    const plan = this.#plan(candidate, context);
    if (!plan.ok) return { kind: "refused", refusal: plan.error };
    const { replaced, evicted } = plan.value;
    const removed = evicted.map((entry) => this.#remove(entry, "evicted"));
    if (replaced !== undefined) removed.push(this.#remove(replaced, "replaced"));
    this.#insert(candidate, context);
    return { kind: "added", removed };
  }

  /** What was ordered, or cannot be ordered any more, goes. */
  settle({ next, changed, ordered }: Settlement): readonly Removal[] {
    const removed: Removal[] = [];
    for (const [payer, account] of changed) removed.push(...this.#advance(payer, account, ordered));
    for (let first = this.#expiries.at(0); first !== undefined; first = this.#expiries.at(0)) {
      if (expiryOf(first) >= next) break;
      removed.push(this.#remove(first, "expired"));
    }
    return removed;
  }

  /** O8: whether a blob could be in a block on top of the last executed one. */
  hasReady(isBehind: IsBehind): boolean {
    return this.#ranks.hasHead(isBehind);
  }

  select(context: SelectionContext): Selection {
    return new Selection(this.#ranks, this.#queues, context);
  }

  /** Those of our own that could be ordered now, each payer's one after another, in the order of being promised. */
  *own(): Generator<Candidate> {
    const ends = new Map<string, number>();
    for (const { candidate, nonce } of this.#own) {
      const { payer } = candidate;
      const end = ends.get(payer) ?? this.#queueOf(payer).readyEnd();
      ends.set(payer, end);
      if (nonce < end) yield candidate;
    }
  }

  /** For tests of bounds: all that is kept, by what holds it. */
  get counts() {
    const { size: expiries } = this.#expiries;
    return { entries: this.size, queues: this.#queues.size, expiries, own: this.#own.size, ...this.#ranks.counts };
  }

  #plan(candidate: Candidate, context: AdmissionContext): Result<Plan, Refusal> {
    const problem = refusalAt(this.#network, candidate, context.next);
    if (problem !== undefined) return { ok: false, error: problem };
    const { payer } = candidate;
    const { nonce, touches } = candidate.blob.envelope;
    const isKept = context.isKept === true;
    const behind = isKept ? undefined : touches.find(context.isBehind);
    if (behind !== undefined) return refuse("shard-behind", "touches", `shard ${behind} has to catch up`);
    const queue = this.#queues.get(payer) ?? new PayerQueue(payer, context.account);
    const applicant = { candidate, nonce, account: queue.account, queue, replaced: queue.at(nonce) };
    const refused =
      passedRefusal(applicant) ??
      (isKept ? undefined : gapRefusal(applicant, this.#limits)) ??
      tipRefusal(applicant) ??
      (isKept ? undefined : balanceRefusal(applicant));
    return refused ?? shareRefusal(applicant, this.#limits) ?? this.#planRoom(applicant);
  }

  #planRoom({ candidate, nonce, account, queue, replaced }: Applicant): Result<Plan, Refusal> {
    const freed = replaced?.candidate.bytes.length ?? 0;
    const lack = {
      bytes: this.#bytes - freed + candidate.bytes.length - this.#limits.bytesMax,
      blobs: this.size - (replaced === undefined ? 0 : 1) + 1 - this.#limits.blobsMax,
    };
    const isStuck = missingBefore(nonce, account, queue) > 0;
    const evicted = victimsFor(this.#ranks, { payer: queue.payer, rate: rateOf(candidate), isStuck }, lack);
    if (evicted === undefined) return refuse("pool-full", "", "the pool is full, and nothing in it can give way");
    return success({ replaced, evicted });
  }

  #insert(candidate: Candidate, { account, isOwn }: { account: Account; isOwn: boolean }): void {
    const { payer, key, bytes } = candidate;
    const queue = this.#queues.get(payer) ?? new PayerQueue(payer, account);
    const entry = entryOf(candidate, this.#arrivals++, isOwn);
    this.#queues.set(payer, queue);
    this.#entries.set(key, entry);
    this.#expiries.add(entry);
    if (isOwn) this.#own.add(entry);
    this.#bytes += bytes.length;
    queue.insert(entry);
    this.#ranks.refresh(queue);
  }

  #promise(entry: Entry): void {
    if (entry.isOwn) return;
    entry.isOwn = true;
    this.#own.add(entry);
    this.#ranks.refresh(this.#queueOf(entry.candidate.payer));
  }

  #advance(payer: string, account: Account, ordered: ReadonlySet<string>): Removal[] {
    const queue = this.#queues.get(payer);
    if (queue === undefined) return [];
    assert(account.nonce >= queue.account.nonce, "nonces of final blocks only grow");
    queue.account = account;
    const passed = queue.entries.slice(0, queue.countBelow(account.nonce));
    const removed = passed.map((entry) => this.#forget(entry, ordered.has(entry.candidate.key) ? "ordered" : "stale"));
    this.#ranks.refresh(queue);
    return removed;
  }

  #remove(entry: Entry, why: Removal["why"]): Removal {
    const queue = this.#queueOf(entry.candidate.payer);
    const removal = this.#forget(entry, why);
    this.#ranks.refresh(queue);
    return removal;
  }

  /** The ranks of its payer are to be refreshed. */
  #forget(entry: Entry, why: Removal["why"]): Removal {
    const { candidate, isOwn } = entry;
    const queue = this.#queueOf(candidate.payer);
    queue.remove(entry);
    if (queue.entries.length === 0) this.#queues.delete(queue.payer);
    this.#entries.delete(candidate.key);
    this.#expiries.remove(entry);
    this.#own.delete(entry);
    this.#bytes -= candidate.bytes.length;
    return { candidate, isOwn, why };
  }

  #queueOf(payer: string): PayerQueue {
    const queue = this.#queues.get(payer);
    assert(queue !== undefined, "whoever has an entry has a queue");
    return queue;
  }
}

function expiryOf({ candidate }: Entry): Height {
  return candidate.blob.envelope.expires;
}

function expiresBefore(a: Entry, b: Entry): boolean {
  return expiryOf(a) === expiryOf(b) ? a.arrival < b.arrival : expiryOf(a) < expiryOf(b);
}

/** Nonces before this one that are neither ordered nor waiting. */
function missingBefore(nonce: number, account: Account, queue: PayerQueue): number {
  return nonce - account.nonce - queue.countBelow(nonce);
}

function passedRefusal({ nonce, account }: Applicant) {
  if (nonce >= account.nonce) return undefined;
  return refuse("nonce-too-low", "nonce", `${nonce} is ordered already, the next is ${account.nonce}`);
}

function gapRefusal({ nonce, account, queue }: Applicant, { nonceGapMax }: PoolLimits) {
  const missing = missingBefore(nonce, account, queue);
  if (missing <= nonceGapMax) return undefined;
  return refuse("nonce-gap", "nonce", `${missing} nonces are missing before ${nonce}, at most ${nonceGapMax} may`);
}

function tipRefusal({ candidate, replaced }: Applicant) {
  if (replaced === undefined || isReplacement(candidate, replaced.candidate)) return undefined;
  const { tip } = replaced.candidate.blob.envelope;
  return refuse(
    "tip-too-low",
    "tip",
    `a blob of this nonce tips ${tip}; to replace it takes a tenth more, per byte too`,
  );
}

/** With all that waits, not only with what comes before it: the balance has to last for those after it as well. */
function balanceRefusal({ candidate, account, queue, replaced }: Applicant) {
  const total = queue.cost - (replaced?.candidate.cost ?? 0n) + candidate.cost;
  if (total <= account.balance) return undefined;
  return refuse("balance", "", `it costs ${total} with all that waits of the payer, who has ${account.balance}`);
}

function shareRefusal({ candidate, queue, replaced }: Applicant, { payerBytesMax, payerBlobsMax }: PoolLimits) {
  const blobs = queue.entries.length + (replaced === undefined ? 1 : 0);
  if (blobs > payerBlobsMax) return refuse("pool-full", "", `${payerBlobsMax} blobs of this payer wait already`);
  const bytes = queue.bytes - (replaced?.candidate.bytes.length ?? 0) + candidate.bytes.length;
  if (bytes <= payerBytesMax) return undefined;
  return refuse("pool-full", "", `${bytes} bytes of this payer would wait, at most ${payerBytesMax} may`);
}
