// What `tandem program check` says of programs that can hardly be meant, and of files that are none.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Story, stories, tellStory } from "@tandem/lab/stories";
import { analyzeProgram, costs, limits, type Program } from "@tandem/shared";
import { afterAll, describe, expect, test } from "vitest";
import { checkCommand } from "../src/program/check.ts";
import { encodeCommand } from "../src/program/encode.ts";
import { programFromJson } from "../src/program/from-json.ts";
import { warningsOf } from "../src/program/warnings.ts";
import { Complaint } from "../src/terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "tandem-program-check-"));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(content: unknown, name = "program.json"): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === "string" || content instanceof Uint8Array ? content : JSON.stringify(content));
  return file;
}

async function check(file: string, json = false): Promise<string> {
  let said = "";
  const print = (text: string) => {
    said += text;
  };
  await checkCommand.run({ positionals: [file], flags: {}, json, print });
  return said;
}

async function complaintOf(file: string): Promise<Complaint> {
  return check(file).then(
    () => expect.fail("it is taken"),
    (error) => (error instanceof Complaint ? error : expect.fail(String(error))),
  );
}

async function warningsIn(steps: readonly object[]): Promise<readonly { code: string; path: string }[]> {
  return JSON.parse(await check(fileOf({ steps }), true)).warnings;
}

function read(program: unknown): Program {
  const result = programFromJson(JSON.stringify(program));
  return result.ok ? result.value : expect.fail(result.error.message);
}

/** The program alone, with a counter. */
function storyOf(program: Program): Story {
  const payer = { name: "ada", key: new Uint8Array(32) };
  const blocks = [{ programs: [{ payer, about: "", program }] }, {}];
  return { name: "", title: "", about: "", seen: [], contracts: { "a/sum": ["counter", 0n] }, blocks };
}

const call = { at: "a/b", method: "m", budget: 200_000 };

describe("a warning", () => {
  const { place, keptByte, key, get, write, pure } = costs;
  const taken = { ...call, at: "a/c", args: [{ step: 0 }] };

  // An outcome has one byte at least.
  const unpaid: readonly { at: number; steps: readonly object[]; least: number; reads?: number }[] = [
    { at: 1, steps: [call, { pure: "add", args: [1, 1] }], least: pure + 3 },
    { at: 1, steps: [call, { pure: "add", args: [{ step: 0 }, 1] }], least: pure + 3 },
    { at: 1, steps: [call, { pure: "not", args: [true], expect: "no" }], least: pure + 4 },
    { at: 0, steps: [call], least: place + keptByte },
    { at: 0, steps: [{ ...call, args: [1, "text"] }], least: place + keptByte + 6 },
    { at: 0, steps: [call, taken], least: 2 * (place + keptByte) },
    { at: 0, steps: [{ ...call, reads: ["a", "b"], budget: 0 }], least: place + keptByte + 2 * key, reads: 2 },
  ];
  test.each(unpaid)("of a step that cannot pay for itself: $least", async ({ at, steps, least, reads = 0 }) => {
    const withBudget = (budget: number) => warningsIn(steps.with(at, { ...steps[at], budget }));
    const message = expect.stringContaining(`cost ${least} or more, and its budget is ${least - 1}`);
    expect(await withBudget(least - 1)).toEqual([{ code: "unpaid-step", path: `steps[${at}]`, message }]);
    expect(await withBudget(least + reads * get)).toEqual([]);
  });

  test("of a call that cannot pay for using the keys of its footprint", async () => {
    const least = place + keptByte + 2 * key + get + write + "key".length * keptByte;
    const step = { ...call, writes: ["key"], reads: ["other"] };
    expect(await warningsIn([{ ...step, budget: least - 1 }])).toMatchObject([
      { code: "unpaid-keys", path: "steps[0]" },
    ]);
    expect(await warningsIn([{ ...step, budget: least }])).toEqual([]);
  });

  test("is right about the executor: with one steps are Nothing for want of budget, and without they may succeed", () => {
    const steps = (callBudget: number, pureBudget: number) => [
      { at: "a/sum", method: "add", args: [5], writes: ["total"], budget: callBudget },
      { pure: "add", args: [1, 1], budget: pureBudget },
      { at: "a/sum", method: "add", args: [{ step: 1 }], writes: ["total"], budget: 200_000 },
    ];
    const outcomesOf = (program: Program) => tellStory(storyOf(program)).programs[0]?.outcomes ?? [];
    const tried = Array.from({ length: 60 }, (_, at) => [place + key + 500 * at, pure + 5 * (at - 4)] as const).map(
      (budgets) => {
        const program = read({ steps: steps(...budgets) });
        const warned = warningsOf(program, analyzeProgram(program)).map(({ path }) => path);
        // The third call is given what the pure step yields.
        const [first, , second] = outcomesOf(program).map((outcome) => outcome?.kind);
        return { warned, first, second };
      },
    );
    expect(tried.filter(({ warned, first }) => warned.includes("steps[0]") && first !== "nothing")).toEqual([]);
    expect(tried.filter(({ warned, second }) => warned.includes("steps[1]") && second !== "nothing")).toEqual([]);
    expect(tried.filter(({ warned }) => warned.length === 2).length).toBeGreaterThan(2);
    // Half way up: a call and a function charge for their own work too, but little.
    expect(tried.at(40)).toEqual({ warned: [], first: "value", second: "value" });
  });

  test("of a pure function that no node has", async () => {
    const warnings = await warningsIn([call, { pure: "ad", args: [1, 1], budget: 2000 }]);
    expect(warnings).toEqual([
      {
        code: "unknown-function",
        path: "steps[1]",
        message: expect.stringMatching(/^no node has .* ad; there are add, /),
      },
    ]);
  });

  test("of a program that touches no shard; its page has no table of nodes", async () => {
    const steps = [{ pure: "add", args: [1, 1], budget: 2000 }];
    expect(await warningsIn(steps)).toMatchObject([{ code: "no-shard", path: "" }]);
    const page = await check(fileOf({ steps }));
    expect(page).not.toContain("comes after");
    expect(page).toMatch(/^warning no-shard: no contract is called/m);
  });

  test("is given of none of the stories", () => {
    const programs = stories.flatMap(({ blocks }) => blocks.flatMap((block) => block.programs ?? []));
    expect(programs.flatMap(({ program }) => warningsOf(program, analyzeProgram(program)))).toEqual([]);
  });
});

const mistakes: readonly (readonly [what: string, content: unknown, code: string, message: string])[] = [
  ["a list", "[]", "wrong-type", "an object is expected, not a list"],
  ["text", '"hi"', "wrong-type", "an object is expected, not text"],
  ["null", "null", "wrong-type", "an object is expected, not null"],
  ["words", "steps: none", "not-json", "this is not JSON"],
  ["an empty file", " \n", "empty", "is empty"],
  ["no steps", "{}", "missing", "a program has at least one step"],
  ["an empty list of steps", '\ufeff{"steps": []}', "missing", "a program has at least one step"],
  ["hexadecimal with a letter too many", "a1657374657073x", "not-hex", "neither JSON nor hexadecimal"],
  [
    "two keys that are one",
    { steps: [{ ...call, writes: ["x", "y", "x"] }] },
    "doubled",
    "steps[0].writes[2]: key given twice",
  ],
  ["a key that is none", { steps: [{ ...call, writes: [5] }] }, "wrong-type", "a key is text"],
  [
    "a number that is rounded",
    '{"steps":[{"at":"a/b","method":"m","budget":1,"args":[9007199254740993]}]}',
    "out-of-range",
    '{"integer": "…"}',
  ],
  [
    "a part of an argument that is an outcome",
    { steps: [{ ...call, args: [[{ step: 0 }]] }] },
    "bad-format",
    "whole argument",
  ],
  [
    "an argument that is nothing known",
    { steps: [{ ...call, args: [{ key: "x" }] }] },
    "bad-format",
    '{"step"}, {"bytes"}',
  ],
  ["a list for a map", { steps: [{ ...call, args: [{ map: [] }] }] }, "wrong-type", "steps[0].args[0].map"],
  ["an object for a text", { steps: [{ ...call, method: {} }] }, "wrong-type", "text is expected, not an object"],
  ["too many steps", { steps: Array.from({ length: 65 }, () => call) }, "too-many", "65 items where 64"],
];

describe("what is no program", () => {
  test.each(mistakes)("%s is told so", async (_, content, code, message) => {
    const complaint = await complaintOf(fileOf(content));
    expect(complaint).toMatchObject({ code, exitCode: 1 });
    expect(complaint.message).toContain(message);
    expect(complaint.message).toMatch(/[^.]\.$/);
  });

  test("each code stands in docs/programs-by-hand.md", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../docs/programs-by-hand.md"), "utf8");
    for (const [, , code] of mistakes) expect(page).toMatch(new RegExp(`^\\| .*\`${code}\`.* \\|`, "m"));
    for (const code of ["unpaid-step", "unpaid-keys", "unknown-function", "no-shard"]) {
      expect(page).toContain(`| \`${code}\` |`);
    }
  });

  test("what is named .json is not taken for an encoding, nor is what begins like JSON", async () => {
    const latin = Uint8Array.of(0x7b, 0x22, 0xe9, 0x22, 0x7d);
    expect(await complaintOf(fileOf(latin, "latin"))).toMatchObject({ code: "bad-text" });
    expect(await complaintOf(fileOf(Uint8Array.of(0xff, 0xfe), "wide.json"))).toMatchObject({ code: "bad-text" });
    expect(await complaintOf(fileOf(Uint8Array.of(0xff, 0xfe), "bytes"))).toMatchObject({
      message: expect.stringContaining("is void"),
    });
  });

  test("of a file that is too large its size is told", async () => {
    const size = 4 * limits.payloadBytesMax + 1000;
    const complaint = await complaintOf(fileOf(" ".repeat(size)));
    expect(complaint).toMatchObject({ code: "too-large", message: expect.stringContaining(`has ${size} bytes`) });
  });

  test("no name is no file", async () => {
    expect(await complaintOf("")).toMatchObject({ code: "bad-arguments", message: "FILE is missing.", exitCode: 2 });
  });
});

test("what encode prints is read again", async () => {
  const program = fileOf({ steps: [call] });
  let hex = "";
  const print = (text: string) => {
    hex += text;
  };
  await encodeCommand.run({ positionals: [program], flags: {}, json: false, print });
  expect(await check(fileOf(hex, "hex"))).toBe(await check(program));
});
