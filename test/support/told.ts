// What a story tells, in few words: a line for each round of a shard, so that a test reads like what it expects.

import type { KeyChange, Person, Story, Telling, ToldNode, ToldReason } from "@tandem/lab/stories";
import { people, stories, tellStory } from "@tandem/lab/stories";
import { equalBytes, fromUtf8, type Outcome, toHex, type Value } from "@tandem/shared";

export function tell(name: string): Telling {
  return tellStory(stories.find((story) => story.name === name) as Story);
}

/** `1 east: A0 ~30, A settles here`; `~` is tentative, and a round without work is not there. */
export function runs({ rounds }: Telling): readonly string[] {
  const worked = rounds.filter(({ claim }) => claim !== undefined);
  return worked.map(({ height, shard, ran }) => `${height} ${shard}: ${ran.map(ranText).join(", ") || "nothing"}`);
}

/** `1 west: A1 for A0 not-cited`. */
export function waits({ rounds }: Telling): readonly string[] {
  return rounds.flatMap(({ height, shard, waits }) =>
    waits.map((each) => `${height} ${shard}: ${nodeText(each)} for ${each.for.map(reasonText).join(", ")}`),
  );
}

/** `2 hotel: B1 full`: what the contract said of a call that it refused. */
export function refusals({ rounds }: Telling): readonly string[] {
  return rounds.flatMap(({ height, shard, ran }) =>
    ran.flatMap((node) =>
      node.kind === "step" && node.refusal !== undefined
        ? [`${height} ${shard}: ${nodeText(node)} ${node.refusal.code}`]
        : [],
    ),
  );
}

/** Of each step of a program, as seen from outside of its group. */
export function outcomes({ programs }: Telling, letter: string): readonly (string | undefined)[] {
  const program = programs.find((each) => each.letter === letter);
  return (program?.outcomes ?? []).map((outcome) => outcome && outcomeText(outcome));
}

/** `east/coins balance/<ada>: 100 -> 70`. */
export function changes({ changes }: Telling): readonly string[] {
  return changes.map(changeText);
}

function ranText(node: ToldNode): string {
  if (node.kind === "step") return `${nodeText(node)} ${node.isTentative ? "~" : ""}${outcomeText(node.outcome)}`;
  return `${nodeText(node)} ${node.failed === undefined ? "holds" : `failed at ${node.failed}`} in ${node.contract}`;
}

function nodeText({ program, kind, step }: Pick<ToldNode, "program" | "kind" | "step">): string {
  return kind === "step" ? `${program}${step}` : program;
}

function reasonText({ why, ...node }: ToldReason): string {
  return `${nodeText(node)} ${why}`;
}

function outcomeText(outcome: Outcome): string {
  return outcome.kind === "value" ? text(outcome.value) : `Nothing{${outcome.why} ${outcome.step}}`;
}

function changeText({ contract, key, before, after }: KeyChange): string {
  return `${contract} ${key === undefined ? "itself" : keyText(key)}: ${text(before)} -> ${text(after)}`;
}

const personOf = (bytes: Uint8Array): Person | undefined => people.find(({ key }) => equalBytes(key, bytes));

/** What follows the first `/` may begin with the key of a payer. */
function keyText(key: Uint8Array): string {
  const prefix = key.subarray(0, key.indexOf("/".charCodeAt(0)) + 1);
  const [owner, rest] = [key.subarray(prefix.length, prefix.length + 32), key.subarray(prefix.length + 32)];
  const person = personOf(owner);
  if (person === undefined) return fromUtf8(key) ?? toHex(key);
  return `${fromUtf8(prefix)}<${person.name}>${fromUtf8(rest)}`;
}

function text(value: Value | undefined): string {
  if (value === undefined) return "none";
  if (value instanceof Uint8Array) return personOf(value)?.name ?? toHex(value);
  if (value instanceof Map) return `{${[...value].map(([name, each]) => `${name}: ${text(each)}`).join(", ")}}`;
  if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
  return String(value);
}
