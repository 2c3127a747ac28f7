// O2: what a blob costs to be ordered, by one formula, whatever is in it.
//
//   fee = base + perByte · bytes + perTouch · touches + perBudget · budget
//
// `bytes` is the encoded blob, signature included. The part for the budget pays for execution, and what execution does not
// use is not given back. The rest pays for ordering, and the tip goes with it.

import type { Amount, Envelope, Fees } from "@tandem/shared";

export interface Fee {
  /** To the proposer. */
  readonly ordering: Amount;
  /** To the execution pool. */
  readonly execution: Amount;
}

export function feeOf({ base, perByte, perTouch, perBudget }: Fees, envelope: Envelope, bytes: number): Fee {
  const ordering = base + perByte * BigInt(bytes) + perTouch * BigInt(envelope.touches.length);
  return { ordering: ordering as Amount, execution: (perBudget * BigInt(envelope.budget)) as Amount };
}
