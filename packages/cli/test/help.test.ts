// The help of every command: it names the command, every flag that there is, and no other, and fits on most screens.

import { describe, expect, test } from "vitest";
import type { Command, Entry } from "../src/command.ts";
import { everywhere, root } from "../src/commands.ts";

interface Named {
  readonly words: string;
  readonly command: Command;
}

async function commandsIn(entries: Readonly<Record<string, Entry>>, before: string): Promise<readonly Named[]> {
  const all: Named[] = [];
  for (const [word, entry] of Object.entries(entries)) {
    const words = `${before} ${word}`;
    const loaded = await entry.load();
    if ("run" in loaded) all.push({ words, command: loaded });
    all.push(...(await commandsIn(loaded.entries ?? {}, words)));
  }
  return all;
}

/** `npm start` is told of under the other name. */
const { start: _, ...others } = root.entries;
const commands = await commandsIn(others, "./tandem");

const flagsIn = (text: string) => new Set([...text.matchAll(/--([a-z][a-z-]*)/g)].map(([, flag]) => flag));

describe.each(commands.map(({ words, command }) => [words, command] as const))(
  "%s",
  (words, { help, options = {} }) => {
    const [usage = ""] = help.split("\n\n");
    const known = new Set([...Object.keys(options), ...Object.keys(everywhere)]);
    const ofIts = (flags: ReadonlySet<string | undefined>) =>
      [...flags].filter((flag) => Object.hasOwn(options, flag ?? ""));

    test("begins with how it is called: with each of its flags, --json too, and no other", () => {
      expect(usage.startsWith(words)).toBe(true);
      const flags = flagsIn(usage);
      expect(ofIts(flags).sort()).toEqual(Object.keys(options).sort());
      expect([...flags].filter((flag) => !known.has(flag ?? ""))).toEqual([]);
      expect(flags).toContain("json");
    });

    test("explains each of its flags", () => {
      const explained = flagsIn([...help.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag]) => flag).join(" "));
      expect(ofIts(explained).sort()).toEqual(Object.keys(options).sort());
    });

    test("has no line of more than 100 columns, and ends one", () => {
      expect(help.split("\n").filter((line) => line.length > 100 && !line.includes('{"block"'))).toEqual([]);
      expect(help.endsWith("\n")).toBe(true);
    });
  },
);

test("there are all of them", () => {
  expect(commands.length).toBeGreaterThan(35);
});
