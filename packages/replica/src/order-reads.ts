// The order chain as Stage 2 reads it from the store that both share (`OrderReads`), made of ordering's records.
//
// What a place says is there as soon as a block is final; everything else when it was executed too, and those are the
// blocks that Stage 2 is told of. So whatever it may cite (A2) has its proof of descent here: the history below a header
// is complete when its parent was executed.

import type { OrderReads } from "@tandem/attestation";
import { type OrderedProgram, programsOf } from "@tandem/execution";
import { headerKey, headerRecordCodec, proveDescent, readBlob, readHeaders, readOrdered } from "@tandem/ordering";
import { blobCodec, orderHeaderCodec, type Position, type Reading, type Root, StoreFault } from "@tandem/shared";

export const orderReads: OrderReads = {
  placeKey: headerKey,
  place(record) {
    const { header } = headerRecordCodec.decode(record);
    return { root: orderHeaderCodec.root(header), attested: header.attested };
  },
  proveDescent: (from, { height }) => proveDescent(height, from),
  *ordered(height) {
    const found = yield* readOrdered(height);
    return found && { header: found.block.header, blobs: found.blobs };
  },
  *certified(height) {
    const [record] = height === 0 ? [] : yield* readHeaders(height, 1);
    return record;
  },
  program: readProgram,
};

/** The program of a blob that was ordered there; nothing if it was not, or its payload is void (P1). */
function* readProgram({ height, index }: Position, root: Root): Reading<OrderedProgram | undefined> {
  const found = yield* readBlob(root);
  if (!found.ok) return undefined;
  const { position, bytes } = found.value;
  if (position.height !== height || position.index !== index) return undefined;
  const [record] = yield* readHeaders(height, 1);
  const blob = blobCodec.decode(bytes);
  if (record === undefined || !blob.ok)
    throw new StoreFault("bad-record", "an ordered blob is in a block, and decodes");
  const { timeMs } = record.header;
  const [program] = programsOf({ height, timeMs, blobs: [{ index, root, envelope: blob.value.envelope }] });
  return program;
}
