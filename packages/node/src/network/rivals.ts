// Two links of one seat: which stays. Each side decides for itself, when a link is admitted, and both come to the same.
//
// - The newer, if its node was started again since (another session): the older one is dead, noticed or not.
// - The newer, if the same side dialled both: that side has lost the older one, and we have not noticed.
// - Otherwise both dialled at once: the one that the lower seat dialled.

import { equalBytes } from "@tandem/shared";

export interface Rival {
  /** Whether we dialled it. */
  readonly isDialled: boolean;
  /** Of the peer's node. */
  readonly session: Uint8Array;
}

/** `isLower`: our seat is the lower one. */
export function takesPlace(newer: Rival, older: Rival, isLower: boolean): boolean {
  if (!equalBytes(newer.session, older.session)) return true;
  return newer.isDialled === older.isDialled || newer.isDialled === isLower;
}
