// What Byzantine nodes of the whole stage have beside those of the order stage, and what their habits have in common.

import {
  type Affirmation,
  type AttestBlock,
  affirmDomain,
  affirmedClaimCodec,
  type Claim,
  type Committee,
  type Export,
  laneExportsCodec,
  type Root,
  type ShardName,
  signingRoot,
  type ValidatorIndex,
} from "@tandem/shared";
import type { Seat } from "@tandem/simulator";
import type { LabEffect, LabMessage } from "../../nodes/words.ts";
import { attested, blockRules, passing } from "../../payload/block.ts";
import { eachMessage, type HabitContext, send, signVote } from "../habit.ts";
import type { HabitName } from "../index.ts";
import type { AttestForge } from "./attest-forge.ts";
import type { Places } from "./on-attest.ts";

export interface WholeTools {
  readonly forge: AttestForge;
  readonly places: Places;
  readonly shards: ReadonlyMap<ShardName, ShardSeats>;
  /** Root of the genesis: what signatures cover. */
  readonly network: Root;
  /** A shard in whose committee they have a quorum. */
  readonly captured: ShardName | undefined;
}

export interface ShardSeats {
  readonly committee: Committee;
  /** The validator of each seat. */
  readonly peers: readonly Seat[];
}

export function wholeToolsOf({ whole }: HabitContext): WholeTools {
  if (whole === undefined) throw new Error("this is a habit of the whole stage");
  return whole;
}

/** A claim with what it commits to, as it travels. */
export interface Content {
  readonly claim: Claim;
  readonly exports: readonly (readonly Export[])[];
}

/** With the lanes' roots of these exports. */
export function withExports({ claim }: Content, exports: Content["exports"]): Content {
  const lanes = claim.lanes.map((lane, at) => ({ ...lane, exports: laneExportsCodec.root(exports[at] ?? []) }));
  return { claim: { ...claim, lanes }, exports };
}

/** By the node's own key: its place in the committee is `signer`. */
export function affirm(
  context: HabitContext,
  { epoch, shard, round }: Pick<Claim, "epoch" | "shard" | "round">,
  claim: Root,
  signer: ValidatorIndex,
): Affirmation {
  const { network } = wholeToolsOf(context);
  const message = signingRoot(affirmDomain(network), affirmedClaimCodec.root({ epoch, claim }));
  return { epoch, claim, shard, round, signer, signature: context.signer.sign(message) };
}

type Affirmations = Extract<LabMessage, { kind: "affirmations" }>;

/** Other affirmations instead of the own ones, to each peer by itself. */
export function eachAffirmation(
  context: HabitContext,
  effects: readonly LabEffect[],
  change: (message: Affirmations, to: Seat) => readonly LabMessage[],
): readonly LabEffect[] {
  const isSaid = (effect: LabEffect) =>
    (effect.kind === "send" || effect.kind === "broadcast") && effect.message.kind === "affirmations";
  if (!effects.some(isSaid)) return effects;
  return eachMessage(context, effects, (message, to) =>
    message.kind === "affirmations" ? change(message, to).map((each) => send(to, each)) : [send(to, message)],
  );
}

/** Other attest blocks instead of its own, each signed anew: for habits that stand on the attest chain (on-attest.ts). */
export function changeAttestProposals(
  context: HabitContext,
  effects: readonly LabEffect[],
  felt: HabitName,
  change: (block: AttestBlock) => AttestBlock | undefined,
): readonly LabEffect[] {
  const changed = new Map<LabMessage, LabMessage>();
  return effects.map((effect) => {
    if ((effect.kind !== "broadcast" && effect.kind !== "send") || effect.message.kind !== "proposal") return effect;
    const own = effect.message;
    const message = changed.get(own) ?? propose(context, own, felt, change);
    changed.set(own, message);
    return { ...effect, message };
  });
}

function propose(
  context: HabitContext,
  own: Extract<LabMessage, { kind: "proposal" }>,
  felt: HabitName,
  change: (block: AttestBlock) => AttestBlock | undefined,
): LabMessage {
  const other = change(attested(own.proposal.block));
  if (other === undefined) return own;
  wholeToolsOf(context).forge.learn(other);
  const block = passing(other);
  const { view, root } = blockRules.infoOf(block);
  const { signature } = signVote(context, context.signer, "notarize", view, root);
  return context.ledger.mark(felt, { kind: "proposal", proposal: { ...own.proposal, block, signature } }, own);
}
