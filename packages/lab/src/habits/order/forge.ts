// Blocks that are right but for what a habit changes in them. Whoever lies well knows the truth first: the forge executes
// every block that Byzantine nodes hear of, for all of them together, and makes the header that fits a body of the
// habit's choice, whether that body may stand there or not.

import { feeOf, type OrderNetwork } from "@tandem/ordering";
import {
  type Account,
  accountCodec,
  appendToHistory,
  asAmount,
  asNonce,
  asRoot,
  assert,
  type Blob,
  blobCodec,
  blobsRootOf,
  type Envelope,
  emptyHistory,
  executionPoolKey,
  type Height,
  type History,
  type OrderHeader,
  type Root,
  type SparseMap,
  toHex,
  touchesTree,
} from "@tandem/shared";
import { type Block, blockRules } from "../../payload/block.ts";

/** What a block leaves behind. */
export interface Ground {
  readonly header: OrderHeader;
  readonly ledger: SparseMap;
  /** Of all headers up to this one. */
  readonly history: History;
  readonly parent: Ground | undefined;
  /** Roots of its blobs, in order. */
  readonly blobs: readonly Root[];
}

/** Accounts of a block under way, by hexadecimal key. */
export class Draft {
  readonly #ledger: SparseMap;
  readonly #accounts = new Map<string, { readonly key: Uint8Array; balance: bigint; nonce: number }>();

  constructor(ledger: SparseMap) {
    this.#ledger = ledger;
  }

  /** What it has is changed in place. */
  of(key: Uint8Array) {
    const name = toHex(key);
    let account = this.#accounts.get(name);
    if (account === undefined) {
      account = { key, ...accountOf(this.#ledger, key) };
      this.#accounts.set(name, account);
    }
    return account;
  }

  /** Nobody has less than nothing: what is spent beyond that comes from nowhere. */
  finish(version: number): SparseMap {
    const changes = [...this.#accounts.values()].map(({ key, balance, nonce }) => {
      const account = { balance: asAmount(balance < 0n ? 0n : balance), nonce: asNonce(nonce) };
      const isNone = account.balance === 0n && nonce === 0;
      return { key, value: isNone ? undefined : accountCodec.encode(account) };
    });
    const map = this.#ledger.apply(changes, version);
    assert(map.ok, "the forge holds whole ledgers");
    return map.value;
  }
}

export function accountOf(ledger: SparseMap, key: Uint8Array): Account {
  const found = ledger.get(key);
  assert(found.ok, "the forge holds whole ledgers");
  const account = found.value && accountCodec.decode(found.value);
  return account?.ok ? account.value : { balance: asAmount(0n), nonce: asNonce(0) };
}

interface Reading {
  readonly blob: Blob;
  readonly root: Root;
  readonly cost: bigint;
  readonly ordering: bigint;
  readonly execution: bigint;
}

export class Forge {
  readonly network: OrderNetwork;
  readonly #bytesOf: (root: string) => Uint8Array | undefined;
  /** By root in hexadecimal. */
  readonly #blocks = new Map<string, Block>();
  readonly #grounds = new Map<string, Ground>();
  #final: Ground;

  /** `bytesOf` gives every blob that was ever made, by its root in hexadecimal. */
  constructor(network: OrderNetwork, bytesOf: (root: string) => Uint8Array | undefined) {
    this.network = network;
    this.#bytesOf = bytesOf;
    const { header, root, ledger } = network;
    const { history } = appendToHistory(emptyHistory, root);
    this.#final = { header, ledger, history, parent: undefined, blobs: [] };
    this.#grounds.set(toHex(root), this.#final);
  }

  /** After the highest block that a Byzantine node knows to be final. */
  get final(): Ground {
    return this.#final;
  }

  learn(block: Block): void {
    this.#blocks.set(toHex(blockRules.infoOf(block).root), block);
  }

  settle(block: Block): void {
    this.learn(block);
    if (block.header.height > this.#final.header.height)
      this.#final = this.after(blockRules.infoOf(block).root) ?? this.#final;
  }

  /** Roots of blobs in blocks, newest blocks first, so many at most. */
  recentBlobs(most: number): readonly Root[] {
    const roots: Root[] = [];
    for (const block of [...this.#blocks.values()].reverse()) {
      if (roots.length >= most) break;
      roots.push(...block.body.blobs);
    }
    return roots.slice(0, most);
  }

  /** Nothing if some block or blob below was never heard of. */
  after(root: Root): Ground | undefined {
    const missing: Block[] = [];
    let at = root;
    while (!this.#grounds.has(toHex(at))) {
      const block = this.#blocks.get(toHex(at));
      if (block === undefined) return undefined;
      missing.push(block);
      at = block.header.parent;
    }
    let ground = this.#grounds.get(toHex(at));
    for (const block of missing.reverse()) ground = ground && this.#stand(block, ground);
    return ground;
  }

  #stand(block: Block, parent: Ground): Ground | undefined {
    const { header, body } = block;
    const blobs = this.read(body.blobs);
    if (blobs === undefined) return undefined;
    const ledger = this.#execute(parent, header, blobs);
    const { root } = blockRules.infoOf(block);
    const ground: Ground = {
      header,
      ledger,
      history: appendToHistory(parent.history, root).history,
      parent,
      blobs: body.blobs,
    };
    this.#grounds.set(toHex(root), ground);
    return ground;
  }

  /** The bytes of these blobs, if all of them are known. */
  read(roots: readonly Root[]): readonly Uint8Array[] | undefined {
    const blobs = roots.map((root) => this.#bytesOf(toHex(root)));
    return blobs.every((bytes) => bytes !== undefined) ? blobs : undefined;
  }

  /** The same block with these blobs, each root made to fit. `tamper` changes accounts after the last blob. */
  rebuild(
    { header, body }: Block,
    blobs: readonly Uint8Array[],
    tamper?: (draft: Draft, blobs: readonly Envelope[]) => void,
  ): Block | undefined {
    const parent = this.after(header.parent);
    if (parent === undefined) return undefined;
    const readings = blobs.map((bytes) => this.#readingOf(bytes));
    const roots = readings.map(({ root }) => root);
    const touches = readings.map(({ root, blob }) => ({ root, touches: blob.envelope.touches }));
    return {
      header: {
        ...header,
        blobsRoot: blobsRootOf(roots),
        touchesRoot: touchesTree(touches).commitment,
        ledgerRoot: this.#execute(parent, header, blobs, tamper).root,
      },
      body: { ...body, blobs: roots },
    };
  }

  /** Those of these blobs that may stand on that ground, in order. */
  admissible(parent: Ground, blobs: readonly Uint8Array[]): readonly Uint8Array[] {
    const draft = new Draft(parent.ledger);
    return blobs.filter((bytes) => {
      const reading = this.#readingOf(bytes);
      const { payer, nonce } = reading.blob.envelope;
      const account = draft.of(payer);
      if (account.nonce !== nonce || account.balance < reading.cost) return false;
      charge(draft, reading);
      return true;
    });
  }

  #execute(
    parent: Ground,
    { height, proposer }: { readonly height: Height; readonly proposer: OrderHeader["proposer"] },
    blobs: readonly Uint8Array[],
    tamper?: (draft: Draft, blobs: readonly Envelope[]) => void,
  ): SparseMap {
    const draft = new Draft(parent.ledger);
    const readings = blobs.map((bytes) => this.#readingOf(bytes));
    for (const reading of readings) charge(draft, reading);
    const fees = (part: "ordering" | "execution") => readings.reduce((sum, reading) => sum + reading[part], 0n);
    draft.of(this.network.proposers[proposer] as Uint8Array).balance += fees("ordering");
    draft.of(executionPoolKey).balance += fees("execution");
    tamper?.(
      draft,
      readings.map(({ blob }) => blob.envelope),
    );
    return draft.finish(height + 1);
  }

  #readingOf(bytes: Uint8Array): Reading {
    const decoded = blobCodec.decode(bytes);
    assert(decoded.ok, "blocks are made of blobs");
    const blob = decoded.value;
    const { envelope } = blob;
    const { ordering, execution } = feeOf(this.network.genesis.fees, envelope, bytes.length);
    const sent = envelope.transfers.reduce((sum, { amount }) => sum + amount, 0n);
    const cost = ordering + execution + envelope.tip + sent;
    return { blob, root: asRoot(blobCodec.root(blob)), cost, ordering: ordering + envelope.tip, execution };
  }
}

function charge(draft: Draft, { blob, cost }: Reading): void {
  const { payer, transfers } = blob.envelope;
  const account = draft.of(payer);
  account.balance -= cost;
  account.nonce++;
  for (const { to, amount } of transfers) draft.of(to).balance += amount;
}
