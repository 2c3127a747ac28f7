// Bugs of what one chain tells the other, and of what both leave in one store (O3, O8, O10, S6, S8).

import { type Bug, bugOf, editOf } from "../bug.ts";

const bug = bugOf("whole");
const edit = editOf("attestation");
const editReplica = editOf("replica");
const editOrdering = editOf("ordering");

export const joinBugs: readonly Bug[] = [
  bug(
    "attested-not-told",
    "does not tell the order chain what is attested (O3)",
    426,
    edit(
      "finality.ts",
      'core.push({ kind: "attested", block: { header, ref: { height, root }, certificate, changes } });',
      'if (height < 0) core.push({ kind: "attested", block: { header, ref: { height, root }, certificate, changes } });',
    ),
  ),
  bug(
    "pending-not-told",
    "does not tell the order chain what is pending (O10)",
    471,
    edit(
      "frontiers.ts",
      "[shard, { round, pending: pending.count }]",
      "[shard, { round, pending: 0 * pending.count }]",
    ),
  ),
  bug(
    "changes-not-told",
    "does not tell the order chain which shards moved (O10)",
    511,
    edit(
      "finality.ts",
      "const changes = progressOf(state.changes);",
      "const changes = progressOf(new Map([...state.changes].slice(0, 0)));",
    ),
  ),
  bug(
    "not-told-again",
    "does not tell the order chain after a restart what it does not cite yet (O3)",
    7,
    edit("attesting.ts", "yield* this.#tellAgain();", "if (height < 0) yield* this.#tellAgain();"),
    editOrdering(
      "attested.ts",
      'assert(ref.height === tip.height + 1, "final attest blocks are told in order of height");',
      "assert(ref.height > tip.height);",
    ),
  ),
  bug(
    "descent-of-another",
    "proves the descent from another attest block than was asked for (O3)",
    1126,
    edit(
      "attesting.ts",
      "const proof = yield* read(proveAttestDescent(from, header));",
      "const proof = yield* read(proveAttestDescent(asHeight(Math.max(0, from - 1)), header));",
    ),
  ),
  bug(
    "attest-votes-not-durable",
    "writes its votes on the attest chain nowhere (S8)",
    7,
    editReplica(
      "agreement.ts",
      'case "persist":\n      case "prune":',
      'case "persist":\n        return chain === "order" ? leave({ ...effect, chain }) : undefined;\n      case "prune":',
    ),
  ),
  bug(
    "attest-journal-forgotten",
    "starts on the attest chain without what it signed there (S8)",
    152,
    editReplica(
      "replica.ts",
      "this.#attest.bring(input.journals.attest);",
      "this.#attest.bring(input.journals.attest.slice(0, 0));",
    ),
  ),
  bug(
    "final-before-stored",
    "takes attest blocks for final before they are stored (S6)",
    385,
    editReplica(
      "agreement.ts",
      "return this.#around.ask(effect, () => this.#onStored(effect));",
      "this.#onStored(effect);\n        return this.#around.ask(effect, () => undefined);",
    ),
  ),
];
