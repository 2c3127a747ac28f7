// S10, A5: who can prove a fault and leads the attest chain leaves it out of no block, unless it is proven below. What comes
// while a block is made may come too late for that one, and in a sick world much later; what was not told again after a
// restart is forgotten.

import type { Chain, Vote } from "@tandem/shared";
import type { Instance } from "@tandem/simulator";
import type { Observation } from "../../nodes/words.ts";
import { attested } from "../../payload/block.ts";
import type { Checker } from "../checker.ts";
import { hex } from "../order/raw-blob.ts";
import { type AttestOracleState, attestHeaderRootOf } from "./attest-oracle.ts";
import type { WholeWatch } from "./whole-watch.ts";

/** From when on a fault is in every block of those who know it, in Δ after it was told or the world was healed. */
const graceDeltas = 8;

export interface EvidenceTimes {
  readonly deltaMs: number;
  readonly healAtMs: number;
}

export function evidenceIncluded(watch: WholeWatch, { deltaMs, healAtMs }: EvidenceTimes): Checker {
  /** By instance, faults and since when each is told. */
  const told = new Map<Instance, Map<string, number>>();
  /** Blocks that left before: they are sent again as they were. */
  const sent = new Set<string>();
  return {
    name: "evidence",
    onObservation(observation, instance, timeUs) {
      const nowMs = timeUs / 1000;
      if (observation.kind === "evidence") return note("order", observation, instance, nowMs);
      if (observation.kind !== "attest") return undefined;
      const inner = observation.observation;
      if (inner.kind === "evidence") return note("attest", inner, instance, nowMs);
      if (inner.kind === "booted") told.delete(instance);
      return inner.kind === "sent" ? look(inner, instance, nowMs) : undefined;
    },
  };

  function note(chain: Chain, { first }: { readonly first: Vote }, instance: Instance, nowMs: number): undefined {
    const faults = told.get(instance) ?? new Map<string, number>();
    told.set(instance, faults);
    const fault = faultName(chain, first.signer);
    if (!faults.has(fault)) faults.set(fault, Math.max(nowMs, healAtMs));
  }

  function look(
    { message }: Extract<Observation, { kind: "sent" }>,
    instance: Instance,
    nowMs: number,
  ): string | undefined {
    if (message.kind !== "proposal") return undefined;
    const root = hex(attestHeaderRootOf(attested(message.proposal.block)));
    if (sent.has(root)) return undefined;
    sent.add(root);
    const late = [...(told.get(instance) ?? [])].filter(([, sinceMs]) => nowMs > sinceMs + graceDeltas * deltaMs);
    if (late.length === 0) return undefined;
    const proven = provenUpTo(watch.oracle.stateOf(root));
    const missing = late.find(([fault]) => !proven.has(fault));
    return missing && `proposed attest block ${root.slice(0, 8)} without evidence of ${missing[0]}, which it has`;
  }
}

function provenUpTo(state: AttestOracleState | undefined): ReadonlySet<string> {
  const proven = new Set<string>();
  for (let at = state; at !== undefined; at = at.parent) {
    for (const item of at.block?.body.items ?? []) {
      if (item.kind === "evidence" && item.value.kind === "votes")
        proven.add(faultName(item.value.value.chain, item.value.value.first.signer));
    }
  }
  return proven;
}

function faultName(chain: Chain, signer: number): string {
  return `seat ${signer} on the ${chain} chain`;
}
