// A complete good genesis: four validators, two shards, every kind of creator rule, contracts and allocations.

import fc from "fast-check";
import type { Genesis, GenesisShard, GenesisValidator } from "../../src/messages/genesis.ts";
import * as numbers from "../../src/numbers.ts";
import { provePossession } from "../../src/possession.ts";
import type { Scheme, SecretKey } from "../../src/scheme.ts";
import { mockScheme } from "../../src/schemes/mock.ts";
import { encodeValue } from "../../src/values/encode.ts";
import { genesisForm } from "./arbitraries.ts";
import { bytesOf, rootOf } from "./samples.ts";

const { asAmount, asContractName, asEnvironmentName, asShardName, asTimeMs, asValidatorIndex, asWeight } = numbers;

/** The secret of the sample's validator of this index. */
function sampleSecret(scheme: Scheme, index: number): SecretKey {
  return scheme.deriveSecretKey(bytesOf(32, 200 + index));
}

export function sampleValidator(scheme: Scheme, index: number): GenesisValidator {
  const secret = sampleSecret(scheme, index);
  return {
    name: `validator-${index}`,
    key: secret.publicKey.bytes,
    possession: provePossession(scheme, secret),
    // The last one follows shards only.
    orderWeight: asWeight(index === 3 ? 0n : BigInt(10 + index)),
    attestWeight: asWeight(index === 3 ? 0n : BigInt(20 + index)),
  };
}

function shardOf(name: string, seats: readonly number[], creators: GenesisShard["creators"]): GenesisShard {
  const committee = seats.map((index) => ({
    validator: asValidatorIndex(index),
    weight: asWeight(BigInt(30 + index)),
  }));
  return { name: asShardName(name), committee, creators };
}

export function sampleGenesis(scheme: Scheme): Genesis {
  return {
    version: 1,
    startMs: asTimeMs(1_700_000_000_000),
    seed: rootOf(140),
    validators: [0, 1, 2, 3].map((index) => sampleValidator(scheme, index)),
    shards: [
      shardOf("airline", [0, 1, 2, 3], { rule: "anyone", keys: [] }),
      shardOf("bank", [1, 3], { rule: "listed", keys: [bytesOf(32, 141), bytesOf(32, 142)] }),
      shardOf("cinema", [2], { rule: "nobody", keys: [] }),
    ],
    contracts: [
      {
        name: asContractName("airline/seats"),
        environment: asEnvironmentName("booking"),
        config: encodeValue(new Map([["seats", 180n]])),
      },
      {
        name: asContractName("bank/coin"),
        environment: asEnvironmentName("token"),
        config: encodeValue(["coin", 2n ** 64n]),
      },
    ],
    allocations: [
      { payer: bytesOf(32, 143), amount: asAmount(2n ** 100n) },
      { payer: bytesOf(32, 144), amount: asAmount(145n) },
    ],
    fees: { base: asAmount(146n), perByte: asAmount(147n), perTouch: asAmount(148n), perBudget: asAmount(2n ** 70n) },
    limits: {
      blockBytes: 4_000_000,
      blockBlobs: 4096,
      shardBudget: 100_000_000,
      lagMax: 600,
      pendingMax: 4097,
      clockLeadMs: 500,
      deltaMs: 501,
      heartbeatMs: 60_000,
    },
  };
}

/** Up to so many with weight in both sets; any committees of them. */
const validatorsMax = 6;

function anySeats(count: number): fc.Arbitrary<Genesis["shards"][0]["committee"]> {
  const seats = fc.uniqueArray(fc.nat({ max: count - 1 }), { minLength: 1, maxLength: count });
  const weight = fc.bigInt({ min: 1n, max: 1n << 61n });
  return fc
    .tuple(seats, fc.array(weight, { minLength: count, maxLength: count }))
    .map(([indexes, weights]) =>
      indexes
        .toSorted((a, b) => a - b)
        .map((index, at) => ({ validator: asValidatorIndex(index), weight: asWeight(weights[at] as bigint) })),
    );
}

/** A genesis that satisfies every rule, for the mock scheme. */
export const anyGenesis: fc.Arbitrary<Genesis> = fc
  .tuple(genesisForm, fc.integer({ min: 1, max: validatorsMax }))
  .chain(([form, count]) =>
    fc.tuple(fc.constant(form), fc.constant(count), fc.array(anySeats(count), { minLength: 4, maxLength: 4 })),
  )
  .map(([form, count, committees]) => ({
    ...form,
    validators: Array.from({ length: count }, (_, index) => ({
      ...sampleValidator(mockScheme, index),
      // All but the first may have none.
      orderWeight: asWeight(BigInt(index === 0 ? 1 : (form.startMs + index) % 7)),
    })),
    shards: form.shards.map((shard, index) => ({ ...shard, committee: committees[index] ?? [] })),
    // `/` comes after `-`: names of contracts are in another order than those of their shards.
    contracts: form.shards
      .map(({ name }) => asContractName(`${name}/x`))
      .sort()
      .map((name) => ({ name, environment: asEnvironmentName("any"), config: encodeValue(BigInt(form.startMs)) })),
    allocations: form.allocations.map(({ payer, amount }) => ({ payer, amount: asAmount(amount >> 3n) })),
  }));
