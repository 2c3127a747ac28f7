// A shard of a world, round by round: what its rounds were given, and what its store held after each. And any world to
// do this with.

import {
  asBlobIndex,
  asContractName,
  assert,
  type ContractName,
  type ContractRecord,
  contractRecordCodec,
  createMethod,
  emptySnapshot,
  type Frontier,
  listEntries,
  MemoryStore,
  type Position,
  type Program,
  type StoreRecord,
} from "@tandem/shared";
import fc from "fast-check";
import {
  type OrderedProgram,
  type PendingProgram,
  programsOf,
  type RoundInput,
  restorePending,
  ShardExecution,
  type ShardSetting,
} from "../../src/index.ts";
import { probe } from "./probe.ts";
import { call, keys, literal, program, whole } from "./programs.ts";
import { visibleClaim, World, type WorldShard, widestBounds } from "./world.ts";

export const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Everything in a store, sorted. */
export async function dump(store: MemoryStore): Promise<readonly StoreRecord[]> {
  const all = { from: new Uint8Array(), until: Uint8Array.of(255), countMax: 1e9, isReverse: false };
  return (await store.list(all)).map(({ key, value }) => ({ key: key.slice(), value: value.slice() }));
}

export const texts = (records: readonly StoreRecord[]) => records.map(({ key, value }) => `${hex(key)}=${hex(value)}`);

export function storeOf(puts: readonly StoreRecord[]): MemoryStore {
  const store = new MemoryStore();
  store.write({ puts, deletes: [] });
  return store;
}

/** After one height. */
export interface Moment {
  readonly frontier: Frontier;
  readonly records: readonly StoreRecord[];
}

export interface Past {
  readonly world: World;
  readonly shard: WorldShard;
  readonly setting: ShardSetting;
  /** By height, from 0 on. */
  readonly moments: readonly Moment[];
  /** The round of height h is given `inputs[h - 1]`. */
  readonly inputs: readonly RoundInput[];
}

export interface PlannedBlock {
  readonly programs: readonly Program[];
  /** Whose new claims the block does not cite. */
  readonly silent: readonly string[];
}

/** Contracts that a world begins with; others can be created. */
const begun = { "a/x": ["probe", 1n], "a/y": ["probe", 2n], "b/z": ["probe", 3n] } as const;
const names = ["a/x", "a/x", "a/y", "a/new", "a/other", "b/z", "b/new"];

/** Runs the blocks, and tells what happened to the shard `a`. */
export async function pastOf(blocks: readonly PlannedBlock[], nodesMax: number): Promise<Past> {
  const bounds = { ...widestBounds, nodesMax };
  const world = new World({ shards: ["a", "b"], environments: [probe], contracts: begun, bounds });
  const [shard, other] = [world.shard("a"), world.shard("b")];
  const moments: Moment[] = [];
  const inputs: RoundInput[] = [];
  const note = async () => void moments.push({ frontier: shard.execution.frontier, records: await dump(shard.store) });
  await note();
  for (const { programs, silent } of blocks) {
    const citation = world.citeAll(silent);
    const known = new Set(inputs.flatMap((input) => input.visible.map(({ round }) => round)));
    const visible = other.results
      .filter(({ claim }) => claim.round <= (citation.get(other.name) ?? 0) && !known.has(claim.round))
      .map(visibleClaim);
    world.block(programs, citation);
    inputs.push({ slice: world.sliceOf(world.height, shard.name), visible });
    await note();
  }
  return { world, shard, setting: shard.execution.setting, moments, inputs };
}

/** C3: the execution that a store and what it was given before allow to continue from a claim. */
export async function restoreFrom(past: Past, store: MemoryStore, frontier: Frontier): Promise<ShardExecution> {
  const entries = await restorePending(store, frontier);
  const pending = entries.map(
    ({ position, ...rest }): PendingProgram => ({ ordered: orderedAt(past, position), ...rest }),
  );
  const execution = new ShardExecution(past.setting, frontier, pending);
  for (const { visible } of past.inputs.slice(0, frontier.round)) execution.recall(visible);
  return execution;
}

function orderedAt({ inputs }: Past, { height, index }: Position): OrderedProgram {
  const slice = inputs[height - 1]?.slice;
  assert(slice !== undefined, "an entry of a height that was");
  const blobs = slice.blobs.filter((blob) => blob.index === asBlobIndex(index));
  const [ordered] = programsOf({ ...slice, blobs });
  assert(ordered !== undefined, "a pending program is none that is void");
  return ordered;
}

/** What a state says, read from a store that holds nothing later: records, and the entries of each contract. */
export async function contentOf({ records }: Moment): Promise<ReadonlyMap<string, Content>> {
  const contracts = await latestEntries(records, Uint8Array.of(0));
  const contents = new Map<string, Content>();
  for (const { key, value } of contracts) {
    const name = new TextDecoder().decode(key);
    const record = contractRecordCodec.decode(value);
    assert(record.ok, "a record");
    const entries = await latestEntries(records, Uint8Array.of(2, key.length, ...key));
    contents.set(name, { record: record.value, entries: entries.map(({ key, value }) => [hex(key), hex(value)]) });
  }
  return contents;
}

export interface Content {
  readonly record: ContractRecord;
  readonly entries: readonly (readonly [key: string, value: string])[];
}

/** Of the map under a prefix, by what its own records say is the latest. */
async function latestEntries(records: readonly StoreRecord[], prefix: Uint8Array) {
  const own = records.filter(({ key }) => hex(key).startsWith(hex(prefix)));
  const store = storeOf(own.map(({ key, value }) => ({ key: key.slice(prefix.length), value })));
  const roots = (await dump(store)).filter(({ key }) => key[0] === 0);
  const top = roots.at(-1);
  if (top === undefined) return [];
  const version = Number(new DataView(top.key.buffer).getBigUint64(1));
  const snapshot = { ...emptySnapshot, version, root: top.value.slice(0, 32) as typeof emptySnapshot.root };
  return listEntries(store, snapshot, new Uint8Array(32), 10_000);
}

export const contractNames: readonly ContractName[] = [...new Set(names)]
  .filter((name) => name.startsWith("a/"))
  .map(asContractName);

interface PlannedStep {
  readonly at: string;
  readonly method: string;
  readonly key: string;
  readonly amount: bigint;
  /** Whether it takes the outcome of the step before as its amount. */
  readonly isFed: boolean;
}

const anyStep: fc.Arbitrary<PlannedStep> = fc.record({
  at: fc.constantFrom(...names),
  method: fc.constantFrom("add", "add", "put", "put", "remove", "read", "sweep", createMethod, "end", "fail"),
  key: fc.constantFrom("a", "b", "c", "d", "e"),
  amount: fc.bigInt({ min: 1n, max: 3n }),
  isFed: fc.boolean(),
});

function stepOf({ at, method, key, amount, isFed }: PlannedStep, index: number) {
  const given = isFed && index > 0 ? index - 1 : literal(amount);
  if (method === "add" || method === "put") return call(at, method, [literal(key), given], keys([], [key]));
  if (method === "remove") return call(at, method, [literal(key)], keys([], [key]));
  if (method === "read") return call(at, method, [literal(key)], keys([key]));
  if (method === "sweep") return call(at, method, [literal(key), literal("f")], whole);
  return call(at, method, method === createMethod ? [literal("probe"), given] : [], whole);
}

const anyProgram = fc
  .tuple(fc.array(anyStep, { minLength: 1, maxLength: 4 }), fc.nat(3), fc.nat(3))
  .map(([planned, first, more]): Program => {
    const count = Math.min(more + 1, planned.length - first);
    return program(planned.map(stepOf), count > 1 ? [[first, count]] : []);
  });

export const anyBlocks: fc.Arbitrary<readonly PlannedBlock[]> = fc.array(
  fc.record({
    programs: fc.array(anyProgram, { maxLength: 4 }),
    silent: fc.constantFrom<readonly string[]>([], [], ["a"], ["b"], ["a", "b"]),
  }),
  { minLength: 2, maxLength: 9 },
);
