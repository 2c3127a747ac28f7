import { people, type Story, stories } from "@tandem/lab/stories";
import { toHex } from "@tandem/shared";
import { onePositional } from "../flags.ts";
import type { Names } from "../program/words.ts";
import { Complaint } from "../terminal.ts";

export function storyOf(positionals: readonly string[]): Story {
  const name = onePositional(positionals, "NAME");
  const story = stories.find((each) => each.name === name);
  if (story !== undefined) return story;
  const advice = `Stories: ${stories.map((each) => each.name).join(", ")}.`;
  throw new Complaint("unknown-story", `There is no story "${name}".`, advice);
}

/** Of everybody in the stories. */
export const names: Names = new Map(people.map(({ name, key }) => [toHex(key), name]));
