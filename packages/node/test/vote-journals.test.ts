// S8: a chain is voted on only where the journal of votes for it is, from its first record on; and who does not vote leaves
// no record by which a later start would.

import { readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { dirname, join } from "node:path";
import { voteMark } from "@tandem/replica";
import { asRound, asView, asWeight, type Chain, type Genesis } from "@tandem/shared";
import { beforeEach, describe, expect, test } from "vitest";
import { type Seatings, seatingsOf } from "../src/config/seating.ts";
import { openVoteJournals } from "../src/replica/vote-journals.ts";
import type { FirstMarks } from "../src/store/first-marks.ts";
import { openJournal } from "../src/store/journal.ts";
import { createNetwork } from "./support/node-folder.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** The second has no vote for attest blocks. */
const roles = (genesis: Genesis): Genesis => ({
  ...genesis,
  validators: genesis.validators.map((each, at) => (at === 1 ? { ...each, attestWeight: asWeight(0n) } : each)),
});
const begun: FirstMarks = { round: asRound(0), orderView: asView(0), attestView: asView(0) };
const record = Uint8Array.of(9, 9, 9);
/** With it nothing is ever signed. */
const silence = (chain: Chain) => voteMark(chain, asView(Number.MAX_SAFE_INTEGER));

let dataFolder: string;
let seatings: Seatings;
let view: number;
beforeEach(() => {
  dataFolder = temporaryFolder();
  seatings = seatingsOf(createNetwork(dataFolder, 2, 1, roles).genesis);
  view = 5;
});

const filesIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".journal"))
    .map((name) => join(folder, name));

/** One life of a node: what it found; then it writes a record for each chain, which outdates those before. */
async function live(marks?: FirstMarks, who: number | "observer" = 0) {
  const place = who === "observer" ? undefined : who;
  const votes = await openVoteJournals({ dataFolder, seatings, place, marks });
  view++;
  for (const chain of ["order", "attest"] as const) {
    votes.journals[chain].append(view, record);
    await votes.journals[chain].sync();
    votes.journals[chain].prune(view);
  }
  await votes.close();
  return { unmarked: votes.unmarked, order: votes.records.order, attest: votes.records.attest };
}

describe("a journal", () => {
  test("of a key that begins has a mark before anything else, durable at once", async () => {
    const votes = await openVoteJournals({ dataFolder, seatings, place: 0, marks: begun });
    for (const [folder, chain] of [
      ["votes", "order"],
      ["attest-votes", "attest"],
    ] as const) {
      const [file] = filesIn(join(dataFolder, folder)) as [string];
      expect(readFileSync(file).includes(Buffer.from(voteMark(chain, asView(0))))).toBe(true);
    }
    await votes.close();
  });

  test("that has begun needs no marks again, also when what it began with is pruned", async () => {
    expect(await live(begun)).toMatchObject({ unmarked: [], order: [voteMark("order", asView(0))] });
    await live();
    for (let start = 0; start < 3; start++) {
      expect(await live()).toEqual({ unmarked: [], order: [record], attest: [record] });
    }
  });

  test("begins above the view that is given by hand", async () => {
    const { order, attest } = await live({ round: asRound(3), orderView: asView(70), attestView: asView(80) });
    expect([order, attest]).toEqual([[voteMark("order", asView(70))], [voteMark("attest", asView(80))]]);
    // A mark outlives what is final below it.
    expect((await live()).order).toContainEqual(voteMark("order", asView(70)));
  });
});

describe("without a record nobody votes, however often it is tried", () => {
  const none = { unmarked: ["order", "attest"], order: [silence("order")], attest: [silence("attest")] };

  test("in a folder that never began", async () => {
    for (let start = 0; start < 3; start++) expect(await live()).toEqual(none);
  });

  test("where the file says nothing of votes", async () => {
    expect(await live({ round: asRound(7) })).toEqual(none);
    expect(await live({ round: asRound(7), attestView: asView(1) })).toMatchObject({ unmarked: ["order"] });
  });

  test.each<[string, (file: string) => void]>([
    ["files are gone", (file) => rmSync(file)],
    ["folder is gone", (file) => rmSync(dirname(file), { recursive: true })],
    ["files are empty", (file) => truncateSync(file, 0)],
    ["files have a head and nothing behind it", (file) => truncateSync(file, 24)],
  ])("where the journal's %s: on that chain alone", async (_, lose) => {
    await live(begun);
    const [file] = filesIn(join(dataFolder, "attest-votes")) as [string];
    lose(file);
    for (let start = 0; start < 2; start++) {
      expect(await live()).toMatchObject({ unmarked: ["attest"], attest: [silence("attest")] });
    }
    expect((await live({ round: asRound(0), attestView: asView(9) })).unmarked).toEqual([]);
    expect((await live()).unmarked).toEqual([]);
  });

  test("and an observer's folder is none of a key that is put there later", async () => {
    expect((await live(undefined, "observer")).unmarked).toEqual([]);
    expect(await live()).toEqual(none);
  });
});

test("a journal with records of before there were marks goes on", async () => {
  for (const folder of ["votes", "attest-votes"]) {
    const { journal } = await openJournal(join(dataFolder, folder));
    journal.append(4, record);
    await journal.close();
  }
  expect(await live()).toEqual({ unmarked: [], order: [record], attest: [record] });
});

test("who has no seat on a chain misses no vote there", async () => {
  expect(await live(begun, 1)).toMatchObject({ unmarked: [], attest: [] });
  expect((await live(undefined, 1)).unmarked).toEqual([]);
});
