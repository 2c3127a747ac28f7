// What has run is forgotten: of a schedule through which programs pass for ever, nothing stays but those that wait.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { asShardName, asStepIndex, type Program } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { type OrderedProgram, Schedule } from "../src/index.ts";
import { inLine, sourceOf, taken, wide } from "./support/line.ts";
import { call, keys, program, whole } from "./support/programs.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const writing = (...names: string[]): Program => program([call("a/x", "anything", [], keys([], names))]);

/** It waits for an outcome of another shard before it writes. */
const held = (...names: string[]): Program =>
  program([call("b/held", "anything", [], keys([])), call("a/x", "anything", [0], keys([], names))]);

class Line {
  readonly schedule = new Schedule(asShardName("a"), wide);
  readonly added: WeakRef<OrderedProgram>[] = [];

  add(each: Program, height: number, index: number): void {
    const ordered = inLine(each, height, index);
    this.added.push(new WeakRef(ordered));
    this.schedule.add(ordered);
  }

  release(height: number, index: number): void {
    this.schedule.see(inLine(held("k"), height, index), asStepIndex(0), sourceOf("b", height));
  }

  run(): void {
    taken(this.schedule);
    this.schedule.takeWaiting();
  }

  /** Programs that are still in memory. */
  async kept(): Promise<number> {
    // What was looked at in this turn stays until the next.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    return this.added.filter((each) => each.deref() !== undefined).length;
  }
}

describe("nothing of a program stays once all its nodes have run", () => {
  test("where each stood behind the one before it, and behind another that waited longer", async () => {
    const line = new Line();
    for (let height = 1; height <= 50; height++) {
      line.add(held(`turn ${height}`), height, 0);
      line.add(writing("shared", `turn ${height}`), height, 1);
      if (height > 1) line.release(height - 1, 0);
      line.run();
    }
    expect(line.schedule.pending()).toHaveLength(2);
    expect(await line.kept()).toBeLessThan(10);
  });

  test("where one stands behind many, of which the last stands still", async () => {
    const line = new Line();
    for (let index = 0; index < 50; index++) line.add(held(`key ${index}`), 1, index);
    line.add(program([call("a/x", "anything", [], whole)]), 1, 50);
    line.run();
    for (let index = 0; index < 49; index++) line.release(1, index);
    line.run();
    expect(line.schedule.pending()).toHaveLength(2);
    expect(await line.kept()).toBeLessThan(10);
  });

  test("where one stands still that stood behind the first of many", async () => {
    const line = new Line();
    line.add(held("still"), 1, 0);
    line.add(held("shared", "first"), 1, 1);
    line.add(writing("first", "still"), 1, 2);
    line.run();
    for (let height = 2; height <= 50; height++) {
      line.add(held("shared"), height, 1);
      line.release(height - 1, 1);
      line.run();
    }
    expect(line.schedule.pending()).toHaveLength(3);
    expect(await line.kept()).toBeLessThan(10);
  });
});
