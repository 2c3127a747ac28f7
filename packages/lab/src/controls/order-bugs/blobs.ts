// Bugs of blobs on their way: submitted, pushed, waiting, fetched (O6, O7).

import { type Bug, bugOf, editOf } from "../bug.ts";

const bug = bugOf("order");
const edit = editOf("ordering");

export const blobBugs: readonly Bug[] = [
  bug(
    "accepts-the-refused",
    "tells clients that what it refused is accepted (O7)",
    1,
    edit(
      "submissions.ts",
      '    if (admission.kind === "refused") return this.#refuse(source.id, admission.refusal);\n',
      "",
    ),
  ),
  bug(
    "votes-before-blobs",
    "votes for a block before it has all blobs (O6)",
    1,
    edit(
      "core.ts",
      "    yield* untilEach(keys, (key) => this.#isHeld(key));\n    return keys.map((key) => this.shelf.get(key) as Candidate);",
      "    return keys.flatMap((key) => this.shelf.get(key) ?? []);",
    ),
    edit(
      "judge.ts",
      '  if (!equalBytes(ledger.root, header.ledgerRoot)) return wrong(problem("ledger-root", "another ledger"));\n',
      "",
    ),
    edit(
      "judge.ts",
      '  if (!equalBytes(touchesRootOf(candidates), header.touchesRoot))\n    return wrong(problem("touches-root", "other touches"));\n',
      "",
    ),
    edit("judge.ts", "if (refusal !== undefined) return wrong(blobProblem(index, refusal));", ""),
  ),
  bug(
    "pushes-nothing",
    "keeps to itself what clients submit (O6)",
    9,
    edit(
      "submissions.ts",
      "if (promised.length > 0) core.push(...core.outbox.offer(promised.map(({ candidate }) => candidate)));",
      "",
    ),
    edit("submissions.ts", "if (stuck.length > 0) this.#core.push(...this.#core.outbox.offer(stuck));", ""),
  ),
  bug(
    "pushes-once",
    "pushes blobs once, into a network that loses them (O6)",
    12,
    edit(
      "outbox.ts",
      "    line.silences++;\n    return line.flight.blobs.size > 0 ? this.#send(line, line.flight) : this.#sendNext(line);",
      "    return [];",
    ),
  ),
  bug(
    "two-batches",
    "pushes the next batch before the last one is received (O6)",
    1,
    edit(
      "outbox.ts",
      "if (line.flight === undefined) effects.push(...this.#sendNext(line));",
      "effects.push(...this.#sendNext(line));",
    ),
  ),
  bug(
    "pushes-in-haste",
    "pushes a batch again after one Δ (O6)",
    4,
    edit("outbox.ts", "const afterMs = 4 * this.#config.deltaMs * 2", "const afterMs = this.#config.deltaMs * 1"),
  ),
  bug(
    "never-fetches",
    "does not ask for blobs that it lacks (O6)",
    11,
    edit("core.ts", "if (missing.length > 0) this.push(...this.fetcher.want(missing, first));", ""),
  ),
  bug(
    "never-serves",
    "does not give blobs to those that lack them (O6)",
    11,
    edit("serve.ts", "if (roots.length <= limits.wantRootsMax) this.#start(", "if (roots.length < 0) this.#start("),
  ),
  bug(
    "found-not-kept",
    "forgets what peers found for it (O6)",
    11,
    edit(
      "ordering.ts",
      "for (const candidate of accepted) shelf.hold(candidate);",
      "for (const candidate of accepted) shelf.get(candidate.key);",
    ),
  ),
  bug(
    "reason-not-told",
    "does not tell consensus that there is something to propose (O8)",
    3,
    edit(
      "ordering.ts",
      'this.#core.push({ kind: "reason", has });',
      'if (!has) this.#core.push({ kind: "reason", has });',
    ),
  ),
  bug(
    "reason-not-withdrawn",
    "does not tell consensus that there is nothing to propose any more (O8)",
    176,
    edit(
      "ordering.ts",
      'this.#core.push({ kind: "reason", has });',
      'if (has) this.#core.push({ kind: "reason", has });',
    ),
  ),
];
