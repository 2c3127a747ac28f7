// O7 once more, as plainly as it can be said: one list, searched through for every question.

import type { Candidate, RefusalCode } from "../../src/candidate.ts";
import type { PoolLimits, Removal } from "../../src/pool/pool.ts";

interface PlainAccount {
  readonly balance: bigint;
  readonly nonce: number;
}

interface Waiting {
  readonly candidate: Candidate;
  isOwn: boolean;
}

/** What became of blobs, by key. */
export type PlainRemovals = readonly (readonly [key: string, why: Removal["why"]])[];

export type PlainAdmission = RefusalCode | "known" | { readonly removed: PlainRemovals };

/** What changes around the pool. */
export interface PlainWorld {
  readonly accounts: ReadonlyMap<string, PlainAccount>;
  readonly next: number;
  readonly behind: ReadonlySet<string>;
}

const nonceOf = ({ blob }: Candidate) => blob.envelope.nonce as number;
const tipOf = ({ blob }: Candidate) => blob.envelope.tip as bigint;
const sizeOf = ({ bytes }: Candidate) => BigInt(bytes.length);
const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n);

/** Below zero if `a` tips less per byte. */
function compareTips(a: Candidate, b: Candidate): number {
  const [left, right] = [tipOf(a) * sizeOf(b), tipOf(b) * sizeOf(a)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

export class PlainPool {
  readonly #limits: PoolLimits;
  /** In order of arrival. */
  #waiting: Waiting[] = [];
  /** In order of promise. */
  #own: Waiting[] = [];

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  get candidates(): readonly Candidate[] {
    return this.#waiting.map(({ candidate }) => candidate);
  }

  of(payer: string): readonly Candidate[] {
    return this.candidates.filter((candidate) => candidate.payer === payer).toSorted((a, b) => nonceOf(a) - nonceOf(b));
  }

  add(candidate: Candidate, world: PlainWorld, isOwn: boolean): PlainAdmission {
    const known = this.#waiting.find((waiting) => waiting.candidate.key === candidate.key);
    if (known !== undefined) {
      if (isOwn && !known.isOwn) this.#own.push(known);
      known.isOwn ||= isOwn;
      return "known";
    }
    const old = this.of(candidate.payer).find((other) => nonceOf(other) === nonceOf(candidate));
    const code = this.#refusal(candidate, old, world);
    if (code !== undefined) return code;
    const evicted = this.#evict(candidate, old, world);
    if (evicted === undefined) return "pool-full";
    const removed: [string, Removal["why"]][] = evicted.map(({ key }) => [key, "evicted"]);
    if (old !== undefined) removed.push([old.key, "replaced"]);
    this.#drop(removed);
    const waiting = { candidate, isOwn };
    this.#waiting.push(waiting);
    if (isOwn) this.#own.push(waiting);
    return { removed };
  }

  #refusal(candidate: Candidate, old: Candidate | undefined, world: PlainWorld): RefusalCode | undefined {
    const { expires, touches } = candidate.blob.envelope;
    const { balance, nonce } = world.accounts.get(candidate.payer) as PlainAccount;
    const others = this.of(candidate.payer).filter((other) => other !== old);
    let missing = 0;
    for (let before = nonce; before < nonceOf(candidate); before++) {
      if (!others.some((other) => nonceOf(other) === before)) missing += 1;
    }
    if (expires < world.next) return "expired";
    if (touches.some((shard) => world.behind.has(shard))) return "shard-behind";
    if (nonceOf(candidate) < nonce) return "nonce-too-low";
    if (missing > this.#limits.nonceGapMax) return "nonce-gap";
    if (old !== undefined && !outbids(candidate, old)) return "tip-too-low";
    if (sum([candidate, ...others].map(({ cost }) => cost)) > balance) return "balance";
    if (others.length + 1 > this.#limits.payerBlobsMax) return "pool-full";
    if (sum([candidate, ...others].map(sizeOf)) > BigInt(this.#limits.payerBytesMax)) return "pool-full";
    return undefined;
  }

  #evict(newcomer: Candidate, old: Candidate | undefined, world: PlainWorld): Candidate[] | undefined {
    const evicted: Candidate[] = [];
    const isStuck = isStuckIn([...this.of(newcomer.payer).filter((other) => other !== old), newcomer], newcomer, world);
    for (;;) {
      const left = this.#waiting.filter(({ candidate }) => candidate !== old && !evicted.includes(candidate));
      const bytes = sum([newcomer, ...left.map(({ candidate }) => candidate)].map(sizeOf));
      if (left.length + 1 <= this.#limits.blobsMax && bytes <= BigInt(this.#limits.bytesMax)) return evicted;
      const worst = worstOf(left, newcomer.payer, world);
      if (worst === undefined) return undefined;
      const isLess = !worst.isOwn && compareTips(worst.candidate, newcomer) < 0;
      const isWorse = worst.isStuck === isStuck ? isLess : worst.isStuck;
      if (!isWorse) return undefined;
      evicted.push(worst.candidate);
    }
  }

  settle(world: PlainWorld, ordered: ReadonlySet<string>): PlainRemovals {
    const removed: [string, Removal["why"]][] = [];
    for (const { key, payer, blob } of this.candidates) {
      const { nonce, expires } = blob.envelope;
      if (nonce < (world.accounts.get(payer) as PlainAccount).nonce) {
        removed.push([key, ordered.has(key) ? "ordered" : "stale"]);
      } else if (expires < world.next) removed.push([key, "expired"]);
    }
    this.#drop(removed);
    return removed;
  }

  /** All of a selection. */
  select(world: PlainWorld): readonly Candidate[] {
    const accounts = new Map([...world.accounts].map(([payer, account]) => [payer, { ...account }]));
    const selected: Candidate[] = [];
    const isNext = ({ payer, blob, cost }: Candidate) => {
      const { balance, nonce } = accounts.get(payer) as PlainAccount;
      const isBehind = blob.envelope.touches.some((shard) => world.behind.has(shard));
      return blob.envelope.nonce === nonce && cost <= balance && !isBehind;
    };
    for (;;) {
      // A stable sort: first come, first among equals.
      const best = this.candidates.filter(isNext).sort((a, b) => compareTips(b, a))[0];
      if (best === undefined) return selected;
      selected.push(best);
      const account = accounts.get(best.payer) as { balance: bigint; nonce: number };
      account.balance -= best.cost;
      account.nonce += 1;
    }
  }

  own(world: PlainWorld): readonly Candidate[] {
    const own = this.#own.map(({ candidate }) => candidate);
    return own.filter((candidate) => !isStuckIn(this.of(candidate.payer), candidate, world));
  }

  #drop(removed: PlainRemovals): void {
    const gone = new Set(removed.map(([key]) => key));
    this.#waiting = this.#waiting.filter(({ candidate }) => !gone.has(candidate.key));
    this.#own = this.#own.filter(({ candidate }) => !gone.has(candidate.key));
  }
}

/** A tenth more, and more: in all, and per byte. */
function outbids(candidate: Candidate, old: Candidate): boolean {
  const [tip, oldTip] = [tipOf(candidate), tipOf(old)];
  const [rate, oldRate] = [tip * sizeOf(old), oldTip * sizeOf(candidate)];
  return tip > oldTip && rate > oldRate && 10n * tip >= 11n * oldTip && 10n * rate >= 11n * oldRate;
}

/** Whether something keeps it from its turn: a missing nonce or the balance, with what is before it in `all`. */
function isStuckIn(all: readonly Candidate[], candidate: Candidate, { accounts }: PlainWorld): boolean {
  const { balance, nonce } = accounts.get(candidate.payer) as PlainAccount;
  const upToIt = all.filter((other) => nonceOf(other) <= nonceOf(candidate));
  const isGapless = upToIt.length === nonceOf(candidate) - nonce + 1;
  return !isGapless || sum(upToIt.map(({ cost }) => cost)) > balance;
}

function worstOf(waiting: readonly Waiting[], but: string, world: PlainWorld) {
  const all = waiting.map(({ candidate }) => candidate);
  const tails = waiting
    .filter(({ candidate }) => {
      const isLast = !all.some((other) => other.payer === candidate.payer && nonceOf(other) > nonceOf(candidate));
      return isLast && candidate.payer !== but;
    })
    .map(({ candidate, isOwn }) => ({
      candidate,
      isOwn,
      isStuck: isStuckIn(
        all.filter(({ payer }) => payer === candidate.payer),
        candidate,
        world,
      ),
    }))
    .filter(({ isOwn, isStuck }) => !isOwn || isStuck);
  const compare = (a: (typeof tails)[number], b: (typeof tails)[number]) =>
    Number(b.isStuck) - Number(a.isStuck) || Number(a.isOwn) - Number(b.isOwn) || compareTips(a.candidate, b.candidate);
  // The latest of equals: the last of a stable order.
  return tails
    .sort(compare)
    .filter((tail, _, [first]) => first !== undefined && compare(tail, first) === 0)
    .at(-1);
}
