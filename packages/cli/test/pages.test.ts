// What the pages point to is there: files, tests, deliberate bugs, other pages, commands with their flags.

import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { bugs } from "@tandem/lab";
import { describe, expect, test } from "vitest";
import type { Command, Entry, Group } from "../src/command.ts";
import { everywhere, root } from "../src/commands.ts";

const docs = resolve(import.meta.dirname, "../../../docs");
const pageOf = (name: string) => readFileSync(join(docs, name), "utf8");
const pages = readdirSync(docs).filter((name) => name.endsWith(".md"));

describe("what the pages point to is there", () => {
  const workspace = resolve(docs, "..");
  /** Of a heading, as pages are shown: small letters, no marks, dashes. */
  const anchorOf = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, "")
      .replaceAll(" ", "-");
  const anchorsIn = (file: string) =>
    [...readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading as string));

  test.each(pages)("files and folders: %s", (page) => {
    const named = [...pageOf(page).matchAll(/`((?:packages|scripts|test)\/[\w./-]+)`/g)].map(
      ([, path]) => path as string,
    );
    /** Files that the page itself builds. */
    const built = [...pageOf(page).matchAll(/^```\w+ (\S+)$/gm)].map(([, path]) => path as string);
    const rooms = [workspace, join(workspace, "packages/shared"), join(workspace, "packages/environments")];
    const isThere = (path: string) => built.includes(path) || rooms.some((room) => existsSync(join(room, path)));
    expect(named.filter((path) => !isThere(path))).toEqual([]);
  });

  const tests = globSync(["test/**/*.test.ts", "packages/*/test/**/*.test.ts"], {
    cwd: workspace,
    exclude: ["**/node_modules/**"],
  }).map((path) => join(workspace, path));

  /** In tables of what holds the rules: `file` "the beginning of a name…". */
  test.each(pages)("tests by name: %s", (page) => {
    const named = [...pageOf(page).matchAll(/`([\w./-]+\.test\.ts)`((?:,? "[^"]+")*)/g)];
    const isBuilt = (file: string) => pageOf(page).includes(`ts ${file}\n`);
    const missing = named.flatMap(([, file = "", names = ""]) => {
      const sources = tests
        .filter((path) => path.endsWith(`/${basename(file)}`))
        .map((path) => readFileSync(path, "utf8"));
      const wanted = [...names.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name.replace(/…$/, ""));
      const lost = wanted.filter((name) => !sources.some((source) => source.includes(name)));
      if (sources.length === 0) return isBuilt(file) ? [] : [file];
      return lost.map((name) => `${file} "${name}"`);
    });
    expect(missing).toEqual([]);
  });

  test("deliberate bugs: in the last columns of tables of what holds the rules", () => {
    const known = new Set(bugs.map(({ name }) => name));
    const columns = pages.flatMap((page) => {
      const [, table = ""] = /\| some of the bugs \|\n\|[-|]+\|\n((?:\|.*\|\n)+)/.exec(pageOf(page)) ?? [];
      return table.split("\n").map((row) => row.split("|").at(-2)?.trim() ?? "");
    });
    const named = columns.flatMap((text) => text.split(/, /)).filter((name) => /^[a-z]+(-[a-z]+)+$/.test(name));
    expect(named.length).toBeGreaterThan(60);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  test.each(["README.md", "CONTRIBUTING.md"])("links: %s", (page) => {
    const links = [...readFileSync(join(workspace, page), "utf8").matchAll(/\]\((?!https?:)([^)#]*)/g)];
    expect(links.filter(([, path = ""]) => !existsSync(join(workspace, path))).map(([link]) => link)).toEqual([]);
  });

  test.each(pages)("links: %s", (page) => {
    const links = [...pageOf(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
    const dead = links.filter(([, path = "", anchor]) => {
      const file = path === "" ? join(docs, page) : resolve(docs, path);
      return !existsSync(file) || (anchor !== undefined && !anchorsIn(file).includes(anchor));
    });
    expect(dead.map(([link]) => link)).toEqual([]);
  });
});

describe("commands on the pages", () => {
  /** Code that begins with the command: in text up to its end, in blocks up to the end of the line, or of one that goes on. */
  function commandsOf(text: string): readonly string[] {
    const [outside, blocks] = [text.replace(/^```[\s\S]*?^```$/gm, ""), text.match(/^```[\s\S]*?^```$/gm) ?? []];
    const inText = [...outside.matchAll(/`\.\/tandem ([^`]+)`/g)];
    const inBlocks = blocks.flatMap((block) => [
      ...block.replaceAll("\\\n", " ").matchAll(/^(?:\$ )?\.\/tandem (.*)$/gm),
    ]);
    return [...inText, ...inBlocks].map(([, command = ""]) => command.replace(/ +#.*$/, "").replaceAll(/\s+/g, " "));
  }

  /** What is wrong with it. */
  async function mistakeIn(line: string): Promise<string | undefined> {
    const words = line.replaceAll(/"[^"]*"/g, "TEXT").split(" ");
    let found: Group | Command = root;
    while ("entries" in found && found.entries !== undefined) {
      const next: Entry | undefined = Object.hasOwn(found.entries, words[0] ?? "")
        ? found.entries[words.shift() as string]
        : undefined;
      if (next === undefined) break;
      found = await next.load();
    }
    if (!("run" in found))
      return words.length === 0 || /^(--|…|[A-Z])/.test(words[0] ?? "") ? undefined : `no ${words[0]}`;
    const flags = words.flatMap((word) => /^\[?--([a-z-]+)/.exec(word)?.[1] ?? []);
    const known = { ...everywhere, ...found.options };
    const unknown = flags.filter((flag) => !Object.hasOwn(known, flag));
    return unknown.length === 0 ? undefined : `no ${unknown.map((flag) => `--${flag}`).join(", ")}`;
  }

  test.each(["../README.md", "../CONTRIBUTING.md", ...pages])("are there, with their flags: %s", async (page) => {
    const commands = commandsOf(pageOf(page));
    const mistakes = await Promise.all(commands.map(async (line) => [line, await mistakeIn(line)]));
    expect(mistakes.filter(([, mistake]) => mistake !== undefined)).toEqual([]);
  });

  test("are many", () => {
    expect(pages.flatMap((page) => commandsOf(pageOf(page))).length).toBeGreaterThan(60);
  });
});
