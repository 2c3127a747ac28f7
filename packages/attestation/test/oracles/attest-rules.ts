// A3 and A4 as they are written, over everything that ever was: frontiers after each block in full, all claims in a list,
// and for each order block the number of the attest block that it cites. Slow, and without a thought of what to store.

import type { AttestItem, Claim, Evidence } from "@tandem/shared";
import { messageSchemas } from "../../../shared/test/oracles/messages.ts";
import type { Schema } from "../../../shared/test/oracles/schema.ts";
import { oracleOf } from "../../../shared/test/oracles/ssz.ts";
import { naiveListRoot } from "../../../shared/test/oracles/ssz-list.ts";

const claimOracle = oracleOf(messageSchemas.claim as Schema);

interface PlainClaim {
  readonly round: number;
  readonly root: string;
  readonly exports: string;
}

/** What stands after a block: for each shard all its attested claims, the last of which is its frontier. */
interface PlainBlock {
  readonly claims: ReadonlyMap<string, readonly PlainClaim[]>;
  readonly faulty: ReadonlySet<string>;
}

export interface PlainShard {
  readonly name: string;
  readonly weights: readonly bigint[];
  readonly genesis: Claim;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const total = (weights: readonly bigint[]) => weights.reduce((sum, weight) => sum + weight, 0n);

export class AttestRules {
  readonly #shards: ReadonlyMap<string, PlainShard>;
  readonly #seats: Readonly<Record<"order" | "attest", number>>;
  /** By height. */
  readonly blocks: PlainBlock[];
  /** For each order block the height of the attest block that it cites. */
  readonly cites: number[] = [0];

  constructor(shards: readonly PlainShard[], seats: Readonly<Record<"order" | "attest", number>>) {
    this.#shards = new Map(shards.map((each) => [each.name, each]));
    this.#seats = seats;
    const genesis = shards.map(({ name, genesis: claim }) => [name, [plainOf(claim)]] as const);
    this.blocks = [{ claims: new Map(genesis), faulty: new Set() }];
  }

  /** The index of the first item that may not stand there; or the block is one more. */
  add(items: readonly AttestItem[], order: number): number | undefined {
    let now = this.blocks.at(-1) as PlainBlock;
    for (const [index, item] of items.entries()) {
      const after = item.kind === "evidence" ? this.#prove(now, item.value) : this.#attest(now, item.value, order);
      if (after === undefined) return index;
      now = after;
    }
    this.blocks.push(now);
    return undefined;
  }

  #attest(
    now: PlainBlock,
    { claim, bitmap }: { readonly claim: Claim; readonly bitmap: readonly boolean[] },
    order: number,
  ): PlainBlock | undefined {
    const shard = this.#shards.get(claim.shard);
    const line = now.claims.get(claim.shard);
    const frontier = line?.at(-1);
    if (shard === undefined || line === undefined || frontier === undefined || claim.epoch !== 0) return undefined;
    if (hex(claim.prev) !== frontier.root) return undefined;
    if (claim.round <= frontier.round || claim.round > order) return undefined;
    if (bitmap.length !== shard.weights.length) return undefined;
    const signed = shard.weights.filter((_, seat) => bitmap[seat]);
    if (total(signed) * 3n <= total(shard.weights) * 2n) return undefined;
    if (!claim.sources.every((source) => this.#isVisible(source, claim.round))) return undefined;
    return { ...now, claims: new Map([...now.claims, [claim.shard, [...line, plainOf(claim)]]]) };
  }

  /** R2: up to the shard's frontier in the attest block that the order block of that height cites. */
  #isVisible(source: Claim["sources"][number], at: number): boolean {
    const cited = this.blocks[this.cites[at] as number] as PlainBlock;
    const line = cited.claims.get(source.shard) ?? [];
    const frontier = line.at(-1)?.round ?? -1;
    // The genesis claim is none that anybody attested.
    return (
      source.round <= frontier &&
      line.slice(1).some(({ round, exports }) => round === source.round && exports === hex(source.exports))
    );
  }

  #prove(now: PlainBlock, evidence: Evidence): PlainBlock | undefined {
    const isVotes = evidence.kind === "votes";
    const signer = isVotes ? evidence.value.first.signer : evidence.value.signer;
    const epoch = isVotes ? evidence.value.first.epoch : evidence.value.first.claim.epoch;
    const set = isVotes ? `the ${evidence.value.chain} chain` : evidence.value.first.claim.shard;
    const seats = isVotes ? this.#seats[evidence.value.chain] : (this.#shards.get(set)?.weights.length ?? 0);
    const fault = `${signer} of ${set}`;
    if (epoch !== 0 || signer >= seats || now.faulty.has(fault)) return undefined;
    return { ...now, faulty: new Set([...now.faulty, fault]) };
  }
}

function plainOf(claim: Claim): PlainClaim {
  const exports = naiveListRoot(
    claim.lanes.map((lane) => lane.exports),
    4096,
  );
  return { round: claim.round, root: hex(claimOracle.root(claim)), exports: hex(exports) };
}
