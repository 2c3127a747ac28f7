// As leader, orders a blob that no block may hold: forged, expired, of another network, of a shard that there is not, or
// with more work than a shard does in a block. Everything else of the block fits. Felt by whoever is given that blob.

import { asBudget, asHeight, asRoot, asShardName, type Envelope, limits, sha256, utf8 } from "@tandem/shared";
import type { Block } from "../../payload/block.ts";
import type { HabitContext, MakeHabit } from "../habit.ts";
import { changeProposals, leaveRoom, nonceOn, toolsOf } from "./tools.ts";

export const invalidBlob: MakeHabit = (context) => ({
  effects: (effects) => changeProposals(context, effects, (block) => withBadBlob(context, block)),
});

function withBadBlob(context: HabitContext, block: Block): Block | undefined {
  const { forge, workshop, payer } = toolsOf(context);
  const parent = forge.after(block.header.parent);
  const blobs = forge.read(block.body.blobs);
  if (parent === undefined || blobs === undefined || context.random.below(3) === 0) return undefined;
  const [shard] = forge.network.shards;
  const ways = [
    ["signature", {}],
    ["expired", { expires: asHeight(block.header.height - 1) }],
    ["expired", { expires: asHeight(0) }],
    ["network", { network: asRoot(sha256(utf8("another network"))) }],
    ["unknown-shard", { touches: [asShardName("nowhere")] }],
    ["over-budget", { touches: shard === undefined ? [] : [shard], budget: asBudget(limits.budgetMax) }],
  ] as const satisfies readonly (readonly [string, Partial<Envelope>])[];
  const [why, envelope] = context.random.pick(ways);
  const bad = workshop.make({ payer, nonce: nonceOn(parent, payer), envelope, habit: "invalid-blob", why });
  const others = leaveRoom(context, blobs, 1);
  const place = context.random.below(others.length + 1);
  return forge.rebuild(block, [...others.slice(0, place), bad.bytes, ...others.slice(place)]);
}
