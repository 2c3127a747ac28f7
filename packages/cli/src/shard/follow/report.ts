// What came of following a shard, as a page and as JSON.

import { toHex } from "@tandem/shared";
import { wrap } from "../../terminal.ts";
import { sizeWords } from "../snapshot/ground.ts";
import type { Everything } from "./everything.ts";
import type { FollowedShard } from "./followed-shard.ts";

export interface FollowReport {
  readonly shard: string;
  readonly rounds: number;
  readonly claims: number;
  readonly attestedEqual: number;
  /** Made here, and not attested in time. */
  readonly unattested: number;
  readonly last: { readonly round: number; readonly claim: string; readonly contracts: string };
  readonly contents: number;
  readonly bytes: { readonly slices: number; readonly attest: number; readonly contents: number; readonly all: number };
  readonly everything: Everything | undefined;
  /** The first claim that is not the attested one. */
  readonly diverged:
    | { readonly round: number; readonly own: string | null; readonly attested: string | null }
    | undefined;
  /** What nodes gave and was not taken. */
  readonly refused: readonly string[];
}

export function reportOf(
  followed: FollowedShard,
  refused: readonly string[],
  everything: Everything | undefined,
): FollowReport {
  const { claims, bytes, frontier, dispute, contents } = followed;
  const { slices, attest } = bytes;
  const { round, claim, contracts } = frontier;
  return {
    shard: followed.name,
    rounds: followed.done,
    claims: claims.made,
    attestedEqual: claims.equal,
    unattested: claims.open,
    last: { round, claim: toHex(claim), contracts: toHex(contracts) },
    contents,
    bytes: { slices, attest, contents: bytes.contents, all: slices + attest + bytes.contents },
    everything,
    diverged:
      dispute === undefined
        ? undefined
        : {
            round: dispute.round,
            own: dispute.own === undefined ? null : toHex(dispute.own),
            attested: toHex(dispute.theirs),
          },
    refused,
  };
}

export function progressLine({ done, claims, bytes }: FollowedShard, until: number): string {
  const { slices, attest, contents } = bytes;
  const counts = `${claims.made} claims, ${claims.equal} attested with equal roots`;
  return `round ${done} of ${until}: ${counts}, ${sizeWords(slices + attest + contents)}\n`;
}

export function reportPage(report: FollowReport, width: number): string {
  const { shard, rounds, claims, attestedEqual, last, bytes, contents } = report;
  const rows: readonly (readonly [string, string])[] = [
    ["rounds", `${rounds}, each from its slice`],
    ["claims made", `${claims}`],
    ["attested equal", `${attestedEqual}${unattestedWords(report)}`],
    ["last claim", `round ${last.round}, ${last.claim}`],
    ["contracts root", last.contracts],
    ["fetched", sizeWords(bytes.all)],
    ["  slices", `${sizeWords(bytes.slices)}, with proof that each is complete`],
    ["  attest chain", `${sizeWords(bytes.attest)}, headers and claims of all shards`],
    ["  contents", `${sizeWords(bytes.contents)}, claims of other shards: ${contents}`],
    ...everythingRows(report),
  ];
  const table = rows.map(([name, text]) => `  ${name.padEnd(16)}${text}\n`).join("");
  const told = report.refused.map((text) => `refused: ${text}`).flatMap((text) => wrap(text, width));
  return `${shard}: ${headWords(report)}\n${table}${told.map((line) => `${line}\n`).join("")}`;
}

function headWords({ diverged, unattested }: FollowReport): string {
  if (diverged !== undefined) {
    const own = diverged.own === null ? "there was no work for a claim" : `the claim is ${diverged.own.slice(0, 16)}…`;
    const theirs = (diverged.attested as string).slice(0, 16);
    return `NOT EQUAL from round ${diverged.round} on: here ${own}, attested is ${theirs}…`;
  }
  return unattested === 0
    ? "rebuilt, every claim equal to the attested one"
    : "rebuilt, and equal as far as it is attested";
}

function unattestedWords({ unattested }: FollowReport): string {
  return unattested === 0 ? "" : `; ${unattested} not attested yet`;
}

function everythingRows({ everything, bytes }: FollowReport): readonly (readonly [string, string])[] {
  if (everything === undefined) return [];
  const share = ((100 * bytes.all) / everything.bytes).toFixed(1);
  const { blocks, blobs } = everything;
  return [
    ["everything", `${sizeWords(everything.bytes)}, ${blocks} blocks with ${blobs} blobs: ${share}% of it was fetched`],
  ];
}
