// S11, as far as it is seen from outside: what a node keeps on disk of one view, and how often it asks.
//
// - The journal holds of each view at most one vote and one certificate of each kind.
// - An open request is asked again after 2Δ at the earliest; the check allows for clocks that drift.
// - In any time of 2Δ a node asks at most `requestsMax` times: 16 open needs, each met and replaced some times over.

import type { CheckContext, Checker } from "./checker.ts";

const requestsMax = 128;
const lengthBytes = 4;
/** Certificates and votes, three kinds each. */
const recordsOfViewMax = 6;

interface Seen {
  /** Votes and certificates on disk, by view. */
  readonly records: Map<number, number>;
  /** When each open request was asked last. */
  readonly askedAtUs: Map<number, number>;
  windowStartUs: number;
  asked: number;
}

export function bounds({ seats, deltaMs }: CheckContext, isClockSteady: boolean): Checker {
  const nodes = seats.map((): Seen => ({ records: new Map(), askedAtUs: new Map(), windowStartUs: 0, asked: 0 }));
  return {
    name: "bounds",
    onObservation(observation, instance, timeUs) {
      const seen = nodes[instance] as Seen;
      switch (observation.kind) {
        case "booted":
          seen.records.clear();
          seen.askedAtUs.clear();
          return keep(seen, observation.journal);
        case "durable":
          return keep(seen, observation.records);
        case "pruned":
          for (const view of seen.records.keys()) if (view < observation.below) seen.records.delete(view);
          return undefined;
        case "sent":
          if (observation.message.kind !== "request") return undefined;
          return ask(seen, observation.message.id, timeUs, deltaMs, isClockSteady);
        default:
          return undefined;
      }
    },
  };
}

/** By the layout that durable-first.ts states: the view stands 10 bytes after the length of votes and certificates. */
function keep({ records }: Seen, written: readonly Uint8Array[]): string | undefined {
  for (const bytes of written) {
    const record = bytes.subarray(lengthBytes);
    if ((record[0] !== 1 && record[0] !== 2) || record.length < 18) continue;
    const view = Number(new DataView(record.buffer, record.byteOffset).getBigUint64(10, true));
    const count = (records.get(view) ?? 0) + 1;
    records.set(view, count);
    if (count > recordsOfViewMax) return `${count} votes and certificates of view ${view} in one journal`;
  }
  return undefined;
}

function ask(seen: Seen, id: number, timeUs: number, deltaMs: number, isClockSteady: boolean): string | undefined {
  const before = seen.askedAtUs.get(id);
  seen.askedAtUs.set(id, timeUs);
  if (isClockSteady && before !== undefined && timeUs - before < 1800 * deltaMs)
    return `request ${id} was asked again after ${(timeUs - before) / 1000} ms`;
  if (timeUs - seen.windowStartUs > 2000 * deltaMs) {
    seen.windowStartUs = timeUs;
    seen.asked = 0;
  }
  seen.asked++;
  return seen.asked > requestsMax ? `${seen.asked} requests within 2Δ` : undefined;
}
