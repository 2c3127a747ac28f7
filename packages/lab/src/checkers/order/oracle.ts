// The order chain once more, from raw blobs and the genesis alone: a map of accounts, one fee formula, and all roots from
// their definitions. What it knows of a block is what every honest node has to agree with. Rules O1-O5, O9, O10.

import type { Genesis, OrderBlock, OrderHeader, View } from "@tandem/shared";
import type { BlobBook } from "./blob-book.ts";
import { blobsRootOf, headerRootOf, validatorsRootOf } from "./naive-headers.ts";
import { numberChunk } from "./naive-ssz.ts";
import { appendLeaf, namedRoot, type Peaks, rootOfPeaks, type Sparse, sparseRootOf, withEntry } from "./naive-trees.ts";
import { hex, type RawBlob } from "./raw-blob.ts";

interface OracleAccount {
  readonly key: Uint8Array;
  readonly balance: bigint;
  readonly nonce: number;
}

/** By key in hexadecimal. */
type Accounts = ReadonlyMap<string, OracleAccount>;

/** A final attest block, as far as the order chain cares (O10). */
export interface CitableBlock {
  readonly root: Uint8Array;
  /** How far a shard's claims have come: round 0 and nothing pending without any. */
  progressOf(shard: string): { readonly round: number; readonly pending: number };
}

/** What a block leaves. */
export interface OracleState {
  readonly header: OrderHeader;
  readonly root: Uint8Array;
  readonly parent: OracleState | undefined;
  readonly blobs: readonly RawBlob[];
  readonly accounts: Accounts;
  readonly ledger: Sparse;
  readonly history: Peaks;
  /** By shard: heights that touched it, rising. */
  readonly touched: ReadonlyMap<string, readonly number[]>;
  /** Height of the attest block that it cites. */
  readonly cited: number;
}

export interface OracleFacts {
  readonly genesis: Genesis;
  /** Root of the genesis. */
  readonly network: Uint8Array;
  readonly firstHeader: OrderHeader;
  readonly book: BlobBook;
  /** By root: all blocks that an honest node saw. */
  readonly blocks: ReadonlyMap<string, OrderBlock>;
  leaderOf(view: View): number;
  /** The final attest block of a height; at 0 the genesis. */
  attestedAt(height: number): CitableBlock | undefined;
}

export type Verdict = { readonly state: OracleState } | { readonly problem: string };

const poolKey = Buffer.from("execution pool", "ascii");

export class Oracle {
  readonly #facts: OracleFacts;
  readonly #validatorsRoot: Uint8Array;
  readonly #shards: ReadonlySet<string>;
  /** By root. A block with a blob that nobody showed yet is looked at again. */
  readonly #verdicts = new Map<string, Verdict>();
  readonly first: OracleState;

  constructor(facts: OracleFacts) {
    this.#facts = facts;
    this.#validatorsRoot = validatorsRootOf(facts.genesis);
    this.#shards = new Set(facts.genesis.shards.map(({ name }) => name));
    this.first = this.#genesisState();
    this.#verdicts.set(hex(this.first.root), { state: this.first });
  }

  /** The block of that root, in hexadecimal. */
  judge(root: string): Verdict {
    const known = this.#verdicts.get(root);
    if (known !== undefined) return known;
    const block = this.#facts.blocks.get(root);
    if (block === undefined) return { problem: "a block that no honest node saw" };
    const missing = block.body.blobs.find((blob) => this.#facts.book.get(hex(blob)) === undefined);
    if (missing !== undefined) return { problem: `a blob that nobody showed: ${hex(missing).slice(0, 8)}` };
    const verdict = this.#judge(root, block);
    this.#verdicts.set(root, verdict);
    return verdict;
  }

  /** O10: whether a blob that touches `shard` may not be in the block after `parent` that cites this attest block. */
  isBehind(shard: string, parent: OracleState, cited: number): boolean {
    const { lagMax, pendingMax } = this.#facts.genesis.limits;
    const { round, pending } = this.#citable(cited)?.progressOf(shard) ?? { round: 0, pending: 0 };
    if (pending > pendingMax) return true;
    const unclaimed = parent.touched.get(shard)?.find((height) => height > round);
    return unclaimed !== undefined && parent.header.height + 1 - unclaimed > lagMax;
  }

  /** What a blob costs its payer. */
  costOf(blob: RawBlob): bigint {
    const { ordering, execution } = this.feesOf(blob);
    return ordering + execution + blob.tip + sentBy(blob);
  }

  /** O2: base, bytes, touched shards; and budget. */
  feesOf({ bytes, touches, budget }: RawBlob) {
    const { base, perByte, perTouch, perBudget } = this.#facts.genesis.fees;
    const ordering = base + perByte * BigInt(bytes.length) + perTouch * BigInt(touches.length);
    return { ordering, execution: perBudget * BigInt(budget) };
  }

  #citable(height: number): CitableBlock | undefined {
    return this.#facts.attestedAt(height);
  }

  #judge(root: string, block: OrderBlock): Verdict {
    if (hex(headerRootOf(block.header)) !== root) return { problem: "the header has another root" };
    const below = this.judge(hex(block.header.parent));
    if ("problem" in below) return { problem: `its parent: ${below.problem}` };
    const parent = below.state;
    const blobs = block.body.blobs.map((blob) => this.#facts.book.get(hex(blob)) as RawBlob);
    const wrong =
      this.#headerProblem(block, parent) ?? this.#citationProblem(block.header, parent) ?? this.#limitProblem(blobs);
    if (wrong !== undefined) return { problem: wrong };
    return this.#execute(block.header, parent, blobs);
  }

  #headerProblem({ header, body }: OrderBlock, { header: before, history }: OracleState): string | undefined {
    const { leaderOf } = this.#facts;
    if (header.epoch !== before.epoch || header.view <= before.view) return `view ${header.view} after ${before.view}`;
    if (header.height !== before.height + 1) return `height ${header.height} after ${before.height}`;
    if (header.timeMs <= before.timeMs) return `time ${header.timeMs} after ${before.timeMs}`;
    if (header.proposer !== leaderOf(header.view)) return `proposer ${header.proposer} in view ${header.view}`;
    if (!isSame(header.history, rootOfPeaks(history))) return "another history";
    if (!isSame(header.validatorsRoot, this.#validatorsRoot)) return "other validator sets";
    return isSame(header.blobsRoot, blobsRootOf(body.blobs)) ? undefined : "another list of blobs";
  }

  /** O3: final, and what the parent cites or after it. Final attest blocks are one chain, so later ones descend. */
  #citationProblem({ attested }: OrderHeader, parent: OracleState): string | undefined {
    if (attested.height < parent.cited) return `cites attest height ${attested.height} after ${parent.cited}`;
    const final = this.#citable(attested.height);
    if (final !== undefined && isSame(final.root, attested.root)) return undefined;
    return `cites an attest block of height ${attested.height} that is not final`;
  }

  /** O9. */
  #limitProblem(blobs: readonly RawBlob[]): string | undefined {
    const { blockBlobs, blockBytes, shardBudget } = this.#facts.genesis.limits;
    if (blobs.length > blockBlobs) return `${blobs.length} blobs where ${blockBlobs} are allowed`;
    const bytes = blobs.reduce((sum, blob) => sum + blob.bytes.length, 0);
    if (bytes > blockBytes) return `${bytes} bytes where ${blockBytes} are allowed`;
    for (const shard of this.#shards) {
      const work = blobs.reduce((sum, { touches, budget }) => sum + (touches.includes(shard) ? budget : 0), 0);
      if (work > shardBudget) return `work of ${work} for ${shard} where ${shardBudget} is allowed`;
    }
    return undefined;
  }

  #execute(header: OrderHeader, parent: OracleState, blobs: readonly RawBlob[]): Verdict {
    const accounts = new Map(parent.accounts);
    for (const [index, blob] of blobs.entries()) {
      const wrong = this.#blobProblem(blob, header, parent) ?? this.#pay(accounts, blob);
      if (wrong !== undefined) return { problem: `blob ${index} ${wrong}` };
    }
    this.#creditFees(accounts, header, blobs);
    const ledger = ledgerAfter(parent, accounts);
    if (!isSame(header.ledgerRoot, sparseRootOf(ledger))) return { problem: "another ledger" };
    const leaves = blobs.flatMap(({ touches, rootBytes }, index) =>
      touches.map((shard) => ({ shard, index, root: rootBytes })),
    );
    if (!isSame(header.touchesRoot, namedRoot(leaves))) return { problem: "other touches" };
    const root = headerRootOf(header);
    const touched = new Map(parent.touched);
    for (const shard of new Set(leaves.map((leaf) => leaf.shard)))
      touched.set(shard, [...(touched.get(shard) ?? []), header.height]);
    const history = appendLeaf(parent.history, root);
    return {
      state: { header, root, parent, blobs, accounts, ledger, history, touched, cited: header.attested.height },
    };
  }

  /** O1, O2, O10: what is wrong with it in this block, but for nonce and balance. */
  #blobProblem(blob: RawBlob, { height, attested }: OrderHeader, parent: OracleState): string | undefined {
    const { network, book, genesis } = this.#facts;
    if (!isSame(blob.network, network)) return "is of another network";
    if (!book.isSigned(blob)) return "is not signed by its payer";
    if (blob.expires < height) return `expired at ${blob.expires}`;
    if (blob.touches.length > 0 && blob.budget > genesis.limits.shardBudget) return `asks for work of ${blob.budget}`;
    const unknown = blob.touches.find((shard) => !this.#shards.has(shard));
    if (unknown !== undefined) return `touches ${unknown}, which is no shard`;
    const behind = blob.touches.find((shard) => this.isBehind(shard, parent, attested.height));
    return behind === undefined ? undefined : `touches ${behind}, which is behind`;
  }

  #pay(accounts: Map<string, OracleAccount>, blob: RawBlob): string | undefined {
    const { balance, nonce } = accounts.get(blob.payer) ?? { balance: 0n, nonce: 0 };
    const cost = this.costOf(blob);
    if (nonce !== blob.nonce) return `has nonce ${blob.nonce} where ${nonce} is next`;
    if (balance < cost) return `costs ${cost} where its payer has ${balance}`;
    accounts.set(blob.payer, { key: blob.payerKey, balance: balance - cost, nonce: nonce + 1 });
    for (const { to, amount } of blob.transfers) credit(accounts, to, amount);
    return undefined;
  }

  #creditFees(accounts: Map<string, OracleAccount>, { proposer }: OrderHeader, blobs: readonly RawBlob[]): void {
    const key = this.#facts.genesis.validators[proposer]?.key as Uint8Array;
    for (const blob of blobs) {
      const { ordering, execution } = this.feesOf(blob);
      credit(accounts, key, ordering + blob.tip);
      credit(accounts, poolKey, execution);
    }
  }

  #genesisState(): OracleState {
    const { genesis, firstHeader: header } = this.#facts;
    const accounts = new Map<string, OracleAccount>();
    for (const { payer, amount } of genesis.allocations) credit(accounts, payer, amount);
    const ledger = ledgerAfter(undefined, accounts);
    const root = headerRootOf(header);
    const touched = new Map<string, readonly number[]>();
    const history = appendLeaf([], root);
    return { header, root, parent: undefined, blobs: [], accounts, ledger, history, touched, cited: 0 };
  }
}

function credit(accounts: Map<string, OracleAccount>, key: Uint8Array, amount: bigint): void {
  const name = hex(key);
  const { balance, nonce } = accounts.get(name) ?? { balance: 0n, nonce: 0 };
  accounts.set(name, { key, balance: balance + amount, nonce });
}

export function sentBy({ transfers }: RawBlob): bigint {
  return transfers.reduce((sum, { amount }) => sum + amount, 0n);
}

/** Where balance and nonce are zero there is no account. */
function ledgerAfter(parent: OracleState | undefined, accounts: Accounts): Sparse {
  let ledger = parent?.ledger;
  for (const [name, account] of accounts) {
    const { key, balance, nonce } = account;
    if (parent?.accounts.get(name) === account || (balance === 0n && nonce === 0)) continue;
    const value = new Uint8Array(24);
    value.set(numberChunk(balance).subarray(0, 16));
    value.set(numberChunk(nonce).subarray(0, 8), 16);
    ledger = withEntry(ledger, key, value);
  }
  return ledger;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
