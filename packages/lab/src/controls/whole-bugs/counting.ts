// Bugs of counting affirmations, and of what is taken for a quorum (A3, S9).

import type { HabitName } from "../../habits/index.ts";
import { type Bug, bugOf, editOf, habit } from "../bug.ts";

const bug = bugOf("whole");
const facing = (name: HabitName) => bugOf("whole", habit(name));
const edit = editOf("attestation");

export const countingBugs: readonly Bug[] = [
  bug(
    "members-equal",
    "gives all members of a committee the same weight (A1)",
    5,
    edit(
      "network.ts",
      "createCommittee(electorate.scheme, shardMembers(genesis, shard));",
      "createCommittee(electorate.scheme, shardMembers(genesis, shard).map((member) => ({ ...member, weight: 1n as never })));",
    ),
  ),
  bug(
    "two-thirds-enough",
    "takes exactly two thirds for a quorum (A3)",
    7,
    edit("affirming/group.ts", "return isQuorum(committee, weight) ?", "return 3n * weight >= 2n * committee.total ?"),
    edit(
      "affirming/verify.ts",
      "!isQuorum(committee, weightOf(committee, bitmap.value))",
      "3n * weightOf(committee, bitmap.value) < 2n * committee.total",
    ),
    edit("judge.ts", "return isQuorum(committee, weight)\n", "return 3n * weight >= 2n * committee.total\n"),
  ),
  facing("forged-affirmations")(
    "signatures-not-checked",
    "counts affirmations whatever their signatures (S9)",
    116,
    edit(
      "affirming/verify.ts",
      "return ground.scheme.verifyAggregate(keys, affirmSigningRoot(ground, claim), sum.value) ? sum.value : undefined;",
      "return sum.value;",
    ),
  ),
  facing("forged-affirmations")(
    "counts-senders",
    "counts a seat as often as somebody speaks in its name (S9)",
    1742,
    edit(
      "affirming/group.ts",
      "for (const signer of chosen.keys()) weight +=",
      "for (const { signer } of this.#places.values()) weight +=",
    ),
    edit(
      "affirming/verify.ts",
      "if (!bitmap.ok || !isQuorum(committee, weightOf(committee, bitmap.value))) return undefined;",
      "if (!bitmap.ok) return undefined;",
    ),
    edit("judge.ts", "return isQuorum(committee, weight)\n", "return weight > 0n\n"),
  ),
  bug(
    "counts-seats",
    "counts seats of a committee, whatever their weight (A3)",
    5,
    edit(
      "affirming/group.ts",
      "return isQuorum(committee, weight) ?",
      "return 3 * chosen.size > 2 * committee.seats.length ?",
    ),
    edit(
      "affirming/verify.ts",
      "!isQuorum(committee, weightOf(committee, bitmap.value))",
      "3 * valid.length <= 2 * committee.seats.length",
    ),
    edit(
      "judge.ts",
      "return isQuorum(committee, weight)\n",
      "return 3 * bitmap.filter(Boolean).length > 2 * seats.length\n",
    ),
  ),
  bug(
    "bits-for-all",
    "says that the whole committee signed (A3)",
    7,
    edit(
      "affirming/verify.ts",
      "if (sum !== undefined) return { bitmap: bitmap.value, signature: sum };",
      "if (sum !== undefined) return { bitmap: bitmap.value.map(() => true), signature: sum };",
    ),
  ),
  facing("weak-aggregator")(
    "quorum-not-judged",
    "votes for attestations of however few (A3)",
    20,
    edit("judge.ts", "return isQuorum(committee, weight)\n", "return weight > 0n\n"),
  ),
  facing("weak-aggregator")(
    "signatures-not-judged",
    "votes for attest blocks whatever the signatures in them (A3)",
    1914,
    edit(
      "proposals.ts",
      "if (citation === undefined && signatures.length === 0) return undefined;",
      "if (signatures.length >= 0) return undefined;",
    ),
  ),
];
