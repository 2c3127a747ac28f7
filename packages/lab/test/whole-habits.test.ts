// Each habit of the whole stage is met by honest nodes, who bear it: all that was submitted is attested all the same.

import { useNative } from "@tandem/native";
import { expect, test } from "vitest";
import { attestLeaderHabits, followerHabits } from "../src/habits/whole/index.ts";
import { drawSetting, loadStage, runSetting, type Setting } from "../src/index.ts";

useNative();

type Habit = keyof typeof followerHabits | keyof typeof attestLeaderHabits;

/** A drawn world of five. Everybody but one sits in each committee, and seat 1, which has the habit, in all of them. */
function settingWith(habit: Habit): Setting {
  const drawn = drawSetting(3, "whole");
  if (drawn.whole === undefined) throw new Error("a setting of the whole stage");
  const seats = drawn.weights.map((_, seat) => ({ seat, weight: 1 }));
  const without = (shard: number) => seats.filter(({ seat }) => seat !== [0, 2, 3, 4][shard % 4]);
  const weights = drawn.weights.map(() => 1);
  const committees = drawn.whole.committees.map((_, shard) => without(shard));
  return {
    ...drawn,
    weights,
    workload: { ...drawn.workload, kind: "busy", itemsPerSecond: 10 },
    whole: { ...drawn.whole, committees, attestWeights: weights, itemsMax: 48 },
    habits: [{ seat: 1, habit }],
  };
}

const make = await loadStage("whole");

test.each(Object.keys({ ...followerHabits, ...attestLeaderHabits }) as Habit[])("%s is felt, and borne", (habit) => {
  const report = runSetting(settingWith(habit), make);
  expect(report.violation).toBeNull();
  expect(report.habits[habit]).toBeGreaterThan(0);
  expect(report.ofStage["drained"]).toBe(1);
  expect(report.ofStage["attested claims"]).toBeGreaterThan(20);
});
