// First in, first out, of slots: a ring that doubles.

export class SlotQueue {
  #ring = new Int32Array(16);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(slot: number): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#length++) & (this.#ring.length - 1)] = slot;
  }

  /** There must be one. */
  shift(): number {
    const slot = this.#ring[this.#head] as number;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length--;
    return slot;
  }

  #grow(): void {
    const larger = new Int32Array(this.#ring.length * 2);
    for (let i = 0; i < this.#length; i++) larger[i] = this.#ring[(this.#head + i) & (this.#ring.length - 1)] as number;
    this.#ring = larger;
    this.#head = 0;
  }
}
