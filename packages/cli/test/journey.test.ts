// A program's way to `attested` as a devnet shows it: what nodes say, time after time, becomes a line for each stage of each
// claim.

import { encodeValue, type Program, toHex, type Value } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import type { OrderedProgramAnswer, ProgramPart, RanNode } from "../src/api-client.ts";
import { tripProgram } from "../src/devnet/contracts.ts";
import { jsonOf, wordsOf } from "../src/devnet/events.ts";
import type { FirstProgram } from "../src/devnet/first-program.ts";
import { followJourney, Journey, type JourneyStep, type Sight } from "../src/devnet/journey.ts";
import { stepLines } from "../src/devnet/journey-words.ts";

const claim = (digit: string) => digit.repeat(64);

function ran(step: number, round: number, of: Partial<RanNode> = {}): RanNode {
  const at = { kind: "step", contract: "rail/trains", attestHeight: null } as const;
  return { ...at, step, round, claim: claim("a"), outcome: "value", value: hex(1n), ...of };
}

function hex(value: Value): string {
  return toHex(encodeValue(value));
}

function part(shard: string, of: Partial<ProgramPart> = {}): ProgramPart {
  return { shard, status: "ordered", isFollowed: true, isKnown: true, nodes: 1, ran: [], ...of };
}

function answer(status: OrderedProgramAnswer["status"], ...shards: ProgramPart[]): OrderedProgramAnswer {
  return { blob: "00", status, height: 5, index: 0, shards };
}

function sight(programs: OrderedProgramAnswer[], affirmed: Record<string, number> = {}): Sight {
  return { programs, affirmed: new Map(Object.entries(affirmed)), waiting: new Map([["market", 3]]) };
}

/** By stage, shard and round. */
function brief(steps: readonly JourneyStep[]): readonly string[] {
  return steps.map(({ stage, shard, round }) => `${stage} ${shard} ${round}`);
}

describe("a journey", () => {
  const bank = part("bank", { ran: [ran(0, 5)] });
  const attested = part("bank", { status: "attested", ran: [ran(0, 5, { attestHeight: 3 })] });

  test("tells each stage of a claim once", () => {
    const journey = new Journey();
    expect(brief(journey.take(sight([answer("ordered", part("bank"))])))).toEqual([]);
    expect(brief(journey.take(sight([answer("run", bank)])))).toEqual(["run bank 5"]);
    expect(brief(journey.take(sight([answer("run", bank)], { bank: 4 })))).toEqual([]);
    expect(brief(journey.take(sight([answer("run", bank)], { bank: 5 })))).toEqual(["affirmed bank 5"]);
    const last = journey.take(sight([answer("attested", attested)], { bank: 5 }));
    expect(last).toMatchObject([{ stage: "attested", attestHeight: 3, ran: [{ step: 0 }] }]);
    expect(brief(journey.take(sight([answer("attested", attested)])))).toEqual([]);
  });

  test("tells also the stages that nobody saw, and never goes back", () => {
    const journey = new Journey();
    const steps = journey.take(sight([answer("attested", attested)]));
    expect(brief(steps)).toEqual(["run bank 5", "affirmed bank 5", "attested bank 5"]);
    // A node that was started again has forgotten.
    expect(brief(journey.take(sight([answer("run", bank)])))).toEqual([]);
    expect(brief(journey.take(sight([answer("run", attested)])))).toEqual([]);
  });

  test("joins what several nodes say, in the order of rounds", () => {
    const rail = part("rail", { ran: [ran(1, 7, { claim: claim("c") }), ran(2, 5, { claim: claim("b") })] });
    const steps = new Journey().take(sight([answer("run", rail), answer("run", bank), answer("run", attested)]));
    expect(brief(steps)).toEqual(["run bank 5", "affirmed bank 5", "attested bank 5", "run rail 5", "run rail 7"]);
  });

  test("believes the node that has seen more, whichever speaks first", () => {
    const steps = new Journey().take(sight([answer("run", attested), answer("run", bank)]));
    expect(brief(steps)).toEqual(["run bank 5", "affirmed bank 5", "attested bank 5"]);
  });

  test("is through when a node has seen all of it attested", () => {
    const journey = new Journey();
    journey.take(sight([answer("run", attested, part("rail"))]));
    expect(journey.end).toBe(undefined);
    const end = answer("attested", attested);
    journey.take(sight([answer("ordered", part("bank")), end]));
    expect(journey.end).toBe(end);
  });

  test("says what it waits for", () => {
    const journey = new Journey();
    const awaited = [{ shard: "rail", step: 1, since: 6 }];
    const hotel = part("hotel", { nodes: 2, ran: [ran(2, 5)], awaited });
    const turn = { contract: "harbour/berths", behind: { height: 4, index: 2 }, since: 5 };
    const harbour = part("harbour", { awaited: [turn] });
    const whole = part("market", { ran: [ran(3, 5)] });
    journey.take(
      sight([
        answer("ordered", hotel, part("rail", { nodes: 2 }), harbour, whole, attested),
        answer("run", part("bank")),
      ]),
    );
    expect(journey.waits()).toEqual([
      "hotel waits for step 1 in rail, since block 6",
      "rail has run 0 of 2",
      "harbour waits at harbour/berths behind the program of block 4, place 2, since block 5",
      "market has run all, and waits for a quorum of round 3",
    ]);
  });

  const follow = { pollMs: 1, lateMs: 60_000, onLate: () => expect.fail("it is not late") };

  test("is followed until it is through, and long waits are told once", async () => {
    const sights = [sight([]), sight([answer("run", bank)]), sight([answer("attested", attested)])];
    const told: JourneyStep[] = [];
    const late: (readonly string[])[] = [];
    const end = await followJourney(new Journey(), {
      ...follow,
      lateMs: -1,
      onLate: (waits) => late.push(waits),
      read: async () => sights.shift() as Sight,
      onStep: (step) => told.push(step),
      signal: new AbortController().signal,
    });
    expect(end.status).toBe("attested");
    expect(brief(told)).toEqual(["run bank 5", "affirmed bank 5", "attested bank 5"]);
    expect(late).toHaveLength(1);
  });

  test("ends when nobody wants to see it any more", async () => {
    const ended = AbortSignal.abort();
    const read = async () => sight([]);
    const followed = followJourney(new Journey(), { ...follow, read, onStep: () => {}, signal: ended });
    await expect(followed).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("in words", () => {
  const payer = new Uint8Array(32).fill(7);
  const program: Program = tripProgram({ payer, seller: payer, nonce: 0, until: 9 });
  const names = new Map([[toHex(payer), "ada"]]);
  const step = (of: Partial<JourneyStep>): JourneyStep => ({
    ...{ stage: "run", shard: "rail", round: 5, claim: claim("a"), attestHeight: undefined, ran: [] },
    ...of,
  });
  const said = (of: Partial<JourneyStep>) => stepLines(step(of), program, names, 120);

  test("a line says of a claim what ran in it, or what became of it", () => {
    const held = new Map<string, Value>([["holder", payer]]);
    expect(said({ ran: [ran(1, 5, { isTentative: true, value: hex(held) })] })).toEqual([
      "  run       rail    round 5     claim aaaaaaaa…  #1 rail/trains.reserve → ~ {holder: ada}",
    ]);
    expect(said({ stage: "affirmed" })).toEqual([
      "  affirmed  rail    round 5     claim aaaaaaaa…  by a quorum of its committee",
    ]);
    expect(said({ stage: "attested", attestHeight: 3 })).toEqual([
      "  attested  rail    round 5     claim aaaaaaaa…  in block 3 of the attest chain",
    ]);
  });

  test("what ran in one claim stands below each other", () => {
    const nodes = [ran(0, 5, { value: null }), ran(2, 5, { kind: "settle", outcome: "held" })];
    expect(said({ ran: nodes })).toEqual([
      "  run       rail    round 5     claim aaaaaaaa…  #0 bank/coins.transfer → a long value",
      "                                                 settle #1-#2: the group holds",
    ]);
  });

  test.each([
    [{ kind: "settle", step: 2, outcome: "failed", cause: 1 }, "settle #1-#2: the group fails with #1"],
    [
      { outcome: "reverted", cause: 1, refusal: "0 places are free, not 1." },
      "Nothing{reverted} (0 places are free, not 1)",
    ],
    [{ outcome: "input", cause: 0 }, "Nothing{input, step 0}"],
  ] as const)("%j is %s", (of, words) => {
    expect(said({ ran: [ran(1, 5, of)] })[0]).toContain(words);
  });

  test.each([60, 80])("fits into %i columns", (width) => {
    const long = new Map<string, Value>([
      ["item", "day-1"],
      ["holder", payer],
      ["places", 1n],
    ]);
    const lines = stepLines(step({ ran: [ran(1, 5, { value: hex(long) })] }), program, names, width);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
  });

  test("events have it as JSON, too", () => {
    const first = { ordered: { blob: "ff" }, program, names } as unknown as FirstProgram;
    const event = { kind: "program-stage", first, ...step({ ran: [ran(1, 5)] }) } as const;
    expect(JSON.parse(jsonOf(event))).toEqual({
      ...{ kind: "program-stage", blob: "ff", stage: "run", shard: "rail", round: 5, claim: claim("a") },
      ran: [ran(1, 5)],
    });
    const waits = ["rail has run 0 of 2", "hotel has run 1 of 2"];
    expect(wordsOf({ kind: "program-late", afterMs: 15_000, waits }, 80)).toBe(
      "after 15.00 s it is not attested: rail has run 0 of 2; hotel has run 1 of 2",
    );
    expect(wordsOf({ kind: "program-attested", blob: "ff", shards: ["bank", "rail"], afterMs: 800 }, 80)).toBe(
      "  attested  all of it, in 2 shards, 0.80 s after it was signed",
    );
  });
});
