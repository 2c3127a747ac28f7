// Deliberate bugs of the consensus machine. Where an assertion of the machine would stop the bug first, it is taken out
// too: an assertion that fires is no finding of a checker.

import { type Bug, bugOf, editOf } from "./bug.ts";

const bug = bugOf("consensus");
const edit = editOf("consensus");

/** Own votes that clash are a mistake of ours, which the machine itself would notice. */
const trustOwnVotes = edit(
  "polls.ts",
  'assert(added.kind === "added", "we never contradict ourselves (S8)");',
  'if (added.kind === "ignored" || added.group === undefined) return;',
);
const voteAgain = edit("voice.ts", "assert(state.own[vote.kind] === undefined,", "assert(true,");

export const consensusBugs: readonly Bug[] = [
  bug(
    "quorum-too-small",
    "takes more than half of the weight for a quorum (S1)",
    1,
    edit(
      "tally.ts",
      "return isQuorum(this.#committee, group.weight);",
      "return 2n * group.weight > this.#committee.total;",
    ),
    edit(
      "tally.ts",
      "if (!isQuorum(this.#committee, group.verifiedWeight)) return undefined;",
      "if (2n * group.verifiedWeight <= this.#committee.total) return undefined;",
    ),
  ),
  bug(
    "finalize-after-nullify",
    "finalizes a view that it nullified (S5)",
    1,
    edit(
      "simplex.ts",
      "if (state.own.nullify !== undefined || state.own.finalize !== undefined) continue;",
      "if (state.own.finalize !== undefined) continue;",
    ),
    trustOwnVotes,
  ),
  bug(
    "nullify-after-finalize",
    "nullifies a view that it finalized (S5)",
    1,
    edit(
      "simplex.ts",
      "if (this.#desk.config.signer === undefined || state.own.nullify !== undefined || state.own.finalize !== undefined)",
      "if (this.#desk.config.signer === undefined || state.own.nullify !== undefined)",
    ),
    edit(
      "simplex.ts",
      'if (timer.name === "repeat") this.#voice.repeat();',
      'if (timer.name === "repeat") for (const each of this.#desk.knowledge.views.all()) this.#nullify(each);\n    if (timer.name === "repeat") this.#voice.repeat();',
    ),
    trustOwnVotes,
  ),
  bug(
    "vote-before-persist",
    "sends a vote before it is durable (S8)",
    1,
    edit(
      "voice.ts",
      `    this.#desk.persist(state.view, { kind: "vote", value: vote });
    this.#desk.broadcast(this.#messageOf(state, vote));`,
      `    this.#desk.broadcast(this.#messageOf(state, vote));
    this.#desk.persist(state.view, { kind: "vote", value: vote });`,
    ),
  ),
  bug(
    "vote-not-journalled",
    "forgets its votes when it crashes (S8)",
    1,
    edit("voice.ts", '    this.#desk.persist(state.view, { kind: "vote", value: vote });\n', ""),
  ),
  bug(
    "certificate-not-journalled",
    "forgets the certificates that justified its votes when it crashes (S8)",
    1,
    edit("desk.ts", '    this.persist(certificate.view, { kind: "certificate", value: certificate });\n', ""),
  ),
  bug(
    "block-not-journalled",
    "votes for a block that it does not keep (S8)",
    1,
    edit("voice.ts", '    this.#desk.persist(view, { kind: "proposal", value: { block, parent, signature } });\n', ""),
  ),
  bug(
    "recovery-skips-nullify",
    "does not remember after a crash what it nullified (S8)",
    3,
    edit(
      "voice.ts",
      "    const said = state.own[vote.kind];\n",
      '    const said = state.own[vote.kind];\n    if (vote.kind === "nullify") return;\n',
    ),
  ),
  bug(
    "recovery-skips-notarize",
    "does not remember after a crash what it notarized (S8)",
    4,
    edit(
      "voice.ts",
      "    const said = state.own[vote.kind];\n",
      '    const said = state.own[vote.kind];\n    if (vote.kind === "notarize") return;\n',
    ),
    edit(
      "recovery.ts",
      "if (proposal !== undefined) knowledge.views.at(info.view).proposal ??= { ...proposal, info };",
      "",
    ),
  ),
  bug(
    "prunes-too-much",
    "drops the journal records of views that are over, but not final (S8)",
    10,
    edit(
      "simplex.ts",
      "    this.#desk.view = asView(highest + 1);",
      '    this.#desk.view = asView(highest + 1);\n    this.#desk.push({ kind: "prune", below: this.#desk.view });',
    ),
  ),
  bug(
    "parent-check-skipped",
    "notarizes whatever the parent (S4)",
    1,
    edit(
      "knowledge.ts",
      'if (view === "invalid") return { kind: "invalid" };',
      'if (view === "invalid" || view === "unknown") return { kind: "ready", ancestors: [] };',
    ),
  ),
  bug(
    "gap-not-nullified",
    "notarizes without nullifications of the views between (S4)",
    39,
    edit(
      "knowledge.ts",
      'const gap = this.#missingNullifications(view, info.view);\n    if (gap !== undefined) return { kind: "wait", want: gap };',
      "",
    ),
  ),
  bug(
    "wrong-view-nullified",
    "takes the nullification of the next view for that of a view (S4)",
    1,
    edit(
      "knowledge.ts",
      "if (this.views.find(asView(view))?.certificates.nullification !== undefined) continue;",
      "if (this.views.find(asView(view + 1))?.certificates.nullification !== undefined) continue;",
    ),
  ),
  bug(
    "payload-not-checked",
    "notarizes what the room above found invalid (S4)",
    15,
    edit(
      "simplex.ts",
      "        state.verdict = verdict;",
      '        state.verdict = verdict === "invalid" ? "valid" : verdict;',
    ),
  ),
  bug(
    "second-proposal-taken",
    "notarizes every proposal of the leader (S4)",
    6,
    edit(
      "simplex.ts",
      "if (state.proposal === undefined) {\n      state.proposal = { ...proposal, info };",
      'if (state.proposal === undefined || !equalBytes(state.proposal.info.root, info.root)) {\n      delete state.own.notarize;\n      state.verdict = "open";\n      state.proposal = { ...proposal, info };',
    ),
    trustOwnVotes,
    voteAgain,
  ),
  bug(
    "wrong-epoch",
    "signs for the epoch after its own (section 8)",
    1,
    edit(
      "voice.ts",
      "const ballot = { epoch: electorate.epoch, view, block };",
      "const ballot = { epoch: (electorate.epoch + 1) as typeof electorate.epoch, view, block };",
    ),
  ),
  bug(
    "finalize-unnotarized",
    "finalizes what it notarized, before a quorum did (S5)",
    1,
    edit(
      "voice.ts",
      '    this.#cast(state, this.#sign("notarize", state.view, info.root));',
      '    this.#cast(state, this.#sign("notarize", state.view, info.root));\n    if (state.own.finalize === undefined) this.#cast(state, this.#sign("finalize", state.view, info.root));',
    ),
  ),
  bug(
    "notarized-is-final",
    "delivers what is notarized (S6)",
    1,
    edit("knowledge.ts", 'if (kind === "finalization") {', 'if (kind !== "nullification") {'),
  ),
  bug(
    "tip-only",
    "delivers the final block without its ancestors (S6)",
    1,
    edit(
      "simplex.ts",
      'for (const { block, info, certificate } of blocks) this.#desk.push({ kind: "deliver", block, info, certificate });',
      'for (const { block, info, certificate } of blocks.slice(-1)) this.#desk.push({ kind: "deliver", block, info, certificate });',
    ),
  ),
  bug(
    "newest-first",
    "delivers ancestors in falling order (S6)",
    1,
    edit(
      "simplex.ts",
      'for (const { block, info, certificate } of blocks) this.#desk.push({ kind: "deliver", block, info, certificate });',
      'for (const { block, info, certificate } of [...blocks].reverse()) this.#desk.push({ kind: "deliver", block, info, certificate });',
    ),
  ),
  bug(
    "certificates-believed",
    "believes certificates without checking their signatures (S9)",
    15,
    edit("polls.ts", "if (valid) this.#desk.hold(certificate, true);", "this.#desk.hold(certificate, true);"),
  ),
  bug(
    "one-false-vote-blocks",
    "gives up a quorum in which one signature is false (S9)",
    3,
    edit("polls.ts", "    group.isVerifying = false;\n", "    group.isVerifying = !valid.every((each) => each);\n"),
  ),
  bug(
    "accuses-the-honest",
    "takes a nullify after a notarize for misbehaviour (S10)",
    1,
    edit("tally.ts", 'vote.kind === "nullify" ? "finalize" :', 'vote.kind === "nullify" ? "notarize" :'),
  ),
  bug(
    "timers-never-reset",
    "starts its timers in its first view only (S2)",
    3,
    edit("pace.ts", "    this.#isRunning = false;\n    this.#isSettling = false;", "    this.#isSettling = false;"),
  ),
  bug(
    "never-nullifies",
    "waits for ever for a leader that is silent (S7)",
    3,
    edit("simplex.ts", 'if (timer.name === "advance") this.#nullify(state);', ""),
    edit("simplex.ts", 'if (timer.name === "leader" && state.proposal === undefined) this.#nullify(state);', ""),
  ),
  bug(
    "never-repeats",
    "says everything once, into a network that loses it (S7)",
    6,
    edit("simplex.ts", 'if (timer.name === "repeat") this.#voice.repeat();', ""),
  ),
  bug(
    "never-asks",
    "does not fetch what it lacks (S7)",
    2,
    edit(
      "supply.ts",
      "    this.#desk.push(...this.#repair.want(want, first));",
      "    if (first === -1) this.#desk.push(...this.#repair.want(want, first));",
    ),
  ),
  bug(
    "asks-one-peer",
    "asks the same peer for ever (S7)",
    18,
    edit("repair.ts", "    need.peer = this.#after(need);\n", ""),
  ),
  bug(
    "next-view-only",
    "enters a view on certificates of the one before only (S2)",
    7,
    edit(
      "simplex.ts",
      "if (highest < this.#desk.view) return false;",
      "if (highest !== this.#desk.view) return false;",
    ),
  ),
  bug(
    "restless",
    "proposes without a reason (O8)",
    14,
    edit(
      "simplex.ts",
      "return pace.isLocal || pace.isBeat || pace.isStirred || hasVoted || this.#desk.knowledge.isUnsettled;",
      "return pace !== undefined || hasVoted;",
    ),
    edit(
      "simplex.ts",
      "const isWanted = this.#pace.isBeat || (knowledge.isUnsettled && this.#pace.hasWaited);",
      "const isWanted = true;",
    ),
  ),
];
