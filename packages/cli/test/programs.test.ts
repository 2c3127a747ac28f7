// Programs and stories as their caller sees them: written as JSON, checked, encoded, and run before one's eyes.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { people, stories } from "@tandem/lab/stories";
import { encodeProgram, type Program, toHex } from "@tandem/shared";
import { afterAll, describe, expect, test } from "vitest";
import type { Command } from "../src/command.ts";
import { programFromJson } from "../src/program/from-json.ts";
import { programToJson } from "../src/program/to-json.ts";
import { runCommand } from "../src/story/run.ts";
import { showCommand } from "../src/story/show.ts";
import { wrap } from "../src/terminal.ts";

const main = join(resolve(import.meta.dirname, "../../.."), "packages/cli/src/main.ts");
const folder = mkdtempSync(join(tmpdir(), "tandem-programs-"));
afterAll(() => rmSync(folder, { recursive: true }));

function tandem(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

function pageOf(command: Command, name: string): string {
  let page = "";
  const print = (text: string) => {
    page += text;
  };
  void command.run({ positionals: [name], flags: {}, json: false, print });
  return page;
}

function fileOf(name: string, program: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, typeof program === "string" ? program : JSON.stringify(program));
  return file;
}

/** Two payments that succeed or fail together, as docs/programs-format.md has them. */
const payment = {
  steps: [
    { at: "north/tokens", method: "withdraw", args: [100], budget: 50_000, writes: ["alice"] },
    { at: "south/tokens", method: "deposit", args: [{ step: 0 }], budget: 50_000, writes: ["bob"] },
  ],
  groups: [[0, 2]],
};
const withStep = (step: object) => ({ steps: [{ ...payment.steps[0], ...step }] });

function read(program: unknown): Program {
  const result = programFromJson(JSON.stringify(program));
  if (!result.ok) throw new Error(`${result.error.path} ${result.error.message}`);
  return result.value;
}

describe("a program as JSON", () => {
  const programs = stories.flatMap(({ blocks }) => blocks.flatMap((block) => block.programs ?? []));

  test.each(programs.map(({ about, program }) => [about, program] as const))(
    "says the same when it is read again: %s",
    (_, program) => {
      expect(encodeProgram(read(programToJson(program)))).toEqual(encodeProgram(program));
    },
  );

  test("has words for every value", () => {
    const args = [null, true, "text", -5, { integer: `${2n ** 255n}` }, { bytes: "00ff" }, [1, []], { map: { a: 1 } }];
    const [step] = read(withStep({ args })).steps;
    expect(step?.args.map((each) => (each.kind === "literal" ? each.value : each))).toEqual([
      ...[null, true, "text", -5n, 2n ** 255n, Uint8Array.of(0, 255)],
      ...[[1n, []], new Map([["a", 1n]])],
    ]);
  });

  test("keys are text, bytes, or both joined; they may stand in any order", () => {
    const [step] = read(withStep({ writes: ["b", ["a/", { bytes: "ff" }], { bytes: "00" }] })).steps;
    expect(step).toMatchObject({
      footprint: { writes: [Uint8Array.of(0), Uint8Array.of(97, 47, 255), Uint8Array.of(98)] },
    });
  });

  test.each([
    { program: withStep({ args: [0.5] }), path: "steps[0].args[0]" },
    { program: withStep({ args: [2 ** 60] }), path: "steps[0].args[0]" },
    { program: withStep({ args: [{ integer: "1e3" }] }), path: "steps[0].args[0].integer" },
    { program: withStep({ args: [{ integer: `${2n ** 256n}` }] }), path: "steps[0].args[0]" },
    { program: withStep({ args: [{ bytes: "0" }] }), path: "steps[0].args[0].bytes" },
    { program: withStep({ args: [{ what: 1 }] }), path: "steps[0].args[0]" },
    { program: withStep({ args: [{ step: 0, or: 1, else: 2 }] }), path: "steps[0].args[0].else" },
    { program: withStep({ args: ["\ud800"] }), path: "steps[0].args[0]" },
    { program: withStep({ writes: ["\ud800"] }), path: "steps[0].writes[0]" },
    { program: withStep({ whole: true }), path: "steps[0]" },
    { program: withStep({ budget: -1 }), path: "steps[0].budget" },
    { program: withStep({ cost: 1 }), path: "steps[0].cost" },
    { program: { ...payment, groups: [[0]] }, path: "groups[0]" },
    { program: {}, path: "steps" },
    { program: [], path: "" },
  ])("what it cannot be is named: $path", ({ program, path }) => {
    expect(programFromJson(JSON.stringify(program))).toMatchObject({ ok: false, error: { path } });
  });

  test("however deep it is nested", () => {
    const deep = `{"steps": [{"pure": "a", "budget": 0, "args": [${"[".repeat(50_000)}${"]".repeat(50_000)}]}]}`;
    expect(programFromJson(deep)).toMatchObject({ ok: false, error: { code: "out-of-range" } });
  });
});

describe("program", () => {
  test("check tells what follows from it, also from its encoding", () => {
    const json = fileOf("payment.json", payment);
    const encoded = join(folder, "payment");
    expect(tandem("program", "encode", json, "--out", encoded).status).toBe(0);
    const { status, stdout } = tandem("program", "check", json);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^146 bytes; touches north, south; budget 100000; hops 2\n/);
    expect(stdout).toMatch(/^settle after #1 +north\/tokens +#0, #1 +#0 +2$/m);
    expect(stdout).toMatch(/^#0 +#1 south\/tokens\.deposit +argument 0, directly, in its group$/m);
    expect(tandem("program", "check", encoded).stdout).toBe(stdout);
    expect(JSON.parse(tandem("program", "check", encoded, "--json").stdout)).toMatchObject({
      program: payment,
      touches: ["north", "south"],
      budget: 100_000,
    });
  });

  test("encode prints hexadecimal that decode reads", () => {
    const { stdout } = tandem("program", "encode", fileOf("encoded.json", payment));
    const { stdout: value } = spawnSync(process.execPath, [main, "decode", "program", "--hex"], {
      input: stdout,
      encoding: "utf8",
    });
    expect(value).toMatch(/method +deposit/);
  });

  test.each([
    { program: { ...payment, groups: [[0, 3]] }, code: "bad-group-range", path: "groups[0]" },
    { program: withStep({ args: [{ step: 0 }] }), code: "bad-reference", path: "steps[0].args[0]" },
    { program: withStep({ at: "nowhere" }), code: "bad-name", path: "steps[0].at" },
    { program: withStep({ budget: 5 }), code: "budget-too-small", path: "steps[0].budget" },
    { program: withStep({ reads: ["alice"] }), code: "key-twice", path: "steps[0]" },
    { program: "no JSON", code: "not-json", path: "" },
    { program: '{"steps": 1}', code: "wrong-type", path: "steps" },
  ])("a void one has a code and a place, and exits with 1: $code", ({ program, code, path }) => {
    const { status, stderr } = tandem("program", "check", fileOf("void", program), "--json");
    expect(status).toBe(1);
    const { error } = JSON.parse(stderr) as { error: { code: string; message: string } };
    expect(error).toMatchObject({ code, message: expect.stringContaining(path) });
  });

  test("encode makes no void one, and writes over nothing", () => {
    const target = join(folder, "never");
    const bad = fileOf("bad.json", withStep({ budget: 5 }));
    expect(tandem("program", "encode", bad, "--out", target).status).toBe(1);
    expect(existsSync(target)).toBe(false);
    const good = fileOf("good.json", payment);
    expect(tandem("program", "encode", good, "--out", target).status).toBe(0);
    const before = readFileSync(target);
    expect(tandem("program", "encode", good, "--out", target)).toMatchObject({ status: 2 });
    expect(readFileSync(target)).toEqual(before);
  });
});

describe("story", () => {
  test("list names each", () => {
    const { stdout } = tandem("story", "list");
    for (const { name, title } of stories) expect(stdout).toMatch(new RegExp(`^${name} +${title}$`, "m"));
  });

  test.each(stories.map(({ name, title }) => [name, title]))(
    "%s is shown and run on pages of 100 columns",
    (name, title) => {
      for (const page of [pageOf(showCommand, name), pageOf(runCommand, name)]) {
        expect(page.startsWith(`${title}\n`)).toBe(true);
        expect(page.split("\n").filter((line) => line.length > 100)).toEqual([]);
      }
    },
  );

  test("run shows who waits for what, and what is written", () => {
    const { stdout } = tandem("story", "run", "train-and-hotel");
    expect(stdout).toMatch(
      /^ {4}1 {2}hotel {2}A1 {8}hotel\/rooms\.reserve → ~ \{item: "double", holder: ada, places: 1\}$/m,
    );
    expect(stdout).toMatch(/^ {14}B1 {8}waits for A settle \(first in line\)$/m);
    expect(stdout).toMatch(
      /^ {14}B settle {2}hotel\/rooms: Nothing, for step 1 failed$|^ {4}3 {2}hotel {2}B settle {2}hotel\/rooms: Nothing/m,
    );
    expect(stdout).toMatch(/^hotel\/rooms {2}item\/double +\[1, 0, \[\]\] +\[1, 0, \[\[ada, 1, 10\]\]\]$/m);
  });

  test("run gives what was written a row of its own, and refusals their code", () => {
    const page = pageOf(runCommand, "train-and-hotel");
    expect(page).toMatch(
      /^ {14}B1 {8}hotel\/rooms\.reserve → ~ Nothing\{reverted: full\} \(0 places are free, not 1\)\n {14}B settle {2}waits .*\n {14}written {3}hotel\/rooms item\/double: /m,
    );
  });

  test("keys have no slash that is not there, and are told in parts as JSON", () => {
    expect(pageOf(runCommand, "paid-on-a-result")).toContain("rail/trains booked/<bo>seat: - → 1");
    const bo = { bytes: toHex(people.find(({ name }) => name === "bo")?.key ?? new Uint8Array()) };
    const { changes } = JSON.parse(tandem("story", "run", "paid-on-a-result", "--json").stdout);
    expect(changes.map(({ key }: { key: unknown }) => key)).toContainEqual(["booked/", bo, "seat"]);
    const shown = tandem("story", "show", "paid-on-a-result", "--json").stdout;
    expect(shown).toContain(JSON.stringify({ writes: [["booked/", bo, "seat"], "item/seat"] }).slice(1, -1));
  });

  test("a value is not torn from its name where a line is full", () => {
    expect(pageOf(runCommand, "paid-on-a-result")).not.toMatch(/: *$/m);
    expect(wrap("{item: day-1, places: 1}", 22)).toEqual(["{item: day-1,", "places: 1}"]);
  });

  test("run says the same as JSON", () => {
    const said = JSON.parse(tandem("story", "run", "five-hops", "--json").stdout);
    expect(said).toMatchObject({ story: "five-hops", programs: [{ program: "A", height: 1 }] });
    expect(said.programs[0].outcomes.map(({ value }: { value: number }) => value)).toEqual([
      2, 12, 112, 1112, 11112, 111112,
    ]);
  });

  test("an unknown one is the caller's mistake, and the answer lists them", () => {
    const { status, stderr } = tandem("story", "run", "once-upon-a-time");
    expect(status).toBe(2);
    expect(stderr).toContain("five-hops");
  });
});
