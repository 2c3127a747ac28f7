// The machines that a replica joins, and the parts that one validator has by its genesis: a seat in the set of each chain
// or none, and in committees of shards.

import { Attesting, type AttestingConfig, attestBlockRules, type Peer } from "@tandem/attestation";
import { type BlockInfo, type BlockRules, type Effect, type Input, Simplex } from "@tandem/consensus";
import { type OrderEffect, type OrderInput, Ordering, orderBlockRules, type PoolLimits } from "@tandem/ordering";
import {
  type AttestBlock,
  type AttestHeader,
  asValidatorIndex,
  attestHeaderCodec,
  type Electorate,
  type Machine,
  type OrderBlock,
  type OrderHeader,
  type Root,
  type ShardName,
  type ValidatorIndex,
} from "@tandem/shared";
import type { ReplicaNetwork } from "./network.ts";
import { orderReads } from "./order-reads.ts";
import { ChainPeers } from "./peers.ts";

/** Whose node it is. */
export interface Validator {
  /** In the genesis. */
  readonly place: Peer;
  /** With its BLS key. */
  sign(message: Root): Uint8Array;
}

export interface ReplicaConfig {
  readonly network: ReplicaNetwork;
  readonly pool: PoolLimits;
  /** Absent for an observer. */
  readonly validator: Validator | undefined;
  /** Shards to execute; if none are given, those in whose committees it sits. */
  readonly follows: readonly ShardName[] | undefined;
}

/** Whoever tests the joint, or one of them in another form, brings its own. */
export interface ReplicaMachines {
  readonly order: Machine<Input<OrderBlock>, Effect<OrderBlock>>;
  readonly ordering: Machine<OrderInput, OrderEffect>;
  readonly attest: Machine<Input<AttestBlock>, Effect<AttestBlock>>;
  readonly attesting: Pick<Attesting, "handle" | "statusOf" | "awaitedOf" | "ownClaimsOf" | "progress">;
}

/** What the first block of a chain stands on. */
export function genesisInfoOf({ order, setting }: ReplicaNetwork): {
  readonly order: BlockInfo;
  readonly attest: BlockInfo;
} {
  const infoOf = ({ epoch, view, height, parent }: OrderHeader | AttestHeader, root: Root) => {
    return { epoch, view, height, parent, root };
  };
  const { header } = setting.network;
  return { order: infoOf(order.header, order.root), attest: infoOf(header, attestHeaderCodec.root(header)) };
}

export function createMachines(config: ReplicaConfig, given: Partial<ReplicaMachines>): ReplicaMachines {
  const { setting } = config.network;
  const genesis = genesisInfoOf(config.network);
  return {
    order: given.order ?? createSimplex(config, setting.order, orderBlockRules, genesis.order),
    ordering: given.ordering ?? createOrdering(config),
    attest: given.attest ?? createSimplex(config, setting.network.electorate, attestBlockRules, genesis.attest),
    attesting: given.attesting ?? new Attesting(attestingConfigOf(config)),
  };
}

function createSimplex<Block>(
  { network, validator }: ReplicaConfig,
  electorate: Electorate,
  rules: BlockRules<Block>,
  genesis: BlockInfo,
): Simplex<Block> {
  const seat = new ChainPeers(network.order.genesis, electorate.chain).seatOf(validator?.place);
  const signer =
    validator === undefined || seat === undefined
      ? undefined
      : { seat, sign: (message: Root) => validator.sign(message) };
  const { seed, limits } = network.order.genesis;
  const { deltaMs, heartbeatMs } = limits;
  return new Simplex({ electorate, rules, signer, seed, deltaMs, heartbeatMs }, genesis);
}

function createOrdering({ network: { order }, pool, validator }: ReplicaConfig): Ordering {
  const chainPeers = new ChainPeers(order.genesis, "order");
  const own = validator && chainPeers.ownOf(validator.place);
  const peers = order.genesis.validators.map((_, peer) => peer).filter((peer) => peer !== own);
  const { deltaMs } = order.genesis.limits;
  return new Ordering({ network: order, seat: chainPeers.seatOf(validator?.place), peers, deltaMs, pool });
}

/** Seats in committees are those of the committee. */
function attestingConfigOf({ network, validator, follows }: ReplicaConfig): AttestingConfig {
  const { genesis } = network.order;
  const { setting } = network;
  const place = validator?.place;
  const seats = new Map<ShardName, ValidatorIndex>();
  for (const { name, peers } of setting.network.shards.values()) {
    const seat = place === undefined ? -1 : peers.indexOf(place);
    if (seat >= 0) seats.set(name, asValidatorIndex(seat));
  }
  return {
    setting,
    order: orderReads,
    seat: new ChainPeers(genesis, "attest").seatOf(place),
    self: place,
    peers: genesis.validators.map((_, peer) => peer).filter((peer) => peer !== place),
    sign: validator && ((message) => validator.sign(message)),
    seats,
    follows: follows ?? [...seats.keys()],
    deltaMs: genesis.limits.deltaMs,
  };
}
