// S6, O2: final blocks are executed one after the other. Consensus delivers them as fast as it learns of them, so a node that
// was away has many to execute; the last few are in memory, the others are read back from the store. A block that was
// checked before is not executed again.

import {
  asHeight,
  assert,
  type BlockInfo,
  type Certificate,
  type OrderBlock,
  storeBatchOf,
  toHex,
} from "@tandem/shared";
import { orderBlockRules } from "./block.ts";
import type { BlockState } from "./chain.ts";
import type { Core } from "./core.ts";
import { type Job, read, until } from "./jobs.ts";
import { judge } from "./judge.ts";
import { progressOf } from "./lag.ts";
import {
  type BlockRecord,
  blockKey,
  blockRecordCodec,
  deliveredRecords,
  executedRecords,
  joinBatches,
  keptKey,
  readRecord,
  type TipRecord,
} from "./records.ts";
import type { OrderedBlock } from "./types.ts";

/** Delivered blocks that are kept in memory until they are executed. */
const windowBlocksMax = 16;
export class Finality {
  readonly #core: Core;
  /** By height. */
  readonly #window = new Map<number, BlockRecord>();

  constructor(core: Core) {
    this.#core = core;
  }

  deliver(block: OrderBlock, { height, root }: BlockInfo, certificate: Certificate): void {
    const core = this.#core;
    assert(height === core.finalHeight + 1, "final blocks are delivered in order of height");
    core.finalHeight = height;
    core.store(deliveredRecords(root, { block, certificate }));
    if (this.#window.size < windowBlocksMax) this.#window.set(height, { block, certificate });
  }

  /** Never ends. */
  *run(): Job {
    const core = this.#core;
    for (;;) {
      yield* until(() => core.finalHeight > core.chain.base.height);
      const { block, certificate } = yield* this.#take(core.next);
      const info = orderBlockRules.infoOf(block);
      const known = core.chain.find(info.root);
      const judged = known ?? (yield* this.#execute(block, info));
      if (judged === undefined) return;
      this.#settle(judged, { block, info, certificate });
      yield* core.slim();
    }
  }

  *#take(height: number): Job<BlockRecord> {
    const held = this.#window.get(height);
    this.#window.delete(height);
    const record = held ?? (yield* read(readRecord(blockKey(asHeight(height)), blockRecordCodec)));
    assert(record !== undefined, "what was delivered is in the store");
    return record;
  }

  *#execute(block: OrderBlock, info: BlockInfo): Job<BlockState | undefined> {
    const core = this.#core;
    const judged = yield* judge(core, block, core.chain.base, { leader: undefined });
    if (judged.ok) return judged.value;
    core.hasDiverged = true;
    core.push({ kind: "diverged", info, problem: judged.error });
    return undefined;
  }

  #settle(state: BlockState, final: Omit<OrderedBlock, "blobs">): void {
    const core = this.#core;
    const { candidates, cited, changed, height, completed } = state;
    const stored = new Set(candidates.filter(({ key }) => core.shelf.isStored(key)).map(({ key }) => key));
    core.chain.settle(state);
    core.lag.settle(state, cited.frontiers);
    core.attested.settle(cited);
    const ordered = new Set(candidates.map(({ key }) => key));
    const removed = core.pool.settle({ next: core.next, changed, ordered });
    for (const key of [...ordered, ...removed.map(({ candidate }) => candidate.key)]) core.outbox.forget(key);
    const executed = executedRecords({
      blobs: candidates.map(({ key, root, bytes, blob }) => ({
        root,
        bytes: stored.has(key) ? undefined : bytes,
        touches: blob.envelope.touches,
      })),
      completed,
      ledger: storeBatchOf(state.before, state.ledger.map),
      tip: this.#tip(state),
    });
    const gone = removed.filter(({ candidate, isOwn }) => isOwn && !ordered.has(candidate.key));
    const deletes = [...gone.map(({ candidate }) => keptKey(candidate.root)), ...core.clearShelf(candidates)];
    core.store(joinBatches(executed, { puts: [], deletes }));
    core.push({ kind: "ordered", ...final, blobs: candidates.map(({ bytes }) => bytes) });
    const { info } = final;
    assert(toHex(core.chain.base.root) === toHex(info.root) && height === info.height, "it is the block that is final");
  }

  #tip({ height, root, history, ledger, cited }: BlockState): TipRecord {
    const { lag } = this.#core;
    const heights = new Map(lag.entries());
    const shards = [...new Set([...heights.keys(), ...cited.frontiers.keys()])].sort();
    return {
      height,
      root,
      history,
      ledgerRoot: ledger.root,
      attested: height === 0 ? this.#core.network.header.attested : cited.ref,
      lag: shards.map((shard) => ({ shard, ...progressOf(cited.frontiers, shard), heights: heights.get(shard) ?? [] })),
    };
  }
}
