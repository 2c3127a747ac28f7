// How far a program has come, in each shard that it touches (section 7). What the machine remembers comes first: it has seen
// every round of the shards that it follows since the node started. What it does not remember, and what it does not follow,
// is looked for in the store: a claim's content has what came of each node (C5), and attest voters hold those of all shards.
// All nodes of a program are known without running it, so whoever has found each of them in attested claims knows that it is
// done. What cannot be found is said to be ordered, which is true, and that this node knows no more.

import {
  attestedCodec,
  attestedKey,
  claimContentCodec,
  contentKey,
  type MadeClaim,
  type ProgramStatus,
  type Stage,
  type StageTwoProgress,
  stages,
} from "@tandem/attestation";
import { readBlob, readKept } from "@tandem/ordering";
import {
  asRound,
  assert,
  blobCodec,
  type Checked,
  type ContractName,
  checkProgram,
  type Export,
  type Failure,
  type NothingReason,
  type Position,
  type Root,
  type Round,
  readFrom,
  type ShardName,
  StoreFault,
} from "@tandem/shared";
import type { Store } from "../store/store.ts";

/** What came of a node. `Nothing` names the step that is its first cause; a group that failed, the first step that did. */
export type TracedOutcome =
  /** In canonical encoding; left out if it is long. */
  | { readonly kind: "value"; readonly value: Uint8Array | undefined; readonly isTentative: boolean }
  | { readonly kind: "nothing"; readonly why: NothingReason; readonly cause: number; readonly isTentative: boolean }
  | { readonly kind: "held" }
  | { readonly kind: "failed"; readonly cause: number };

interface ClaimAt {
  readonly round: Round;
  readonly claim: Root;
  /** Of the attest block that has it. */
  readonly attestHeight: number | undefined;
}

/** A step or settle that ran. */
export interface TracedNode extends ClaimAt {
  readonly kind: "step" | "settle";
  readonly step: number;
  readonly contract: ContractName;
  readonly outcome: TracedOutcome;
}

export interface ShardTrace {
  readonly shard: ShardName;
  readonly isFollowed: boolean;
  readonly stage: Stage;
  /** False where no more than this can be said here. */
  readonly isKnown: boolean;
  /** In line order. */
  readonly ran: readonly TracedNode[];
  /** How many nodes it has here. */
  readonly nodes: number;
  /** What it waits for; nothing where that is not remembered. */
  readonly awaited: Awaited | undefined;
}

type Awaited = ProgramStatus["parts"][number]["awaited"];

export interface ProgramTrace extends Position {
  /** Least of all shards. */
  readonly stage: Stage;
  /** Why its payload is none (P1). */
  readonly flaw: Failure | undefined;
  readonly shards: readonly ShardTrace[];
}

export interface TraceSources {
  readonly store: Store;
  readonly replica: {
    statusOf(blob: Root): ProgramStatus | undefined;
    awaitedOf(position: Position, shard: ShardName): Awaited | undefined;
    ownClaimsOf(shard: ShardName): readonly MadeClaim[];
    progress(): StageTwoProgress;
  };
}

/** Claims of one shard that are looked through: a program is done after a few, unless it waits for long. */
const claimsMax = 64;
/** Bytes of their contents. */
const contentBytesMax = 4 * 1024 * 1024;
/** Longer values are in the claim's content. */
const valueBytesMax = 4096;

/** Nothing if no such blob is ordered; "waiting" if it was accepted here; "starting" while nothing is known of Stage 2. */
export async function traceProgram(
  sources: TraceSources,
  root: Root,
): Promise<ProgramTrace | "waiting" | "starting" | undefined> {
  const { store, replica } = sources;
  const found = await readFrom(store, readBlob(root));
  if (!found.ok) return (await readFrom(store, readKept(root))) === undefined ? undefined : "waiting";
  const progress = replica.progress();
  if (!progress.isStarted) return "starting";
  const blob = blobCodec.decode(found.value.bytes);
  if (!blob.ok) throw new StoreFault("bad-record", "an ordered blob decodes");
  const { envelope } = blob.value;
  const checked = checkProgram(envelope.payload, envelope);
  const { height, index } = found.value.position;
  const known = replica.statusOf(root);
  const shards: ShardTrace[] = [];
  for (const shard of envelope.touches) {
    const position = { height, index };
    const awaited = replica.awaitedOf(position, shard);
    const made = replica.ownClaimsOf(shard);
    shards.push(await traceShard(store, { position, shard, checked, known, awaited, made, progress }));
  }
  const least = Math.min(stages.length - 1, ...shards.map(({ stage }) => stages.indexOf(stage)));
  // What touches no shard is done when it is ordered: nothing of it is ever run.
  const stage = shards.length === 0 ? "ordered" : (stages[least] as Stage);
  return { height, index, stage, flaw: checked.kind === "void" ? checked.failure : undefined, shards };
}

interface Wanted {
  readonly position: Position;
  readonly shard: ShardName;
  readonly checked: Checked;
  readonly known: ProgramStatus | undefined;
  readonly awaited: Awaited | undefined;
  /** Own claims that are not attested. */
  readonly made: readonly MadeClaim[];
  readonly progress: StageTwoProgress;
}

async function traceShard(store: Store, wanted: Wanted): Promise<ShardTrace> {
  const { position, shard, checked, known, progress } = wanted;
  const at = progress.shards.find((each) => each.shard === shard);
  assert(at !== undefined, "an ordered blob touches shards of the network");
  const nodes = checked.kind === "void" ? 0 : checked.analysis.nodes.filter((node) => node.shard === shard).length;
  const part = known?.parts.find((each) => each.shard === shard);
  const frontier = at.attested.round;
  const claims = await (part === undefined
    ? claimsFrom(store, wanted, frontier)
    : claimsOf(store, shard, part.ran, frontier));
  const { ran, isWhole } = await nodesIn(store, claims, position, nodes);
  const isRun = ran.length === nodes && Math.max(frontier, at.own?.done ?? 0) >= position.height;
  const isDone = isRun && frontier >= position.height && ran.every(({ attestHeight }) => attestHeight !== undefined);
  const stage = part?.stage ?? (isDone ? "attested" : isRun ? "run" : "ordered");
  const isKnown = part !== undefined || isRun || (isWhole && at.own !== undefined);
  return {
    shard,
    isFollowed: at.own !== undefined,
    stage,
    isKnown,
    ran,
    nodes,
    awaited: part?.awaited ?? wanted.awaited,
  };
}

/** Claims of a shard in which a program may have run: attested ones, and what this node has run above these. */
async function claimsFrom(store: Store, { shard, position, made }: Wanted, frontier: Round): Promise<ClaimAt[]> {
  const attested = await attestedClaims(store, shard, position.height, frontier);
  const own = made.filter(({ round }) => round > frontier && round >= position.height).slice(0, claimsMax);
  return [...attested, ...own.map(({ round, root }) => ({ round, claim: root, attestHeight: undefined }))];
}

/** Attested claims of a shard from a height on, as many as are looked through. */
async function attestedClaims(store: Store, shard: ShardName, height: number, frontier: Round): Promise<ClaimAt[]> {
  if (frontier < height) return [];
  const from = attestedKey(shard, asRound(height));
  const until = attestedKey(shard, asRound(frontier + 1));
  const records = await store.list({ from, until, countMax: claimsMax, isReverse: false });
  return records.map(({ key, value }) => {
    const round = Number(new DataView(key.buffer, key.byteOffset + key.length - 8).getBigUint64(0));
    return { round: asRound(round), ...attestedIn(value) };
  });
}

export function attestedIn(record: Uint8Array): { readonly claim: Root; readonly attestHeight: number } {
  const attested = attestedCodec.decode(record);
  if (!attested.ok) throw new StoreFault("bad-record", attested.error.message);
  return { claim: attested.value.claim, attestHeight: attested.value.height };
}

type Ran = ProgramStatus["parts"][number]["ran"];

/** The claims in which this node ran it. */
async function claimsOf(store: Store, shard: ShardName, ran: Ran, frontier: Round): Promise<ClaimAt[]> {
  const claims = [...new Map(ran.map(({ round, claim }) => [round, claim]))];
  const records = await store.read(claims.map(([round]) => attestedKey(shard, round)));
  return claims.map(([round, claim], i) => {
    const record = records[i];
    const isAttested = record !== undefined && round <= frontier;
    return { round, claim, attestHeight: isAttested ? attestedIn(record).attestHeight : undefined };
  });
}

interface Found {
  readonly ran: readonly TracedNode[];
  /** Nothing was missing or left out. */
  readonly isWhole: boolean;
}

/** What claims say of a program, until all its nodes are found. */
async function nodesIn(store: Store, claims: readonly ClaimAt[], position: Position, nodes: number): Promise<Found> {
  const ran: TracedNode[] = [];
  let bytes = 0;
  let missing = claims.length < claimsMax ? 0 : 1;
  for (const at of claims) {
    if (ran.length === nodes) break;
    const [record] = await store.read([contentKey(at.claim)]);
    bytes += record?.length ?? 0;
    if (record === undefined || bytes > contentBytesMax) missing++;
    else ran.push(...nodesOf(at, record, position));
  }
  ran.sort((a, b) => a.step - b.step || kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
  return { ran, isWhole: missing === 0 };
}

const kinds = ["step", "settle"] as const;

function nodesOf(at: ClaimAt, record: Uint8Array, { height, index }: Position): TracedNode[] {
  const content = claimContentCodec.decode(record);
  if (!content.ok) throw new StoreFault("bad-record", content.error.message);
  const { claim, exports } = content.value;
  return claim.lanes.flatMap(({ contract }, lane) =>
    (exports[lane] ?? [])
      .filter(({ node }) => node.height === height && node.index === index)
      .map(({ node, content }) => {
        return { ...at, kind: node.kind, step: node.step, contract, outcome: outcomeOf(content) };
      }),
  );
}

function outcomeOf(content: Export["content"]): TracedOutcome {
  if (content.kind === "verdict") {
    const { failed } = content.value;
    return failed === undefined ? { kind: "held" } : { kind: "failed", cause: failed };
  }
  const isTentative = content.kind === "tentative";
  const outcome = isTentative ? content.value.outcome : content.value;
  if (outcome.kind === "nothing") {
    return { kind: "nothing", why: outcome.value.why, cause: outcome.value.step, isTentative };
  }
  const { bytes } = outcome.value;
  return { kind: "value", value: bytes.length <= valueBytesMax ? bytes : undefined, isTentative };
}
