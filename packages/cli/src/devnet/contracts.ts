// What a new devnet has from its genesis on: three shards with a contract each, and accounts with coins in one of them. A
// fourth shard, `market`, is empty: of three shards with three of four members each, one validator would follow all.

import { bookingConfig, bookingFootprints, tokenConfig, tokenFootprints } from "@tandem/environments";
import {
  type Argument,
  asBudget,
  asContractName,
  asEnvironmentName,
  asMethodName,
  asStepIndex,
  type CallStep,
  type ContractName,
  encodeValue,
  type Footprint,
  type GenesisContract,
  type Program,
  type Value,
} from "@tandem/shared";

export const devnetShards: readonly string[] = ["bank", "hotel", "market", "rail"];

const coins = asContractName("bank/coins");
const rooms = asContractName("hotel/rooms");
const trains = asContractName("rail/trains");

/** Those that a trip needs. */
export const tripContracts: readonly string[] = [coins, rooms, trains];

const coinsEach = 1_000_000n;
/** As many days can be booked; each program of a start takes the next. */
const days = 64;
const placesEachDay = 100n;
/** Heights that a hold may last. */
const holdMax = 100_000n;

/** Coins for each payer; the first runs trains and hotel. */
export function devnetContracts(payers: readonly Uint8Array[]): readonly GenesisContract[] {
  const operator = payers[0] ?? new Uint8Array(32);
  const items = Object.fromEntries(Array.from({ length: days }, (_, index) => [dayOf(index), placesEachDay]));
  const places = bookingConfig({ operator, longest: holdMax, items });
  return [
    contractOf(coins, "token", tokenConfig({ balances: payers.map((payer) => [payer, coinsEach]) })),
    contractOf(rooms, "booking", places),
    contractOf(trains, "booking", places),
  ];
}

function contractOf(name: ContractName, environment: string, config: Value): GenesisContract {
  return { name, environment: asEnvironmentName(environment), config: encodeValue(config) };
}

function dayOf(index: number): string {
  return `day-${index + 1}`;
}

export interface Trip {
  readonly payer: Uint8Array;
  /** Who sells it. */
  readonly seller: Uint8Array;
  /** How many blobs the payer has signed before: each trip is on another day. */
  readonly nonce: number;
  /** Up to which seat and room are held. */
  readonly until: number;
}

const fee = 25n;

/** A fee to the seller; and a seat and a room for one day, both or neither. */
export function tripProgram({ payer, seller, nonce, until }: Trip): Program {
  const day = dayOf(nonce % days);
  const held = [day, 1n, BigInt(until)];
  return {
    steps: [
      call(coins, "transfer", tokenFootprints.transfer(payer, seller), [seller, fee]),
      call(trains, "reserve", bookingFootprints.reserve(day), held),
      call(rooms, "reserve", bookingFootprints.reserve(day), held),
    ],
    groups: [{ first: asStepIndex(1), count: 2 }],
  };
}

function call(at: ContractName, method: string, footprint: Footprint, values: readonly Value[]): CallStep {
  const args = values.map((value): Argument => ({ kind: "literal", value }));
  return { kind: "call", at, method: asMethodName(method), args, footprint, budget: asBudget(200_000) };
}
