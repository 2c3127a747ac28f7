// Where two maps differ, from their roots down. Each side shows parts of its map (`openPart`); a subtree with the same hash
// on both sides is the same and is not looked at, so one changed key among millions takes a handful of parts. Both sides
// are asked in one way: who has the own map reads it, who has not asks those who committed to it.
//
// Trees have one shape for each content (M3), so where one side has a leaf or nothing and the other an inner node, the
// leaf is followed down its own path among the nodes of the other side.

import {
  bitBelow,
  compareBytes,
  equalBytes,
  type Job,
  type MapPartEntry,
  type MapPlace,
  type OpenedPart,
  type PartNode,
  partNodeOf,
  placeBelow,
  type Root,
  topPlace,
  zeroRoot,
} from "@tandem/shared";

export interface MapSide<Effect> {
  readonly root: Root;
  /** The part of the node with this hash; or why there is none. */
  part(place: MapPlace, hash: Root): Job<OpenedPart | MissingPart, Effect>;
}

export interface MissingPart {
  readonly kind: "missing";
  readonly why: "not-kept" | "not-shown" | "no-map" | "more";
}

export interface EntryDifference {
  readonly key: Uint8Array;
  readonly own: Uint8Array | undefined;
  readonly theirs: Uint8Array | undefined;
}

export interface MapDifference {
  /** In the order of their paths. */
  readonly entries: readonly EntryDifference[];
  /** Whether these are all; if not, why. */
  readonly end: "all" | MissingPart["why"];
}

export interface CompareScope {
  readonly entriesMax: number;
  /** If given, the only path on which it is looked. */
  readonly path?: Uint8Array;
}

export function* compareMaps<Effect>(
  own: MapSide<Effect>,
  theirs: MapSide<Effect>,
  scope: CompareScope,
): Job<MapDifference, Effect> {
  const comparison = new Comparison(own, theirs, scope);
  yield* comparison.compare(topPlace, nodeOf(partNodeOf(own.root)), nodeOf(partNodeOf(theirs.root)));
  return { entries: comparison.entries, end: comparison.end };
}

type LeafEntry = MapPartEntry & { readonly path: Uint8Array };

/** A node of one side. A leaf is known by its entry once it was looked at. */
interface SeenNode extends PartNode {
  entry: LeafEntry | undefined;
}

function nodeOf(node: PartNode): SeenNode {
  return { ...node, entry: undefined };
}

const nothing: SeenNode = { kind: "empty", hash: zeroRoot, below: undefined, entry: undefined };

type Pair = readonly [left: SeenNode, right: SeenNode];

class Comparison<Effect> {
  readonly #own: MapSide<Effect>;
  readonly #theirs: MapSide<Effect>;
  readonly #scope: CompareScope;
  readonly entries: EntryDifference[] = [];
  end: MapDifference["end"] = "all";

  constructor(own: MapSide<Effect>, theirs: MapSide<Effect>, scope: CompareScope) {
    this.#own = own;
    this.#theirs = theirs;
    this.#scope = scope;
  }

  *compare(place: MapPlace, own: SeenNode, theirs: SeenNode): Job<void, Effect> {
    if (this.end !== "all" || equalBytes(own.hash, theirs.hash)) return;
    if (own.kind !== "inner" && theirs.kind !== "inner") return yield* this.#compareLeaves(place, own, theirs);
    const ownBelow = yield* this.#below(this.#own, place, own);
    const theirsBelow = ownBelow && (yield* this.#below(this.#theirs, place, theirs));
    if (ownBelow === undefined || theirsBelow === undefined) return;
    const { path } = this.#scope;
    for (const bit of [0, 1] as const) {
      if (path !== undefined && bitBelow(place, path) !== bit) continue;
      yield* this.compare(placeBelow(place, bit), ownBelow[bit], theirsBelow[bit]);
    }
  }

  *#below(side: MapSide<Effect>, place: MapPlace, node: SeenNode): Job<Pair | undefined, Effect> {
    if (node.kind === "empty") return [nothing, nothing];
    if (node.kind === "leaf") {
      const entry = yield* this.#entryOf(side, place, node);
      return entry && (bitBelow(place, entry.path) === 0 ? [node, nothing] : [nothing, node]);
    }
    const [left, right] = node.below ?? (yield* this.#nodesBelow(side, place, node)) ?? [];
    return left && right && [nodeOf(left), nodeOf(right)];
  }

  *#nodesBelow(side: MapSide<Effect>, place: MapPlace, { hash }: SeenNode) {
    const part = yield* side.part(place, hash);
    if (part.kind === "nodes") return part.below;
    return this.#stop(part);
  }

  *#entryOf(side: MapSide<Effect>, place: MapPlace, node: SeenNode): Job<LeafEntry | undefined, Effect> {
    if (node.kind === "empty" || node.entry !== undefined) return node.entry;
    const part = yield* side.part(place, node.hash);
    if (part.kind !== "entry") return this.#stop(part);
    node.entry = part;
    return part;
  }

  #stop(part: OpenedPart | MissingPart): undefined {
    // A hash says of what kind its node is, so nothing else than a missing part comes here.
    this.end = part.kind === "missing" ? part.why : "no-map";
    return undefined;
  }

  *#compareLeaves(place: MapPlace, own: SeenNode, theirs: SeenNode): Job<void, Effect> {
    const mine = yield* this.#entryOf(this.#own, place, own);
    if (this.end !== "all") return;
    const other = yield* this.#entryOf(this.#theirs, place, theirs);
    if (this.end !== "all") return;
    if (mine !== undefined && other !== undefined && equalBytes(mine.path, other.path)) {
      this.#add(mine.path, { key: mine.key, own: mine.value, theirs: other.value });
      return;
    }
    // Two that lie on different paths, or only one.
    const isOwnFirst = mine !== undefined && other !== undefined && compareBytes(mine.path, other.path) < 0;
    if (mine !== undefined && isOwnFirst) this.#addOwn(mine);
    if (other !== undefined) this.#add(other.path, { key: other.key, own: undefined, theirs: other.value });
    if (mine !== undefined && !isOwnFirst) this.#addOwn(mine);
  }

  #addOwn({ path, key, value }: LeafEntry): void {
    this.#add(path, { key, own: value, theirs: undefined });
  }

  #add(path: Uint8Array, entry: EntryDifference): void {
    if (this.#scope.path !== undefined && !equalBytes(path, this.#scope.path)) return;
    if (this.entries.length < this.#scope.entriesMax) this.entries.push(entry);
    else this.end = "more";
  }
}
