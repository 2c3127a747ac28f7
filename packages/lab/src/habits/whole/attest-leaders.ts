// What is wrong with attest blocks, or unfair: as leader of the attest chain. All stand on that chain (on-attest.ts).

import {
  type Affirmation,
  type Attestation,
  type AttestBlock,
  type AttestItem,
  asHeight,
  asRoot,
  type Committee,
  claimCodec,
  compareBytes,
  type Evidence,
  sha256,
  utf8,
  type Vote,
  zeroRoot,
} from "@tandem/shared";
import { type HabitContext, type MakeHabit, signVote } from "../habit.ts";
import type { HabitName } from "../index.ts";
import { affirm, changeAttestProposals, wholeToolsOf } from "./tools.ts";

type Change = (context: HabitContext, block: AttestBlock) => AttestBlock | undefined;

function leading(name: HabitName, change: Change): MakeHabit {
  return (context) => ({
    effects: (effects) => changeAttestProposals(context, effects, name, (block) => change(context, block)),
  });
}

/** A3: bits without their signatures, signatures without their bits, and too few of both. */
export const weakAggregator = leading("weak-aggregator", (context, block) => {
  if (!block.body.items.some(({ kind }) => kind === "attestation")) return undefined;
  const items = block.body.items.map((item): AttestItem => {
    return item.kind === "attestation" ? { ...item, value: weaken(context, item.value) } : item;
  });
  return wholeToolsOf(context).forge.rebuild(block, items);
});

function weaken(context: HabitContext, attestation: Attestation): Attestation {
  const { bitmap } = attestation;
  switch (context.random.below(6)) {
    case 0:
      return { ...attestation, bitmap: bitmap.map(() => true) };
    case 1:
      return { ...attestation, bitmap: bitmap.map((bit, seat) => bit && seat !== bitmap.indexOf(true)) };
    case 2:
      return { ...attestation, bitmap: [...bitmap, true] };
    case 3:
      return alone(context, attestation);
    default:
      return tooFew(context, attestation) ?? alone(context, attestation);
  }
}

/** As many signers as can be without a quorum, with the signature that is theirs. */
function tooFew(context: HabitContext, { claim }: Attestation): Attestation | undefined {
  const { forge, shards } = wholeToolsOf(context);
  const committee = shards.get(claim.shard)?.committee;
  if (committee === undefined) return undefined;
  const { scheme } = context.electorate;
  const signed: Affirmation[] = [];
  let weight = 0n;
  for (const each of forge.affirmationsOf(claimCodec.root(claim))) {
    const more = committee.seats[each.signer]?.weight ?? 0n;
    if (3n * (weight + more) > 2n * committee.total) continue;
    weight += more;
    signed.push(each);
  }
  const sum = scheme.aggregate(signed.map(({ signature }) => signature));
  if (signed.length === 0 || !sum.ok) return undefined;
  const signers = new Set<number>(signed.map(({ signer }) => signer));
  return { claim, bitmap: committee.seats.map((_, seat) => signers.has(seat)), signature: sum.value };
}

/** Signed by whoever does it, for all. */
function alone(context: HabitContext, attestation: Attestation): Attestation {
  const { shards } = wholeToolsOf(context);
  const peers = shards.get(attestation.claim.shard)?.peers ?? [];
  const own = wholeToolsOf(context).places.validatorOf(context.signer.seat);
  const signer = Math.max(0, peers.indexOf(own));
  const { signature } = affirm(context, attestation.claim, zeroRoot, signer as never);
  return { ...attestation, signature };
}

/** A5: what one shard claims is never in its blocks. */
export const leftOutShard: MakeHabit = (context) => {
  const left = context.random.pick([...wholeToolsOf(context).shards.keys()]);
  return {
    effects: (effects) =>
      changeAttestProposals(context, effects, "left-out-shard", (block) => {
        const items = block.body.items.filter(
          ({ kind, value }) => kind !== "attestation" || value.claim.shard !== left,
        );
        return items.length === block.body.items.length ? undefined : wholeToolsOf(context).forge.rebuild(block, items);
      }),
  };
};

/** A2: cites what its parent cites, for ever. */
export const staleOrder = leading("stale-order", (context, block) => {
  const { forge } = wholeToolsOf(context);
  const parent = forge.after(block.header.parent);
  if (parent === undefined || block.body.citation === undefined) return undefined;
  const { order } = parent.header;
  const items = block.body.items.filter(
    ({ kind, value }) => kind !== "attestation" || value.claim.round <= order.height,
  );
  return forge.rebuild(block, items, { order, citation: undefined });
});

/** A3: attests rounds above the order block that it cites, which is its parent's. */
export const earlyClaims = leading("early-claims", (context, block) => {
  const { forge } = wholeToolsOf(context);
  const order = forge.after(block.header.parent)?.header.order;
  if (order === undefined || block.body.citation === undefined) return undefined;
  return forge.rebuild(block, block.body.items, { order, citation: undefined });
});

/** A3: what is attested already, what follows a claim that is not, and both in the wrong order. */
export const staleAttestations = leading("stale-attestations", (context, block) => {
  const { forge } = wholeToolsOf(context);
  const { items } = block.body;
  const old = forge.attestations;
  const again =
    old.length === 0 ? items : [...items, { kind: "attestation", value: context.random.pick(old) } as const];
  const chosen = context.random.pick([again, items.slice(1), items.toReversed()]);
  const isSame = chosen.length === items.length && chosen.every((item, at) => item === items[at]);
  return isSame ? undefined : forge.rebuild(block, chosen);
});

/** A2: an order block that is not final, or without what shows it. */
export const falseOrder = leading("false-order", (context, block) => {
  const { header, body } = block;
  const { order } = header;
  const made = { height: asHeight(order.height + 1), root: asRoot(sha256(utf8(`made up ${order.height}`))) };
  if (body.citation === undefined) return { header: { ...header, order: made }, body };
  const { certificate } = body.citation;
  const all = { ...certificate, bitmap: certificate.bitmap.map(() => true) };
  return context.random.pick([
    { header: { ...header, order: made }, body },
    { header, body: { ...body, citation: undefined } },
    { header, body: { ...body, citation: { ...body.citation, certificate: all } } },
    { header, body: { ...body, citation: { ...body.citation, descent: { path: [] } } } },
  ]);
});

/** A2, A4: one root of the header is another one, or an item stands twice. */
export const wrongFrontiers = leading("wrong-frontiers", (context, { header, body }) => {
  const other = asRoot(sha256(header.frontiersRoot));
  const [first] = body.items;
  const twice = first && wholeToolsOf(context).forge.rebuild({ header, body }, [...body.items, first]);
  return context.random.pick([
    { header: { ...header, frontiersRoot: other }, body },
    { header: { ...header, history: other }, body },
    { header: { ...header, attestationsRoot: other }, body },
    twice ?? { header: { ...header, frontiersRoot: other }, body },
  ]);
});

/** S10: evidence of what nobody signed. */
export const falseEvidence = leading("false-evidence", (context, block) => {
  const { items } = block.body;
  return wholeToolsOf(context).forge.rebuild(block, [...items, { kind: "evidence", value: madeUp(context, block) }]);
});

/** Two votes in the name of another, in the order in which evidence has them. */
function madeUp(context: HabitContext, { header }: AttestBlock): Evidence {
  const own = signVote(context, context.signer, "notarize", header.view, zeroRoot);
  const victim = context.random.pick(context.peers.filter((peer) => peer < seatsOf(context.electorate.committee)));
  const vote = (block: Vote["block"]): Vote => ({ ...own, signer: victim as Vote["signer"], block });
  const roots = [sha256(header.parent), sha256(header.history)].map(asRoot).sort(compareBytes);
  const [first, second] = roots.map(vote) as [Vote, Vote];
  return { kind: "votes", value: { chain: "attest", first, second } };
}

function seatsOf({ seats }: Committee): number {
  return seats.length;
}
