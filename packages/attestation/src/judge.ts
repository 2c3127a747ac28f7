// A3: the items of an attest block, applied in order, each to the frontiers left before it.
//
// An attestation counts if
//   - it is of this epoch and of a shard of the network;
//   - its `prev` is the shard's frontier, which is the genesis claim at first;
//   - its round is above the frontier's and not above the order block that the attest block cites;
//   - more than 2/3 of the committee's weight signed, with a bit for each seat and no others;
//   - each source is attested, with these exports, and visible at its round (R2, `visible.ts`).
// That sources stand once and in order, the decoder has seen to. Whether the claim is true nobody asks here: that is what
// the committee signs for (C6).
//
// No claim is visible to another of the same block: what order header *t* cites is final before the block that has a
// claim of round *t*, so it is below that block. Items of different shards therefore never wait for each other (A5), and
// their order does not matter; only the claims of one shard stand in order.
//
// Evidence counts if it proves a fault of a seat that was not proven before (`faults.ts`). That no honest validator signs
// both, the decoder has seen to as well.
//
// The same item twice is refused by this alone: its `prev` is not the frontier any more, its fault is proven.
//
// Signatures are not checked here: what is to be verified comes back as a list.

import {
  type Attestation,
  type AttestItem,
  assert,
  attestItemsCodec,
  type Claim,
  claimCodec,
  type Evidence,
  equalBytes,
  exportsRootOf,
  type Failure,
  type Frontier,
  failure,
  type Height,
  isQuorum,
  limits,
  type Result,
  type Root,
  type ShardName,
  type Source,
  success,
  weightOf,
} from "@tandem/shared";
import { affirmSigningRoot } from "./affirming/verify.ts";
import type { Fault, SignatureCheck } from "./faults.ts";
import { evidenceChecks, evidenceProblem, type FaultCode, faultOf, faultText } from "./faults.ts";
import type { AttestedPlace, AttestState, ChainSetting } from "./state.ts";
import type { Past } from "./visible.ts";

export type ItemCode =
  | FaultCode
  | "not-next" // `prev` is not the shard's frontier
  | "not-later" // the round is not above the frontier's
  | "too-early" // the round is above the order block that the attest block cites
  | "bitmap-length" // not one bit for each seat
  | "no-quorum"
  | "unattested-source" // no claim of that shard and round is attested
  | "other-exports" // it exports something else
  | "hidden-source" // it is not visible at the round
  | "known-fault" // evidence of it was included before
  | "too-many"
  | "too-large";

/** Where: `[3].claim.sources[2]`. */
export type ItemProblem = Failure<ItemCode>;

/** What is known where items are to stand. */
export interface ItemGround {
  readonly setting: ChainSetting;
  readonly parent: AttestState;
  /** Height of the order block that the block cites. */
  readonly order: Height;
  /** Opened for these items, above `parent`. */
  readonly past: Past;
}

export interface JudgedItems {
  /** Of shards that moved; the one that moved last stands last. */
  readonly changes: ReadonlyMap<ShardName, Frontier>;
  readonly claims: readonly AttestedPlace[];
  readonly faults: readonly Fault[];
  /** The items count if all of these hold. */
  readonly checks: readonly SignatureCheck[];
}

export function judgeItems(ground: ItemGround, items: readonly AttestItem[]): Result<JudgedItems, ItemProblem> {
  const problem = sizeProblem(items);
  if (problem !== undefined) return { ok: false, error: problem };
  const draft = new ItemDraft(ground);
  for (const item of items) {
    const refused = draft.admit(item);
    if (refused !== undefined) return { ok: false, error: refused };
  }
  return success(draft.judged);
}

function sizeProblem(items: readonly AttestItem[]): ItemProblem | undefined {
  const { attestItemsMax, attestBytesMax } = limits;
  if (items.length > attestItemsMax) return problemAt("too-many", "", `${items.length} items, not ${attestItemsMax}`);
  const bytes = attestItemsCodec.type.sizeOf(items);
  return bytes > attestBytesMax ? problemAt("too-large", "", `${bytes} bytes, not ${attestBytesMax}`) : undefined;
}

function problemAt(code: ItemCode, path: string, message: string): ItemProblem {
  return failure(code, path, message).error;
}

/** Items taken in one after the other. One that is refused leaves it as it was. */
export class ItemDraft {
  readonly #ground: ItemGround;
  readonly #changes = new Map<ShardName, Frontier>();
  readonly #claims: AttestedPlace[] = [];
  readonly #faults = new Map<string, Fault>();
  readonly #checks: SignatureCheck[] = [];
  #items = 0;

  constructor(ground: ItemGround) {
    this.#ground = ground;
  }

  get judged(): JudgedItems {
    return {
      changes: new Map(this.#changes),
      claims: [...this.#claims],
      faults: [...this.#faults.values()],
      checks: [...this.#checks],
    };
  }

  /** Why the item may not stand here; nothing if it does now. */
  admit(item: AttestItem): ItemProblem | undefined {
    const path = `[${this.#items}]`;
    const problem =
      item.kind === "attestation" ? this.#attest(item.value, path) : this.#prove(item.value, `${path}.evidence`);
    if (problem === undefined) this.#items++;
    return problem;
  }

  #attest(attestation: Attestation, path: string): ItemProblem | undefined {
    const { claim } = attestation;
    const problem =
      this.#placeProblem(claim, `${path}.claim`) ??
      this.#quorumProblem(attestation, `${path}.bitmap`) ??
      this.#sourcesProblem(claim, `${path}.claim.sources`);
    if (problem === undefined) this.#take(attestation);
    return problem;
  }

  #frontierOf(shard: ShardName): Frontier | undefined {
    return this.#changes.get(shard) ?? this.#ground.parent.frontiers.of(shard);
  }

  #placeProblem({ epoch, shard, prev, round }: Claim, path: string): ItemProblem | undefined {
    const { setting, order } = this.#ground;
    if (epoch !== setting.network.epoch) return problemAt("wrong-epoch", `${path}.epoch`, `of epoch ${epoch}`);
    const frontier = this.#frontierOf(shard);
    if (frontier === undefined) return problemAt("unknown-shard", `${path}.shard`, `there is no shard ${shard}`);
    if (!equalBytes(prev, frontier.claim)) {
      return problemAt(
        "not-next",
        `${path}.prev`,
        `the frontier of ${shard} is another claim, of round ${frontier.round}`,
      );
    }
    if (round <= frontier.round) {
      return problemAt("not-later", `${path}.round`, `round ${round} does not come after ${frontier.round}`);
    }
    return round <= order
      ? undefined
      : problemAt("too-early", `${path}.round`, `round ${round}, and the block cites order height ${order}`);
  }

  #quorumProblem({ claim, bitmap }: Attestation, path: string): ItemProblem | undefined {
    const committee = this.#ground.setting.network.shards.get(claim.shard)?.committee;
    assert(committee !== undefined, "the shard is known by now");
    const { seats, total } = committee;
    if (bitmap.length !== seats.length) {
      return problemAt("bitmap-length", path, `${bitmap.length} bits for ${seats.length} seats`);
    }
    const weight = weightOf(committee, bitmap);
    return isQuorum(committee, weight)
      ? undefined
      : problemAt("no-quorum", path, `weight ${weight} of ${total} is not more than 2/3`);
  }

  #sourcesProblem({ sources, round }: Claim, path: string): ItemProblem | undefined {
    if (sources.length === 0) return undefined;
    const place = this.#ground.past.orderAt(round as number as Height);
    assert(place !== undefined, "order blocks up to the cited one are known before items are judged");
    for (const [index, source] of sources.entries()) {
      const problem = this.#sourceProblem(source, place.attested.height, `${path}[${index}]`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #sourceProblem({ shard, round, exports }: Source, cited: Height, path: string): ItemProblem | undefined {
    const attested = this.#ground.past.attestedAt(shard, round);
    if (attested === undefined) {
      return problemAt("unattested-source", path, `no claim of ${shard} for round ${round} is attested`);
    }
    if (!equalBytes(attested.exports, exports)) {
      return problemAt(
        "other-exports",
        `${path}.exports`,
        `the claim of ${shard} for round ${round} exports otherwise`,
      );
    }
    return attested.height <= cited
      ? undefined
      : problemAt("hidden-source", path, `attested at height ${attested.height}, and seen from there is ${cited}`);
  }

  #take({ claim, bitmap, signature }: Attestation): void {
    const { setting, parent } = this.#ground;
    const { epoch, shard, round, prev, contracts, pending } = claim;
    const root = claimCodec.root(claim);
    // So that the one that moved last stands last.
    this.#changes.delete(shard);
    this.#changes.set(shard, { round, claim: root, contracts, pending });
    const height = (parent.height + 1) as Height;
    this.#claims.push({ shard, round, prev, height, claim: root, exports: exportsRootOf(claim) });
    const signed: Root = affirmSigningRoot({ network: setting.network.root, epoch }, root);
    this.#checks.push({ item: this.#items, set: { shard }, root: signed, bitmap, signature });
  }

  #prove(evidence: Evidence, path: string): ItemProblem | undefined {
    const { setting, past } = this.#ground;
    const wrong = evidenceProblem(setting, evidence);
    if (wrong !== undefined) return problemAt(wrong[0], path, wrong[1]);
    const fault = faultOf(evidence);
    const text = faultText(fault);
    if (this.#faults.has(text) || past.isProven(fault)) {
      return problemAt("known-fault", path, `evidence of it was included: ${text}`);
    }
    this.#faults.set(text, fault);
    this.#checks.push(...evidenceChecks(setting, this.#items, evidence));
    return undefined;
  }
}
