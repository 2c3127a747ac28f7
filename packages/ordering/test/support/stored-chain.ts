// A final chain in a store, made here step by step without the machine: blocks of any blobs, some final by a finalization
// of their own and some through a later one. What a block pays is made up: each payer's nonce grows, no more.

import {
  accountCodec,
  appendToHistory,
  asAmount,
  asEpoch,
  asHeight,
  asNonce,
  asTimeMs,
  asView,
  type Certificate,
  emptyHistory,
  type Height,
  type History,
  historyRoot,
  limits,
  listRoot,
  type MapChange,
  MemoryStore,
  mockScheme,
  type OrderBlock,
  type OrderHeader,
  orderHeaderCodec,
  type Reading,
  type Root,
  readNow,
  type ShardName,
  type SparseMap,
  storeBatchOf,
  type TouchingBlob,
  touchesTree,
} from "@tandem/shared";
import { certify, type TestElectorate, testElectorate } from "../../../shared/test/support/electorate.ts";
import type { Candidate } from "../../src/candidate.ts";
import { ledgerVersion, type OrderNetwork } from "../../src/network.ts";
import { deliveredRecords, executedRecords, genesisRecords } from "../../src/records.ts";
import { touchesOf } from "../../src/slices.ts";
import type { SliceRun } from "../../src/types.ts";
import { blobOf, testNetwork } from "./blobs.ts";

/** A block to make: the shards that each of its blobs touches, and whether it has a finalization of its own. */
export interface BlockPlan {
  readonly touches: readonly (readonly string[])[];
  readonly isFinalized: boolean;
}

export interface ChainBlock {
  readonly block: OrderBlock;
  readonly root: Root;
  readonly certificate: Certificate;
  readonly candidates: readonly Candidate[];
  readonly ledger: SparseMap;
}

export class StoredChain {
  readonly network: OrderNetwork;
  readonly electorate: TestElectorate;
  readonly store = new MemoryStore();
  /** From height 1 on. */
  readonly blocks: ChainBlock[] = [];
  #history: History;
  #ledger: SparseMap;
  #nonce = 0;

  constructor(plans: readonly BlockPlan[] = [], network: OrderNetwork = testNetwork({ payers: 2 })) {
    this.network = network;
    const { network: id } = network;
    this.electorate = { ...testElectorate(mockScheme, [1n, 1n, 1n, 1n]), network: id, epoch: asEpoch(0) };
    this.#history = appendToHistory(emptyHistory, network.root).history;
    this.#ledger = network.ledger;
    this.store.write(genesisRecords(network));
    for (const plan of plans) this.execute(this.deliver(plan));
  }

  get height(): Height {
    return asHeight(this.blocks.length);
  }

  at(height: number): ChainBlock {
    const block = this.blocks[height - 1];
    if (block === undefined) throw new Error(`no block ${height}`);
    return block;
  }

  read<T>(reading: Reading<T>): T {
    return readNow((keys) => this.store.readNow(keys), reading);
  }

  /** The next block, made and stored as consensus delivers it. */
  deliver(plan: BlockPlan): ChainBlock {
    const block = this.make(plan);
    this.blocks.push(block);
    this.store.write(deliveredRecords(block.root, block));
    return block;
  }

  /** What follows from the last delivered block. */
  execute({ block, root, candidates, ledger }: ChainBlock): void {
    const { history, completed } = appendToHistory(this.#history, root);
    const { height, ledgerRoot, attested } = block.header;
    const blobs = candidates.map(({ root, bytes, blob }) => ({ root, bytes, touches: blob.envelope.touches }));
    const tip = { height, root, history, ledgerRoot, attested, lag: [] };
    this.store.write(executedRecords({ blobs, completed, ledger: storeBatchOf(this.#ledger, ledger), tip }));
    this.#history = history;
    this.#ledger = ledger;
  }

  make({ touches, isFinalized }: BlockPlan): ChainBlock {
    const candidates = touches.map((shards) =>
      blobOf(this.network, {
        payer: 0,
        nonce: this.#nonce,
        touches: shards,
        payload: new Uint8Array(this.#nonce++ % 50),
      }),
    );
    const ledger = this.#pay(candidates);
    const header = this.#header(candidates, ledger.root);
    const block = { header, body: { blobs: candidates.map(({ root }) => root), citation: undefined } };
    const root = orderHeaderCodec.root(header);
    return { block, root, certificate: this.certify(header, isFinalized), candidates, ledger };
  }

  certify(header: OrderHeader, isFinalized: boolean): Certificate {
    const { epoch, view } = header;
    const kind = isFinalized ? "finalization" : "notarization";
    return certify(this.electorate, kind, [0, 1, 3], { epoch, view, block: orderHeaderCodec.root(header) });
  }

  /** A run of that block alone, final, but with a header that says whatever it likes about touches. */
  withTouches({ block, candidates }: ChainBlock, claimed: readonly TouchingBlob[]): SliceRun {
    const tree = touchesTree(claimed);
    const header = { ...block.header, touchesRoot: tree.commitment };
    const [shard] = claimed.flatMap(({ touches }) => touches);
    const slice = { ...touchesOf(claimed, shard as ShardName), blobs: candidates.map(({ bytes }) => bytes) };
    return { headers: [header], slices: [slice], certificate: this.certify(header, true) };
  }

  #pay(candidates: readonly Candidate[]): SparseMap {
    const balance = asAmount(5n);
    const payer = candidates.at(-1)?.blob.envelope.payer;
    const value = accountCodec.encode({ balance, nonce: asNonce(this.#nonce) });
    const changes: MapChange[] = payer === undefined ? [] : [{ key: payer, value }];
    const ledger = this.#ledger.apply(changes, ledgerVersion(this.height + 1));
    if (!ledger.ok) throw new Error(ledger.error.message);
    return ledger.value;
  }

  #header(candidates: readonly Candidate[], ledgerRoot: Root): OrderHeader {
    const last = this.blocks.at(-1);
    const parent = last?.block.header ?? this.network.header;
    const blobs = candidates.map(({ root, blob }) => ({ root, touches: blob.envelope.touches }));
    return {
      ...parent,
      height: asHeight(parent.height + 1),
      // Views without a block lie between.
      view: asView(parent.view + 2),
      parent: last?.root ?? this.network.root,
      history: historyRoot(this.#history),
      timeMs: asTimeMs(parent.timeMs + 1),
      blobsRoot: listRoot(
        blobs.map(({ root }) => root),
        limits.blockBlobsMax,
      ),
      touchesRoot: touchesTree(blobs).commitment,
      ledgerRoot,
      attested: this.network.attestGenesis,
    };
  }
}
