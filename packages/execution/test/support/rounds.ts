// Counting rounds in a world where every claim is cited a fixed number of order blocks after it was made.

import { assert } from "@tandem/shared";
import type { Citation, World, WorldBlob } from "./world.ts";

/** What the next block cites if a claim of round t is visible from round `t + delay` on; silent shards are not heard. */
export function delayed(world: World, delay: number, silent: readonly string[] = []): Citation {
  const newest = world.height + 1 - delay;
  const now = world.citeAll(silent);
  return new Map(
    [...world.shards.values()].map(({ name, results }) => {
      const old = results.findLast(({ claim }) => claim.round <= newest)?.claim.round ?? 0;
      return [name, silent.includes(name) ? (now.get(name) ?? 0) : old];
    }),
  );
}

/** Orders blocks, and empty ones after them until nothing is pending. */
export function runAll(world: World, blocks: readonly (readonly WorldBlob[])[], delay: number): void {
  for (const blobs of blocks) world.block(blobs, delayed(world, delay));
  for (let more = 0; isPending(world); more++) {
    assert(more < 1_000, "everything runs in the end");
    world.block([], delayed(world, delay));
  }
}

export function isPending(world: World): boolean {
  return [...world.shards.values()].some(({ execution }) => execution.pendingCount > 0);
}

/** The round of every node that ran, by `height/index.step kind contract`. */
export function roundsOf(world: World): ReadonlyMap<string, number> {
  const rounds = new Map<string, number>();
  for (const { results } of world.shards.values()) {
    for (const { claim, lanes } of results) {
      for (const { lane, content } of lanes) {
        for (const { height, index, step, kind } of content.nodes) {
          rounds.set(`${height}/${index}.${step} ${kind} ${lane.contract}`, claim.round);
        }
      }
    }
  }
  return rounds;
}

/** How many rounds after its own height the last node of a program ran. */
export function lagOf(world: World, height: number, index = 0): number {
  const own = [...roundsOf(world)].filter(([name]) => name.startsWith(`${height}/${index}.`));
  assert(own.length > 0, "the program has nodes that ran");
  return Math.max(...own.map(([, round]) => round)) - height;
}
