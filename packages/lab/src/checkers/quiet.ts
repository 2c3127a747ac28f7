// O8: where nobody has anything to propose, and all is final, nothing is sent. Checked after the world healed and
// where all are honest, from `quietDeltas` after the last work, block or restart on; a heartbeat may break the silence
// once its time is over.

import type { CheckContext, Checker } from "./checker.ts";

/** Repeats come after 2Δ grown 16-fold, and a request after 32Δ: both, and a little. */
const quietDeltas = 70;
/** Clocks drift, by less than this share. */
const driftShare = 0.15;

export function quiet({ seats, deltaMs }: CheckContext, healAtMs: number, heartbeatMs: number): Checker {
  const quietUs = quietDeltas * deltaMs * 1000;
  const beatUs = heartbeatMs * 1000 * (1 - driftShare) - quietUs;
  const working = new Set<number>();
  let causeUs = healAtMs * 1000;
  return {
    name: "quiet",
    onObservation(observation, instance, timeUs) {
      if (observation.kind === "work") {
        if (observation.has) working.add(instance);
        else working.delete(instance);
      }
      if (observation.kind === "booted") working.delete(instance);
      const isIdle = observation.kind === "sent" && working.size === 0 && timeUs > causeUs + quietUs;
      if (isIdle && timeUs < causeUs + beatUs)
        return `a ${observation.message.kind} was sent ${Math.round((timeUs - causeUs) / 1000)} ms after the last reason of ${seats.length} nodes`;
      const isCause = isIdle || observation.kind !== "sent" || working.size > 0;
      if (isCause && observation.kind !== "durable" && timeUs > causeUs) causeUs = timeUs;
      return undefined;
    },
  };
}
