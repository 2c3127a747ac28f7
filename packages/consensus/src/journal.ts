// S8: what must be durable before anything that follows from it leaves, one record for each.

import {
  byteVector,
  type Certificate,
  type Codec,
  certificateCodec,
  codec,
  container,
  limits,
  optional,
  signatureBytes,
  union,
  type View,
  type Vote,
  viewType,
  voteCodec,
} from "@tandem/shared";
import type { BlockRules, Proposal } from "./types.ts";

export type JournalRecord<Block> =
  /** A block that we vote for. */
  | { readonly kind: "proposal"; readonly value: Proposal<Block> }
  | { readonly kind: "certificate"; readonly value: Certificate }
  /** Our own. */
  | { readonly kind: "vote"; readonly value: Vote }
  /** A block that one of ours is built or voted upon, fetched and not voted for. */
  | { readonly kind: "block"; readonly value: Block }
  /** Where the journal begins: what this key signed before is of this view or of earlier ones. */
  | { readonly kind: "mark"; readonly value: View };

const lengthBytes = 4;

/**
 * A record is its length (4 bytes, little endian) and its encoding: what a torn write leaves of it is never taken for
 * a shorter one, though a certificate with fewer bits, or a block with fewer items, would decode.
 */
export class Records<Block> {
  readonly #codec: Codec<JournalRecord<Block>>;

  constructor(rules: BlockRules<Block>) {
    const proposal = container({
      block: rules.codec.type,
      parent: optional(certificateCodec.type),
      signature: byteVector(signatureBytes),
    });
    this.#codec = codec(
      "journal-record",
      union({
        proposal,
        certificate: certificateCodec.type,
        vote: voteCodec.type,
        block: rules.codec.type,
        mark: viewType,
      }),
      limits.proposalBytesMax,
    ) as Codec<JournalRecord<Block>>;
  }

  encode(record: JournalRecord<Block>): Uint8Array {
    const encoded = this.#codec.encode(record);
    const bytes = new Uint8Array(lengthBytes + encoded.length);
    new DataView(bytes.buffer).setUint32(0, encoded.length, true);
    bytes.set(encoded, lengthBytes);
    return bytes;
  }

  decode(bytes: Uint8Array): JournalRecord<Block> | undefined {
    const length = bytes.length - lengthBytes;
    if (length < 0 || new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) !== length) return undefined;
    const record = this.#codec.decode(bytes.subarray(lengthBytes));
    return record.ok ? record.value : undefined;
  }

  /**
   * The records that are whole. A torn one never had an effect outside; those after it were written by a later run,
   * and to forget them could make us contradict our votes.
   */
  read(journal: readonly Uint8Array[]): readonly JournalRecord<Block>[] {
    return journal.flatMap((bytes) => this.decode(bytes) ?? []);
  }
}

/** The first record of a journal, made by whoever knows what the key signed without it. Its group is the view. */
export function markRecord<Block>(rules: BlockRules<Block>, view: View): Uint8Array {
  return new Records(rules).encode({ kind: "mark", value: view });
}
