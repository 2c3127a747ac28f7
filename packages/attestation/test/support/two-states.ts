// A shard twice: as it is, and as a committee of liars has it. Both begin with the same genesis; then one round is idle, in
// which either state can be rewritten by hand, and after it both execute the blocks of a world, each from its own store. The
// liars serve their state as honest peers would.

import { genesisShard, type RoundResult, type Rules, ShardExecution } from "@tandem/execution";
import {
  asShardName,
  assert,
  blobCodec,
  type Claim,
  type ContractRecord,
  claimCodec,
  concatBytes,
  contractRecordCodec,
  decodeValue,
  encodeValue,
  type Frontier,
  Jobs,
  loadMap,
  type MapChange,
  type MapPart,
  type MapSnapshot,
  MemoryStore,
  type Program,
  pendingEntryCodec,
  positionCodec,
  type ReadEffect,
  type Reading,
  readNow,
  readUnder,
  type SparseStore,
  type StoreBatch,
  snapshotAt,
  updateMap,
  utf8,
  type Value,
} from "@tandem/shared";
import { probe } from "../../../execution/test/support/probe.ts";
import { call, keys, literal, program } from "../../../execution/test/support/programs.ts";
import { blobIn, World } from "../../../execution/test/support/world.ts";
import { shardPrefix } from "../../src/chain-records.ts";
import type { ClaimContent } from "../../src/content/claim-content.ts";
import type { Peer } from "../../src/content/types.ts";
import { type Disputed, StateExplainer } from "../../src/explaining/explainer.ts";
import { StateServer } from "../../src/explaining/serve.ts";
import type { Explanation, PartQuestion, StateEffect } from "../../src/explaining/types.ts";
import { firstDifference } from "../../src/following/difference.ts";
import { contentRecords } from "../../src/records.ts";
import type { OrderReads } from "../../src/types.ts";
import { contentOf } from "./followers.ts";

export const shard = asShardName("a");
const prefix = shardPrefix(shard);

/** By contract, the changes of keys: a value, or nothing to delete. */
export type Rewriting = Readonly<Record<string, Readonly<Record<string, Value | undefined>>>>;

export interface SidePlan {
  readonly states?: Rewriting;
  /** Records as they are to be after all else. */
  readonly records?: Readonly<Record<string, Partial<ContractRecord> | Uint8Array>>;
  readonly rules?: Rules;
}

function under(store: MemoryStore, more: Uint8Array): SparseStore {
  const begin = concatBytes(prefix, more);
  return {
    read: (keys) => store.read(keys.map((key) => concatBytes(begin, key))),
    list: async ({ from, until, ...rest }) => {
      const range = { from: concatBytes(begin, from), until: concatBytes(begin, until), ...rest };
      return (await store.list(range)).map(({ key, value }) => ({ key: key.slice(begin.length), value }));
    },
  };
}

const contractsAt = Uint8Array.of(0);
const pendingAt = Uint8Array.of(1);
const stateAt = (contract: string) => Uint8Array.of(2, contract.length, ...utf8(contract));

export class Side {
  readonly store = new MemoryStore();
  readonly results: RoundResult[] = [];
  readonly execution: ShardExecution;
  readonly prefix = prefix;
  /** As a network says it. */
  readonly places: ReadonlyMap<
    typeof shard,
    { readonly genesis: { readonly claim: Claim; readonly frontier: Frontier } }
  >;

  private constructor(execution: ShardExecution, genesis: Claim) {
    this.execution = execution;
    const { round, contracts, pending } = genesis;
    const frontier = { round, claim: claimCodec.root(genesis), contracts, pending };
    this.places = new Map([[shard, { genesis: { claim: genesis, frontier } }]]);
  }

  static async begin(world: World, { states = {}, records = {}, rules = world.rules }: SidePlan = {}): Promise<Side> {
    const made = readNow(() => [], genesisShard(world.rules, world.genesis, shard));
    assert(made.ok, "the genesis was run before");
    const { frontier, batch, claim } = made.value;
    const store = new MemoryStore();
    const rewritten = await rewrite(store, batch, frontier, states, records);
    const setting = { ...world.shard("a").execution.setting, rules };
    const side = new Side(new ShardExecution(setting, rewritten), claim);
    side.store.write({ puts: (await everything(store)) ?? [], deletes: [] });
    return side;
  }

  run<T>(reading: Reading<T>): T {
    return readNow((keys) => this.store.readNow(keys), reading);
  }

  /** The rounds of the world's blocks up to this height. */
  runTo(world: World, height: number): this {
    while (this.execution.height < height) {
      const slice = world.sliceOf(this.execution.height + 1, shard);
      const result = this.run(readUnder(prefix, this.execution.round({ slice, visible: [] })));
      if (result === undefined) continue;
      writeUnder(this.store, prefix, result.batch);
      this.store.write(contentRecords(result.root, contentOf(result)));
      this.results.push(result);
    }
    return this;
  }

  contentAt(round: number): ClaimContent {
    const result = this.results.find(({ claim }) => claim.round === round);
    assert(result !== undefined, `a claim of round ${round}`);
    return contentOf(result);
  }

  /** Keys of the pages of a contract's state. */
  async pagesOf(contract: string): Promise<readonly Uint8Array[]> {
    const begin = concatBytes(prefix, stateAt(contract), Uint8Array.of(1));
    const all = await everything(this.store);
    return all.filter(({ key }) => begin.every((byte, at) => key[at] === byte)).map(({ key }) => key.slice());
  }

  /** The part of the store with one of the maps, or with all of the shard's. */
  under(map: Uint8Array): SparseStore {
    return under(this.store, map);
  }
}

const everything = (store: MemoryStore) =>
  store.list({ from: new Uint8Array(), until: Uint8Array.of(255), countMax: 1e9, isReverse: false });

function writeUnder(store: MemoryStore, begin: Uint8Array, { puts, deletes }: StoreBatch): void {
  store.write({
    puts: puts.map(({ key, value }) => ({ key: concatBytes(begin, key), value })),
    deletes: deletes.map((key) => concatBytes(begin, key)),
  });
}

/** In round 1, in which nothing else happens. */
async function rewrite(
  store: MemoryStore,
  batch: StoreBatch,
  frontier: Frontier,
  states: Rewriting,
  records: NonNullable<SidePlan["records"]>,
): Promise<Frontier> {
  writeUnder(store, prefix, batch);
  const contracts = under(store, contractsAt);
  const changed = new Map<string, Uint8Array>();
  const at: MapSnapshot = { version: 1, root: frontier.contracts };
  for (const name of new Set([...Object.keys(states), ...Object.keys(records)])) {
    const map = await loadMap(contracts, at, { reads: [utf8(name)], writes: [] });
    const found = map.get(utf8(name));
    const read = found.ok && found.value !== undefined ? contractRecordCodec.decode(found.value) : undefined;
    const before = (read?.ok ? read.value : {}) as ContractRecord;
    const state = await rewriteMap(store, stateAt(name), states[name] ?? {});
    const given = records[name] ?? {};
    const after = { ...before, ...(state && { state }), ...(given instanceof Uint8Array ? {} : given) };
    changed.set(name, given instanceof Uint8Array ? given : contractRecordCodec.encode(after));
  }
  if (changed.size === 0) return frontier;
  const changes = [...changed].map(([key, value]) => ({ key: utf8(key), value }));
  const update = await updateMap(contracts, at, 2, changes);
  writeUnder(store, concatBytes(prefix, contractsAt), update.batch);
  return { ...frontier, contracts: update.snapshot.root };
}

async function rewriteMap(store: MemoryStore, map: Uint8Array, values: Rewriting[string]) {
  const changes = Object.entries(values).map(([key, value]): MapChange => {
    return { key: utf8(key), value: value === undefined ? undefined : encodeValue(value) };
  });
  if (changes.length === 0) return undefined;
  const part = under(store, map);
  const before = (await snapshotAt(part, 1)) ?? { version: 0, root: new Uint8Array(32) as MapSnapshot["root"] };
  const update = await updateMap(part, before, 2, changes);
  writeUnder(store, concatBytes(prefix, map), update.batch);
  return update.snapshot.root;
}

/** The liar's last round, as if other things were pending after it. */
export async function rewritePending(
  { store, results }: Side,
  change: (entry: NonNullable<RoundResult["entries"][number]["entry"]>) => typeof entry | undefined,
): Promise<ClaimContent> {
  const last = results.at(-1);
  assert(last !== undefined, "there is a last round");
  const version = last.claim.round + 1;
  const changes = last.entries.map(({ position, entry }): MapChange => {
    const changed = entry && change(entry);
    return { key: positionCodec.encode(position), value: changed && pendingEntryCodec.root(changed) };
  });
  const map = concatBytes(prefix, pendingAt);
  const lost = (await everything(store)).filter(({ key }) => map.every((byte, at) => key[at] === byte));
  store.write({ puts: [], deletes: lost.map(({ key }) => key.slice()) });
  const empty = { version: 0, root: new Uint8Array(32) as MapSnapshot["root"] };
  const update = await updateMap(under(store, pendingAt), empty, version, changes);
  writeUnder(store, map, update.batch);
  const count = changes.filter(({ value }) => value !== undefined).length;
  const { claim, exports } = contentOf(last);
  return { claim: { ...claim, pending: { count, root: update.snapshot.root } }, exports };
}

/** What a peer does with a question: an answer, or silence. */
export type PeerHabit = (question: PartQuestion) => { readonly part: MapPart | undefined } | "silent";

export function servesFrom(side: Side): PeerHabit {
  const server = new StateServer();
  return (question) => {
    const answer = side.run(server.answer(0, 1, question));
    return answer?.kind === "state" ? { part: answer.part } : "silent";
  };
}

export const ordersOf = (world: World): Pick<OrderReads, "ordered"> => ({
  *ordered(height) {
    const block = world.blocks[height - 1];
    if (block === undefined) return undefined;
    const { timeMs } = world.sliceOf(height, shard);
    return {
      header: { timeMs } as NonNullable<OrderedHeader>,
      blobs: block.blobs.map(({ envelope }) => blobCodec.encode(blobIn(envelope as Parameters<typeof blobIn>[0]))),
    };
  },
});

type Ordered<T> = T extends Reading<infer Block> ? Exclude<Block, undefined> : never;
type OrderedHeader = Ordered<ReturnType<OrderReads["ordered"]>>["header"];

export function disputedOf(
  own: ClaimContent | undefined,
  theirs: ClaimContent,
  affirmers: readonly Peer[] = [],
): Disputed {
  const difference = own === undefined ? { what: "idle" as const } : firstDifference(own, theirs);
  assert(difference !== undefined, "they differ");
  const dispute = {
    shard,
    round: theirs.claim.round,
    own: own && claimCodec.root(own.claim),
    theirs: claimCodec.root(theirs.claim),
  };
  return { dispute, difference, own, theirs, affirmers: () => affirmers };
}

export interface Explained {
  readonly explanation: Explanation;
  /** How many parts each peer was asked for. */
  readonly asked: ReadonlyMap<Peer, number>;
}

/** Until it is explained: messages at once, and timers when nothing else is left. */
export function explain(
  world: World,
  own: Side,
  disputed: Disputed,
  peers: ReadonlyMap<Peer, PeerHabit>,
  orders = ordersOf(world),
): Explained {
  const effects: (StateEffect | ReadEffect)[] = [];
  const push = (effect: StateEffect | ReadEffect) => void effects.push(effect);
  const explainer = new StateExplainer({ order: orders, shards: own.places, deltaMs: 100, push });
  const jobs = new Jobs<ReadEffect>(push);
  let explanation: Explanation | undefined;
  const affirmers = () => [...peers.keys()];
  jobs.start(
    "explain",
    (function* () {
      explanation = yield* explainer.explain({ ...disputed, affirmers });
    })(),
  );
  const asked = new Map<Peer, number>();
  const timers: number[] = [];
  for (let turn = 0; explanation === undefined; turn++) {
    assert(turn < 20_000, "it comes to an end");
    const effect = effects.shift();
    if (effect === undefined) explainer.onTimer(timers.shift() ?? -1);
    else if (effect.kind === "read") jobs.answer(effect.id, own.store.readNow(effect.keys));
    else if (effect.kind === "set-timer") timers.push(effect.timer.id);
    else if (effect.message.kind === "want-state") {
      const { kind: _, id, ...question } = effect.message;
      asked.set(effect.to, (asked.get(effect.to) ?? 0) + 1);
      const answer = peers.get(effect.to)?.(question) ?? "silent";
      if (answer !== "silent") explainer.onState(effect.to, id, answer.part);
    }
    jobs.poll();
  }
  assert(explainer.counts.asked + explainer.counts.rests === 0, "nothing is left over");
  return { explanation, asked };
}

// Worlds, and what is shown of them.

const contracts = {
  "a/x": ["probe", 1n],
  "a/y": ["probe", 1n],
  "a/z": ["probe", 1n],
  "b/x": ["probe", 1n],
} as const;

/** Round 1 is idle. Nothing that happens elsewhere becomes visible. */
export function worldOf(...blocks: readonly (readonly Program[])[]): World {
  const world = new World({ shards: ["a", "b"], environments: [probe], contracts });
  world.block([]);
  for (const programs of blocks) world.block(programs, new Map());
  return world;
}

export const add = (at: string, key: string, amount = 1n) =>
  call(at, "add", [literal(key), literal(amount)], keys([], [key]));
export const look = (at: string, key: string) => call(at, "read", [literal(key)], keys([key]));

export const usualWorld = () => worldOf([program([add("a/x", "k1"), look("a/x", "k2")]), program([add("a/y", "k9")])]);

export async function sidesOf(world: World, own: SidePlan, theirs: SidePlan) {
  const sides = { own: await Side.begin(world, own), theirs: await Side.begin(world, theirs) };
  for (const side of Object.values(sides)) side.runTo(world, world.height);
  return sides;
}

export const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

export function decodedOf(bytes: Uint8Array | undefined) {
  const decoded = bytes && decodeValue(bytes);
  return decoded?.ok ? decoded.value : undefined;
}

/** Where, key, own value, their value. */
export const shownKeys = ({ keys: found }: Explanation) =>
  found.map(({ map, key, own, theirs }) => [
    map.kind === "state" ? map.contract : map.kind,
    textOf(key),
    decodedOf(own),
    decodedOf(theirs),
  ]);
