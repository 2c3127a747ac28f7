// The command as its caller sees it: what the process prints, and its exit code.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { formatTable } from "../src/terminal.ts";

const project = resolve(import.meta.dirname, "../../..");
const folder = mkdtempSync(join(tmpdir(), "tandem-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

function tandem(args: readonly string[], input: Uint8Array | string = "") {
  const main = join(project, "packages/cli/src/main.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { input, encoding: "utf8" });
  return { status, stdout, stderr };
}

// A ballot, by hand: epoch 1, view 2, block 0707…
const word = (number: number) => Uint8Array.from({ length: 8 }, (_, index) => (index === 0 ? number : 0));
const ballot = Buffer.concat([word(1), word(2), Buffer.alloc(32, 7)]);
const pairHash = (...parts: Uint8Array[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
const chunk = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.alloc(32 - bytes.length)]);
const ballotRoot = pairHash(
  pairHash(chunk(word(1)), chunk(word(2))),
  pairHash(Buffer.alloc(32, 7), Buffer.alloc(32)),
).toString("hex");

describe("about", () => {
  test("shows every room with its description, and what to try", () => {
    const { status, stdout } = tandem(["about"]);
    expect(status).toBe(0);
    for (const room of readdirSync(join(project, "packages"))) expect(stdout).toMatch(new RegExp(`^${room} `, "m"));
    expect(stdout).toContain("npm run check");
  });

  test("says the same as one line of JSON", () => {
    const { stdout } = tandem(["about", "--json"]);
    expect(stdout.trimEnd()).not.toContain("\n");
    const said = JSON.parse(stdout) as { rooms: { name: string; lines: number }[] };
    expect(said.rooms.find(({ name }) => name === "shared")?.lines).toBeGreaterThan(1000);
  });
});

describe("decode", () => {
  test("prints value and root of a file", () => {
    const file = join(folder, "ballot");
    writeFileSync(file, ballot);
    expect(tandem(["decode", "ballot", file])).toEqual({
      status: 0,
      stdout: `ballot, 48 bytes\nroot 0x${ballotRoot}\n\nepoch  1\nview   2\nblock  0x${"07".repeat(32)}\n`,
      stderr: "",
    });
  });

  test("reads stdin, hexadecimal too, and prints JSON", () => {
    const text = `0x${ballot.toString("hex").replaceAll(/(.{32})/g, "$1\n")}`;
    for (const { status, stdout } of [
      tandem(["decode", "ballot", "--json"], ballot),
      tandem(["decode", "ballot", "-", "--hex", "--json"], text),
    ]) {
      expect(status).toBe(0);
      const value = { epoch: 1, view: 2, block: `0x${"07".repeat(32)}` };
      expect(JSON.parse(stdout)).toEqual({ kind: "ballot", bytes: 48, root: `0x${ballotRoot}`, value });
    }
  });

  test("reads a value of contract state, which is CBOR and has no root", () => {
    const value = Buffer.from("a2616182f5f4616b1b002386f26fc10000", "hex"); // {"a": [true, false], "k": 10^16}
    const { stdout } = tandem(["decode", "value"], value);
    expect(stdout).toBe("value, 17 bytes\n\na\n  [0]  true\n  [1]  false\nk  10000000000000000\n");
    const asJson = JSON.parse(tandem(["decode", "value", "--json"], value).stdout) as { value: unknown };
    expect(asJson).toMatchObject({ root: null, value: { a: [true, false], k: "10000000000000000" } });
  });

  test("reads a message between peers", () => {
    const { stdout } = tandem(["decode", "replica-message", "--hex"], `12 07${"00".repeat(7)}`);
    expect(stdout).toMatch(/^replica-message, 9 bytes\nroot 0x[0-9a-f]{64}\n\nkind {3}received\nbatch {2}7\n$/);
  });

  test("says why bytes are refused, with the decoder's code, and exits with 1", () => {
    const { status, stdout, stderr } = tandem(["decode", "ballot"], ballot.subarray(1));
    expect(status).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^error too-short: ballot/);
    const asJson = tandem(["decode", "ballot", "--json"], ballot.subarray(1));
    expect(JSON.parse(asJson.stderr)).toMatchObject({ error: { code: "too-short" } });
  });

  test("stops reading input that is longer than the kind allows", () => {
    const { status, stderr } = tandem(["decode", "ballot"], new Uint8Array(10_000_000));
    expect(status).toBe(1);
    expect(stderr).toContain("49 bytes");
  });

  test("without a kind lists the kinds", () => {
    const { status, stderr } = tandem(["decode"]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/Kinds: .*ballot.*envelope/s);
  });
});

describe("what a caller gets wrong has a code and exits with 2", () => {
  test.each([
    { args: ["devnets"], code: "unknown-command" },
    { args: ["constructor"], code: "unknown-command" },
    { args: ["about", "--fast"], code: "bad-arguments" },
    { args: ["about", "--hex"], code: "bad-arguments" },
    { args: ["about", "now"], code: "bad-arguments" },
    { args: ["decode", "block-of-wood"], code: "unknown-kind" },
    { args: ["decode", "ballot", "/nonexistent/file"], code: "unreadable" },
    { args: ["decode", "ballot", "a", "b"], code: "bad-arguments" },
    { args: ["decode", "ballot", "--hex"], code: "not-hex", input: "no hex" },
  ])("$args: $code", ({ args, code, input }) => {
    const { status, stdout, stderr } = tandem([...args, "--json"], input);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(JSON.parse(stderr)).toEqual({
      error: { code, message: expect.stringMatching(/\.$/), advice: expect.any(String) },
    });
  });
});

test("and is said in two lines to people: what happened, and what to do", () => {
  const { stderr } = tandem(["devnets"]);
  expect(stderr).toBe('error unknown-command: There is no command "devnets".\n  ./tandem --help lists the commands.\n');
});

test("a slip in a flag or a command is told what there is", () => {
  const advised = (...args: readonly string[]) => JSON.parse(tandem([...args, "--json"]).stderr).error.advice;
  expect(advised("decode", "ballot", "--hxe")).toBe("Is --hex meant? --help lists what there is.");
  expect(advised("decode", "ballot", "--fast")).toBe("--help lists what there is.");
  expect(tandem(["devnet", "kill"]).stderr).toContain("N, the number of a node, is missing.");
  expect(advised("devnet", "statsu")).toBe("Commands here are kill, restart, status; --help lists what there is.");
});

test("no line is longer than most terminals are wide", () => {
  const said = [tandem(["about"]).stdout, tandem(["decode"]).stderr].join("").split("\n");
  expect(said.filter((line) => line.length > 100)).toEqual([]);
});

test("a table that is wider than the terminal folds its widest column of words", () => {
  const rows = [
    ["first", "12", "words that go on"],
    ["second", "3", "and on, and on, for longer than that"],
  ];
  expect(formatTable(["name", "size", "what"], rows, [1], 36)).toBe(
    [
      "name    size  what",
      "------  ----  ----------------------",
      "first     12  words that go on",
      "second     3  and on, and on, for",
      "              longer than that",
      "",
    ].join("\n"),
  );
});

test("a table of numbers alone is whole", () => {
  expect(formatTable(["one", "two"], [["1", "22"]], [0, 1])).toBe("one  two\n---  ---\n  1   22\n");
});

test("whoever has read enough is no error: tandem | head -1", () => {
  const main = `'${process.execPath}' '${join(project, "packages/cli/src/main.ts")}' lab replay --seed 1`;
  const piped = `(${main}; echo "exit code $?" >&2) | head -1`;
  const { stdout, stderr } = spawnSync("sh", ["-c", piped], { encoding: "utf8" });
  expect(stdout.split("\n")).toHaveLength(2);
  expect(stderr).toBe("exit code 0\n");
});

test("--help and --version stand alone and after a command, and help has other names", () => {
  expect(tandem([]).stdout).toContain("./tandem COMMAND");
  expect(tandem(["--help"]).stdout).toContain("decode");
  expect(tandem(["decode", "--help"]).stdout).toContain("KIND");
  for (const other of ["-h", "help"]) expect(tandem([other])).toEqual(tandem(["--help"]));
  expect(tandem(["help", "decode"])).toEqual(tandem(["decode", "--help"]));
  expect(tandem(["--version"]).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("./tandem runs from any folder, and through a link", () => {
  const linked = join(folder, "linked");
  symlinkSync(join(project, "tandem"), linked);
  const { status, stdout } = spawnSync(linked, ["--version"], { cwd: folder, encoding: "utf8" });
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});
