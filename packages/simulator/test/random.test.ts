import { expect, test } from "vitest";
import { Random } from "../src/random.ts";

const take = (random: Random, count: number) => Array.from({ length: count }, () => random.uint32());

test("a stream is the same on every machine", () => {
  expect(take(new Random(1), 3)).toEqual([2295755869, 1273860144, 1344937030]);
  expect(take(new Random(2 ** 53 - 1, "network"), 3)).toEqual([148114530, 1643127934, 3506103979]);
});

test("a fork depends on seed and name, not on what was drawn before", () => {
  const [fresh, used] = [new Random(7), new Random(7)];
  take(used, 100);
  expect(take(used.fork("disk"), 5)).toEqual(take(fresh.fork("disk"), 5));
});

test("streams of other names and seeds differ", () => {
  const firsts = new Set<string>();
  for (const seed of [0, 1, 2, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1]) {
    for (const name of ["disk", "network", "network/delay", "ksid"]) {
      let random = new Random(seed);
      for (const part of name.split("/")) random = random.fork(part);
      firsts.add(take(random, 2).join());
    }
  }
  expect(firsts.size).toBe(24);
});

test("draws stay in their range and reach all of it", () => {
  const random = new Random(3);
  const seen = new Set(Array.from({ length: 1000 }, () => random.between(-2, 2)));
  expect([...seen].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
  expect(random.below(1)).toBe(0);
});

test("draws are even: each of ten numbers about as often as the others", () => {
  const random = new Random(5);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i++) (counts[random.below(10)] as number)++;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
});

test("chances come true as often as they say", () => {
  const random = new Random(6);
  let hits = 0;
  for (let i = 0; i < 100_000; i++) if (random.chance(200_000)) hits++;
  expect(Math.abs(hits - 20_000)).toBeLessThan(600);
  expect(random.chance(0)).toBe(false);
  expect(random.chance(1_000_000)).toBe(true);
});

test("some of a list: each at most once, as many as asked or all there are", () => {
  const random = new Random(8);
  expect(new Set(random.pickSome([1, 2, 3, 4, 5], 3)).size).toBe(3);
  expect(random.pickSome([1, 2], 9).sort()).toEqual([1, 2]);
});
