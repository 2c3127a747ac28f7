// C5: what travels of a claim by content: the claim, and the lists of exports behind its lanes. It is asked for by the
// claim's root and believed when it matches that: the claim has the root, and each list the root that its lane names.
//
// Beyond that it must be something that a round can give. A committee of liars can sign any root, and those who use a
// claim should not have to look for what makes no sense:
//   - lanes are of contracts of the claim's shard, and there is one list for each;
//   - sources are claims of other shards, of earlier rounds (R2: what is visible at a round was ordered before it);
//   - exports are of nodes at or below the claim's round, a step gives an outcome and a settle a verdict, and no step
//     stands in two lanes. That they are in line order, each node once, and that values are canonical, is their encoding.
// Only a round's execution can say more (C6).

import {
  bounded,
  type Claim,
  claimCodec,
  codec,
  container,
  type Export,
  equalBytes,
  exportsRootOf,
  type Failure,
  failure,
  type Lane,
  laneExportsCodec,
  limits,
  list,
  positionCodec,
  type Result,
  type Root,
  shardOf,
  success,
  toHex,
  type Verdict,
  verified,
} from "@tandem/shared";

export interface ClaimContent {
  readonly claim: Claim;
  /** In the order of the claim's lanes. */
  readonly exports: readonly (readonly Export[])[];
}

/**
 * Encoded bytes: the exports of one round, in all lanes together, are paid for by one budget (15 MiB, within a lane's
 * 16), and the claim itself with 4,096 sources and lanes has 1.3 MB at most.
 */
const contentBytesMax = limits.laneBytesMax + 1024 * 1024;

export const claimContentCodec = codec<ClaimContent>(
  "claim-content",
  container({
    claim: claimCodec.type,
    exports: list(bounded(laneExportsCodec.type, laneExportsCodec.bytesMax), limits.lanesMax),
  }),
  contentBytesMax,
);

export type ContentCode =
  | "malformed"
  | "wrong-root" // the claim is another one
  | "wrong-lanes" // not one list for each lane
  | "wrong-exports" // a list is not the one that its lane names
  | "wrong-contract" // of another shard
  | "wrong-source" // the own shard, or not earlier
  | "wrong-node"; // of a later round, of the wrong kind, or in two lanes

type Checked = Verdict<ContentCode>;

/** Whether this is what the claim of this root commits to. */
export function checkContent(root: Root, { claim, exports }: ClaimContent): Checked {
  if (!equalBytes(claimCodec.root(claim), root)) return failure("wrong-root", "claim", "it is another claim");
  if (exports.length !== claim.lanes.length) {
    return failure("wrong-lanes", "exports", `${exports.length} lists for ${claim.lanes.length} lanes`);
  }
  const checked = checkClaim(claim);
  if (!checked.ok) return checked;
  const seen = new Set<string>();
  for (const [at, lane] of claim.lanes.entries()) {
    const some = checkLaneExports(claim, lane, exports[at] as readonly Export[], seen, `exports[${at}]`);
    if (!some.ok) return some;
  }
  return verified;
}

function checkClaim({ shard, round, sources, lanes }: Claim): Checked {
  for (const [at, source] of sources.entries()) {
    if (source.shard !== shard && source.round < round) continue;
    return failure("wrong-source", `claim.sources[${at}]`, `${source.shard} at ${source.round} is no source here`);
  }
  for (const [at, { contract }] of lanes.entries()) {
    if (shardOf(contract) === shard) continue;
    return failure("wrong-contract", `claim.lanes[${at}]`, `${contract} is not in ${shard}`);
  }
  return verified;
}

function checkLaneExports(
  { round }: Claim,
  lane: Lane,
  exports: readonly Export[],
  seen: Set<string>,
  path: string,
): Checked {
  if (!equalBytes(laneExportsCodec.root(exports), lane.exports)) {
    return failure("wrong-exports", path, `they are not those of ${lane.contract}`);
  }
  for (const [at, { node, content }] of exports.entries()) {
    const place = `${path}[${at}]`;
    if (node.height > round) return failure("wrong-node", place, `ordered at ${node.height}, after round ${round}`);
    const kind = content.kind === "verdict" ? "settle" : "step";
    if (node.kind !== kind) return failure("wrong-node", place, `a ${node.kind} gives no ${content.kind}`);
    if (kind === "settle") continue;
    const name = `${toHex(positionCodec.encode(node))} ${node.step}`;
    if (seen.has(name)) return failure("wrong-node", place, "the step stands in two lanes");
    seen.add(name);
  }
  return verified;
}

/** What a peer gave for this root. */
export function readClaimContent(root: Root, bytes: Uint8Array): Result<ClaimContent, Failure<ContentCode>> {
  const content = claimContentCodec.decode(bytes);
  if (!content.ok) return failure("malformed", content.error.path, content.error.message);
  const checked = checkContent(root, content.value);
  return checked.ok ? success(content.value) : checked;
}

/** R2: the claim as those see it who use its exports: a source with the lists behind it. */
export function visibleClaimOf({ claim, exports }: ClaimContent) {
  const { shard, round } = claim;
  return { shard, round, exports: exportsRootOf(claim), lanes: exports };
}
