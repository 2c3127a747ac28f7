import { describe, expect, test } from "vitest";
import { type Rival, takesPlace } from "../../src/network/rivals.ts";

const session = (number: number) => new Uint8Array(8).fill(number);

describe("of two links of one seat", () => {
  test.each([
    ["a node that was started again is believed, whoever dialled", false, true, 2, true, true],
    ["the same side dialled again: it has lost the older", true, true, 1, false, true],
    ["both dialled, we are lower: ours takes the place of theirs", true, false, 1, true, true],
    ["both dialled, we are lower: theirs does not take the place of ours", false, true, 1, true, false],
    ["both dialled, we are higher: theirs takes the place of ours", false, true, 1, false, true],
    ["both dialled, we are higher: ours does not take the place of theirs", true, false, 1, false, false],
  ])("%s", (_why, newerDialled, olderDialled, newerSession, isLower, expected) => {
    const newer: Rival = { isDialled: newerDialled, session: session(newerSession) };
    const older: Rival = { isDialled: olderDialled, session: session(1) };
    expect(takesPlace(newer, older, isLower)).toBe(expected);
  });

  test("both sides keep the same one, in whatever order each meets them", () => {
    const kept = (isLower: boolean, order: readonly ("lower" | "higher")[]) => {
      const rivals = order.map((by) => ({ by, isDialled: (by === "lower") === isLower, session: session(1) }));
      return rivals.reduce((older, newer) => (takesPlace(newer, older, isLower) ? newer : older)).by;
    };
    for (const isLower of [true, false]) {
      expect(kept(isLower, ["lower", "higher"])).toBe("lower");
      expect(kept(isLower, ["higher", "lower"])).toBe("lower");
    }
  });
});
