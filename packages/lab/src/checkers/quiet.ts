// O8: where nobody has anything that could be proposed, and all is final, nothing is sent. Checked after the world healed, where
// all are honest and clocks do not jump, from `quietDeltas` after the last work, restart or block with work in it on.
// A few empty blocks may follow to make it final, but no stream of them. A heartbeat may break the silence: it comes
// when a node had no block for its time.

import type { Observation } from "../nodes/words.ts";
import type { CheckContext, Checker } from "./checker.ts";

/** Repeats come after 2Δ grown 16-fold, and a request after 32Δ: both, and a little. */
const quietDeltas = 70;
/** Heights without work that may follow one with work. */
const emptyHeightsMax = 20;
/** What follows from something else, and is no reason by itself. */
const silentKinds: ReadonlySet<Observation["kind"]> = new Set(["durable", "pruned", "stored", "heard"]);
/** Clocks drift, by less than this share. */
const driftShare = 0.02;

export function quiet({ seats, deltaMs }: CheckContext, healAtMs: number, heartbeatMs: number): Checker {
  const quietUs = quietDeltas * deltaMs * 1000;
  const beatUs = heartbeatMs * 1000 * (1 - driftShare) - quietUs;
  const working = new Set<number>();
  /** When each instance began or got a block, last: its heartbeat counts from there. */
  const restedUs = seats.map(() => 0);
  let causeUs = healAtMs * 1000;
  /** Of the highest block with work in it. */
  let workHeight = 0;
  /** Whether this is a reason for what follows it. */
  const isCause = (observation: Observation, idleUs: number) => {
    if (observation.kind === "sent") return working.size > 0 || idleUs >= beatUs;
    if (observation.kind !== "delivered") return !silentKinds.has(observation.kind);
    const { block, info } = observation;
    if (block.body.blobs.length > 0) workHeight = Math.max(workHeight, info.height);
    return info.height <= workHeight + emptyHeightsMax;
  };
  return {
    name: "quiet",
    onObservation(observation, instance, timeUs) {
      const idleUs = timeUs - (restedUs[instance] as number);
      if (observation.kind === "booted" || observation.kind === "delivered") restedUs[instance] = timeUs;
      if (observation.kind === "booted" || observation.kind === "work") working.delete(instance);
      if (observation.kind === "work" && observation.has) working.add(instance);
      const isQuiet = observation.kind === "sent" && working.size === 0 && timeUs > causeUs + quietUs;
      if (isQuiet && idleUs < beatUs) {
        const silentMs = Math.round((timeUs - causeUs) / 1000);
        return `a ${observation.message.kind} was sent ${silentMs} ms after the last reason of anybody`;
      }
      if (isCause(observation, idleUs)) causeUs = Math.max(causeUs, timeUs);
      return undefined;
    },
  };
}
