// A5, O8: what a leader puts into a block: whatever is ready, as much as fits, and the newest order block that it can cite.
//
// Shards take turns, one claim at a time, so one that catches up by a thousand claims keeps nobody waiting; and the turns go
// on where the parent's ended, so where a block is full, whoever came last in it or had no place comes first in the next.
// The first claim that does not fit ends the block, however small those after it: otherwise large claims might wait
// for ever.
//
// Evidence comes first, but no more than an eighth of the items.

import {
  type Attestation,
  type AttestBlock,
  type AttestHeader,
  type AttestItem,
  asHeight,
  attestItemsCodec,
  type BlockRef,
  type Citation,
  compareText,
  type Evidence,
  equalBytes,
  type Frontier,
  type Height,
  historyRoot,
  limits,
  type OrderHeader,
  orderHeaderCodec,
  type Reading,
  type ShardName,
  type ValidatorIndex,
  type View,
} from "@tandem/shared";
import { attestBlockRules } from "./block.ts";
import { type ItemCode, ItemDraft, type JudgedItems } from "./judge.ts";
import { type AttestState, type ChainSetting, standsOn, stateAfter } from "./state.ts";
import { openPast } from "./visible.ts";

/** What is verified and waits to be included. */
export interface Ready {
  /** For each shard in order of rounds, each the `prev` of the next; they may begin below the frontier. */
  readonly chains: ReadonlyMap<ShardName, readonly Attestation[]>;
  readonly evidence: readonly Evidence[];
}

export interface BuildRoom {
  readonly itemsMax: number;
  /** Encoded bytes of all items. */
  readonly bytesMax: number;
}

export interface Build {
  readonly view: View;
  readonly parent: AttestState;
  readonly seat: ValidatorIndex;
  /** There is a reason for a block even if it is empty. */
  readonly isWanted: boolean;
  /** A final order block of the own chain, with its descent from what `parent` cites; nothing if none is later. */
  readonly newest: Citation<OrderHeader> | undefined;
  readonly ready: Ready;
  readonly room?: BuildRoom;
}

export interface Built {
  readonly block: AttestBlock;
  readonly state: AttestState;
}

const wholeRoom: BuildRoom = { itemsMax: limits.attestItemsMax, bytesMax: limits.attestBytesMax };

/** A block and the state after it, or nothing if there is nothing to propose. */
export function* buildBlock(setting: ChainSetting, plan: Build): Reading<Built | undefined> {
  const { parent, ready, isWanted, room = wholeRoom } = plan;
  const { order, citation } = cite(setting, plan);
  const { items, judged } = yield* admit(setting, parent, ready, order.height, room);
  if (items.length === 0 && !isWanted) return undefined;
  const height = asHeight(parent.height + 1);
  const frontiers = parent.frontiers.after(judged.changes, height);
  const header: AttestHeader = {
    version: 1,
    epoch: setting.network.epoch,
    view: plan.view,
    height,
    parent: parent.root,
    history: historyRoot(parent.history),
    proposer: plan.seat,
    order,
    frontiersRoot: frontiers.root,
    attestationsRoot: attestItemsCodec.root(items),
  };
  const block = { header, body: { items, citation } };
  const { root } = attestBlockRules.infoOf(block);
  return { block, state: stateAfter(header, root, parent, { ...judged, frontiers }) };
}

/** How often room that was given to items which may not stand there is given to others. */
const picksMax = 16;

/** What may stand there. An item that may not takes no room from others: neither it nor what follows it in its shard. */
function* admit(
  setting: ChainSetting,
  parent: AttestState,
  ready: Ready,
  order: Height,
  room: BuildRoom,
): Reading<{ readonly items: readonly AttestItem[]; readonly judged: JudgedItems }> {
  let left = ready;
  for (let picks = 1; ; picks++) {
    const { picked, isAll } = pick(left, parent, order, room);
    const past = yield* openPast(setting, parent, order, picked);
    const draft = new ItemDraft({ setting, parent, order, past });
    const refused = picked.filter((item) => draft.admit(item) !== undefined);
    if (isAll || refused.length === 0 || picks === picksMax) {
      const wrong = new Set(refused);
      return { items: picked.filter((item) => !wrong.has(item)), judged: draft.judged };
    }
    left = without(left, refused);
  }
}

/** O8: whether a block on `parent`, which is final, has an item if it cites up to `order`. */
export interface Prospect {
  readonly has: boolean;
  /** What can stand in no block any more, if nothing else was found. */
  readonly hopeless: readonly Attestation[];
}

/**
 * A source that is hidden on a final block stays hidden, and exports something else for ever. One that is not attested comes
 * too late: what the claim's round sees stands at or below this block.
 */
const hopelessCodes: ReadonlySet<ItemCode> = new Set(["hidden-source", "other-exports", "unattested-source"]);

export function* hasItems(setting: ChainSetting, parent: AttestState, ready: Ready, order: Height): Reading<Prospect> {
  const hopeless: Attestation[] = [];
  let left = ready;
  for (let picks = 1; picks <= picksMax; picks++) {
    const { picked, isAll } = pick(left, parent, order, wholeRoom);
    if (picked.length === 0) break;
    const past = yield* openPast(setting, parent, order, picked);
    const draft = new ItemDraft({ setting, parent, order, past });
    for (const item of picked) {
      const problem = draft.admit(item);
      if (problem === undefined) return { has: true, hopeless };
      if (item.kind === "attestation" && hopelessCodes.has(problem.code)) hopeless.push(item.value);
    }
    if (isAll) break;
    left = without(left, picked);
  }
  return { has: false, hopeless };
}

/** Without these, and what follows them in their shards. */
function without({ chains, evidence }: Ready, refused: readonly AttestItem[]): Ready {
  const wrong = new Set<unknown>(refused.map(({ value }) => value));
  const rest = Array.from(chains, ([shard, chain]): [ShardName, readonly Attestation[]] => {
    const first = chain.findIndex((attestation) => wrong.has(attestation));
    return [shard, first < 0 ? chain : chain.slice(0, first)];
  });
  return { chains: new Map(rest), evidence: evidence.filter((each) => !wrong.has(each)) };
}

/** A2: whether a block on `parent` can cite it: it is later, and what it cites itself lies below. */
export function canCite(
  { orderGenesis }: ChainSetting,
  parent: AttestState,
  { height, attested }: OrderHeader,
): boolean {
  const before = parent.header.order.height === 0 ? orderGenesis : parent.header.order;
  return height > before.height && standsOn(parent, attested);
}

interface Cite {
  readonly order: BlockRef;
  readonly citation: Citation<OrderHeader> | undefined;
}

/** A2: the newest order block if it can be cited, else that of the parent. */
function cite(setting: ChainSetting, { newest, parent }: Build): Cite {
  const before = parent.header.order.height === 0 ? setting.orderGenesis : parent.header.order;
  if (newest === undefined || !canCite(setting, parent, newest.header)) return { order: before, citation: undefined };
  const { header } = newest;
  return { order: { height: header.height, root: orderHeaderCodec.root(header) }, citation: newest };
}

/** What there is room for, in turns, and whether that is all there is. Whether it may stand there, is asked afterwards. */
function pick({ chains, evidence }: Ready, parent: AttestState, order: Height, room: BuildRoom) {
  const picked: AttestItem[] = [];
  let bytes = 0;
  const take = (item: AttestItem): boolean => {
    const size = attestItemsCodec.type.sizeOf([item]);
    if (picked.length === room.itemsMax || bytes + size > room.bytesMax) return false;
    picked.push(item);
    bytes += size;
    return true;
  };
  const evidenceMax = Math.ceil(room.itemsMax / 8);
  for (const value of evidence.slice(0, evidenceMax)) take({ kind: "evidence", value });
  let isAll = evidence.length <= evidenceMax;
  for (const value of inTurns(chains, parent, order)) {
    if (take({ kind: "attestation", value })) continue;
    isAll = false;
    break;
  }
  return { picked, isAll };
}

/** One of each shard, then the next of each, beginning after the shard that had the last turn in the parent. */
function* inTurns(chains: Ready["chains"], parent: AttestState, order: Height): Iterable<Attestation> {
  const last = [...parent.changes.keys()].at(-1) ?? "";
  const shards = [...chains.keys()].sort(compareText);
  const after = shards.findIndex((shard) => shard > last);
  const turns = after < 0 ? shards : [...shards.slice(after), ...shards.slice(0, after)];
  let waiting = turns.map((shard) => chainOn(parent.frontiers.of(shard), chains.get(shard) ?? [], order));
  for (let turn = 0; waiting.length > 0; turn++) {
    waiting = waiting.filter((chain) => turn < chain.length);
    for (const chain of waiting) yield chain[turn] as Attestation;
  }
}

/** Those that follow the frontier, one on the other, up to the round that the cited order block allows. */
function chainOn(frontier: Frontier | undefined, chain: readonly Attestation[], order: Height): readonly Attestation[] {
  const first = chain.findIndex(({ claim }) => frontier !== undefined && equalBytes(claim.prev, frontier.claim));
  if (first < 0) return [];
  const above = chain.slice(first);
  const early = above.findIndex(({ claim }) => claim.round > order);
  return early < 0 ? above : above.slice(0, early);
}
