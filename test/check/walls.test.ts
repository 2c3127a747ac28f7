// The check itself is checked: a workspace in which nothing is wrong passes, and each deliberate violation is
// found by the real tools under the real configurations, at its place and with the right words.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exactMath, impureNames, rooms } from "../../scripts/rooms.ts";
import { cleanFiles, cleanLinks } from "./support/clean.ts";
import { dirtyFiles, otherViolations, violations } from "./support/violations.ts";
import { type Checked, check, createWorkspace, linkRooms, removeWorkspace } from "./support/workspace.ts";

const roots: string[] = [];
afterAll(() => roots.forEach(removeWorkspace));

async function checkWorkspace(files: Readonly<Record<string, string>>): Promise<Checked> {
  const root = createWorkspace(files);
  roots.push(root);
  linkRooms(root, cleanLinks);
  return check(root);
}

test("a workspace in which nothing is wrong passes every step", async () => {
  const { exitCode, verdicts } = await checkWorkspace(cleanFiles);
  expect(Object.fromEntries(verdicts)).toEqual({
    "types of consensus": "",
    "types of native": "",
    "types of shared": "",
    "types of tests and scripts": "",
    "lint and format": "",
    "unused code": "",
    "walls between rooms": "",
  });
  expect(exitCode).toBe(0);
});

describe("a violation is found", () => {
  let checked: Checked;
  beforeAll(async () => {
    checked = await checkWorkspace({ ...cleanFiles, ...dirtyFiles });
  });
  const verdict = (step: string) => checked.verdicts.get(step) ?? `no step "${step}"`;

  test("and the check exits with 1", () => expect(checked.exitCode).toBe(1));

  test.each(violations)("$what", ({ path, line = 1, walls, compiler, linter }) => {
    if (walls !== undefined) expect(linesOf(verdict("walls between rooms"), path, line)).toContain(walls);
    if (compiler !== undefined) {
      const room = path.split("/")[1] as string;
      expect(verdict(`types of ${room}`)).toMatch(
        new RegExp(`^${literally(`${path}(${line},`)}\\d+.*${literally(compiler)}`, "m"),
      );
    }
    if (linter !== undefined) {
      expect(verdict("lint and format")).toMatch(
        new RegExp(`^${literally(`${path}:${line}:`)}\\d+ ${literally(linter)}`, "m"),
      );
    }
  });

  test.each(otherViolations)("$what", ({ step, says }) => expect(verdict(step)).toContain(says));

  test("and nothing else: no line of the walls is about a file that is clean", () => {
    const clean = Object.keys(cleanFiles).filter((path) => !(path in dirtyFiles));
    const blamed = verdict("walls between rooms")
      .split("\n")
      .map((line) => line.split(":")[0] as string);
    expect(blamed.filter((path) => clean.includes(path))).toEqual([]);
  });
});

function linesOf(output: string, path: string, line: number): string {
  const start = `${path}:${line}: `;
  const found = output.split("\n").filter((said) => said.startsWith(start));
  return found.map((said) => said.slice(start.length)).join("\n");
}

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

interface LinterConfiguration {
  readonly overrides: readonly {
    readonly includes: readonly string[];
    readonly linter: {
      readonly rules: {
        readonly nursery?: {
          readonly noJsRestrictedProperties: {
            options: { entries: readonly { allowProperties: readonly string[] }[] };
          };
        };
        readonly style?: { readonly noRestrictedGlobals?: { options: { deniedGlobals: Record<string, string> } } };
      };
    };
  }[];
}

describe("the linter's configuration, which editors show, says what the list of rooms says", () => {
  const text = readFileSync(resolve(import.meta.dirname, "../../biome.json"), "utf8");
  const configuration = JSON.parse(text) as LinterConfiguration;
  const pureRules = configuration.overrides.find(({ includes }) => includes.includes("packages/*/src/**"));
  const rules = pureRules?.linter.rules;

  test("which source is pure", () => {
    const impure = Object.entries(rooms).flatMap(([name, room]) => [
      ...(room.pure ? [] : [`!packages/${name}/**`]),
      ...(room.impureFolders ?? []).map((folder) => `!packages/${name}/src/${folder}/**`),
    ]);
    expect(pureRules?.includes.filter((pattern) => pattern.startsWith("!")).sort()).toEqual(impure.sort());
  });

  test("which names it may not use", () => {
    const denied = rules?.style?.noRestrictedGlobals?.options.deniedGlobals ?? {};
    expect(Object.keys(denied).sort()).toEqual(Object.keys(impureNames).sort());
  });

  test("which members of Math it may use", () => {
    expect(rules?.nursery?.noJsRestrictedProperties.options.entries[0]?.allowProperties).toEqual(exactMath);
  });
});
