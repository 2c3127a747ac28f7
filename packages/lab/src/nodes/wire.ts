// In a few runs of the order stage messages travel as bytes, so that the codec meets all that nodes say to each other. What
// a Byzantine node says may be no message at all: then it is not heard, as on a real wire.

import { Random, type Seat } from "@tandem/simulator";
import type { Setting } from "../setting.ts";
import type { ReplicaRoom } from "./order-node.ts";
import type { LabMessage } from "./words.ts";

/** What is heard of a message. */
export type Wire = (from: Seat, message: LabMessage) => LabMessage | undefined;

const wiredOneIn = 16;

export function isWired({ world }: Setting): boolean {
  return new Random(world.seed, "wire").below(wiredOneIn) === 0;
}

export function wireOf(setting: Setting, room: ReplicaRoom): Wire {
  if (!isWired(setting)) return (_, message) => message;
  const byzantine = new Set(setting.habits.map(({ seat }) => seat));
  return (from, message) => {
    const bytes = byzantine.has(from) ? encodeAnything(room, message) : room.encodeMessage(message);
    const heard = bytes && room.decodeMessage(bytes);
    if (heard === undefined || heard.ok) return heard?.value;
    if (byzantine.has(from)) return undefined;
    throw new Error(`an honest node's ${message.kind} is refused: ${heard.error.message}`);
  };
}

/** Nothing if it has no encoding. */
function encodeAnything(room: ReplicaRoom, message: LabMessage): Uint8Array | undefined {
  try {
    return room.encodeMessage(message);
  } catch {
    return undefined;
  }
}
