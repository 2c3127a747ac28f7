// C3: the parts of a snapshot, from the store of a node that follows the shard: of its last claim that was attested and whose
// state is kept.

import { contractsAt, isStateKept, type NamedRecord, pendingAt, stateAt, storeUnder } from "@tandem/execution";
import {
  contractRecordCodec,
  equalBytes,
  type Failure,
  type Frontier,
  failure,
  pendingEntryCodec,
  type Result,
  readFrom,
  type ShardName,
  type SparseStore,
  success,
  zeroRoot,
} from "@tandem/shared";
import { readShard, shardPrefix } from "../chain-records.ts";
import type { AttestNetwork } from "../network.ts";
import {
  type PartBounds,
  type PendingItem,
  type SnapshotPart,
  type StateEntry,
  snapshotLimits,
  snapshotPartCodec,
  usualBounds,
} from "./parts.ts";
import { type AttestedOwn, proveLastAttested } from "./prove.ts";

export type WriteCode =
  | "not-followed" // the store has no state of the shard
  | "not-attested" // none of its claims here is attested, or can be proven yet
  | "not-kept" // the state of that claim is forgotten
  | "too-large"; // more contracts than can become a state at once

type Parts = AsyncGenerator<Uint8Array, Result<Frontier, Failure<WriteCode>>, void>;

/** The parts, encoded; in the end the claim that they are of, or why there are none. */
export async function* writeSnapshot(
  store: SparseStore,
  network: AttestNetwork,
  shard: ShardName,
  bounds = usualBounds,
): Parts {
  const attested = await lastAttested(store, shard);
  if (!attested.ok) return attested;
  const { frontier } = attested.value;
  const state = storeUnder(shardPrefix(shard), store);
  if (!(await isStateKept(state, frontier))) {
    return failure("not-kept", "", `the state of ${shard} after round ${frontier.round} is not in the store any more`);
  }
  let parts = 0;
  let contracts = 0;
  for await (const part of partsOf({ state, network, shard, bounds }, attested.value)) {
    if (part.kind === "contracts") contracts += part.value.length;
    if (contracts > snapshotLimits.contractsMax) {
      return failure("too-large", "", `${shard} has more than ${snapshotLimits.contractsMax} contracts`);
    }
    parts++;
    yield snapshotPartCodec.encode(part);
  }
  yield snapshotPartCodec.encode({ kind: "end", value: { parts } });
  return success(frontier);
}

async function lastAttested(store: SparseStore, shard: ShardName): Promise<Result<AttestedOwn, Failure<WriteCode>>> {
  const record = await readFrom(store, readShard(shard));
  if (record === undefined) return failure("not-followed", "", `the store has no state of ${shard}`);
  const attested = await readFrom(store, proveLastAttested(shard));
  if (attested !== undefined) return success(attested);
  return failure("not-attested", "", `none of the claims of ${shard} in the store is attested yet`);
}

interface Source {
  readonly state: SparseStore;
  readonly network: AttestNetwork;
  readonly shard: ShardName;
  readonly bounds: PartBounds;
}

async function* partsOf(
  { state, network, shard, bounds }: Source,
  { frontier, content, proof }: AttestedOwn,
): AsyncGenerator<SnapshotPart, void, void> {
  yield { kind: "head", value: { network: network.root, shard, proof } };
  yield { kind: "content", value: content };
  for await (const records of portions(contractsAt(state, frontier), recordBytes, bounds)) {
    yield { kind: "contracts", value: records };
    for (const named of records) {
      for await (const found of portions(entriesOf(state, frontier, named), entryBytes, bounds)) {
        const entries = found.map(({ key, value }) => ({ key, value }));
        yield { kind: "state", value: { contract: named.name, entries } };
      }
    }
  }
  for await (const found of portions(pendingAt(state, frontier), itemBytes, bounds)) {
    yield { kind: "pending", value: found.map(({ position, entry }) => ({ position, entry })) };
  }
}

async function* entriesOf(
  state: SparseStore,
  { round }: Frontier,
  named: NamedRecord,
): AsyncGenerator<StateEntry, void, void> {
  if (!equalBytes(named.record.state, zeroRoot)) yield* stateAt(state, round, named);
}

const entryBytes = ({ key, value }: StateEntry) => key.length + value.length;
const recordBytes = ({ name, record }: NamedRecord) => name.length + contractRecordCodec.type.sizeOf(record);
const itemBytes = ({ entry }: PendingItem) => pendingEntryCodec.type.sizeOf(entry);

/** As many at a time as a part takes. */
async function* portions<T>(
  items: AsyncIterable<T>,
  bytesOf: (item: T) => number,
  { itemsMax, bytesMax }: PartBounds,
): AsyncGenerator<readonly T[], void, void> {
  let portion: T[] = [];
  let bytes = 0;
  for await (const item of items) {
    const more = bytesOf(item);
    const isFull = portion.length === itemsMax || bytes + more > bytesMax;
    if (isFull && portion.length > 0) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(item);
    bytes += more;
  }
  if (portion.length > 0) yield portion;
}
