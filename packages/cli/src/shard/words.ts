// How a shard stands, in words.

import type { ShardAnswer } from "./answers.ts";

export function ownWords({ own, isMember, hasNoMark }: ShardAnswer): string {
  const seat = isMember ? `, in its committee${hasNoMark ? ", affirms nothing (no-mark)" : ""}` : "";
  switch (own.state) {
    case "not-followed":
      return "does not follow it";
    case "starting":
      return "starts";
    case "stopped":
      return `stopped after round ${own.round}${seat}`;
    case "following":
      return `has run up to ${own.round}${seat}`;
  }
}

/** Of the next claim, whose affirmations are missing. */
export function waitingWords({ name, waiting, missing }: ShardAnswer): readonly string[] {
  if (waiting === null) return [];
  const who = missing.length === 0 ? "" : `; nothing was heard from ${missing.join(", ")}`;
  if (waiting.have >= waiting.need) return [`${name}: round ${waiting.round} is affirmed, and waits to be attested`];
  return [`${name}: round ${waiting.round} is affirmed by ${waiting.have}, a quorum needs ${waiting.need}${who}`];
}

export function disputeWords({ name, dispute }: ShardAnswer): readonly string[] {
  if (dispute === null) return [];
  const own = dispute.own === null ? "no claim" : `${dispute.own.slice(0, 16)}…`;
  const theirs = `${dispute.theirs.slice(0, 16)}…`;
  return [
    `${name}: DISPUTE in round ${dispute.round}: this node made ${own}, a quorum stands behind ${theirs}`,
    `./tandem shard explain ${name}`,
  ];
}
