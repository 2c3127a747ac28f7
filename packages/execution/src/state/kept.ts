// C6: parts of the maps that a claim commits to, of a state that is kept, as both sides of a dispute show them. The round
// says where the state is looked for, and the root whether it is the one that is meant: of another nothing is told.

import {
  type ContractName,
  type MapPart,
  type MapPlace,
  openPast,
  type Reading,
  type Root,
  type Round,
  readPart,
  readUnder,
} from "@tandem/shared";
import { contractsPrefix, pendingPrefix, statePrefix, versionOf } from "./records.ts";

export type CommittedMap =
  /** C1: from each name to its record. */
  | { readonly kind: "contracts" }
  /** C3: from each position to the root of its entry. */
  | { readonly kind: "pending" }
  /** From each key of a contract to its value. */
  | { readonly kind: "state"; readonly contract: ContractName };

/** Nothing if the map of that root is not the one after `round`, or not kept, or has no node at the place. */
export function* readKeptPart(
  map: CommittedMap,
  round: Round,
  root: Root,
  place: MapPlace,
): Reading<MapPart | undefined> {
  return yield* readUnder(prefixOf(map), readPartAt(round, root, place));
}

function* readPartAt(round: Round, root: Root, place: MapPlace): Reading<MapPart | undefined> {
  const opened = yield* openPast(versionOf(round), root);
  return opened && (yield* readPart(opened, place));
}

export function prefixOf(map: CommittedMap): Uint8Array {
  if (map.kind === "state") return statePrefix(map.contract);
  return map.kind === "contracts" ? contractsPrefix : pendingPrefix;
}
