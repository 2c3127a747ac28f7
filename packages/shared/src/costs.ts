// P7: what running costs. Units are whole numbers; one is about ten nanoseconds of a core. What is charged follows from
// the call and the state alone, never from how a machine holds them, and is charged before the work is done, or before
// what it made is kept. What leaves a step (its outcome, its writes) costs more: it travels in claims and is kept and
// hashed, so these prices also bound the bytes of a round (R4).

import { limits } from "./limits.ts";

export const costs = {
  /** A call: each place of its outcome, one in its own claim and one for each node that is given it. */
  place: limits.placeCost,
  /** A pure step, whoever computes it. */
  pure: 1_000,
  /** Each byte of an argument as it is delivered, and of a pure step's outcome. */
  byte: 1,
  /**
   * Each key that a footprint names, used or not, or that a call touches which takes the whole contract: it is held while
   * the program is pending, fetched along its path in a map of a million keys, and shown in a witness (C2).
   */
  key: 8_000,
  /** Reading a key. */
  get: 500,
  /** Each byte of the value found: it is decoded, and stands in a witness. */
  foundByte: 16,
  /** Setting or deleting a key, ending a contract: a place in claims. */
  write: limits.placeCost,
  /** Each byte of a key and value written, and of a call's outcome in each of its places. */
  keptByte: limits.byteCost,
} as const;
