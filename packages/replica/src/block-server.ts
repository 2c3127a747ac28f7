// S7: final blocks of one chain for peers that are behind, read from the store. A request costs us reading and sending much
// more than it costs the peer, so all of it is bounded: few answers are in the making, one for each peer; the others are
// dropped, and peers ask again or ask elsewhere. An answer ends where it is full. One block always comes, however large.

import type { Peer } from "@tandem/attestation";
import type { CertifiedBlock, Effect, Message } from "@tandem/consensus";
import { asHeight, type Height, limits, type Records } from "@tandem/shared";

/** Answers in the making at a time. */
const servesMax = 4;

/** Requests that wait, of peers that are no validators: they can come under any number of names. */
const othersMax = 64;

export type ServeEffect = Extract<Effect<never>, { readonly kind: "serve" }>;
export type AnswerMessage<Block> = Extract<Message<Block>, { readonly kind: "answer" }>;

/** How blocks of a chain are found in the store. */
export interface BlockShelf<Block> {
  keyOf(height: Height): Uint8Array;
  decode(record: Uint8Array): CertifiedBlock<Block>;
  /** Blocks that are read at once, as large as they can be. */
  readonly readBlocksMax: number;
}

export type ServerEffect<Block> =
  | { readonly kind: "read"; readonly id: number; readonly keys: readonly Uint8Array[] }
  | { readonly kind: "send"; readonly to: Peer; readonly message: AnswerMessage<Block> };

interface Serve<Block> {
  readonly to: Peer;
  /** The peer's own number for its request. */
  readonly id: number;
  readonly next: Height;
  /** Nothing is read above it. */
  readonly last: number;
  readonly bytes: number;
  readonly blocks: readonly CertifiedBlock<Block>[];
}

export class BlockServer<Block> {
  readonly #shelf: BlockShelf<Block>;
  readonly #isValidator: (peer: Peer) => boolean;
  /** In the order in which they came. */
  readonly #line = new Map<Peer, ServeEffect>();
  /** By the number of the read that each waits for. */
  readonly #serves = new Map<number, Serve<Block>>();
  #reads = 0;
  /** Height of the last block that is stored. */
  top: Height = asHeight(0);

  constructor(shelf: BlockShelf<Block>, isValidator: (peer: Peer) => boolean) {
    this.#shelf = shelf;
    this.#isValidator = isValidator;
  }

  serve(effect: ServeEffect): readonly ServerEffect<Block>[] {
    const { to } = effect;
    if (this.#isServed(to) || this.#line.has(to) || !this.#hasRoomFor(to)) return [];
    this.#line.set(to, effect);
    return this.#advance();
  }

  #hasRoomFor(peer: Peer): boolean {
    return (
      this.#isValidator(peer) || [...this.#line.keys()].filter((each) => !this.#isValidator(each)).length < othersMax
    );
  }

  /** Begins as many as there is room for. */
  #advance(): readonly ServerEffect<Block>[] {
    const effects: ServerEffect<Block>[] = [];
    while (this.#line.size > 0 && this.#serves.size < servesMax) {
      const peers = [...this.#line.keys()];
      const next = peers.find(this.#isValidator) ?? (peers[0] as Peer);
      const { to, id, from, blocksMax } = this.#line.get(next) as ServeEffect;
      this.#line.delete(next);
      const last = Math.min(from + blocksMax - 1, this.top);
      effects.push(this.#continue({ to, id, next: from, last, bytes: 0, blocks: [] }));
    }
    return effects;
  }

  #isServed(peer: Peer): boolean {
    return [...this.#serves.values()].some(({ to }) => to === peer);
  }

  /** The answer to a read, by our own number. */
  onRead(id: number, records: Records): readonly ServerEffect<Block>[] {
    const serve = this.#serves.get(id);
    if (serve === undefined) return [];
    this.#serves.delete(id);
    return [this.#continue(this.#add(serve, records)), ...this.#advance()];
  }

  #continue(serve: Serve<Block>): ServerEffect<Block> {
    const { to, id, next, last, blocks } = serve;
    const { readBlocksMax, keyOf } = this.#shelf;
    const count = Math.min(last - next + 1, readBlocksMax);
    if (count <= 0) return { kind: "send", to, message: { kind: "answer", id, blocks, certificates: [] } };
    this.#serves.set(++this.#reads, serve);
    const keys = Array.from({ length: count }, (_, after) => keyOf(asHeight(next + after)));
    return { kind: "read", id: this.#reads, keys };
  }

  /** With what was read; it is complete if that does not fit or is not there. */
  #add(serve: Serve<Block>, records: Records): Serve<Block> {
    const blocks = [...serve.blocks];
    let { bytes, next, last } = serve;
    for (const record of records) {
      const isFull = blocks.length > 0 && bytes + (record?.length ?? 0) > limits.answerBytesMax;
      if (record === undefined || isFull) {
        last = next - 1;
        break;
      }
      blocks.push(this.#shelf.decode(record));
      bytes += record.length;
      next = asHeight(next + 1);
    }
    return { ...serve, next, last, bytes, blocks };
  }
}
