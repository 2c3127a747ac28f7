// How both chains of a devnet stand: whose votes they have, and whether these are a quorum. A process that runs without a
// record of what its key signed does not vote (S8), so voters are counted and not processes.

import type { Chain } from "@tandem/shared";
import { quorumOf } from "./committees.ts";
import type { NodeRow } from "./watch.ts";

export interface ChainRow {
  readonly chain: Chain;
  readonly state: "goes-on" | "stands-still";
  /** Voters that make a quorum, and validators that there are. */
  readonly need: number;
  readonly of: number;
  readonly voters: readonly string[];
  readonly missing: readonly MissingVoter[];
}

interface MissingVoter {
  readonly node: string;
  /** `no-vote`: its record is lost. `no-seat`: it runs without its key. */
  readonly why: "down" | "no-vote" | "no-seat";
}

const chains: readonly Chain[] = ["order", "attest"];

/** In a devnet all validators sit in both sets, with the same weight. */
export function chainRows(nodes: readonly NodeRow[]): readonly ChainRow[] {
  return chains.map((chain) => {
    const missing = nodes.flatMap((row): MissingVoter[] => {
      const why = whyMissing(row, chain);
      return why === undefined ? [] : [{ node: row.node, why }];
    });
    const voters = nodes.map(({ node }) => node).filter((name) => missing.every(({ node }) => node !== name));
    const need = quorumOf(nodes.length);
    const state = voters.length >= need ? "goes-on" : "stands-still";
    return { chain, state, need, of: nodes.length, voters, missing };
  });
}

/** One that is away is not known to have lost its voice. */
function whyMissing({ role, status }: NodeRow, chain: Chain): MissingVoter["why"] | undefined {
  if (role === "killed" || role === "ended") return "down";
  const vote = status?.votes?.[chain] ?? "votes";
  return vote === "votes" ? undefined : vote;
}

export function standsStill(rows: readonly ChainRow[], chain: Chain): ChainRow | undefined {
  return rows.find((row) => row.chain === chain && row.state === "stands-still");
}

/** Whose votes are missing, and why. */
export function missingWords({ missing }: ChainRow): readonly string[] {
  return missing.map(({ node, why }) => `${node} ${missingWhy[why]}`);
}

const missingWhy: Readonly<Record<MissingVoter["why"], string>> = {
  down: "is down",
  "no-vote": "does not vote",
  "no-seat": "runs without its key",
};
