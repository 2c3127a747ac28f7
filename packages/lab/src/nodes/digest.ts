// A number made from a message, for the trace hash: cheap, and different wherever content matters.

import type { Message } from "@tandem/consensus";
import type { LabMessage } from "./words.ts";

export function digestOf(message: LabMessage): number {
  switch (message.kind) {
    case "blobs":
      return 7 + 8 * (message.batch + 64 * message.blobs.length);
    case "received":
      return 9 + 8 * message.batch;
    case "want":
      return 10 + 8 * (message.id + 64 * message.roots.length);
    case "found":
      return 11 + 8 * (message.id + 64 * message.blobs.length);
    case "want-slices":
      return 12 + 8 * (message.id + 64 * message.from);
    case "slices":
      return 13 + 8 * (message.id + 64 * message.run.headers.length);
    case "attest":
      return 14 + 16 * digestOfVotes(message.message);
    case "affirmations":
      return message.affirmations.reduce((sum, { round, signature }) => sum + mix(round, signature), 15);
    case "want-content":
      return 17 + 8 * message.id;
    case "content":
      return 18 + 8 * (message.id + 64 * (message.content?.length ?? 0));
    case "want-state":
      return 19 + 8 * message.id;
    case "state":
      return 20 + 8 * message.id;
    default:
      return digestOfVotes(message);
  }
}

/** Of consensus, on either chain. */
function digestOfVotes(message: Message<{ readonly header: { readonly view: number } }>): number {
  switch (message.kind) {
    case "proposal":
      return 1 + mix(message.proposal.block.header.view, message.proposal.signature);
    case "vote":
      return 2 + mix(message.vote.view, message.vote.signature);
    case "certificate":
      return 3 + mix(message.certificate.view, message.certificate.signature);
    case "reason":
      return 4 + 8 * message.view;
    case "request":
      return 5 + 8 * message.id;
    case "answer":
      return 6 + 8 * (message.id + message.blocks.length + 64 * message.certificates.length);
  }
}

/** Of a signature, bytes that differ in every scheme. */
function mix(view: number, signature: Uint8Array): number {
  let word = view;
  for (let i = 16; i < 32; i += 4)
    word =
      Math.imul(word, 31) + ((signature[i] ?? 0) | ((signature[i + 1] ?? 0) << 8) | ((signature[i + 2] ?? 0) << 16));
  return (word | 0) * 8;
}
