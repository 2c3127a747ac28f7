// O5: slices as a node serves them that executed the blocks itself: each shard that a blob touches is given it.

import { asHeight, asShardName } from "@tandem/shared";
import { expect, test } from "vitest";
import type { OrderEffect, SliceRun } from "../src/types.ts";
import { blobOf, testNetwork } from "./support/blobs.ts";
import { Forge } from "./support/forge.ts";
import { Single } from "./support/single.ts";

const network = testNetwork({ payers: 2 });

function runIn(effects: readonly OrderEffect[]): SliceRun | undefined {
  return effects.flatMap((effect) =>
    effect.kind === "send" && effect.message.kind === "slices" ? [effect.message.run] : [],
  )[0];
}

test("O5: a blob is in the slice of each shard that it touches, and in no other", () => {
  const forge = new Forge(network);
  const single = new Single({ network, forge });
  const both = blobOf(network, { payer: 0, touches: ["air", "hotel"] });
  const one = blobOf(network, { payer: 1, touches: ["hotel"] });
  single.deliver(forge.forge({ blobs: [both, one] }));
  const served = (["air", "bank", "hotel"] as const).map((name, peer) => {
    const message = { kind: "want-slices", id: 1, shard: asShardName(name), from: asHeight(1), count: 1 } as const;
    const effects = single.give({ kind: "message", from: peer + 1, message });
    // A server answers one after the other, with a pause.
    return runIn(effects) ?? runIn(single.fire("wake"));
  });
  const blobs = served.map((run) => run?.slices[0]?.touches.map(({ blob }) => blob));
  expect(blobs).toEqual([[both.root], [], [both.root, one.root]]);
});
