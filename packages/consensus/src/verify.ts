// What a shell does for a `verify` effect. Pure: a node runs it in a worker, a simulator on the spot.

import { type Electorate, equalBytes, type Vote, verifyCertificate, voteSigningRoot } from "@tandem/shared";
import type { Verified, VerifyTask } from "./types.ts";

export function performVerify(electorate: Electorate, id: number, task: VerifyTask): Verified {
  if (task.kind === "votes") return { id, ...verifyVotes(electorate, task.votes) };
  return { id, valid: [verifyCertificate(electorate, task.certificate).ok], aggregate: undefined };
}

/** S9: votes of equal content are checked as one, and bisected if that fails. */
function verifyVotes(electorate: Electorate, votes: readonly Vote[]): Omit<Verified, "id"> {
  const refused = new Set<Vote>();
  const groups = groupsOf(votes);
  let aggregate: Uint8Array | undefined;
  for (const group of groups) aggregate = bisect(electorate, group, refused);
  return { valid: votes.map((vote) => !refused.has(vote)), aggregate: groups.length === 1 ? aggregate : undefined };
}

/** Votes that sign the same bytes, together. */
function groupsOf(votes: readonly Vote[]): Vote[][] {
  const groups: Vote[][] = [];
  for (const vote of votes) {
    const group = groups.find(([first]) => first !== undefined && isSame(first, vote));
    if (group === undefined) groups.push([vote]);
    else group.push(vote);
  }
  return groups;
}

function isSame(a: Vote, b: Vote): boolean {
  if (a.kind !== b.kind || a.view !== b.view || a.epoch !== b.epoch) return false;
  return equalBytes(a.block, b.block);
}

/** The aggregate of `votes` if all are valid; else the invalid ones are added to `refused`. */
function bisect(electorate: Electorate, votes: readonly Vote[], refused: Set<Vote>): Uint8Array | undefined {
  const aggregate = aggregateIfValid(electorate, votes);
  if (aggregate !== undefined) return aggregate;
  const middle = votes.length >> 1;
  if (middle === 0) for (const vote of votes) refused.add(vote);
  else for (const half of [votes.slice(0, middle), votes.slice(middle)]) bisect(electorate, half, refused);
  return undefined;
}

function aggregateIfValid(electorate: Electorate, votes: readonly Vote[]): Uint8Array | undefined {
  const { scheme, committee, epoch } = electorate;
  const [first] = votes;
  const keys = votes.flatMap((vote) => committee.seats[vote.signer]?.key ?? []);
  if (first === undefined || keys.length !== votes.length || first.epoch !== epoch) return undefined;
  const aggregate = scheme.aggregate(votes.map((vote) => vote.signature));
  if (!aggregate.ok) return undefined;
  const message = voteSigningRoot(electorate, first.kind, first);
  return scheme.verifyAggregate(keys, message, aggregate.value) ? aggregate.value : undefined;
}
