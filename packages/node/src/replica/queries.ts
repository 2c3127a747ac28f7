// What the API asks of a node's own store. Answers are plain data, for they cross threads.

import {
  attestBlockKey,
  attestBlockRules,
  attestedKey,
  attestRecordCodec,
  attestRunCodec,
  contentKey,
  readAttestRun,
} from "@tandem/attestation";
import {
  type BlockRecord,
  type OrderNetwork,
  orderBlockRules,
  proveAccount,
  readAccount,
  readBlob,
  readBlock,
  readBlockOf,
  readKept,
  readSliceRun,
  readTip,
  sliceRunCodec,
} from "@tandem/ordering";
import {
  accountProofCodec,
  asHeight,
  asRoot,
  asShardName,
  attestBlockCodec,
  blobCodec,
  certificateCodec,
  type Failure,
  limits,
  orderBlockCodec,
  type Result,
  type Root,
  readFrom,
  StoreFault,
} from "@tandem/shared";
import type { Store } from "../store/store.ts";
import { attestedIn, type TraceSources, traceProgram } from "./trace-program.ts";
import type { Query, QueryAnswer } from "./words.ts";

export interface QuerySources extends TraceSources {
  readonly network: OrderNetwork;
}

export async function answerQuery(sources: QuerySources, query: Query): Promise<QueryAnswer> {
  const { network, store } = sources;
  switch (query.kind) {
    case "block":
      return answerBlock(await readFrom(store, readBlock(asHeight(query.height))));
    case "block-of":
      return answerBlock(await readFrom(store, readBlockOf(asRoot(query.root))));
    case "blob":
      return answerBlob(store, asRoot(query.root));
    case "blob-of":
      return answerBlobOf(store, query.bytes);
    case "account":
      return answerAccount(network, store, query.payer, query.isProven);
    case "slices":
      return answerSlices(store, query);
    case "tip":
      return answerTip(store);
    case "disk":
      return { kind: "disk", bytes: await store.bytesOnDisk() };
    case "attest-block":
      return answerAttestBlock(store, query.height);
    case "attest-run":
      return answerAttestRun(store, query.from, query.count);
    case "claim":
      return answerClaim(store, asRoot(query.root));
    case "progress":
      return answerProgress(sources);
    case "program":
      return answerProgram(sources, asRoot(query.root));
  }
}

async function answerProgress({ store, replica }: TraceSources): Promise<QueryAnswer> {
  const progress = replica.progress();
  const records = await store.read(progress.shards.map(({ shard, attested }) => attestedKey(shard, attested.round)));
  return {
    kind: "progress",
    progress,
    attestHeights: records.map((record) => (record === undefined ? 0 : attestedIn(record).attestHeight)),
  };
}

async function answerAttestBlock(store: Store, height: number): Promise<QueryAnswer> {
  const [record] = await store.read([attestBlockKey(asHeight(height))]);
  if (record === undefined) return missing("unknown-height", `no attest block of height ${height} is final here`);
  const found = attestRecordCodec.decode(record);
  if (!found.ok) throw new StoreFault("bad-record", found.error.message);
  const { block, certificate } = found.value;
  return {
    kind: "attest-block",
    root: attestBlockRules.infoOf(block).root,
    block: attestBlockCodec.encode(block),
    certificate: certificateCodec.encode(certificate),
  };
}

async function answerAttestRun(store: Store, from: number, count: number): Promise<QueryAnswer> {
  const run = await readFrom(store, readAttestRun(from, count));
  return { kind: "attest-run", run: attestRunCodec.encode(run) };
}

async function answerClaim(store: Store, root: Root): Promise<QueryAnswer> {
  const [content] = await store.read([contentKey(root)]);
  if (content === undefined) return missing("unknown-claim", "no claim of this root is held here");
  return { kind: "claim", content };
}

async function answerProgram(sources: TraceSources, root: Root): Promise<QueryAnswer> {
  const trace = await traceProgram(sources, root);
  if (trace === undefined) return missing("unknown-blob", "no blob of this root is ordered");
  if (trace === "waiting") return { kind: "waiting", root, bytes: new Uint8Array(0) };
  return trace === "starting" ? { kind: "starting" } : { kind: "program", ...trace };
}

function missing(code: string, message: string): QueryAnswer {
  return { kind: "none", code, message };
}

function none({ code, message }: Failure): QueryAnswer {
  return missing(code, message);
}

function answerBlock(found: Result<BlockRecord, Failure>): QueryAnswer {
  if (!found.ok) return none(found.error);
  const { block, certificate } = found.value;
  return {
    kind: "block",
    root: orderBlockRules.infoOf(block).root,
    block: orderBlockCodec.encode(block),
    certificate: certificateCodec.encode(certificate),
  };
}

async function answerSlices(
  store: Store,
  { shard, from, count }: Extract<Query, { readonly kind: "slices" }>,
): Promise<QueryAnswer> {
  const question = { shard: asShardName(shard), from: asHeight(from), count, bytesMax: limits.sliceRunBytesMax };
  return { kind: "slices", run: sliceRunCodec.encode(await readFrom(store, readSliceRun(question))) };
}

async function answerTip(store: Store): Promise<QueryAnswer> {
  const { height, root } = await readFrom(store, readTip());
  return { kind: "tip", height, root };
}

async function answerBlobOf(store: Store, bytes: Uint8Array): Promise<QueryAnswer> {
  const blob = blobCodec.decode(bytes);
  return blob.ok ? answerBlob(store, blobCodec.root(blob.value)) : none(blob.error);
}

async function answerBlob(store: Store, root: Root): Promise<QueryAnswer> {
  const found = await readFrom(store, readBlob(root));
  if (found.ok) {
    const { height, index } = found.value.position;
    return { kind: "ordered", root, height, index, bytes: found.value.bytes };
  }
  const kept = await readFrom(store, readKept(root));
  return kept === undefined ? none(found.error) : { kind: "waiting", root, bytes: kept };
}

async function answerAccount(
  network: OrderNetwork,
  store: Store,
  payer: Uint8Array,
  isProven: boolean,
): Promise<QueryAnswer> {
  const { height, account } = await readFrom(store, readAccount(payer));
  const { balance, nonce } = account;
  if (!isProven) return { kind: "account", height, balance, nonce, proof: undefined };
  const proof = await readFrom(store, proveAccount(network, payer, height));
  if (!proof.ok) return none(proof.error);
  return { kind: "account", height, balance, nonce, proof: accountProofCodec.encode(proof.value) };
}
