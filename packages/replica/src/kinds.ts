// Which machine a message or a timer is for. The compiler sees to it that each kind stands here, and on the right side.

import type { OrderMessage, OrderTimer } from "@tandem/ordering";
import type { ReplicaMessage, ReplicaTimer } from "./types.ts";

/** Every kind of message, and whether it is one of ordering's. */
const messageKinds: { readonly [Kind in ReplicaMessage["kind"]]: Kind extends OrderMessage["kind"] ? true : false } = {
  proposal: false,
  vote: false,
  certificate: false,
  reason: false,
  request: false,
  answer: false,
  blobs: true,
  received: true,
  want: true,
  found: true,
  "want-slices": true,
  slices: true,
};

export function isOrderMessage(message: ReplicaMessage): message is OrderMessage {
  return messageKinds[message.kind];
}

/** Every name of a timer, and whether it is one of ordering's. */
const timerNames: { readonly [Name in ReplicaTimer["name"]]: Name extends OrderTimer["name"] ? true : false } = {
  leader: false,
  advance: false,
  repeat: false,
  settle: false,
  heartbeat: false,
  repair: false,
  push: true,
  fetch: true,
  offer: true,
  wake: true,
};

export function isOrderTimer(timer: ReplicaTimer): timer is OrderTimer {
  return timerNames[timer.name];
}
