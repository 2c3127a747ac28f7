// What is yet to happen, earliest first, and of one time in the order in which it was said.
//
// A heap with four children a node over plain columns; an event is a slot in a pool of columns. Nothing is allocated
// for an event. A popped slot stays taken until it is released, so that it can wait at an instance.

export const eventKinds = {
  message: 0,
  timer: 1,
  answer: 2,
  given: 3,
  synced: 4,
  boot: 5,
  begin: 6,
  end: 7,
  heal: 8,
  strike: 9,
};

const noPayload = undefined;

export class EventQueue {
  // The heap, by place.
  #times: Float64Array;
  #sequences: Float64Array;
  #slots: Int32Array;
  #length = 0;
  #nextSequence = 0;
  // The pool, by slot.
  #kinds: Uint8Array;
  #targets: Int32Array;
  #sources: Int32Array;
  #marks: Int32Array;
  #payloads: unknown[];
  #free: Int32Array;
  #freeLength = 0;

  constructor(capacity = 1024) {
    this.#times = new Float64Array(capacity);
    this.#sequences = new Float64Array(capacity);
    this.#slots = new Int32Array(capacity);
    this.#kinds = new Uint8Array(capacity);
    this.#targets = new Int32Array(capacity);
    this.#sources = new Int32Array(capacity);
    this.#marks = new Int32Array(capacity);
    this.#payloads = new Array(capacity).fill(noPayload);
    this.#free = new Int32Array(capacity);
    this.#addFree(0);
  }

  get length(): number {
    return this.#length;
  }

  /** Infinity if nothing is left. */
  get nextUs(): number {
    return this.#length > 0 ? (this.#times[0] as number) : Number.POSITIVE_INFINITY;
  }

  /** `source` and `mark` mean what the kind makes of them. */
  push(timeUs: number, kind: number, target: number, source: number, mark: number, payload: unknown): void {
    if (this.#freeLength === 0) this.#grow();
    const slot = this.#free[--this.#freeLength] as number;
    this.#kinds[slot] = kind;
    this.#targets[slot] = target;
    this.#sources[slot] = source;
    this.#marks[slot] = mark;
    this.#payloads[slot] = payload;
    this.#siftUp(this.#length++, timeUs, this.#nextSequence++, slot);
  }

  /** The slot of the earliest event. There must be one. */
  pop(): number {
    const slot = this.#slots[0] as number;
    const last = --this.#length;
    if (last > 0) {
      this.#siftDown(0, this.#times[last] as number, this.#sequences[last] as number, this.#slots[last] as number);
    }
    return slot;
  }

  release(slot: number): void {
    this.#payloads[slot] = noPayload;
    this.#free[this.#freeLength++] = slot;
  }

  kindOf(slot: number): number {
    return this.#kinds[slot] as number;
  }

  targetOf(slot: number): number {
    return this.#targets[slot] as number;
  }

  sourceOf(slot: number): number {
    return this.#sources[slot] as number;
  }

  markOf(slot: number): number {
    return this.#marks[slot] as number;
  }

  payloadOf(slot: number): unknown {
    return this.#payloads[slot];
  }

  /** Moves the events of a kind and target, given when they were to happen; says how many. Rare, and linear. */
  move(kind: number, target: number, timeOf: (timeUs: number) => number): number {
    let moved = 0;
    for (let place = 0; place < this.#length; place++) {
      const slot = this.#slots[place] as number;
      if (this.#kinds[slot] !== kind || this.#targets[slot] !== target) continue;
      this.#times[place] = timeOf(this.#times[place] as number);
      moved++;
    }
    if (moved > 0) this.#restore();
    return moved;
  }

  #restore(): void {
    for (let place = (this.#length - 2) >> 2; place >= 0; place--) {
      const [time, sequence] = [this.#times[place] as number, this.#sequences[place] as number];
      this.#siftDown(place, time, sequence, this.#slots[place] as number);
    }
  }

  /** A new event has the highest sequence, so it passes later times only. */
  #siftUp(start: number, time: number, sequence: number, slot: number): void {
    const [times, sequences, slots] = [this.#times, this.#sequences, this.#slots];
    let place = start;
    while (place > 0) {
      const parent = (place - 1) >> 2;
      const parentTime = times[parent] as number;
      if (time >= parentTime) break;
      times[place] = parentTime;
      sequences[place] = sequences[parent] as number;
      slots[place] = slots[parent] as number;
      place = parent;
    }
    times[place] = time;
    sequences[place] = sequence;
    slots[place] = slot;
  }

  #siftDown(start: number, time: number, sequence: number, slot: number): void {
    const [times, sequences, slots, length] = [this.#times, this.#sequences, this.#slots, this.#length];
    let place = start;
    for (let first = place * 4 + 1; first < length; first = place * 4 + 1) {
      const end = Math.min(first + 4, length);
      let least = first;
      let leastTime = times[first] as number;
      for (let child = first + 1; child < end; child++) {
        const childTime = times[child] as number;
        if (childTime > leastTime) continue;
        if (childTime === leastTime && (sequences[child] as number) > (sequences[least] as number)) continue;
        least = child;
        leastTime = childTime;
      }
      if (leastTime > time || (leastTime === time && (sequences[least] as number) > sequence)) break;
      times[place] = leastTime;
      sequences[place] = sequences[least] as number;
      slots[place] = slots[least] as number;
      place = least;
    }
    times[place] = time;
    sequences[place] = sequence;
    slots[place] = slot;
  }

  #grow(): void {
    const capacity = this.#kinds.length;
    this.#times = copyInto(new Float64Array(capacity * 2), this.#times);
    this.#sequences = copyInto(new Float64Array(capacity * 2), this.#sequences);
    this.#slots = copyInto(new Int32Array(capacity * 2), this.#slots);
    this.#kinds = copyInto(new Uint8Array(capacity * 2), this.#kinds);
    this.#targets = copyInto(new Int32Array(capacity * 2), this.#targets);
    this.#sources = copyInto(new Int32Array(capacity * 2), this.#sources);
    this.#marks = copyInto(new Int32Array(capacity * 2), this.#marks);
    this.#free = copyInto(new Int32Array(capacity * 2), this.#free);
    for (let slot = capacity; slot < capacity * 2; slot++) this.#payloads.push(noPayload);
    this.#addFree(capacity);
  }

  #addFree(from: number): void {
    for (let slot = this.#kinds.length - 1; slot >= from; slot--) this.#free[this.#freeLength++] = slot;
  }
}

function copyInto<T extends Float64Array | Int32Array | Uint8Array>(larger: T, column: T): T {
  larger.set(column);
  return larger;
}
