// Why what did not run yet waits, in the same words wherever it is told (R1, R2).

import type { ToldReason } from "@tandem/lab/stories";

const wordsOf = { "not-run": "to run", "not-cited": "to be cited", earlier: "first in line" } as const;
const kinds = ["not-run", "not-cited", "earlier"] as const;
/** Of one kind; the others are counted. */
const namedMax = 4;

export function reasonsWords(reasons: readonly ToldReason[], nameOf: (reason: ToldReason) => string): string {
  const told = kinds.flatMap((kind) => {
    const names = [...new Set(reasons.filter(({ why }) => why === kind).map(nameOf))];
    return names.length === 0 ? [] : [`${listed(names)} (${wordsOf[kind]})`];
  });
  // R4: all that it needs is there.
  return told.join(", ") || "a round that has room";
}

function listed(names: readonly string[]): string {
  const more = names.length - namedMax;
  return more <= 0 ? names.join(", ") : `${names.slice(0, namedMax).join(", ")} and ${more} more`;
}
