// One followed shard as a node's store has it after some rounds, with its claims attested: the rounds are those of
// execution's own world, and the attest blocks are made by hand, each with one claim, signed by a quorum of voters.

import type { RoundResult } from "@tandem/execution";
import {
  type AttestBlock,
  type AttestHeader,
  type AttestItem,
  appendToHistory,
  asEpoch,
  asHeight,
  asRound,
  asView,
  attestHeaderCodec,
  attestItemsCodec,
  type CertificateKind,
  claimCodec,
  type Evidence,
  emptyHistory,
  exportsRootOf,
  type Frontier,
  genesisAttestHeader,
  MemoryStore,
  mockScheme,
  type Root,
  type StoreBatch,
  zeroRoot,
} from "@tandem/shared";
import { type Past, type PlannedBlock, pastOf } from "../../../execution/test/support/past.ts";
import { naiveHistoryRoot } from "../../../shared/test/oracles/rfc6962.ts";
import { certify, testCommittee, testElectorate } from "../../../shared/test/support/electorate.ts";
import { sampleGenesis } from "../../../shared/test/support/genesis.ts";
import { attestHeader, bytesOf, evidence } from "../../../shared/test/support/samples.ts";
import { attestedCodec, attestedKey } from "../../src/block-records.ts";
import { deliveredBatch, shardBatch, tipRecords } from "../../src/chain-records.ts";
import type { AttestNetwork, ShardPlace } from "../../src/network.ts";
import { contentRecords } from "../../src/records.ts";
import { contentOf } from "./followers.ts";

const electorate = { ...testElectorate(mockScheme, [1n, 1n, 1n, 1n]), chain: "attest", epoch: asEpoch(0) } as const;
const genesis = sampleGenesis(mockScheme);

/** Of the world that `pastOf` makes. */
function networkOf({ world }: Past): AttestNetwork {
  const places = [...world.shards.keys()].map((name): ShardPlace => {
    const claim = { epoch: asEpoch(0), shard: name, round: asRound(0), prev: zeroRoot, sources: [], lanes: [] };
    const { contracts, pending } = { contracts: zeroRoot, pending: { count: 0, root: zeroRoot } };
    const frontier = { round: asRound(0), claim: zeroRoot, contracts, pending };
    return {
      name,
      committee: testCommittee(mockScheme, [1n]),
      peers: [0],
      genesis: { claim: { ...claim, contracts, pending }, frontier },
    };
  });
  const header = genesisAttestHeader(genesis);
  const shards = new Map(places.map((place) => [place.name, place]));
  return { genesis, root: electorate.network, epoch: electorate.epoch, header, electorate, shards };
}

export interface AttestedShard {
  readonly past: Past;
  readonly network: AttestNetwork;
  readonly store: MemoryStore;
  /** Of the last claim that is attested. */
  readonly attested: Frontier;
}

export interface AttestedPlan {
  readonly blocks: readonly PlannedBlock[];
  /** How many of its claims are attested. */
  readonly attested: number;
  readonly nodesMax?: number;
  /** Attest blocks that have no finalization of their own (S6), by height. */
  readonly late?: readonly number[];
}

/** The shard `a` of the world. */
export async function attestedShard({
  blocks,
  attested,
  nodesMax = 1000,
  late = [],
}: AttestedPlan): Promise<AttestedShard> {
  const past = await pastOf(blocks, nodesMax);
  const network = networkOf(past);
  const store = new MemoryStore();
  const { name, results } = past.shard;
  const [begun] = past.moments as [Past["moments"][number]];
  store.write(shardBatch(name, { frontier: begun.frontier, begun: asRound(0) }, { puts: begun.records, deletes: [] }));
  for (const result of results) {
    store.write(shardBatch(name, { frontier: frontierOf(result), begun: asRound(0) }, result.batch));
    store.write(contentRecords(result.root, contentOf(result)));
  }
  const claims = results.slice(0, attested);
  attest(store, network, claims, late);
  const last = claims.at(-1);
  if (last === undefined) throw new Error("one claim at least is attested");
  return { past, network, store, attested: frontierOf(last) };
}

function frontierOf({ claim, root }: RoundResult): Frontier {
  const { round, contracts, pending } = claim;
  return { round, claim: root, contracts, pending };
}

function attest(
  store: MemoryStore,
  network: AttestNetwork,
  claims: readonly RoundResult[],
  late: readonly number[],
): void {
  const roots: Root[] = [attestHeaderCodec.root(network.header)];
  let history = appendToHistory(emptyHistory, roots[0] as Root).history;
  for (const [at, { claim }] of claims.entries()) {
    const height = asHeight(at + 1);
    const block = blockOf(roots, claim, height);
    const root = attestHeaderCodec.root(block.header);
    const kind: CertificateKind = late.includes(height) ? "notarization" : "finalization";
    const ballot = { epoch: electorate.epoch, view: block.header.view, block: root };
    store.write(deliveredBatch({ block, certificate: certify(electorate, kind, [0, 1, 2], ballot) }));
    const appended = appendToHistory(history, root);
    store.write(tipRecords({ header: block.header, ...appended }));
    store.write(attestedRecord(claim, height));
    history = appended.history;
    roots.push(root);
  }
}

/** The claim stands between other items. */
function blockOf(roots: readonly Root[], claim: RoundResult["claim"], height: AttestHeader["height"]): AttestBlock {
  const other: AttestItem = { kind: "evidence", value: evidence[0] as Evidence };
  const bitmap = [true, true, true];
  const items: readonly AttestItem[] = [
    other,
    { kind: "attestation", value: { claim, bitmap, signature: bytesOf(96, 7) } },
    other,
  ];
  const header: AttestHeader = {
    ...attestHeader,
    ...{ epoch: electorate.epoch, view: asView(height), height, parent: roots.at(-1) as Root },
    history: naiveHistoryRoot(roots as Root[]) as Root,
    attestationsRoot: attestItemsCodec.root(items),
  };
  return { header, body: { items, citation: undefined } };
}

function attestedRecord(claim: RoundResult["claim"], height: AttestHeader["height"]): StoreBatch {
  const value = attestedCodec.encode({ height, claim: claimCodec.root(claim), exports: exportsRootOf(claim) });
  return { puts: [{ key: attestedKey(claim.shard, claim.round), value }], deletes: [] };
}
