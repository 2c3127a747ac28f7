// What a call sees of its contract, and what it wants to change. Values are canonical bytes everywhere outside of an
// environment: what one call is given is decoded for it alone, so that nothing is shared between calls.

import type { Existence } from "@tandem/shared";
import { keyText } from "../schedule/conflicts.ts";

/** The state that a call reads: the contract's map, under what its own group wrote tentatively (P5). */
export interface StateView {
  readonly existence: Existence | undefined;
  /** The canonical bytes of a value. */
  get(key: Uint8Array): Known;
}

/** A value, that there is none, or that the key was not fetched. */
export type Known =
  | { readonly kind: "known"; readonly value: Uint8Array | undefined }
  | { readonly kind: "not-fetched" };

export interface KeyChange {
  readonly key: Uint8Array;
  /** `undefined` deletes. */
  readonly value: Uint8Array | undefined;
}

/** Changes of one contract, the last of each key. */
export class Changes {
  readonly #keys = new Map<string, KeyChange>();
  /** P10: what the contract becomes, if that changes. */
  existence: Existence | undefined;

  get isEmpty(): boolean {
    return this.#keys.size === 0 && this.existence === undefined;
  }

  /** The change of a key, if it has one. */
  of(key: Uint8Array): KeyChange | undefined {
    return this.#keys.get(keyText(key));
  }

  put(change: KeyChange): void {
    this.#keys.set(keyText(change.key), change);
  }

  addAll(later: Changes): void {
    for (const change of later.#keys.values()) this.put(change);
    this.existence = later.existence ?? this.existence;
  }

  /** In the order in which keys were first changed. */
  list(): readonly KeyChange[] {
    return [...this.#keys.values()];
  }
}

/** A view with changes over it. */
export function viewWith(changes: Changes, below: StateView): StateView {
  return {
    existence: changes.existence ?? below.existence,
    get(key) {
      const change = changes.of(key);
      return change === undefined ? below.get(key) : { kind: "known", value: change.value };
    },
  };
}
