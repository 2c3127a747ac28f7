// Attest blocks that are right but for what a habit changes in them: the forge knows the frontiers after every block that
// Byzantine nodes hear of, for all of them together, and makes the header that fits items of the habit's choice. It has all
// affirmations that they heard too.

import {
  type Affirmation,
  type Attestation,
  type AttestBlock,
  type AttestItem,
  appendToHistory,
  attestHeaderCodec,
  attestItemsCodec,
  type Citation,
  claimCodec,
  emptyHistory,
  frontierCodec,
  type History,
  type OrderHeader,
  type Root,
  SparseMap,
  toHex,
  utf8,
} from "@tandem/shared";

export interface AttestGround {
  readonly header: Pick<AttestBlock["header"], "height" | "order">;
  readonly frontiers: SparseMap;
  readonly history: History;
}

/** What a block cites: as its parent does, without a citation of its own. */
export interface Cited {
  readonly order: AttestBlock["header"]["order"];
  readonly citation: Citation<OrderHeader> | undefined;
}

export class AttestForge {
  readonly #blocks = new Map<string, AttestBlock>();
  readonly #grounds = new Map<string, AttestGround>();
  /** By claim, then by seat. */
  readonly #affirmations = new Map<string, Map<number, Affirmation>>();

  constructor(genesisRoot: Root, ground: Pick<AttestGround, "header">) {
    const { history } = appendToHistory(emptyHistory, genesisRoot);
    this.#grounds.set(toHex(genesisRoot), { ...ground, frontiers: SparseMap.empty, history });
  }

  hear(affirmations: readonly Affirmation[]): void {
    for (const affirmation of affirmations) {
      const key = toHex(affirmation.claim);
      const known = this.#affirmations.get(key) ?? new Map<number, Affirmation>();
      this.#affirmations.set(key, known);
      if (!known.has(affirmation.signer)) known.set(affirmation.signer, affirmation);
    }
  }

  /** Of a claim: whoever said so, in some order, true or not. */
  affirmationsOf(claim: Root): readonly Affirmation[] {
    return [...(this.#affirmations.get(toHex(claim))?.values() ?? [])];
  }

  /** Attestations of blocks that it knows, the newest last. */
  get attestations(): readonly Attestation[] {
    const items = [...this.#blocks.values()].flatMap(({ body }) => body.items);
    return items.flatMap(({ kind, value }) => (kind === "attestation" ? [value] : []));
  }

  learn(block: AttestBlock): void {
    this.#blocks.set(toHex(attestHeaderCodec.root(block.header)), block);
  }

  /** Nothing if some block below was never heard of. */
  after(root: Root): AttestGround | undefined {
    const key = toHex(root);
    const known = this.#grounds.get(key);
    if (known !== undefined) return known;
    const block = this.#blocks.get(key);
    const parent = block && this.after(block.header.parent);
    if (block === undefined || parent === undefined) return undefined;
    const ground: AttestGround = {
      header: block.header,
      frontiers: moved(parent.frontiers, block.body.items),
      history: appendToHistory(parent.history, root).history,
    };
    this.#grounds.set(key, ground);
    return ground;
  }

  /** The same block with these items, and with another citation if one is given. */
  rebuild({ header, body }: AttestBlock, items: readonly AttestItem[], cited?: Cited): AttestBlock | undefined {
    const parent = this.after(header.parent);
    if (parent === undefined) return undefined;
    return {
      header: {
        ...header,
        ...(cited !== undefined && { order: cited.order }),
        frontiersRoot: moved(parent.frontiers, items).root,
        attestationsRoot: attestItemsCodec.root(items),
      },
      body: { items, citation: cited === undefined ? body.citation : cited.citation },
    };
  }
}

/** Whether they may stand there or not. */
function moved(frontiers: SparseMap, items: readonly AttestItem[]): SparseMap {
  const last = new Map<string, Uint8Array>();
  for (const { kind, value } of items) {
    if (kind !== "attestation") continue;
    const { claim } = value;
    const { round, contracts, pending } = claim;
    last.set(claim.shard, frontierCodec.encode({ round, claim: claimCodec.root(claim), contracts, pending }));
  }
  const after = frontiers.apply([...last].map(([shard, value]) => ({ key: utf8(shard), value })));
  if (!after.ok) throw new Error("the forge holds whole maps");
  return after.value;
}
