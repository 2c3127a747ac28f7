// A binary heap, one from which anything can be taken, and a walk over heaps in order that leaves them as they are.
//
// Both orders of the pool rest on these: what to include next, and what to give up next. A walk costs what it visits,
// not what the pool holds: whoever wants the best few of many pays for the few.

import { assert } from "@tandem/shared";

/** Whether `a` comes before `b`; a strict total order of the items of one heap. */
type Before<Item> = (a: Item, b: Item) => boolean;

export class Heap<Item> {
  readonly #before: Before<Item>;
  readonly #items: Item[] = [];

  constructor(before: Before<Item>) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  /** The children of the item at `place` are at 2 · place + 1 and 2 · place + 2, and come after it. */
  at(place: number): Item | undefined {
    return this.#items[place];
  }

  add(item: Item): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  pop(): Item | undefined {
    return this.#items.length === 0 ? undefined : this.take(0);
  }

  protected take(place: number): Item {
    const taken = this.#items[place] as Item;
    const last = this.#items.pop() as Item;
    if (place < this.#items.length) this.#sink(last, this.#rise(last, place));
    return taken;
  }

  protected put(item: Item, place: number): void {
    this.#items[place] = item;
  }

  #rise(item: Item, from: number): number {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#items[above] as Item;
      if (!this.#before(item, parent)) break;
      this.put(parent, place);
      place = above;
    }
    this.put(item, place);
    return place;
  }

  #sink(item: Item, from: number): void {
    let place = from;
    for (let below = this.#firstChild(place); below !== undefined; below = this.#firstChild(place)) {
      const child = this.#items[below] as Item;
      if (!this.#before(child, item)) break;
      this.put(child, place);
      place = below;
    }
    this.put(item, place);
  }

  /** The place of the child that comes first. */
  #firstChild(place: number): number | undefined {
    const left = 2 * place + 1;
    const right = left + 1;
    if (right >= this.#items.length) return left < this.#items.length ? left : undefined;
    return this.#before(this.#items[right] as Item, this.#items[left] as Item) ? right : left;
  }
}

/** One that knows where each item is, so that any can be taken out. */
export class IndexedHeap<Item> extends Heap<Item> {
  readonly #places = new Map<Item, number>();

  remove(item: Item): void {
    const place = this.#places.get(item);
    assert(place !== undefined, "only what is in a heap is taken from it");
    this.take(place);
  }

  protected override take(place: number): Item {
    const taken = super.take(place);
    this.#places.delete(taken);
    return taken;
  }

  protected override put(item: Item, place: number): void {
    super.put(item, place);
    this.#places.set(item, place);
  }
}

/** An item, and where it stands if it is of a heap that is walked over. */
interface Step<Item> {
  readonly item: Item;
  readonly heap?: Heap<Item>;
  readonly place: number;
}

/** The items of several heaps in one order, with more that turn up on the way. The heaps must not change meanwhile. */
export class Walk<Item> {
  readonly #steps: Heap<Step<Item>>;
  readonly #isPassed: (item: Item) => boolean;

  /** `isPassed` items of the heaps are left out. */
  constructor(heaps: Iterable<Heap<Item>>, before: Before<Item>, isPassed: (item: Item) => boolean) {
    this.#steps = new Heap((a, b) => before(a.item, b.item));
    this.#isPassed = isPassed;
    for (const heap of heaps) this.#reach(heap, 0);
  }

  offer(item: Item): void {
    this.#steps.add({ item, place: 0 });
  }

  next(): Item | undefined {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      const { item, heap, place } = step;
      if (heap === undefined) return item;
      this.#reach(heap, 2 * place + 1);
      this.#reach(heap, 2 * place + 2);
      if (!this.#isPassed(item)) return item;
    }
    return undefined;
  }

  #reach(heap: Heap<Item>, place: number): void {
    const item = heap.at(place);
    if (item !== undefined) this.#steps.add({ item, heap, place });
  }
}
