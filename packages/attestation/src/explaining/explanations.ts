// C6: explanations as the machine has them: one for each followed shard that stopped, begun when its dispute is known, and
// the answers to peers whose shards did. After a restart a dispute is known again, and is explained again.

import { assert, type Job, type ReadEffect, type Root, read, type ShardName } from "@tandem/shared";
import type { ClaimContent } from "../content/claim-content.ts";
import type { Peer } from "../content/types.ts";
import type { Difference } from "../following/difference.ts";
import type { Dispute } from "../following/types.ts";
import { readContent } from "../records.ts";
import { type ExplainerConfig, StateExplainer } from "./explainer.ts";
import { StateServer } from "./serve.ts";
import type { Explanation, PartQuestion, StateEffect, StateMessage } from "./types.ts";

/** What the machine gives. `Effect` is whatever its jobs ask of the shell. */
export interface ExplainDesk<Effect> extends ExplainerConfig {
  readonly jobs: { start(name: string, job: Job<void, Effect | ReadEffect>): void };
  readonly push: (effect: StateEffect) => void;
  /** C5: until the content of this claim is in the store. */
  hold(shard: ShardName, claim: Root): Job<void, Effect>;
  /** Whom to ask for a state of that shard, the likeliest first. */
  sourcesOf(shard: ShardName): readonly Peer[];
  onExplained(explanation: Explanation): void;
}

export class Explanations<Effect> {
  readonly #desk: ExplainDesk<Effect>;
  readonly #explainer: StateExplainer;
  readonly #server = new StateServer();
  readonly #explained = new Map<ShardName, Explanation>();
  #answers = 0;

  constructor(desk: ExplainDesk<Effect>) {
    this.#desk = desk;
    this.#explainer = new StateExplainer(desk);
  }

  /** For tests of bounds: all that is kept. */
  get counts() {
    return { ...this.#explainer.counts, explained: this.#explained.size };
  }

  /** What came out, when it did. */
  of(shard: ShardName): Explanation | undefined {
    return this.#explained.get(shard);
  }

  /** When `firstDifference` is known, or that there was no work in that round. */
  begin(dispute: Dispute, difference: Difference): void {
    this.#desk.jobs.start(`explain ${dispute.shard}`, this.#explain(dispute, difference));
  }

  *#explain(dispute: Dispute, difference: Difference): Job<void, Effect | ReadEffect> {
    const { shard } = dispute;
    const theirs = yield* this.#contentOf(shard, dispute.theirs);
    const own = dispute.own === undefined ? undefined : yield* this.#contentOf(shard, dispute.own);
    const affirmers = () => this.#desk.sourcesOf(shard);
    const explanation = yield* this.#explainer.explain({ dispute, difference, own, theirs, affirmers });
    this.#explained.set(shard, explanation);
    this.#desk.onExplained(explanation);
  }

  *#contentOf(shard: ShardName, claim: Root): Job<ClaimContent, Effect | ReadEffect> {
    yield* this.#desk.hold(shard, claim);
    const content = yield* read(readContent(claim));
    assert(content !== undefined, "a content that is held is in the store");
    return content;
  }

  onMessage(from: Peer, message: StateMessage): void {
    if (message.kind === "state") this.#explainer.onState(from, message.id, message.part);
    else this.#onQuestion(from, message);
  }

  #onQuestion(from: Peer, { id, shard, round, map, root, place }: PartQuestion & { readonly id: number }): void {
    const question = { shard, round, map, root, place };
    this.#desk.jobs.start(`serve state ${from} ${++this.#answers}`, this.#answer(from, id, question));
  }

  *#answer(from: Peer, id: number, question: PartQuestion): Job<void, ReadEffect> {
    const message = yield* read(this.#server.answer(from, id, question));
    if (message !== undefined) this.#desk.push({ kind: "send", to: from, message });
  }

  onTimer(id: number): void {
    this.#explainer.onTimer(id);
  }
}
