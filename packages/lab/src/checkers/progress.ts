// Once the world is healed, work is ordered within a bound, everywhere.
//
// The bound, in Δ, where Δ covers a message with the disk and checks at both ends. Let V be the highest view of any
// honest node when the world heals (or the work arrives, if that is later), and n the views directly below V that
// no certificate notarized: timers of V are grown at most g = 2^min(n, 4)-fold (S2).
//
//   all honest nodes reach one view      2gΔ until what is stuck repeats (S7), and 3Δ to be heard
//   who is behind has caught up          32Δ of a pause begun before, and 32Δ more for each Byzantine peer that the
//                                        same need asks in vain; for each 64 blocks beyond the first, a new need with
//                                        new pauses (2, 4, 8… up to 32Δ) for these peers
//   view V + i ends                      3·min(16, g·2^i)Δ for the timer, 2Δ to be heard
//
// The first view above V that an honest node leads has all honest nodes in it in time, and finalizes what its leader
// knows. Every item is given to every node when the world heals, so any honest leader does.

import { asView } from "@tandem/shared";
import type { Instance } from "@tandem/simulator";
import type { CheckContext, Checker } from "./checker.ts";

const growthMax = 16;
const pauseDeltasMax = 32;
/** Blocks in one answer. */
const chainBlocks = 64;
/** Clocks drift, disks and payloads take their time: on top of what is counted in Δ. */
const slackShare = 1.15;

export class Progress implements Checker {
  readonly name = "progress";
  readonly #context: CheckContext;
  /** Views that a certificate notarized, as told by honest nodes. */
  readonly #notarized = new Set<number>();
  #highest = 0;
  /** At each honest instance. */
  readonly #heights = new Map<Instance, number>();

  constructor(context: CheckContext) {
    this.#context = context;
  }

  onObservation(observation: Parameters<Checker["onObservation"]>[0], instance: Instance): undefined {
    if (observation.kind === "delivered") this.#heights.set(instance, observation.info.height);
    if (observation.kind === "booted") this.#heights.set(instance, observation.finals.length);
    if (observation.kind !== "sent") return;
    const { message } = observation;
    if (message.kind === "vote") this.#highest = Math.max(this.#highest, message.vote.view);
    if (message.kind !== "certificate") return;
    const { kind, view } = message.certificate;
    this.#highest = Math.max(this.#highest, view + 1);
    if (kind !== "nullification") this.#notarized.add(view);
  }

  /** From now on, in milliseconds: until so many views that honest nodes lead are over. */
  boundMs(honestViews = 1): number {
    const { deltaMs, byzantine, leaderOf } = this.#context;
    const growth = this.#growth();
    let deltas = 2 * growth + 3 + this.#catchUpDeltas();
    for (let i = 0, led = 0; led < honestViews; i++) {
      deltas += 3 * Math.min(growthMax, growth * 2 ** i) + 2;
      if (i > 0 && !byzantine.has(leaderOf(asView(this.#highest + i)))) led++;
    }
    return Math.ceil(deltas * deltaMs * slackShare);
  }

  #growth(): number {
    let nullified = 0;
    while (this.#highest - nullified > 1 && !this.#notarized.has(this.#highest - 1 - nullified)) nullified++;
    return Math.min(growthMax, 2 ** nullified);
  }

  #catchUpDeltas(): number {
    const { size } = this.#context.byzantine;
    const heights = [...this.#heights.values()];
    const distance = Math.max(0, ...heights) - Math.min(...heights, Number.POSITIVE_INFINITY);
    if (distance <= 0) return pauseDeltasMax;
    let vain = 0;
    for (let i = 0; i < size; i++) vain += Math.min(pauseDeltasMax, 2 ** (i + 1));
    return pauseDeltasMax * (1 + size) + vain * (Math.ceil(distance / chainBlocks) - 1);
  }
}
