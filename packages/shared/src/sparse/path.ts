// Paths through the sparse map: 256 bits, walked from the highest bit of the first byte.

/** Bits of a path, so the deepest level at which a leaf can lie. */
export const pathBits = 256;

/** Something with a path: 32 bytes of `block` from `blockAt` on. */
export interface OnPath {
  readonly block: Uint8Array;
  readonly blockAt: number;
}

/** The bit at `depth` of the path that begins at `at`. */
export function bitAt(bytes: Uint8Array, at: number, depth: number): number {
  return ((bytes[at + (depth >> 3)] as number) >> (7 - (depth & 7))) & 1;
}

/** Of the path that begins at `at`, four bits from `depth`, a multiple of four, on. */
export function nibbleAt(bytes: Uint8Array, at: number, depth: number): number {
  return ((bytes[at + (depth >> 3)] as number) >> (4 - (depth & 4))) & 15;
}

/** Order of the first `depth` bits, a multiple of four. */
export function comparePrefixes(a: Uint8Array, b: Uint8Array, depth: number): number {
  const whole = depth >> 3;
  for (let i = 0; i < whole; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return (depth & 7) === 0 ? 0 : nibbleAt(a, 0, depth - 4) - nibbleAt(b, 0, depth - 4);
}

export function comparePaths(a: OnPath, b: OnPath): number {
  for (let i = 0; i < 32; i++) {
    const difference = (a.block[a.blockAt + i] as number) - (b.block[b.blockAt + i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function sortByPath<T extends OnPath>(items: T[]): T[] {
  return items.sort(comparePaths);
}

/** Whether no two neighbours of sorted `items` share a path. */
export function arePathsUnique(items: readonly OnPath[]): boolean {
  for (let i = 1; i < items.length; i++)
    if (comparePaths(items[i - 1] as OnPath, items[i] as OnPath) === 0) return false;
  return true;
}

/**
 * Of sorted items from `start` to `end`, which agree in their first `depth` bits, the first whose next bit is 1.
 */
export function splitAt(items: readonly OnPath[], start: number, end: number, depth: number): number {
  let low = start;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const { block, blockAt } = items[middle] as OnPath;
    if (bitAt(block, blockAt, depth) === 1) high = middle;
    else low = middle + 1;
  }
  return low;
}
