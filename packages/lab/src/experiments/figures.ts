// Numbers as experiments say them.

/** The least of these ascending values that so many of a hundred do not exceed; 0 of none. */
export function percentile(ascending: readonly number[], percent: number): number {
  return ascending[Math.max(0, Math.ceil((percent * ascending.length) / 100) - 1)] ?? 0;
}
