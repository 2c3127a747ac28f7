// C5: the content of a claim as it lies in a store, by its layout alone: offsets (4 + 4) of the claim and of the lists of
// exports behind its lanes, then both; of each list its offset (4), then all of them.

import { claimCodec, type Export, laneExportsCodec, toHex } from "@tandem/shared";

const offsetBytes = 4;

/** What the claim exports, of all its lanes. */
export function exportsIn(bytes: Uint8Array): readonly Export[] {
  const [, exportsAt] = offsetsIn(bytes, 2);
  return listsIn(bytes.subarray(exportsAt)).flatMap((list) => {
    const exports = laneExportsCodec.decode(list);
    return exports.ok ? exports.value : [];
  });
}

/** Why it is not what the claim of this root, in hexadecimal, commits to. */
export function contentProblem(root: string, bytes: Uint8Array): string | undefined {
  const [claimAt, exportsAt] = offsetsIn(bytes, 2);
  const claim = claimCodec.decode(bytes.subarray(claimAt, exportsAt));
  if (!claim.ok || toHex(claimCodec.root(claim.value)) !== root) return "another claim";
  const { lanes } = claim.value;
  const lists = listsIn(bytes.subarray(exportsAt));
  if (lists.length !== lanes.length) return `${lists.length} lists of exports for ${lanes.length} lanes`;
  const other = lanes.find((lane, at) => exportsRoot(lists[at] as Uint8Array) !== toHex(lane.exports));
  return other && `other exports of ${other.contract}`;
}

function exportsRoot(bytes: Uint8Array): string | undefined {
  const exports = laneExportsCodec.decode(bytes);
  return exports.ok ? toHex(laneExportsCodec.root(exports.value)) : undefined;
}

function listsIn(bytes: Uint8Array): readonly Uint8Array[] {
  const [first = 0] = bytes.length === 0 ? [] : offsetsIn(bytes, 1);
  const offsets = offsetsIn(bytes, first / offsetBytes);
  return offsets.map((from, at) => bytes.subarray(from, offsets[at + 1]));
}

function offsetsIn(bytes: Uint8Array, count: number): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Array.from({ length: count }, (_, at) => view.getUint32(offsetBytes * at, true));
}
