// What a shell does for a `verify` effect of the book. Pure: a node runs it in a worker, a simulator on the spot.
//
// S9: equal affirmations are checked as one, and bisected if that fails. Those that pass together are aggregated
// together and never in parts: what adds up to a true sum need not be true one by one. A pair is checked singly.

import {
  affirmDomain,
  affirmedClaimCodec,
  aggregateQuorum,
  bitmapOf,
  type Committee,
  type Epoch,
  isQuorum,
  type QuorumSignature,
  type Root,
  type Scheme,
  type SeatSignature,
  type ShardName,
  signingRoot,
  weightOf,
} from "@tandem/shared";
import type { AffirmTask, AffirmVerdict } from "./types.ts";

export interface AffirmGround {
  readonly scheme: Scheme;
  /** Root of the genesis. */
  readonly network: Root;
  readonly epoch: Epoch;
  readonly shards: ReadonlyMap<ShardName, { readonly committee: Committee }>;
}

/** C4: what a follower signs. */
export function affirmSigningRoot({ network, epoch }: Pick<AffirmGround, "network" | "epoch">, claim: Root): Root {
  return signingRoot(affirmDomain(network), affirmedClaimCodec.root({ epoch, claim }));
}

export function performAffirmTask(ground: AffirmGround, id: number, task: AffirmTask): AffirmVerdict {
  const committee = ground.shards.get(task.shard)?.committee;
  if (committee === undefined) return { id, valid: [], quorum: undefined };
  if (task.kind === "equal") return { id, ...verifyEqual(ground, committee, task.claim, task.signed) };
  const valid = task.pair.map(({ claim, signature }) => {
    return sumIfValid(ground, committee, claim, [{ signer: task.signer, signature }]) !== undefined;
  });
  return { id, valid, quorum: undefined };
}

function verifyEqual(
  ground: AffirmGround,
  committee: Committee,
  claim: Root,
  signed: readonly SeatSignature[],
): Omit<AffirmVerdict, "id"> {
  const valid = new Set<SeatSignature>();
  const sum = bisect((some) => sumIfValid(ground, committee, claim, some), signed, valid);
  return { valid: signed.map((each) => valid.has(each)), quorum: quorumOf(ground.scheme, committee, [...valid], sum) };
}

/** The sum of `some` if all are valid; else those that are. */
function bisect(
  check: (some: readonly SeatSignature[]) => Uint8Array | undefined,
  some: readonly SeatSignature[],
  valid: Set<SeatSignature>,
): Uint8Array | undefined {
  const sum = check(some);
  const middle = some.length >> 1;
  if (sum !== undefined) for (const each of some) valid.add(each);
  else if (middle > 0) for (const half of [some.slice(0, middle), some.slice(middle)]) bisect(check, half, valid);
  return sum;
}

function sumIfValid(
  ground: AffirmGround,
  { seats }: Committee,
  claim: Root,
  signed: readonly SeatSignature[],
): Uint8Array | undefined {
  const keys = signed.flatMap(({ signer }) => seats[signer]?.key ?? []);
  const sum = ground.scheme.aggregate(signed.map(({ signature }) => signature));
  if (!sum.ok || keys.length !== signed.length) return undefined;
  return ground.scheme.verifyAggregate(keys, affirmSigningRoot(ground, claim), sum.value) ? sum.value : undefined;
}

/** `sum` is theirs, if whoever checked them has it. */
function quorumOf(
  scheme: Scheme,
  committee: Committee,
  valid: readonly SeatSignature[],
  sum: Uint8Array | undefined,
): QuorumSignature | undefined {
  const bitmap = bitmapOf(committee, valid);
  if (!bitmap.ok || !isQuorum(committee, weightOf(committee, bitmap.value))) return undefined;
  if (sum !== undefined) return { bitmap: bitmap.value, signature: sum };
  const quorum = aggregateQuorum(scheme, committee, valid);
  return quorum.ok ? quorum.value : undefined;
}
