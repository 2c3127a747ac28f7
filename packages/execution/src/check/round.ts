// A round, checked with all that was pending before it (C3): which nodes were due is recomputed from the claim before and
// from what the two chains say since; that no round between had work; then every lane is run again on its witness, and
// what comes out is compared with the claim, from the first difference in the line on. Leaving a node out, adding or
// reordering one, an outcome, an input or a source that is not what it was, a state, a pending map: each is found,
// whoever signed it.
//
// What the caller has verified (`facts.ts`): that `prev` is the shard's claim before; that `facts` are what the chains
// say, with nothing left out; and the times of pending blobs, which no entry commits to. Nothing else that is given in
// `material` is believed. A claim is conditional (section 2): if `prev` or a claim of another shard is false, this one
// may be true all the same.

import {
  asRound,
  assert,
  type Claim,
  type ContractName,
  claimCodec,
  compareNodes,
  compareText,
  contractRecordCodec,
  equalBytes,
  type Frontier,
  type Lane,
  limits,
  type Node,
  type ProgramNode,
  pendingEntryCodec,
  positionCodec,
  type SparseMap,
  toHex,
  utf8,
} from "@tandem/shared";
import type { OrderedProgram } from "../ordered.ts";
import { laneOf, lanesInOrder, sourcesOf } from "../round/claim.ts";
import { type ContractState, recordRoot } from "../round/contract-state.ts";
import { type LaneRun, nodeAt } from "../round/lane-run.ts";
import type { PendingPrograms } from "../round/pending-programs.ts";
import { runNodes } from "../round/run-nodes.ts";
import type { ShardSetting } from "../round/shard-execution.ts";
import type { DueNode } from "../schedule/schedule.ts";
import { checkSources, firstDifference, laneDifferences, refuteFirst } from "./differences.ts";
import { openPending } from "./entries.ts";
import { checkExports, type RoundFacts } from "./facts.ts";
import { baseless, type CheckVerdict, ownCopy, refuted, unusable, verdictOf } from "./failure.ts";
import { type LaneWitness, type RoundMaterial, roundMaterialCodec } from "./material.ts";
import { checkWitnessRoots, finishState, openMap, openState } from "./roots.ts";
import { showNode, showPlaced } from "./show.ts";

export function checkRound(
  setting: ShardSetting,
  prev: Frontier,
  claim: Claim,
  facts: RoundFacts,
  material: RoundMaterial,
): CheckVerdict {
  return verdictOf(() => {
    const claimed = ownCopy(claimCodec, claim, "claim");
    checkPlace(setting, prev, claimed);
    const given = ownCopy(roundMaterialCodec, material, "material");
    const { map: pendingBefore, programs } = openPending(setting, prev, given.pending);
    const work = workOf(claimed, prev, facts, programs);
    const lanes = lanesGiven(claimed, given.lanes);
    checkNodes(lanes, work.due);
    const contracts = openMap(prev.contracts, given.contracts, "contracts");
    const states = openStates(contracts, lanes);
    const runs = runAll(setting, claimed, work.due, states, programs);
    for (const { lane, witness, path } of lanes) {
      finishState(states.get(lane.contract) as ContractState, witness.state, path);
    }
    checkSources(claimed.sources, sourcesOf(runs));
    refuteFirst(lanes.flatMap((each, at) => differencesIn(each, runs[at] as LaneRun)));
    checkContracts(claimed, contracts, [...states.values()]);
    checkPending(claimed, pendingBefore, programs, work);
  });
}

function checkPlace({ shard, epoch }: ShardSetting, prev: Frontier, claim: Claim): void {
  if (claim.shard !== shard || claim.epoch !== epoch) {
    refuted("wrong-place", "shard", `a claim of ${claim.shard} in epoch ${claim.epoch}, not ${shard} in ${epoch}`);
  }
  if (!equalBytes(claim.prev, prev.claim)) {
    refuted("wrong-prev", "prev", `the claim before is ${toHex(prev.claim)}, not ${toHex(claim.prev)}`);
  }
  if (claim.round <= prev.round) {
    refuted("wrong-place", "round", `round ${claim.round} is not after round ${prev.round}`);
  }
}

interface DueWork {
  readonly due: readonly DueNode[];
  readonly added: readonly OrderedProgram[];
}

/** R3, R4: what is due at the round of the claim; and that it had work, and no round since the claim before. */
function workOf(claim: Claim, prev: Frontier, facts: RoundFacts, programs: PendingPrograms): DueWork {
  checkHeights(claim, prev, facts);
  for (const [at, visible] of facts.recalled.entries()) see(claim, programs, visible, `recalled[${at}]`);
  for (const [at, { slice, visible }] of facts.rounds.entries()) {
    const added = programs.add(slice);
    for (const [place, each] of visible.entries()) see(claim, programs, each, `rounds[${at}].visible[${place}]`);
    const due = programs.take();
    const hasWork = slice.blobs.length > 0 || due.length > 0;
    if (at === facts.rounds.length - 1) {
      if (!hasWork) refuted("idle-round", "round", `round ${claim.round} has no blobs, and no node is due`);
      return { due, added };
    }
    if (hasWork) refuteSkipping(slice.height, slice.blobs.length, due);
  }
  return unusable("wrong-rounds", "rounds", "the round of the claim is not there");
}

function refuteSkipping(height: number, blobs: number, [first]: readonly DueNode[]): never {
  const node = first === undefined ? undefined : nodeOf(first);
  const what = node === undefined ? "no node is due" : `${showNode(node)} is due`;
  return refuted("skipped-round", "round", `round ${height} has ${blobs} blobs, and ${what}`, node);
}

/** C1: every height after the claim before, and the blobs of each in order. */
function checkHeights(claim: Claim, prev: Frontier, { rounds }: RoundFacts): void {
  if (rounds.length !== claim.round - prev.round) {
    unusable("wrong-rounds", "rounds", `${rounds.length} heights from ${prev.round} to ${claim.round}`);
  }
  for (const [at, { slice }] of rounds.entries()) {
    const isNext = slice.height === prev.round + 1 + at;
    const isOrdered = slice.blobs.every(({ index }, place) => {
      return index > (slice.blobs[place - 1]?.index ?? -1) && index < limits.blockBlobsMax;
    });
    if (!isNext || !isOrdered) {
      unusable("wrong-rounds", `rounds[${at}].slice`, `not the slice of height ${prev.round + 1 + at}, in order`);
    }
  }
}

function see(claim: Claim, programs: PendingPrograms, visible: RoundFacts["recalled"][number], path: string): void {
  if (visible.shard === claim.shard) unusable("wrong-rounds", path, "a claim of the shard itself");
  programs.see(checkExports(visible, path));
}

interface GivenLane {
  readonly lane: Lane;
  readonly witness: LaneWitness;
  readonly path: string;
}

function lanesGiven(claim: Claim, witnesses: readonly LaneWitness[]): readonly GivenLane[] {
  if (witnesses.length !== claim.lanes.length) {
    unusable("wrong-root", "lanes", `${witnesses.length} witnesses for ${claim.lanes.length} lanes`);
  }
  return claim.lanes.map((lane, at) => {
    const given = { lane, witness: witnesses[at] as LaneWitness, path: `lanes[${at}].` };
    checkWitnessRoots(lane, given.witness, given.path);
    return given;
  });
}

interface LineNode {
  readonly node: Node;
  readonly contract: ContractName;
}

const compareInLine = (a: LineNode, b: LineNode) => compareNodes(a.node, b.node) || compareText(a.contract, b.contract);

/** R4: the claim's lanes ran the nodes that were due, and no others. Paths count along the line of all lanes. */
function checkNodes(lanes: readonly GivenLane[], due: readonly DueNode[]): void {
  const claimed = lanes.flatMap(({ lane: { contract }, witness }) => {
    return witness.content.nodes.map((node) => ({ node, contract }));
  });
  const made = due.map((each) => ({ node: nodeOf(each), contract: contractOf(each) }));
  const found = firstDifference(claimed.toSorted(compareInLine), made.toSorted(compareInLine), {
    kind: "node",
    path: "nodes",
    compare: compareInLine,
    encode: ({ contract }) => utf8(contract),
    show: ({ node, contract }) => showPlaced(node, contract),
  });
  if (found === undefined) return;
  assert(found.code !== "wrong-node", "a node is all that stands in its place of the line");
  refuted(found.code, found.path, found.message, found.item.node);
}

function nodeOf({ program, place }: DueNode): Node {
  return nodeAt({ ordered: program }, program.analysis.nodes[place] as ProgramNode);
}

function contractOf({ program, place }: DueNode): ContractName {
  return (program.analysis.nodes[place] as ProgramNode).contract;
}

function openStates(contracts: SparseMap, lanes: readonly GivenLane[]): ReadonlyMap<ContractName, ContractState> {
  return new Map(
    lanes.map(({ lane, witness, path }) => {
      checkPre(contracts, lane, path);
      return [lane.contract, openState(lane, witness, path)];
    }),
  );
}

function checkPre(contracts: SparseMap, { contract, pre }: Lane, path: string): void {
  const found = contracts.get(utf8(contract));
  if (!found.ok) return unusable("not-in-witness", "contracts", `the witness does not have ${contract}`);
  const record = found.value === undefined ? undefined : contractRecordCodec.decode(found.value);
  if (record?.ok === false) return baseless("bad-record", "contracts", `${contract}: ${record.error.message}`);
  const root = recordRoot(record?.value);
  if (equalBytes(root, pre)) return;
  refuted("wrong-pre", `${path}pre`, `before, the record of ${contract} has root ${toHex(root)}, not ${toHex(pre)}`);
}

/** In the order of the claim's lanes, which are those of the nodes. */
function runAll(
  { rules }: ShardSetting,
  { round }: Claim,
  due: readonly DueNode[],
  states: ReadonlyMap<ContractName, ContractState>,
  { runs }: PendingPrograms,
): readonly LaneRun[] {
  const step = runNodes({ rules, round: asRound(round), due, states, programs: runs }).next();
  if (step.done === true) return lanesInOrder(step.value);
  const { state, key } = step.value;
  return unusable("not-in-witness", "lanes", `the witness of ${state.name} does not have ${toHex(key)}`);
}

function differencesIn({ lane, witness, path }: GivenLane, run: LaneRun) {
  return laneDifferences(lane, witness.content, laneOf(run), path);
}

function checkContracts(claim: Claim, contracts: SparseMap, states: readonly ContractState[]): void {
  const changes = states.flatMap(({ name, recordAfter }) => {
    return recordAfter === undefined ? [] : [{ key: utf8(name), value: contractRecordCodec.encode(recordAfter) }];
  });
  const after = contracts.apply(changes);
  if (!after.ok) return unusable("not-in-witness", "contracts", after.error.message);
  const { root } = after.value;
  if (equalBytes(root, claim.contracts)) return;
  refuted("wrong-contracts", "contracts", `afterwards the map has root ${toHex(root)}, not ${toHex(claim.contracts)}`);
}

/** C3 */
function checkPending(claim: Claim, before: SparseMap, programs: PendingPrograms, { due, added }: DueWork): void {
  const { count, root } = claim.pending;
  if (count !== programs.count) {
    refuted("wrong-pending-count", "pending.count", `afterwards ${programs.count} programs are pending, not ${count}`);
  }
  const changes = programs.finish(due, added).map(({ position, entry }) => {
    const value = entry === undefined ? undefined : pendingEntryCodec.root(entry);
    return { key: positionCodec.encode(position), value };
  });
  const after = before.apply(changes);
  if (!after.ok) return unusable("malformed", "pending", after.error.message);
  if (equalBytes(after.value.root, root)) return;
  const made = toHex(after.value.root);
  refuted("wrong-pending-root", "pending.root", `afterwards the pending map has root ${made}, not ${toHex(root)}`);
}
