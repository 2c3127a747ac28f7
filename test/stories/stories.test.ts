// The stories of this field, run: what came of each step in which round, who waited for what, and what is left of it in
// state. `./tandem story run NAME` shows the same.

import { type StoryProgram, stories, tellStory } from "@tandem/lab/stories";
import { type Argument, asMethodName, asStepIndex, type CallStep, type PureStep } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { changes, outcomes, refusals, runs, tell, waits } from "../support/told.ts";

describe("money moves from one contract to another (P5, P11)", () => {
  const told = tell("pay-across");

  test("it arrives one hop later, and the group costs one more (R7)", () => {
    expect(runs(told)).toEqual([
      "1 east: A0 ~30",
      "1 west: nothing",
      "2 east: nothing",
      "2 west: A1 ~30, A holds in west/coins, B1 ~Nothing{reverted 1}",
      "3 east: A holds in east/coins, B0 ~Nothing{reverted 0}, B failed at 0 in east/coins",
      "4 west: B failed at 0 in west/coins",
    ]);
    expect(outcomes(told, "A")).toEqual(["30", "30"]);
  });

  test("what comes from nowhere is refused on both sides, and what is withdrawn for it never left", () => {
    expect(outcomes(told, "B")).toEqual(["Nothing{group 0}", "Nothing{group 0}"]);
    expect(changes(told)).toEqual(["east/coins balance/<ada>: 100 -> 70", "west/coins balance/<bo>: none -> 30"]);
  });

  test("who touches the account of an open group waits for it; the deposit waits for nobody", () => {
    expect(waits(told)).toContain("2 east: B0 for A earlier");
    expect(waits(told).filter((each) => each.includes(": B1 "))).toEqual([]);
  });
});

describe("train and hotel, both or neither (P5)", () => {
  const told = tell("train-and-hotel");

  test("the first couple gets both, the second neither", () => {
    expect(runs(told)).toEqual([
      "1 hotel: A1 ~{item: double, holder: ada, places: 1}",
      "1 rail: A0 ~{item: night-train, holder: ada, places: 2}",
      "2 hotel: A holds in hotel/rooms, B1 ~Nothing{reverted 1}",
      "2 rail: A holds in rail/trains, B0 ~{item: night-train, holder: bo, places: 2}",
      "3 hotel: B failed at 1 in hotel/rooms",
      "3 rail: B failed at 1 in rail/trains",
    ]);
    expect(outcomes(told, "B")).toEqual(["Nothing{group 1}", "Nothing{group 1}"]);
  });

  test("the second couple's seats are free again", () => {
    expect(changes(told)).toEqual([
      "hotel/rooms item/double: [1, 0, []] -> [1, 0, [[ada, 1, 10]]]",
      "rail/trains item/night-train: [4, 0, []] -> [4, 0, [[ada, 2, 10]]]",
    ]);
  });

  test("why the room was refused is told beside the outcome, which says no more than that it was", () => {
    expect(refusals(told)).toEqual(["2 hotel: B1 full"]);
  });

  test("the second waits for the first to settle, and only for that", () => {
    expect(waits(told)).toContain("1 hotel: B1 for A earlier");
    expect(waits(told)).toContain("1 rail: B0 for A earlier");
  });
});

describe("a payment rests on what another contract says (P4, P11)", () => {
  const told = tell("paid-on-a-result");

  test("a receipt that the payee writes himself pays nothing", () => {
    expect(outcomes(told, "B")).toEqual(["Nothing{reverted 0}"]);
  });

  test("the receipt of the booking contract pays, two hops after the deal was read", () => {
    const receipt = "{item: seat, holder: bo, places: 1}";
    expect(runs(told).slice(1)).toEqual([
      expect.stringMatching(/^2 bank: C0 \{.*amount: 50/),
      "2 rail: nothing",
      `3 rail: C3 ${receipt}, C4 ${receipt}`,
      "4 bank: C5 50",
      "5 bank: D0 ~50, D1 ~50, D holds in bank/coins, D holds in bank/deals",
    ]);
  });

  test("and moves 50 coins from one to the other", () => {
    expect(changes(told)).toEqual([
      "bank/coins balance/<bo>: none -> 50",
      "bank/coins balance/<ada>: 80 -> 30",
      "rail/trains booked/<bo>seat: none -> 1",
      "rail/trains item/seat: [1, 0, []] -> [1, 1, []]",
    ]);
  });
});

describe("a first step fails (P3)", () => {
  const told = tell("first-step-fails");

  test("what rests on it is Nothing and names it, through a pure step too; `or` and all the rest go on", () => {
    expect(outcomes(told, "A")).toEqual(["Nothing{reverted 0}", undefined, "Nothing{input 0}", "1", "null", "4"]);
  });

  test("what has nothing to do with it does not wait for it", () => {
    expect(runs(told)).toEqual([
      "1 bank: A0 Nothing{reverted 0}, A5 4",
      "1 log: A4 null",
      "2 log: A2 Nothing{input 0}, A3 1",
    ]);
    expect(changes(told)).toEqual([
      "bank/coins balance/<bo>: none -> 4",
      "bank/coins balance/<ada>: 10 -> 6",
      "log/names name/ada: none -> {owner: ada, value: was here}",
      "log/tries total: 0 -> 1",
    ]);
  });
});

test("a hold counts up to its height, and the shard does nothing when it ends (P9, C1)", () => {
  const told = tell("hold-times-out");
  expect(runs(told)).toEqual([
    "1 rail: A0 {item: seat, holder: ada, places: 1}",
    "3 rail: B0 Nothing{reverted 0}",
    "4 rail: C0 {item: seat, holder: bo, places: 1}, D0 Nothing{reverted 0}, E0 {item: seat, holder: bo, places: 1}",
  ]);
  expect(changes(told)).toEqual([
    "rail/trains booked/<bo>seat: none -> 1",
    "rail/trains item/seat: [1, 0, []] -> [1, 1, []]",
  ]);
});

test("five hops take five rounds, and two more for a shard that is cited two blocks late (R7, R8)", () => {
  const told = tell("five-hops");
  expect(told.programs[0]?.nodes.map(({ hops }) => hops)).toEqual([0, 1, 2, 3, 4, 5]);
  // In round 1 each shard makes a claim, for its slice has the program; later ones only where something runs (C1).
  expect(runs(told).filter((each) => !each.endsWith(": nothing"))).toEqual([
    "1 a: A0 2",
    "2 b: A1 12",
    "3 c: A2 112",
    "6 d: A3 1112",
    "7 e: A4 11112",
    "8 f: A5 111112",
  ]);
  expect(waits(told).filter((each) => each.includes("A3"))).toEqual([
    "1 d: A3 for A2 not-run",
    "1 e: A4 for A3 not-run",
    "2 d: A3 for A2 not-run",
    "2 e: A4 for A3 not-run",
    ...[3, 4, 5].flatMap((round) => [`${round} d: A3 for A2 not-cited`, `${round} e: A4 for A3 not-run`]),
    "6 e: A4 for A3 not-cited",
  ]);
});

test("two who want the same two seats in opposite order do not wait in a circle (R1, P5)", () => {
  const told = tell("same-two-seats");
  expect(runs(told)).toEqual([
    "1 back: A1 ~{item: seat, holder: ada, places: 1}",
    "1 out: A0 ~{item: seat, holder: ada, places: 1}",
    "2 back: A holds in back/train, B0 ~Nothing{reverted 0}",
    "2 out: A holds in out/train, B1 ~Nothing{reverted 1}",
    "3 back: B failed at 0 in back/train",
    "3 out: B failed at 0 in out/train",
  ]);
  expect(waits(told).filter((each) => /: A\d? for.*B/.test(each))).toEqual([]);
});

describe("a contract ends (P10)", () => {
  const told = tell("contract-ends");

  test("later calls are Nothing, and so is another creation of that name", () => {
    expect(runs(told)).toEqual([
      "1 a: A0 0, A1 5",
      "2 a: B0 6, C0 ~6",
      "2 b: C1 ~100",
      "3 a: C holds in a/tally, D0 Nothing{no-contract 0}, E0 Nothing{no-contract 0}",
      "3 b: C holds in b/tally",
    ]);
    expect(changes(told)).toEqual([
      "a/tally itself: none -> counter, ended",
      "a/tally total: none -> 6",
      "b/tally total: 100 -> 0",
    ]);
  });

  test("as long as the end is tentative, nobody can know whether the contract lives", () => {
    expect(waits(told)).toContain("2 a: D0 for C earlier");
  });
});

test("of two outcomes that a step needs, it waits for the one that is not cited yet (R2)", () => {
  const alike = tell("five-hops").programs[0] as StoryProgram;
  const [a, b, c] = alike.program.steps as readonly [CallStep, CallStep, CallStep];
  const of = (step: number): Argument => ({ kind: "step", step: asStepIndex(step) });
  const sum: PureStep = { kind: "pure", pure: asMethodName("add"), args: [of(0), of(1)], budget: a.budget };
  const program = { steps: [a, { ...b, args: a.args }, sum, { ...c, args: [of(2)] }], groups: [] };
  const told = tellStory({
    ...{ name: "two-sources", title: "", about: "", seen: [] },
    contracts: Object.fromEntries([a, b, c].map(({ at }) => [at, ["counter", 0n]])),
    blocks: [{ programs: [{ ...alike, program }] }, { behind: ["b"] }, {}],
  });
  expect(waits(told)).toEqual(["1 c: A3 for A0 not-cited, A1 not-cited", "2 c: A3 for A1 not-cited"]);
  expect(runs(told).at(-1)).toBe("3 c: A3 2");
});

describe("every story", () => {
  test.each(stories.map((story) => [story.name, story] as const))("%s comes to its end", (_, story) => {
    const { rounds, programs } = tellStory(story);
    const last = rounds.map(({ height }) => height).at(-1);
    expect(rounds.filter(({ height, waits }) => height === last && waits.length > 0)).toEqual([]);
    expect(programs.length).toBeGreaterThan(0);
    expect(story.seen.length).toBeGreaterThan(0);
  });

  // What a story says of who waits is worked out from the rules; the claim has it from the shard's schedule.
  test.each(stories.map((story) => [story.name, story] as const))("%s: who waits is who is pending", (_, story) => {
    for (const { claim, waits } of tellStory(story).rounds) {
      if (claim !== undefined) expect(new Set(waits.map(({ program }) => program)).size).toBe(claim.pending);
    }
  });

  test("is told the same each time", () => {
    for (const story of stories) expect(tellStory(story)).toEqual(tellStory(story));
  });
});
