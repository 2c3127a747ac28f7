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
  | { readonly kind: "vote"; readonly value: Vote }
  /** A block that one of ours is built or voted upon, fetched and not voted for. */
  | { readonly kind: "block"; readonly value: Block };

export function journalCodec<Block>(rules: BlockRules<Block>): Codec<JournalRecord<Block>> {
  const proposal = container({
    block: rules.codec.type,
    parent: optional(certificateCodec.type),
    signature: byteVector(signatureBytes),
  });
  return codec(
    "journal-record",
    union({ proposal, certificate: certificateCodec.type, vote: voteCodec.type, block: rules.codec.type }),
    limits.proposalBytesMax,
  ) as Codec<JournalRecord<Block>>;
}

/**
 * The records that decode. A torn one never had an effect outside; those after it were written by a later run, and to
 * forget them could make us contradict our votes.
 */
export function readJournal<Block>(
  records: Codec<JournalRecord<Block>>,
  journal: readonly Uint8Array[],
): readonly JournalRecord<Block>[] {
  return journal.flatMap((bytes) => {
    const record = records.decode(bytes);
    return record.ok ? [record.value] : [];
  });
}
