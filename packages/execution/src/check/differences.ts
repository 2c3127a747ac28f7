// Where what a claim says and what comes out first differ. Lists stand in line order, so the first difference of a list
// is the first in the line; of several lists, the one whose node comes first.

import {
  compareInputs,
  compareNodes,
  compareText,
  type Export,
  equalBytes,
  exportCodec,
  type Lane,
  type LaneInput,
  laneInputsCodec,
  type Node,
  type Source,
  toHex,
  utf8,
} from "@tandem/shared";
import type { RanLane } from "../round/claim.ts";
import type { LaneContent } from "../round/lane-run.ts";
import { type ClaimCode, refuted } from "./failure.ts";
import { showExport, showInput, showSource } from "./show.ts";

export interface Difference {
  readonly code: ClaimCode;
  readonly path: string;
  readonly message: string;
  readonly node: Node | undefined;
}

type ItemCode<Kind extends string> = `${"missing" | "superfluous" | "wrong"}-${Kind}`;

/** What there is to know of the items of a list. */
interface Items<Item, Kind extends string> {
  readonly kind: Kind;
  /** Where the list is found in what was given. */
  readonly path: string;
  /** In the order of the list; zero for items that differ in content alone. */
  readonly compare: (a: Item, b: Item) => number;
  readonly encode: (item: Item) => Uint8Array;
  readonly show: (item: Item) => string;
}

interface ItemDifference<Item, Kind extends string> {
  readonly code: ItemCode<Kind>;
  readonly path: string;
  readonly message: string;
  readonly item: Item;
}

/** The first item in which two lists differ, both in order. */
export function firstDifference<Item, Kind extends string>(
  claimed: readonly Item[],
  made: readonly Item[],
  items: Items<Item, Kind>,
): ItemDifference<Item, Kind> | undefined {
  const { kind, compare, encode, show } = items;
  for (let index = 0; ; index++) {
    const [theirs, ours] = [claimed[index], made[index]];
    const path = `${items.path}[${index}]`;
    if (theirs === undefined && ours === undefined) return undefined;
    if (theirs === undefined || (ours !== undefined && compare(ours, theirs) < 0)) {
      return { code: `missing-${kind}`, path, message: `not claimed is ${show(ours as Item)}`, item: ours as Item };
    }
    if (ours === undefined || compare(theirs, ours) < 0) {
      return { code: `superfluous-${kind}`, path, message: `claimed is ${show(theirs)}; there is none`, item: theirs };
    }
    if (equalBytes(encode(theirs), encode(ours))) continue;
    return { code: `wrong-${kind}`, path, message: `claimed is ${show(theirs)}; it is ${show(ours)}`, item: ours };
  }
}

/** What differs in a lane: in its inputs, in its exports, or, if these are the same, in what the contract is afterwards. */
export function laneDifferences(lane: Lane, content: LaneContent, made: RanLane, path: string): readonly Difference[] {
  const exported = equalBytes(lane.exports, made.lane.exports)
    ? undefined
    : firstDifference(content.exports, made.content.exports, exportsAt(`${path}exports`));
  const given = equalBytes(lane.inputs, made.lane.inputs)
    ? undefined
    : firstDifference(content.inputs, made.content.inputs, inputsAt(`${path}inputs`));
  const found = [exported, given].filter((each) => each !== undefined);
  if (found.length > 0) return found.map(({ item, ...rest }) => ({ ...rest, node: item.node }));
  if (equalBytes(lane.post, made.lane.post)) return [];
  const message = `afterwards the record of ${lane.contract} has root ${toHex(made.lane.post)}, not ${toHex(lane.post)}`;
  return [{ code: "wrong-post", path: `${path}post`, message, node: undefined }];
}

const exportsAt = (path: string): Items<Export, "export"> => ({
  kind: "export",
  path,
  compare: (a, b) => compareNodes(a.node, b.node),
  encode: exportCodec.encode,
  show: showExport,
});

const inputsAt = (path: string): Items<LaneInput, "input"> => ({
  kind: "input",
  path,
  compare: compareInputs,
  encode: (input) => laneInputsCodec.encode([input]),
  show: showInput,
});

/** Refuted by the first of these in the line. Of one node, what it exports comes before where that is used. */
export function refuteFirst(differences: readonly Difference[]): void {
  const [first] = differences.toSorted(comesBefore);
  if (first !== undefined) refuted(first.code, first.path, first.message, first.node);
}

function comesBefore(a: Difference, b: Difference): number {
  if (a.node === undefined || b.node === undefined)
    return (a.node === undefined ? 1 : 0) - (b.node === undefined ? 1 : 0);
  return compareNodes(a.node, b.node) || rankOf(a) - rankOf(b);
}

function rankOf({ code }: Difference): number {
  return code.endsWith("-export") ? 0 : 1;
}

export function checkSources(claimed: readonly Source[], made: readonly Source[]): void {
  const found = firstDifference(claimed, made, {
    kind: "source",
    path: "sources",
    compare: (a, b) => compareText(a.shard, b.shard) || a.round - b.round,
    encode: ({ shard, round, exports }) => utf8(`${shard}/${round}/${toHex(exports)}`),
    show: showSource,
  });
  if (found !== undefined) refuted(found.code, found.path, found.message);
}
