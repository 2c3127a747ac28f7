// Bugs of what is stored, and of restarts (S6, S8, O7).

import { type Bug, bugOf, editOf } from "../bug.ts";

const bug = bugOf("order");
const edit = editOf("ordering");
const replicaEdit = editOf("replica");

export const storageBugs: readonly Bug[] = [
  bug(
    "blobs-not-stored",
    "votes for blobs that it does not store (S8)",
    1,
    edit(
      "core.ts",
      "    this.store({ puts: fresh.map(({ root, bytes }) => ({ key: blobKey(root), value: bytes })), deletes: [] });\n",
      "",
    ),
  ),
  bug(
    "blobs-stored-late",
    "votes before the blobs are stored (S8)",
    1,
    edit(
      "proposals.ts",
      '    core.storeBlobs(state);\n    if (known === undefined) core.chain.add(state);\n    core.push({ kind: "checked", root: info.root, verdict: "valid" });\n',
      '    if (known === undefined) core.chain.add(state);\n    core.push({ kind: "checked", root: info.root, verdict: "valid" });\n    yield* ask((id) => ({ kind: "clock", id }));\n    core.storeBlobs(state);\n',
    ),
  ),
  bug(
    "receipt-before-store",
    "tells clients that a blob is accepted before it is stored (O7)",
    1,
    edit(
      "submissions.ts",
      "    core.store(this.#keep(examined, promised));\n    for (const { source, candidate, admission } of examined) this.#answer(source, candidate, admission);\n",
      "    for (const { source, candidate, admission } of examined) this.#answer(source, candidate, admission);\n    core.store(this.#keep(examined, promised));\n",
    ),
  ),
  bug(
    "accepted-not-kept",
    "does not store what it accepted (O7)",
    1,
    edit("submissions.ts", "return { puts, deletes };", "return { puts: puts.slice(puts.length), deletes };"),
  ),
  bug(
    "kept-forgotten",
    "does not offer after a restart what it accepted before (O7)",
    20,
    edit("ordering.ts", "this.#submissions.onKept(kept);", "this.#submissions.onKept(kept.slice(kept.length));"),
  ),
  bug(
    "delivered-not-stored",
    "does not store final blocks (S6)",
    1,
    edit("records.ts", "    putRecord(finalKey, number),\n", ""),
  ),
  bug(
    "final-twice",
    "tells each final block twice (S6)",
    1,
    replicaEdit(
      "agreement.ts",
      "this.#around.leave(this.#config.words.final(delivered));",
      "for (let told = 0; told < 2; told++) this.#around.leave(this.#config.words.final(delivered));",
    ),
  ),
  bug(
    "leader-of-the-next-view",
    "takes the leader of the next view for that of a proposal (S1)",
    46,
    replicaEdit(
      "agreement.ts",
      "return drawLeader(seed, electorate.committee, view);",
      "return drawLeader(seed, electorate.committee, (view + 1) as typeof view);",
    ),
  ),
];
