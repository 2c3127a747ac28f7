// As leader, cites an attest block that is made up, or one that the chain has left behind: without a proof, with a
// certificate of accomplices alone or in the name of all, with one that finalizes nothing, or with a false descent. Where
// the citation is a good one, some voters get it with a proof that is none, and others as it is.

import {
  type AttestHeader,
  appendToHistory,
  asHeight,
  asRoot,
  assembleHistoryProof,
  assert,
  asValidatorIndex,
  attestHeaderCodec,
  type BlockRef,
  type Certificate,
  type CertificateKind,
  emptyHistory,
  genesisAttestHeader,
  type HistoryProof,
  historyPlaces,
  historyRoot,
  type OrderBody,
  type Root,
  sha256,
  utf8,
  voteKindOf,
} from "@tandem/shared";
import type { Seat } from "@tandem/simulator";
import type { LabEffect } from "../../nodes/words.ts";
import type { Block } from "../../payload/block.ts";
import { eachMessage, type HabitContext, type MakeHabit, send, signVote } from "../habit.ts";
import type { Ground } from "./forge.ts";
import { changeProposals, toolsOf } from "./tools.ts";

type Citation = NonNullable<OrderBody["citation"]>;

export const falseCitation: MakeHabit = (context) => ({
  effects: (effects) =>
    context.random.below(2) === 0
      ? withFalseProofs(context, effects)
      : changeProposals(context, effects, (block) => citing(context, block), "false-citation"),
});

function citing(context: HabitContext, block: Block): Block | undefined {
  const { forge } = toolsOf(context);
  const parent = forge.after(block.header.parent);
  if (parent === undefined) return undefined;
  const left = leftBehind(parent);
  if (left !== undefined && context.random.below(2) === 0) return cite(block, left, undefined);
  const citation = madeUp(context, parent);
  const { header } = citation;
  return cite(block, { height: header.height, root: attestHeaderCodec.root(header) }, distort(context, citation));
}

function cite({ header, body }: Block, attested: BlockRef, citation: Citation | undefined): Block {
  return { header: { ...header, attested }, body: { ...body, citation } };
}

/** What a block below cites, if that is lower than what the parent does. */
function leftBehind(parent: Ground): BlockRef | undefined {
  for (let at: Ground | undefined = parent; at !== undefined; at = at.parent)
    if (at.header.attested.height < parent.header.attested.height) return at.header.attested;
  return undefined;
}

/** An attest block right above the one that the parent cites. Nothing is wrong with it but who signed. */
function madeUp(context: HabitContext, { header: { attested } }: Ground): Citation {
  const genesis = genesisAttestHeader(toolsOf(context).forge.network.genesis);
  const before = attested.height === 0 ? attestHeaderCodec.root(genesis) : attested.root;
  const { history, descent } = historyOver(before, attested.height);
  const height = asHeight(attested.height + 1);
  const header: AttestHeader = { ...genesis, height, parent: before, history, proposer: context.signer.seat };
  return { header, descent, certificate: certify(context, header, "finalization") };
}

/** Of a chain in which that root stands at that height, and is the last. */
function historyOver(root: Root, height: number): { readonly history: Root; readonly descent: HistoryProof } {
  const nodes = new Map<string, Root>();
  let history = emptyHistory;
  for (let at = 0; at <= height; at++) {
    const appended = appendToHistory(history, at === height ? root : sha256(utf8(`made up ${at}`)));
    for (const { level, index, hash } of appended.completed) nodes.set(`${level} ${index}`, hash);
    history = appended.history;
  }
  const hashes = historyPlaces(height + 1, height).map(({ level, index }) => nodes.get(`${level} ${index}`));
  const descent = assembleHistoryProof(height + 1, height, hashes);
  assert(descent.ok, "all of a made-up history is known");
  return { history: historyRoot(history), descent: descent.value };
}

/** By accomplices: below a quorum. */
function certify(context: HabitContext, header: AttestHeader, kind: CertificateKind): Certificate {
  const electorate = { ...context.electorate, chain: "attest" } as const;
  const { scheme, committee } = electorate;
  const { epoch, view } = header;
  const block = attestHeaderCodec.root(header);
  const votes = context.accomplices.map((each) =>
    signVote({ ...context, electorate }, each, voteKindOf[kind], view, block),
  );
  const aggregate = scheme.aggregate(votes.map(({ signature }) => signature));
  const signature = aggregate.ok ? aggregate.value : new Uint8Array(96);
  const signers = new Set(votes.map(({ signer }) => signer));
  return {
    kind,
    epoch,
    view,
    block,
    signature,
    bitmap: committee.seats.map((_, seat) => signers.has(asValidatorIndex(seat))),
  };
}

/** As it is, or wrong in a second thing. */
function distort(context: HabitContext, citation: Citation): Citation | undefined {
  const { header, certificate, descent } = citation;
  switch (context.random.below(6)) {
    case 0:
      return undefined;
    case 1:
      return { ...citation, certificate: { ...certificate, bitmap: certificate.bitmap.map(() => true) } };
    case 2:
      return { ...citation, certificate: certify(context, header, "notarization") };
    case 3:
      return { ...citation, descent: otherDescent(descent) };
    case 4:
      return { ...citation, header: { ...header, height: asHeight(header.height + 1) } };
    default:
      return citation;
  }
}

function otherDescent({ path }: HistoryProof): HistoryProof {
  return { path: [...path.slice(1), asRoot(sha256(utf8("no sibling")))] };
}

/** To some. The header is the same, so all vote for one block. */
function withFalseProofs(context: HabitContext, effects: readonly LabEffect[]): readonly LabEffect[] {
  const isCiting = (effect: LabEffect) =>
    (effect.kind === "broadcast" || effect.kind === "send") &&
    effect.message.kind === "proposal" &&
    effect.message.proposal.block.body.citation !== undefined;
  if (!effects.some(isCiting)) return effects;
  const fooled = new Set<Seat>(context.random.pickSome(context.peers, context.peers.length >> 1));
  return eachMessage(context, effects, (message, to) => {
    if (message.kind !== "proposal" || !fooled.has(to)) return [send(to, message)];
    const { block } = message.proposal;
    const { citation } = block.body;
    if (citation === undefined) return [send(to, message)];
    const bad = context.random.pick([undefined, { ...citation, descent: otherDescent(citation.descent) }]);
    const proposal = { ...message.proposal, block: { ...block, body: { ...block.body, citation: bad } } };
    return [send(to, context.ledger.mark("false-citation", { kind: "proposal", proposal }, message))];
  });
}
