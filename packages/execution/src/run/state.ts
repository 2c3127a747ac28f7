// What a call sees of its contract, and what it wants to change. Values are canonical bytes everywhere outside of an
// environment: what one call is given is decoded for it alone, so that nothing is shared between calls.

import type { Existence } from "@tandem/shared";
import { keyText } from "../schedule/conflicts.ts";

/** The state that a call reads: the contract's map, under what its own group wrote tentatively (P5). */
export interface StateView {
  readonly existence: Existence | undefined;
  /** The canonical bytes of a value. With the key comes its text (`keyText`), which is made once for all who need it. */
  get(key: Uint8Array, text: string): Known;
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

  /** The change of a key, given as text, if it has one. */
  of(text: string): KeyChange | undefined {
    return this.#keys.get(text);
  }

  put(change: KeyChange, text: string = keyText(change.key)): void {
    this.#keys.set(text, change);
  }

  addAll(later: Changes): void {
    for (const [text, change] of later.#keys) this.#keys.set(text, change);
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
    get(key, text) {
      const change = changes.of(text);
      return change === undefined ? below.get(key, text) : { kind: "known", value: change.value };
    },
  };
}
