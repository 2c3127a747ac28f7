// S8: what left was on disk first. A vote: its own record; a notarize: the block too; a finalize: the notarization
// too. Records are read by their layout, with no help from the journal's own code: a length (4), then
//
//   proposal     0, offsets of block and parent (4 + 4), signature (96), block…
//   certificate  1, kind, epoch (8), view (8), block (32)…
//   vote         2, kind, epoch (8), view (8), block (32)…
//   block        3, block
//
// kinds are numbered from 1: notarize, nullify, finalize, and their certificates alike.

import { asRoot, asView, toHex, type Vote, type VoteKind } from "@tandem/shared";
import type { LabMessage } from "../nodes/words.ts";
import { blockRules } from "../payload/block.ts";
import type { CheckContext, Checker } from "./checker.ts";

const kindNumbers: { readonly [Kind in VoteKind]: number } = { notarize: 1, nullify: 2, finalize: 3 };
const voteKinds = Object.keys(kindNumbers) as VoteKind[];
const lengthBytes = 4;
const blockStart = 1 + 8 + 96;
const viewAt = 1 + 1 + 8;
const blockAt = viewAt + 8;
const ballotBytes = blockAt + 32;

export function durableFirst({ seats }: CheckContext): Checker {
  const disks = seats.map(() => new Set<string>());
  /** Roots by encoding: every node writes the same blocks. */
  const roots = new Map<string, string>();
  const write = (disk: Set<string>, bytes: Uint8Array) => {
    const record = bytes.subarray(lengthBytes);
    if (record[0] === 1 || record[0] === 2) return disk.add(latin1(record, 0, ballotBytes));
    const root = rootIn(record, roots);
    return root === undefined ? disk : disk.add(root);
  };
  return {
    name: "durable-first",
    onObservation(observation, instance) {
      const disk = disks[instance] as Set<string>;
      switch (observation.kind) {
        case "booted":
          disk.clear();
          for (const record of observation.journal) write(disk, record);
          return undefined;
        case "durable":
          for (const record of observation.records) write(disk, record);
          return undefined;
        case "sent":
          return missing(disk, observation.message, seats[instance] as number);
        default:
          return undefined;
      }
    },
  };
}

/** Roots of the blocks that a journal has a vote to notarize for. */
export function notarizedIn(journal: readonly Uint8Array[]): ReadonlySet<string> {
  return new Set(votesIn(journal).flatMap(({ kind, block }) => (kind === "notarize" ? toHex(block) : [])));
}

/** Of whole records: what is left of a torn one is no vote. */
export function votesIn(journal: readonly Uint8Array[]): readonly Pick<Vote, "kind" | "view" | "block">[] {
  return journal.flatMap((bytes) => {
    const record = bytes.subarray(lengthBytes);
    const kind = voteKinds.find((each) => kindNumbers[each] === record[1]);
    if (record[0] !== 2 || kind === undefined || record.length < ballotBytes || isTorn(bytes)) return [];
    const view = new DataView(record.buffer, record.byteOffset).getBigUint64(viewAt, true);
    return [{ kind, view: asView(Number(view)), block: asRoot(record.subarray(blockAt, ballotBytes)) }];
  });
}

function isTorn(bytes: Uint8Array): boolean {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) !== bytes.length - lengthBytes;
}

function missing(disk: ReadonlySet<string>, message: LabMessage, seat: number): string | undefined {
  if (message.kind === "proposal") {
    const { epoch, view, root } = blockRules.infoOf(message.proposal.block);
    return missingFor(disk, "notarize", { epoch, view, block: root });
  }
  if (message.kind !== "vote" || message.vote.signer !== seat) return undefined;
  return missingFor(disk, message.vote.kind, message.vote);
}

function missingFor(
  disk: ReadonlySet<string>,
  kind: VoteKind,
  ballot: Pick<Vote, "epoch" | "view" | "block">,
): string | undefined {
  const said = `${kind} of view ${ballot.view} left`;
  if (!disk.has(ballotKey(2, kindNumbers[kind], ballot))) return `${said} before it was durable`;
  if (kind === "notarize" && !disk.has(toHex(ballot.block))) return `${said} before its block was durable`;
  if (kind === "finalize" && !disk.has(ballotKey(1, 1, ballot))) return `${said} before the notarization was durable`;
  return undefined;
}

const scratch = new Uint8Array(ballotBytes);
const fields = new DataView(scratch.buffer);

function ballotKey(selector: number, kind: number, { epoch, view, block }: Pick<Vote, "epoch" | "view" | "block">) {
  scratch[0] = selector;
  scratch[1] = kind;
  fields.setBigUint64(2, BigInt(epoch), true);
  fields.setBigUint64(10, BigInt(view), true);
  scratch.set(block, 18);
  return latin1(scratch, 0, ballotBytes);
}

function rootIn(record: Uint8Array, roots: Map<string, string>): string | undefined {
  const start = record[0] === 0 ? blockStart : 1;
  if (record.length <= start) return undefined;
  const end = record[0] === 0 ? 1 + new DataView(record.buffer, record.byteOffset).getUint32(5, true) : record.length;
  const key = latin1(record, start, end);
  let root = roots.get(key);
  if (root === undefined) {
    const block = blockRules.codec.decode(record.subarray(start, end));
    if (!block.ok) return undefined;
    root = toHex(blockRules.infoOf(block.value).root);
    roots.set(key, root);
  }
  return root;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1", start, end);
}
