// A2-A5: attest blocks for consensus, built and checked. A check waits for what is missing, which is not invalid: for the own
// order chain to come to the cited block, and for the contents of all claims in the block (C5), which are stored before the
// vote leaves (S8).

import { type AttestBlock, asHeight, equalBytes, type Height, type Root, type ValidatorIndex } from "@tandem/shared";
import { attestBlockRules } from "./block.ts";
import { buildBlock } from "./build.ts";
import type { Contents } from "./contents.ts";
import type { Ancestors, Core, Job } from "./core.ts";
import { type AttestProblem, type BlockChecks, type Judged, judgeBlock, type Leader } from "./judge-block.ts";
import type { ReadyItems } from "./ready.ts";
import type { AttestState } from "./state.ts";
import type { AttestInput, AttestVerdict } from "./types.ts";
import { ask, read, until } from "./work.ts";

type BuildInput = Extract<AttestInput, { kind: "build" }>;
type CheckInput = Extract<AttestInput, { kind: "check" }>;

/** A block on the way to a parent; nothing is known of the first but its name. */
interface Step {
  readonly root: Root;
  readonly height: Height;
  readonly block: AttestBlock | undefined;
}

/** Attest blocks that are checked at a time; consensus asks for one of a view and parent. */
const checksMax = 64;

export class Proposals {
  readonly #core: Core;
  readonly #ready: ReadyItems;
  readonly #contents: Contents;
  readonly #checks: string[] = [];

  constructor(core: Core, ready: ReadyItems, contents: Contents) {
    this.#core = core;
    this.#ready = ready;
    this.#contents = contents;
  }

  onBuild(input: BuildInput, seat: ValidatorIndex): void {
    this.#core.jobs.start("build", this.#build(input, seat));
  }

  onCheck(input: CheckInput): void {
    const name = `check ${input.info.view} ${input.info.height}`;
    this.#checks.push(name);
    if (this.#checks.length > checksMax) this.#core.jobs.stop(this.#checks.shift() as string);
    this.#core.jobs.start(name, this.#check(input, name));
  }

  *#build({ view, parent: { root, height }, ancestors, isWanted }: BuildInput, seat: ValidatorIndex): Job {
    const core = this.#core;
    const parent = yield* this.#reach(ancestors, { root, height, block: undefined });
    if (parent === undefined) return;
    const nothing = { kind: "built", view, block: undefined } as const;
    if ("code" in parent) return core.push(nothing);
    const newest = yield* this.#newest(parent);
    const ready = this.#ready.readyOn(parent.frontiers);
    const built = yield* read(buildBlock(core.setting, { view, parent, seat, isWanted, newest, ready }));
    if (built === undefined || !core.chain.carries(parent)) return core.push(nothing);
    core.chain.add(built.state);
    core.push({ kind: "built", view, block: built.block });
  }

  /** A2: the newest order block that can be cited, and that it descends from what the parent cites. */
  *#newest({ header: { order } }: AttestState) {
    const { citable, config } = this.#core;
    if (citable === undefined || citable.header.height <= order.height) return undefined;
    const descent = yield* read(config.order.proveDescent(order.height, citable.header));
    return descent === undefined ? undefined : { ...citable, descent };
  }

  *#check({ block, info, ancestors, leader }: CheckInput, name: string): Job {
    const core = this.#core;
    const { parent: root, height } = block.header;
    const parent = yield* this.#reach(ancestors, { root, height: asHeight(height - 1), block: undefined });
    if (parent === undefined) return;
    if ("code" in parent) return this.#refuse(info.root, parent);
    const state = core.chain.find(info.root) ?? (yield* this.#judgeProposal(block, info.root, parent, leader));
    // Where another block is final meanwhile, no verdict means anything any more.
    if (state === undefined || !core.chain.carries(parent)) return;
    // C5: no vote for what could not be served.
    const isOver = () => !core.chain.carries(parent);
    yield* this.#contents.holdAll(state.claims, name, isOver);
    if (isOver()) return;
    core.chain.add(state);
    core.push({ kind: "checked", root: info.root, verdict: "valid" });
  }

  /** Nothing if it is refused, or can come to nothing any more. */
  *#judgeProposal(block: AttestBlock, root: Root, parent: AttestState, leader: Leader): Job<AttestState | undefined> {
    const judged = yield* this.#judge(block, parent, leader);
    if (judged === undefined || !this.#core.chain.carries(parent)) return undefined;
    const wrong = judged.kind === "bad" ? judged.problem : yield* this.#verify(judged.checks);
    if (wrong === undefined) return judged.kind === "good" ? judged.state : undefined;
    this.#refuse(root, wrong);
    return undefined;
  }

  /** As soon as the own order chain has come to the cited block; nothing if that came to nothing meanwhile. */
  *#judge(
    block: AttestBlock,
    parent: AttestState,
    leader: Leader,
  ): Job<Exclude<Judged, { readonly kind: "early" }> | undefined> {
    const core = this.#core;
    yield* until(() => core.orderHeight >= block.header.order.height || !core.chain.carries(parent));
    if (!core.chain.carries(parent)) return undefined;
    const judged = yield* read(judgeBlock(core.setting, block, parent, leader));
    return judged.kind === "early" ? undefined : judged;
  }

  /** S9: what was found true before is not verified again. */
  *#verify({ citation, signatures: all }: BlockChecks): Job<AttestProblem | undefined> {
    const { trueSignatures } = this.#core;
    const signatures = all.filter((each) => !trueSignatures.has(each));
    if (citation === undefined && signatures.length === 0) return undefined;
    const { valid } = yield* ask<AttestVerdict>((id) => ({
      kind: "verify",
      id,
      task: { kind: "attest-block", checks: { citation, signatures } },
    }));
    const held = citation === undefined ? valid : valid.slice(1);
    for (const [at, each] of signatures.entries()) if (held[at] === true) trueSignatures.add(each);
    if (citation !== undefined && valid[0] !== true) {
      return { code: "citation", path: "body.citation.certificate", message: "no quorum finalized it" };
    }
    const failed = signatures.find((_, at) => held[at] !== true);
    return (
      failed && { code: "item", path: `items[${failed.item}]`, message: "its signatures are not those of its signers" }
    );
  }

  #refuse(root: Root, why: AttestProblem): void {
    this.#core.push({ kind: "checked", root, verdict: "invalid", problem: why });
  }

  /**
   * The state after the last ancestor, or after `last` if there is none. Nothing if a block of that height is final meanwhile:
   * then nobody asks any more. Ancestors are judged where that was not done before: a quorum found them good, so of leader,
   * citation and signatures nothing is asked.
   */
  *#reach(ancestors: Ancestors, last: Step): Job<AttestState | AttestProblem | undefined> {
    const { chain } = this.#core;
    const steps = stepsOf(ancestors, last);
    const find = () => steps.findLastIndex(({ root }) => chain.find(root) !== undefined);
    yield* until(() => find() >= 0 || chain.base.height > last.height);
    const start = find();
    if (start < 0) return undefined;
    let state = chain.find((steps[start] as Step).root) as AttestState;
    for (const { block } of steps.slice(start + 1)) {
      if (block === undefined) continue;
      const judged = yield* this.#judge(block, state, undefined);
      if (judged === undefined || !chain.carries(state)) return undefined;
      if (judged.kind === "bad") {
        const { message } = judged.problem;
        return { ...judged.problem, path: `height ${block.header.height}`, message: `an ancestor: ${message}` };
      }
      state = judged.state;
      chain.add(state);
    }
    return state;
  }
}

/** The last final block as consensus has it, and the blocks above it. */
function stepsOf(ancestors: Ancestors, last: Step): Step[] {
  const [first] = ancestors;
  if (first === undefined) return [last];
  const { parent, height } = first.header;
  const ground: Step = { root: parent, height: asHeight(height - 1), block: undefined };
  const steps = ancestors.map((block) => {
    return { root: attestBlockRules.infoOf(block).root, height: block.header.height, block };
  });
  return [ground, ...steps].filter(({ root }, i, all) => i === 0 || !equalBytes(root, (all[i - 1] as Step).root));
}
