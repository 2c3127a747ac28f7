// C6: parts of states that peers ask for.

import { asRound, asShardName, type Reading, topPlace } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { StateServer } from "../../src/explaining/serve.ts";
import type { PartQuestion, StateMessage } from "../../src/explaining/types.ts";
import { hashOf } from "../support/claims.ts";
import { shard, sidesOf, usualWorld } from "../support/two-states.ts";

const world = usualWorld();
const { own: side } = await sidesOf(world, {}, {});
const { contracts, round } = side.contentAt(2).claim;
const question: PartQuestion = { shard, round, map: { kind: "contracts" }, root: contracts, place: topPlace };

function answerTo(change: Partial<PartQuestion>): StateMessage | undefined {
  return side.run(new StateServer().answer(4, 9, { ...question, ...change }));
}

describe("an answer", () => {
  test("has the part that was asked for", () => {
    expect(answerTo({})).toMatchObject({ kind: "state", id: 9, part: { kind: "nodes" } });
  });

  test.each<[string, Partial<PartQuestion>]>([
    ["a shard that is not followed here", { shard: asShardName("b") }],
    ["a state of another root", { root: hashOf("another") }],
    ["that root in an earlier round", { round: asRound(0) }],
    ["another map", { map: { kind: "pending" } }],
    ["a place without a node", { place: { ...topPlace, depth: 40 } }],
  ])("says that there is none: %s", (_, change) => {
    expect(answerTo(change)).toEqual({ kind: "state", id: 9, part: undefined });
  });

  test("says the same of what was forgotten while it was read", () => {
    const reading = new StateServer().answer(4, 9, question);
    let step = reading.next();
    // The first two batches are there, the latest version and its root; pages are gone.
    for (let batch = 0; step.done !== true; batch++) {
      const records = side.store.readNow(step.value);
      step = reading.next(batch < 3 ? records : records.map(() => undefined));
    }
    expect(step.value).toEqual({ kind: "state", id: 9, part: undefined });
  });

  test("is none for a store that has something else than was written: the world failed", () => {
    const reading = new StateServer().answer(4, 9, question);
    let step = reading.next();
    expect(() => {
      for (let batch = 0; step.done !== true; batch++) {
        const records = side.store.readNow(step.value);
        step = reading.next(batch < 3 ? records : records.map(() => Uint8Array.of(1, 2, 3)));
      }
    }).toThrow("page record");
  });
});

describe("S11: few answers at a time", () => {
  const begin = (server: StateServer, peer: number): Reading<StateMessage | undefined> => {
    const reading = server.answer(peer, 1, question);
    return reading;
  };
  const isHeard = (reading: Reading<unknown>) => reading.next().done !== true;

  test("two for each peer; when one is done there is room again", () => {
    const server = new StateServer();
    const [first, second, third] = [begin(server, 4), begin(server, 4), begin(server, 4)];
    expect([isHeard(first), isHeard(second), isHeard(third)]).toEqual([true, true, false]);
    expect(isHeard(begin(server, 5))).toBe(true);
    first.return(undefined);
    expect(isHeard(begin(server, 4))).toBe(true);
  });

  test("eight for all", () => {
    const server = new StateServer();
    const heard = Array.from({ length: 10 }, (_, peer) => isHeard(begin(server, peer)));
    expect(heard.filter(Boolean)).toHaveLength(8);
  });
});
