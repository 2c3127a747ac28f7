// What a log stands on: shards, the contracts that genesis gives them, and who may create more.

import { bookingConfig, escrowConfig, tokenConfig } from "@tandem/environments";
import { encodeValue, toHex, type Value } from "@tandem/shared";
import type { Random } from "@tandem/simulator";
import { type Log, type LogContract, type LogShard, payerKeyOf, widestBounds } from "../log.ts";

export const payers: readonly number[] = [0, 1, 2, 3];

/** The public key of a payer. */
type KeyOf = (payer: number) => Uint8Array;

/** Contracts by environment; tokens that are no peers of the others stand apart. */
export interface Ground {
  readonly shards: readonly LogShard[];
  readonly keyOf: KeyOf;
  readonly contracts: readonly LogContract[];
  readonly probes: readonly string[];
  readonly counters: readonly string[];
  readonly registries: readonly string[];
  readonly bookings: readonly string[];
  /** Peers of each other. */
  readonly tokens: readonly string[];
  readonly escrows: readonly string[];
  readonly strangers: readonly string[];
  /** Names at which there is nothing yet. */
  readonly names: readonly string[];
}

function drawNames(random: Random): readonly string[] {
  return letters.slice(0, random.pick([2, 2, 3, 3, 4, 5, 8]));
}

const letters = ["a", "b", "c", "d", "e", "f", "g", "h"];
const others = ["counter", "registry", "booking", "escrow", "stranger"] as const;

/** Of some shards; those of a log are called by letters, and its payers have keys that nobody signs with. */
export function drawGround(random: Random, names: readonly string[] = drawNames(random), keyOf = payerKeyOf): Ground {
  const shards = names.map((name): LogShard => {
    return { name, creators: random.below(2) === 0 ? "anyone" : [0, 1] };
  });
  const pick = (name: string) => shards.filter(() => random.below(3) === 0).map((shard) => `${shard.name}/${name}`);
  const [counters, registries, bookings, escrows, strangers] = others.map(pick) as [
    string[],
    string[],
    string[],
    string[],
    string[],
  ];
  const tokens = [shards[0], shards.at(-1), ...shards.filter(() => random.below(4) === 0)].map(
    (shard) => `${shard?.name}/gold`,
  );
  const ground = {
    shards,
    keyOf,
    probes: shards.map(({ name }) => `${name}/probe`),
    ...{ counters, registries, bookings, escrows, strangers },
    tokens: [...new Set(tokens)],
    names: shards.flatMap(({ name }) => [`${name}/new0`, `${name}/new1`]),
  };
  return { ...ground, contracts: contractsOf(ground, random) };
}

function contractsOf(ground: Omit<Ground, "contracts">, random: Random): LogContract[] {
  const of = (names: readonly string[], environment: string, config: Value) =>
    names.map((name) => contractOf(name, environment, config));
  const made = [
    ...of(ground.probes, "probe", random.pick([0n, 3n, 100n])),
    ...of(ground.counters, "counter", 5n),
    ...of(ground.registries, "registry", null),
    ...of(ground.bookings, "booking", bookingsAs(ground)),
    ...of(ground.tokens, "token", moneyOf(ground)),
    ...of(ground.strangers, "token", tokenConfig({ balances: balancesAs(ground) })),
    ...of(ground.escrows, "escrow", escrowConfig({ peers: peersOf(ground) })),
  ];
  return made.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function contractOf(name: string, environment: string, config: Value): LogContract {
  return { name, environment, config: toHex(encodeValue(config)) };
}

function balancesAs({ keyOf }: Pick<Ground, "keyOf">): (readonly [Uint8Array, bigint])[] {
  return payers.map((payer) => [keyOf(payer), 100n] as const);
}

function bookingsAs({ keyOf }: Pick<Ground, "keyOf">): Value {
  return bookingConfig({ operator: keyOf(0), longest: 6n, items: { seat: 1n, train: 5n } });
}

export function moneyOf(ground: Omit<Ground, "contracts">): Value {
  const minters = [ground.keyOf(0)];
  return tokenConfig({ minters, most: 10_000n, peers: peersOf(ground), balances: balancesAs(ground) });
}

/** A name that is yet to come is a peer as well. */
function peersOf({ tokens, escrows, names }: Omit<Ground, "contracts">): Record<string, string> {
  const token = (name: string) => [name, "token"] as const;
  const entries = [
    ...tokens.map(token),
    ...names.slice(0, 1).map(token),
    ...escrows.map((name) => [name, "escrow"] as const),
  ];
  return Object.fromEntries(entries);
}

/** R4: mostly wide; now and then so narrow that rounds overflow, by one bound or by all. */
export function drawBounds(random: Random): Log["bounds"] {
  if (random.below(3) > 0) return widestBounds;
  const narrow = {
    nodesMax: random.between(1, 6),
    contractsMax: random.between(1, 3),
    sourcesMax: random.between(1, 2),
    budgetMax: random.pick([1, 3, 10]) * 1_000_000,
    bytesMax: random.pick([1, 2, 4]) * 1_000,
  };
  const names = random.pickSome(Object.keys(narrow) as (keyof typeof narrow)[], random.between(1, 2));
  return { ...widestBounds, ...Object.fromEntries(names.map((name) => [name, narrow[name]])) };
}
