// What a quorum of the test world's validators could sign if it wanted to: headers that never stood in a chain,
// and claims of any content under them.

import { limits } from "../../src/limits.ts";
import { listRoot, proveListItem } from "../../src/merkle/index.ts";
import type { AttestHeader } from "../../src/messages/attest-header.ts";
import { attestationItemRoot } from "../../src/messages/attestation.ts";
import { type Claim, summarizeClaim } from "../../src/messages/claim.ts";
import { type Export, exportCodec, type Lane, laneCodec, laneExportsCodec } from "../../src/messages/lane.ts";
import type { OrderHeader } from "../../src/messages/order-header.ts";
import { asShardName, type ContractName, zeroRoot } from "../../src/numbers.ts";
import type { AttestationProof, ExportProof, HeaderProof } from "../../src/proofs/index.ts";
import type { World } from "./world.ts";
import type { WorldChain } from "./world-chain.ts";
import { certify, present, quorumFrom } from "./world-validators.ts";

/** A header that differs from the one at `height`, with a finalization. */
export function signedHeader<Header extends OrderHeader | AttestHeader>(
  chain: WorldChain<Header>,
  height: number,
  changes: Partial<Header>,
): HeaderProof<Header> {
  const header = { ...chain.header(height), ...changes };
  const { codec, holders } = chain.plan;
  const ballot = { epoch: header.epoch, view: header.view, block: codec.root(header) };
  const signers = quorumFrom(holders, 0);
  const certificate = certify(chain.electorate(header.epoch), holders, "finalization", ballot, signers);
  return { header, descendant: undefined, certificate };
}

/** A claim as the only item of a block. Nobody affirmed it: what a block has, its validators have checked. */
function signedAttestation(world: World, claim: Claim): AttestationProof {
  const signed = { claim: summarizeClaim(claim), bitmap: [true], signature: new Uint8Array(96) };
  const items = [attestationItemRoot(signed)];
  const attestationsRoot = listRoot(items, limits.attestItemsMax);
  const header = signedHeader(world.attest, 11, { attestationsRoot });
  return { header, index: 0, ...signed, item: proveListItem(items, limits.attestItemsMax, 0) };
}

/** The first of `exports`, by a lane of `contract` in a claim of `shard`. */
export function signedExport(
  world: World,
  shard: string,
  contract: ContractName,
  exports: readonly Export[],
): ExportProof {
  const lane: Lane = {
    contract,
    ...{ nodes: zeroRoot, pre: zeroRoot, inputs: zeroRoot, post: zeroRoot },
    exports: laneExportsCodec.root(exports),
  };
  const [genesis] = present(world.shards.get(asShardName(shard)), shard);
  const claim: Claim = { ...present(genesis, "genesis claim").claim, lanes: [lane] };
  return {
    attestation: signedAttestation(world, claim),
    ...{ lane, laneIndex: 0, laneItem: proveListItem([laneCodec.root(lane)], limits.lanesMax, 0) },
    export: present(exports[0], "export"),
    exportIndex: 0,
    exportItem: proveListItem(exports.map(exportCodec.root), limits.laneItemsMax, 0),
  };
}
