// The negative control of attestation: a committee with more than two thirds of liars.

import { useNative } from "@tandem/native";
import { describe, expect, test } from "vitest";
import { runLiars } from "../src/experiments/liars.ts";

useNative();

describe("C6: three of four members of a committee change one key of 10,000", () => {
  const story = runLiars({ seed: 1, keys: 10_000 });
  const { lie, witnesses, after, receiver } = story;

  test("their claim has a quorum, so it is attested", () => {
    expect(story.liars).toHaveLength(3);
    expect(lie).toMatchObject({ shard: "bank" });
    for (const { own, theirs } of witnesses) {
      expect(theirs).toBe(lie.claim);
      expect(own).not.toBe(lie.claim);
    }
  });

  test("the honest member and the observer name step, key and both values", () => {
    expect(witnesses.map(({ who }) => who)).toEqual(["validator-3", "observer"]);
    for (const { explained, keys, end } of witnesses) {
      expect(explained).toBe("post of bank/accounts");
      expect(end).toBe("all");
      expect(keys).toEqual([
        {
          contract: "bank/accounts",
          key: receiver,
          // An account begins with 100, and 7 were paid.
          own: "107",
          theirs: "1000100",
          steps: [{ height: lie.round, index: 0, step: 0, access: "writes", own: "93", theirs: "93" }],
        },
      ]);
    }
  });

  test("ordering and the other shards go on, and so do the liars", () => {
    expect(after.orderBlocks).toBeGreaterThan(3);
    for (const count of Object.values(after.claims)) expect(count).toBeGreaterThan(0);
    expect(after.programs).toEqual({ submitted: 24, attested: 24 });
    expect(after.stopped).toEqual(["bank"]);
  });

  test("who follows a shard that uses what is disputed is told", () => {
    expect(after.builtOn).toEqual([{ who: "observer", shard: "rail" }]);
  });
});
