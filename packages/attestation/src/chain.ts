// The attest chain as this node has judged it: the last final block, and blocks above it that are proposed and not final yet.
// What stands on a final block shares its frontiers, so to drop a block costs nothing.

import { equalBytes, type Root, toHex } from "@tandem/shared";
import { type AttestState, statesFrom } from "./state.ts";

/** Blocks above the last final one that are kept (S11). Those that are dropped can be judged again. */
const blocksMax = 64;

export class AttestChain {
  #base: AttestState;
  /** By root, in the order in which they were judged. */
  readonly #above = new Map<string, AttestState>();

  constructor(base: AttestState) {
    this.#base = base;
  }

  /** The last final block that was judged. */
  get base(): AttestState {
    return this.#base;
  }

  get size(): number {
    return this.#above.size;
  }

  find(root: Root): AttestState | undefined {
    return equalBytes(root, this.#base.root) ? this.#base : this.#above.get(toHex(root));
  }

  add(state: AttestState): void {
    // Meanwhile something else can have become final there.
    if (state.height <= this.#base.height) return;
    this.#above.set(toHex(state.root), state);
    // What it stands on stays in memory by it anyway.
    const line = new Set(statesFrom(state));
    for (const [key, each] of this.#above) {
      if (this.#above.size <= blocksMax) return;
      if (!line.has(each)) this.#above.delete(key);
    }
  }

  /** Whether `state` is the last final block or stands on it. If not, it can never be final any more. */
  carries(state: AttestState): boolean {
    return this.#standsOn(state, this.#base);
  }

  /** `state` is final now. What can never be any more, for it is no higher or does not stand on it, is dropped. */
  settle(state: AttestState): void {
    for (const [key, each] of this.#above) {
      if (each === state || !this.#standsOn(each, state)) this.#above.delete(key);
    }
    state.parent = undefined;
    this.#base = state;
  }

  #standsOn(state: AttestState, ground: AttestState): boolean {
    for (const at of statesFrom(state)) if (at.height <= ground.height) return equalBytes(at.root, ground.root);
    return false;
  }
}
