// What the two chains say of the rounds from one claim of a shard to the next. A check takes it from its caller, who has
// verified it; this file has what verifies it from headers of both chains. The headers themselves are proven by
// certificates (`verifyOrderHeader`, `verifyAttestHeader`), and the caller has done that before.
//
//   of each height     the shard's slice, complete (`verifySliceBlobs`); the frontiers that the header cites, of each shard
//                      that pending programs touch (`verifyCitedFrontier`); and between two of these frontiers all
//                      claims with their exports (`verifyVisibleClaims`)
//   before them        likewise the claims that were visible already and export what a pending program needs: those from
//                      the height of the oldest pending program on will do
//   pending blobs      that each was ordered where it is said to be, and when (`verifyPlacedBlob`)

import {
  type AttestHeader,
  attestHeaderCodec,
  type Blob,
  type BlobIndex,
  blobCodec,
  type Claim,
  claimCodec,
  type Export,
  equalBytes,
  exportsRootOf,
  type Frontier,
  frontierCodec,
  type ListProof,
  laneExportsCodec,
  limits,
  type MapProof,
  type NamespaceProof,
  type OrderHeader,
  type Result,
  type ShardName,
  utf8,
  verifyKeys,
  verifyListItem,
  verifyTouches,
} from "@tandem/shared";
import type { RoundSlice } from "../ordered.ts";
import type { VisibleClaim } from "../round/pending-programs.ts";
import type { RoundInput } from "../round/shard-execution.ts";
import { type CheckFailure, type CheckVerdict, ownCopy, unusable, verdictOf } from "./failure.ts";
import type { PlacedBlob } from "./material.ts";
import { checkRoot } from "./roots.ts";

export interface RoundFacts {
  /** Claims of other shards that were visible at the round of the claim before. More than needed do no harm. */
  readonly recalled: readonly VisibleClaim[];
  /** Of every height after the claim before, up to the round of the claim. */
  readonly rounds: readonly RoundInput[];
}

/** A blob of a slice, as it came. */
export interface SliceItem {
  readonly index: BlobIndex;
  readonly blob: Blob;
}

/** O5: the slice of a shard under a header, if these are all its blobs. */
export function verifySliceBlobs(
  { height, timeMs, touchesRoot }: OrderHeader,
  shard: ShardName,
  items: readonly SliceItem[],
  proof: NamespaceProof,
): Result<RoundSlice, CheckFailure> {
  return verdictOf(() => {
    const blobs = items.map(({ index, blob }, at) => {
      const { envelope } = ownCopy(blobCodec, blob, `blobs[${at}]`);
      return { index, root: blobCodec.root(blob), envelope };
    });
    const touches = blobs.map(({ index, root }) => ({ index, blob: root }));
    const complete = verifyTouches(touchesRoot, shard, touches, proof);
    if (!complete.ok)
      unusable("wrong-rounds", "blobs", `these are not all blobs of the slice: ${complete.error.message}`);
    return { height, timeMs, blobs };
  });
}

/** O4: the blob was ordered at its place and time, under the header of its height. */
export function verifyPlacedBlob(header: OrderHeader, placed: PlacedBlob, item: ListProof): CheckVerdict {
  return verdictOf(() => {
    const { height, index, timeMs } = placed;
    if (height !== header.height || timeMs !== header.timeMs) {
      unusable("wrong-rounds", "height", `the header is of height ${header.height} and time ${header.timeMs}`);
    }
    const blob = ownCopy(blobCodec, placed.blob, "blob");
    const place = verifyListItem(header.blobsRoot, limits.blockBlobsMax, index, blobCodec.root(blob), item);
    if (!place.ok) unusable("wrong-rounds", "index", `the blob does not stand there: ${place.error.message}`);
  });
}

/** R2: the frontier of a shard by the attest block that an order header cites; nothing if that is the genesis claim. */
export function verifyCitedFrontier(
  { attested }: OrderHeader,
  cited: AttestHeader,
  shard: ShardName,
  entry: MapProof,
): Result<Frontier | undefined, CheckFailure> {
  return verdictOf(() => {
    checkRoot(attested.root, attestHeaderCodec.root(ownCopy(attestHeaderCodec, cited, "cited")), "cited");
    const values = verifyKeys(cited.frontiersRoot, entry, [utf8(shard)]);
    if (!values.ok) return unusable("wrong-rounds", "entry", values.error.message);
    const [bytes] = values.value;
    if (bytes === undefined) return undefined;
    const frontier = frontierCodec.decode(bytes);
    return frontier.ok ? frontier.value : unusable("wrong-rounds", "entry", frontier.error.message);
  });
}

/** A claim with its exports, lane by lane. */
export interface ExportedClaim {
  readonly claim: Claim;
  readonly lanes: readonly (readonly Export[])[];
}

/** R2: all claims of a shard after one frontier and up to another, in order, each with what it exports. */
export function verifyVisibleClaims(
  shard: ShardName,
  from: Frontier,
  to: Frontier,
  claims: readonly ExportedClaim[],
): Result<readonly VisibleClaim[], CheckFailure> {
  return verdictOf(() => {
    let last = from.claim;
    const visible = claims.map(({ claim, lanes }, at) => {
      const path = `claims[${at}]`;
      const own = ownCopy(claimCodec, claim, path);
      if (own.shard !== shard) unusable("wrong-rounds", path, `a claim of ${own.shard}, not of ${shard}`);
      checkRoot(own.prev, last, `${path}.prev`);
      last = claimCodec.root(own);
      return checkExports({ shard, round: own.round, exports: exportsRootOf(own), lanes }, path);
    });
    if (!equalBytes(last, to.claim)) unusable("wrong-rounds", "claims", "they do not lead up to the frontier");
    return visible;
  });
}

/** C5: these are the exports that the claim commits to. */
export function checkExports(visible: VisibleClaim, path: string): VisibleClaim {
  const lanes = visible.lanes.map((exports, at) => ownCopy(laneExportsCodec, exports, `${path}.lanes[${at}]`));
  const roots = lanes.map((exports) => ({ exports: laneExportsCodec.root(exports) }));
  if (roots.length > limits.lanesMax) unusable("malformed", `${path}.lanes`, "more lanes than a claim has");
  checkRoot(visible.exports, exportsRootOf({ lanes: roots }), `${path}.lanes`);
  return { ...visible, lanes };
}
