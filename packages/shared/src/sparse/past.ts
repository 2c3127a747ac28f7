// An older version of a stored map, by a reading alone. Whoever can list the store finds it by `snapshotAt`; a reading asks
// for keys that it knows, so it looks for the version, from the newest that it can be to older ones.

import { equalBytes } from "../bytes.ts";
import { type Root, zeroRoot } from "../numbers.ts";
import { SparseMap } from "./map.ts";
import type { Reading } from "./reading.ts";
import { decodeLatest, kinds, latestKey, versionKey } from "./record.ts";
import { openMap } from "./stored-map.ts";

/** Versions that are looked for: a map that changes with blocks was changed within the last hour of a block a second. */
const versionsMax = 4096;
/** Of these at once: keys without a record, which cost next to nothing. */
const versionsAtOnce = 64;

/**
 * The map as it was at version `upTo`, which is that version or the last one before, with nothing known but its top.
 * Nothing if that is a map of another root, or not kept, or too many versions ago.
 */
export function* openPast(upTo: number, root: Root): Reading<SparseMap | undefined> {
  const version = yield* lastVersion(upTo);
  if (version === undefined) return equalBytes(root, zeroRoot) ? SparseMap.empty : undefined;
  const [record] = yield [versionKey(kinds.root, version)];
  if (record === undefined || !equalBytes(record.slice(0, 32), root)) return undefined;
  return yield* openMap({ version, root });
}

function* lastVersion(upTo: number): Reading<number | undefined> {
  const [record] = yield [latestKey];
  const latest = decodeLatest(record);
  if (latest <= upTo) return latest === 0 ? undefined : latest;
  const end = Math.max(0, upTo - versionsMax);
  for (let newest = upTo; newest > end; newest -= versionsAtOnce) {
    const count = Math.min(versionsAtOnce, newest - end);
    const versions = Array.from({ length: count }, (_, at) => newest - at);
    const records = yield versions.map((version) => versionKey(kinds.root, version));
    const found = records.findIndex((each) => each !== undefined);
    if (found >= 0) return versions[found];
  }
  return undefined;
}
