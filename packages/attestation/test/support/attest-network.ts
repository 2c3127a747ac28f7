// A network for tests of the whole machine of Stage 2: its genesis, its keys, and its order chain, which is made by hand. What
// the blocks of that are to bring about is computed beside it by execution's own world, serially and without a node.

import { programsOf } from "@tandem/execution";
import {
  asEpoch,
  asHeight,
  assert,
  asTimeMs,
  asValidatorIndex,
  asView,
  asWeight,
  attestHeaderCodec,
  type BlockRef,
  blobCodec,
  type Certificate,
  type Citation,
  equalBytes,
  type Genesis,
  genesisCodec,
  type Height,
  mockScheme,
  type OrderHeader,
  orderHeaderCodec,
  provePossession,
  type SecretKey,
  type ShardName,
  type Value,
  zeroRoot,
} from "@tandem/shared";
import { probe } from "../../../execution/test/support/probe.ts";
import { blobIn, World } from "../../../execution/test/support/world.ts";
import { naiveHistoryPath, naiveHistoryRoot } from "../../../shared/test/oracles/rfc6962.ts";
import { certify, type TestElectorate, testCommittee, testSecrets } from "../../../shared/test/support/electorate.ts";
import { sampleGenesis } from "../../../shared/test/support/genesis.ts";
import { orderHeader } from "../../../shared/test/support/samples.ts";
import { type AttestNetwork, openAttestNetwork } from "../../src/network.ts";
import type { ChainSetting } from "../../src/state.ts";
import type { OrderedBlockFacts, OrderReads } from "../../src/types.ts";

export interface NetworkPlan {
  readonly validators: number;
  /** Places of validators, by shard. */
  readonly committees: Readonly<Record<string, readonly number[]>>;
}

type Programs = Parameters<World["block"]>[0];

export const fourEach: NetworkPlan = {
  validators: 5,
  committees: { a: [0, 1, 2, 3], b: [1, 2, 3, 4], c: [0, 2, 3, 4] },
};

const contracts: Readonly<Record<string, readonly [string, Value]>> = {
  "a/x": ["probe", 1n],
  "a/y": ["probe", 2n],
  "b/x": ["probe", 3n],
  "c/x": ["probe", 4n],
};

export class TestNetwork {
  readonly plan: NetworkPlan;
  /** The truth: what the order chain and its citations come to. */
  readonly truth: World;
  readonly secrets: readonly SecretKey[];
  readonly orderElectorate: TestElectorate;
  readonly attestElectorate: TestElectorate;
  readonly network: AttestNetwork;
  readonly setting: ChainSetting;
  readonly reads: OrderReads;
  /** From height 1 on. */
  readonly ordered: OrderedBlockFacts[] = [];
  readonly #roots: Uint8Array[];

  constructor(plan: NetworkPlan = fourEach) {
    this.plan = plan;
    const shards = Object.keys(plan.committees);
    this.truth = new World({ shards, environments: [probe], contracts });
    this.secrets = testSecrets(mockScheme, plan.validators);
    const genesis = this.#genesis();
    const root = genesisCodec.root(genesis);
    const committee = testCommittee(
      mockScheme,
      this.secrets.map(() => 1n),
    );
    const electorate = { scheme: mockScheme, network: root, epoch: asEpoch(0), committee, secrets: this.secrets };
    this.orderElectorate = { ...electorate, chain: "order" };
    this.attestElectorate = { ...electorate, chain: "attest" };
    this.network = openAttestNetwork({ genesis, network: root }, this.attestElectorate, this.truth.rules);
    const orderGenesis = { height: asHeight(0), root: orderHeaderCodec.root(this.#header([], 0, genesisCites)) };
    this.#roots = [orderGenesis.root];
    this.reads = this.#orderReads();
    this.setting = { network: this.network, order: this.orderElectorate, orderGenesis, places: this.reads };
  }

  get shards(): readonly ShardName[] {
    return [...this.network.shards.keys()];
  }

  get height(): number {
    return this.ordered.length;
  }

  #genesis(): Genesis {
    const { committees } = this.plan;
    const sample = sampleGenesis(mockScheme);
    const validators = this.secrets.map((secret, place) => ({
      name: `validator-${place}`,
      key: secret.publicKey.bytes,
      possession: provePossession(mockScheme, secret),
      orderWeight: asWeight(1n),
      attestWeight: asWeight(1n),
    }));
    const shards = this.truth.genesis.shards.map((shard) => ({
      ...shard,
      committee: (committees[shard.name] ?? []).map((place) => {
        return { validator: asValidatorIndex(place), weight: asWeight(1n) };
      }),
    }));
    return { ...sample, ...this.truth.genesis, validators, shards };
  }

  // The order chain.

  /** The next order block, which cites this attest block; it is cited itself only if it has a finalization of its own. */
  order(programs: Programs, attested: BlockRef, rounds: ReadonlyMap<ShardName, number>, isCitable = true): void {
    this.truth.block(programs, rounds);
    const { blobs } = this.truth.blocks.at(-1) as World["blocks"][number];
    const header = this.#header(this.#roots, this.height + 1, attested);
    const root = orderHeaderCodec.root(header);
    const ballot = { epoch: header.epoch, view: header.view, block: root };
    const kind = isCitable ? "finalization" : "notarization";
    const seats = this.secrets.map((_, seat) => seat);
    const certificate: Certificate = certify(this.orderElectorate, kind, seats, ballot);
    this.#roots.push(root);
    const encoded = blobs.map(({ envelope }) => blobCodec.encode(blobIn(envelope)));
    this.ordered.push({ header, root, certificate, blobs: encoded });
  }

  #header(roots: readonly Uint8Array[], height: number, attested: BlockRef): OrderHeader {
    const places = { epoch: asEpoch(0), view: asView(height), height: asHeight(height) };
    const parent = (roots.at(-1) ?? zeroRoot) as OrderHeader["parent"];
    const history = naiveHistoryRoot(roots) as OrderHeader["history"];
    return { ...orderHeader, ...places, parent, history, timeMs: asTimeMs(1_000 + 10 * height), attested };
  }

  descent(from: number, header: OrderHeader): Citation<OrderHeader>["descent"] {
    return { path: naiveHistoryPath(from, this.#roots.slice(0, header.height)) as BlockRef["root"][] };
  }

  at(height: number): OrderedBlockFacts {
    const block = this.ordered[height - 1];
    assert(block !== undefined, `no order block ${height}`);
    return block;
  }

  /** A node has what it has stored of the order chain, and no more. */
  #orderReads(): OrderReads {
    const network = this;
    return {
      placeKey,
      place(record) {
        const header = orderHeaderCodec.decode(record);
        assert(header.ok, "it was encoded here");
        return { root: orderHeaderCodec.root(header.value), attested: header.value.attested };
      },
      *proveDescent(from, header) {
        const [record] = yield [placeKey(from)];
        const isKnown = record !== undefined || from === 0;
        return isKnown && from < header.height ? network.descent(from, header) : undefined;
      },
      *ordered(height) {
        const [record] = yield [placeKey(height)];
        return record && network.at(height);
      },
      *certified(height) {
        const [record] = yield [placeKey(height)];
        return record && network.at(height);
      },
      *program({ height, index }, blob) {
        const [record] = yield [placeKey(height)];
        const { blobs } = network.truth.blocks[height - 1] as World["blocks"][number];
        if (record === undefined) return undefined;
        const slice = { height, timeMs: network.at(height).header.timeMs, blobs };
        return programsOf(slice).find((program) => program.index === index && equalBytes(program.blob, blob));
      },
    };
  }

  /** What a node stores of an order block before it tells of it. */
  recordOf(height: number) {
    return { key: placeKey(asHeight(height)), value: orderHeaderCodec.encode(this.at(height).header) };
  }

  // Seats.

  /** A validator's seats in committees. */
  seatsOf(place: number): ReadonlyMap<ShardName, ReturnType<typeof asValidatorIndex>> {
    const seats = [...this.network.shards].flatMap(([shard, { peers }]) => {
      const seat = peers.indexOf(place);
      return seat < 0 ? [] : [[shard, asValidatorIndex(seat)] as const];
    });
    return new Map(seats);
  }

  get attestGenesis(): BlockRef {
    return { height: asHeight(0), root: attestHeaderCodec.root(this.network.header) };
  }
}

const genesisCites: BlockRef = { height: asHeight(0), root: zeroRoot };

/** A kind of ordering's own. */
const placeKey = (height: Height): Uint8Array => Uint8Array.of(10, height >> 16, (height >> 8) & 255, height & 255);

export type { Programs };
