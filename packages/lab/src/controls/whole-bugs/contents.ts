// Bugs of contents of claims: who has to hold them, and what is believed of peers (C5).

import type { HabitName } from "../../habits/index.ts";
import { type Bug, bugOf, editOf, habit } from "../bug.ts";

const bug = bugOf("whole");
const facing = (name: HabitName) => bugOf("whole", habit(name));
const edit = editOf("attestation");

export const contentBugs: readonly Bug[] = [
  bug(
    "votes-without-contents",
    "votes for claims whose contents it does not hold (C5)",
    7,
    edit(
      "proposals.ts",
      "this.#contents.holdAll(state.claims, name, isOver);",
      "this.#contents.holdAll(state.claims.slice(0, 0), name, isOver);",
    ),
  ),
  bug(
    "fetched-not-stored",
    "does not store the contents that it fetches (C5)",
    7,
    edit("contents.ts", "this.#core.store(contentRecords(found.claim, found.content));", ""),
  ),
  bug(
    "holds-first-only",
    "holds the content of the first claim of a block alone (C5)",
    23,
    edit(
      "proposals.ts",
      "this.#contents.holdAll(state.claims, name, isOver);",
      "this.#contents.holdAll(state.claims.slice(0, 1), name, isOver);",
    ),
  ),
  bug(
    "serves-nothing",
    "says that it holds no content, whatever is asked for (C5)",
    426,
    edit(
      "content/serve.ts",
      'return { kind: "content", id, content: yield* read(readContentBytes(claim)) };',
      'return { kind: "content", id, content: undefined };',
    ),
  ),
  facing("content-liar")(
    "content-of-another-claim",
    "takes contents of other claims than it asked for (C5)",
    425,
    edit(
      "content/claim-content.ts",
      "if (!equalBytes(claimCodec.root(claim), root)) return",
      "if (root.length === 0) return",
    ),
  ),
  facing("content-liar")(
    "exports-not-checked",
    "takes contents with other exports than the claim commits to (C5)",
    425,
    edit(
      "content/claim-content.ts",
      "if (!equalBytes(laneExportsCodec.root(exports), lane.exports)) {",
      "if (exports.length < 0) {",
    ),
  ),
];
