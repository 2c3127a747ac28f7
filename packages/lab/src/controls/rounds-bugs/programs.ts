// Bugs of programs: groups, settled views, alternatives, and where values come from (P3, P5, P11, P12).

import { type Bug, bugOf, editOf } from "../bug.ts";

const bug = bugOf("rounds");
const edit = editOf("execution");

/** As the sources say it, in a template of their own. */
const notYet = "`step $" + "{step} has no outcome yet`";

export const programBugs: readonly Bug[] = [
  bug(
    "failed-group-applied",
    "applies a group's writes though a step of it failed (P5)",
    1,
    edit("round/lane-run.ts", "if (failed === undefined && tentative !== undefined)", "if (tentative !== undefined)"),
  ),
  bug(
    "group-applied-at-once",
    "writes to the contract before the group has settled (P5)",
    1,
    edit(
      "round/lane-run.ts",
      "if (group === undefined) this.state.apply(changes);\n    else program",
      "this.state.apply(changes);\n    if (group !== undefined) program",
    ),
  ),
  bug(
    "tentative-not-read",
    "does not show a grouped step what its group wrote (P5)",
    1,
    edit(
      "round/lane-run.ts",
      "const view = tentative === undefined ? this.state : viewWith(tentative, this.state);",
      "const view = tentative === undefined ? this.state : viewWith(new Changes(), this.state);",
    ),
    edit(
      "round/lane-run.ts",
      'import { viewWith } from "../run/state.ts";',
      'import { Changes, viewWith } from "../run/state.ts";',
    ),
  ),
  bug(
    "tentative-existence-not-read",
    "does not let a group call what it has created (P5, P10)",
    1,
    edit("run/state.ts", "existence: changes.existence ?? below.existence,", "existence: below.existence,"),
  ),
  bug(
    "last-failure-named",
    "names the last step of a group that failed, not the first (P5)",
    1,
    edit(
      "run/outcomes.ts",
      "for (let step = first; step < first + count; step++)",
      "for (let step = first + count - 1; step >= first; step--)",
    ),
  ),
  bug(
    "failed-group-seen",
    "shows outcomes of a failed group to steps outside of it (P5)",
    1,
    edit(
      "run/outcomes.ts",
      "if (group !== undefined && group !== groupOf[user])",
      "if (group !== undefined && group < 0)",
    ),
  ),
  bug(
    "pure-failure-forgiven",
    "lets a group hold in which a pure step failed (P5)",
    1,
    edit(
      "run/outcomes.ts",
      'if (this.#tentative(step as StepIndex).kind === "nothing") return step as StepIndex;',
      'const isCall = this.#ordered.program.steps[step]?.kind === "call";\n      if (isCall && this.#tentative(step as StepIndex).kind === "nothing") return step as StepIndex;',
    ),
  ),
  bug(
    "no-alternative-to-a-group",
    "does not take the alternative where a group failed (P3)",
    2,
    edit(
      "run/outcomes.ts",
      'if (argument.kind === "step" || seen.kind === "value") return seen;',
      'if (argument.kind === "step" || seen.kind === "value" || seen.why === "group") return seen;',
    ),
  ),
  bug(
    "origin-of-the-fallback",
    "gives a literal that stands in the origin of what it stands for (P11)",
    2,
    edit(
      "run/outcomes.ts",
      'return argument.or.kind === "literal" ? literal(argument.or.value)',
      'return argument.or.kind === "literal" ? { ...literal(argument.or.value), origin: { kind: "pure" } }',
    ),
  ),
  bug(
    "alternatives-are-no-uses",
    "counts of the uses of an outcome only the direct ones (P11)",
    1,
    edit(
      "run/outcomes.ts",
      "const uses = analysis.uses[step] as readonly Use[];",
      "const uses = (analysis.uses[step] as readonly Use[]).filter(({ direct }) => direct);",
    ),
  ),
  bug(
    "used-outside-unseen",
    "calls an outcome grouped if any of its users is in the group (P11)",
    4,
    edit("run/outcomes.ts", "uses.every((use) => use.grouped)", "uses.some((use) => use.grouped)"),
  ),
  bug(
    "alternatives-not-waited-for",
    "does not wait for the alternative that an argument may need (P12)",
    4,
    edit(
      "schedule/schedule.ts",
      "for (const need of node.node.needs) {\n      const here",
      "for (const need of node.node.needs) {\n      if (isAlternative(program, node.node, need)) continue;\n      const here",
    ),
    edit(
      "schedule/schedule.ts",
      "function hasRun(",
      `function isAlternative({ program, analysis }: OrderedProgram, node: ProgramNode, need: number): boolean {
  const step = program.steps[node.step];
  const named = analysis.nodes[need]?.step;
  if (node.kind === "settle" || step === undefined) return false;
  const isNamed = step.args.some((argument) => argument.kind !== "literal" && argument.step === named);
  return !isNamed && step.args.some(({ kind }) => kind === "either");
}

function hasRun(`,
    ),
    edit(
      "run/outcomes.ts",
      `assert(outcome !== undefined, ${notYet});\n    return outcome;`,
      'return outcome ?? { kind: "nothing", value: { why: "input", step } };',
    ),
    edit(
      "round/program-run.ts",
      `assert(made !== undefined, ${notYet});\n    return made;`,
      'return made ?? { kind: "here", round: before };',
    ),
  ),
  bug(
    "settles-in-the-last-contract",
    "says of a tentative outcome that it settles in the last contract of its group (C2)",
    1,
    edit("round/lane-run.ts", "ordered.analysis.nodes.find(", "ordered.analysis.nodes.findLast("),
  ),
];
