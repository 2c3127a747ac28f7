// What checkers of the whole stage see beside what those of the order stage do.

import type { StageTwoNews } from "@tandem/attestation";
import type { ExecutedFacts } from "../checkers/whole/truth.ts";
import type { Observation } from "../nodes/words.ts";

export type WholeObservation =
  /**
   * Of consensus on the attest chain, as it would be told of the order chain: the same checkers look at both. They look
   * into blocks by `blockRules` alone, so blocks of this chain pass for blocks (payload/block.ts).
   */
  | { readonly kind: "attest"; readonly observation: Observation }
  /** A round of a shard was executed, with so many reads of the store and claims of others that its citation showed. */
  | ({ readonly kind: "executed"; readonly reads: number; readonly visible: number } & ExecutedFacts)
  | { readonly kind: "news"; readonly news: StageTwoNews }
  /** A quorum finalized an attest block that it finds wrong, so it attests no more. */
  | { readonly kind: "attest-diverged"; readonly height: number; readonly problem: string };
