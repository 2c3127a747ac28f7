// O2-O5, O9, O10: a block that an honest node proposes, votes for, delivers or executes is what the oracle makes of the raw
// blobs: every root, every blob at its place, the citation, the lag of shards, all limits. Each block is computed once,
// however many nodes vote for it.
//
// A vote to finalize, and a delivery, rest on the votes of others, honest ones among them: for those nothing less holds.

import type { Instance } from "@tandem/simulator";
import type { Observation } from "../../nodes/words.ts";
import type { Checker } from "../checker.ts";
import { headerRootOf } from "./naive-headers.ts";
import { hex } from "./raw-blob.ts";
import { votedBlock, type Watch } from "./watch.ts";

/** How far a clock of an instance can be ahead at a time, if that is known, and how far a header may be ahead of it (O3). */
export interface Clocks {
  readonly leadMs: number;
  /** The most that the clock can show; nothing where clocks jump. */
  latestMs(instance: Instance, timeUs: number): number | undefined;
}

export function recompute(watch: Watch, clocks: Clocks): Checker {
  const { oracle } = watch;
  const judge = (what: string, root: string) => {
    const verdict = oracle.judge(root);
    return "problem" in verdict ? `${what} ${root.slice(0, 8)}: ${verdict.problem}` : undefined;
  };
  return {
    name: "recompute",
    onObservation(observation, instance, timeUs) {
      watch.see(observation, instance);
      if (observation.kind === "delivered") return judge("delivered", hex(observation.info.root));
      if (observation.kind === "ordered")
        return wrongBlobs(observation) ?? judge("executed", hex(observation.info.root));
      const voted = votedBlock(observation, ({ header }) => headerRootOf(header));
      if (voted === undefined) return undefined;
      const problem = judge("voted for", voted);
      return problem ?? (isNotarize(observation) ? early(watch, voted, clocks, instance, timeUs) : undefined);
    },
  };

  function wrongBlobs({ block, blobs }: Extract<Observation, { kind: "ordered" }>): string | undefined {
    const named = block.body.blobs.map(hex);
    const given = blobs.map((bytes) => watch.book.learn(bytes)?.root);
    return named.length === given.length && named.every((root, i) => root === given[i])
      ? undefined
      : `executed height ${block.header.height} with other blobs than it names`;
  }
}

/**
 * Who finalizes what a quorum notarized need not have checked it (S5), and a leader builds on its parent's time, however far
 * that is ahead of its own clock.
 */
function isNotarize(observation: Observation): boolean {
  return (
    observation.kind === "sent" && observation.message.kind === "vote" && observation.message.vote.kind === "notarize"
  );
}

/** O3: a header further ahead of the own clock than the bound waits. */
function early(watch: Watch, root: string, clocks: Clocks, instance: Instance, timeUs: number): string | undefined {
  const verdict = watch.oracle.judge(root);
  const latestMs = clocks.latestMs(instance, timeUs);
  if ("problem" in verdict || latestMs === undefined) return undefined;
  const aheadMs = verdict.state.header.timeMs - latestMs - clocks.leadMs;
  return aheadMs > 0 ? `voted for ${root.slice(0, 8)}, ${aheadMs} ms further ahead than allowed` : undefined;
}
