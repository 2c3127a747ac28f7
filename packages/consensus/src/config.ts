// What a machine is made of.

import type { Electorate, Root } from "@tandem/shared";
import type { BlockRules, Signer } from "./types.ts";

export interface SimplexConfig<Block> {
  readonly electorate: Electorate;
  readonly rules: BlockRules<Block>;
  /** Absent for an observer. */
  readonly signer: Signer | undefined;
  /** The epoch's seed (S1). */
  readonly seed: Root;
  /** Δ: the bound on delays that timers rest on (S2). */
  readonly deltaMs: number;
  /** O8: an idle network makes a block this often. */
  readonly heartbeatMs: number;
}
