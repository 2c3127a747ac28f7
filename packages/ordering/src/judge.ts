// O2-O5, O10: may this block stand on that one? Everything is recomputed: history, sets, roots, each blob at its place,
// the ledger after all of them, and the citation. The same code executes blocks that a quorum found good, final ones and
// ancestors of a proposal: there signatures and the proof of the citation are not checked again, and everything else must
// agree.
//
// What is missing is waited for (O6): blobs that peers have, a cited attest block that this node has not seen yet.

import {
  appendToHistory,
  asBlobIndex,
  attestHeaderCodec,
  checkCitation,
  equalBytes,
  equalRefs,
  historyRoot,
  type OrderBlock,
  type Result,
  type Root,
  type ShardName,
  type TouchedKeys,
  touchesTree,
  type ValidatorIndex,
} from "@tandem/shared";
import type { Attested, AttestedChain } from "./attested.ts";
import { orderBlockRules, standsForBody } from "./block.ts";
import { type Candidate, type Refusal, refusalAt, refuse, signatureOf } from "./candidate.ts";
import type { BlockState, Chain } from "./chain.ts";
import { ask, type Job, until } from "./jobs.ts";
import type { Lag } from "./lag.ts";
import { accountsTouched, type Ledger, LedgerDraft } from "./ledger.ts";
import { ledgerVersion, type OrderNetwork } from "./network.ts";
import type { Shelf } from "./shelf.ts";
import type { BlockProblem, BlockProblemCode, Peer } from "./types.ts";

/** What is known of the world below a block. */
export interface Ground {
  readonly network: OrderNetwork;
  readonly chain: Chain;
  readonly lag: Lag;
  readonly attested: AttestedChain;
  readonly shelf: Shelf;
  /** O6: these blobs, in order, once all of them are here. `first` is asked first. */
  gather(roots: readonly Root[], first: Peer | undefined): Job<readonly Candidate[]>;
  /** Until these accounts are known in the ledger, which has a bound on how many of them are (S11). */
  open(ledger: Ledger, touched: TouchedKeys): Job;
  /** While the job is at work, these blobs stay on the shelf. */
  claiming<T>(roots: readonly Root[], job: Job<T>): Job<T>;
}

export type Judged = Result<BlockState, BlockProblem>;

export interface Trust {
  /** Of the block's view; nothing for a block that has a certificate. */
  readonly leader: ValidatorIndex | undefined;
}

export function judge(ground: Ground, block: OrderBlock, parent: BlockState, trust: Trust): Job<Judged> {
  return ground.claiming(block.body.blobs, judgeClaimed(ground, block, parent, trust));
}

/** For whoever claims its blobs anyway. */
export function* judgeClaimed(ground: Ground, block: OrderBlock, parent: BlockState, { leader }: Trust): Job<Judged> {
  const { network, chain, lag, attested } = ground;
  const { header, body } = block;
  const isCertified = leader === undefined;
  const wrongHeader = headerProblem(network, block, parent, leader);
  if (wrongHeader !== undefined) return wrong(wrongHeader);
  const wrongCitation = isCertified ? undefined : yield* citationProblem(network, block, parent);
  if (wrongCitation !== undefined) return wrong(wrongCitation);
  const candidates = yield* ground.gather(body.blobs, leader);
  const cited = yield* awaitCited(attested, parent, block);
  if (cited === undefined) return wrong(problem("citation", "another attest block is final at that height"));
  const refused =
    bodyProblem(network, header.height, candidates) ??
    problemOfShards(candidates, (shard) => lag.isBehind(shard, cited.frontiers, chain.above(parent), header.height)) ??
    (isCertified ? undefined : yield* signatureProblem(ground, candidates));
  if (refused !== undefined) return wrong(refused);
  return yield* execute(ground, block, parent, candidates, cited);
}

export function problem(code: BlockProblemCode, message: string): BlockProblem {
  return { code, message };
}

function blobProblem(index: number, refusal: Refusal): BlockProblem {
  return { code: "blob", message: `blob ${index}: ${refusal.message}`, index: asBlobIndex(index), refusal };
}

function wrong(error: BlockProblem): Judged {
  return { ok: false, error };
}

/** What header and body say by themselves and of the parent. Consensus has compared epoch, view, height and parent. */
function headerProblem(
  { genesis, header: first, proposers }: OrderNetwork,
  block: OrderBlock,
  parent: BlockState,
  leader: ValidatorIndex | undefined,
): BlockProblem | undefined {
  const { header, body } = block;
  const { timeMs, proposer } = header;
  if ((leader !== undefined && proposer !== leader) || proposers[proposer] === undefined)
    return problem("proposer", `${proposer} is not the leader of view ${header.view}`);
  if (timeMs <= parent.header.timeMs)
    return problem("time", `time ${timeMs} does not come after ${parent.header.timeMs} of the parent`);
  if (!equalBytes(header.history, historyRoot(parent.history))) return problem("history", "another history");
  if (!equalBytes(header.validatorsRoot, first.validatorsRoot)) return problem("sets", "other validator sets");
  if (body.blobs.length > genesis.limits.blockBlobs)
    return problem("count", `${body.blobs.length} blobs where ${genesis.limits.blockBlobs} are allowed`);
  return standsForBody(block) ? undefined : problem("body", "the header commits to another body");
}

/** O3: what it cites is what its parent cites, or final and above that. */
function* citationProblem(
  { attestGenesis }: OrderNetwork,
  { header, body: { citation } }: OrderBlock,
  parent: BlockState,
): Job<BlockProblem | undefined> {
  const checked = checkCitation({
    headers: attestHeaderCodec,
    genesis: attestGenesis,
    before: parent.header.attested,
    now: header.attested,
    citation,
  });
  if (!checked.ok) return problem("citation", checked.error.message);
  if (citation === undefined) return undefined;
  const [isGood] = yield* ask<readonly boolean[]>((id) => ({
    kind: "verify",
    id,
    task: { kind: "citation", citation },
  }));
  return isGood ? undefined : problem("citation", "the certificate of the cited block is false");
}

/** The cited block as our own attest chain has it; waits until it has. */
function* awaitCited(attested: AttestedChain, parent: BlockState, { header }: OrderBlock): Job<Attested | undefined> {
  if (equalRefs(header.attested, parent.cited.ref)) return parent.cited;
  yield* until(() => attested.find(header.attested) !== "unknown");
  const found = attested.find(header.attested);
  return typeof found === "string" ? undefined : found;
}

/** O2, O9: limits of a block, and what each blob says by itself. */
function bodyProblem(
  network: OrderNetwork,
  height: BlockState["height"],
  candidates: readonly Candidate[],
): BlockProblem | undefined {
  const room = new Room(network);
  for (const [index, candidate] of candidates.entries()) {
    const refusal = refusalAt(network, candidate, height);
    if (refusal !== undefined) return blobProblem(index, refusal);
    const full = room.problemOf(candidate);
    if (full !== undefined) return { ...full, index: asBlobIndex(index) };
    room.take(candidate);
  }
  return undefined;
}

/** What is left of a block's limits (O9). */
export class Room {
  readonly #limits: OrderNetwork["genesis"]["limits"];
  readonly #budgets = new Map<ShardName, number>();
  #bytes = 0;
  #blobs = 0;

  constructor({ genesis }: OrderNetwork) {
    this.#limits = genesis.limits;
  }

  get isFull(): boolean {
    return this.#blobs === this.#limits.blockBlobs || this.#bytes === this.#limits.blockBytes;
  }

  /** What limit it would break. */
  problemOf({ bytes, blob: { envelope } }: Candidate): BlockProblem | undefined {
    const { blockBlobs, blockBytes, shardBudget } = this.#limits;
    if (this.#blobs + 1 > blockBlobs) return problem("count", `more than ${blockBlobs} blobs`);
    if (this.#bytes + bytes.length > blockBytes) return problem("bytes", `more than ${blockBytes} bytes of blobs`);
    const full = envelope.touches.find((shard) => this.#budgetOf(shard) + envelope.budget > shardBudget);
    return full === undefined ? undefined : problem("shard-budget", `more than ${shardBudget} of work for ${full}`);
  }

  take({ bytes, blob: { envelope } }: Candidate): void {
    for (const shard of envelope.touches) this.#budgets.set(shard, this.#budgetOf(shard) + envelope.budget);
    this.#bytes += bytes.length;
    this.#blobs++;
  }

  #budgetOf(shard: ShardName): number {
    return this.#budgets.get(shard) ?? 0;
  }
}

/** O10, each shard once. */
function problemOfShards(
  candidates: readonly Candidate[],
  isBehind: (shard: ShardName) => boolean,
): BlockProblem | undefined {
  const known = new Map<ShardName, boolean>();
  for (const [index, { blob }] of candidates.entries()) {
    for (const shard of blob.envelope.touches) {
      const behind = known.get(shard) ?? isBehind(shard);
      known.set(shard, behind);
      if (behind) return blobProblem(index, refuse("shard-behind", "touches", `${shard} is too far behind`).error);
    }
  }
  return undefined;
}

/** Each blob's signature is checked once on this node; all that are still to be checked go together. */
function* signatureProblem(
  { network, shelf }: Ground,
  candidates: readonly Candidate[],
): Job<BlockProblem | undefined> {
  const unchecked = candidates.filter(({ key }) => shelf.isSigned(key) === undefined);
  if (unchecked.length > 0) {
    const signatures = unchecked.map((candidate) => signatureOf(network, candidate));
    const valid = yield* ask<readonly boolean[]>((id) => ({
      kind: "verify",
      id,
      task: { kind: "signatures", signatures },
    }));
    for (const [index, { key }] of unchecked.entries()) shelf.markSigned(key, valid[index] === true);
  }
  const bad = candidates.findIndex(({ key }) => shelf.isSigned(key) === false);
  if (bad < 0) return undefined;
  return blobProblem(bad, refuse("signature", "signature", "the signature is not the payer's").error);
}

function* execute(
  ground: Ground,
  block: OrderBlock,
  parent: BlockState,
  candidates: readonly Candidate[],
  cited: Attested,
): Job<Judged> {
  const { header } = block;
  const proposer = ground.network.proposers[header.proposer] as Uint8Array;
  yield* ground.open(parent.ledger, accountsTouched(candidates, proposer));
  const draft = new LedgerDraft(parent.ledger);
  for (const [index, candidate] of candidates.entries()) {
    const refusal = draft.admit(candidate);
    if (refusal !== undefined) return wrong(blobProblem(index, refusal));
  }
  const ledger = draft.finish(proposer, ledgerVersion(header.height));
  if (!equalBytes(ledger.root, header.ledgerRoot)) return wrong(problem("ledger-root", "another ledger"));
  if (!equalBytes(touchesRootOf(candidates), header.touchesRoot))
    return wrong(problem("touches-root", "other touches"));
  return { ok: true, value: stateOf(block, parent, { candidates, ledger, changed: draft.changedAccounts(), cited }) };
}

/** O5. */
export function touchesRootOf(candidates: readonly Candidate[]): Root {
  return touchesTree(candidates.map(({ root, blob }) => ({ root, touches: blob.envelope.touches }))).commitment;
}

/** The state after a block that was found good. */
export function stateOf(
  block: OrderBlock,
  parent: BlockState,
  result: Pick<BlockState, "candidates" | "ledger" | "changed" | "cited">,
): BlockState {
  const { header } = block;
  const { root } = orderBlockRules.infoOf(block);
  const { history, completed } = appendToHistory(parent.history, root);
  return {
    ...result,
    header,
    root,
    height: header.height,
    before: parent.ledger.map,
    history,
    completed,
    touched: new Set(result.candidates.flatMap(({ blob }) => blob.envelope.touches)),
    parent,
  };
}
