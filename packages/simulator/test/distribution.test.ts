import { expect, test } from "vitest";
import { type Distribution, longestUs, quantilesOf, sample } from "../src/distribution.ts";
import { Random } from "../src/random.ts";
import { oneWayUs, regionNames } from "../src/regions.ts";

function draw(distribution: Distribution, count: number): number[] {
  const quantiles = quantilesOf(distribution);
  const random = new Random(1);
  return Array.from({ length: count }, () => sample(quantiles, random.uint32())).sort((a, b) => a - b);
}

test("a constant is always the same", () => {
  expect(new Set(draw({ kind: "constant", us: 123_457 }, 100))).toEqual(new Set([123_457]));
});

test("a uniform distribution fills its range evenly", () => {
  const drawn = draw({ kind: "uniform", fromUs: 1000, toUs: 2000 }, 100_000);
  expect(drawn[0]).toBeGreaterThanOrEqual(1000);
  expect(drawn.at(-1)).toBeLessThanOrEqual(2000);
  for (const part of [0.1, 0.5, 0.9]) {
    expect(Math.abs((drawn[Math.floor(part * drawn.length)] as number) - (1000 + 1000 * part))).toBeLessThan(15);
  }
});

// The quantiles of a log-normal distribution, worked out with a table of the normal one.
test.each([
  ["narrow", 0.25],
  ["wide", 0.6],
  ["heavy", 1],
] as const)("a %s tail is log-normal with σ = %d", (tail, sigma) => {
  const drawn = draw({ kind: "tailed", medianUs: 10_000, tail }, 100_000);
  for (const [part, normal] of [
    [0.1, -1.2816],
    [0.5, 0],
    [0.9, 1.2816],
    [0.95, 1.6449],
  ] as const) {
    const expected = 10_000 * Math.exp(sigma * normal);
    expect(Math.abs((drawn[Math.floor(part * drawn.length)] as number) / expected - 1)).toBeLessThan(0.03);
  }
});

test("draws are whole, and none is longer than the longest", () => {
  for (const tail of ["narrow", "wide", "heavy"] as const) {
    const distribution: Distribution = { kind: "tailed", medianUs: 7, tail };
    for (const us of draw(distribution, 1000)) expect(Number.isInteger(us)).toBe(true);
    expect(sample(quantilesOf(distribution), 2 ** 32 - 1)).toBeLessThanOrEqual(longestUs(distribution));
  }
});

test("regions: there is as long as back, and near ones are nearer than far ones", () => {
  for (const a of regionNames) for (const b of regionNames) expect(oneWayUs(a, b)).toBe(oneWayUs(b, a));
  expect(oneWayUs("ireland", "ireland")).toBe(500);
  expect(oneWayUs("ireland", "frankfurt")).toBe(11_000);
  expect(oneWayUs("sao-paulo", "cape-town")).toBe(168_500);
  expect(oneWayUs("tokyo", "sydney")).toBe(57_500);
});
