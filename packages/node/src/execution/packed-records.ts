// Keys and values of records on their way between threads: one array for all, for hundreds of small ones are slow to cross
// over, and one that is a part of a larger one would take that along.

import { concatBytes, type Records } from "@tandem/shared";

export interface PackedRecords {
  /** One behind the other. */
  readonly bytes: Uint8Array;
  readonly lengths: Int32Array;
}

/** In place of a length: there is no such record. */
const none = -1;

export function packRecords(records: Records): PackedRecords {
  return {
    bytes: concatBytes(...records.filter((record) => record !== undefined)),
    lengths: Int32Array.from(records, (record) => record?.length ?? none),
  };
}

/** Each in memory of its own: one that is kept does not keep those that it came with. */
export function unpackRecords({ bytes, lengths }: PackedRecords): Records {
  let at = 0;
  return Array.from(lengths, (length) => {
    if (length === none) return undefined;
    at += length;
    return bytes.slice(at - length, at);
  });
}

/** What can be moved instead of copied. */
export function buffersOf({ bytes, lengths }: PackedRecords): ArrayBuffer[] {
  return [bytes.buffer as ArrayBuffer, lengths.buffer as ArrayBuffer];
}
