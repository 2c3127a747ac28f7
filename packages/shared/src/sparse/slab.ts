const slabBytesMin = 1024;
const slabBytesMax = 65_536;

/**
 * Many small byte arrays cut from few large ones: a tenth of what it costs to allocate, and later to collect, each
 * on its own. A slab is kept alive by any of its parts. The first is small, for whoever takes little.
 */
export class Slab {
  #bytes = new Uint8Array(0);
  #used = 0;
  #nextBytes = slabBytesMin;

  /** Zeros. */
  take(length: number): Uint8Array {
    if (length > slabBytesMax / 8) return new Uint8Array(length);
    if (this.#used + length > this.#bytes.length) {
      this.#bytes = new Uint8Array(Math.max(this.#nextBytes, length));
      this.#nextBytes = Math.min(2 * this.#nextBytes, slabBytesMax);
      this.#used = 0;
    }
    this.#used += length;
    return this.#bytes.subarray(this.#used - length, this.#used);
  }
}
