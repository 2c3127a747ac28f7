// Networks and scripted order chains for measuring attestation. Each validator sits in the committee of every shard and has
// weight in both sets, so it does as much as a validator can have to do. Each order block has for every shard one program of
// two calls, of a counter and of a token. Nobody votes on these blocks, but their certificates are real.

import type { OrderedBlockFacts } from "@tandem/attestation";
import { counter, counterFootprints, environments, token, tokenConfig, tokenFootprints } from "@tandem/environments";
import { type Rules, rulesOf } from "@tandem/execution";
import { nativeScheme } from "@tandem/native";
import { openReplicaNetwork, type ReplicaNetwork } from "@tandem/replica";
import {
  appendToHistory,
  asAmount,
  asBudget,
  asContractName,
  asHeight,
  asMethodName,
  asNonce,
  asShardName,
  assembleHistoryProof,
  asTimeMs,
  asValidatorIndex,
  asView,
  asWeight,
  type BlockRef,
  blobCodec,
  type CallStep,
  type ContractName,
  type Envelope,
  emptyHistory,
  encodeProgram,
  encodeValue,
  type Genesis,
  genesisCodec,
  type Height,
  type HistoryProof,
  historyPlaces,
  historyRoot,
  limits,
  type OrderHeader,
  orderHeaderCodec,
  type Root,
  type ShardName,
  sha256,
  utf8,
  type Value,
} from "@tandem/shared";
import { createKeys, type Keys } from "../../src/nodes/keys.ts";
import { certifyBy } from "./network.ts";

const startMs = 1_700_000_000_000;
const budget = asBudget(100_000);
const payer = sha256(utf8("tandem bench payer"));
const accounts = 1000;
const fortune = 10n ** 15n;

const counterOf = (shard: ShardName) => asContractName(`${shard}/counter`);
const tokenOf = (shard: ShardName) => asContractName(`${shard}/token`);

export class AttestGround {
  readonly shards: readonly ShardName[];
  readonly keys: Keys;
  readonly network: ReplicaNetwork;
  readonly rules: Rules;
  #history = emptyHistory;
  /** Completed subtrees of the history. */
  readonly #subtrees = new Map<string, Root>();
  #last: OrderHeader;

  constructor(validators: number, shards: number) {
    this.shards = Array.from({ length: shards }, (_, index) => asShardName(`shard-${index}`)).sort();
    const setting = { weights: Array.from({ length: validators }, () => 1), scheme: "native", leaderSeed: 1 } as const;
    const genesis = genesisOf(this.shards, createKeys(setting));
    const network = genesisCodec.root(genesis);
    this.keys = createKeys(setting, network);
    this.rules = rulesOf(genesis, environments, []);
    this.network = openReplicaNetwork({ genesis, network }, nativeScheme, this.rules);
    this.#last = this.network.order.header;
  }

  get genesis(): Genesis {
    return this.network.setting.network.genesis;
  }

  /** The next final order block; it cites that attest block. */
  order(attested: BlockRef): OrderedBlockFacts {
    this.#append(this.#last);
    const height = asHeight(this.#last.height + 1);
    const header: OrderHeader = {
      ...this.#last,
      height,
      view: asView(height),
      parent: orderHeaderCodec.root(this.#last),
      history: historyRoot(this.#history),
      timeMs: asTimeMs(startMs + 1000 * height),
      attested,
    };
    this.#last = header;
    const root = orderHeaderCodec.root(header);
    const certificate = certifyBy(this.keys, { epoch: header.epoch, view: header.view, root });
    const blobs = this.shards.map((shard) => this.#blobOf(shard, height));
    return { header, root, certificate, blobs };
  }

  #append(header: OrderHeader): void {
    const { history, completed } = appendToHistory(this.#history, orderHeaderCodec.root(header));
    this.#history = history;
    for (const { level, index, hash } of completed) this.#subtrees.set(`${level} ${index}`, hash);
  }

  proveDescent(from: Height, { height }: OrderHeader): HistoryProof | undefined {
    const hashes = historyPlaces(height, from).map(({ level, index }) => this.#subtrees.get(`${level} ${index}`));
    const proof = assembleHistoryProof(height, from, hashes);
    return proof.ok ? proof.value : undefined;
  }

  /** As it was ordered; that its payer signed it was looked at then. */
  #blobOf(shard: ShardName, height: Height): Uint8Array {
    const envelope: Envelope = {
      version: 1,
      network: this.network.order.network,
      payer,
      nonce: asNonce(height),
      expires: asHeight(height + 1000),
      tip: asAmount(7n),
      budget: asBudget(2 * budget),
      touches: [shard],
      transfers: [],
      payload: payloadOf(shard, height),
    };
    return blobCodec.encode({ envelope, signature: new Uint8Array(64) });
  }
}

function payloadOf(shard: ShardName, height: Height): Uint8Array {
  const to = sha256(utf8(`account ${height % accounts}`));
  const add = callOf(counterOf(shard), "add", [BigInt(height)], counterFootprints.add());
  const transfer = callOf(tokenOf(shard), "transfer", [to, 1n], tokenFootprints.transfer(payer, to));
  return encodeProgram({ steps: [add, transfer], groups: [] });
}

function callOf(at: ContractName, method: string, values: readonly Value[], footprint: CallStep["footprint"]) {
  const args = values.map((value) => ({ kind: "literal" as const, value }));
  return { kind: "call", at, method: asMethodName(method), args, budget, footprint } satisfies CallStep;
}

function genesisOf(shards: readonly ShardName[], { electorate, leaderSeed }: Keys): Genesis {
  const { seats } = electorate.committee;
  const weight = asWeight(1n);
  const committee = seats.map((_, seat) => ({ validator: asValidatorIndex(seat), weight }));
  return {
    version: 1,
    startMs: asTimeMs(startMs),
    seed: leaderSeed,
    validators: seats.map(({ key }, seat) => ({
      name: `validator-${seat}`,
      key: key.bytes,
      possession: new Uint8Array(96),
      orderWeight: weight,
      attestWeight: weight,
    })),
    shards: shards.map((name) => ({ name, committee, creators: { rule: "anyone", keys: [] } })),
    contracts: shards.flatMap((shard) => [
      { name: counterOf(shard), environment: counter.name, config: encodeValue(0n) },
      {
        name: tokenOf(shard),
        environment: token.name,
        config: encodeValue(tokenConfig({ balances: [[payer, fortune]] })),
      },
    ]),
    allocations: [{ payer, amount: asAmount(fortune) }],
    fees: { base: asAmount(100n), perByte: asAmount(1n), perTouch: asAmount(10n), perBudget: asAmount(2n) },
    limits: {
      blockBytes: limits.blockBytesMax,
      blockBlobs: limits.blockBlobsMax,
      shardBudget: limits.shardBudgetMax,
      lagMax: limits.lagMax,
      pendingMax: limits.pendingMax,
      clockLeadMs: 1000,
      deltaMs: 500,
      heartbeatMs: 60_000,
    },
  };
}
