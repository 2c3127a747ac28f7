// One or more values of every message, always the same: each field set, each different from its neighbours, and
// each variant there. Golden hashes and attacks on decoders start from them.

import { compareBytes } from "../../src/bytes.ts";
import type { Account } from "../../src/messages/account.ts";
import type { AttestHeader } from "../../src/messages/attest-header.ts";
import type { Attestation, AttestItem } from "../../src/messages/attestation.ts";
import type { Blob, Envelope } from "../../src/messages/blob.ts";
import type { AttestBlock, AttestProposal, Citation, OrderBlock, OrderProposal } from "../../src/messages/block.ts";
import type { Certificate } from "../../src/messages/certificate.ts";
import { type Claim, type ClaimSummary, claimSummaryCodec, summarizeClaim } from "../../src/messages/claim.ts";
import type { Evidence } from "../../src/messages/evidence.ts";
import type { EncodedOutcome, Export, Lane, LaneInput, TentativeOutcome } from "../../src/messages/lane.ts";
import type { Node, Position } from "../../src/messages/node.ts";
import type { OrderHeader } from "../../src/messages/order-header.ts";
import type { PendingEntry } from "../../src/messages/pending.ts";
import type { EpochSets, Members, ValidatorSets } from "../../src/messages/validator-sets.ts";
import type { Vote } from "../../src/messages/vote.ts";
import * as numbers from "../../src/numbers.ts";
import { encodeValue } from "../../src/values/encode.ts";

const { asAmount, asBlobIndex, asBudget, asContractName, asEnvironmentName, asEpoch, asHeight, asNonce } = numbers;
const { asRound, asShardName, asStepIndex, asTimeMs, asValidatorIndex, asView, asWeight, zeroRoot } = numbers;

/** Bytes that no other number gives: they begin with it and go on in steps of 37. */
export function bytesOf(length: number, number: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (number + 37 * index) & 0xff);
}

/** P8: such bytes as a value, in its encoding. */
function encodedBytes(length: number, number: number): Uint8Array {
  return encodeValue(bytesOf(length, number));
}

export const rootOf = (number: number) => numbers.asRoot(bytesOf(32, number));
const blsSignature = (number: number) => bytesOf(96, number);
/** A bitmap from text, as `x..x`. */
export const bitmapOf = (text: string) => [...text].map((bit) => bit === "x");

export const envelopes: readonly Envelope[] = [
  {
    version: 1,
    network: rootOf(1),
    payer: bytesOf(32, 2),
    nonce: asNonce(3),
    expires: asHeight(2 ** 40 + 4),
    tip: asAmount(5n * 10n ** 20n),
    budget: asBudget(600_000),
    touches: ["bank", "cinema-7", "z"].map(asShardName),
    transfers: [
      { to: bytesOf(32, 7), amount: asAmount(2n ** 127n + 8n) },
      { to: bytesOf(32, 9), amount: asAmount(10n) },
    ],
    payload: bytesOf(100, 11),
  },
  {
    version: 1,
    network: rootOf(12),
    payer: bytesOf(32, 13),
    nonce: asNonce(0),
    expires: asHeight(14),
    tip: asAmount(0n),
    budget: asBudget(0),
    touches: [],
    transfers: [],
    payload: new Uint8Array(0),
  },
];

export const account: Account = { balance: asAmount(2n ** 100n + 137n), nonce: asNonce(2 ** 40 + 138) };

export const blobs: readonly Blob[] = envelopes.map((envelope, index) => ({
  envelope,
  signature: bytesOf(64, 15 + index),
}));

export const orderHeader: OrderHeader = {
  version: 1,
  epoch: asEpoch(16),
  view: asView(17),
  height: asHeight(18),
  parent: rootOf(19),
  history: rootOf(20),
  timeMs: asTimeMs(1_700_000_000_021),
  proposer: asValidatorIndex(522),
  blobsRoot: rootOf(23),
  touchesRoot: rootOf(24),
  ledgerRoot: rootOf(25),
  attested: { height: asHeight(26), root: rootOf(27) },
  validatorsRoot: rootOf(28),
};

export const attestHeader: AttestHeader = {
  version: 1,
  epoch: asEpoch(29),
  view: asView(30),
  height: asHeight(31),
  parent: rootOf(32),
  history: rootOf(33),
  proposer: asValidatorIndex(834),
  order: { height: asHeight(35), root: rootOf(36) },
  frontiersRoot: rootOf(37),
  attestationsRoot: rootOf(38),
};

export const votes: readonly Vote[] = (["notarize", "nullify", "finalize"] as const).map((kind, index) => ({
  kind,
  epoch: asEpoch(39),
  view: asView(40),
  block: kind === "nullify" ? zeroRoot : rootOf(41),
  signer: asValidatorIndex(942 + index),
  signature: blsSignature(43 + index),
}));

export const certificates: readonly Certificate[] = (["notarization", "nullification", "finalization"] as const).map(
  (kind, index) => ({
    kind,
    epoch: asEpoch(46),
    view: asView(47),
    block: kind === "nullification" ? zeroRoot : rootOf(48),
    // Seven, eight and nine bits: the delimiter last in its byte, alone in one, and first in one.
    bitmap: bitmapOf("x..xx.x.x".slice(0, 7 + index)),
    signature: blsSignature(49 + index),
  }),
);

function laneOf(contract: string, number: number): Lane {
  return {
    contract: asContractName(contract),
    nodes: rootOf(number),
    pre: rootOf(number + 1),
    inputs: rootOf(number + 2),
    post: rootOf(number + 3),
    exports: rootOf(number + 4),
  };
}

export const lanes: readonly Lane[] = [laneOf("bank/coin", 52), laneOf("bank/gold", 57)];

export const claim: Claim = {
  epoch: asEpoch(62),
  shard: asShardName("bank"),
  round: asRound(63),
  prev: rootOf(64),
  sources: [
    { shard: asShardName("airline"), round: asRound(61), exports: rootOf(65) },
    { shard: asShardName("cinema"), round: asRound(60), exports: rootOf(66) },
    { shard: asShardName("cinema"), round: asRound(62), exports: rootOf(67) },
  ],
  lanes,
  contracts: rootOf(68),
  pending: { count: 69, root: rootOf(70) },
};

/** Another claim for the same round. */
const rivalClaim: Claim = { ...claim, prev: rootOf(71), lanes: lanes.slice(1) };

export const attestation: Attestation = { claim, bitmap: bitmapOf("xx.x"), signature: blsSignature(72) };

function claimEvidence(): Evidence {
  const pair = [claim, rivalClaim]
    .map((each, index) => ({ claim: summarizeClaim(each), signature: blsSignature(73 + index) }))
    .sort((a, b) => compareBytes(claimSummaryCodec.root(a.claim), claimSummaryCodec.root(b.claim)));
  const [first, second] = pair as [(typeof pair)[0], (typeof pair)[0]];
  return { kind: "claims", value: { signer: asValidatorIndex(75), first, second } };
}

function voteEvidence(chain: "order" | "attest", first: Partial<Vote>, second: Partial<Vote>): Evidence {
  const vote = { epoch: asEpoch(76), view: asView(77), signer: asValidatorIndex(78) };
  const both = {
    first: { ...votes[0], ...vote, ...first } as Vote,
    second: { ...votes[0], ...vote, ...second } as Vote,
  };
  return { kind: "votes", value: { chain, ...both } };
}

export const evidence: readonly Evidence[] = [
  voteEvidence("order", { block: rootOf(79) }, { block: rootOf(80), signature: blsSignature(81) }),
  voteEvidence("attest", { kind: "finalize", block: rootOf(82) }, { kind: "finalize", block: rootOf(83) }),
  voteEvidence("order", { kind: "nullify", block: zeroRoot }, { kind: "finalize", block: rootOf(84) }),
  claimEvidence(),
];

export const attestItems: readonly AttestItem[] = [
  { kind: "attestation", value: attestation },
  ...evidence.map((value): AttestItem => ({ kind: "evidence", value })),
];

function citationOf<Header>(header: Header, number: number): Citation<Header> {
  return {
    header,
    certificate: certificates[2] as Certificate,
    descent: { path: [rootOf(number), rootOf(number + 1)] },
  };
}

export const orderProposals: readonly OrderProposal[] = [
  {
    header: orderHeader,
    body: { blobs: [rootOf(85), rootOf(86)], citation: citationOf(attestHeader, 87) },
    parent: certificates[0],
    signature: blsSignature(89),
  },
  { header: orderHeader, body: { blobs: [], citation: undefined }, parent: undefined, signature: blsSignature(90) },
];

export const orderBlocks: readonly OrderBlock[] = orderProposals.map(({ header, body }) => ({ header, body }));

export const attestProposals: readonly AttestProposal[] = [
  {
    header: attestHeader,
    body: { items: attestItems, citation: citationOf(orderHeader, 91) },
    parent: certificates[2],
    signature: blsSignature(93),
  },
  { header: attestHeader, body: { items: [], citation: undefined }, parent: undefined, signature: blsSignature(94) },
];

export const attestBlocks: readonly AttestBlock[] = attestProposals.map(({ header, body }) => ({ header, body }));

function nodeOf(index: number, step: number, kind: Node["kind"] = "step"): Node {
  return { height: asHeight(95), index: asBlobIndex(index), step: asStepIndex(step), kind };
}

const value: EncodedOutcome = {
  kind: "value",
  value: { bytes: encodedBytes(4, 96), environment: asEnvironmentName("token") },
};
const nothing: EncodedOutcome = { kind: "nothing", value: { why: "no-contract", step: asStepIndex(97) } };

export const laneNodes: readonly Node[] = [nodeOf(1, 2), nodeOf(1, 3), nodeOf(1, 3, "settle"), nodeOf(70_000, 0)];

function tentative(outcome: EncodedOutcome): TentativeOutcome {
  return { outcome, settlesAt: asStepIndex(4), settlesIn: asContractName("airline/seats") };
}

export const laneExports: readonly Export[] = [
  { node: nodeOf(1, 2), content: { kind: "outcome", value } },
  { node: nodeOf(1, 3), content: { kind: "tentative", value: tentative(nothing) } },
  { node: nodeOf(1, 4), content: { kind: "tentative", value: tentative(value) } },
  { node: nodeOf(1, 4, "settle"), content: { kind: "verdict", value: { failed: asStepIndex(3) } } },
  { node: nodeOf(1, 5, "settle"), content: { kind: "verdict", value: { failed: undefined } } },
  { node: nodeOf(2, 0), content: { kind: "outcome", value: nothing } },
];

export const laneInputs: readonly LaneInput[] = [
  {
    node: nodeOf(1, 0),
    contract: asContractName("airline/seats"),
    from: "source",
    round: asRound(94),
    content: { kind: "outcome", value },
  },
  {
    node: nodeOf(1, 1),
    contract: asContractName("bank/gold"),
    from: "lane",
    round: asRound(0),
    content: { kind: "outcome", value: nothing },
  },
  {
    node: nodeOf(1, 4, "settle"),
    contract: asContractName("bank/coin"),
    from: "pending",
    round: asRound(0),
    content: { kind: "write", value: { key: bytesOf(3, 98), value: encodedBytes(3, 99) } },
  },
  {
    node: nodeOf(1, 4, "settle"),
    contract: asContractName("bank/coin"),
    from: "pending",
    round: asRound(0),
    content: { kind: "write", value: { key: bytesOf(3, 100), value: undefined } },
  },
  {
    node: nodeOf(1, 4, "settle"),
    contract: asContractName("bank/coin"),
    from: "pending",
    round: asRound(0),
    content: { kind: "existence", value: { environment: asEnvironmentName("token"), status: "ended" } },
  },
];

export const position: Position = { height: asHeight(2 ** 40 + 330), index: asBlobIndex(70_331) };

export const pendingEntry: PendingEntry = {
  blob: rootOf(101),
  ran: [
    { step: asStepIndex(1), outcome: value },
    { step: asStepIndex(4), outcome: nothing },
  ],
  settled: [
    { step: asStepIndex(2), contract: asContractName("bank/coin") },
    { step: asStepIndex(2), contract: asContractName("bank/gold") },
  ],
  writes: [
    {
      contract: asContractName("bank/coin"),
      existence: undefined,
      writes: [
        { key: bytesOf(2, 102), value: encodedBytes(5, 103) },
        { key: bytesOf(2, 104), value: undefined },
      ],
    },
    {
      contract: asContractName("bank/gold"),
      existence: { environment: asEnvironmentName("escrow"), status: "live" },
      writes: [{ key: bytesOf(1, 105), value: encodedBytes(0, 106) }],
    },
  ],
};

function membersOf(number: number): Members {
  return [
    { key: bytesOf(48, number), weight: asWeight(BigInt(number)) },
    { key: bytesOf(48, number + 1), weight: asWeight(2n ** 63n + BigInt(number)) },
  ];
}

function epochSetsOf(epoch: number, number: number): EpochSets {
  return {
    epoch: asEpoch(epoch),
    order: membersOf(number),
    attest: membersOf(number + 2),
    committees: [
      { shard: asShardName("bank"), members: membersOf(number + 4) },
      { shard: asShardName("cinema"), members: membersOf(number + 6).slice(1) },
    ],
  };
}

export const validatorSets: ValidatorSets = { current: epochSetsOf(107, 108), next: epochSetsOf(116, 117) };

export const contractRecords = (["live", "ended"] as const).map((status, index) => ({
  environment: asEnvironmentName("token"),
  state: rootOf(125 + index),
  status,
}));

export const claimSummary: ClaimSummary = summarizeClaim(claim);
export const frontier = { round: claim.round, claim: rootOf(127), contracts: claim.contracts, pending: claim.pending };
export const affirmedClaim = { epoch: claim.epoch, claim: rootOf(128) };
export const affirmation = {
  ...affirmedClaim,
  shard: claim.shard,
  round: claim.round,
  signer: asValidatorIndex(329),
  signature: blsSignature(130),
};
export const ballot = { epoch: asEpoch(131), view: asView(132), block: rootOf(133) };
export const blobRoots = [rootOf(134), rootOf(135), rootOf(136)];
