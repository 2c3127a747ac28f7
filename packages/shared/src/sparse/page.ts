// A page is four levels of the tree below an inner node at a depth that is a multiple of four, stored as one
// record: the sixteen slots four levels below it. A leaf that lies higher is in the slot where its path leads.
//
// T5  Record: 16 bits which slots are taken ‖ 16 bits which of them have leaves ‖ the version of each ‖ the hash of
//     each inner node ‖ path and value hash of each leaf. Hashes between are not stored: they are computed when
//     pages are read, and compared with the hash above. So whatever a stored map answers is checked against its
//     root, and a page takes half the space.

import { assert } from "../assert.ts";
import { hashPairs } from "../hashing.ts";
import {
  blockOf,
  copy32,
  copy64,
  empty,
  hasHash,
  hashBlocks,
  Inner,
  Leaf,
  markInners,
  markLeaves,
  type Node,
  type Source,
} from "./node.ts";
import { nibbleAt } from "./path.ts";
import { readVersion, versionBytes, writeVersion } from "./record.ts";
import type { Slab } from "./slab.ts";
import { StoreFault } from "./store.ts";

/** Levels of a page, and so the depth from one page to the next. */
export const pageDepth = 4;

const slots = 16;
const headBytes = 4;
const leafBytes = 64;

/** The hashes of pages that were read together: level 0 has one for each page, level 4 sixteen. */
type Levels = readonly Uint8Array[];

/**
 * Inside it, the top has place 1, and the children of place n have 2n and 2n + 1: slots are places 16 to 31.
 */
class Page implements Source {
  readonly record: Uint8Array;
  readonly #levels: Levels;
  readonly #index: number;
  /** A bit for each place that is not empty, and for each that is a leaf. */
  readonly #taken: number;
  readonly #leaves: number;
  readonly #hashesAt: number;
  readonly #leavesAt: number;

  constructor(record: Uint8Array, levels: Levels, index: number) {
    const taken = readBits(record, 0);
    const leaves = readBits(record, 2);
    this.record = record;
    this.#levels = levels;
    this.#index = index;
    this.#hashesAt = headBytes + versionBytes * countBits(taken);
    this.#leavesAt = this.#hashesAt + 32 * countBits(taken & ~leaves);
    if ((leaves & ~taken) !== 0 || record.length !== this.#leavesAt + leafBytes * countBits(leaves)) {
      throw new StoreFault("bad-record", `a page record of ${record.length} bytes`);
    }
    const marks = markPlaces(taken << slots, leaves << slots);
    this.#taken = marks.taken;
    this.#leaves = marks.leaves;
  }

  /** Paths and value hashes, as they are hashed. */
  get leafBlocks(): Uint8Array {
    return this.record.subarray(this.#leavesAt);
  }

  isTaken(slot: number): boolean {
    return ((this.#taken >>> (slots + slot)) & 1) === 1;
  }

  isLeaf(slot: number): boolean {
    return ((this.#leaves >>> (slots + slot)) & 1) === 1;
  }

  versionAt(slot: number): number {
    return readVersion(this.record, headBytes + versionBytes * this.#rank(this.#taken, slot));
  }

  hashAt(slot: number): number {
    return this.#hashesAt + 32 * this.#rank(this.#taken & ~this.#leaves, slot);
  }

  leafAt(slot: number): number {
    return this.#leavesAt + leafBytes * this.#rank(this.#leaves, slot);
  }

  /** How many slots below `slot` are in `places`. */
  #rank(places: number, slot: number): number {
    return countBits((places >>> slots) & ((1 << slot) - 1));
  }

  /** Writes the hashes of the slots; those of the leaves are the next of `leafHashes`, from `leafHash` on. */
  fill(leafHashes: Uint8Array, leafHash: number): void {
    const bottom = this.#levels[pageDepth] as Uint8Array;
    let nextLeaf = 32 * leafHash;
    let nextHash = this.#hashesAt;
    for (let slot = 0; slot < slots; slot++) {
      if (!this.isTaken(slot)) continue;
      const at = 32 * (slots * this.#index + slot);
      if (this.isLeaf(slot)) {
        copy32(leafHashes, nextLeaf, bottom, at);
        nextLeaf += 32;
      } else {
        copy32(this.record, nextHash, bottom, at);
        nextHash += 32;
      }
    }
  }

  /** After all pairs of the level below were hashed: corrects the places of this level that are no inner nodes. */
  correct(level: number): void {
    const hashes = this.#levels[level] as Uint8Array;
    for (let place = 1 << level; place < 2 << level; place++) {
      const at = this.#at(level, place);
      if (((this.#taken >>> place) & 1) === 0) hashes.fill(0, at, at + 32);
      else if (((this.#leaves >>> place) & 1) === 1) this.#lift(level, place, hashes, at);
    }
  }

  /** M3: a pair with a single leaf is that leaf. */
  #lift(level: number, place: number, hashes: Uint8Array, at: number): void {
    const child = ((this.#taken >>> (2 * place)) & 1) === 1 ? 2 * place : 2 * place + 1;
    copy32(this.#levels[level + 1] as Uint8Array, this.#at(level + 1, child), hashes, at);
  }

  #at(level: number, place: number): number {
    return 32 * ((this.#index << level) + place - (1 << level));
  }

  child(place: number): Node {
    if (((this.#taken >>> place) & 1) === 0) return empty;
    const level = 31 - Math.clz32(place);
    const bytes = this.#levels[level] as Uint8Array;
    const at = this.#at(level, place);
    if (((this.#leaves >>> place) & 1) === 1) return this.#leaf(bytes, at, firstSlot(place, level));
    if (level < pageDepth) return new Inner(0, bytes, at, this, place);
    return new Inner(this.versionAt(place - slots), bytes, at);
  }

  /** The only leaf among some slots, of which `slot` is the first. */
  #leaf(bytes: Uint8Array, at: number, slot: number): Leaf {
    while (!this.isTaken(slot)) slot++;
    return new Leaf(this.versionAt(slot), bytes, at, this.record, this.leafAt(slot));
  }
}

function firstSlot(place: number, level: number): number {
  return (place << (pageDepth - level)) - slots;
}

function readBits(record: Uint8Array, at: number): number {
  return ((record[at] ?? 0) << 8) | (record[at + 1] ?? 0);
}

function countBits(bits: number): number {
  let count = bits & 0xffff;
  count -= (count >>> 1) & 0x5555;
  count = (count & 0x3333) + ((count >>> 2) & 0x3333);
  count = (count + (count >>> 4)) & 0x0f0f;
  return (count + (count >>> 8)) & 31;
}

/** From the marks of the slots those of the places above: a pair with a single leaf is a leaf (M3). */
function markPlaces(taken: number, leaves: number): { taken: number; leaves: number } {
  for (let place = slots - 1; place > 0; place--) {
    const pair = (taken >>> (2 * place)) & 3;
    if (pair === 0) continue;
    taken |= 1 << place;
    if (pair !== 3 && (leaves >>> (2 * place)) & 3) leaves |= 1 << place;
  }
  return { taken, leaves };
}

/** Puts the pages of `records` below the nodes of `tops`, if they are what the hashes of these commit to. */
export function openPages(tops: readonly { readonly node: Inner }[], records: readonly Uint8Array[]): void {
  const levels = Array.from({ length: pageDepth + 1 }, (_, level) => new Uint8Array((32 * tops.length) << level));
  const pages = records.map((record, index) => new Page(record, levels, index));
  fillSlots(pages);
  for (let level = pageDepth - 1; level >= 0; level--) {
    const hashes = levels[level] as Uint8Array;
    hashPairs(levels[level + 1] as Uint8Array, hashes);
    markInners(hashes);
    for (const page of pages) page.correct(level);
  }
  const [hashes] = levels as [Uint8Array];
  tops.forEach(({ node }, index) => {
    if (!hasHash(node, hashes, 32 * index)) throw new StoreFault("bad-record", "a page with another hash");
    node.source = pages[index];
  });
}

function fillSlots(pages: readonly Page[]): void {
  const blocks = pages.map((page) => page.leafBlocks);
  const preimages = new Uint8Array(blocks.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const block of blocks) {
    preimages.set(block, end);
    end += block.length;
  }
  const hashes = hashBlocks(preimages);
  markLeaves(hashes);
  let leafHash = 0;
  pages.forEach((page, index) => {
    page.fill(hashes, leafHash);
    leafHash += (blocks[index] as Uint8Array).length / leafBytes;
  });
}

/** What is in a slot of a page that is being written: a node, or whatever an older page has there. */
type Slot = Leaf | Inner | Page | undefined;

/** The slots of the page that is being written. */
const filled: Slot[] = new Array(slots).fill(undefined);

/** The page record of `top`, an inner node at `depth`. */
export function encodePage(top: Inner, depth: number, slab: Slab): Uint8Array {
  filled.fill(undefined);
  collectSlots(top, 1, depth);
  let taken = 0;
  let leaves = 0;
  for (let slot = 0; slot < slots; slot++) {
    if (filled[slot] !== undefined) taken |= 1 << slot;
    if (hasLeaf(filled[slot], slot)) leaves |= 1 << slot;
  }
  return writePage(taken, leaves, slab);
}

function hasLeaf(content: Slot, slot: number): boolean {
  return content instanceof Page ? content.isLeaf(slot) : content?.kind === "leaf";
}

function collectSlots(node: Node, place: number, depth: number): void {
  if (node.kind === "empty") return;
  if (node.kind === "leaf" || place >= slots) {
    assert(node.version > 0, notStored);
    filled[node.kind === "leaf" ? nibbleAt(blockOf(node), node.blockAt, depth) : place - slots] = node;
  } else if (node.left !== undefined && node.right !== undefined) {
    collectSlots(node.left, 2 * place, depth);
    collectSlots(node.right, 2 * place + 1, depth);
  } else {
    assert(node.source instanceof Page, notStored);
    copySlots(node.source, place);
  }
}

const notStored = "what a proof left out cannot be stored";

/** Nobody looked below this place, so its slots are as they were in `page`. */
function copySlots(page: Page, place: number): void {
  const level = 31 - Math.clz32(place);
  const first = firstSlot(place, level);
  for (let slot = first; slot < first + (slots >> level); slot++) if (page.isTaken(slot)) filled[slot] = page;
}

function writePage(taken: number, leaves: number, slab: Slab): Uint8Array {
  let versionAt = headBytes;
  let hashAt = versionAt + versionBytes * countBits(taken);
  let leafAt = hashAt + 32 * countBits(taken & ~leaves);
  const record = slab.take(leafAt + leafBytes * countBits(leaves));
  writeBits(taken, record, 0);
  writeBits(leaves, record, 2);
  for (let slot = 0; slot < slots; slot++) {
    const content = filled[slot];
    if (content === undefined) continue;
    writeVersion(content instanceof Page ? content.versionAt(slot) : content.version, record, versionAt);
    versionAt += versionBytes;
    if (((leaves >> slot) & 1) === 1) {
      writeSlotLeaf(content as Leaf | Page, slot, record, leafAt);
      leafAt += leafBytes;
    } else {
      writeSlotHash(content as Inner | Page, slot, record, hashAt);
      hashAt += 32;
    }
  }
  return record;
}

function writeBits(bits: number, record: Uint8Array, at: number): void {
  record[at] = bits >> 8;
  record[at + 1] = bits & 255;
}

function writeSlotHash(content: Inner | Page, slot: number, record: Uint8Array, at: number): void {
  if (content instanceof Page) copy32(content.record, content.hashAt(slot), record, at);
  else copy32(content.bytes, content.at, record, at);
}

function writeSlotLeaf(content: Leaf | Page, slot: number, record: Uint8Array, at: number): void {
  if (content instanceof Page) copy64(content.record, content.leafAt(slot), record, at);
  else copy64(blockOf(content), content.blockAt, record, at);
}
