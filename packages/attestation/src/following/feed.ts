// Blocks of a chain in order of height, as they come, for one shard that takes them one by one. It has a bound (S11): what
// does not fit, or does not come next, is not kept but asked for again when there is room. So a shard that lags behind
// costs no more than one that does not, and to begin late is the same as to have lagged.

import { asHeight, type Height } from "@tandem/shared";

export interface FeedBounds<Item> {
  readonly countMax: number;
  readonly weightMax: number;
  readonly weigh: (item: Item) => number;
}

/** The blocks at these heights, both included. */
export interface Run {
  readonly from: Height;
  readonly upTo: Height;
}

export class Feed<Item extends { readonly height: Height }> {
  readonly #bounds: FeedBounds<Item>;
  readonly #items: Item[] = [];
  #weight = 0;
  /** Of the next item to take in. */
  #next: number;
  /** The highest final block that was heard of. */
  #known: number;
  /** Up to here blocks were asked for. */
  #asked: number;

  constructor(last: Height, bounds: FeedBounds<Item>) {
    this.#bounds = bounds;
    this.#next = last + 1;
    this.#known = last;
    this.#asked = last;
  }

  get first(): Item | undefined {
    return this.#items[0];
  }

  get size(): number {
    return this.#items.length;
  }

  /** The last height up to which nothing is missing. */
  get last(): Height {
    return asHeight(this.#next - 1);
  }

  know(height: Height): void {
    this.#known = Math.max(this.#known, height);
  }

  offer(item: Item): void {
    this.know(item.height);
    if (item.height !== this.#next) return;
    const { countMax, weightMax, weigh } = this.#bounds;
    const weight = weigh(item);
    const isFull = this.size >= countMax || this.#weight + weight > weightMax;
    if (isFull && this.size > 0) {
      // The rest of what was asked for cannot be taken either.
      this.#asked = this.last;
      return;
    }
    this.#items.push(item);
    this.#weight += weight;
    this.#next++;
  }

  shift(): Item | undefined {
    const item = this.#items.shift();
    if (item !== undefined) this.#weight -= this.#bounds.weigh(item);
    return item;
  }

  /** What to ask for, once. Nothing before half of the room is free: answers come in runs. */
  ask(): Run | undefined {
    const { countMax, weightMax } = this.#bounds;
    const isBusy = this.size * 2 > countMax || this.#weight * 2 > weightMax;
    if (this.#known <= this.last || this.#asked > this.last || (isBusy && this.size > 0)) return undefined;
    this.#asked = Math.min(this.#known, this.last + countMax - this.size);
    return { from: asHeight(this.#next), upTo: asHeight(this.#asked) };
  }

  clear(): void {
    this.#items.length = 0;
    this.#weight = 0;
  }
}
