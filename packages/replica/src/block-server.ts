// S7: final blocks for peers that are behind, read from the store. A request costs us reading and sending much more than
// it costs the peer, so all of it is bounded: few answers are in the making, one for each peer; the others are dropped,
// and peers ask again or ask elsewhere. An answer ends where it is full.

import type { Effect, Peer } from "@tandem/consensus";
import { type BlockRecord, blockKey, blockRecordCodec } from "@tandem/ordering";
import { asHeight, type Height, limits, type OrderBlock, type Records } from "@tandem/shared";
import { numberOf } from "./asks.ts";
import type { ReplicaEffect } from "./types.ts";

/** Answers in the making at a time: with the limits below they hold 64 MiB at worst. */
const servesMax = 4;
/** Blocks read at once: full blocks have half a megabyte of roots, so that many are about one answer. */
const readBlocksMax = 16;

export type ServeEffect = Extract<Effect<OrderBlock>, { readonly kind: "serve" }>;

interface Serve {
  readonly to: Peer;
  /** The peer's own number for its request. */
  readonly id: number;
  readonly next: Height;
  /** Nothing is read above it. */
  readonly last: number;
  readonly bytes: number;
  readonly blocks: readonly BlockRecord[];
}

export class BlockServer {
  /** By the number of the read that each waits for. */
  readonly #serves = new Map<number, Serve>();
  #reads = 0;
  /** Height of the last block that is stored. */
  top: Height = asHeight(0);

  serve({ to, id, from, blocksMax }: ServeEffect): readonly ReplicaEffect[] {
    if (this.#serves.size >= servesMax || this.#isServed(to)) return [];
    const last = Math.min(from + blocksMax - 1, this.top);
    return [this.#continue({ to, id, next: from, last, bytes: 0, blocks: [] })];
  }

  #isServed(peer: Peer): boolean {
    return [...this.#serves.values()].some(({ to }) => to === peer);
  }

  /** The answer to a read, by our own number. */
  onRead(id: number, records: Records): readonly ReplicaEffect[] {
    const serve = this.#serves.get(id);
    if (serve === undefined) return [];
    this.#serves.delete(id);
    return [this.#continue(addBlocks(serve, records))];
  }

  #continue(serve: Serve): ReplicaEffect {
    const { to, id, next, last, blocks } = serve;
    const count = Math.min(last - next + 1, readBlocksMax);
    if (count <= 0) return { kind: "send", to, message: { kind: "answer", id, blocks, certificates: [] } };
    this.#serves.set(++this.#reads, serve);
    const keys = Array.from({ length: count }, (_, after) => blockKey(asHeight(next + after)));
    return { kind: "read", id: numberOf({ asker: "server", id: this.#reads }), keys };
  }
}

/** With what was read; it is complete if that does not fit or is not there. */
function addBlocks(serve: Serve, records: Records): Serve {
  const blocks = [...serve.blocks];
  let { bytes, next, last } = serve;
  for (const record of records) {
    if (record === undefined || bytes + record.length > limits.answerBytesMax) {
      last = next - 1;
      break;
    }
    blocks.push(blockRecordCodec.decode(record));
    bytes += record.length;
    next = asHeight(next + 1);
  }
  return { ...serve, next, last, bytes, blocks };
}
