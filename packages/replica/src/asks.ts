// Who asked the shell. Each part of the replica numbers its own `read`s and `verify`s; outside, a number says who asked
// too, so answers are never mixed and nothing has to be remembered about asks that are open.

const askers = ["order", "attest", "ordering", "attesting", "order-server", "attest-server"] as const;

/** The consensus of a chain, what stands above it, and who serves its final blocks. */
export type Asker = (typeof askers)[number];

/** What one part asked, by its own number. */
export interface Ask {
  readonly asker: Asker;
  readonly id: number;
}

export function numberOf({ asker, id }: Ask): number {
  return id * askers.length + askers.indexOf(asker);
}

/** Nothing for a number that no ask has. */
export function askOf(number: number): Ask | undefined {
  const asker = askers[number % askers.length];
  return asker === undefined ? undefined : { asker, id: Math.floor(number / askers.length) };
}
