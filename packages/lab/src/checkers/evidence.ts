// S10: evidence is against Byzantine seats alone, and holds before a stranger: two votes of one seat and view that
// clash, both truly signed.

import { verifyVote } from "@tandem/shared";
import type { CheckContext, Checker } from "./checker.ts";

export function evidence({ byzantine, electorate }: CheckContext): Checker {
  return {
    name: "evidence",
    onObservation(observation) {
      if (observation.kind !== "evidence") return undefined;
      const { first, second } = observation;
      const { signer, view } = first;
      if (!byzantine.has(signer)) return `evidence against the honest seat ${signer} in view ${view}`;
      if (second.signer !== signer || second.view !== view) return "evidence of two votes that do not belong together";
      const isTwice = first.kind === second.kind && first.kind !== "nullify" && !equal(first.block, second.block);
      const isBoth = first.kind === "nullify" && second.kind === "finalize";
      if (!isTwice && !isBoth) return `evidence of ${first.kind} and ${second.kind}, which an honest seat may sign`;
      return verifyVote(electorate, first) && verifyVote(electorate, second)
        ? undefined
        : "evidence with a false signature";
    },
  };
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, i) => byte === b[i]);
}
