// Bugs of what goes into blocks, and of their check (O3-O5, O9).

import { type Bug, bugOf, editOf } from "../bug.ts";

const bug = bugOf("order");
const edit = editOf("ordering");

export const blockBugs: readonly Bug[] = [
  bug(
    "signatures-believed",
    "believes the signatures of blobs (O2)",
    1,
    edit("intake.ts", "signed.get(key) !== true", "!signed.has(key)"),
  ),
  bug(
    "signatures-of-blocks-believed",
    "believes the signatures of blobs in a proposal (O2)",
    65,
    edit(
      "judge.ts",
      "(isCertified ? undefined : yield* signatureProblem(ground, candidates));",
      "(isCertified || leader !== undefined ? undefined : yield* signatureProblem(ground, candidates));",
    ),
  ),
  bug(
    "time-goes-back",
    "makes and takes blocks that are no later than their parents (O3)",
    1,
    edit("build.ts", "asTimeMs(Math.max(nowMs, parent.header.timeMs + 1))", "asTimeMs(nowMs)"),
    edit("judge.ts", "if (timeMs <= parent.header.timeMs)", "if (timeMs < 0)"),
  ),
  bug(
    "time-stands",
    "takes blocks of the time of their parent (O3)",
    5,
    edit("judge.ts", "if (timeMs <= parent.header.timeMs)", "if (timeMs < parent.header.timeMs)"),
  ),
  bug(
    "history-not-compared",
    "votes for blocks of any history (O3)",
    5,
    edit(
      "judge.ts",
      "if (!equalBytes(header.history, historyRoot(parent.history)))",
      "if (header.history.length === 0)",
    ),
  ),
  bug(
    "history-without-the-parent",
    "leaves the parent out of the history (O3)",
    1,
    edit(
      "judge.ts",
      "const { history, completed } = appendToHistory(parent.history, root);",
      "const { history, completed } = appendToHistory(parent.history, parent.root);",
    ),
  ),
  bug(
    "sets-not-compared",
    "votes for blocks of any validator sets (O3)",
    5,
    edit(
      "judge.ts",
      "if (!equalBytes(header.validatorsRoot, first.validatorsRoot))",
      "if (first.validatorsRoot.length === 0)",
    ),
  ),
  bug(
    "ledger-root-not-compared",
    "votes for blocks of any ledger root (O2)",
    5,
    edit("judge.ts", "if (!equalBytes(ledger.root, header.ledgerRoot))", "if (ledger.root.length === 0)"),
  ),
  bug(
    "touches-root-not-compared",
    "votes for blocks of any touches (O5)",
    5,
    edit(
      "judge.ts",
      "if (!equalBytes(touchesRootOf(candidates), header.touchesRoot))",
      "if (header.touchesRoot.length === 0)",
    ),
  ),
  bug(
    "last-touch-left-out",
    "leaves the last blob out of what touches shards (O5)",
    1,
    edit("judge.ts", "return touchesTree(candidates.map(", "return touchesTree(candidates.slice(0, -1).map("),
  ),
  bug(
    "shard-budget-ignored",
    "puts more work of one shard into a block than it may do (O9)",
    1,
    edit(
      "judge.ts",
      'return full === undefined ? undefined : problem("shard-budget"',
      'return full === undefined || full.length > 0 ? undefined : problem("shard-budget"',
    ),
  ),
  bug(
    "bytes-ignored",
    "puts more bytes into a block than it may have (O9)",
    20,
    edit("judge.ts", "if (this.#bytes + bytes.length > blockBytes)", "if (bytes.length > blockBytes)"),
  ),
  bug(
    "count-ignored",
    "puts more blobs into a block than it may have (O9)",
    5,
    edit("judge.ts", "if (this.#blobs + 1 > blockBlobs)", "if (blockBlobs < 0)"),
    edit("judge.ts", "if (body.blobs.length > genesis.limits.blockBlobs)", "if (genesis.limits.blockBlobs < 0)"),
    edit("judge.ts", "return this.#blobs === this.#limits.blockBlobs || ", "return "),
    edit(
      "build.ts",
      "while (found.length < blockBlobs && bytes < blockBytes) {",
      "while (bytes < blockBytes + 0 * blockBlobs) {",
    ),
  ),
];
