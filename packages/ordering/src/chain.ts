// The chain as this node has executed it: the last final block, and blocks above it that are proposed and not final yet,
// each with the ledger after it. Ledgers share what they have in common, so to drop a block costs nothing.

import {
  type Account,
  assert,
  equalBytes,
  type Height,
  type History,
  type HistoryNode,
  type OrderHeader,
  type Root,
  type ShardName,
  type SparseMap,
  toHex,
} from "@tandem/shared";
import type { Attested } from "./attested.ts";
import type { Candidate } from "./candidate.ts";
import type { Touching } from "./lag.ts";
import type { Ledger } from "./ledger.ts";

export interface BlockState extends Touching {
  readonly header: OrderHeader;
  readonly root: Root;
  readonly height: Height;
  readonly ledger: Ledger;
  /** The map that the ledger's was made from: what is to be stored is the difference. */
  readonly before: SparseMap;
  /** Of all headers up to this one, and what this one completed in it. */
  readonly history: History;
  readonly completed: readonly HistoryNode[];
  /** Its blobs, in order. */
  readonly candidates: readonly Candidate[];
  readonly touched: ReadonlySet<ShardName>;
  /** Accounts that it changed, by hexadecimal key. */
  readonly changed: ReadonlyMap<string, Account>;
  readonly cited: Attested;
  /** Nothing for the last final one. */
  parent: BlockState | undefined;
}

/** Blocks above the last final one that are kept (S11). Those that are dropped can be executed again. */
const blocksMax = 64;
/** Bytes of their blobs: four full blocks. */
const bytesMax = 64 * 1024 * 1024;

export class Chain {
  #base: BlockState;
  /** By root, in the order in which they were executed. */
  readonly #above = new Map<string, BlockState>();

  constructor(base: BlockState) {
    this.#base = base;
  }

  /** The last final block that was executed. */
  get base(): BlockState {
    return this.#base;
  }

  /** Blocks above it. */
  get size(): number {
    return this.#above.size;
  }

  /** The same block with a ledger of which less is in memory. */
  slim(ledger: Ledger): void {
    assert(equalBytes(ledger.root, this.#base.ledger.root), "it is the same ledger");
    this.#base = { ...this.#base, ledger };
  }

  find(root: Root): BlockState | undefined {
    return equalBytes(root, this.#base.root) ? this.#base : this.#above.get(toHex(root));
  }

  add(state: BlockState): void {
    // Meanwhile something else can have become final there.
    if (state.height <= this.#base.height) return;
    this.#above.set(toHex(state.root), state);
    // What it stands on stays in memory by it anyway.
    const line = new Set(this.above(state));
    for (const [key, each] of this.#above) {
      if (this.#above.size <= blocksMax && this.#bytes() <= bytesMax) return;
      if (!line.has(each)) this.#above.delete(key);
    }
  }

  /** Whether `state` is the last final block or stands on it. If not, it can never be final any more. */
  carries(state: BlockState): boolean {
    return this.#standsOn(state, this.#base);
  }

  #bytes(): number {
    let bytes = 0;
    for (const { candidates } of this.#above.values())
      for (const candidate of candidates) bytes += candidate.bytes.length;
    return bytes;
  }

  /** Blocks above the last final one, up to `state`, oldest first. */
  above(state: BlockState): BlockState[] {
    const found: BlockState[] = [];
    for (let at: BlockState | undefined = state; at !== undefined && at.height > this.#base.height; at = at.parent)
      found.push(at);
    return found.reverse();
  }

  /** `state` is final now. What can never be any more, for it is no higher or does not stand on it, is dropped. */
  settle(state: BlockState): void {
    for (const [key, each] of this.#above) {
      if (each === state || !this.#standsOn(each, state)) this.#above.delete(key);
    }
    state.parent = undefined;
    this.#base = state;
  }

  #standsOn(state: BlockState, ground: BlockState): boolean {
    let at: BlockState | undefined = state;
    while (at !== undefined && at.height > ground.height) at = at.parent;
    return at !== undefined && equalBytes(at.root, ground.root);
  }

  /** Keys of all blobs that blocks above the last final one hold. */
  blobs(): Iterable<Candidate> {
    return [...this.#above.values()].flatMap(({ candidates }) => candidates);
  }
}
