// Numbers as experiments say them.

/** The least of these ascending values that so many of a hundred do not exceed; 0 of none. */
export function percentile(ascending: readonly number[], percent: number): number {
  return ascending[Math.max(0, Math.ceil((percent * ascending.length) / 100) - 1)] ?? 0;
}

export interface Figures {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export function figuresOf(values: readonly number[]): Figures {
  const ascending = values.toSorted((a, b) => a - b);
  return { p50: percentile(ascending, 50), p99: percentile(ascending, 99), max: percentile(ascending, 100) };
}
