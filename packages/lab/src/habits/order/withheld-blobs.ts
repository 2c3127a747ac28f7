// As leader, orders good blobs that it pushed to nobody, and gives them to nobody, to some, or only after long. Felt by
// whoever asks and is not answered at once.

import { asNonce } from "@tandem/shared";
import type { Seat } from "@tandem/simulator";
import type { LabEffect, LabMessage } from "../../nodes/words.ts";
import type { Block } from "../../payload/block.ts";
import { type HabitContext, type MakeHabit, send } from "../habit.ts";
import { changeProposals, leaveRoom, nonceOn, toolsOf } from "./tools.ts";

/** Late is up to so many Δ. */
const lateDeltasMax = 24;
const blobsMax = 3;

interface Terms {
  /** Who is given it at once. */
  readonly served: ReadonlySet<Seat>;
  /** When all others are, if ever. */
  readonly afterMs: number | undefined;
}

export const withheldBlobs: MakeHabit = (context) => {
  const terms = new Map<Uint8Array, Terms>();
  return {
    effects: (effects) =>
      changeProposals(context, effects, (block) => withOwnBlobs(context, block, terms)).flatMap((effect) =>
        effect.kind === "send" && effect.message.kind === "found"
          ? giveBySomeTerms(effect.to, effect.message, terms)
          : [effect],
      ),
  };
};

function withOwnBlobs(context: HabitContext, block: Block, terms: Map<Uint8Array, Terms>): Block | undefined {
  const { forge, workshop, payer } = toolsOf(context);
  const parent = forge.after(block.header.parent);
  const blobs = forge.read(block.body.blobs.filter((root) => workshop.find(root) === undefined));
  if (parent === undefined || blobs === undefined || context.random.below(4) === 0) return undefined;
  const first = nonceOn(parent, payer);
  const count = context.random.between(1, blobsMax);
  const own = Array.from({ length: count }, (_, i) => workshop.make({ payer, nonce: asNonce(first + i) }));
  const drawn = drawTerms(context);
  for (const { root, bytes } of own) {
    terms.set(bytes, drawn);
    for (const peer of context.peers) if (!drawn.served.has(peer)) context.ledger.withholdBlob(peer, root);
  }
  return forge.rebuild(block, [...leaveRoom(context, blobs, count), ...own.map(({ bytes }) => bytes)]);
}

function drawTerms({ random, peers, deltaMs }: HabitContext): Terms {
  const served = new Set(random.pickSome(peers, random.pick([0, peers.length >> 1, peers.length - 1])));
  const afterMs = random.below(2) === 0 ? undefined : deltaMs * random.between(1, lateDeltasMax);
  return { served, afterMs };
}

function giveBySomeTerms(
  to: Seat,
  message: Extract<LabMessage, { kind: "found" }>,
  terms: ReadonlyMap<Uint8Array, Terms>,
): readonly LabEffect[] {
  const isKept = (blob: Uint8Array) => terms.get(blob)?.served.has(to) === false;
  const kept = message.blobs.find(isKept);
  if (kept === undefined) return [send(to, message)];
  const afterMs = terms.get(kept)?.afterMs;
  if (afterMs !== undefined) return [{ kind: "later", afterMs, effects: [send(to, message)] }];
  return [send(to, { ...message, blobs: message.blobs.filter((blob) => !isKept(blob)) })];
}
