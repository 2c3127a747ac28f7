// O10 as an experiment, smaller than `lab lag` draws it.

import { useNative } from "@tandem/native";
import { describe, expect, test } from "vitest";
import { svgChart, textChart } from "../src/experiments/chart.ts";
import { lagChart, runLag } from "../src/experiments/lag.ts";

useNative();

const plan = { seed: 1, seconds: 5, overload: 2 };

describe("O10: at twice the load that saturates", () => {
  const held = runLag({ ...plan, hasLimits: true });
  const free = runLag({ ...plan, hasLimits: false });

  test("lag stays within its limit, and what is too much is refused", () => {
    // A block may bring a shard that is just not behind; then it takes until its claim is attested.
    for (const { p99 } of held.lag) expect(p99).toBeLessThanOrEqual(held.lagMax + 2);
    expect(held.growth).toBeLessThan(1);
    expect(held.refused).toBeGreaterThan(0);
    expect(held.ordered).toBeLessThan(1.25 * held.saturating);
  });

  test("without the limits everything is ordered, and lag grows", () => {
    expect(free.refused).toBe(0);
    expect(free.ordered).toBeGreaterThan(1.9 * free.saturating);
    expect(free.growth).toBeGreaterThan(5);
    expect(free.attested).toBeLessThan(held.attested);
  });

  test("the same seed gives the same picture", () => {
    expect(runLag({ ...plan, seconds: 2, hasLimits: true }).lag).toEqual(held.lag.slice(0, 2));
    const chart = lagChart([held, free]);
    expect(textChart(chart)).toContain("× without O10");
    expect(svgChart(chart)).toMatch(/^<svg [^>]*>\n<title>Lag of shards under 2 times/);
  });
});

describe("a chart", () => {
  const chart = {
    title: "T < U",
    xLabel: "x",
    yLabel: "y",
    lines: [{ label: "a", values: [0, 2, 4], most: [1, 3, 8] }],
  };

  test("has its marks where the values are", () => {
    const [, , ...rows] = textChart(chart).split("\n");
    expect(rows[0]).toBe(`4 ┤${" ".repeat(48)}${"●".repeat(24)}`);
    expect(rows[16]).toBe(`0 ┤${"●".repeat(24)}`);
  });

  test("is SVG with words that are escaped", () => {
    const svg = svgChart(chart);
    expect(svg).toContain("<title>T &lt; U</title>");
    expect(svg).toContain('<polyline points="276,348 488,277 700,206"');
  });
});
