// The shards of the test world: from the plan to claims, with the maps and lists behind their roots. What was
// put into each map stands beside it in plain form.

import { type Claim, claimCodec, exportsRootOf, type Source } from "../../src/messages/claim.ts";
import {
  type ContractRecord,
  contractRecordCodec,
  type Export,
  type GroupVerdict,
  type Lane,
  type LaneInput,
  laneExportsCodec,
  laneInputsCodec,
  laneNodesCodec,
} from "../../src/messages/lane.ts";
import { compareNodes, type Node, type Position, positionCodec } from "../../src/messages/node.ts";
import { pendingEntryCodec } from "../../src/messages/pending.ts";
import {
  asEnvironmentName,
  asRound,
  asStepIndex,
  type ContractName,
  type Epoch,
  type Root,
  type Round,
  type ShardName,
  shardOf,
  zeroRoot,
} from "../../src/numbers.ts";
import { SparseMap } from "../../src/sparse/map.ts";
import {
  type DueNode,
  environmentOf,
  failedStep,
  genesisContracts,
  genesisEntries,
  isGrouped,
  type PlainProgram,
  type PlainStep,
  settlesOf,
} from "./world-plan.ts";
import { bytesOf, must } from "./world-validators.ts";

export interface PlainContract {
  readonly environment: string;
  readonly status: ContractRecord["status"];
  /** From key to value, as text. */
  readonly entries: ReadonlyMap<string, string>;
}

/** A shard after some round. */
export interface ShardState {
  /** The claim, or before the first the genesis claim. */
  readonly claim: Claim;
  readonly root: Root;
  /** Beside the claim's lanes, in their order: the lists behind their `exports`. */
  readonly exports: readonly (readonly Export[])[];
  readonly contracts: SparseMap;
  readonly states: ReadonlyMap<ContractName, SparseMap>;
  readonly plain: ReadonlyMap<ContractName, PlainContract>;
  readonly pending: PendingPrograms;
}

/** Programs that still have a node to run here, with their blobs. */
export type PendingPrograms = readonly (readonly [place: Position, blob: Root])[];

function recordOf(plain: PlainContract, state: SparseMap): ContractRecord {
  return { environment: asEnvironmentName(plain.environment), state: state.root, status: plain.status };
}

function put(map: SparseMap, entries: ReadonlyMap<string, Uint8Array | undefined>): SparseMap {
  return must(map.apply(Array.from(entries, ([key, value]) => ({ key: bytesOf(key), value }))));
}

function putText(map: SparseMap, entries: ReadonlyMap<string, string | undefined>): SparseMap {
  return put(map, new Map(Array.from(entries, ([key, text]) => [key, text === undefined ? text : bytesOf(text)])));
}

export function genesisShard(shard: ShardName, epoch: Epoch): ShardState {
  const names = genesisContracts.filter((name) => shardOf(name) === shard);
  const plain = new Map(
    names.map((name) => [name, { environment: environmentOf(name), status: "live", entries: genesisEntries(name) }]),
  ) as Map<ContractName, PlainContract>;
  const states = new Map(names.map((name) => [name, putText(SparseMap.empty, genesisEntries(name))]));
  const contracts = putRecords(SparseMap.empty, names, plain, states);
  const claim: Claim = {
    epoch,
    shard,
    round: asRound(0),
    prev: zeroRoot,
    sources: [],
    lanes: [],
    contracts: contracts.root,
    pending: { count: 0, root: zeroRoot },
  };
  return { claim, root: claimCodec.root(claim), exports: [], contracts, states, plain, pending: [] };
}

function putRecords(
  contracts: SparseMap,
  names: readonly ContractName[],
  plain: ReadonlyMap<ContractName, PlainContract>,
  states: ReadonlyMap<ContractName, SparseMap>,
): SparseMap {
  const entries = names.map((name): [string, Uint8Array] => {
    const record = recordOf(plain.get(name) as PlainContract, states.get(name) as SparseMap);
    return [name, contractRecordCodec.encode(record)];
  });
  return put(contracts, new Map(entries));
}

function recordRoot({ plain, states }: Pick<ShardState, "plain" | "states">, name: ContractName): Root {
  const contract = plain.get(name);
  return contract === undefined
    ? zeroRoot
    : contractRecordCodec.root(recordOf(contract, states.get(name) as SparseMap));
}

/** What a node exports (C2). */
export function exportOf({ node, program }: DueNode): Export {
  if (node.kind === "settle") return { node, content: { kind: "verdict", value: verdictOf(program) } };
  const { outcome } = program.steps[node.step] as PlainStep;
  if (!isGrouped(program, node.step)) return { node, content: { kind: "outcome", value: outcome } };
  const settlesAt = asStepIndex(program.group?.last as number);
  const [settlesIn] = settlesOf(program);
  return { node, content: { kind: "tentative", value: { outcome, settlesAt, settlesIn: settlesIn as ContractName } } };
}

function verdictOf(program: PlainProgram): GroupVerdict {
  const failed = failedStep(program);
  return { failed: failed === undefined ? undefined : asStepIndex(failed) };
}

export interface Work {
  readonly epoch: Epoch;
  readonly round: Round;
  /** In any order. */
  readonly due: readonly DueNode[];
  /** Afterwards. */
  readonly pending: PendingPrograms;
  /** The claim of a shard for a round, if it made one. */
  readonly claimOf: (shard: ShardName, round: number) => Claim | undefined;
}

export function nextShard(before: ShardState, work: Work): ShardState {
  const { shard } = before.claim;
  const names = [...new Set(work.due.map(({ contract }) => contract))].sort();
  const plain = new Map(before.plain);
  const states = new Map(before.states);
  for (const name of names) {
    const due = work.due.filter(({ contract }) => contract === name).sort((a, b) => compareNodes(a.node, b.node));
    const writes = new Map(due.flatMap((made) => made.writes.map(({ key, value }) => [key, value])));
    plain.set(name, writeInto(before.plain.get(name), name, due, writes));
    states.set(name, putText(states.get(name) ?? SparseMap.empty, writes));
  }
  const contracts = putRecords(before.contracts, names, plain, states);
  const made = names.map((name) => makeLane(name, work, before, { plain, states }));
  const claim: Claim = {
    epoch: work.epoch,
    shard,
    round: work.round,
    prev: before.root,
    sources: sourcesOf(work),
    lanes: made.map(({ lane }) => lane),
    contracts: contracts.root,
    pending: pendingOf(work),
  };
  const exports = made.map(({ list }) => list);
  return { claim, root: claimCodec.root(claim), exports, contracts, states, plain, pending: work.pending };
}

function writeInto(
  before: PlainContract | undefined,
  name: ContractName,
  due: readonly DueNode[],
  writes: ReadonlyMap<string, string | undefined>,
): PlainContract {
  const entries = new Map(before?.entries);
  for (const [key, value] of writes) {
    if (value === undefined) entries.delete(key);
    else entries.set(key, value);
  }
  const ends = due.some(({ effect }) => effect === "end");
  return { environment: environmentOf(name), status: ends ? "ended" : (before?.status ?? "live"), entries };
}

function makeLane(
  name: ContractName,
  work: Work,
  before: ShardState,
  after: Pick<ShardState, "plain" | "states">,
): { lane: Lane; list: readonly Export[] } {
  const due = work.due.filter(({ contract }) => contract === name).sort((a, b) => compareNodes(a.node, b.node));
  const list = due.map(exportOf);
  const lane: Lane = {
    contract: name,
    nodes: laneNodesCodec.root(due.map(({ node }) => node)),
    pre: recordRoot(before, name),
    inputs: laneInputsCodec.root(due.flatMap(inputsOf)),
    post: recordRoot(after, name),
    exports: laneExportsCodec.root(list),
  };
  return { lane, list };
}

/** What the node uses from outside its lane, and where that is (C2). */
function inputsOf({ node, program, contract, uses, round }: DueNode): LaneInput[] {
  return uses.flatMap((step): LaneInput[] => {
    const { contract: maker, outcome } = program.steps[step] as PlainStep;
    if (maker === contract && round === node.height) return [];
    const used: Node = { ...node, step: asStepIndex(step), kind: "step" };
    const isSource = shardOf(maker) !== shardOf(contract);
    const from = isSource ? "source" : round === node.height ? "lane" : "pending";
    const content = { kind: "outcome", value: outcome } as const;
    return [{ node: used, contract: maker, from, round: asRound(isSource ? node.height : 0), content }];
  });
}

function sourcesOf({ due, claimOf }: Work): Source[] {
  const sources = new Map<string, Source>();
  for (const { contract, from, round } of due.flatMap(inputsOf)) {
    const shard = shardOf(contract);
    if (from !== "source") continue;
    const claim = claimOf(shard, round);
    if (claim === undefined) throw new Error(`no claim of ${shard} for ${round}`);
    sources.set(`${shard} ${String(round).padStart(6, "0")}`, { shard, round, exports: exportsRootOf(claim) });
  }
  return [...sources].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, source]) => source);
}

/** C3. */
function pendingOf({ pending }: Work): Claim["pending"] {
  const changes = pending.map(([position, blob]) => ({
    key: positionCodec.encode(position),
    value: pendingEntryCodec.root({ blob, ran: [], settled: [], writes: [] }),
  }));
  return { count: changes.length, root: must(SparseMap.empty.apply(changes)).root };
}
