import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { createBench, type Figure, median } from "../../scripts/bench/measure.ts";
import { formatFigures } from "../../scripts/bench/table.ts";

const quick = { rounds: 3, roundMs: 2 };

function spin(times: number): void {
  let sum = 0;
  for (let i = 0; i < times; i++) sum = Math.imul(sum + i, 0x9e3779b1);
  if (sum === 1) throw new Error("keeps the loop from being left out");
}

describe("a figure", () => {
  test("of a rate says items per second beside the raw limit, and their ratio", async () => {
    const figures: Figure[] = [];
    const work = { items: 10, run: () => spin(20_000) };
    const figure = await createBench((said) => figures.push(said), quick).rate("spins", "spins/s", work, work);
    expect(figures).toEqual([figure]);
    expect(figure).toMatchObject({ name: "spins", unit: "spins/s" });
    expect(figure.value).toBeGreaterThan(0);
    expect(figure.ratio).toBe(figure.value / (figure.limit as number));
  });

  test("of a cost says microseconds per item; without a raw limit there is no ratio", async () => {
    const work = { items: 1, run: () => new Promise<void>((done) => setTimeout(done, 2)) };
    const figure = await createBench(() => {}, quick).cost("sleep", work);
    expect(figure).toMatchObject({ unit: "us", limit: null, ratio: null });
    expect(figure.value).toBeGreaterThan(1000);
  });

  test("is named before it is measured", async () => {
    const told: string[] = [];
    const work = { items: 1, run: () => void told.push("measured") };
    const bench = createBench(
      () => {},
      { rounds: 1, roundMs: 0 },
      (name) => told.push(name),
    );
    await bench.cost("push", work);
    expect(told.slice(0, 2)).toEqual(["push", "measured"]);
  });

  test("work and raw take turns, and neither is always the first", async () => {
    const turns: string[] = [];
    const turn = (name: string) => ({
      items: 1,
      run: () => {
        turns.push(name);
        spin(1_000_000);
      },
    });
    await createBench(() => {}, { rounds: 4, roundMs: 0.001 }).rate("turns", "turns/s", turn("work"), turn("raw"));
    const [calibrated, ...rounds] = [turns.slice(0, 2), turns.slice(2, 4), turns.slice(4, 6), turns.slice(6)];
    expect(calibrated).toEqual(["work", "raw"]);
    expect(rounds).toEqual([
      ["work", "raw"],
      ["raw", "work"],
      ["work", "raw", "raw", "work"],
    ]);
  });
});

test("the median is the middle, or the mean of the two middle ones", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test("the table is aligned, with four digits and a ratio of two", () => {
  const figures: Figure[] = [
    { name: "pairs", value: 31_254_321, unit: "hashes/s", limit: 40_000_000, ratio: 0.7814 },
    { name: "size", value: 0.012345, unit: "MB", limit: null, ratio: null },
  ];
  expect(formatFigures(figures)).toBe(
    [
      "name        value  unit           limit  ratio",
      "-----  ----------  --------  ----------  -----",
      "pairs  31,250,000  hashes/s  40,000,000   0.78",
      "size      0.01235  MB",
      "",
    ].join("\n"),
  );
});

test.each([
  { args: [], code: "unknown-area" },
  { args: ["no-such-area"], code: "unknown-area" },
  { args: ["shared", "--fast"], code: "bad-arguments" },
])("bench $args: $code, exit code 2, nothing on stdout", ({ args, code }) => {
  const script = resolve(import.meta.dirname, "../../scripts/bench.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(`error ${code}: `);
});
