// One lane of one round (C2): the nodes of one contract that are due, run one after the other on its state. What it
// takes from outside is noted as inputs, what others may need of it as exports.
//
// Which inputs a lane has follows from its nodes alone, whatever they do with them: of each node the outcomes that it
// needs (R1), unless made in this lane in this round; and of each group that a node belongs to, all that it wrote here
// tentatively before this round.

import {
  type ContractName,
  type Export,
  type LaneInput,
  laneExportsCodec,
  laneInputsCodec,
  laneNodesCodec,
  type Node,
  type ProgramNode,
  type Refusal,
  type Root,
  type Round,
  type Source,
  type StepIndex,
  sortInputs,
} from "@tandem/shared";
import { runCall } from "../run/call.ts";
import type { Rules } from "../run/rules.ts";
import { viewWith } from "../run/state.ts";
import type { ContractState } from "./contract-state.ts";
import { lastStepOf, type ProgramRun } from "./program-run.ts";

/** The lists behind a lane's roots; they travel by content. */
export interface LaneContent {
  readonly nodes: readonly Node[];
  readonly inputs: readonly LaneInput[];
  readonly exports: readonly Export[];
}

/** A call that was `reverted` or `trapped`, and what its environment says of it. No part of a claim. */
export interface RefusedCall {
  readonly node: Node;
  readonly contract: ContractName;
  readonly refusal: Refusal;
}

export class LaneRun {
  readonly state: ContractState;
  readonly #rules: Rules;
  readonly #round: Round;
  readonly #nodes: Node[] = [];
  readonly #exports: Export[] = [];
  readonly #inputs: LaneInput[] = [];
  readonly #refusals: RefusedCall[] = [];
  readonly #noted = new Set<string>();
  readonly #sources = new Set<Source>();

  constructor(rules: Rules, round: Round, state: ContractState) {
    this.#rules = rules;
    this.#round = round;
    this.state = state;
  }

  get content(): LaneContent {
    return { nodes: this.#nodes, inputs: sortInputs(this.#inputs), exports: this.#exports };
  }

  /** Why calls were reverted or trapped, for people. */
  get refusals(): readonly RefusedCall[] {
    return this.#refusals;
  }

  /** C1: the claims whose exports it used. */
  get sources(): Iterable<Source> {
    return this.#sources;
  }

  /** Runs the next node in line order, or says which key is to be fetched first. */
  run(program: ProgramRun, place: number): Uint8Array | undefined {
    const node = program.ordered.analysis.nodes[place] as ProgramNode;
    this.#noteInputs(program, node);
    const missing = node.kind === "step" ? this.#runStep(program, node) : this.#settle(program, node);
    if (missing === undefined) this.#nodes.push(nodeAt(program, node));
    return missing;
  }

  #runStep(program: ProgramRun, { step, group }: ProgramNode): Uint8Array | undefined {
    const { contract } = this;
    const tentative = group === undefined ? undefined : program.tentativeOf(group, contract);
    const view = tentative === undefined ? this.state : viewWith(tentative, this.state);
    const result = runCall(this.#rules, program.ordered, step, program.outcomes, view);
    if (result.kind === "not-fetched") return result.key;
    const { outcome, changes, refusal } = result;
    const node = nodeAt(program, { kind: "step", step });
    if (refusal !== undefined) this.#refusals.push({ node, contract, refusal });
    program.learn(step, outcome, { kind: "here", round: this.#round });
    if (group === undefined) this.state.apply(changes);
    else program.writeTentatively(group, contract, changes);
    const content =
      group === undefined
        ? { kind: "outcome" as const, value: outcome }
        : { kind: "tentative" as const, value: { outcome, ...settlePlaceOf(program, group) } };
    this.#exports.push({ node, content });
    return undefined;
  }

  /** P5: a group's writes come about here if it held. */
  #settle(program: ProgramRun, { step, group }: ProgramNode): undefined {
    const index = group as number;
    const failed = program.outcomes.firstFailed(program.groupAt(index));
    const tentative = program.tentativeOf(index, this.contract);
    if (failed === undefined && tentative !== undefined) this.state.apply(tentative);
    program.settle(index, this.contract);
    const content = { kind: "verdict" as const, value: { failed } };
    this.#exports.push({ node: nodeAt(program, { kind: "settle", step }), content });
  }

  get contract(): ContractName {
    return this.state.name;
  }

  #noteInputs(program: ProgramRun, node: ProgramNode): void {
    const { nodes } = program.ordered.analysis;
    for (const need of node.needs) this.#noteOutcome(program, (nodes[need] as ProgramNode).step);
    if (node.group !== undefined) this.#noteWrites(program, node.group);
  }

  #noteOutcome(program: ProgramRun, step: StepIndex): void {
    const contract = program.contractOf(step);
    const made = program.madeOf(step);
    const isOfThisRound = made.kind === "here" && made.round === this.#round;
    if ((isOfThisRound && contract === this.contract) || !this.#isNew(program, step, "outcome")) return;
    if (made.kind === "source") this.#sources.add(made.source);
    const from = made.kind === "source" ? "source" : isOfThisRound ? "lane" : "pending";
    const round = made.kind === "source" ? made.source.round : noRound;
    const content = { kind: "outcome" as const, value: program.outcomes.of(step) };
    this.#inputs.push({ node: nodeAt(program, { kind: "step", step }), contract, from, round, content });
  }

  /** The first node of the group that runs here in this round finds what was written before it. */
  #noteWrites(program: ProgramRun, group: number): void {
    const step = lastStepOf(program.groupAt(group));
    if (!this.#isNew(program, step, "writes")) return;
    const tentative = program.tentativeOf(group, this.contract);
    if (tentative === undefined) return;
    const node = nodeAt(program, { kind: "settle", step });
    const from = { node, contract: this.contract, from: "pending" as const, round: noRound };
    for (const value of tentative.list()) this.#inputs.push({ ...from, content: { kind: "write", value } });
    const value = tentative.existence;
    if (value !== undefined) this.#inputs.push({ ...from, content: { kind: "existence", value } });
  }

  #isNew({ ordered }: ProgramRun, step: StepIndex, what: string): boolean {
    const text = `${ordered.height} ${ordered.index} ${step} ${what}`;
    if (this.#noted.has(text)) return false;
    this.#noted.add(text);
    return true;
  }
}

const noRound = 0 as Round;

export function nodeAt(
  { ordered }: Pick<ProgramRun, "ordered">,
  { kind, step }: Pick<ProgramNode, "kind" | "step">,
): Node {
  return { height: ordered.height, index: ordered.index, step, kind };
}

/** Where the verdict of a group is found: at its last step, in the first contract that it may write. */
function settlePlaceOf({ ordered }: ProgramRun, group: number) {
  const settle = ordered.analysis.nodes.find((node) => node.kind === "settle" && node.group === group);
  const { step, contract } = settle as ProgramNode;
  return { settlesAt: step, settlesIn: contract };
}

/** C2: the three roots that a lane has of its lists. */
export function contentRoots({ nodes, inputs, exports }: LaneContent): {
  readonly nodes: Root;
  readonly inputs: Root;
  readonly exports: Root;
} {
  return {
    nodes: laneNodesCodec.root(nodes),
    inputs: laneInputsCodec.root(inputs),
    exports: laneExportsCodec.root(exports),
  };
}
