// Which machine a message or a timer is for. The compiler sees to it that each kind stands here, and on the right side.

import type { AttestMessage, AttestTimer } from "@tandem/attestation";
import type { Message, Timer } from "@tandem/consensus";
import type { OrderMessage, OrderTimer } from "@tandem/ordering";
import type { OrderBlock } from "@tandem/shared";
import type { AttestVoteMessage, AttestVoteTimer, ReplicaMessage, ReplicaTimer } from "./types.ts";

/** The consensus of the order chain, what stands above it, and the same of the attest chain. */
type Part = "order" | "ordering" | "attest" | "attesting";

/** What each of them says. */
interface Messages {
  readonly order: Message<OrderBlock>;
  readonly ordering: OrderMessage;
  readonly attest: AttestVoteMessage;
  readonly attesting: AttestMessage;
}

interface Timers {
  readonly order: Timer;
  readonly ordering: OrderTimer;
  readonly attest: AttestVoteTimer;
  readonly attesting: AttestTimer;
}

/** Of the part whose words have this one. */
type PartOf<Words, Each extends string> = {
  readonly [Name in keyof Words]: Each extends Words[Name] ? Name : never;
}[keyof Words];

type MessageKinds = { readonly [Name in Part]: Messages[Name]["kind"] };
type TimerNames = { readonly [Name in Part]: Timers[Name]["name"] };

const partOfMessage: { readonly [Kind in ReplicaMessage["kind"]]: PartOf<MessageKinds, Kind> } = {
  proposal: "order",
  vote: "order",
  certificate: "order",
  reason: "order",
  request: "order",
  answer: "order",
  blobs: "ordering",
  received: "ordering",
  want: "ordering",
  found: "ordering",
  "want-slices": "ordering",
  slices: "ordering",
  attest: "attest",
  affirmations: "attesting",
  "want-content": "attesting",
  content: "attesting",
  "want-state": "attesting",
  state: "attesting",
};

const partOfTimer: { readonly [Name in ReplicaTimer["name"]]: PartOf<TimerNames, Name> } = {
  leader: "order",
  advance: "order",
  repeat: "order",
  settle: "order",
  heartbeat: "order",
  repair: "order",
  push: "ordering",
  fetch: "ordering",
  offer: "ordering",
  wake: "ordering",
  attest: "attest",
  affirm: "attesting",
  content: "attesting",
  state: "attesting",
};

type Addressed<Words> = {
  readonly [Name in Part & keyof Words]: { readonly part: Name; readonly word: Words[Name] };
}[Part & keyof Words];

/** A message, and whom it is for. */
export function addressMessage(message: ReplicaMessage): Addressed<Messages> {
  return { part: partOfMessage[message.kind], word: message } as Addressed<Messages>;
}

export function addressTimer(timer: ReplicaTimer): Addressed<Timers> {
  return { part: partOfTimer[timer.name], word: timer } as Addressed<Timers>;
}
