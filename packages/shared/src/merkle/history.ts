// The history of a chain (O3): an append-only tree by RFC 6962, section 2.1, over SHA-256.
//
//   leaf   H(0x00 ‖ data)          node   H(0x01 ‖ left ‖ right)          empty   H()
//   a tree of n > 1 leaves has on its left the largest power of two below n.
//
// So every leaf and every completed perfect subtree keeps its hash for ever; only the right edge changes.
// The roots of the perfect subtrees that a tree of n leaves falls into, one for each bit of n, are its peaks:
// with the size they are all the state that appending needs. What an append completes is handed out, so
// that a store can keep it and prove any leaf of any later size from logarithmically many reads.

import { assert } from "../assert.ts";
import { sha256 } from "../hashing.ts";
import { limits } from "../limits.ts";
import type { Root } from "../numbers.ts";
import { codec, container, refine, type Type, uint53 } from "../ssz/index.ts";
import { rootsType } from "./branch.ts";

export interface History {
  /** Leaves so far. */
  readonly size: number;
  /** Roots of its perfect subtrees, the largest (leftmost) first. */
  readonly peaks: readonly Root[];
}

/** Place of a perfect subtree: it covers the leaves from `index * 2^level` to below `(index + 1) * 2^level`. */
export interface HistoryPlace {
  readonly level: number;
  readonly index: number;
}

export interface HistoryNode extends HistoryPlace {
  readonly hash: Root;
}

export interface Appended {
  readonly history: History;
  /** The leaf, and every perfect subtree that it completes, the smallest first. */
  readonly completed: readonly HistoryNode[];
}

export const emptyHistory: History = { size: 0, peaks: [] };

export const historyType: Type<History> = refine(
  container({ size: uint53, peaks: rootsType }),
  "bad-value",
  ({ size, peaks }) => {
    if (size > limits.historyLeavesMax) return `${size} leaves where ${limits.historyLeavesMax} are allowed`;
    const count = countBits(size);
    return peaks.length === count ? undefined : `${peaks.length} peaks where ${size} leaves have ${count}`;
  },
);
export const historyCodec = codec("history", historyType);

function countBits(value: number): number {
  let count = 0;
  for (let rest = value; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}

const nodeMessage = new Uint8Array(65);
nodeMessage[0] = 0x01;

export function historyNodeHash(left: Uint8Array, right: Uint8Array): Root {
  for (let i = 0; i < 32; i++) {
    nodeMessage[1 + i] = left[i] as number;
    nodeMessage[33 + i] = right[i] as number;
  }
  return sha256(nodeMessage) as Root;
}

export function historyLeafHash(data: Uint8Array): Root {
  const message = new Uint8Array(1 + data.length);
  message.set(data, 1);
  return sha256(message) as Root;
}

/** The history with one more leaf; in O3 `data` is the root of the next header. */
export function appendToHistory(history: History, data: Uint8Array): Appended {
  assert(history.size < limits.historyLeavesMax, "the history is full");
  const peaks = [...history.peaks];
  let hash = historyLeafHash(data);
  let level = 0;
  let index = history.size;
  const completed: HistoryNode[] = [{ level, index, hash }];
  // Each trailing one bit of the size is a peak as large as what stands on its right now.
  for (; index % 2 === 1; index = (index - 1) / 2) {
    hash = historyNodeHash(peaks.pop() as Root, hash);
    level++;
    completed.push({ level, index: (index - 1) / 2, hash });
  }
  peaks.push(hash);
  return { history: { size: history.size + 1, peaks }, completed };
}

export function historyRoot(history: History): Root {
  return history.size === 0 ? (sha256(new Uint8Array(0)) as Root) : foldPeaks(history.peaks);
}

/** The root of adjoining perfect subtrees, each smaller than the one before it. */
export function foldPeaks(peaks: readonly Root[]): Root {
  return peaks.reduceRight((right, left) => historyNodeHash(left, right));
}
