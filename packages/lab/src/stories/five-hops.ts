// R7: each hop costs the time from a claim to its citation.

import { counterFootprints } from "@tandem/environments";
import type { Story } from "./story.ts";
import { ada, call, outcome, steps } from "./words.ts";

const add = counterFootprints.add();
const shards = ["a", "b", "c", "d", "e", "f"] as const;

const chain = () =>
  steps(...shards.map((shard, hop) => call(`${shard}/sum`, "add", add, hop === 0 ? 1n : outcome(hop - 1))));

export const fiveHops: Story = {
  name: "five-hops",
  title: "A chain of five hops",
  about:
    "Six counters in six shards; each step adds what the one before came to. The citation of each block makes the claims of the round before visible, so each hop takes one round, five in all; but shard c is cited late.",
  contracts: Object.fromEntries(shards.map((shard, at) => [`${shard}/sum`, ["counter", 10n ** BigInt(at)] as const])),
  blocks: [
    { programs: [{ payer: ada, about: "one added to a, and so on", program: chain() }] },
    {},
    {},
    { behind: ["c"] },
    { behind: ["c"] },
    {},
    {},
    {},
  ],
  seen: [
    "Rounds 1, 2, 3: a, b and c add, one after the other.",
    "c's claim of round 3 is not cited before block 6. So d waits for two rounds; the others have no work, and make no claims.",
    "Rounds 6, 7, 8: d, e and f. The last sum has counted all the others.",
  ],
};
