// What a genesis must satisfy beyond its form: the same, with the same words, in a file and in bytes.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCommittee } from "../src/committee.ts";
import { checkGenesis } from "../src/genesis/check.ts";
import { formatGenesis, parseGenesis } from "../src/genesis/file.ts";
import { attestMembers, orderMembers, shardMembers, validatorSetsOf } from "../src/genesis/sets.ts";
import { limits } from "../src/limits.ts";
import { type Genesis, genesisCodec } from "../src/messages/genesis.ts";
import { validatorSetsCodec } from "../src/messages/validator-sets.ts";
import { asAmount, asShardName, asValidatorIndex, asWeight } from "../src/numbers.ts";
import { mockScheme } from "../src/schemes/mock.ts";
import { portableScheme } from "../src/schemes/portable.ts";
import { anyGenesis, sampleGenesis, sampleValidator } from "./support/genesis.ts";
import { bytesOf } from "./support/samples.ts";

const genesis = sampleGenesis(mockScheme);
const largest = 2n ** 64n - 1n;
const infinity = Uint8Array.of(0xc0, ...new Uint8Array(47));

type Error = ReturnType<typeof checkGenesis>;
const said = (error: Error) => (error === undefined ? "ok" : `${error.code} at ${error.path}`);

/** Through bytes: what does not even decode is said by the decoder. */
function saidOfBytes(changed: Genesis, scheme = mockScheme): string {
  const decoded = genesisCodec.decode(genesisCodec.encode(changed));
  return decoded.ok ? said(checkGenesis(scheme, decoded.value)) : `undecodable: ${decoded.error.message}`;
}

function saidOfFile(changed: Genesis, scheme = mockScheme): string {
  const parsed = parseGenesis(scheme, formatGenesis(changed));
  return parsed.ok ? "ok" : said(parsed.error);
}

function withValidator(index: number, change: Partial<Genesis["validators"][0]>): Genesis {
  const validators = genesis.validators.map((each, at) => (at === index ? { ...each, ...change } : each));
  return { ...genesis, validators };
}

function withCommittee(index: number, committee: Genesis["shards"][0]["committee"]): Genesis {
  return { ...genesis, shards: genesis.shards.map((each, at) => (at === index ? { ...each, committee } : each)) };
}

const seat = (validator: number, weight: bigint) => ({
  validator: asValidatorIndex(validator),
  weight: asWeight(weight),
});
const weightless = (key: "orderWeight" | "attestWeight"): Genesis => ({
  ...genesis,
  validators: genesis.validators.map((each) => ({ ...each, [key]: asWeight(0n) })),
});
const of = (index: number) => genesis.validators[index] as Genesis["validators"][0];
const contract = (change: Partial<Genesis["contracts"][0]>): Genesis => ({
  ...genesis,
  contracts: genesis.contracts.map((each, index) => (index === 1 ? { ...each, ...change } : each)),
});
const allocated = (...amounts: bigint[]): Genesis => ({
  ...genesis,
  allocations: amounts.map((amount, index) => ({ payer: bytesOf(32, index), amount: asAmount(amount) })),
});

const rules: readonly (readonly [what: string, genesis: Genesis, is: string])[] = [
  ["nothing", genesis, "ok"],
  ["no validators", { ...genesis, validators: [], shards: [] }, "empty-committee at validators"],
  ["a name twice", withValidator(2, { name: of(1).name }), "doubled at validators[2].name"],
  ["a key twice", withValidator(2, { key: of(0).key, possession: of(0).possession }), "doubled at validators[2].key"],
  // In no set do both have weight, so that no committee would show it.
  [
    "a key twice, once for each chain",
    {
      ...genesis,
      shards: [],
      contracts: [],
      validators: [
        { ...of(0), attestWeight: asWeight(0n) },
        { ...of(0), name: "again", orderWeight: asWeight(0n) },
      ],
    },
    "doubled at validators[1].key",
  ],
  ["no order weight anywhere", weightless("orderWeight"), "empty-committee at validators[].orderWeight"],
  ["no attest weight anywhere", weightless("attestWeight"), "empty-committee at validators[].attestWeight"],
  [
    "order weights of 2^64",
    withValidator(1, { orderWeight: asWeight(largest) }),
    "bad-weight at validators[1].orderWeight",
  ],
  [
    "attest weights of 2^64",
    withValidator(3, { attestWeight: asWeight(largest) }),
    "bad-weight at validators[3].attestWeight",
  ],
  ["order weights of 2^64-1", withValidator(3, { orderWeight: asWeight(largest - 33n) }), "ok"],
  ["an empty committee", withCommittee(1, []), "empty-committee at shards[1].committee"],
  [
    "a seat without weight",
    withCommittee(0, [seat(0, 1n), seat(2, 0n)]),
    "bad-weight at shards[0].committee[1].weight",
  ],
  [
    "committee weights of 2^64",
    withCommittee(2, [seat(0, largest), seat(1, 1n)]),
    "bad-weight at shards[2].committee[1].weight",
  ],
  ["committee weights of 2^64-1", withCommittee(2, [seat(0, largest - 1n), seat(1, 1n)]), "ok"],
  ["a contract in no shard", contract({ name: "zoo/coin" as never }), "unknown-shard at contracts[1].name"],
  ["a config with a byte left over", contract({ config: Uint8Array.of(1, 1) }), "bad-config at contracts[1].config"],
  ["a config that is not canonical", contract({ config: Uint8Array.of(0x18, 1) }), "bad-config at contracts[1].config"],
  ["allocations of 2^128", allocated(2n ** 128n - 1n, 1n), "overflow at allocations"],
  ["allocations of 2^128-1", allocated(2n ** 128n - 2n, 1n), "ok"],
  ["allocations of nothing", allocated(0n, 0n), "ok"],
  ["a key that is none", withValidator(2, { key: bytesOf(48, 1) }), "bad-key at validators[2].key"],
  [
    "a possession that is none",
    withValidator(3, { possession: bytesOf(96, 1) }),
    "bad-possession at validators[3].possession",
  ],
  [
    "the possession of another",
    withValidator(3, { possession: of(2).possession }),
    "bad-possession at validators[3].possession",
  ],
];

describe("a genesis with", () => {
  test.each(rules)("%s, in bytes", (_, changed, is) => {
    expect(saidOfBytes(changed)).toBe(is);
  });

  test.each(rules)("%s, in a file", (_, changed, is) => {
    expect(saidOfFile(changed)).toBe(is);
  });
});

describe("with keys of BLS", () => {
  const real = sampleGenesis(portableScheme);
  const withFirst = (change: Partial<Genesis["validators"][0]>): Genesis => ({
    ...real,
    validators: [{ ...(real.validators[0] as Genesis["validators"][0]), ...change }, ...real.validators.slice(1)],
  });
  const rows: readonly (readonly [what: string, genesis: Genesis, is: string])[] = [
    ["as they are", real, "ok"],
    ["infinity as a key", withFirst({ key: infinity }), "bad-key at validators[0].key"],
    [
      "the possession of another key",
      withFirst({ possession: sampleValidator(portableScheme, 9).possession }),
      "bad-possession at validators[0].possession",
    ],
    [
      "a possession by the mock",
      withFirst({ possession: of(0).possession }),
      "bad-possession at validators[0].possession",
    ],
  ];

  test.each(rows)("%s", (_, changed, is) => {
    expect(saidOfBytes(changed, portableScheme)).toBe(is);
    expect(saidOfFile(changed, portableScheme)).toBe(is);
  });
});

describe("in bytes alone", () => {
  test("a seat of a validator who is not there", () => {
    const changed = withCommittee(0, [seat(0, 1n), seat(4, 1n)]);
    expect(saidOfBytes(changed)).toBe("unknown-validator at shards[0].committee[1].validator");
  });
});

describe("in a file alone, whose lists stand in any order, a problem is named where the file has it", () => {
  interface File {
    network: string;
    validators: { name: string }[];
    shards: { name: string; committee: { validator: string; weight: string }[]; creators: string | string[] }[];
    contracts: { name: string; config: string }[];
    allocations: { payer: string; amount: string }[];
  }
  const rows: readonly (readonly [what: string, change: (file: File) => void, is: string])[] = [
    ["a shard twice", (file) => file.shards.push(file.shards[0] as never), "doubled at shards[3].name"],
    ["a contract twice", (file) => file.contracts.push(file.contracts[0] as never), "doubled at contracts[2].name"],
    [
      "a payer twice",
      (file) => file.allocations.unshift(file.allocations[1] as never),
      "doubled at allocations[2].payer",
    ],
    [
      "a seat twice",
      ({ shards }) => shards[0]?.committee.push(shards[0].committee[1] as never),
      "doubled at shards[0].committee[4].validator",
    ],
    [
      "a creator twice",
      ({ shards }) =>
        Object.assign(shards[1] as object, { creators: ["00", "11", "00"].map((byte) => byte.repeat(32)) }),
      "doubled at shards[1].creators[2]",
    ],
    [
      "a seat of nobody",
      ({ shards }) => Object.assign(shards[2]?.committee[0] as object, { validator: "nobody" }),
      "unknown-validator at shards[2].committee[0].validator",
    ],
    [
      "a seat without weight, after the shards were turned round",
      ({ shards }) => Object.assign(shards.reverse()[0]?.committee[0] as object, { weight: "0" }),
      "bad-weight at shards[0].committee[0].weight",
    ],
    [
      "a seat without weight, after the seats were turned round",
      ({ shards }) => Object.assign(shards[0]?.committee.reverse()[1] as object, { weight: "0" }),
      "bad-weight at shards[0].committee[1].weight",
    ],
    [
      "a bad config, after the contracts were turned round",
      ({ contracts }) => Object.assign(contracts.reverse()[0] as object, { config: "1801" }),
      "bad-config at contracts[0].config",
    ],
    [
      "a contract in no shard, after the contracts were turned round",
      ({ contracts }) => Object.assign(contracts.reverse()[1] as object, { name: "zoo/x" }),
      "unknown-shard at contracts[1].name",
    ],
    ["another network's id", (file) => Object.assign(file, { network: "00".repeat(32) }), "network at network"],
  ];

  test.each(rows)("%s", (_, change, is) => {
    const file = JSON.parse(formatGenesis(genesis)) as File;
    change(file);
    const parsed = parseGenesis(mockScheme, JSON.stringify(file));
    expect(parsed.ok ? "ok" : said(parsed.error)).toBe(is);
  });

  test("the id that the content has is told, so that it can be put right", () => {
    const file = JSON.parse(formatGenesis(genesis)) as File;
    const { network } = file;
    file.network = "00".repeat(32);
    const parsed = parseGenesis(mockScheme, JSON.stringify(file));
    expect(parsed.ok || parsed.error.message).toContain(network);
  });
});

describe("the sets of a genesis", () => {
  test("are committees, whatever passed its check", () => {
    fc.assert(
      fc.property(anyGenesis, (any) => {
        expect(said(checkGenesis(mockScheme, any))).toBe("ok");
        const sets = [orderMembers(any), attestMembers(any), ...any.shards.map((shard) => shardMembers(any, shard))];
        for (const members of sets) {
          if (members.length > 0) expect(createCommittee(mockScheme, members).ok).toBe(true);
        }
        expect(validatorSetsCodec.decode(validatorSetsCodec.encode(validatorSetsOf(any))).ok).toBe(true);
      }),
      { seed: 72, numRuns: 100 },
    );
  });

  test("A1: hold those with weight, in the order of genesis, now and in the next epoch", () => {
    const sets = validatorSetsOf(genesis);
    const [first, second, third, fourth] = genesis.validators.map(({ key }) => key);
    expect(sets.current.order).toEqual([
      { key: first, weight: 10n },
      { key: second, weight: 11n },
      { key: third, weight: 12n },
    ]);
    expect(sets.current.attest.map(({ weight }) => weight)).toEqual([20n, 21n, 22n]);
    expect(sets.current.committees.map(({ shard }) => shard)).toEqual(["airline", "bank", "cinema"]);
    expect(sets.current.committees[1]?.members).toEqual([
      { key: second, weight: 31n },
      { key: fourth, weight: 33n },
    ]);
    expect(sets.next).toEqual({ ...sets.current, epoch: 1 });
    expect(sets.current.epoch).toBe(0);
  });

  test("that would not fit the encoding that headers commit to are refused", () => {
    const committee = Array.from({ length: limits.validatorsMax }, (_, index) => seat(index, 1n));
    const validators = committee.map((_, index) => ({
      ...of(0),
      name: `v${index}`,
      key: bytesOf(48, 0)
        .fill(index, 0, 2)
        .fill(index >> 8, 2, 4),
    }));
    const shards = Array.from({ length: 160 }, (_, index) => ({
      name: asShardName(`shard-${String(index).padStart(3, "0")}`),
      committee,
      creators: { rule: "anyone" as const, keys: [] },
    }));
    const large: Genesis = { ...genesis, validators, shards, contracts: [] };
    expect(said(checkGenesis(mockScheme, large))).toBe("too-many at shards");
    // A few shards fewer fit, and then the keys are looked at.
    expect(said(checkGenesis(mockScheme, { ...large, shards: shards.slice(0, 140) }))).toBe(
      "bad-key at validators[0].key",
    );
  });
});
