// Arbitrary values of every message: whatever the types and rules allow, at small sizes.

import fc from "fast-check";
import { compareBytes } from "../../src/bytes.ts";
import { limits } from "../../src/limits.ts";
import { type Claim, type ClaimSummary, claimSummaryCodec } from "../../src/messages/claim.ts";
import { type EncodedOutcome, type LaneInput, nothingReasons, type Write } from "../../src/messages/lane.ts";
import type { Node } from "../../src/messages/node.ts";
import type { Vote } from "../../src/messages/vote.ts";
import * as numbers from "../../src/numbers.ts";
import { encodeValue } from "../../src/values/encode.ts";
import { anyValue } from "../values/any-value.ts";

type Arbitrary<T> = fc.Arbitrary<T>;

export const anyRecord = <T>(fields: { [Name in keyof T]: Arbitrary<T[Name]> }) => fc.record<T>(fields);
export const listOf = <T>(item: Arbitrary<T>, maxLength = 4) => fc.array(item, { maxLength });

/** A list in strictly rising order. */
export function risingOf<T>(
  item: Arbitrary<T>,
  compare: (a: T, b: T) => number,
  maxLength = 4,
): Arbitrary<readonly T[]> {
  return fc
    .uniqueArray(item, { maxLength, comparator: (a, b) => compare(a, b) === 0 })
    .map((items) => items.toSorted(compare));
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

export const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
export const bytesUpTo = (maxLength: number, minLength = 0) => fc.uint8Array({ minLength, maxLength });
export const count = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const uint = (bits: number) => fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n });

export const root = bytes(32).map(numbers.asRoot);
const namedRoot = root.filter((bytes) => bytes.some((byte) => byte !== 0));
const payer = bytes(32);
const publicKey = bytes(48);
const signature = bytes(96);
const bitmap = fc.array(fc.boolean(), { maxLength: 40 });
const epoch = count.map(numbers.asEpoch);
const view = count.map(numbers.asView);
const height = count.map(numbers.asHeight);
const round = count.map(numbers.asRound);
const amount = uint(128).map(numbers.asAmount);
const weight = fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }).map(numbers.asWeight);
const weightOrNone = uint(64).map(numbers.asWeight);
const signer = fc.integer({ min: 0, max: 0xffff }).map(numbers.asValidatorIndex);
const blobIndex = fc.integer({ min: 0, max: 0xffffffff }).map(numbers.asBlobIndex);
const stepIndex = fc.integer({ min: 0, max: 0xff }).map(numbers.asStepIndex);
const version = fc.constant(1 as const);
const name = fc.stringMatching(/^[a-z0-9-]{1,28}$/);
export const shardName = name.map(numbers.asShardName);
const environmentName = name.map(numbers.asEnvironmentName);
export const contractName = fc.tuple(name, name).map((parts) => numbers.asContractName(parts.join("/")));
const blockRef = anyRecord({ height, root });

export const account = anyRecord({ balance: amount, nonce: count.map(numbers.asNonce) }).filter(
  ({ balance, nonce }) => balance > 0n || nonce > 0,
);

export const envelope = anyRecord({
  version,
  network: root,
  payer,
  nonce: count.map(numbers.asNonce),
  expires: height,
  tip: amount,
  budget: fc.integer({ min: 0, max: limits.budgetMax }).map(numbers.asBudget),
  touches: risingOf(shardName, compareNames, limits.touchesMax),
  transfers: listOf(anyRecord({ to: payer, amount }), limits.transfersMax),
  payload: bytesUpTo(300),
});
export const blob = anyRecord({ envelope, signature: bytes(64) });

const headerFields = { version, epoch, view, height, parent: root, history: root, proposer: signer };
export const orderHeader = anyRecord({
  ...headerFields,
  timeMs: count.map(numbers.asTimeMs),
  blobsRoot: root,
  touchesRoot: root,
  ledgerRoot: root,
  attested: blockRef,
  validatorsRoot: root,
});
export const attestHeader = anyRecord({
  ...headerFields,
  order: blockRef,
  frontiersRoot: root,
  attestationsRoot: root,
});

export const ballot = anyRecord({ epoch, view, block: root });

/** Exactly what nullifies names no block. */
function withBlock<Kind extends string>(kinds: readonly Kind[], nullifying: Kind) {
  return fc.constantFrom(...kinds).chain((kind) =>
    anyRecord({
      kind: fc.constant(kind),
      epoch,
      view,
      block: kind === nullifying ? fc.constant(numbers.zeroRoot) : namedRoot,
      signature,
    }),
  );
}

export const vote: Arbitrary<Vote> = fc
  .tuple(withBlock(["notarize", "nullify", "finalize"], "nullify"), signer)
  .map(([rest, signer]) => ({ ...rest, signer }));

export const certificate = fc
  .tuple(withBlock(["notarization", "nullification", "finalization"], "nullification"), bitmap)
  .map(([rest, bitmap]) => ({ ...rest, bitmap }));

export const lane = anyRecord({
  contract: contractName,
  nodes: root,
  pre: root,
  inputs: root,
  post: root,
  exports: root,
});
const source = anyRecord({ shard: shardName, round, exports: root });
const pendingRef = anyRecord({ count, root });
const claimFields = { epoch, shard: shardName, round, prev: root, contracts: root, pending: pendingRef };
export const claim: Arbitrary<Claim> = anyRecord({
  ...claimFields,
  sources: risingOf(source, (a, b) => compareNames(a.shard, b.shard) || a.round - b.round),
  lanes: risingOf(lane, (a, b) => compareNames(a.contract, b.contract)),
});
export const claimSummary: Arbitrary<ClaimSummary> = anyRecord({ ...claimFields, sources: root, lanes: root });

const voteEvidence = fc
  .tuple(
    fc.constantFrom("order" as const, "attest" as const),
    fc.constantFrom<["notarize" | "nullify" | "finalize", "notarize" | "finalize"]>(
      ["notarize", "notarize"],
      ["finalize", "finalize"],
      ["nullify", "finalize"],
    ),
    anyRecord({ epoch, view, signer }),
    risingOf(namedRoot, compareBytes, 2).filter((roots) => roots.length === 2),
    fc.tuple(signature, signature),
  )
  .map(([chain, kinds, place, [low, high], signatures]) => ({
    kind: "votes" as const,
    value: {
      chain,
      first: {
        ...place,
        kind: kinds[0],
        block: kinds[0] === "nullify" ? numbers.zeroRoot : (low as numbers.Root),
        signature: signatures[0],
      },
      second: { ...place, kind: kinds[1], block: high as numbers.Root, signature: signatures[1] },
    },
  }));

/** Two claims of one shard and epoch; every other pair shares the round, the rest what they follow. */
const claimPair = fc
  .tuple(claimSummary, claimSummary, fc.boolean())
  .map(([one, other, sameRound]): ClaimSummary[] => {
    const shared = sameRound ? { round: one.round } : { prev: one.prev };
    return [one, { ...other, epoch: one.epoch, shard: one.shard, ...shared }];
  })
  .map((pair) => pair.toSorted((a, b) => compareBytes(claimSummaryCodec.root(a), claimSummaryCodec.root(b))));

const claimEvidence = fc
  .tuple(signer, claimPair, signature, signature)
  .map(([signer, [first, second], one, other]) => ({
    kind: "claims" as const,
    value: {
      signer,
      first: { claim: first as ClaimSummary, signature: one },
      second: { claim: second as ClaimSummary, signature: other },
    },
  }));

export const evidence = fc.oneof(voteEvidence, claimEvidence);
export const attestation = anyRecord({ claim, bitmap, signature });
export const attestItems = listOf(
  fc.oneof(
    evidence.map((value) => ({ kind: "evidence" as const, value })),
    attestation.map((value) => ({ kind: "attestation" as const, value })),
  ),
);

const orUndefined = <T>(value: Arbitrary<T>): Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
export const historyProof = anyRecord({ path: listOf(root) });
const citationOf = <Header>(header: Arbitrary<Header>) =>
  orUndefined(anyRecord({ header, certificate, descent: historyProof }));
const parent = orUndefined(certificate);
export const blobRoots = listOf(root);
const orderBlockFields = {
  header: orderHeader,
  body: anyRecord({ blobs: blobRoots, citation: citationOf(attestHeader) }),
};
export const orderBlock = anyRecord(orderBlockFields);
export const orderProposal = anyRecord({ ...orderBlockFields, parent, signature });
const attestBlockFields = {
  header: attestHeader,
  body: anyRecord({ items: attestItems, citation: citationOf(orderHeader) }),
};
export const attestBlock = anyRecord(attestBlockFields);
export const attestProposal = anyRecord({ ...attestBlockFields, parent, signature });

const positionFields = { height, index: blobIndex };
export const position = anyRecord(positionFields);
const node: Arbitrary<Node> = anyRecord({
  ...positionFields,
  step: stepIndex,
  kind: fc.constantFrom("step" as const, "settle" as const),
});
function compareNodes(a: Node, b: Node): number {
  return a.height - b.height || a.index - b.index || a.step - b.step || -compareNames(a.kind, b.kind);
}
/** P8: values in their encoding. */
const encodedValue = anyValue.map(encodeValue);
const outcome: Arbitrary<EncodedOutcome> = fc.oneof(
  anyRecord({ bytes: encodedValue, environment: environmentName }).map((value) => ({
    kind: "value" as const,
    value,
  })),
  anyRecord({ why: fc.constantFrom(...nothingReasons), step: stepIndex }).map((value) => ({
    kind: "nothing" as const,
    value,
  })),
);
const write: Arbitrary<Write> = anyRecord({ key: bytesUpTo(20, 1), value: orUndefined(encodedValue) });
const outcomeContent = outcome.map((value) => ({ kind: "outcome" as const, value }));

export const laneNodes = risingOf(node, compareNodes);
export const anyExport = anyRecord({
  node,
  content: fc.oneof(
    outcomeContent,
    anyRecord({ outcome, settlesAt: stepIndex, settlesIn: contractName }).map((value) => ({
      kind: "tentative" as const,
      value,
    })),
    anyRecord({ failed: orUndefined(stepIndex) }).map((value) => ({ kind: "verdict" as const, value })),
  ),
});
export const laneExports = risingOf(anyExport, (a, b) => compareNodes(a.node, b.node));
const status = fc.constantFrom("live" as const, "ended" as const);
const existence = anyRecord({ environment: environmentName, status });
export const contractRecord = anyRecord({ environment: environmentName, state: root, status });

const laneInput: Arbitrary<LaneInput> = fc
  .tuple(
    fc.constantFrom("source" as const, "pending" as const, "lane" as const),
    fc.oneof(
      outcomeContent,
      write.map((value) => ({ kind: "write" as const, value })),
      existence.map((value) => ({ kind: "existence" as const, value })),
    ),
  )
  .chain(([from, content]) =>
    anyRecord({
      node: placeOf(content.kind === "outcome" ? "step" : "settle"),
      contract: contractName,
      from: fc.constant(from),
      round: from === "source" ? round : fc.constant(numbers.asRound(0)),
      content: fc.constant(content),
    }),
  );
/** Few places, so that several inputs have one node. */
function placeOf(kind: Node["kind"]): Arbitrary<Node> {
  return fc.tuple(node, fc.boolean()).map(([any, isFirst]) => ({ ...(isFirst ? firstNode : any), kind }));
}
const firstNode = {
  height: numbers.asHeight(0),
  index: numbers.asBlobIndex(0),
  step: numbers.asStepIndex(0),
};
function compareInputs(a: LaneInput, b: LaneInput): number {
  const byNode = compareNodes(a.node, b.node);
  if (byNode !== 0) return byNode;
  const places = { outcome: 0, write: 1, existence: 2 };
  const keyOf = ({ content }: LaneInput) => (content.kind === "write" ? content.value.key : new Uint8Array());
  return places[a.content.kind] - places[b.content.kind] || compareBytes(keyOf(a), keyOf(b));
}
export const laneInputs = risingOf(laneInput, compareInputs);
export const pendingEntry = anyRecord({
  blob: root,
  ran: risingOf(anyRecord({ step: stepIndex, outcome }), (a, b) => a.step - b.step),
  settled: risingOf(
    anyRecord({ step: stepIndex, contract: contractName }),
    (a, b) => a.step - b.step || compareNames(a.contract, b.contract),
  ),
  writes: risingOf(
    anyRecord({
      contract: contractName,
      existence: orUndefined(existence),
      writes: risingOf(write, (a, b) => compareBytes(a.key, b.key)),
    }),
    (a, b) => compareNames(a.contract, b.contract),
  ),
});

export const affirmedClaim = anyRecord({ epoch, claim: root });
export const affirmation = anyRecord({ epoch, claim: root, shard: shardName, round, signer, signature });
export const frontier = anyRecord({ round, claim: root, contracts: root, pending: pendingRef });

const members = listOf(anyRecord({ key: publicKey, weight }));
const epochSets = anyRecord({
  epoch,
  order: members,
  attest: members,
  committees: risingOf(anyRecord({ shard: shardName, members }), (a, b) => compareNames(a.shard, b.shard)),
});
export const validatorSets = anyRecord({ current: epochSets, next: epochSets });

const creators = fc.oneof(
  fc.constantFrom("anyone" as const, "nobody" as const).map((rule) => ({ rule, keys: [] as readonly Uint8Array[] })),
  risingOf(payer, compareBytes).map((keys) => ({ rule: "listed" as const, keys })),
);
const seat = anyRecord({ validator: signer, weight: weightOrNone });
const upTo = (min: number, max: number) => fc.integer({ min, max });

/** Of the form of a genesis: validators and shards need not fit together. */
export const genesisForm = anyRecord({
  version,
  startMs: count.map(numbers.asTimeMs),
  seed: root,
  validators: listOf(
    anyRecord({
      name,
      key: publicKey,
      possession: signature,
      orderWeight: weightOrNone,
      attestWeight: weightOrNone,
    }),
  ),
  shards: risingOf(
    anyRecord({ name: shardName, committee: risingOf(seat, (a, b) => a.validator - b.validator), creators }),
    (a, b) => compareNames(a.name, b.name),
  ),
  contracts: risingOf(
    anyRecord({ name: contractName, environment: environmentName, config: bytesUpTo(20, 1) }),
    (a, b) => compareNames(a.name, b.name),
  ),
  allocations: risingOf(anyRecord({ payer, amount }), (a, b) => compareBytes(a.payer, b.payer)),
  fees: anyRecord({ base: amount, perByte: amount, perTouch: amount, perBudget: amount }),
  limits: anyRecord({
    blockBytes: upTo(limits.blobBytesMax, limits.blockBytesMax),
    blockBlobs: upTo(1, limits.blockBlobsMax),
    shardBudget: upTo(1, limits.shardBudgetMax),
    lagMax: upTo(1, limits.lagMax),
    pendingMax: upTo(1, limits.pendingMax),
    clockLeadMs: upTo(1, limits.clockLeadMsMax),
    deltaMs: upTo(1, limits.deltaMsMax),
    heartbeatMs: upTo(1, limits.heartbeatMsMax),
  }),
});
