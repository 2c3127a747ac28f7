// What happened, in words, for whoever asks for it.

import type { Instance } from "./process.ts";

export type TimelineKind =
  | "boot"
  | "deliver"
  | "drop"
  | "timer"
  | "answer"
  | "given"
  | "write"
  | "durable"
  | "observe"
  | "fault"
  | "heal"
  | "violation";

export interface TimelineEntry {
  readonly timeUs: number;
  readonly kind: TimelineKind;
  /** Where it happened; nowhere in particular is -1. */
  readonly instance: Instance;
  /** The sender, of messages. */
  readonly from?: Instance;
  readonly what: string;
}
