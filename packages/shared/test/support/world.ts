// A small world in which everybody is honest: an order chain, an attest chain of half its length, four shards at
// work and one idle, claims with lanes and exports, evidence, certificates for a few heights. Whatever stands
// behind a root is kept in plain form beside it, so that a proven fact can be compared with what happened.
//
// After each second order block stands an attest block that cites it and attests the claims of both rounds.
// Epoch 0 lasts up to order height 9 and attest height 4.

import { limits } from "../../src/limits.ts";
import { listRoot, type NamespacedTree, touchesTree } from "../../src/merkle/index.ts";
import { type Account, accountCodec } from "../../src/messages/account.ts";
import { type AttestHeader, attestHeaderCodec } from "../../src/messages/attest-header.ts";
import { type AttestItem, attestItemType } from "../../src/messages/attestation.ts";
import { type Blob, blobCodec } from "../../src/messages/blob.ts";
import { type Frontier, frontierCodec } from "../../src/messages/frontier.ts";
import type { Position } from "../../src/messages/node.ts";
import { type OrderHeader, orderHeaderCodec } from "../../src/messages/order-header.ts";
import { type EpochSets, type ValidatorSets, validatorSetsCodec } from "../../src/messages/validator-sets.ts";
import {
  asAmount,
  asBudget,
  asEpoch,
  asHeight,
  asNonce,
  asRound,
  asTimeMs,
  asValidatorIndex,
  asView,
  type Epoch,
  type Root,
  type ShardName,
  shardOf,
  zeroRoot,
} from "../../src/numbers.ts";
import type { Scheme } from "../../src/scheme.ts";
import { mockScheme } from "../../src/schemes/mock.ts";
import { SparseMap } from "../../src/sparse/map.ts";
import { codec } from "../../src/ssz/index.ts";
import { WorldChain } from "./world-chain.ts";
import { claimEvidence, voteEvidence } from "./world-evidence.ts";
import { type DueNode, nodesOf, type PlainProgram, programsAt, shardNames, touchesOf } from "./world-plan.ts";
import { genesisShard, nextShard, type ShardState } from "./world-shards.ts";
import {
  affirmedRoot,
  bytesOf,
  createHolders,
  digestOf,
  type Holders,
  must,
  present,
  quorumFrom,
  signTogether,
} from "./world-validators.ts";

export interface WorldBlob {
  readonly blob: Blob;
  readonly root: Root;
  readonly program: PlainProgram;
  readonly touches: readonly ShardName[];
}

export interface OrderBlock {
  readonly blobs: readonly WorldBlob[];
  readonly touches: NamespacedTree;
  /** By the payer's name. */
  readonly accounts: ReadonlyMap<string, Account>;
  readonly ledger: SparseMap;
}

export interface AttestBlock {
  readonly items: readonly AttestItem[];
  readonly itemRoots: readonly Root[];
  /** Shards with a claim beside the genesis claim. */
  readonly frontiers: ReadonlyMap<ShardName, ShardState>;
  readonly frontiersMap: SparseMap;
}

export interface World {
  readonly scheme: Scheme;
  readonly network: Root;
  readonly order: WorldChain<OrderHeader>;
  readonly attest: WorldChain<AttestHeader>;
  readonly committees: ReadonlyMap<ShardName, Holders>;
  /** By height. */
  readonly orderBlocks: OrderBlock[];
  readonly attestBlocks: AttestBlock[];
  /** Of each shard the state after each of its claims, the genesis claim first. */
  readonly shards: ReadonlyMap<ShardName, ShardState[]>;
}

export function orderBlockAt(world: World, height: number): OrderBlock {
  return present(world.orderBlocks[height], `order block ${height}`);
}

export function attestBlockAt(world: World, height: number): AttestBlock {
  return present(world.attestBlocks[height], `attest block ${height}`);
}

const weights: Readonly<Record<string, readonly number[]>> = {
  order: [5, 3, 3, 2, 2, 1, 1],
  attest: [1, 1, 1, 1, 1],
  air: [1, 1, 1, 1],
  bank: [4, 3, 3, 2, 1],
  hotel: [1, 1, 1, 1],
  idle: [1, 1, 1],
  zoo: [1],
};

const orderCertified = [2, 7, 12, 16, 17, 31, 40];
const attestCertified = [2, 5, 6, 11, 16, 20];
const payers = 10;

/** `heights` is even. */
export function createWorld(scheme: Scheme = mockScheme, heights = 40): World {
  const network = digestOf("the test network");
  const holdersOf = (name: string) => createHolders(scheme, name, weights[name] as readonly number[]);
  const plan = { scheme, network };
  const order = new WorldChain<OrderHeader>({
    ...plan,
    chain: "order",
    codec: orderHeaderCodec,
    holders: holdersOf("order"),
    certified: orderCertified,
  });
  const attest = new WorldChain<AttestHeader>({
    ...plan,
    chain: "attest",
    codec: attestHeaderCodec,
    holders: holdersOf("attest"),
    certified: attestCertified,
  });
  const world: World = {
    ...{ scheme, network, order, attest, orderBlocks: [], attestBlocks: [] },
    committees: new Map(shardNames.map((name) => [name, holdersOf(name)])),
    shards: new Map(shardNames.map((name) => [name, [genesisShard(name, epochOf(0))]])),
  };
  for (let height = 0; height <= heights; height++) {
    orderBlock(world, height);
    if (height > 0) for (const shard of shardNames) claim(world, shard, height);
    if (height % 2 === 0) attestBlock(world, height);
  }
  return world;
}

function epochOf(orderHeight: number): Epoch {
  return asEpoch(orderHeight < 10 ? 0 : 1);
}

export function payerKey(name: string): Uint8Array {
  return digestOf(`payer ${name}`);
}

export function setsAt(world: World, orderHeight: number): ValidatorSets {
  const epoch = epochOf(orderHeight);
  const sets = (of: number): EpochSets => ({
    epoch: asEpoch(of),
    order: world.order.plan.holders.members,
    attest: world.attest.plan.holders.members,
    committees: Array.from(world.committees, ([shard, { members }]) => ({ shard, members })),
  });
  return { current: sets(epoch), next: sets(epoch + 1) };
}

function blobAt(world: World, height: number, index: number, program: PlainProgram): WorldBlob {
  const touches = touchesOf(program);
  const blob: Blob = {
    envelope: {
      version: 1,
      network: world.network,
      payer: payerKey(payerOf(height, index)),
      nonce: asNonce(height),
      expires: asHeight(height + 20),
      tip: asAmount(BigInt(index)),
      budget: asBudget(1000),
      touches,
      transfers: [],
      payload: bytesOf(`a program of ${program.steps.length} steps`),
    },
    signature: new Uint8Array(64).fill(index + 1),
  };
  return { blob, root: blobCodec.root(blob), program, touches };
}

/** Payers come one after the other, so early blocks do not know the later ones. */
function payerOf(height: number, index: number): string {
  return `${(height + index) % Math.min(payers, 1 + Math.floor(height / 3))}`;
}

/** The balance says which blob the payer paid for last. */
function accountAfter(height: number, index: number): Account {
  return { balance: asAmount(BigInt(10 ** 6 - 1000 * height - index)), nonce: asNonce(height + 1) };
}

function orderBlock(world: World, height: number): void {
  const { order, attest, orderBlocks } = world;
  const blobs = programsAt(height).map((program, index) => blobAt(world, height, index, program));
  const before = orderBlocks[height - 1];
  const paid = new Map(blobs.map((_, index) => [payerOf(height, index), accountAfter(height, index)]));
  const changes = Array.from(paid, ([name, account]) => ({ key: payerKey(name), value: accountCodec.encode(account) }));
  const ledger = must((before?.ledger ?? SparseMap.empty).apply(changes));
  const touches = touchesTree(blobs.map(({ root, touches: shards }) => ({ root, touches: shards })));
  const roots = blobs.map(({ root }) => root);
  order.push({
    version: 1,
    epoch: epochOf(height),
    view: asView(2 * height + 3),
    height: asHeight(height),
    parent: order.roots.at(-1) ?? zeroRoot,
    history: order.history,
    timeMs: asTimeMs(1_700_000_000_000 + 1000 * height),
    proposer: asValidatorIndex(height % 7),
    blobsRoot: listRoot(roots, limits.blockBlobsMax),
    touchesRoot: touches.commitment,
    ledgerRoot: ledger.root,
    attested: height === 0 ? { height: asHeight(0), root: zeroRoot } : attest.ref(attest.headers.length - 1),
    validatorsRoot: validatorSetsCodec.root(setsAt(world, height)),
  });
  orderBlocks.push({ blobs, touches, accounts: new Map([...(before?.accounts ?? []), ...paid]), ledger });
}

/** All nodes of the log up to `height`, with their rounds. */
function nodesUpTo(world: World, height: number): DueNode[] {
  return world.orderBlocks
    .slice(0, height + 1)
    .flatMap(({ blobs }, at) => blobs.flatMap(({ program }, index) => nodesOf(program, at, index)));
}

/** C1: a claim if the slice is not empty or a node is due. */
function claim(world: World, shard: ShardName, height: number): void {
  const nodes = nodesUpTo(world, height).filter(({ contract }) => shardOf(contract) === shard);
  const due = nodes.filter(({ round }) => round === height);
  const isTouched = world.orderBlocks[height]?.blobs.some(({ touches }) => touches.includes(shard));
  if (due.length === 0 && !isTouched) return;
  const waiting = new Map<string, readonly [Position, Root]>();
  for (const { node, round } of nodes) {
    const root = world.orderBlocks[node.height]?.blobs[node.index]?.root as Root;
    if (round > height) waiting.set(`${node.height}/${node.index}`, [node, root]);
  }
  const states = world.shards.get(shard) as ShardState[];
  states.push(
    nextShard(states.at(-1) as ShardState, {
      epoch: epochOf(height),
      round: asRound(height),
      due,
      pending: [...waiting.values()],
      claimOf: (from, round) => world.shards.get(from)?.find((state) => state.claim.round === round)?.claim,
    }),
  );
}

/** The claims of this height and the one before, by shard; misbehaviour where somebody found some. */
function itemsAt(world: World, height: number): AttestItem[] {
  const made = [...world.shards.values()].flatMap((states) =>
    states.filter(({ claim: { round } }) => round > 0 && (round === height || round === height - 1)),
  );
  const items = made.map((state) => attest(world, state));
  const { order } = world;
  if (height === 6) items.unshift(voteEvidence(order.electorate(0), order.plan.holders, 5));
  if (height === 12 && made[0] !== undefined) {
    const holders = world.committees.get(made[0].claim.shard) as Holders;
    items.splice(1, 0, claimEvidence(world.attest.electorate(), holders, 2, made[0].claim));
  }
  return items;
}

function attest(world: World, { claim: made, root }: ShardState): AttestItem {
  const holders = world.committees.get(made.shard) as Holders;
  const message = affirmedRoot(world.network, made.epoch, root);
  const signed = signTogether(world.scheme, holders, quorumFrom(holders, made.round), message);
  return { kind: "attestation", value: { claim: made, ...signed } };
}

export function frontierOf({ claim: { round, contracts, pending }, root }: ShardState): Frontier {
  return { round, claim: root, contracts, pending };
}

function attestBlock(world: World, orderHeight: number): void {
  const { attest: chain, attestBlocks } = world;
  const height = orderHeight / 2;
  const items = itemsAt(world, orderHeight);
  const itemRoots = items.map(attestItemRoot);
  const frontiers = new Map<ShardName, ShardState>();
  for (const [shard, states] of world.shards) if (states.length > 1) frontiers.set(shard, states.at(-1) as ShardState);
  const entries = Array.from(frontiers, ([shard, state]) => ({
    key: bytesOf(shard),
    value: frontierCodec.encode(frontierOf(state)),
  }));
  const frontiersMap = must(SparseMap.empty.apply(entries));
  chain.push({
    version: 1,
    epoch: asEpoch(height < 5 ? 0 : 1),
    view: asView(3 * height + 1),
    height: asHeight(height),
    parent: chain.roots.at(-1) ?? zeroRoot,
    history: chain.history,
    proposer: asValidatorIndex(height % 5),
    order: height === 0 ? { height: asHeight(0), root: zeroRoot } : world.order.ref(orderHeight),
    frontiersRoot: frontiersMap.root,
    attestationsRoot: listRoot(itemRoots, limits.attestItemsMax),
  });
  attestBlocks.push({ items, itemRoots, frontiers, frontiersMap });
}

const attestItemCodec = codec("attest-item", attestItemType);

function attestItemRoot(item: AttestItem): Root {
  return attestItemCodec.root(item);
}
