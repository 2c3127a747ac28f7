// Sends certificates with bits that nobody signed for: padded, of another length, or made of accomplices alone.

import type { Certificate, CertificateKind, View } from "@tandem/shared";
import { voteKindOf } from "@tandem/shared";
import { eachMessage, type HabitContext, type MakeHabit, send, signVote } from "./habit.ts";

export const forgedBitmaps: MakeHabit = (context) => ({
  effects: (effects) =>
    eachMessage(context, effects, (message, to) => {
      if (message.kind === "vote" && context.random.below(2) === 0) {
        const { kind, view, block } = message.vote;
        const forged = conspire(context, certificateKindOf[kind], view, block);
        const lie = context.ledger.mark("forged-bitmaps", { kind: "certificate", certificate: forged });
        return [send(to, message), send(to, lie)];
      }
      if (message.kind !== "certificate") return [send(to, message)];
      const certificate = distort(context, message.certificate);
      return [send(to, context.ledger.mark("forged-bitmaps", { kind: "certificate", certificate }, message))];
    }),
});

const certificateKindOf = { notarize: "notarization", nullify: "nullification", finalize: "finalization" } as const;

/** All bits set, and the signatures of accomplices alone. */
function conspire(context: HabitContext, kind: CertificateKind, view: View, block: Certificate["block"]): Certificate {
  const { scheme, committee, epoch } = context.electorate;
  const votes = context.accomplices.map((signer) => signVote(context, signer, voteKindOf[kind], view, block));
  const aggregate = scheme.aggregate(votes.map((vote) => vote.signature));
  const signature = aggregate.ok ? aggregate.value : new Uint8Array(96);
  return { kind, epoch, view, block, bitmap: committee.seats.map(() => true), signature };
}

function distort(context: HabitContext, certificate: Certificate): Certificate {
  const { bitmap } = certificate;
  switch (context.random.below(4)) {
    case 0:
      return { ...certificate, bitmap: bitmap.map(() => true) };
    case 1:
      return { ...certificate, bitmap: [...bitmap, true, true] };
    case 2:
      return { ...certificate, bitmap: bitmap.slice(1) };
    default: {
      const flipped = context.random.below(bitmap.length);
      return { ...certificate, bitmap: bitmap.map((bit, i) => (i === flipped ? !bit : bit)) };
    }
  }
}
