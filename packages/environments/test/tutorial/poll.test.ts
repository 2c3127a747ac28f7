// The environment that docs/environments.md builds, so that what it says there works.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  type EnvironmentSubject,
  environmentCases,
  literal,
  MemoryContract,
  payers,
} from "../../src/compliance/index.ts";
import { poll, pollConfig, pollFootprints } from "./poll.ts";

const [alice, bob] = payers as [Uint8Array, Uint8Array];

function opened(): MemoryContract {
  const contract = new MemoryContract(poll, "town/lunch");
  contract.create(pollConfig(["soup", "salad"], 10n));
  return contract;
}

function vote(contract: MemoryContract, payer: Uint8Array, option: string, height = 5) {
  const footprint = pollFootprints.vote(payer, option);
  return contract.call({ method: "vote", payer, footprint, height, args: [literal(option)] });
}

describe("a poll", () => {
  test("counts one vote for each payer", () => {
    const contract = opened();
    expect(vote(contract, alice, "soup")).toEqual({ kind: "value", value: 1n });
    expect(vote(contract, bob, "soup")).toEqual({ kind: "value", value: 2n });
    expect(vote(contract, bob, "salad")).toMatchObject({ why: "reverted", code: "voted" });
  });

  test("goes up to its height, that one included", () => {
    expect(vote(opened(), alice, "soup", 10)).toMatchObject({ kind: "value" });
    expect(vote(opened(), alice, "soup", 11)).toMatchObject({ code: "over" });
  });

  test("has no other options", () => {
    expect(vote(opened(), alice, "cake")).toMatchObject({ code: "no-option" });
  });
});

const subject: EnvironmentSubject = {
  environment: poll,
  configs: [pollConfig(["soup", "salad"], 1000n)],
  badConfigs: [null, pollConfig([""], 10n), pollConfig([], -1n)],
  refusals: ["bad-arguments", "over", "no-option", "voted"],
  endings: [],
  plans: {
    vote(draw, { payer }) {
      const option = draw.pick(["soup", "salad", "cake"]);
      return { args: [literal(option)], footprint: pollFootprints.vote(payer, option) };
    },
    votes(draw) {
      const option = draw.pick(["soup", "salad", "cake"]);
      return { args: [literal(option)], footprint: pollFootprints.votes(option) };
    },
  },
};

describe("a poll, as an environment", () => {
  for (const { name, run } of environmentCases(subject)) test(name, run);
});

test("docs/environments.md shows this very code", () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
  const page = read("../../../../docs/environments.md");
  const inRoom = (code: string) => code.replaceAll("../../src/support/", "../support/");
  const shown = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code as string);
  const [code, tests] = [inRoom(read("poll.ts")), read("poll.test.ts")];
  expect(shown.length).toBeGreaterThan(3);
  for (const part of shown) expect(code.includes(part) || tests.includes(part), part).toBe(true);
});
