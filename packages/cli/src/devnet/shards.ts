// How the shards of a devnet stand, from what its nodes say of them and from who is down: what is attested, how far that lies
// behind the order chain, who executes the shard, and why it stands still if it does.

import type { NodeStatus } from "@tandem/node";
import { type ChainRow, standsStill } from "./chains.ts";
import type { Committee } from "./committees.ts";
import type { NodeRow } from "./watch.ts";

/** What a node says of a shard. */
type ShardAnswer = NodeStatus["shards"][number];

export interface ShardRow {
  readonly shard: string;
  readonly members: readonly string[];
  /** Members that make a quorum. */
  readonly need: number;
  /**
   * `no-quorum`: too few members are left that affirm. `no-attesting`, `no-ordering`: they are enough, or were for what waits
   * to be attested, and that chain has no quorum of voters. `waits`: a quorum is overdue.
   */
  readonly state: "goes-on" | "waits" | "no-quorum" | "no-attesting" | "no-ordering";
  /** As the node says that has seen the most; nothing while none says anything. */
  readonly attested: ShardAnswer["attested"] | undefined;
  readonly lag: number | undefined;
  readonly pending: number | undefined;
  readonly waiting: ShardAnswer["waiting"];
  /** Members that did not affirm what is waited for. */
  readonly missing: readonly string[];
  /** Nodes that execute it now. */
  readonly runBy: readonly string[];
  readonly down: readonly DownMember[];
  /** Members that affirm nothing, for they have no record of what their key signed (C4). */
  readonly unmarked: readonly string[];
  readonly disputes: readonly ({ readonly node: string } & NonNullable<ShardAnswer["dispute"]>)[];
}

interface DownMember {
  readonly node: string;
  readonly isKilled: boolean;
  readonly sinceMs: number;
}

/** A claim takes some blocks to be affirmed and attested; what takes longer stands still. */
const lagUsual = 8;

export function shardRows(
  committees: readonly Committee[],
  nodes: readonly NodeRow[],
  chains: readonly ChainRow[],
): readonly ShardRow[] {
  return committees.map((committee) => {
    const said = nodes.flatMap(({ node, status }) => {
      const answer = status?.shards.find(({ name }) => name === committee.shard);
      return answer === undefined ? [] : [{ ...answer, node }];
    });
    return rowOf(committee, nodes, said, chains);
  });
}

type Said = ShardAnswer & { readonly node: string };

function rowOf(
  committee: Committee,
  nodes: readonly NodeRow[],
  said: readonly Said[],
  chains: readonly ChainRow[],
): ShardRow {
  const { members, need } = committee;
  const down = nodes.flatMap(({ node, role, downMs = 0 }): DownMember[] => {
    const isDown = role === "killed" || role === "ended";
    return isDown && members.includes(node) ? [{ node, isKilled: role === "killed", sinceMs: downMs }] : [];
  });
  const best = said.toSorted(bySeen)[0];
  const { attested, lag, pending, waiting = null, missing = [] } = best ?? {};
  const unmarked = said.filter(({ hasNoMark }) => hasNoMark).map(({ node }) => node);
  const hasQuorum = members.length - down.length - unmarked.length >= need;
  const isAffirmed = waiting !== null && waiting.have >= waiting.need;
  const isOverdue = waiting !== null && (lag ?? 0) > lagUsual;
  return {
    ...committee,
    state: stateOf({ hasQuorum, isAffirmed, isOverdue }, chains),
    ...{ attested, lag, pending, waiting, missing, down, unmarked },
    runBy: said.filter(({ own }) => own.state === "following").map(({ node }) => node),
    disputes: said.flatMap(({ node, dispute }) => (dispute === null ? [] : [{ node, ...dispute }])),
  };
}

interface Standing {
  readonly hasQuorum: boolean;
  readonly isAffirmed: boolean;
  readonly isOverdue: boolean;
}

function stateOf({ hasQuorum, isAffirmed, isOverdue }: Standing, chains: readonly ChainRow[]): ShardRow["state"] {
  if (standsStill(chains, "attest") && (hasQuorum || isAffirmed)) return "no-attesting";
  if (!hasQuorum) return "no-quorum";
  if (standsStill(chains, "order")) return "no-ordering";
  return isOverdue ? "waits" : "goes-on";
}

/** First who has seen the last attested claim, and of these who holds most affirmations of the next. */
function bySeen(a: Said, b: Said): number {
  return b.attested.round - a.attested.round || (b.waiting?.have ?? 0) - (a.waiting?.have ?? 0);
}
