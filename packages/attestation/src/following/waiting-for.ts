// R6: the shards that a shard's pending programs wait for, and from which round on: a program runs nowhere before its own
// height (R3), so the claims of earlier rounds say nothing of it.
//
// It is told what changes, so a round costs what it moves, however many programs wait on.

import type { WaitingProgram } from "@tandem/execution";
import type { Height, ShardName } from "@tandem/shared";

export class WaitingFor {
  /** The shards that each program waits for, by its place in line. */
  readonly #programs = new Map<string, ReadonlySet<ShardName>>();
  readonly #heights = new Map<ShardName, Heights>();

  constructor(programs: readonly WaitingProgram[]) {
    this.learn(programs);
  }

  /** How some of them wait from now on. */
  learn(changed: readonly WaitingProgram[]): void {
    for (const { program, awaited = [] } of changed) {
      const { height, index } = program;
      const place = `${height}/${index}`;
      const after = new Set(awaited.flatMap((each) => ("step" in each ? each.shard : [])));
      const before = this.#programs.get(place) ?? new Set();
      for (const shard of after) if (!before.has(shard)) this.#heightsOf(shard).add(height);
      for (const shard of before) if (!after.has(shard)) this.#heightsOf(shard).remove(height);
      if (after.size > 0) this.#programs.set(place, after);
      else this.#programs.delete(place);
    }
  }

  #heightsOf(shard: ShardName): Heights {
    const heights = this.#heights.get(shard) ?? new Heights();
    this.#heights.set(shard, heights);
    return heights;
  }

  /** The lowest round whose claim matters. */
  from(shard: ShardName): Height | undefined {
    return this.#heights.get(shard)?.lowest;
  }
}

/** Heights of programs, each as often as there are programs of it. */
class Heights {
  readonly #counts = new Map<Height, number>();
  lowest: Height | undefined;

  add(height: Height): void {
    this.#counts.set(height, (this.#counts.get(height) ?? 0) + 1);
    if (this.lowest === undefined || height < this.lowest) this.lowest = height;
  }

  remove(height: Height): void {
    const left = (this.#counts.get(height) ?? 0) - 1;
    if (left > 0) this.#counts.set(height, left);
    else this.#counts.delete(height);
    if (left > 0 || height !== this.lowest) return;
    this.lowest = undefined;
    for (const each of this.#counts.keys()) if (this.lowest === undefined || each < this.lowest) this.lowest = each;
  }
}
