// A3: that an own claim was attested, as anybody can check it who knows the network: the claim as an item of a final attest
// block, and the finalization of that block or of a later one whose history has it.

import {
  type AttestationProof,
  type AttestItem,
  asHeight,
  attestationItemRoot,
  attestItemType,
  claimCodec,
  codec,
  equalBytes,
  type Frontier,
  type Height,
  limits,
  proveListItem,
  type Reading,
  type Root,
  type ShardName,
  StoreFault,
  summarizeClaim,
} from "@tandem/shared";
import { attestedCodec, attestedKey } from "../block-records.ts";
import { type AttestRecord, proveAttestDescent, readAttestBlock, readShard } from "../chain-records.ts";
import type { ClaimContent } from "../content/claim-content.ts";
import { readContent } from "../records.ts";

export interface AttestedOwn {
  readonly frontier: Frontier;
  readonly content: ClaimContent;
  readonly proof: AttestationProof;
}

/** The last own claim of a shard that was attested and can be proven; nothing if there is none yet. */
export function* proveLastAttested(shard: ShardName): Reading<AttestedOwn | undefined> {
  const record = yield* readShard(shard);
  let root = record?.frontier.claim;
  while (root !== undefined) {
    // The genesis claim has none, for nobody attests it.
    const content: ClaimContent | undefined = yield* readContent(root);
    if (content === undefined) return undefined;
    const proof = yield* proveAttested(content, root);
    const { round, contracts, pending, prev } = content.claim;
    if (proof !== undefined) return { frontier: { round, claim: root, contracts, pending }, content, proof };
    root = prev;
  }
  return undefined;
}

function* proveAttested({ claim }: ClaimContent, root: Root): Reading<AttestationProof | undefined> {
  const [record] = yield [attestedKey(claim.shard, claim.round)];
  if (record === undefined) return undefined;
  const attested = attestedCodec.decode(record);
  if (!attested.ok) throw new StoreFault("bad-record", attested.error.message);
  const { height } = attested.value;
  // C6: another claim was, so this node does not show its own.
  if (!equalBytes(attested.value.claim, root)) return undefined;
  const block = yield* readBlock(height);
  const header = yield* proveHeader(height, block);
  return header && proofOf(block, header, root);
}

function* readBlock(height: Height): Reading<AttestRecord> {
  const record = yield* readAttestBlock(height);
  if (record === undefined)
    throw new StoreFault("missing-record", `attest block ${height} is final and not in the store`);
  return record;
}

/** S6: the block's certificate can be a notarization; then the first later one with a finalization proves it too. */
function* proveHeader(
  height: Height,
  { block, certificate }: AttestRecord,
): Reading<AttestationProof["header"] | undefined> {
  const { header } = block;
  if (certificate.kind === "finalization") return { header, descendant: undefined, certificate };
  for (let above = height + 1; ; above++) {
    const later = yield* readAttestBlock(asHeight(above));
    if (later === undefined) return undefined;
    if (later.certificate.kind !== "finalization") continue;
    const history = yield* proveAttestDescent(height, later.block.header);
    if (history === undefined) return undefined;
    return { header, descendant: { header: later.block.header, history }, certificate: later.certificate };
  }
}

const itemCodec = codec<AttestItem>("attest-item", attestItemType);

function proofOf({ block }: AttestRecord, header: AttestationProof["header"], root: Root): AttestationProof {
  const { items } = block.body;
  for (const [index, item] of items.entries()) {
    if (item.kind !== "attestation" || !equalBytes(claimCodec.root(item.value.claim), root)) continue;
    const { claim, bitmap, signature } = item.value;
    const roots = items.map((each) =>
      each.kind === "attestation"
        ? attestationItemRoot({ ...each.value, claim: summarizeClaim(each.value.claim) })
        : itemCodec.root(each),
    );
    const place = proveListItem(roots, limits.attestItemsMax, index);
    return { header, index, claim: summarizeClaim(claim), bitmap, signature, item: place };
  }
  throw new StoreFault("bad-record", "an attest block has not the claim that its records say");
}
