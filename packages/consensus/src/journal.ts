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
  type Vote,
  voteCodec,
} from "@tandem/shared";
import type { BlockRules, Proposal } from "./types.ts";

export type JournalRecord<Block> =
  /** A block that we vote for. */
  | { readonly kind: "proposal"; readonly value: Proposal<Block> }
  | { readonly kind: "certificate"; readonly value: Certificate }
  /** Our own. */
  | { readonly kind: "vote"; readonly value: Vote };

export function journalCodec<Block>(rules: BlockRules<Block>): Codec<JournalRecord<Block>> {
  const proposal = container({
    block: rules.codec.type,
    parent: optional(certificateCodec.type),
    signature: byteVector(signatureBytes),
  });
  return codec(
    "journal-record",
    union({ proposal, certificate: certificateCodec.type, vote: voteCodec.type }),
    limits.proposalBytesMax,
  ) as Codec<JournalRecord<Block>>;
}

/** The records before the first that does not decode: what a torn tail leaves. */
export function readJournal<Block>(
  records: Codec<JournalRecord<Block>>,
  journal: readonly Uint8Array[],
): readonly JournalRecord<Block>[] {
  const read: JournalRecord<Block>[] = [];
  for (const bytes of journal) {
    const record = records.decode(bytes);
    if (!record.ok) break;
    read.push(record.value);
  }
  return read;
}
