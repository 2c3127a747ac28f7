// S6: final attest blocks are judged one after the other, and what they bring is told: to the order chain, which may cite
// them (O3), to the followers and the books. Consensus delivers them as fast as it learns of them, so a node that was away
// has many; the last few are in memory, the others are read back from the store. One that was checked is not judged again.

import { type AttestBlock, asHeight, assert, type BlockInfo, type Certificate } from "@tandem/shared";
import { attestBlockRules } from "./block.ts";
import { attestBatch } from "./block-records.ts";
import { type AttestRecord, deliveredBatch, readAttestBlock, tipRecords } from "./chain-records.ts";
import type { Core, Job } from "./core.ts";
import type { ClaimPlace } from "./following/types.ts";
import { progressOf } from "./frontiers.ts";
import { judgeBlock } from "./judge-block.ts";
import type { AttestState } from "./state.ts";
import { read, until } from "./work.ts";

/** Delivered blocks that are kept in memory until they are judged. */
const windowBlocksMax = 16;

/** What a final block brought. */
export interface Settled {
  readonly state: AttestState;
  readonly claims: readonly ClaimPlace[];
}

export class Finality {
  readonly #core: Core;
  readonly #onSettled: (settled: Settled) => void;
  /** By height. */
  readonly #window = new Map<number, AttestRecord>();

  constructor(core: Core, onSettled: (settled: Settled) => void) {
    this.#core = core;
    this.#onSettled = onSettled;
  }

  deliver(block: AttestBlock, { height }: BlockInfo, certificate: Certificate): void {
    const core = this.#core;
    assert(height === core.finalHeight + 1, "final blocks are delivered in order of height");
    core.finalHeight = height;
    core.store(deliveredBatch({ block, certificate }));
    if (this.#window.size < windowBlocksMax) this.#window.set(height, { block, certificate });
  }

  /** Never ends. */
  *run(): Job {
    const core = this.#core;
    for (;;) {
      yield* until(() => core.finalHeight > core.chain.base.height);
      const { block, certificate } = yield* this.#take(core.chain.base.height + 1);
      const info = attestBlockRules.infoOf(block);
      const state = core.chain.find(info.root) ?? (yield* this.#judge(block, info));
      if (state === undefined) return;
      this.#settle(state, certificate);
    }
  }

  *#take(height: number): Job<AttestRecord> {
    const held = this.#window.get(height);
    this.#window.delete(height);
    const record = held ?? (yield* read(readAttestBlock(asHeight(height))));
    assert(record !== undefined, "what was delivered is in the store");
    return record;
  }

  *#judge(block: AttestBlock, info: BlockInfo): Job<AttestState | undefined> {
    const core = this.#core;
    // What it cites is final, so it comes.
    yield* until(() => core.orderHeight >= block.header.order.height);
    const judged = yield* read(judgeBlock(core.setting, block, core.chain.base, undefined));
    if (judged.kind === "good") return judged.state;
    core.hasDiverged = true;
    const problem =
      judged.kind === "bad"
        ? judged.problem
        : ({ code: "citation", path: "header.order", message: "another order block is final there" } as const);
    core.push({ kind: "attest-diverged", info, problem });
    return undefined;
  }

  #settle(state: AttestState, certificate: Certificate): void {
    const core = this.#core;
    const { puts } = attestBatch(state);
    core.store({ puts: [...puts, ...tipRecords(state).puts], deletes: [] });
    core.chain.settle(state);
    const { header, height, root } = state;
    const changes = progressOf(state.changes);
    const claims = state.claims.map(
      ({ shard, round, prev, claim }): ClaimPlace => ({ shard, round, prev, root: claim }),
    );
    core.push({ kind: "attested", block: { header, ref: { height, root }, certificate, changes } });
    core.push({ kind: "news", news: { kind: "attested", height, claims } });
    this.#onSettled({ state, claims });
  }
}
