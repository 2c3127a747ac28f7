// C3: a snapshot is taken part by part, from anybody. It is true if a claim was attested that commits to all of it: so its
// proof is checked first, and every map against the claim as soon as it is whole.
//
// What a part leaves is to be written before the next is taken, and counts for nothing: nobody finds it, and content is
// true by its root. Only the batch of `end` makes it the state of a followed shard. It never makes a mark (C4): what a key
// signed is nothing that a snapshot could know.

import {
  assert,
  type ClaimSummary,
  claimSummaryCodec,
  equalBytes,
  type Failure,
  type Frontier,
  failure,
  type Result,
  type ShardName,
  type StoreBatch,
  type StoreRecord,
  success,
  verifyAttestation,
} from "@tandem/shared";
import { shardBatch, shardRecords } from "../chain-records.ts";
import { type ClaimContent, checkContent } from "../content/claim-content.ts";
import type { AttestNetwork } from "../network.ts";
import { contentRecords } from "../records.ts";
import { type SnapshotHead, type SnapshotPart, snapshotPartCodec } from "./parts.ts";
import { type StateCode, StateReader } from "./state-reader.ts";

export type SnapshotCode =
  | StateCode
  | "malformed" // a part does not decode
  | "wrong-network"
  | "wrong-shard"
  | "wrong-proof" // it does not show that the claim was attested
  | "wrong-claim" // the claim or its exports are others than what was attested
  | "truncated"; // it ends before its end

type Taken = Result<StoreBatch, Failure<SnapshotCode>>;

export interface SnapshotEnd {
  readonly frontier: Frontier;
  readonly batch: StoreBatch;
}

export class SnapshotReader {
  readonly #network: AttestNetwork;
  readonly #shard: ShardName;
  #claim: ClaimSummary | undefined;
  #state: StateReader | undefined;
  #parts = 0;
  #isEnded = false;
  #failure: { readonly ok: false; readonly error: Failure<SnapshotCode> } | undefined;

  constructor(network: AttestNetwork, shard: ShardName) {
    assert(network.shards.has(shard), "a shard of the network");
    this.#network = network;
    this.#shard = shard;
  }

  /** The next part. After a failure there is nothing but that. */
  take(bytes: Uint8Array): Taken {
    if (this.#failure !== undefined) return this.#failure;
    const part = snapshotPartCodec.decode(bytes);
    const taken: Taken = part.ok
      ? this.#takePart(part.value)
      : failure("malformed", part.error.path, part.error.message);
    if (!taken.ok) this.#failure = taken;
    else this.#parts++;
    return taken;
  }

  #takePart(part: SnapshotPart): Taken {
    const state = this.#state;
    if (part.kind === "head") return this.#claim === undefined ? this.#onHead(part.value) : misplaced(part);
    if (part.kind === "content") {
      return this.#claim === undefined || state !== undefined
        ? misplaced(part)
        : this.#onContent(this.#claim, part.value);
    }
    if (state === undefined || this.#isEnded) return misplaced(part);
    switch (part.kind) {
      case "contracts":
        return this.#underShard(state.onContracts(part.value));
      case "state":
        return this.#underShard(state.onState(part.value));
      case "pending":
        return this.#underShard(state.onPending(part.value));
      case "end":
        return this.#onEnd(state, part.value.parts);
    }
  }

  /** C3: the claim that everything is compared with. */
  #onHead({ network, shard, proof }: SnapshotHead): Taken {
    if (!equalBytes(network, this.#network.root))
      return failure("wrong-network", "head.network", "it is of another network");
    if (shard !== this.#shard) return failure("wrong-shard", "head.shard", `it is of ${shard}, not of ${this.#shard}`);
    const attested = verifyAttestation(this.#network.electorate, proof);
    if (!attested.ok) {
      const { code, path, message } = attested.error;
      return failure("wrong-proof", `head.proof.${path}`, `${message} (${code})`);
    }
    const { claim } = attested.value;
    if (claim.shard !== shard) return failure("wrong-shard", "head.proof.claim", `the claim is of ${claim.shard}`);
    this.#claim = claim;
    return success(nothing);
  }

  /** C5. */
  #onContent(claim: ClaimSummary, content: ClaimContent): Taken {
    const root = claimSummaryCodec.root(claim);
    const checked = checkContent(root, content);
    if (!checked.ok) return failure("wrong-claim", `content.${checked.error.path}`, checked.error.message);
    this.#state = new StateReader(claim);
    return success(contentRecords(root, content));
  }

  #onEnd(state: StateReader, parts: number): Taken {
    const ended = this.#underShard(state.end());
    if (!ended.ok) return ended;
    if (parts !== this.#parts) return failure("wrong-order", "end", `there were ${this.#parts} parts, not ${parts}`);
    this.#isEnded = true;
    return ended;
  }

  #underShard(records: Result<readonly StoreRecord[], Failure<StateCode>>): Taken {
    return records.ok ? success(shardRecords(this.#shard, { puts: records.value, deletes: [] })) : records;
  }

  /** When there are no more parts. With this batch, all or nothing, the shard is followed from the claim on. */
  end(): Result<SnapshotEnd, Failure<SnapshotCode>> {
    if (this.#failure !== undefined) return this.#failure;
    const [claim, state] = [this.#claim, this.#state];
    if (!this.#isEnded || claim === undefined || state === undefined) {
      return failure("truncated", "", `it ends after ${this.#parts} parts, before its end`);
    }
    const { round, contracts, pending } = claim;
    const frontier = { round, claim: claimSummaryCodec.root(claim), contracts, pending };
    const record = { frontier, begun: round };
    return success({ frontier, batch: shardBatch(this.#shard, record, { puts: state.heads, deletes: [] }) });
  }
}

const nothing: StoreBatch = { puts: [], deletes: [] };

function misplaced({ kind }: SnapshotPart): Taken {
  return failure("wrong-order", kind, `a part of this kind does not stand here: ${kind}`);
}
