// A2-A4: may this attest block stand on that one? Everything is recomputed: history, the citation, items, frontiers. The
// same code runs blocks that a quorum found good, final ones and ancestors of a proposal: of these the leader, the proof
// of the citation and signatures are not checked again, and everything else must agree.
//
// The citation does two things. It is the clock: claims of rounds up to the cited order height may be attested. And what
// that order block cites is an attest block below this one, which bounds what the claims may have seen.
//
// Two things are left to the caller: to verify what comes back as checks, and to hold the exports of what it votes for
// (C5). Where the own order chain has not come to the cited block, the block is `early`: not wrong, and to be judged again.

import {
  type AttestBlock,
  type AttestHeader,
  type BlockRef,
  type Citation,
  checkCitation,
  equalBytes,
  type Failure,
  failure,
  historyRoot,
  type OrderHeader,
  orderHeaderCodec,
  type Reading,
  type ValidatorIndex,
  verifyFinalization,
} from "@tandem/shared";
import { attestBlockRules, standsForBody } from "./block.ts";
import { performChecks, type SignatureCheck } from "./faults.ts";
import { type ItemProblem, judgeItems } from "./judge.ts";
import { type AttestState, type ChainSetting, type OrderPlace, standsOn, stateAfter } from "./state.ts";
import { openPast } from "./visible.ts";

export type AttestProblemCode =
  | "epoch"
  | "proposer" // is not the leader of the view
  | "height"
  | "parent"
  | "history"
  | "body" // the header commits to another body
  | "citation"
  | "item" // one that may not stand there; `item` says which, and why
  | "frontiers-root";

export interface AttestProblem extends Failure<AttestProblemCode> {
  readonly item?: ItemProblem;
}

/** What is left to verify; the block is good if all of it holds. */
export interface BlockChecks {
  readonly citation: Citation<OrderHeader> | undefined;
  readonly signatures: readonly SignatureCheck[];
}

export type Judged =
  | { readonly kind: "good"; readonly state: AttestState; readonly checks: BlockChecks }
  | { readonly kind: "bad"; readonly problem: AttestProblem }
  /** Until the own order chain has this block, or another at its height. */
  | { readonly kind: "early"; readonly order: BlockRef };

/** Who has to have proposed it; nothing for a block that has a certificate. */
export type Leader = ValidatorIndex | undefined;

const nothingToCheck: BlockChecks = { citation: undefined, signatures: [] };

export function* judgeBlock(
  setting: ChainSetting,
  block: AttestBlock,
  parent: AttestState,
  leader: Leader,
): Reading<Judged> {
  const { header, body } = block;
  const wrong =
    headerProblem(setting, block, parent, leader) ??
    (leader === undefined ? undefined : citationProblem(setting, block, parent));
  if (wrong !== undefined) return bad(wrong);
  const past = yield* openPast(setting, parent, header.order.height, body.items);
  const place = past.orderAt(header.order.height);
  if (place === undefined) return { kind: "early", order: header.order };
  const misplaced = placeProblem(header, parent, place);
  if (misplaced !== undefined) return bad(misplaced);
  const items = judgeItems({ setting, parent, order: header.order.height, past }, body.items);
  if (!items.ok) return bad({ ...problem("item", `items${items.error.path}`, items.error.message), item: items.error });
  const frontiers = parent.frontiers.after(items.value.changes, header.height);
  if (!equalBytes(frontiers.root, header.frontiersRoot)) {
    return bad(problem("frontiers-root", "header.frontiersRoot", "the items lead to other frontiers"));
  }
  const { root } = attestBlockRules.infoOf(block);
  const state = stateAfter(header, root, parent, { ...items.value, frontiers });
  const checks = { citation: body.citation, signatures: items.value.checks };
  return { kind: "good", state, checks: leader === undefined ? nothingToCheck : checks };
}

function problem(code: AttestProblemCode, path: string, message: string): AttestProblem {
  return failure(code, path, message).error;
}

function bad(wrong: AttestProblem): Judged {
  return { kind: "bad", problem: wrong };
}

/** What header and body say by themselves and of the parent. */
function headerProblem(
  { network }: ChainSetting,
  block: AttestBlock,
  parent: AttestState,
  leader: Leader,
): AttestProblem | undefined {
  const { epoch, height, history, proposer, view } = block.header;
  const { seats } = network.electorate.committee;
  if (epoch !== network.epoch) return problem("epoch", "header.epoch", `of epoch ${epoch}, not ${network.epoch}`);
  if ((leader !== undefined && proposer !== leader) || seats[proposer] === undefined)
    return problem("proposer", "header.proposer", `${proposer} is not the leader of view ${view}`);
  if (height !== parent.height + 1)
    return problem("height", "header.height", `height ${height} on top of ${parent.height}`);
  if (!equalBytes(block.header.parent, parent.root))
    return problem("parent", "header.parent", "it names another parent");
  if (!equalBytes(history, historyRoot(parent.history))) return problem("history", "header.history", "another history");
  return standsForBody(block) ? undefined : problem("body", "body", "the header commits to another body");
}

/** A2: what it cites is what its parent cites, or final and above that. */
function citationProblem(
  { orderGenesis }: ChainSetting,
  { header, body: { citation } }: AttestBlock,
  parent: AttestState,
): AttestProblem | undefined {
  const checked = checkCitation({
    headers: orderHeaderCodec,
    genesis: orderGenesis,
    before: parent.header.order,
    now: header.order,
    citation,
  });
  if (checked.ok) return undefined;
  const { path, message } = checked.error;
  return problem("citation", path === "" ? "body.citation" : `body.citation.${path}`, message);
}

/** The cited block as our own order chain has it. */
function placeProblem(
  { order }: AttestHeader,
  parent: AttestState,
  { root, attested }: OrderPlace,
): AttestProblem | undefined {
  if (!equalBytes(root, order.root))
    return problem("citation", "header.order", "another order block is final at that height");
  return standsOn(parent, attested)
    ? undefined
    : problem("citation", "header.order", `it cites attest block ${attested.height}, which is not below this one`);
}

/**
 * What a shell does for the checks of a block: its citation's certificate first, if there is one; then the signatures, in
 * order. With the first that does not hold it ends.
 */
export function performBlockChecks(setting: ChainSetting, { citation, signatures }: BlockChecks): readonly boolean[] {
  if (citation === undefined) return performChecks(setting, signatures);
  const { header, certificate } = citation;
  const isFinal = verifyFinalization(setting.order, certificate, header, orderHeaderCodec.root(header)).ok;
  return isFinal ? [true, ...performChecks(setting, signatures)] : [false];
}
