// O7, O10: any history of a pool against a plain list that is searched for every question.

import { asHeight, type ShardName } from "@tandem/shared";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Candidate } from "../src/candidate.ts";
import { type Admission, Pool, type PoolLimits, type Removal } from "../src/pool/pool.ts";
import { type PlainAdmission, PlainPool, type PlainWorld } from "./oracles/pool.ts";
import { testNetwork } from "./support/blobs.ts";
import { accountOf, fakeOf } from "./support/fakes.ts";

const network = testNetwork();
const payers = ["a", "b", "c", "d", "e"];
const shards = ["air", "bank", "hotel"];
const limits: PoolLimits = { bytesMax: 1500, blobsMax: 9, payerBytesMax: 900, payerBlobsMax: 4, nonceGapMax: 2 };

const anyPayer = fc.constantFrom(...payers);

const anySubmit = fc.record({
  kind: fc.constant("submit" as const),
  payer: anyPayer,
  /** Above the account's. */
  ahead: fc.constantFrom(-1, 0, 0, 0, 1, 1, 2, 3, 4),
  // Equal tips per byte, and nearly equal ones.
  tip: fc.constantFrom(0n, 1n, 10n, 11n, 20n, 22n, 30n, 99n),
  size: fc.constantFrom(100, 101, 200, 300, 600),
  lasts: fc.constantFrom(-1, 0, 1, 2, 4, 8, 20, 20, 20, 20, 20, 20),
  touches: fc.constantFrom([], [], [], ["air"], ["bank"], ["air", "bank"], ["bank", "hotel"]),
  sent: fc.constantFrom(0n, 0n, 50n, 200n),
  isOwn: fc.constantFrom(false, false, false, false, true),
});
/** A blob that waits comes again. */
const anyRepeat = fc.record({ kind: fc.constant("repeat" as const), pick: fc.nat(20), isOwn: fc.boolean() });
const anySettle = fc.record({
  kind: fc.constant("settle" as const),
  /** Of the selection. */
  count: fc.integer({ min: 0, max: 6 }),
  heights: fc.integer({ min: 1, max: 2 }),
  /** Blobs that never came here, and what they cost. */
  foreign: fc.array(fc.tuple(anyPayer, fc.constantFrom(1n, 100n, 300n)), { maxLength: 2 }),
  received: fc.array(fc.tuple(anyPayer, fc.constantFrom(50n, 500n)), { maxLength: 2 }),
});
const anyLag = fc.record({
  kind: fc.constant("lag" as const),
  behind: fc.constantFrom([], [], ["hotel"], ["air"], ["bank"], shards),
});
const anyStep = fc.oneof(
  { weight: 12, arbitrary: anySubmit },
  { weight: 2, arbitrary: anyRepeat },
  { weight: 2, arbitrary: anySettle },
  { weight: 1, arbitrary: anyLag },
);
/** What blocks that are not final yet leave otherwise. */
const anyOverlay = fc.array(
  fc.record({ payer: anyPayer, ahead: fc.integer({ min: 0, max: 3 }), balance: fc.constantFrom(0n, 60n, 1000n) }),
  { maxLength: 3 },
);
type Step = typeof anyStep extends fc.Arbitrary<infer Any> ? Any : never;
type Overlay = typeof anyOverlay extends fc.Arbitrary<infer Any> ? Any : never;

const tried = new Map<string, number>();
const note = (what: string) => tried.set(what, (tried.get(what) ?? 0) + 1);

class Run {
  readonly pool = new Pool(network, limits);
  readonly plain = new PlainPool(limits);
  readonly accounts = new Map(payers.map((payer) => [payer, accountOf(600n)]));
  readonly own = new Set<string>();
  next = 1;
  behind: ReadonlySet<string> = new Set();

  get world(): PlainWorld {
    return this;
  }

  readonly isBehind = (shard: ShardName) => this.behind.has(shard);

  take(step: Step): void {
    if (step.kind === "submit") this.submit(this.candidateOf(step), step.isOwn);
    if (step.kind === "repeat") {
      const again = this.plain.candidates[step.pick];
      if (again !== undefined) this.submit(again, step.isOwn);
    }
    if (step.kind === "lag") this.behind = new Set(step.behind);
    if (step.kind === "settle") this.settle(step);
  }

  candidateOf({ payer, ahead, tip, size, lasts, touches, sent }: Extract<Step, { kind: "submit" }>): Candidate {
    const nonce = Math.max(0, this.accountOf(payer).nonce + ahead);
    const expires = Math.max(0, this.next + lasts);
    return fakeOf(network, { payer, nonce, tip, size, expires, touches, cost: tip + sent });
  }

  accountOf(payer: string) {
    return this.accounts.get(payer) ?? accountOf(0n);
  }

  submit(candidate: Candidate, isOwn: boolean): void {
    const context = { account: this.accountOf(candidate.payer), next: asHeight(this.next), isBehind: this.isBehind };
    const refusal = this.pool.preview(candidate, context);
    const promised = new Set([...this.pool.own()].map(({ key }) => key));
    const admission = this.pool.add(candidate, { ...context, isOwn });
    expect(admission.kind === "refused" ? admission.refusal : undefined).toEqual(refusal);
    expect(plainly(admission)).toEqual(this.plain.add(candidate, this.world, isOwn));
    note(refusal?.code ?? admission.kind);
    if (admission.kind === "refused") return;
    if (isOwn) this.own.add(candidate.key);
    if (admission.kind === "added") this.afterAdded(candidate, admission.removed, promised);
  }

  afterAdded({ payer }: Candidate, removed: readonly Removal[], promised: ReadonlySet<string>): void {
    for (const { candidate, isOwn, why } of removed) {
      note(isOwn && why === "evicted" ? "own evicted" : why);
      expect(isOwn).toBe(this.own.has(candidate.key));
      if (why === "evicted") expect(promised.has(candidate.key)).toBe(false);
    }
    const total = this.plain.of(payer).reduce((sum, { cost }) => sum + cost, 0n);
    expect(total <= this.accountOf(payer).balance).toBe(true);
  }

  settle({ count, heights, foreign, received }: Extract<Step, { kind: "settle" }>): void {
    const changed = new Map<string, ReturnType<typeof accountOf>>();
    const change = (payer: string, cost: bigint, nonces: number) => {
      const { balance, nonce } = this.accountOf(payer);
      const account = accountOf(balance > cost ? balance - cost : 0n, nonce + nonces);
      this.accounts.set(payer, account);
      changed.set(payer, account);
    };
    const block = drain(this.pool.select({ isBehind: this.isBehind, accounts: new Map() })).slice(0, count);
    for (const { payer, cost } of block) change(payer, cost, 1);
    for (const [payer, cost] of foreign) change(payer, cost, 1);
    for (const [payer, amount] of received) change(payer, -amount, 0);
    this.next += heights;
    const ordered = new Set(block.map(({ key }) => key));
    const removed = this.pool.settle({ next: asHeight(this.next), changed, ordered });
    for (const { why } of removed) note(why);
    const byKey = (list: readonly (readonly [string, string])[]) => list.toSorted(([a], [b]) => (a < b ? -1 : 1));
    expect(byKey(removed.map(({ candidate, why }) => [candidate.key, why]))).toEqual(
      byKey(this.plain.settle(this.world, ordered)),
    );
    for (const { candidate, isOwn } of removed) expect(isOwn).toBe(this.own.has(candidate.key));
  }

  compare(overlay: Overlay): void {
    const { pool, plain, world, isBehind } = this;
    const keys = plain.candidates.map(({ key }) => key);
    expect([pool.size, pool.bytes]).toEqual([
      keys.length,
      plain.candidates.reduce((sum, c) => sum + c.bytes.length, 0),
    ]);
    for (const candidate of plain.candidates) expect(pool.get(candidate.key)).toBe(candidate);
    const selected = plain.select(world);
    expect(drain(pool.select({ isBehind, accounts: new Map() }))).toEqual(selected);
    expect(pool.hasReady(isBehind)).toBe(selected.length > 0);
    expect([...pool.own()]).toEqual(plain.own(world));
    this.compareAbove(overlay);
    this.checkBounds();
  }

  compareAbove(overlay: Overlay): void {
    const accounts = new Map(
      overlay.map(({ payer, ahead, balance }) => [payer, accountOf(balance, this.accountOf(payer).nonce + ahead)]),
    );
    const above = { ...this, accounts: new Map([...this.accounts, ...accounts]) };
    const selected = drain(this.pool.select({ isBehind: this.isBehind, accounts }));
    expect(selected).toEqual(this.plain.select(above));
  }

  checkBounds(): void {
    const { pool, plain } = this;
    expect(pool.size).toBeLessThanOrEqual(limits.blobsMax);
    expect(pool.bytes).toBeLessThanOrEqual(limits.bytesMax);
    for (const payer of payers) {
      const waiting = plain.of(payer);
      expect(waiting.length).toBeLessThanOrEqual(limits.payerBlobsMax);
      expect(waiting.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(limits.payerBytesMax);
    }
    const waitingPayers = new Set(plain.candidates.map(({ payer }) => payer)).size;
    const { entries, queues, expiries, shown } = pool.counts;
    expect([entries, queues, expiries, shown]).toEqual([pool.size, waitingPayers, pool.size, waitingPayers]);
  }
}

function plainly(admission: Admission): PlainAdmission {
  if (admission.kind === "refused") return admission.refusal.code;
  if (admission.kind === "known") return "known";
  return { removed: admission.removed.map(({ candidate, why }) => [candidate.key, why]) };
}

function drain(selection: ReturnType<Pool["select"]>): Candidate[] {
  const all: Candidate[] = [];
  for (let next = selection.next(); next !== undefined; next = selection.next()) all.push(next);
  return all;
}

test("any history: the same admissions, contents, selections and readiness as of a plain list", () => {
  const history = fc.array(fc.tuple(anyStep, anyOverlay), { minLength: 30, maxLength: 80, size: "max" });
  fc.assert(
    fc.property(history, (steps) => {
      const run = new Run();
      for (const [step, overlay] of steps) {
        run.take(step);
        run.compare(overlay);
      }
    }),
    { seed: 7, numRuns: 300 },
  );
  const wanted = ["added", "known", "expired", "shard-behind", "nonce-too-low", "nonce-gap", "tip-too-low", "balance"];
  wanted.push("pool-full", "replaced", "evicted", "ordered", "stale");
  console.log(`pool histories: ${[...tried].map(([what, count]) => `${count} ${what}`).join(", ")}`);
  for (const what of wanted) expect([what, (tried.get(what) ?? 0) >= 100]).toEqual([what, true]);
});
