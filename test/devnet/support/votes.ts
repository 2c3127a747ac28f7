// What a validator signed, read from its vote journal by the format alone: an oracle, which shares no code with the
// journal. A killed process leaves what it wrote, so an entry that is not whole is the last one.
//
//   file     24 bytes of head, then entries
//   entry    tag (8), kind (1; 0 is a record), length (4), group (8), durable (4), CRC (4), record
//   record   length (4), kind (1; 2 is a vote), encoding

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { toHex, type Vote, voteCodec } from "@tandem/shared";

const headBytes = 24;
const entryHeadBytes = 29;
const recordHeadBytes = 5;
const voteKind = 2;

/** Votes of one seat over its whole life, gathered again and again, for a journal forgets what it needs no more. */
export class VoteBook {
  readonly #seat: number;
  /** By view and kind, the block. */
  readonly #votes = new Map<string, string>();
  readonly contradictions: string[] = [];

  constructor(seat: number) {
    this.#seat = seat;
  }

  get size(): number {
    return this.#votes.size;
  }

  /** Of a node that does not run. */
  read(folder: string): void {
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".journal"))) {
      for (const vote of votesIn(readFileSync(join(folder, file)))) this.#add(vote);
    }
  }

  #add({ kind, view, block, signer }: Vote): void {
    if (signer !== this.#seat) this.contradictions.push(`seat ${signer} signs in the journal of seat ${this.#seat}`);
    const before = this.#votes.get(`${view} ${kind}`);
    const root = toHex(block);
    this.#votes.set(`${view} ${kind}`, root);
    if (before !== undefined && before !== root) this.contradictions.push(`two of ${kind} in view ${view}`);
    const other = kind === "finalize" ? "nullify" : "finalize";
    if (kind !== "notarize" && this.#votes.has(`${view} ${other}`)) {
      this.contradictions.push(`finalize and nullify in view ${view}`);
    }
  }
}

function votesIn(file: Buffer): readonly Vote[] {
  const votes: Vote[] = [];
  const tag = file.subarray(12, 20);
  for (let at = headBytes; at + entryHeadBytes <= file.length; ) {
    const start = at + entryHeadBytes;
    const end = start + file.readUInt32LE(at + 9);
    if (end > file.length || !tag.equals(file.subarray(at, at + 8))) break;
    if (file[at + 8] === 0 && file[start + 4] === voteKind) votes.push(decode(file.subarray(start, end)));
    at = end;
  }
  return votes;
}

function decode(record: Buffer): Vote {
  const vote = voteCodec.decode(new Uint8Array(record.subarray(recordHeadBytes)));
  if (!vote.ok) throw new Error(`a vote in the journal does not decode: ${vote.error.message}`);
  return vote.value;
}
