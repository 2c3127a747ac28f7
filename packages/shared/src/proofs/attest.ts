// Facts of Stage 2: what was attested, a shard's frontier, a contract's state (outcomes: outcome.ts).
//
// A quorum of one committee stands behind each of them (section 11 says what that is worth); the attest
// chain's certificate says that the quorum was seen and which claim came last.

import { utf8 } from "../bytes.ts";
import type { Electorate } from "../certificates.ts";
import { limits } from "../limits.ts";
import { type ListProof, listProofType, verifyListItem } from "../merkle/index.ts";
import type { AttestHeader } from "../messages/attest-header.ts";
import { attestationItemRoot } from "../messages/attestation.ts";
import { bitmapType } from "../messages/certificate.ts";
import { type ClaimSummary, claimSummaryCodec, claimSummaryType } from "../messages/claim.ts";
import { contractNameType, shardNameType, signatureType } from "../messages/common.ts";
import { type Frontier, frontierCodec } from "../messages/frontier.ts";
import { type ContractRecord, contractRecordCodec } from "../messages/lane.ts";
import { type ContractName, type Root, type ShardName, shardOf } from "../numbers.ts";
import { failure, success } from "../result.ts";
import { byteList, codec, container, optional, type Type, uint16 } from "../ssz/index.ts";
import { at, attestHeaderProofType, type HeaderProof, type Proven, verifyAttestHeader } from "./chain.ts";
import { type MapProof, mapProofType, verifyMapEntry } from "./map.ts";

/** A3: "this claim stands as this item of a final attest block". */
export interface AttestationProof {
  readonly header: HeaderProof<AttestHeader>;
  readonly index: number;
  readonly claim: ClaimSummary;
  readonly bitmap: readonly boolean[];
  readonly signature: Uint8Array;
  readonly item: ListProof;
}

export interface AttestedClaim {
  readonly header: AttestHeader;
  readonly claim: ClaimSummary;
  readonly root: Root;
}

const attestationProofType: Type<AttestationProof> = container({
  header: attestHeaderProofType,
  index: uint16,
  claim: claimSummaryType,
  bitmap: bitmapType,
  signature: signatureType,
  item: listProofType,
});
export const attestationProofCodec = codec("attestation-proof", attestationProofType);

export function verifyAttestation(electorate: Electorate, proof: AttestationProof): Proven<AttestedClaim> {
  const { header, index, claim, item } = proof;
  const final = verifyAttestHeader(electorate, header);
  if (!final.ok) return at("header", final.error);
  const leaf = attestationItemRoot(proof);
  const place = verifyListItem(final.value.attestationsRoot, limits.attestItemsMax, index, leaf, item);
  if (!place.ok) return at("item", place.error);
  return success({ header: final.value, claim, root: claimSummaryCodec.root(claim) });
}

/** A4: "this is the shard's last attested claim after the block", or that it has none but genesis. */
export interface FrontierProof {
  readonly header: HeaderProof<AttestHeader>;
  readonly shard: ShardName;
  readonly entry: MapProof;
}

export interface ShardFrontier {
  readonly header: AttestHeader;
  readonly shard: ShardName;
  readonly frontier: Frontier | undefined;
}

const frontierProofType: Type<FrontierProof> = container({
  header: attestHeaderProofType,
  shard: shardNameType,
  entry: mapProofType,
});
export const frontierProofCodec = codec("frontier-proof", frontierProofType, limits.proofBytesMax);

export function verifyFrontier(electorate: Electorate, { header, shard, entry }: FrontierProof): Proven<ShardFrontier> {
  const final = verifyAttestHeader(electorate, header);
  if (!final.ok) return at("header", final.error);
  const bytes = verifyMapEntry(final.value.frontiersRoot, utf8(shard), entry);
  if (!bytes.ok) return at("entry", bytes.error);
  if (bytes.value === undefined) return success({ header: final.value, shard, frontier: undefined });
  const frontier = frontierCodec.decode(bytes.value);
  if (!frontier.ok) return failure("malformed", "entry", frontier.error.message);
  return success({ header: final.value, shard, frontier: frontier.value });
}

/** C1: "this is the key's value in the contract, as of the shard's frontier". */
export interface StateProof {
  readonly frontier: FrontierProof;
  readonly contract: ContractName;
  /** The contract's record in the shard's contracts map. */
  readonly record: MapProof;
  /** Absent exactly if the contract is: then it has no key at all. */
  readonly entry: StateEntryProof | undefined;
}

export interface StateEntryProof {
  readonly key: Uint8Array;
  readonly proof: MapProof;
}

export interface ContractState {
  readonly header: AttestHeader;
  readonly frontier: Frontier;
  readonly contract: ContractName;
  /** `undefined` where no contract of this name was ever created. */
  readonly found: FoundContract | undefined;
}

export interface FoundContract {
  /** An ended contract keeps its last state; no step reaches it any more (P10). */
  readonly record: ContractRecord;
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

const stateProofType: Type<StateProof> = container({
  frontier: frontierProofType,
  contract: contractNameType,
  record: mapProofType,
  entry: optional(container({ key: byteList(limits.keyBytesMax, 1), proof: mapProofType })),
});
export const stateProofCodec = codec("state-proof", stateProofType, limits.proofBytesMax);

export function verifyState(electorate: Electorate, proof: StateProof): Proven<ContractState> {
  const { contract, entry } = proof;
  const shard = verifyFrontier(electorate, proof.frontier);
  if (!shard.ok) return at("frontier", shard.error);
  const { header, frontier } = shard.value;
  if (frontier === undefined) return failure("not-there", "frontier", "the shard has no attested claim yet");
  if (shardOf(contract) !== shard.value.shard) {
    return failure("wrong-shard", "contract", `${contract} does not lie in ${shard.value.shard}`);
  }
  const bytes = verifyMapEntry(frontier.contracts, utf8(contract), proof.record);
  if (!bytes.ok) return at("record", bytes.error);
  if (bytes.value === undefined) {
    if (entry !== undefined) return failure("malformed", "entry", "no key is proven where there is no contract");
    return success({ header, frontier, contract, found: undefined });
  }
  if (entry === undefined) return failure("malformed", "entry", "the contract is there, and no key is proven");
  const found = verifyEntry(bytes.value, entry);
  return found.ok ? success({ header, frontier, contract, found: found.value }) : found;
}

function verifyEntry(recordBytes: Uint8Array, { key, proof }: StateEntryProof): Proven<FoundContract> {
  const record = contractRecordCodec.decode(recordBytes);
  if (!record.ok) return failure("malformed", "record", record.error.message);
  const value = verifyMapEntry(record.value.state, key, proof);
  if (!value.ok) return at("entry", value.error);
  return success({ record: record.value, key, value: value.value });
}
