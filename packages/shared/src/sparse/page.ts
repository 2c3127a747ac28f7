// A page is four levels of the tree below an inner node at a depth that is a multiple of four, stored as one
// record: the sixteen slots four levels below it. A leaf that lies higher is in the slot where its path leads.
//
// T5  Record: 16 bits which slots are taken ‖ 16 bits which of them have leaves ‖ the version of each ‖ the hash of
//     each inner node ‖ path and value hash of each leaf. Hashes between are not stored: they are computed when
//     pages are read, and compared with the hash above. So whatever a stored map answers is checked against its
//     root, and a page takes half the space.

import { assert } from "../assert.ts";
import { blockOf, empty, hasHash, Inner, Leaf, type Node, type Source } from "./node.ts";
import { copy32, copy64, hashInners, hashLeaves } from "./node-hash.ts";
import { nibbleAt } from "./path.ts";
import { readVersion, versionBytes, writeVersion } from "./record.ts";
import type { Slab } from "./slab.ts";
import { StoreFault } from "./store.ts";

/** Levels of a page, and so the depth from one page to the next. */
export const pageDepth = 4;

const slots = 16;
const headBytes = 4;
const leafBytes = 64;

/** The hashes of pages that were read together: of their leaves, and of the inner nodes of each level above. */
interface Hashes {
  readonly leaves: Uint8Array;
  readonly levels: Uint8Array[];
}

/**
 * Inside it, the top has place 1, and the children of place n have 2n and 2n + 1: slots are places 16 to 31.
 */
class Page implements Source {
  readonly record: Uint8Array;
  /** A bit for each place that is not empty, for each that is a leaf, and for each that is an inner node. */
  readonly #taken: number;
  readonly #leaves: number;
  readonly #inners: number;
  readonly #hashesAt: number;
  readonly #leavesAt: number;
  #hashes: Hashes | undefined = undefined;
  /** In those hashes, where the leaves of this page begin, and the inner nodes of each level. */
  #firstLeaf = 0;
  readonly #firstInners = [0, 0, 0, 0];

  constructor(record: Uint8Array) {
    const taken = readBits(record, 0);
    const leaves = readBits(record, 2);
    this.record = record;
    this.#hashesAt = headBytes + versionBytes * countBits(taken);
    this.#leavesAt = this.#hashesAt + 32 * countBits(taken & ~leaves);
    if (record.length !== this.#leavesAt + leafBytes * countBits(leaves)) {
      throw new StoreFault("bad-record", `a page record of ${record.length} bytes`);
    }
    const marks = markPlaces(taken << slots, leaves << slots);
    this.#taken = marks.taken;
    this.#leaves = marks.leaves;
    this.#inners = marks.taken & ~marks.leaves;
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

  isInner(place: number): boolean {
    return ((this.#inners >>> place) & 1) === 1;
  }

  versionAt(slot: number): number {
    return readVersion(this.record, headBytes + versionBytes * rank(this.#taken, slots, slots + slot));
  }

  hashAt(slot: number): number {
    return this.#hashesAt + 32 * rank(this.#inners, slots, slots + slot);
  }

  leafAt(slot: number): number {
    return this.#leavesAt + leafBytes * rank(this.#leaves, slots, slots + slot);
  }

  setLeafHashes(hashes: Hashes, firstLeaf: number): void {
    this.#hashes = hashes;
    this.#firstLeaf = firstLeaf;
  }

  setInnerHashes(level: number, firstInner: number): void {
    this.#firstInners[level] = firstInner;
  }

  copyHash(place: number, to: Uint8Array, toAt: number): void {
    if (((this.#taken >>> place) & 1) === 1) copy32(this.#bytesOf(place), this.#atOf(place), to, toAt);
    else to.fill(0, toAt, toAt + 32);
  }

  #bytesOf(place: number): Uint8Array {
    const { leaves, levels } = this.#hashes as Hashes;
    if (!this.isInner(place)) return leaves;
    return place >= slots ? this.record : (levels[levelOf(place)] as Uint8Array);
  }

  #atOf(place: number): number {
    if (!this.isInner(place)) return 32 * (this.#firstLeaf + rank(this.#leaves, slots, firstSlot(place)));
    if (place >= slots) return this.hashAt(place - slots);
    const level = levelOf(place);
    return 32 * ((this.#firstInners[level] as number) + rank(this.#inners, 1 << level, place));
  }

  /** Whether the hash of the top, computed from the record, is that of `node`. */
  hasTop(node: Inner): boolean {
    return this.isInner(1) && hasHash(node, this.#bytesOf(1), this.#atOf(1));
  }

  child(place: number): Node {
    if (((this.#taken >>> place) & 1) === 0) return empty;
    const bytes = this.#bytesOf(place);
    const at = this.#atOf(place);
    if (this.isInner(place)) {
      return place < slots ? new Inner(0, bytes, at, this, place) : new Inner(this.versionAt(place - slots), bytes, at);
    }
    // The only leaf among some slots has the rank that it would have in the first of them.
    const slot = firstSlot(place) - slots;
    return new Leaf(this.versionAt(slot), bytes, at, this.record, this.leafAt(slot));
  }
}

function levelOf(place: number): number {
  return 31 - Math.clz32(place);
}

/** The place of the first slot at or below a place. */
function firstSlot(place: number): number {
  return place << (pageDepth - levelOf(place));
}

/** How many places from `first` up to but without `place` are marked; at most sixteen. */
function rank(marks: number, first: number, place: number): number {
  return countBits((marks >>> first) & ((1 << (place - first)) - 1));
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
  const pages = records.map((record) => new Page(record));
  hashPages(pages);
  tops.forEach(({ node }, index) => {
    const page = pages[index] as Page;
    if (!page.hasTop(node)) throw new StoreFault("bad-record", "a page with another hash");
    node.source = page;
  });
}

function hashPages(pages: readonly Page[]): void {
  const hashes = { leaves: hashPageLeaves(pages), levels: new Array<Uint8Array>(pageDepth) };
  let leafCount = 0;
  for (const page of pages) {
    page.setLeafHashes(hashes, leafCount);
    leafCount += page.leafBlocks.length / leafBytes;
  }
  for (let level = pageDepth - 1; level >= 0; level--) hashes.levels[level] = hashPageLevel(pages, level);
}
function hashPageLeaves(pages: readonly Page[]): Uint8Array {
  const blocks = new Uint8Array(pages.reduce((sum, { leafBlocks }) => sum + leafBlocks.length, 0));
  let end = 0;
  for (const { leafBlocks } of pages) {
    blocks.set(leafBlocks, end);
    end += leafBlocks.length;
  }
  const hashes = new Uint8Array(blocks.length / 2);
  hashLeaves(blocks, hashes);
  return hashes;
}

/** The level below is hashed already. */
function hashPageLevel(pages: readonly Page[], level: number): Uint8Array {
  const owners: Page[] = [];
  const places: number[] = [];
  for (const page of pages) {
    page.setInnerHashes(level, places.length);
    for (let place = 1 << level; place < 2 << level; place++) {
      if (!page.isInner(place)) continue;
      owners.push(page);
      places.push(place);
    }
  }
  return hashInners(places.length, (index, block, at) => {
    const page = owners[index] as Page;
    const place = places[index] as number;
    page.copyHash(2 * place, block, at);
    page.copyHash(2 * place + 1, block, at + 32);
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
  const first = firstSlot(place) - slots;
  for (let slot = first; slot < first + (slots >> levelOf(place)); slot++) if (page.isTaken(slot)) filled[slot] = page;
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
