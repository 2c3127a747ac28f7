// Certificates that honest nodes tell, build on or deliver with carry their quorum: the weights of the bits add up to
// more than 2/3, each honest bit belongs to a seat whose vote left it, and the signature is by exactly these seats.

import { ballotCodec, type Certificate, signingRoot, toHex, voteDomain, voteKindOf } from "@tandem/shared";
import type { Observation } from "../nodes/words.ts";
import type { CheckContext, Checker } from "./checker.ts";

export function certificates(context: CheckContext): Checker {
  /** By object: a certificate travels as one. */
  const checked = new WeakSet<Certificate>();
  return {
    name: "certificates",
    onObservation(observation) {
      for (const certificate of certificatesIn(observation)) {
        if (checked.has(certificate)) continue;
        checked.add(certificate);
        const wrong = problem(context, certificate);
        if (wrong !== undefined) return wrong;
      }
      return undefined;
    },
  };
}

const none: readonly Certificate[] = [];

function certificatesIn(observation: Observation): readonly Certificate[] {
  if (observation.kind === "delivered") return [observation.certificate];
  if (observation.kind !== "sent") return none;
  const { message } = observation;
  switch (message.kind) {
    case "certificate":
      return [message.certificate];
    case "proposal":
      return message.proposal.parent === undefined ? none : [message.proposal.parent];
    case "answer":
      return [...message.certificates, ...message.blocks.map(({ certificate }) => certificate)];
    default:
      return none;
  }
}

function problem(context: CheckContext, certificate: Certificate): string | undefined {
  const { weights, byzantine, votes, electorate } = context;
  const { kind, view, block, bitmap, epoch } = certificate;
  const name = `the ${kind} of view ${view}`;
  if (bitmap.length !== weights.length) return `${name} has ${bitmap.length} bits for ${weights.length} seats`;
  const root = toHex(block);
  let signed = 0;
  let total = 0;
  for (const [seat, weight] of weights.entries()) {
    total += weight;
    if (!bitmap[seat]) continue;
    signed += weight;
    if (!byzantine.has(seat) && !votes.hasVoted(seat, kind, view, root))
      return `${name} has the bit of seat ${seat}, whose vote never left it`;
  }
  if (signed * 3 <= total * 2) return `${name} has weight ${signed} of ${total}`;
  const keys = electorate.committee.seats.filter((_, seat) => bitmap[seat]).map((seat) => seat.key);
  const { network, chain, scheme } = electorate;
  const message = signingRoot(voteDomain(network, chain, voteKindOf[kind]), ballotCodec.root({ epoch, view, block }));
  return scheme.verifyAggregate(keys, message, certificate.signature) ? undefined : `${name} has a false signature`;
}
