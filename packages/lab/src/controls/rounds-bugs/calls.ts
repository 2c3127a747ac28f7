// Bugs of single calls: what they may touch, what they cost, what they leave (P3, P4, P6, P7, P10).

import { type Bug, bugOf, editOf } from "../bug.ts";

const bug = bugOf("rounds");
const edit = editOf("execution");

export const callBugs: readonly Bug[] = [
  bug(
    "effects-of-the-failed",
    "keeps what a step wrote before it failed (P3)",
    1,
    edit(
      "run/call.ts",
      'if ("why" in result) return nothing(result.why, step, result.refusal);',
      'if ("why" in result) return { ...nothing(result.why, step), changes: host.changes } as CallResult;',
    ),
  ),
  bug(
    "effects-of-the-unexpected",
    "keeps what a step wrote whose value is not the expected one (P4)",
    1,
    edit(
      "run/call.ts",
      'return nothing("expected", step);',
      'return { ...nothing("expected", step), changes: host.changes } as CallResult;',
    ),
  ),
  bug(
    "nothing-is-unexpected",
    "says of a failed step that its value is not the expected one (P4)",
    2,
    edit(
      "run/call.ts",
      'if ("why" in result) return nothing(result.why, step, result.refusal);',
      'if ("why" in result) return nothing(call.expect === undefined ? result.why : "expected", step);',
    ),
  ),
  bug(
    "expectation-of-pure-ignored",
    "takes any value of a pure step for the expected one (P4)",
    2,
    edit("run/outcomes.ts", "if (!isExpected(pure.expect, result)) return", "if (pure.pure === (0 as unknown)) return"),
  ),
  bug(
    "ended-callable",
    "calls contracts that have ended (P10)",
    1,
    edit(
      "run/call.ts",
      'if (existence?.status === "ended" || (existence === undefined && !isCreation))',
      "if (existence === undefined && !isCreation)",
    ),
  ),
  bug(
    "name-reused",
    "creates a contract where one has ended (P10)",
    1,
    edit(
      "run/call.ts",
      'if (existence?.status === "ended" || (existence === undefined && !isCreation)) return stop("no-contract");\n  if (existence === undefined)',
      'if (existence?.status !== "live" && !isCreation) return stop("no-contract");\n  if (existence?.status !== "live")',
    ),
    edit("run/call.ts", "else if (view.existence === undefined)", 'else if (view.existence?.status !== "live")'),
  ),
  bug(
    "anyone-creates",
    "does not ask who may create contracts (P10)",
    1,
    edit("run/call.ts", "if (!mayCreate(creatorsOf(shardOf(call.at)), payer)) {", "if (environments.size === 0) {"),
  ),
  bug(
    "whole-for-any-method",
    "lets any method take the whole contract (P6)",
    2,
    edit("run/call.ts", 'if (call.footprint.kind === "whole" && !method.whole) return stop("footprint");', ""),
  ),
  bug(
    "budget-ignored",
    "does not stop a step that is over its budget (P7)",
    1,
    edit("run/meter.ts", 'if (units > this.#left) this.fail("budget", "the step\'s budget is used up");', ""),
  ),
  bug(
    "outcomes-sent-free",
    "takes nothing for the places of an outcome with those that are given it (P7)",
    1,
    edit("run/call.ts", "const places = 1 + (ordered.analysis.takers[step] as number);", "const places = 1;"),
  ),
  bug(
    "fault-forgiven",
    "forgets a fault that the environment catches (P7)",
    4,
    edit(
      "run/call.ts",
      "const reply = method.run(call, host);\n    meter.check();",
      "const reply = method.run(call, host);",
    ),
    edit("run/meter.ts", "charge(units: number): void {\n    this.check();", "charge(units: number): void {"),
  ),
  bug(
    "reads-writable",
    "lets a call write what it declared to read (P6)",
    24,
    edit("run/host.ts", "|| (!isWritten && includesBytes(reads, key))", "|| includesBytes(reads, key)"),
  ),
  bug(
    "whole-without-limit",
    "lets a call of the whole contract touch any number of keys (P6)",
    16,
    edit("run/host.ts", "if (this.#touched.size >= limits.footprintKeysMax)", "if (this.#touched.size < 0)"),
  ),
  bug(
    "keys-named-free",
    "takes nothing for the keys that a footprint names (P7)",
    4,
    edit(
      "run/call.ts",
      "const base = leastBudgetOf(call, places - 1) + costs.byte * given.bytes;",
      "const base = costs.place * places + costs.byte * given.bytes;",
    ),
  ),
  bug(
    "own-writes-not-read",
    "reads the old value of what the same call has set (P9)",
    1,
    edit("run/host.ts", "if (change !== undefined) return change.value;", ""),
  ),
  bug(
    "cause-forgotten",
    "names the step that was given Nothing, not the one that it comes from (P3)",
    1,
    edit("run/call.ts", 'return nothing("input", given.step);', 'return nothing("input", step);'),
  ),
  bug(
    "call-not-told-of-its-group",
    "does not tell a call that it is in a group (P11)",
    2,
    edit(
      "run/call.ts",
      "const grouped = analysis.groupOf[step] !== undefined;",
      "const grouped = analysis.groupOf[step] === -1;",
    ),
  ),
];
