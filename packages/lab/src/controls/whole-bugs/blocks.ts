// Bugs of attest blocks: what leaders put into them, and what is voted for (A2-A5, S10).

import type { HabitName } from "../../habits/index.ts";
import { type Bug, bugOf, editOf, habit } from "../bug.ts";

const bug = bugOf("whole");
const facing = (name: HabitName) => bugOf("whole", habit(name));
/** A committee with a quorum for claims that A3 does not allow. */
const captured = bugOf("whole", ({ whole }) => whole?.lost?.how === "false-sources");
const edit = editOf("attestation");
const editReplica = editOf("replica");

export const attestBlockBugs: readonly Bug[] = [
  facing("stale-attestations")(
    "prev-not-judged",
    "votes for claims that do not follow the frontier (A3)",
    1742,
    edit("judge.ts", "if (!equalBytes(prev, frontier.claim)) {", "if (prev.length === 0) {"),
  ),
  facing("wrong-frontiers")(
    "attested-again",
    "votes for claims that are attested already (A3)",
    253,
    edit("judge.ts", "if (!equalBytes(prev, frontier.claim)) {", "if (prev.length === 0) {"),
    edit("judge.ts", "if (round <= frontier.round) {", "if (round < 0) {"),
  ),
  facing("early-claims")(
    "early-not-judged",
    "votes for claims of rounds above the order block that is cited (A3)",
    55,
    edit("judge.ts", "return round <= order\n", "return round >= 0\n"),
  ),
  captured(
    "unattested-not-judged",
    "votes for claims with sources that nothing attests (A3)",
    22,
    edit(
      "judge.ts",
      "if (attested === undefined) {\n      return problemAt(",
      "if (attested === undefined) return undefined;\n    if (round < 0) {\n      return problemAt(",
    ),
  ),
  facing("wrong-frontiers")(
    "frontiers-not-judged",
    "votes for blocks whatever their root of frontiers (A4)",
    152,
    edit("judge-block.ts", "if (!equalBytes(frontiers.root, header.frontiersRoot)) {", "if (header.height < 0) {"),
  ),
  facing("wrong-frontiers")(
    "history-not-judged",
    "votes for blocks whatever their history (A2)",
    27,
    edit(
      "judge-block.ts",
      "if (!equalBytes(history, historyRoot(parent.history))) return",
      "if (history.length === 0) return",
    ),
  ),
  facing("wrong-frontiers")(
    "body-not-judged",
    "votes for blocks that do not stand for their bodies (A2)",
    1383,
    edit(
      "judge-block.ts",
      "return standsForBody(block) ? undefined :",
      "return standsForBody(block) || true ? undefined :",
    ),
  ),
  facing("false-order")(
    "citation-not-judged",
    "votes for blocks that cite order blocks which are not final (A2)",
    971,
    edit(
      "judge-block.ts",
      "(leader === undefined ? undefined : citationProblem(setting, block, parent));",
      "undefined;",
    ),
    edit("judge-block.ts", "if (misplaced !== undefined) return bad(misplaced);", ""),
  ),
  bug(
    "cites-the-genesis",
    "cites the genesis of the order chain where nothing newer can be cited (A2)",
    7,
    edit(
      "build.ts",
      "return { order: before, citation: undefined };",
      "return { order: setting.orderGenesis, citation: undefined };",
    ),
  ),
  bug(
    "one-frontier",
    "moves the frontier of one shard alone in each block (A4)",
    23,
    edit("frontiers.ts", "const entries = [...changes].map(", "const entries = [...changes].slice(0, 1).map("),
  ),
  bug(
    "pending-stays",
    "leaves what is pending out of the frontiers (A4)",
    7,
    edit(
      "judge.ts",
      "this.#changes.set(shard, { round, claim: root, contracts, pending });",
      "this.#changes.set(shard, { round, claim: root, contracts, pending: { ...pending, count: 0 } });",
    ),
  ),
  bug(
    "shard-left-out",
    "never attests the claims of the first shard (A5)",
    426,
    edit(
      "build.ts",
      "const shards = [...chains.keys()].sort(compareText);",
      "const shards = [...chains.keys()].sort(compareText).slice(1);",
    ),
  ),
  bug(
    "never-cites-newer",
    "cites no newer order block (A2)",
    426,
    edit(
      "build.ts",
      "return height > before.height && standsOn(parent, attested);",
      "return height < before.height && standsOn(parent, attested);",
    ),
  ),
  facing("conflicting-voter")(
    "evidence-left-out",
    "includes no evidence (S10)",
    869,
    edit(
      "build.ts",
      "for (const value of evidence.slice(0, evidenceMax))",
      "for (const value of evidence.slice(0, 0 * evidenceMax))",
    ),
  ),
  facing("conflicting-voter")(
    "evidence-not-told",
    "does not tell who makes attest blocks what consensus can prove (S10)",
    869,
    editReplica(
      "replica.ts",
      'report: (evidence) => this.#later(() => this.#tellAttesting({ kind: "vote-evidence", evidence })),',
      "report: () => undefined,",
    ),
  ),
  facing("conflicting-claims")(
    "evidence-again",
    "includes evidence that was included before (S10)",
    52,
    edit("judge.ts", "if (this.#faults.has(text) || past.isProven(fault)) {", "if (text.length === 0) {"),
    edit("ready.ts", "this.#evidence.delete(faultText(fault));", ""),
  ),
  facing("false-evidence")(
    "evidence-not-judged",
    "votes for evidence whatever its signatures (S10)",
    314,
    edit("judge.ts", "this.#checks.push(...evidenceChecks(setting, this.#items, evidence));", ""),
  ),
  captured(
    "hidden-not-judged",
    "votes for claims with sources that are not visible in their round (R2)",
    75,
    edit("judge.ts", "return attested.height <= cited\n", "return attested.height >= 0\n"),
  ),
];
