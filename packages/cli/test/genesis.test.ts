// Contracts of a new genesis: how they are written, what is said where one cannot be, and how they are shown.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { checkCommand } from "../src/genesis/check.ts";
import { createCommand } from "../src/genesis/create.ts";
import { showCommand } from "../src/genesis/show.ts";
import { Complaint } from "../src/terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "tandem-genesis-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function create(out: string, contracts: unknown): Promise<string> {
  const file = join(folder, "contracts.json");
  writeFileSync(file, typeof contracts === "string" ? contracts : JSON.stringify(contracts));
  const flags = { out: join(folder, out), contracts: file, validators: "1", port: "0", shards: "left,right" };
  await createCommand.run({ positionals: [], flags, json: false, print: () => {} });
  return join(folder, out, "genesis.json");
}

function show(file: string, json: boolean): string {
  let said = "";
  const print = (text: string) => {
    said += text;
  };
  void showCommand.run({ positionals: [file], flags: {}, json, print });
  return said;
}

const counter = (config: unknown) => ({ "left/sum": { environment: "counter", config } });

describe("a contract that cannot be is told by its name, with what would do", () => {
  test.each([
    [counter("five"), "refused", "left/sum cannot be created like this: create takes an integer.", "contract"],
    [
      { "left/sum": { environment: "abacus", config: 0 } },
      "unknown-environment",
      "left/sum: there is no abacus; there are booking, counter, escrow, registry, token.",
      "contract",
    ],
    [
      { "up/sum": { environment: "counter", config: 0 } },
      "unknown-shard",
      "up/sum: no shard is named up.",
      "Its shards are left, right: --shards names others.",
    ],
    ['{"left/sum": ', "not-json", "this is not JSON", '{"main/sum": '],
    [[], "wrong-type", "an object is expected, with the names of contracts.", '{"main/sum": '],
    [counter({ step: 0 }), "bad-format", 'an object is {"account"}, {"bytes"}', "Mend that in"],
    [counter({ account: "bo" }), "bad-format", "there are account-0, account-1, account-2, account-3.", "Mend that in"],
  ])("%j", async (contracts, code, message, advice) => {
    const complaint: Complaint = await create("never", contracts).then(
      () => expect.fail("it is made"),
      (error) => error,
    );
    expect(complaint).toBeInstanceOf(Complaint);
    expect(complaint.code).toBe(code);
    expect(complaint.message).toContain(message);
    expect(complaint.message).toMatch(/[^.]\.$/);
    expect(complaint.advice).toContain(advice);
    expect(existsSync(join(folder, "never"))).toBe(false);
  });
});

test("a contract may name the accounts that are made with it, and show tells configurations as they are written", async () => {
  const config = { map: { minters: [{ account: "account-1" }], balances: [[{ account: "account-0" }, 1000]] } };
  const file = await create("net", { "right/coins": { environment: "token", config }, ...counter(7) });
  const keyOf = (name: string) =>
    JSON.parse(readFileSync(join(folder, "net/accounts", `${name}.json`), "utf8")).publicKey as string;
  const { genesis } = JSON.parse(show(file, true));
  expect(genesis.contracts).toEqual([
    { name: "left/sum", environment: "counter", config: 7 },
    {
      name: "right/coins",
      environment: "token",
      config: { map: { minters: [{ bytes: keyOf("account-1") }], balances: [[{ bytes: keyOf("account-0") }, 1000]] } },
    },
  ]);
  const page = show(file, false);
  expect(page).toMatch(/^left +1 +anyone$/m);
  expect(page).toMatch(/^left\/sum +counter +7$/m);
  expect(page).toMatch(
    /^right\/coins +token +\{minters: \[0x[0-9a-f]{16}…\], balances: \[\[0x[0-9a-f]{16}…, 1000\]\]\}$/m,
  );
});

test("bytes in a genesis that are no value, and values that are no configuration, have codes of their own", async () => {
  const file = await create("other", counter(0));
  const codeWith = (config: string): string => {
    const text = readFileSync(file, "utf8").replace(/"config": "00"/, `"config": "${config}"`);
    writeFileSync(join(folder, "changed.json"), text);
    try {
      void checkCommand.run({ positionals: [join(folder, "changed.json")], flags: {}, json: false, print: () => {} });
    } catch (error) {
      return (error as Complaint).code;
    }
    return "none";
  };
  expect(codeWith("ff")).toBe("bad-config");
});
