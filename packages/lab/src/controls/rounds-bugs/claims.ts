// Bugs of claims, of what they commit to, and of going on from one (C1-C3).

import { type Bug, bugOf, editOf } from "../bug.ts";

const bug = bugOf("rounds");
const edit = editOf("execution");

export const claimBugs: readonly Bug[] = [
  bug(
    "sources-left-out",
    "does not name the claims whose exports it used (C1)",
    1,
    edit("round/lane-run.ts", 'if (made.kind === "source") this.#sources.add(made.source);', ""),
  ),
  bug(
    "claims-no-empty-slice",
    "makes no claim where blobs came and nothing is due (C1)",
    2,
    edit(
      "round/shard-execution.ts",
      "if (slice.blobs.length === 0 && due.length === 0) return undefined;",
      "if (due.length === 0) return undefined;",
    ),
  ),
  bug(
    "prev-stays",
    "names the genesis claim as the one before, always (C1)",
    1,
    edit(
      "round/shard-execution.ts",
      "this.#frontier = { round, claim: root,",
      "this.#frontier = { round, claim: this.#frontier.claim,",
    ),
  ),
  bug(
    "tentative-inputs-left-out",
    "leaves what a group wrote before out of a lane's inputs (C2)",
    1,
    edit("round/lane-run.ts", "if (node.group !== undefined) this.#noteWrites(program, node.group);", ""),
  ),
  bug(
    "lanes-taken-for-pending",
    "says of an outcome of another lane that it was pending (C2)",
    1,
    edit("round/lane-run.ts", 'isOfThisRound ? "lane" : "pending"', 'isOfThisRound ? "pending" : "pending"'),
  ),
  bug(
    "open-writes-not-committed",
    "leaves tentative writes out of the pending map (C3)",
    1,
    edit("round/program-run.ts", "settled, writes: this.#writes() };", "settled, writes: [] };"),
  ),
  bug(
    "settles-not-committed",
    "leaves the settles that ran out of the pending map (C3)",
    1,
    edit("round/program-run.ts", "settled, writes: this.#writes() };", "settled: [], writes: this.#writes() };"),
  ),
  bug(
    "restored-without-settles",
    "forgets which settles ran when it goes on from a claim (C3)",
    1,
    edit("round/program-run.ts", "run.#settled.push(...entry.settled);", ""),
  ),
  bug(
    "restored-without-writes",
    "forgets what open groups wrote when it goes on from a claim (C3)",
    1,
    edit("round/program-run.ts", "for (const writes of entry.writes) run.#restoreWrites(writes);", ""),
  ),
  bug(
    "restored-without-existence",
    "forgets what open groups created or ended when it goes on from a claim (C3)",
    1,
    edit("round/program-run.ts", "if (existence === undefined) return;", "if (existence !== null) return;"),
  ),
  bug(
    "recalls-nothing",
    "does not look at what was visible before it went on from a claim (C3)",
    1,
    edit(
      "round/shard-execution.ts",
      "recall(visible: readonly VisibleClaim[]): void {\n    for (const claim of visible)",
      "recall(visible: readonly VisibleClaim[]): void {\n    for (const claim of visible.slice(0, 0))",
    ),
  ),
];
