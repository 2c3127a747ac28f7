// A made attest chain for the order chain to cite (O3, O10): headers with real finalizations of the attest set, by a script
// that the seed decides. What it claims follows the order chain: a shard that was touched at final heights claims up to the
// last of them, unless it is stalled, and has some programs pending for a few claims more. So shards fall behind, and catch
// up; once the world is healed none is stalled.

import type { AttestedBlock, ShardProgress } from "@tandem/ordering";
import {
  type AttestHeader,
  appendToHistory,
  asHeight,
  asRound,
  assembleHistoryProof,
  assert,
  asValidatorIndex,
  asView,
  attestHeaderCodec,
  type BlockRef,
  bitmapOf,
  type Certificate,
  emptyHistory,
  genesisAttestHeader,
  type Height,
  type History,
  type HistoryProof,
  historyPlaces,
  historyRoot,
  type Root,
  type ShardName,
  sha256,
  utf8,
  type Vote,
  voteSigningRoot,
} from "@tandem/shared";
import type { Random } from "@tandem/simulator";
import type { CitableBlock } from "../checkers/order/oracle.ts";
import type { LabNetwork } from "../nodes/order-network.ts";
import type { BlobPlan } from "../setting.ts";

type Frontiers = ReadonlyMap<ShardName, ShardProgress>;

interface Made {
  readonly root: Root;
  readonly frontiers: Frontiers;
  /** Nothing for the genesis. */
  readonly block: AttestedBlock | undefined;
}

/** What the order chain finalized so far. */
export interface OrderProgress {
  readonly ref: BlockRef;
  /** By shard: heights that touched it, rising. */
  readonly touched: ReadonlyMap<string, readonly number[]>;
}

const stallMsMax = 6000;
const nothingClaimed: ShardProgress = { round: asRound(0), pending: 0 };

export class AttestChain {
  readonly #lab: LabNetwork;
  readonly #plan: BlobPlan;
  readonly #healAtMs: number;
  readonly #random: Random;
  readonly #made: Made[];
  /** Completed subtrees of the history, by level and index. */
  readonly #subtrees = new Map<string, Root>();
  #history: History = emptyHistory;
  #nextMs = 0;
  /** By shard: until when it claims nothing. */
  readonly #stalled = new Map<ShardName, number>();

  constructor(lab: LabNetwork, plan: BlobPlan, healAtMs: number, random: Random) {
    this.#lab = lab;
    this.#plan = plan;
    this.#healAtMs = healAtMs;
    this.#random = random;
    const root = attestHeaderCodec.root(genesisAttestHeader(lab.network.genesis));
    this.#made = [{ root, frontiers: new Map(), block: undefined }];
    this.#append(root);
  }

  get height(): number {
    return this.#made.length - 1;
  }

  /** From 1 on. */
  blockAt(height: number): AttestedBlock {
    const block = this.#made[height]?.block;
    assert(block !== undefined, "nobody is told of an attest block before it is made");
    return block;
  }

  citableAt(height: number): CitableBlock | undefined {
    const made = this.#made[height];
    if (made === undefined) return undefined;
    const { root, frontiers } = made;
    return { root, progressOf: (shard) => frontiers.get(shard as ShardName) ?? nothingClaimed };
  }

  /** Whether citing the newest block after that one brings claims that something waits for (O8). */
  hasNewsAfter(cited: number): boolean {
    const before = this.#made[cited]?.frontiers ?? new Map();
    const now = (this.#made.at(-1) as Made).frontiers;
    const hasMoved = [...now].some(([shard, { round }]) => round > (before.get(shard)?.round ?? 0));
    return hasMoved && [...now.values()].some(({ pending }) => pending > 0);
  }

  proveDescent(from: Height, { height }: AttestHeader): HistoryProof | undefined {
    const hashes = historyPlaces(height, from).map(({ level, index }) => this.#subtrees.get(`${level} ${index}`));
    const proof = assembleHistoryProof(height, from, hashes);
    return proof.ok ? proof.value : undefined;
  }

  /** The next block, if it is time and some shard has something to claim. */
  grow(nowMs: number, order: OrderProgress): void {
    const { everyMs } = this.#plan.attest;
    if (everyMs === 0 || nowMs < this.#nextMs) return;
    const before = (this.#made.at(-1) as Made).frontiers;
    const changes = new Map<ShardName, ShardProgress>();
    for (const { name } of this.#lab.network.genesis.shards) {
      const claim = this.#claim(name, before.get(name) ?? nothingClaimed, order, nowMs);
      if (claim !== undefined) changes.set(name, claim);
    }
    if (changes.size === 0) return;
    this.#nextMs = nowMs + (nowMs < this.#healAtMs ? everyMs : 0);
    this.#make(changes, new Map([...before, ...changes]), order.ref);
  }

  #claim(
    shard: ShardName,
    { round, pending }: ShardProgress,
    { ref, touched }: OrderProgress,
    nowMs: number,
  ): ShardProgress | undefined {
    if (this.#isStalled(shard, nowMs)) return undefined;
    const last = touched.get(shard)?.at(-1) ?? 0;
    if (last > round) return { round: asRound(last), pending: this.#pendingAt(nowMs) };
    if (pending === 0 || ref.height <= round) return undefined;
    return { round: asRound(ref.height), pending: pending >> 1 };
  }

  /** More than may be, now and then, while the world is sick. */
  #pendingAt(nowMs: number): number {
    const { pendingMax } = this.#plan;
    const most = Math.min(pendingMax, 20);
    const isOver = nowMs < this.#healAtMs && pendingMax <= most && this.#random.below(4) === 0;
    return isOver ? pendingMax + 1 : this.#random.below(most + 1);
  }

  #isStalled(shard: ShardName, nowMs: number): boolean {
    if (nowMs >= this.#healAtMs) return false;
    if (nowMs < (this.#stalled.get(shard) ?? 0)) return true;
    if (!this.#random.chance(this.#plan.attest.stallPpm)) return false;
    this.#stalled.set(shard, nowMs + this.#random.below(stallMsMax));
    return true;
  }

  #make(changes: Frontiers, frontiers: Frontiers, order: BlockRef): void {
    const height = asHeight(this.#made.length);
    const names = [...frontiers].map(([shard, { round, pending }]) => `${shard} ${round} ${pending}`);
    const header: AttestHeader = {
      version: 1,
      epoch: this.#lab.attest.epoch,
      view: asView(height),
      height,
      parent: (this.#made.at(-1) as Made).root,
      history: historyRoot(this.#history),
      proposer: asValidatorIndex(0),
      order,
      // They stand for what the order chain does not look into.
      frontiersRoot: sha256(utf8(names.join("\n"))) as Root,
      attestationsRoot: sha256(utf8(`attestations of ${height}`)) as Root,
    };
    const root = attestHeaderCodec.root(header);
    const certificate = this.#finalize(header, root);
    this.#made.push({ root, frontiers, block: { header, ref: { height, root }, certificate, changes } });
    this.#append(root);
  }

  #append(root: Root): void {
    const { history, completed } = appendToHistory(this.#history, root);
    this.#history = history;
    for (const { level, index, hash } of completed) this.#subtrees.set(`${level} ${index}`, hash);
  }

  #finalize({ epoch, view }: AttestHeader, block: Root): Certificate {
    const { attest, keys } = this.#lab;
    const message = voteSigningRoot(attest, "finalize", { epoch, view, block });
    const votes = keys.signers.map(({ seat, sign }): Vote => {
      return { kind: "finalize", epoch, view, block, signer: seat, signature: sign(message) };
    });
    const bitmap = bitmapOf(attest.committee, votes);
    const signature = attest.scheme.aggregate(votes.map((vote) => vote.signature));
    assert(bitmap.ok && signature.ok, "votes of all seats aggregate");
    return { kind: "finalization", epoch, view, block, bitmap: bitmap.value, signature: signature.value };
  }
}
