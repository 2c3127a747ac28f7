// R6: the shards that a shard's pending programs wait for, and from which round on: a program runs nowhere before its own
// height (R3), so the claims of earlier rounds say nothing of it.

import type { Height, ShardName } from "@tandem/shared";
import type { WaitingProgram } from "./types.ts";

export class WaitingFor {
  readonly #shards = new Map<ShardName, Height>();

  constructor(programs: readonly WaitingProgram[]) {
    for (const { program, awaited } of programs) {
      for (const { shard } of awaited) {
        const before = this.#shards.get(shard);
        if (before === undefined || program.height < before) this.#shards.set(shard, program.height);
      }
    }
  }

  /** The lowest round whose claim matters. */
  from(shard: ShardName): Height | undefined {
    return this.#shards.get(shard);
  }
}
