import { asContractName, asRound, codec, limits, type MapPart, type Root, topPlace } from "@tandem/shared";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stateType, wantStateType } from "../../src/explaining/types.ts";
import { hashOf, rail } from "../support/claims.ts";

const wantState = codec("want-state", wantStateType);
const state = codec("state", stateType);

const question = {
  id: 7,
  shard: rail,
  round: asRound(3),
  map: { kind: "state", contract: asContractName("rail/seats") },
  root: hashOf("root"),
  place: { path: hashOf("path"), depth: 9 },
} as const;

const nodes = (count: number): MapPart => ({ kind: "nodes", value: new Uint8Array(32 * count) });
const entry = (keyBytes: number, valueBytes: number): MapPart => {
  return { kind: "entry", value: { key: new Uint8Array(keyBytes), value: new Uint8Array(valueBytes) } };
};

describe("what travels", () => {
  test.each([
    ["of a contract's state", question],
    ["of the contracts", { ...question, map: { kind: "contracts" } } as const],
    ["of what is pending, from the top", { ...question, map: { kind: "pending" }, place: topPlace } as const],
    ["of the end of a path", { ...question, place: { ...question.place, depth: 256 } }],
  ])("a question reads back as it was written: %s", (_, asked) => {
    expect(wantState.decode(wantState.encode(asked))).toEqual({ ok: true, value: asked });
  });

  test.each<[string, MapPart | undefined]>([
    ["nothing", undefined],
    ["as many hashes as a part has", nodes(510)],
    ["the largest entry", entry(limits.keyBytesMax, limits.valueBytesMax)],
  ])("so does an answer: %s", (_, part) => {
    const bytes = state.encode({ id: 7, part });
    expect(state.decode(bytes)).toEqual({ ok: true, value: { id: 7, part } });
    expect(bytes.length).toBeLessThanOrEqual(stateType.sizeMax);
  });

  test("an answer is at most a little longer than the largest value, and a question has some two hundred bytes", () => {
    expect(stateType.sizeMax).toBeLessThan(limits.valueBytesMax + 256);
    expect(wantStateType.sizeMax).toBeLessThan(256);
  });
});

describe("what is refused", () => {
  test("a place below the end of paths", () => {
    const end = { ...question, place: { ...question.place, depth: 256 } };
    const bytes = wantState.encode(end);
    const at = bytes.findIndex((byte, i) => byte === 0 && bytes[i + 1] === 1 && i > 80);
    bytes[at] = 1;
    expect(wantState.decode(bytes)).toMatchObject({ ok: false, error: { message: expect.stringContaining("257") } });
  });

  test("a contract that is named for another map, or is not named for its own", () => {
    const [contracts, pending] = (["contracts", "pending"] as const).map((kind) => {
      return wantState.encode({ ...question, map: { kind } });
    }) as [Uint8Array, Uint8Array];
    // The two differ in the byte that says which map is meant.
    const kindAt = contracts.findIndex((byte, at) => byte !== pending[at]);
    const state = wantState.encode(question);
    for (const [bytes, kind] of [
      [state, contracts[kindAt]],
      [state, pending[kindAt]],
      [contracts, state[kindAt]],
    ] as const) {
      const changed = bytes.map((byte, at) => (at === kindAt ? (kind as number) : byte));
      expect(wantState.decode(changed)).toMatchObject({
        ok: false,
        error: { message: expect.stringContaining("named for its state alone") },
      });
    }
  });

  test("arbitrary and shortened bytes, as values", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (some) => {
        for (const each of [wantState, state]) expect(() => each.decode(some)).not.toThrow();
      }),
      { seed: 2, numRuns: 500 },
    );
    const whole = state.encode({ id: 1, part: entry(4, 4) });
    for (let end = 0; end < whole.length - 4; end++) {
      const read = state.decode(whole.slice(0, end));
      // Without any part it says that there is none.
      expect(read.ok && read.value.part).toBeFalsy();
    }
  });

  test("more hashes than a part has, and longer keys and values", () => {
    for (const part of [nodes(511), entry(limits.keyBytesMax + 1, 1), entry(1, limits.valueBytesMax + 1)]) {
      expect(() => state.encode({ id: 1, part })).toThrow();
    }
    expect(state.decode(new Uint8Array(stateType.sizeMax + 1)).ok).toBe(false);
  });
});

test("the root that names a map is 32 bytes", () => {
  expect(() => wantState.encode({ ...question, root: new Uint8Array(31) as Root })).toThrow();
});
