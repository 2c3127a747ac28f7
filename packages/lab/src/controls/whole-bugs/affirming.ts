// Bugs of what a node affirms, and of what it keeps of that (C4, C5).

import { type Bug, bugOf, editOf } from "../bug.ts";

const bug = bugOf("whole");
/** Somebody loses its store. */
const losing = bugOf("whole", ({ world }) => world.faults.some(({ kind }) => kind === "lost-archive"));
const edit = editOf("attestation");

export const affirmingBugs: readonly Bug[] = [
  bug(
    "affirms-before-storing",
    "affirms before its affirmation is durable (C4)",
    7,
    edit(
      "affirming/own.ts",
      '{ kind: "store", batch: ownRecords(affirmation) },\n      { kind: "broadcast", affirmations: [affirmation] },',
      '{ kind: "broadcast", affirmations: [affirmation] },\n      { kind: "store", batch: ownRecords(affirmation) },',
    ),
  ),
  bug(
    "affirmation-not-stored",
    "stores the mark alone when it affirms (C4)",
    7,
    edit(
      "affirming/own.ts",
      'kind: "store", batch: ownRecords(affirmation)',
      'kind: "store", batch: markRecord(affirmation)',
    ),
  ),
  bug(
    "mark-not-stored",
    "stores no mark when it affirms (C4)",
    7,
    edit(
      "records.ts",
      "return { puts: [...puts, { key: ownAffirmationKey(affirmation), value }], deletes: [] };",
      "return { puts: [...puts.slice(1), { key: ownAffirmationKey(affirmation), value }], deletes: [] };",
    ),
  ),
  bug(
    "content-left-out",
    "affirms claims without their contents in its store (C5)",
    7,
    edit("shards.ts", "{ puts: [...state.puts, ...puts], deletes", "{ puts: [...state.puts], deletes"),
  ),
  bug(
    "affirms-as-another",
    "affirms in the name of the first seat (C4)",
    7,
    edit("affirming/own.ts", "signer: seat.signer, signature };", "signer: 0 as ValidatorIndex, signature };"),
  ),
  bug(
    "claim-signed-bare",
    "signs a claim without its epoch (C4)",
    7,
    edit(
      "affirming/verify.ts",
      "return signingRoot(affirmDomain(network), affirmedClaimCodec.root({ epoch, claim }));",
      "return signingRoot(affirmDomain(network), epoch < 0 ? affirmedClaimCodec.root({ epoch, claim }) : claim);",
    ),
  ),
  bug(
    "says-it-once",
    "says nothing again that was lost (C4)",
    24,
    edit("affirming/own.ts", "seat.pauses++;\n    return this.#say(seat);", "seat.pauses++;\n    return [];"),
    edit(
      "affirming/own.ts",
      "return [...this.#seats.values()].flatMap((seat) => this.#say(seat));",
      "return [...this.#seats.values()].slice(0, 0).flatMap((seat) => this.#say(seat));",
    ),
  ),
  bug(
    "affirms-next-round",
    "names another round than that of its claim (C4)",
    7,
    edit(
      "affirming/own.ts",
      "const affirmation: Affirmation = { epoch, claim, shard, round, signer",
      "const affirmation: Affirmation = { epoch, claim, shard, round: asRound(round + 1), signer",
    ),
  ),
  bug(
    "marks-too-high",
    "begins with marks above rounds that it never signed (C4)",
    426,
    edit("attesting.ts", "[...seats.keys()], firstRound, own)", "[...seats.keys()], (firstRound + 3) as Round, own)"),
  ),
  losing(
    "affirms-without-mark",
    "affirms though it has no record of what it signed (C4)",
    17,
    edit(
      "affirming/own.ts",
      'const { mark } = seat;\n    if (mark === undefined) return failure("no-mark", "shard", "what was signed in this epoch is not known");',
      "const mark = seat.mark ?? ({ round: 0, claim: zeroRoot } as OwnMark);",
    ),
  ),
  losing(
    "marks-of-any-start",
    "makes marks wherever a store has none (C4)",
    17,
    edit("attesting.ts", "if (firstRound === undefined) return own;", "if (own.length > 0) return own;"),
    edit("attesting.ts", "[...seats.keys()], firstRound, own)", "[...seats.keys()], (firstRound ?? 0) as Round, own)"),
  ),
  losing(
    "no-mark-not-said",
    "does not say that it has no record of what it signed (C4)",
    17,
    edit("affirmations.ts", "if (this.#own?.canSign(shard) === false) this.#alarm(shard);", ""),
  ),
];
