// Bugs of the schedule: who waits for whom, and how much a round may run (R1-R4).

import { type Bug, bugOf, editOf } from "../bug.ts";

const bug = bugOf("rounds");
const edit = editOf("execution");

export const scheduleBugs: readonly Bug[] = [
  bug(
    "readers-overtaken",
    "writes a key before those that read it have run (R1)",
    4,
    edit(
      "schedule/conflicts.ts",
      "if (at.readers.size > 0) pushAll(before, at.readers);\n    else if (at.writer",
      "if (at.writer",
    ),
  ),
  bug(
    "writer-overtaken",
    "reads a key before who writes it has run (R1)",
    2,
    edit(
      "schedule/conflicts.ts",
      "if (at.writer !== undefined) before.push(at.writer);\n    at.readers.add(node);",
      "at.readers.add(node);",
    ),
  ),
  bug(
    "whole-not-exclusive",
    "takes a whole contract while others have not run there (P6)",
    4,
    edit(
      "schedule/conflicts.ts",
      "const before = line.since.size > 0 ? [...line.since] : present(line.whole);",
      "const before = present(line.whole);",
    ),
  ),
  bug(
    "existence-no-key",
    "does not wait for who takes the whole contract, and may end it (P10)",
    2,
    edit("schedule/conflicts.ts", "const before = present(line.whole);\n  for", "const before: Node[] = [];\n  for"),
  ),
  bug(
    "settles-overtaken",
    "does not wait for a group that is open to settle (P5)",
    1,
    edit(
      "schedule/schedule.ts",
      "  const { contract, footprint } = node;\n",
      '  const { contract } = node;\n  const footprint: Footprint = node.kind === "step" ? node.footprint : { kind: "keys", reads: [], writes: [] };\n',
    ),
  ),
  bug(
    "sees-one-late",
    "learns what became visible only after it has looked what is due (R3)",
    1,
    edit(
      "round/shard-execution.ts",
      "for (const claim of visible) this.#programs.see(claim);\n    const due = this.#programs.take();",
      "const due = this.#programs.take();\n    for (const claim of visible) this.#programs.see(claim);",
    ),
  ),
  bug(
    "carried-over-overtaken",
    "lets smaller nodes pass the one that does not fit (R4)",
    9,
    edit(
      "schedule/schedule.ts",
      "const due: DueNode[] = [];",
      "const due: DueNode[] = [];\n    const left: Waiting[] = [];",
    ),
    edit(
      "schedule/schedule.ts",
      "if (!room.admit(node.pending.program, node.contract, sourcesOf(node))) break;\n      this.#ready.pop();",
      "this.#ready.pop();\n      if (!room.admit(node.pending.program, node.contract, sourcesOf(node))) {\n        left.push(node);\n        continue;\n      }",
    ),
    edit(
      "schedule/schedule.ts",
      "due.push({ program: node.pending.program, place: node.place });\n    }",
      "due.push({ program: node.pending.program, place: node.place });\n    }\n    for (const node of left) this.#ready.push(node);",
    ),
  ),
  bug(
    "rounds-unbounded",
    "runs all that is due in one round, however much (R4)",
    1,
    edit("schedule/room.ts", "if (isFull && this.#nodes > 0)", "if (isFull && this.#nodes < 0)"),
  ),
  bug(
    "budget-for-each-node",
    "counts a program's budget once for each of its nodes (R4)",
    2,
    edit(
      "schedule/room.ts",
      "const budget = this.#budget + (isNew ? program.budget : 0);",
      "const budget = this.#budget + program.budget;",
    ),
  ),
  bug(
    "sources-unbounded",
    "does not count the sources of a round (R4)",
    14,
    edit("schedule/room.ts", "this.#sources.size + new Set(fresh).size > sourcesMax ||", ""),
  ),
  bug(
    "bytes-unbounded",
    "does not count the bytes of a round's programs (R4)",
    14,
    edit("schedule/room.ts", "budget > budgetMax ||\n      bytes > bytesMax;", "budget > budgetMax;"),
  ),
  bug(
    "own-outcomes-late",
    "does not run a step in the round in which the one before it ran (R3)",
    1,
    edit(
      "schedule/schedule.ts",
      "for (const later of node.followers) {\n      this.#countDown(later);",
      "for (const later of node.followers) {\n      this.#later.push(later);",
    ),
    edit(
      "schedule/schedule.ts",
      "const room = new RoundRoom(this.#bounds);",
      "const room = new RoundRoom(this.#bounds);\n    for (const later of this.#later.splice(0)) this.#countDown(later);",
    ),
    edit(
      "schedule/schedule.ts",
      "readonly #bounds: RoundBounds;",
      "readonly #bounds: RoundBounds;\n  readonly #later: Waiting[] = [];",
    ),
  ),
];
