// A program's way through Stage 2 in words: a line for each stage of each claim.

import type { Program } from "@tandem/shared";
import { ranWords } from "../program/ran-words.ts";
import type { Names } from "../program/words.ts";
import { wrap } from "../terminal.ts";
import type { JourneyStep } from "./journey.ts";

const claimCharacters = 8;
const shardCharacters = 6;
/** Of what does not fit beside the claim, and so stands below. */
const indent = 6;

/** `~` stands before what counts only if its whole group holds. */
export function stepLines(step: JourneyStep, program: Program, names: Names, width: number): readonly string[] {
  const { stage, shard, round, claim } = step;
  const place = `${shard.padEnd(shardCharacters)}  round ${String(round).padEnd(4)}  claim ${claim.slice(0, claimCharacters)}…`;
  const head = `  ${stage.padEnd(8)}  ${place}  `;
  const what = whatWords(step, program, names);
  if (what.every((text) => head.length + text.length <= width)) {
    return what.map((text, index) => `${index === 0 ? head : " ".repeat(head.length)}${text}`);
  }
  const below = what.flatMap((text) => wrap(text, width - indent));
  return [head.trimEnd(), ...below.map((text) => `${" ".repeat(indent)}${text}`)];
}

function whatWords({ stage, attestHeight, ran }: JourneyStep, program: Program, names: Names): readonly string[] {
  if (stage === "affirmed") return ["by a quorum of its committee"];
  if (stage === "attested") return [`in block ${attestHeight} of the attest chain`];
  return ran.map((node) => ranWords(node, program, names));
}
