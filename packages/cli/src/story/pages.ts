// A story on paper: what it is about, its programs, what is to be seen.

import type { Story, StoryProgram } from "@tandem/lab/stories";
import { programLines, valueWords } from "../program/words.ts";
import { wrap } from "../terminal.ts";
import { names } from "./find.ts";

/** Text is not wider, however wide the terminal. */
const textWidthMax = 100;

export function headLines({ title, about, contracts }: Story, width: number): readonly string[] {
  const listed = Object.entries(contracts);
  const space = Math.max(...listed.map(([name]) => name.length));
  const rows = listed.flatMap(([name, [environment, config]]) => {
    const [first = "", ...more] = wrap(`${environment} ${valueWords(names, config)}`, width - space - 4);
    return [`  ${name.padEnd(space)}  ${first}`, ...more.map((text) => `  ${"".padEnd(space)}  ${text}`)];
  });
  return [title, "", ...textLines(about, width), "", "contracts of the genesis", ...rows, ""];
}

export function programsLines({ blocks }: Story, width: number): readonly string[] {
  let place = 0;
  const told = blocks.map(({ programs = [], behind = [] }, index): string[] => {
    const late = behind.length === 0 ? "" : `, cites nothing new of ${behind.join(", ")}`;
    const each = programs.flatMap((program) => {
      const letter = String.fromCharCode("A".charCodeAt(0) + place++);
      return programPage(letter, program, width);
    });
    return [`block ${index + 1}${late}${each.length === 0 ? ", empty" : ""}`, ...each];
  });
  return told.flatMap((lines, at) => (lines.length > 1 && at > 0 ? ["", ...lines] : lines));
}

function programPage(letter: string, { payer, about, program }: StoryProgram, width: number): readonly string[] {
  const [first = "", ...more] = wrap(`${payer.name}: ${about}`, width - 5);
  const head = [`  ${letter}  ${first}`, ...more.map((text) => `     ${text}`)];
  return [...head, ...programLines(names, program, width - 5).map((line) => `     ${line}`)];
}

export function seenLines({ seen }: Story, width: number): readonly string[] {
  const sentences = seen.flatMap((sentence) => {
    const [first = "", ...more] = textLines(sentence, width - 4);
    return [`  - ${first}`, ...more.map((text) => `    ${text}`)];
  });
  return ["", "what is to be seen", ...sentences];
}

export function textLines(text: string, width: number): readonly string[] {
  return wrap(text, Math.min(width, textWidthMax));
}
