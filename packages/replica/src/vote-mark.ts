// S8: the record with which the journal of a chain begins. Whoever makes a node's folder knows what the key signed before; a
// machine that finds the mark in its journal signs in later views alone.

import { attestBlockRules } from "@tandem/attestation";
import { markRecord } from "@tandem/consensus";
import { orderBlockRules } from "@tandem/ordering";
import type { Chain, View } from "@tandem/shared";

/** Nothing was signed with the key above that view, but for what stands behind it in the journal. */
export function voteMark(chain: Chain, view: View): Uint8Array {
  return chain === "order" ? markRecord(orderBlockRules, view) : markRecord(attestBlockRules, view);
}
