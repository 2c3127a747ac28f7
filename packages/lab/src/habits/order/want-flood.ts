// Asks everyone for blobs and slices again and again: for what is held, for what nobody has, and for too much at once.

import { asHeight, asRoot, asShardName, limits, type Root, sha256, utf8 } from "@tandem/shared";
import type { LabMessage } from "../../nodes/words.ts";
import { type HabitContext, type MakeHabit, send, viewStarted } from "../habit.ts";
import { toolsOf } from "./tools.ts";

/** Questions to each peer for each view that it comes to. */
const questions = 2;
const slicesMany = 1_000_000;

export const wantFlood: MakeHabit = (context) => {
  let id = 0;
  return {
    effects: (effects) => {
      if (viewStarted(effects) === undefined) return effects;
      const asks = context.peers.flatMap((peer) =>
        Array.from({ length: questions }, () => send(peer, context.ledger.mark("want-flood", question(context, ++id)))),
      );
      return [...effects, ...asks];
    },
  };
};

function question(context: HabitContext, id: number): LabMessage {
  const { forge } = toolsOf(context);
  switch (context.random.below(5)) {
    case 0:
      return { kind: "want", id, roots: unknownRoots(id, limits.wantRootsMax) };
    case 1:
      return { kind: "want", id, roots: unknownRoots(id, limits.wantRootsMax + 1) };
    case 2: {
      const shards = [...forge.network.shards, asShardName("nowhere")];
      return { kind: "want-slices", id, shard: context.random.pick(shards), from: asHeight(1), count: slicesMany };
    }
    default:
      return { kind: "want", id, roots: forge.recentBlobs(limits.wantRootsMax) };
  }
}

function unknownRoots(id: number, count: number): Root[] {
  return Array.from({ length: count }, (_, i) => asRoot(sha256(utf8(`nobody has this ${id} ${i >> 5}`))));
}
