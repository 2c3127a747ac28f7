// A client that follows one shard by slices alone (O5). It asks one node after the other, honest or not, and needs to trust
// nobody: what a Byzantine node answers is changed on its way, and must be refused, or say the truth all the same.

import { type FollowedBlock, ShardStream, type SliceRun } from "@tandem/ordering";
import { type BlockRef, type Electorate, type ShardName, toHex } from "@tandem/shared";
import type { Instance, Random } from "@tandem/simulator";
import type { OracleState } from "../checkers/order/oracle.ts";
import type { LabInput } from "../nodes/words.ts";
import type { Give } from "./work.ts";

/** Between two questions: the rest of a run is time for the answer. */
const pauseMs = 500;
/** It speaks as a peer beyond all seats. */
export const followerPeer = 1_000_000;

export interface FollowerOptions {
  readonly electorate: Electorate;
  readonly shard: ShardName;
  readonly genesis: BlockRef;
  readonly instances: number;
  readonly byzantine: ReadonlySet<Instance>;
  readonly random: Random;
  readonly give: Give;
  /** The final block of a height as the oracle has it. */
  stateAt(height: number): OracleState | undefined;
}

export class Follower {
  readonly #options: FollowerOptions;
  readonly #stream: ShardStream;
  /** Blocks that it took, and that were not compared yet. */
  readonly #taken: FollowedBlock[] = [];
  #asked = 0;
  #nextMs = 0;
  /** Runs that were refused. */
  refused = 0;
  /** The first thing that it took and that is not so. */
  problem: string | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#stream = new ShardStream(options.electorate, options.shard, options.genesis);
  }

  /** Height up to which it has the stream. */
  get height(): number {
    return this.#stream.last.height;
  }

  /** Of blobs, headers and proofs that it took. */
  get bytes(): number {
    const { blobs, headers, proofs } = this.#stream.bytes;
    return blobs + headers + proofs;
  }

  ask(nowMs: number): void {
    const { give, random, instances } = this.#options;
    this.#check();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + pauseMs;
    const message = { kind: "want-slices", id: ++this.#asked, ...this.#stream.next() } as const;
    const input: LabInput = { kind: "message", from: followerPeer, message };
    give(random.below(instances), input, nowMs + 1);
  }

  onSlices(from: Instance, run: SliceRun): void {
    const { byzantine, random } = this.#options;
    const isTampered = byzantine.has(from) && random.below(2) === 0;
    const taken = this.#stream.take(isTampered ? tamper(run, random) : run);
    if (!taken.ok) {
      this.refused++;
      if (!byzantine.has(from) && !isStale(run, this.height))
        this.problem ??= `slices of honest node ${from} were refused: ${taken.error.code}, ${taken.error.message}`;
      return;
    }
    this.#taken.push(...taken.value);
    this.#check();
  }

  /** What a Byzantine node gave can be final before an honest node knows: it is compared once one does. */
  #check(): void {
    const { stateAt } = this.#options;
    for (let block = this.#taken[0]; block !== undefined; block = this.#taken[0]) {
      const state = stateAt(block.header.height);
      if (state === undefined) return;
      this.problem ??= this.#compare(block, state);
      this.#taken.shift();
    }
  }

  /** Exactly the blobs of the final block that touch the shard, in order. */
  #compare({ header, root, blobs }: FollowedBlock, state: OracleState): string | undefined {
    const { shard } = this.#options;
    const name = `height ${header.height} of the stream of ${shard}`;
    if (toHex(state.root) !== toHex(root)) return `${name} is of another block`;
    const mine = state.blobs.flatMap((blob, index) => (blob.touches.includes(shard) ? [{ blob, index }] : []));
    const isSame = blobs.every(({ bytes, index }, i) => {
      const expected = mine[i];
      return expected?.index === index && Buffer.compare(expected.blob.bytes, bytes) === 0;
    });
    return isSame && blobs.length === mine.length ? undefined : `${name} has other blobs`;
  }
}

/** It answers a question from before the last answer. */
function isStale({ headers }: SliceRun, height: number): boolean {
  return (headers[0]?.height ?? 0) !== height + 1;
}

/** One way in which a run can lie. */
function tamper(run: SliceRun, random: Random): SliceRun {
  const at = random.below(Math.max(1, run.slices.length));
  const slice = run.slices[at];
  const header = run.headers[at];
  if (slice === undefined || header === undefined) return run;
  const withSlice = (changed: typeof slice): SliceRun => ({ ...run, slices: run.slices.with(at, changed) });
  return random.pick([
    () => withSlice({ ...slice, touches: slice.touches.slice(1), blobs: slice.blobs.slice(1) }),
    () => withSlice({ ...slice, blobs: slice.blobs.map((blob) => blob.slice().reverse()) }),
    () => withSlice({ ...slice, proof: { ...slice.proof, left: [], right: [] } }),
    () => ({ ...run, headers: run.headers.slice(1), slices: run.slices.slice(1) }),
    () => ({ ...run, headers: run.headers.with(at, { ...header, touchesRoot: header.ledgerRoot }) }),
    () => ({ ...run, certificate: undefined }),
  ])();
}
