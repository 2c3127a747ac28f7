// Bugs of what the order chain knows of Stage 2: citations, lag, slices (O3, O5, O10).

import { type Bug, bugOf, editOf } from "../bug.ts";

const bug = bugOf("order");
const edit = editOf("ordering");

export const attestedBugs: readonly Bug[] = [
  bug(
    "lag-ignored",
    "orders for shards however far behind they are (O10)",
    68,
    edit(
      "lag.ts",
      "return first !== undefined && height - first > lagMax;",
      "return first !== undefined && height - first > 1000 * lagMax;",
    ),
  ),
  bug(
    "lag-one-more",
    "orders for shards that are one height too far behind (O10)",
    68,
    edit("lag.ts", "height - first > lagMax;", "height - first > lagMax + 1;"),
  ),
  bug(
    "pending-ignored",
    "orders for shards however much is pending in them (O10)",
    48,
    edit("lag.ts", "if (pending > pendingMax) return true;", "if (pending > 1000 * pendingMax) return true;"),
  ),
  bug(
    "claims-ignored",
    "takes shards for behind whatever they claim (O10)",
    22,
    edit("lag.ts", "const first = list[firstAbove(list, round)];", "const first = list[firstAbove(list, 0 * round)];"),
    edit("lag.ts", "const covered = firstAbove(list, round);", "const covered = firstAbove(list, 0 * round);"),
  ),
  bug(
    "never-cites",
    "does not cite attest blocks (O3)",
    3,
    edit(
      "build.ts",
      "if (proof === undefined || newest.ref.height <= parent.cited.ref.height) return same;",
      "if (proof === undefined || newest.ref.height >= 0) return same;",
    ),
  ),
  bug(
    "slices-leave-out",
    "leaves the last blob out of the slices that it serves (O5)",
    2,
    edit(
      "slice-reads.ts",
      "const { touches, proof } = touchesOf(blobs, shard);\n  return { touches, proof, blobs:",
      "const { touches: all, proof } = touchesOf(blobs, shard);\n  const touches = all.slice(0, -1);\n  return { touches, proof, blobs:",
    ),
  ),
  bug(
    "touches-cut",
    "stores of each blob only the first shard that it touches (O5)",
    2,
    edit("finality.ts", "touches: blob.envelope.touches,", "touches: blob.envelope.touches.slice(0, 1),"),
  ),
  bug(
    "citation-not-checked",
    "votes for blocks whatever they cite (O3)",
    27,
    edit(
      "judge.ts",
      "const wrongCitation = isCertified ? undefined : yield* citationProblem(network, block, parent);",
      "const wrongCitation = isCertified || leader !== undefined ? undefined : yield* citationProblem(network, block, parent);",
    ),
  ),
];
