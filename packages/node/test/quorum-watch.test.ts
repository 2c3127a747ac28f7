// What a node says of its quorum: at once when there is one, after a while when there is none, and each once.

import { asWeight } from "@tandem/shared";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { QuorumWatch } from "../src/process/quorum-watch.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watchOf(validators: number, ownSeat: number | undefined) {
  const places = Array.from({ length: validators }, (_, place) => place);
  const said: string[] = [];
  const seating = { places, weights: places.map(() => asWeight(1n)), total: BigInt(validators) };
  const watch = new QuorumWatch(seating, ownSeat, ({ hasQuorum, linked, of }) =>
    said.push(`${hasQuorum ? "quorum" : "waiting"}, ${linked} of ${of}`),
  );
  watch.start();
  return { watch, said };
}

test("who stays alone says so once, and says when it is not any more", () => {
  const { watch, said } = watchOf(4, 0);
  vi.advanceTimersByTime(2900);
  expect(said).toEqual([]);
  vi.advanceTimersByTime(60_000);
  expect(said).toEqual(["waiting, 0 of 3"]);
  watch.onPeer(1, "up");
  expect(said).toHaveLength(1);
  watch.onPeer(2, "up");
  watch.onPeer(3, "up");
  expect(said).toEqual(["waiting, 0 of 3", "quorum, 2 of 3"]);
});

test("a quorum that comes back at once was never gone", () => {
  const { watch, said } = watchOf(4, 0);
  for (const seat of [1, 2]) watch.onPeer(seat, "up");
  watch.onPeer(1, "down");
  vi.advanceTimersByTime(1000);
  watch.onPeer(1, "up");
  vi.advanceTimersByTime(60_000);
  expect(said).toEqual(["quorum, 2 of 3"]);
  watch.onPeer(2, "down");
  vi.advanceTimersByTime(3000);
  expect(said).toEqual(["quorum, 2 of 3", "waiting, 1 of 3"]);
});

test("an observer counts all validators; who needs nobody, or is stopped, says nothing", () => {
  const observer = watchOf(4, undefined);
  for (const seat of [0, 1, 2]) observer.watch.onPeer(seat, "up");
  expect(observer.said).toEqual(["quorum, 3 of 4"]);
  const alone = watchOf(1, 0);
  const stopped = watchOf(4, 0);
  stopped.watch.stop();
  vi.advanceTimersByTime(60_000);
  expect([...alone.said, ...stopped.said]).toEqual([]);
});
