// O8, O2: what a leader puts into a block: the best of what waits, by tip per byte and in order of nonce within a payer, as
// far as it may stand on the parent; and the newest attest block, if that is news.

import {
  asHeight,
  asTimeMs,
  blobsRootOf,
  type HistoryProof,
  historyRoot,
  type OrderBody,
  type OrderHeader,
  type ShardName,
  type TimeMs,
  type ValidatorIndex,
  type View,
} from "@tandem/shared";
import type { Attested } from "./attested.ts";
import { type Candidate, refusalAt } from "./candidate.ts";
import type { BlockState } from "./chain.ts";
import { ask, type Job } from "./jobs.ts";
import { type Ground, Room, stateOf, touchesRootOf } from "./judge.ts";
import { accountsTouched, LedgerDraft } from "./ledger.ts";
import { ledgerVersion, type OrderNetwork } from "./network.ts";
import type { Pool } from "./pool/pool.ts";
import type { Selection } from "./pool/selection.ts";

/** Times that the pool is asked again for what fits where something else did not. */
const roundsMax = 4;

export interface Build {
  readonly view: View;
  readonly parent: BlockState;
  readonly seat: ValidatorIndex;
  /** There is a reason for a block even if it is empty. */
  readonly isWanted: boolean;
}

export interface Built {
  readonly state: BlockState;
  readonly body: OrderBody;
}

/** A block and the state after it, or nothing if there is nothing to propose. */
export function* build(ground: Ground, pool: Pool, { view, parent, seat, isWanted }: Build): Job<Built | undefined> {
  const { network, attested } = ground;
  const { cited, citation } = yield* cite(ground, parent);
  const hasNews = citation !== undefined && attested.hasNews(parent.cited);
  const draft = new LedgerDraft(parent.ledger);
  const candidates = yield* fill(ground, pool, parent, cited, draft);
  if (candidates.length === 0 && !isWanted && !hasNews) return undefined;
  const proposer = network.proposers[seat] as Uint8Array;
  yield* ground.open(parent.ledger, accountsTouched([], proposer));
  const nowMs = yield* ask<TimeMs>((id) => ({ kind: "clock", id }));
  const height = asHeight(parent.height + 1);
  const ledger = draft.finish(proposer, ledgerVersion(height));
  const blobs = candidates.map(({ root }) => root);
  const header: OrderHeader = {
    version: 1,
    epoch: parent.header.epoch,
    view,
    height,
    parent: parent.root,
    history: historyRoot(parent.history),
    timeMs: asTimeMs(Math.max(nowMs, parent.header.timeMs + 1)),
    proposer: seat,
    blobsRoot: blobsRootOf(blobs),
    touchesRoot: touchesRootOf(candidates),
    ledgerRoot: ledger.root,
    attested: cited.ref,
    validatorsRoot: parent.header.validatorsRoot,
  };
  const body = { blobs, citation };
  const result = { candidates, ledger, changed: draft.changedAccounts(), cited };
  return { state: stateOf({ header, body }, parent, result), body };
}

interface Cite {
  readonly cited: Attested;
  readonly citation: OrderBody["citation"];
}

/** O3: the newest attest block, with what shows that it is final and descends from what the parent cites. */
function* cite({ attested }: Ground, parent: BlockState): Job<Cite> {
  const same = { cited: parent.cited, citation: undefined };
  const { newest } = attested;
  const { proof } = newest;
  if (proof === undefined || newest.ref.height <= parent.cited.ref.height) return same;
  const { header, certificate } = proof;
  const from = parent.cited.ref.height;
  const descent = yield* ask<HistoryProof | undefined>((id) => ({ kind: "prove-descent", id, from, header }));
  return descent === undefined ? same : { cited: newest, citation: { header, certificate, descent } };
}

/** Takes in from the pool what may stand there, until the block or the pool is at its end. */
function* fill(ground: Ground, pool: Pool, parent: BlockState, cited: Attested, draft: LedgerDraft): Job<Candidate[]> {
  const { network, chain, lag } = ground;
  const height = asHeight(parent.height + 1);
  const taken: Candidate[] = [];
  const tried = new Set<string>();
  const accounts = new Map(chain.above(parent).flatMap(({ changed }) => [...changed]));
  const room = new Room(network);
  const behind = new Map<ShardName, boolean>();
  const isBehind = (shard: ShardName) => {
    const known = behind.get(shard) ?? lag.isBehind(shard, cited.frontiers, chain.above(parent), height);
    behind.set(shard, known);
    return known;
  };
  for (let round = 0; round < roundsMax && !room.isFull; round++) {
    const found = choose(network, pool.select({ isBehind, accounts }), tried);
    if (found.length === 0) break;
    yield* ground.open(parent.ledger, accountsTouched(found, network.proposers[0] as Uint8Array));
    for (const candidate of found) {
      if (refusalAt(network, candidate, height) !== undefined) continue;
      if (room.problemOf(candidate) !== undefined) continue;
      if (draft.admit(candidate) !== undefined) continue;
      room.take(candidate);
      taken.push(candidate);
    }
  }
  return taken;
}

/** The best that was not tried yet, about as much as a block holds. */
function choose({ genesis }: OrderNetwork, selection: Selection, tried: Set<string>): Candidate[] {
  const found: Candidate[] = [];
  const { blockBlobs, blockBytes } = genesis.limits;
  let bytes = 0;
  while (found.length < blockBlobs && bytes < blockBytes) {
    const candidate = selection.next();
    if (candidate === undefined) break;
    if (tried.has(candidate.key)) continue;
    tried.add(candidate.key);
    found.push(candidate);
    bytes += candidate.bytes.length;
  }
  return found;
}
