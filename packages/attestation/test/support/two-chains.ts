// Both chains made by hand: final order blocks that cite attest blocks, and attest blocks with items of any kind. Roots of
// good blocks come from oracles. Then a test may change one thing of a block.

import { createHash } from "node:crypto";
import {
  type Attestation,
  type AttestBlock,
  type AttestBody,
  type AttestHeader,
  type AttestItem,
  asContractName,
  asEpoch,
  asHeight,
  asRound,
  asShardName,
  asValidatorIndex,
  asView,
  type BlockRef,
  type Certificate,
  type Citation,
  type Claim,
  type ClaimEvidence,
  claimCodec,
  compareBytes,
  type Frontier,
  genesisAttestHeader,
  type Lane,
  MemoryStore,
  mockScheme,
  type OrderHeader,
  orderHeaderCodec,
  readNow,
  type ShardName,
  type Source,
  summarizeClaim,
  type VoteEvidence,
  type VoteKind,
  zeroRoot,
} from "@tandem/shared";
import { messageSchemas } from "../../../shared/test/oracles/messages.ts";
import { naiveHistoryPath, naiveHistoryRoot } from "../../../shared/test/oracles/rfc6962.ts";
import type { Schema } from "../../../shared/test/oracles/schema.ts";
import { sparseRoot } from "../../../shared/test/oracles/sparse-map.ts";
import { oracleOf } from "../../../shared/test/oracles/ssz.ts";
import {
  certify,
  signVote,
  type TestElectorate,
  testCommittee,
  testElectorate,
  testSecrets,
} from "../../../shared/test/support/electorate.ts";
import { sampleGenesis } from "../../../shared/test/support/genesis.ts";
import { orderHeader, rootOf } from "../../../shared/test/support/samples.ts";
import { affirmSigningRoot } from "../../src/affirming/verify.ts";
import { attestBatch } from "../../src/block-records.ts";
import { type Judged, judgeBlock } from "../../src/judge-block.ts";
import type { ShardPlace } from "../../src/network.ts";
import { type AttestState, type ChainSetting, genesisState } from "../../src/state.ts";

const oracle = (name: string) => oracleOf(messageSchemas[name] as Schema);
export const itemsOracle = oracle("attest-items");
const headerOracle = oracle("attest-header");
const frontierOracle = oracle("frontier");
const claimOracle = oracle("claim");

export const shard = asShardName;
const weights: Readonly<Record<string, readonly bigint[]>> = {
  bank: [1n, 1n, 1n, 1n],
  hotel: [1n, 2n, 3n],
  rail: [6n, 1n, 1n, 1n],
};
export const shardNames: readonly ShardName[] = Object.keys(weights).map(shard);

const secrets = testSecrets(mockScheme, 8);

/** Nothing about a claim has to be true for the chain to take it. */
export interface ClaimPlan {
  readonly prev?: Claim;
  readonly round?: number;
  readonly sources?: readonly Source[];
  readonly exports?: number;
  readonly change?: Partial<Claim>;
}

export interface BlockPlan {
  /** Height of the order block to cite; what the parent cites if there is none. */
  readonly order?: number;
  readonly view?: number;
  readonly header?: Partial<AttestHeader>;
  readonly body?: Partial<AttestBody>;
}

interface FinalOrder {
  readonly header: OrderHeader;
  readonly ref: BlockRef;
  readonly certificate: Certificate;
}

export class TwoChains {
  readonly setting: ChainSetting;
  readonly orderElectorate: TestElectorate;
  readonly attestElectorate: TestElectorate;
  readonly genesis: AttestState;
  /** What is final is in it. */
  readonly store = new MemoryStore();
  readonly #order: FinalOrder[] = [];

  constructor() {
    const electorate = { ...testElectorate(mockScheme, [1n, 1n, 1n, 1n]), epoch: asEpoch(0) };
    this.orderElectorate = { ...electorate, chain: "order" };
    this.attestElectorate = { ...electorate, chain: "attest" };
    const genesis = sampleGenesis(mockScheme);
    const network = {
      genesis,
      root: electorate.network,
      epoch: asEpoch(0),
      header: genesisAttestHeader(genesis),
      electorate: this.attestElectorate,
      shards: new Map(shardNames.map((name) => [name, shardPlace(name)])),
    };
    this.#push({ attested: { height: asHeight(0), root: zeroRoot } });
    this.setting = { network, order: this.orderElectorate, orderGenesis: (this.#order[0] as FinalOrder).ref, places };
    this.genesis = genesisState(this.setting);
  }

  // The order chain.

  /** The next order block, final at once, that cites the block of this state. */
  order(attested: Pick<AttestState, "height" | "root">, isKnown = true): number {
    const { header } = this.#push({ attested: { height: attested.height, root: attested.root } });
    if (isKnown)
      this.store.write({
        puts: [{ key: placeKey(header.height), value: orderHeaderCodec.encode(header) }],
        deletes: [],
      });
    return header.height;
  }

  orderAt(height: number): FinalOrder {
    return this.#order[height] as FinalOrder;
  }

  #push(change: Partial<OrderHeader>): FinalOrder {
    const height = this.#order.length;
    const roots = this.#order.map(({ ref }) => ref.root);
    const header = {
      ...orderHeader,
      ...{ epoch: asEpoch(0), view: asView(height), height: asHeight(height) },
      ...{ parent: roots.at(-1) ?? zeroRoot, history: naiveHistoryRoot(roots), ...change },
    } as OrderHeader;
    const ref = { height: header.height, root: orderHeaderCodec.root(header) };
    const ballot = { epoch: header.epoch, view: header.view, block: ref.root };
    const made = { header, ref, certificate: certify(this.orderElectorate, "finalization", [0, 1, 2], ballot) };
    this.#order.push(made);
    return made;
  }

  citation(height: number, from: number): Citation<OrderHeader> {
    const { header, certificate } = this.orderAt(height);
    const roots = this.#order.slice(0, height).map(({ ref }) => ref.root);
    const path = from < height ? naiveHistoryPath(from, roots) : [];
    return { header, certificate, descent: { path: path as BlockRef["root"][] } };
  }

  // Claims.

  genesisClaim(name: ShardName): Claim {
    return (this.setting.network.shards.get(name) as ShardPlace).genesis.claim;
  }

  claim(name: ShardName, { prev, round, sources = [], exports = 1, change = {} }: ClaimPlan = {}): Claim {
    const before = prev ?? this.genesisClaim(name);
    return {
      epoch: asEpoch(0),
      shard: name,
      round: asRound(round ?? before.round + 1),
      prev: claimOracle.root(before) as Claim["prev"],
      sources,
      lanes: [lane(name, exports)],
      contracts: rootOf(exports + 1),
      pending: { count: exports, root: rootOf(exports + 2) },
      ...change,
    };
  }

  /** Signed by these seats. */
  attest(claim: Claim, signers: readonly number[] = seatsOf(claim.shard)): Attestation {
    const message = affirmSigningRoot(
      { network: this.setting.network.root, epoch: claim.epoch },
      claimCodec.root(claim),
    );
    const parts = signers.map((seat) => mockScheme.sign(secretOf(seat), message));
    const aggregate = mockScheme.aggregate(parts);
    const bitmap = seatsOf(claim.shard).map((seat) => signers.includes(seat));
    return { claim, bitmap, signature: aggregate.ok ? aggregate.value : new Uint8Array(96) };
  }

  item(claim: Claim, signers?: readonly number[]): AttestItem {
    return { kind: "attestation", value: this.attest(claim, signers) };
  }

  // Evidence.

  votes(chain: "order" | "attest", signer: number, kinds: readonly [VoteKind, VoteKind], view = 1): AttestItem {
    const electorate = chain === "order" ? this.orderElectorate : this.attestElectorate;
    const [first, second] = kinds.map((kind, index) => {
      const block = kind === "nullify" ? zeroRoot : rootOf(3 + index);
      return signVote(electorate, kind, signer, { epoch: asEpoch(0), view: asView(view), block });
    }) as unknown as [VoteEvidence["first"], VoteEvidence["second"]];
    return { kind: "evidence", value: { kind: "votes", value: { chain, first, second } } };
  }

  claims(a: Claim, b: Claim, signer: number): AttestItem {
    const signed = [a, b].map((claim) => {
      const root = claimCodec.root(claim);
      const message = affirmSigningRoot({ network: this.setting.network.root, epoch: claim.epoch }, root);
      return { root, claim: summarizeClaim(claim), signature: mockScheme.sign(secretOf(signer), message) };
    });
    const [first, second] = signed
      .sort((left, right) => compareBytes(left.root, right.root))
      .map(({ claim, signature }) => ({ claim, signature })) as [ClaimEvidence["first"], ClaimEvidence["second"]];
    return { kind: "evidence", value: { kind: "claims", value: { signer: asValidatorIndex(signer), first, second } } };
  }

  // The attest chain.

  /** Whether its items may stand there or not. */
  block(parent: AttestState, items: readonly AttestItem[], plan: BlockPlan = {}): AttestBlock {
    const before = parent.header.order.height;
    const cited = plan.order ?? before;
    const view = plan.view ?? parent.header.view + 1;
    const header: AttestHeader = {
      version: 1,
      epoch: asEpoch(0),
      view: asView(view),
      height: asHeight(parent.height + 1),
      parent: parent.root,
      history: naiveHistoryRoot(rootsUpTo(parent)) as AttestHeader["history"],
      proposer: asValidatorIndex(view % 4),
      order: this.orderAt(cited).ref,
      frontiersRoot: frontiersRootOf(this.frontiersAfter(parent, items)) as AttestHeader["frontiersRoot"],
      attestationsRoot: itemsOracle.root(items) as AttestHeader["attestationsRoot"],
      ...plan.header,
    };
    const citation = cited === before ? undefined : this.citation(cited, before);
    return { header, body: { items, citation, ...plan.body } };
  }

  /** Those of the parent, and over them what the items claim. */
  frontiersAfter(parent: AttestState, items: readonly AttestItem[]): ReadonlyMap<string, Frontier> {
    const after = new Map<string, Frontier>();
    for (const name of shardNames) {
      const frontier = parent.frontiers.of(name);
      if (frontier !== undefined && frontier.round > 0) after.set(name, frontier);
    }
    for (const item of items) {
      if (item.kind !== "attestation" || !shardNames.includes(item.value.claim.shard)) continue;
      const { claim } = item.value;
      const { round, contracts, pending } = claim;
      after.set(claim.shard, { round, claim: claimOracle.root(claim) as Frontier["claim"], contracts, pending });
    }
    return after;
  }

  judge(block: AttestBlock, parent: AttestState, leader: number | undefined = block.header.proposer): Judged {
    const seat = leader === undefined ? undefined : asValidatorIndex(leader);
    return readNow((keys) => this.store.readNow(keys), judgeBlock(this.setting, block, parent, seat));
  }

  /** Of a block that a quorum found good. */
  judgeCertified(block: AttestBlock, parent: AttestState): Judged {
    return readNow((keys) => this.store.readNow(keys), judgeBlock(this.setting, block, parent, undefined));
  }

  /** A good block on `parent`. */
  add(parent: AttestState, items: readonly AttestItem[], plan: BlockPlan = {}): AttestState {
    const judged = this.judge(this.block(parent, items, plan), parent);
    if (judged.kind !== "good") throw new Error(JSON.stringify(judged));
    return judged.state;
  }

  /** The block is final, on one that is. */
  settle(state: AttestState): AttestState {
    if (state.parent !== undefined) before.set(state, state.parent);
    state.parent = undefined;
    this.store.write(attestBatch(state));
    return state;
  }
}

/** Order headers under their heights, where no record of Stage 2 lies. */
const placeKey = (height: number) => Uint8Array.of(10, height >> 8, height & 255);
const places: ChainSetting["places"] = {
  placeKey,
  place(record) {
    const header = orderHeaderCodec.decode(record);
    if (!header.ok) throw new Error(header.error.message);
    return { root: orderHeaderCodec.root(header.value), attested: header.value.attested };
  },
};

/** The history of blocks that are cut off from what they stand on. */
const before = new WeakMap<AttestState, AttestState>();

function rootsUpTo(state: AttestState): Uint8Array[] {
  const roots: Uint8Array[] = [];
  for (let at: AttestState | undefined = state; at !== undefined; at = at.parent ?? before.get(at)) {
    roots.unshift(headerOracle.root(at.header));
  }
  return roots;
}

export function frontiersRootOf(frontiers: ReadonlyMap<string, Frontier>): Uint8Array {
  const entries = [...frontiers].map(([name, frontier]) => ({
    path: Uint8Array.from(createHash("sha256").update(name).digest()),
    value: frontierOracle.encode(frontier),
  }));
  return sparseRoot(entries);
}

function secretOf(seat: number) {
  return secrets[seat] as (typeof secrets)[number];
}

export function seatsOf(name: ShardName): readonly number[] {
  return (weights[name] ?? [1n]).map((_, seat) => seat);
}

export function weightsOf(name: ShardName): readonly bigint[] {
  return weights[name] ?? [];
}

function lane(name: ShardName, exports: number): Lane {
  const roots = { nodes: rootOf(1), pre: rootOf(2), inputs: rootOf(3), post: rootOf(4), exports: rootOf(exports) };
  return { contract: asContractName(`${name}/coin`), ...roots };
}

function shardPlace(name: ShardName): ShardPlace {
  const contracts = rootOf(200 + name.length);
  const place = { epoch: asEpoch(0), shard: name, round: asRound(0), prev: zeroRoot };
  const claim: Claim = { ...place, sources: [], lanes: [], contracts, pending: { count: 0, root: zeroRoot } };
  const frontier: Frontier = { round: asRound(0), claim: claimCodec.root(claim), contracts, pending: claim.pending };
  const peers = seatsOf(name);
  return { name, committee: testCommittee(mockScheme, weightsOf(name)), peers, genesis: { claim, frontier } };
}
