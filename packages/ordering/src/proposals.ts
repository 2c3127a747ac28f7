// What consensus asks: a block to propose (O8), and whether one that was proposed is good (O6). Of each it asks for one at a
// time, in the view that it is in; a new question takes the place of the one before. An answer may take long, for what is
// missing is waited for; consensus goes on without it.

import {
  asHeight,
  equalBytes,
  limits,
  type OrderBlock,
  type Root,
  type TimeMs,
  type ValidatorIndex,
} from "@tandem/shared";
import { orderBlockRules } from "./block.ts";
import { build } from "./build.ts";
import type { BlockState } from "./chain.ts";
import type { Core } from "./core.ts";
import { ask, type Job, until } from "./jobs.ts";
import { judge, judgeClaimed, problem } from "./judge.ts";
import type { BlockProblem, OrderInput } from "./types.ts";

type BuildInput = Extract<OrderInput, { kind: "build" }>;
type CheckInput = Extract<OrderInput, { kind: "check" }>;

/** A block on the way from the last final one to the block in question. */
interface Step {
  readonly root: Root;
  readonly height: number;
  /** Absent for the last final one. */
  readonly block: OrderBlock | undefined;
}

export class Proposals {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  onBuild(input: BuildInput, seat: ValidatorIndex): void {
    this.#core.jobs.start("build", this.#slimming(this.#build(input, seat)));
  }

  onCheck(input: CheckInput): void {
    const check = this.#core.claiming(input.block.body.blobs, this.#check(input));
    this.#core.jobs.start("check", this.#slimming(check));
    this.#core.trimShelf();
  }

  /** S11: accounts are opened for whatever is proposed, whether it can be paid or not, and no block need become final. */
  *#slimming(job: Job): Job {
    yield* this.#core.slim();
    yield* job;
  }

  *#build({ view, parent: { root, height }, ancestors, isWanted }: BuildInput, seat: ValidatorIndex): Job {
    const core = this.#core;
    const parent = yield* this.#reach(ancestors, { root, height, block: undefined });
    if (parent === undefined || "code" in parent) return;
    const built = yield* build(core, core.pool, { view, parent, seat, isWanted });
    if (built === undefined) return core.push({ kind: "built", view, block: undefined });
    const { state, body } = built;
    // If another block is final there meanwhile, consensus sees that and asks again.
    if (core.chain.carries(parent)) {
      for (const candidate of state.candidates) core.shelf.hold(candidate, true);
      core.storeBlobs(state);
      core.chain.add(state);
    }
    core.push({ kind: "built", view, block: { header: state.header, body } });
  }

  *#check({ block, info, ancestors, leader }: CheckInput): Job {
    const core = this.#core;
    const { parent: root, height } = block.header;
    const parent = yield* this.#reach(ancestors, { root, height: height - 1, block: undefined });
    if (parent === undefined) return;
    if ("code" in parent) return this.#refuse(info.root, parent);
    const known = core.chain.find(info.root);
    const judged = known === undefined ? yield* judgeClaimed(core, block, parent, { leader }) : undefined;
    // Where another block is final meanwhile, no verdict means anything any more, and nothing is to be kept.
    if (!core.chain.carries(parent)) return;
    if (judged?.ok === false) return this.#refuse(info.root, judged.error);
    yield* this.#awaitTime(block.header.timeMs);
    const state = known ?? judged?.value;
    if (state === undefined || !core.chain.carries(parent)) return;
    core.storeBlobs(state);
    if (known === undefined) core.chain.add(state);
    core.push({ kind: "checked", root: info.root, verdict: "valid" });
  }

  #refuse(root: Root, why: BlockProblem): void {
    this.#core.push({ kind: "checked", root, verdict: "invalid", problem: why });
  }

  /**
   * The state after the last ancestor, or after `last` if there is none. Nothing if a block of that height is final
   * meanwhile: then nobody asks any more. Ancestors are executed where that was not done before. A quorum found them good, so
   * what proves their citations is not asked for: a leader can have given everyone but us a good proof.
   */
  *#reach(ancestors: readonly OrderBlock[], last: Step): Job<BlockState | BlockProblem | undefined> {
    const { chain } = this.#core;
    const steps = stepsOf(ancestors, last);
    const find = () => steps.findLastIndex(({ root }) => chain.find(root) !== undefined);
    yield* until(() => find() >= 0 || chain.base.height > last.height);
    const start = find();
    if (start < 0) return undefined;
    let state = chain.find((steps[start] as Step).root) as BlockState;
    for (const { block } of steps.slice(start + 1)) {
      if (block === undefined) continue;
      const judged = yield* judge(this.#core, block, state, { leader: undefined });
      if (!judged.ok) {
        if (!chain.carries(state)) return undefined;
        return problem("ancestor", `height ${block.header.height}: ${judged.error.message}`);
      }
      state = judged.value;
      chain.add(state);
    }
    return state;
  }

  /** O3: a header ahead of our clock by more than the bound is not invalid, it waits. */
  *#awaitTime(timeMs: TimeMs): Job {
    const { clockLeadMs } = this.#core.network.genesis.limits;
    for (;;) {
      const nowMs = yield* ask<TimeMs>((id) => ({ kind: "clock", id }));
      const aheadMs = timeMs - nowMs - clockLeadMs;
      if (aheadMs <= 0) return;
      const afterMs = Math.min(aheadMs, limits.clockLeadMsMax);
      yield* ask((id) => ({ kind: "set-timer", timer: { name: "wake", id }, afterMs }));
    }
  }
}

/** The last final block as consensus has it, and the blocks above it. */
function stepsOf(ancestors: readonly OrderBlock[], last: Step): Step[] {
  const [first] = ancestors;
  if (first === undefined) return [last];
  const { parent, height } = first.header;
  const ground: Step = { root: parent, height: asHeight(height - 1), block: undefined };
  return [
    ground,
    ...ancestors.map((block) => ({ root: orderBlockRules.infoOf(block).root, height: block.header.height, block })),
  ].filter(({ root }, i, all) => i === 0 || !equalBytes(root, (all[i - 1] as Step).root));
}
