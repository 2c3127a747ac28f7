// R4: what a pending entry holds goes into claims again, and fits there because its program paid for it (P7). An entry that
// nobody paid for is none, so a claim on top of it is checked to the end whatever it says.

import {
  asBudget,
  type Budget,
  encodeValue,
  limits,
  type PendingEntry,
  pendingEntryCodec,
  positionCodec,
  SparseMap,
  utf8,
} from "@tandem/shared";
import { expect, test } from "vitest";
import { checkRound } from "../../src/index.ts";
import { refusal } from "../support/lies.ts";
import { type MadeClaim, madeBy } from "../support/made-claims.ts";
import { probe } from "../support/probe.ts";
import { call, keys, literal, program } from "../support/programs.ts";
import { World } from "../support/world.ts";

/** Of each outcome of the group: its own claim, and the two settles that need it. */
const places = 3;
/** Each call names a key. */
const leastBudget = 2 * (places * limits.placeCost + 8_000);

/** A group that waits in `a` for `b`, and the next claim of `a`; then the same on top of another entry. */
function onTopOf(budget: Budget, change: (entry: PendingEntry) => PendingEntry): string {
  const contracts = { "a/x": ["probe", 1n], "b/y": ["probe", 2n] } as const;
  const world = new World({ shards: ["a", "b"], environments: [probe], contracts });
  const half = { budget: asBudget(budget / 2) };
  const here = call("a/x", "fail", [], keys([], ["k"]), half);
  const there = call("b/y", "put", [literal("a"), literal(1n)], keys([], ["a"]), half);
  world.block([program([here, there], [[0, 2]])]);
  const made = madeBy(world, [], world.citeAll()).find(({ setting }) => setting.shard === "a") as MadeClaim;
  const pending = made.material.pending.map(({ entry, placed }) => ({ entry: change(entry), placed }));
  const map = SparseMap.empty.apply(
    pending.map(({ entry, placed: { height, index } }) => {
      return { key: positionCodec.encode({ height, index }), value: pendingEntryCodec.root(entry) };
    }),
  );
  if (!map.ok) throw new Error(map.error.message);
  const prev = { ...made.prev, pending: { count: 1, root: map.value.root } };
  return refusal(checkRound(made.setting, prev, made.result.claim, made.facts, { ...made.material, pending }));
}

const contract = "a/x" as never;
const key = utf8("k");
const bytes = encodeValue(new Uint8Array(1_000));
const value = { kind: "value", value: { bytes, environment: "probe" } } as const;

const writing = (entry: PendingEntry): PendingEntry => {
  return { ...entry, writes: [{ contract, existence: undefined, writes: [{ key, value: bytes }] }] };
};
const yielding = (entry: PendingEntry): PendingEntry => {
  return { ...entry, ran: [{ step: 0 as never, outcome: value as never }] };
};

const writePrice = limits.placeCost + limits.byteCost * (key.length + bytes.length);
const outcomePrice = places * limits.byteCost * bytes.length;

test.each([
  ["a write", writing, writePrice],
  ["an outcome, with each of its places,", yielding, outcomePrice],
])("%s is paid for, to the unit", (_, change, price) => {
  const most = leastBudget + price;
  expect(onTopOf(asBudget(2 * Math.ceil(most / 2)), change)).not.toContain("bad-entry");
  expect(onTopOf(asBudget(2 * Math.ceil(most / 2) - 2), change)).toBe("basis: bad-entry at pending[0].entry");
});

test("the entry as it was is paid for by the least budget", () => {
  expect(onTopOf(asBudget(leastBudget), (entry) => entry)).toBe("accepted");
});
