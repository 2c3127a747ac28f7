// The attest chain as the lab knows it: a block that is right, and then changed in one thing. Four validators of weight one
// vote, 3 is Byzantine; all of them sit in the committee of `a`, and 0 to 2 in that of `b`.

import {
  type Attestation,
  type AttestBlock,
  type AttestHeader,
  affirmDomain,
  affirmedClaimCodec,
  appendToHistory,
  asEpoch,
  asHeight,
  asRound,
  asShardName,
  asValidatorIndex,
  asView,
  asWeight,
  attestHeaderCodec,
  attestItemsCodec,
  type Claim,
  claimCodec,
  createCommittee,
  type Evidence,
  emptyHistory,
  exportsRootOf,
  type Frontier,
  frontierCodec,
  historyRoot,
  mockScheme,
  type Root,
  type ShardName,
  SparseMap,
  sha256,
  signingRoot,
  toHex,
  utf8,
  zeroRoot,
} from "@tandem/shared";
import { beforeEach, describe, expect, test } from "vitest";
import { AttestOracle, type OracleShard } from "../src/checkers/whole/attest-oracle.ts";

const a = asShardName("a");
const b = asShardName("b");
const root = (text: string) => sha256(utf8(text)) as Root;
const network = root("a network");
const genesisRoot = root("attest genesis");
const orderGenesis = root("order genesis");
const secrets = [0, 1, 2, 3].map((seat) => mockScheme.deriveSecretKey(root(`key ${seat}`)));
const committees: Readonly<Record<string, readonly number[]>> = { a: [0, 1, 2, 3], b: [0, 1, 2] };

function shardOf(name: ShardName): OracleShard {
  const peers = committees[name] as readonly number[];
  const members = peers.map((peer) => ({ key: secrets[peer]?.publicKey.bytes as Uint8Array, weight: asWeight(1n) }));
  const committee = createCommittee(mockScheme, members);
  if (!committee.ok) throw new Error("a committee");
  const genesis: Frontier = {
    round: asRound(0),
    claim: root(`genesis of ${name}`),
    contracts: zeroRoot,
    pending: { count: 0, root: zeroRoot },
  };
  return { committee: committee.value, peers, genesis };
}

const shards = new Map([a, b].map((name) => [name as string, shardOf(name)]));
/** By height, what the order block of that height cites. */
let cites: number[];
let blocks: Map<string, AttestBlock>;
let oracle: AttestOracle;
/** Who affirms nothing. */
let strangers: Set<number>;

beforeEach(() => {
  cites = [0, 0, 0, 1, 2, 2, 2, 2];
  blocks = new Map();
  strangers = new Set();
  oracle = new AttestOracle({
    genesisRoot,
    orderGenesis,
    network,
    scheme: mockScheme,
    shards,
    blocks,
    leaderOf: (view) => view % 4,
    finalOrder: (height) => {
      const attested = cites[height];
      return attested === undefined || height === 0 ? undefined : { root: root(`order ${height}`), attested };
    },
    isStranger: (peer) => strangers.has(peer),
    evidenceProblem: () => undefined,
  });
});

function claimOf(shard: ShardName, round: number, prev: Root, sources: Claim["sources"] = []): Claim {
  const lane = {
    contract: `${shard}/counter` as never,
    nodes: root("nodes"),
    pre: zeroRoot,
    inputs: zeroRoot,
    post: root("post"),
    exports: root(`exports ${shard} ${round}`),
  };
  const pending = { count: 0, root: zeroRoot };
  return {
    epoch: asEpoch(0),
    shard,
    round: asRound(round),
    prev,
    sources,
    lanes: [lane],
    contracts: root(`contracts ${shard} ${round}`),
    pending,
  };
}

function attestationOf(claim: Claim, signers: readonly number[] = [0, 1, 2]): Attestation {
  const peers = committees[claim.shard] as readonly number[];
  const message = signingRoot(
    affirmDomain(network),
    affirmedClaimCodec.root({ epoch: asEpoch(0), claim: claimCodec.root(claim) }),
  );
  const sum = mockScheme.aggregate(signers.map((peer) => mockScheme.sign(secrets[peer] as never, message)));
  if (!sum.ok) throw new Error("signatures add up");
  return { claim, bitmap: peers.map((peer) => signers.includes(peer)), signature: sum.value };
}

interface Below {
  readonly root: Root;
  readonly header: Pick<AttestHeader, "height" | "view" | "order">;
  readonly history: typeof emptyHistory;
  readonly frontiers: SparseMap;
}

const genesis: Below = {
  root: genesisRoot,
  header: { height: asHeight(0), view: asView(0), order: { height: asHeight(0), root: orderGenesis } },
  history: appendToHistory(emptyHistory, genesisRoot).history,
  frontiers: SparseMap.empty,
};

/** A block that is right if its attestations are. */
function block(below: Below, order: number, attestations: readonly Attestation[], change: Partial<AttestHeader> = {}) {
  return blockOf(below, order, attestations, [], change);
}

function blockOf(
  below: Below,
  order: number,
  attestations: readonly Attestation[],
  evidence: readonly Evidence[],
  change: Partial<AttestHeader>,
) {
  const items = [
    ...attestations.map((value) => ({ kind: "attestation", value }) as const),
    ...evidence.map((value) => ({ kind: "evidence", value }) as const),
  ];
  const changes = attestations.map(({ claim }) => {
    const { round, contracts, pending } = claim;
    return {
      key: utf8(claim.shard),
      value: frontierCodec.encode({ round, claim: claimCodec.root(claim), contracts, pending }),
    };
  });
  const frontiers = below.frontiers.apply([...new Map(changes.map((each) => [toHex(each.key), each])).values()]);
  if (!frontiers.ok) throw new Error("a whole map");
  const height = asHeight(below.header.height + 1);
  const header: AttestHeader = {
    version: 1,
    epoch: asEpoch(0),
    view: asView(height),
    height,
    parent: below.root,
    history: historyRoot(below.history),
    proposer: asValidatorIndex(height % 4),
    order: order === 0 ? genesis.header.order : { height: asHeight(order), root: root(`order ${order}`) },
    frontiersRoot: frontiers.value.root,
    attestationsRoot: attestItemsCodec.root(items),
    ...change,
  };
  const made: AttestBlock = { header, body: { items, citation: undefined } };
  const own = rootOf(made);
  blocks.set(toHex(own), made);
  const history = appendToHistory(below.history, own).history;
  return { root: own, header, history, frontiers: frontiers.value };
}

const rootOf = ({ header }: AttestBlock) => attestHeaderCodec.root(header);
const says = ({ root: own }: Pick<Below, "root">) => {
  const verdict = oracle.judge(toHex(own));
  return "problem" in verdict ? verdict.problem : undefined;
};
const genesisOf = (name: ShardName) => (shards.get(name) as OracleShard).genesis.claim;
const first = () => claimOf(a, 1, genesisOf(a));

describe("a block of the attest chain", () => {
  test("is right with claims that follow each other, of several shards, and of one twice", () => {
    const one = block(genesis, 2, [attestationOf(first()), attestationOf(claimOf(b, 2, genesisOf(b)))]);
    const two = block(one, 3, [
      attestationOf(claimOf(a, 2, claimCodec.root(first()))),
      attestationOf(claimOf(a, 3, claimCodec.root(claimOf(a, 2, claimCodec.root(first()))))),
    ]);
    expect([says(one), says(two)]).toEqual([undefined, undefined]);
    const state = oracle.stateOf(toHex(two.root));
    expect(state?.frontiers.get("a")?.round).toBe(3);
    expect(state?.fresh.map(({ round }) => round)).toEqual([2, 3]);
  });

  test.each<readonly [string, RegExp, Partial<AttestHeader>]>([
    ["another view", /view 0 after 0/, { view: asView(0) }],
    ["another height", /height 3 after 0/, { height: asHeight(3) }],
    ["another proposer", /proposer 2 in view 1/, { proposer: asValidatorIndex(2) }],
    ["another history", /another history/, { history: zeroRoot }],
    ["another list of items", /list of items/, { attestationsRoot: zeroRoot }],
    ["other frontiers", /other frontiers/, { frontiersRoot: zeroRoot }],
    ["another order block", /not final/, { order: { height: asHeight(1), root: root("made up") } }],
    ["an order block that is not final", /not final/, { order: { height: asHeight(20), root: root("order 20") } }],
    [
      "an order block that cites what is not below",
      /cites attest height 1/,
      { order: { height: asHeight(3), root: root("order 3") } },
    ],
  ])("is wrong with %s", (_, what, change) => {
    expect(says(block(genesis, 2, [attestationOf(first())], change))).toMatch(what);
  });

  test("proves a fault once: not by another pair of votes of the same seat on the same chain", () => {
    const filled = (byte: number) => new Uint8Array(32).fill(byte) as Root;
    const votes = (chain: "order" | "attest", view: number, signer = 3): Evidence => {
      const vote = (block: Root) => {
        const place = { epoch: asEpoch(0), view: asView(view), block, signer: asValidatorIndex(signer) };
        return { kind: "notarize", ...place, signature: new Uint8Array(96) } as const;
      };
      return { kind: "votes", value: { chain, first: vote(filled(1)), second: vote(filled(2)) } };
    };
    const proving = (below: Below, ...evidence: readonly Evidence[]) => blockOf(below, 2, [], evidence, {});
    const one = proving(genesis, votes("order", 1), votes("attest", 1), votes("order", 1, 2));
    expect(says(one)).toBeUndefined();
    expect(says(proving(one, votes("order", 5)))).toMatch(/proves again the fault of seat 3 of the order chain/);
    expect(says(proving(genesis, votes("attest", 1), votes("attest", 2)))).toMatch(/item 1 proves again/);
  });

  test("cites nothing below what its parent cites", () => {
    const one = block(genesis, 2, [attestationOf(first())]);
    expect(says(block(one, 1, []))).toMatch(/cites order height 1 after 2/);
  });

  test.each<readonly [string, RegExp, () => Attestation]>([
    ["the same claim again", /prev is not the frontier/, () => attestationOf(first())],
    ["a claim that follows another", /prev is not the frontier/, () => attestationOf(claimOf(a, 2, genesisOf(a)))],
    ["a round that is attested", /where 1 is attested/, () => attestationOf(claimOf(a, 1, claimCodec.root(first())))],
    [
      "a round above what it cites",
      /cites order height 3/,
      () => attestationOf(claimOf(a, 4, claimCodec.root(first()))),
    ],
    ["two signers of four", /with weight 2 of 4/, () => attestationOf(claimOf(a, 2, claimCodec.root(first())), [0, 1])],
    ["two signers of three", /with weight 2 of 3/, () => attestationOf(claimOf(b, 2, genesisOf(b)), [0, 1])],
    [
      "bits of who did not sign",
      /false signature/,
      () => ({ ...attestationOf(claimOf(a, 2, claimCodec.root(first()))), bitmap: [true, true, true, true] }),
    ],
    [
      "bits too many",
      /with 5 bits/,
      () => ({ ...attestationOf(claimOf(a, 2, claimCodec.root(first()))), bitmap: [true, true, true, false, false] }),
    ],
    [
      "a source that is not attested",
      /b 1, which is not attested/,
      () =>
        attestationOf(
          claimOf(a, 3, claimCodec.root(first()), [{ shard: b, round: asRound(1), exports: root("none") }]),
        ),
    ],
  ])("is wrong with %s", (_, what, attestation) => {
    const one = block(genesis, 2, [attestationOf(first())]);
    expect(says(block(one, 3, [attestation()]))).toMatch(what);
  });

  test("R2: a source is attested below what the order block of the claim's round cites, and exports what it says", () => {
    const source = claimOf(b, 1, genesisOf(b));
    const named = { shard: b, round: asRound(1), exports: exportsRootOf(source) };
    const one = block(genesis, 2, [attestationOf(source)]);
    expect(says(block(one, 3, [attestationOf(claimOf(a, 3, genesisOf(a), [named]))]))).toBeUndefined();
    expect(says(block(one, 3, [attestationOf(claimOf(a, 2, genesisOf(a), [named]))]))).toMatch(
      /attested at 1, where 0 is cited/,
    );
    const lie = { ...named, exports: root("other exports") };
    expect(says(block(one, 3, [attestationOf(claimOf(a, 3, genesisOf(a), [lie]))]))).toMatch(/exports otherwise/);
  });

  test("has no bit of who never affirmed", () => {
    strangers.add(1);
    expect(says(block(genesis, 2, [attestationOf(first())]))).toMatch(/the bit of validator 1, who never affirmed it/);
  });
});
