// What the pages say in the JSON of this command, and in tables of names and numbers: read as the command reads it, run on
// the executor, and compared with the sources. `pages.test.ts` looks for what they point to.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  bookingFootprints,
  counterFootprints,
  environments,
  escrowFootprints,
  registryFootprints,
  tokenFootprints,
} from "@tandem/environments";
import { type Person, people, type Story, tellStory } from "@tandem/lab/stories";
import {
  asContractName,
  type CallStep,
  checkProgram,
  costs,
  decodeValue,
  encodeProgram,
  type Footprint,
  fromHex,
  type GenesisContract,
  leastAllowance,
  nothingReasons,
  type Outcome,
  type Program,
  type Value,
} from "@tandem/shared";
import { afterAll, describe, expect, test } from "vitest";
import { devnetContracts } from "../src/devnet/contracts.ts";
import { contractsOf } from "../src/genesis/contracts-file.ts";
import { programFromJson } from "../src/program/from-json.ts";

const folder = mkdtempSync(join(tmpdir(), "tandem-docs-"));
afterAll(() => rmSync(folder, { recursive: true }));

const docs = resolve(import.meta.dirname, "../../../docs");
const pageOf = (name: string) => readFileSync(join(docs, name), "utf8");
const pages = readdirSync(docs).filter((name) => name.endsWith(".md"));

interface Example {
  readonly page: string;
  readonly text: string;
  readonly json: object;
}

function examplesOf(page: string): readonly Example[] {
  return [...pageOf(page).matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => ({
    page,
    text,
    json: JSON.parse(text) as object,
  }));
}

const examples = pages.flatMap(examplesOf);
const isProgram = ({ json }: Example) => Object.hasOwn(json, "steps");

function read(text: string): Program {
  const program = programFromJson(text);
  if (!program.ok) throw new Error(`${program.error.path}: ${program.error.message}`);
  return program.value;
}

const accounts = new Map([0, 1, 2, 3].map((index) => [`account-${index}`, new Uint8Array(32).fill(0xa0 + index)]));

/** As a story has them. */
function contractsIn({ text }: Example): Story["contracts"] {
  const file = join(folder, "contracts.json");
  writeFileSync(file, text);
  return storyContracts(contractsOf(file, accounts));
}

function storyContracts(contracts: readonly GenesisContract[]): Story["contracts"] {
  return Object.fromEntries(contracts.map(({ name, environment, config }) => [name, [environment, decoded(config)]]));
}

const story: Story = { name: "page", title: "", about: "", seen: [], contracts: {}, blocks: [] };

describe("JSON on the pages", () => {
  test.each(examples.filter(isProgram).map((each) => [each.page, each] as const))(
    "a program of %s is one that runs",
    (_, { text }) => {
      const program = read(text);
      expect(checkProgram(encodeProgram(program), leastAllowance(program))).toMatchObject({ kind: "program" });
    },
  );

  test.each(examples.filter((each) => !isProgram(each)).map((each) => [each.page, each] as const))(
    "all else of %s is contracts that a genesis creates",
    (_, example) => {
      const contracts = contractsIn(example);
      expect(Object.keys(contracts)).not.toEqual([]);
      expect(() => tellStory({ ...story, contracts, blocks: [{}] })).not.toThrow();
    },
  );

  test("what looks like JSON says that it is", () => {
    for (const page of pages) {
      const fences = [...pageOf(page).matchAll(/^```(\S*).*\n([\s\S]*?)^```$/gm)];
      const unnamed = fences.filter(([, language, text]) => language === "" && /^\s*\{/.test(text as string));
      expect(unnamed.map(([all]) => `${page}: ${all}`)).toEqual([]);
    }
  });
});

const someone = (byte: number) => ({ name: `person-${byte}`, key: new Uint8Array(32).fill(byte) });

/** Settled outcomes of one program on its own, given enough blocks. */
function run(program: Program, contracts: Story["contracts"], payer: Person = someone(1)): readonly unknown[] {
  const blocks = [{ programs: [{ payer, about: "", program }] }, {}, {}, {}, {}];
  return (tellStory({ ...story, contracts, blocks }).programs[0]?.outcomes ?? []).map(plain);
}

function decoded(bytes: Uint8Array): Value {
  const value = decodeValue(bytes);
  if (!value.ok) throw new Error(value.error.message);
  return value.value;
}

function plain(outcome: Outcome | undefined): unknown {
  if (outcome === undefined || outcome.kind === "value") return outcome?.value;
  return `${outcome.why} ${outcome.step}`;
}

describe("programs of the pages, run", () => {
  const payer = someone(7);

  test("programs.md: on what a devnet begins with", () => {
    const [program] = examplesOf("programs.md")
      .filter(isProgram)
      .map(({ text }) => read(text));
    const held = (item: string) => new Map<string, Value>(Object.entries({ item, holder: payer.key, places: 1n }));
    const outcomes = run(program as Program, storyContracts(devnetContracts([payer.key])), payer);
    expect(outcomes).toEqual([held("day-7"), held("day-7"), held("day-8"), undefined, 0n, 1n]);
  });

  test("programs.md: without the room of its own it counts nothing", () => {
    const [program] = examplesOf("programs.md")
      .filter(isProgram)
      .map(({ text }) => read(text.replaceAll("day-8", "day-99")));
    const outcomes = run(program as Program, storyContracts(devnetContracts([payer.key])), payer);
    expect(outcomes.slice(2)).toEqual(["reverted 2", undefined, 0n, "expected 5"]);
  });

  test("standard-environments.md: value moves between the contracts above the program", () => {
    const [contracts, program] = examplesOf("standard-environments.md") as [Example, Example];
    expect(run(read(program.text), contractsIn(contracts))).toEqual([30n, 30n]);
    expect(run(read(program.text), contractsIn(contracts), people[0])).toEqual(["group 0", "group 0"]);
  });
});

/** Rows of the tables below a heading, by the names of their columns. */
function rowsOf(page: string, heading: string): readonly Readonly<Record<string, string>>[] {
  const [, after = ""] = pageOf(page).split(`\n${heading}\n`);
  const lines = after.split(/^## /m, 1)[0]?.split("\n") ?? [];
  const cells = (line: string) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
  let names: readonly string[] = [];
  const rows: Record<string, string>[] = [];
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith("|")) names = [];
    else if (names.length === 0) names = cells(line);
    else if (!(lines[index] ?? "").startsWith("|-"))
      rows.push(Object.fromEntries(cells(line).map((cell, at) => [names[at], cell])));
  }
  return rows;
}

const hex = (byte: number) => byte.toString(16).padStart(2, "0").repeat(32);
/** What stands for each name in a table of keys. */
const named = {
  ...{ payer: hex(1), account: hex(2), owner: hex(3), opener: hex(4), payee: hex(5), holder: hex(6) },
  ...{ item: "day-9", label: "trip", name: "bakery", to: "south/tokens", from: "north/tokens" },
} as const;
const key = (name: "payer" | "account" | "owner" | "opener" | "payee" | "holder") => fromHex(named[name]) as Uint8Array;
const { item, label, name } = named;
const [to, from] = [asContractName(named.to), asContractName(named.from)];

const { transferFrom, ...ofToken } = tokenFootprints;
const moving = { withdraw: ofToken.withdraw(key("payer"), to), deposit: ofToken.deposit(from, key("account")) };
const footprints: Readonly<Record<string, Readonly<Record<string, Footprint>>>> = {
  token: {
    ...moving,
    mint: ofToken.mint(key("account")),
    burn: ofToken.burn(key("payer")),
    transfer: ofToken.transfer(key("payer"), key("account")),
    approve: ofToken.approve(key("payer"), key("account")),
    "transfer-from": transferFrom(key("payer"), key("owner"), key("account")),
    balance: ofToken.balance(key("account")),
    allowance: ofToken.allowance(key("owner"), key("account")),
    supply: ofToken.supply(),
  },
  escrow: {
    open: escrowFootprints.open(key("payer"), label),
    release: escrowFootprints.release(key("opener"), label, key("payee")),
    refund: escrowFootprints.refund(key("opener"), label),
    deal: escrowFootprints.deal(key("opener"), label),
  },
  booking: {
    offer: bookingFootprints.offer(item),
    reserve: bookingFootprints.reserve(item),
    confirm: bookingFootprints.confirm(key("payer"), item),
    release: bookingFootprints.release(item),
    status: bookingFootprints.status(item),
    booked: bookingFootprints.booked(item, key("holder")),
  },
  registry: {
    register: registryFootprints.register(name),
    update: registryFootprints.update(name),
    transfer: registryFootprints.transfer(name),
    end: registryFootprints.end(name),
    lookup: registryFootprints.lookup(name),
  },
  counter: {
    add: counterFootprints.add(),
    read: counterFootprints.read(),
    reset: counterFootprints.reset(),
    close: counterFootprints.close(),
  },
};

/** A cell of keys as JSON, with values in the places of names. */
function keysOf(cell: string): readonly unknown[] {
  return [...cell.matchAll(/`([^`]*)`/g)].map(([, code = ""]) =>
    JSON.parse(
      code.replace(/"[^"]*"|[a-z]+/g, (word) =>
        word.startsWith('"') ? word : JSON.stringify((named as Readonly<Record<string, string>>)[word]),
      ),
    ),
  );
}

function footprintOf({ reads = "", writes = "" }: Readonly<Record<string, string>>): Footprint {
  const keys = writes === "the whole contract" ? { whole: true } : { reads: keysOf(reads), writes: keysOf(writes) };
  const [step] = read(JSON.stringify({ steps: [{ at: "a/b", method: "c", budget: 10_240, ...keys }] })).steps;
  return (step as CallStep).footprint;
}

describe("the tables of standard-environments.md", () => {
  const tables = environments.map(({ name }) => {
    const rows = rowsOf("standard-environments.md", `## ${name}`).filter((row) =>
      /^`[a-z-]+`$/.test(row["method"] ?? ""),
    );
    return [name, Object.fromEntries(rows.map((row) => [row["method"]?.slice(1, -1), footprintOf(row)]))] as const;
  });

  test.each(tables)("have the keys of %s as its helpers give them", (name, table) => {
    expect(table).toEqual(footprints[name]);
  });

  test("an escrow has money under the keys of a token", () => {
    const own = {
      withdraw: escrowFootprints.withdraw(key("payer"), to),
      deposit: escrowFootprints.deposit(from, key("account")),
    };
    expect(own).toEqual(moving);
    expect(escrowFootprints.balance(key("account"))).toEqual(ofToken.balance(key("account")));
  });
});

describe("numbers on the pages", () => {
  test("proofs.md counts the reasons of Nothing as they are encoded", () => {
    const [, listed = ""] = pageOf("proofs.md").match(/^`why` [^\n]*\n\n((?:\|.*\n)+)/m) ?? [];
    const numbers = [...listed.matchAll(/(\d) `([a-z-]+)`/g)].map(([, number, why]) => [Number(number), why]);
    expect(numbers).toEqual(nothingReasons.map((why, index) => [index + 1, why]));
  });

  test("programs.md has the prices that are charged", () => {
    const prices = rowsOf("programs.md", "## Costs").map(({ units }) =>
      [...(units ?? "").replaceAll(",", "").matchAll(/\d+/g)].map(([digits]) => Number(digits)),
    );
    expect(prices).toEqual([
      [costs.place],
      [costs.byte],
      [costs.key],
      [costs.get, costs.foundByte],
      [costs.write, costs.keptByte],
      [costs.write],
      [costs.keptByte],
      [costs.pure, costs.byte],
      [],
    ]);
  });
});
