// Contracts of a new genesis: how they are written, what is said where one cannot be, and how they are shown.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { checkCommand } from "../src/genesis/check.ts";
import { readCommittees, rotatedCommittees, threeQuarters } from "../src/genesis/committees.ts";
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
  expect(page).toMatch(/^left +node-0 +1 of 1 +anyone$/m);
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

describe("committees", () => {
  const devnet = ["rail", "bank", "hotel", "market"];

  test("of three of four leave out another validator in each shard, the first shard the last validator", () => {
    expect([...rotatedCommittees(devnet, 4, 3)]).toEqual([
      ["bank", [0, 1, 2]],
      ["hotel", [0, 1, 3]],
      ["market", [0, 2, 3]],
      ["rail", [1, 2, 3]],
    ]);
  });

  test.each([2, 3, 4, 5, 6, 7, 10, 32])(
    "of three quarters of %i in four shards: nobody follows all, all follow some",
    (count) => {
      const committees = [...rotatedCommittees(devnet, count, threeQuarters(count)).values()];
      for (const members of committees) expect(members).toHaveLength(Math.max(1, Math.floor(count * 0.75)));
      for (let place = 0; place < count; place++) {
        const seats = committees.filter((members) => members.includes(place)).length;
        expect(seats).toBeGreaterThan(0);
        expect(seats).toBeLessThan(4);
      }
    },
  );

  test("a single validator follows all that there is", () => {
    expect([...rotatedCommittees(["a", "b"], 1, threeQuarters(1)).values()]).toEqual([[0], [0]]);
  });

  test("are named member by member, in any order", () => {
    expect(readCommittees(" hotel: 3,0 ; bank:2;", 4)).toEqual(
      new Map([
        ["hotel", [0, 3]],
        ["bank", [2]],
      ]),
    );
  });

  test.each([
    ["", "--committees names no shard."],
    ["bank", '--committees is like "bank:0,1,2;hotel:0,1,3", and "bank" is not.'],
    ["Bank:0", 'A shard\'s name is 1-28 of a-z, 0-9, -, not "Bank".'],
    ["bank:0;bank:1", "--committees names bank twice."],
    ["bank:0,4", "--committees: bank: there is no validator 4; they are 0 to 3."],
    ["bank:0,one", "--committees: bank: there is no validator one; they are 0 to 3."],
    ["bank:", "--committees: bank: a validator is missing; they are 0 to 3."],
    ["bank:0,1,0", "--committees: bank: validator 0 stands twice."],
  ])("%j is refused", (text, what) => {
    expect(() => readCommittees(text, 4)).toThrow(expect.objectContaining({ code: "bad-arguments", message: what }));
  });

  const made = async (out: string, flags: object): Promise<string> => {
    const call = { positionals: [], json: false, print: () => {} };
    await createCommand.run({ ...call, flags: { out: join(folder, out), port: "0", accounts: "0", ...flags } });
    return show(join(folder, out, "genesis.json"), false);
  };

  test("of a new network are shown by name, with what makes a quorum, and its keys have signed nothing yet", async () => {
    const page = await made("sized", { shards: "bank,hotel", "committee-size": "3" });
    expect(page).toMatch(/^bank +node-0, node-1, node-2 +3 of 3 +anyone$/m);
    expect(page).toMatch(/^hotel +node-0, node-1, node-3 +3 of 3 +anyone$/m);
    const marks = [0, 1, 2, 3].map((node) => readFileSync(join(folder, `sized/node-${node}/data/first-marks`), "utf8"));
    expect(marks.map((text) => JSON.parse(text))).toEqual(Array(4).fill({ round: 0, orderView: 0, attestView: 0 }));
    expect(await made("usual", {})).toMatch(/^main +node-0, node-1, node-2, node-3 +3 of 4 +anyone$/m);
    expect(await made("named", { committees: "up:0,2;down:1" })).toMatch(
      /^down +node-1 +1 of 1 .*\nup +node-0, node-2 +2 of 2 /m,
    );
  });

  test("roles: who orders alone has no vote on attest blocks and no shard, who attests alone follows shards", async () => {
    const page = await made("roles", { validators: "6", "order-only": "0, 3", "attest-only": "5", shards: "a,b" });
    const weights = [...page.matchAll(/^node-\d +(\d) +(\d) /gm)].map(([, order, attest]) => `${order}${attest}`);
    expect(weights).toEqual(["10", "11", "11", "10", "11", "01"]);
    expect(page).toMatch(/^a +node-1, node-2, node-4, node-5 +3 of 4 /m);
    const sized = await made("roles-sized", {
      validators: "5",
      "order-only": "1",
      "committee-size": "3",
      shards: "a,b",
    });
    expect(sized).toMatch(/^a +node-0, node-2, node-3 +3 of 3 .*\nb +node-0, node-2, node-4 +3 of 3 /m);
  });

  test.each([
    [{ "committee-size": "5" }, "--committee-size is from 1 to 4, not 5."],
    [{ committees: "a:0", shards: "a" }, "--committees says all of it: leave --shards out."],
    [{ committees: "a:0", "committee-size": "1" }, "--committees says all of it: leave --committee-size out."],
    [{ shards: "a,b,a" }, "--shards names a twice."],
    [{ "order-only": "4" }, "--order-only: there is no validator 4; they are 0 to 3."],
    [{ "attest-only": "1,1" }, "--attest-only: validator 1 stands twice."],
    [{ "order-only": "0,1", "attest-only": "1" }, "--order-only and --attest-only both name validator 1."],
    [{ "order-only": "0,1,2,3" }, "--order-only leaves nobody to attest."],
    [{ "attest-only": "0,1,2,3" }, "--attest-only leaves nobody to order."],
    [{ "order-only": "3", "committee-size": "4" }, "--committee-size is from 1 to 3, not 4."],
    [
      { "order-only": "3", committees: "a:0,1;b:3" },
      "--order-only: validator 3 follows no shard, and --committees names it for b.",
    ],
  ])("%j is refused", async (flags, message) => {
    await expect(made("never", flags)).rejects.toMatchObject({ code: "bad-arguments", message });
  });
});
