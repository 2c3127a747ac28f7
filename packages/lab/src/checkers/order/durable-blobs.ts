// S8, O6: when a notarize or a proposal leaves a node, all blobs of its block are in the durable store of that node. O7: when
// a client is told that a blob is accepted, the record that keeps it is. Who lost its store says again what its journal holds.

import type { OrderBlock } from "@tandem/shared";
import type { Losses } from "../../losses.ts";
import type { Checker } from "../checker.ts";
import { Recalled } from "../recalled.ts";
import { headerRootOf } from "./naive-headers.ts";
import { hex } from "./raw-blob.ts";
import { votedBlock, type Watch } from "./watch.ts";

export function durableBlobs(
  watch: Watch,
  blocks: ReadonlyMap<string, OrderBlock>,
  losses?: Pick<Losses, "isOver">,
): Checker {
  const recalled = new Recalled(losses);
  return {
    name: "durable-blobs",
    onObservation(observation, instance, timeUs) {
      recalled.see(observation, instance, timeUs);
      const { stored, kept } = watch.of(instance);
      if (observation.kind === "receipt" && observation.receipt.kind === "accepted") {
        const root = hex(observation.receipt.blob);
        const blob = watch.book.get(root);
        if (kept.has(root) || (blob !== undefined && watch.isLetGo(instance, blob))) return undefined;
        return `accepted ${root.slice(0, 8)} before that was durable`;
      }
      if (
        observation.kind === "sent" &&
        observation.message.kind === "vote" &&
        observation.message.vote.kind !== "notarize"
      )
        return undefined;
      const voted = votedBlock(observation, ({ header }) => headerRootOf(header));
      if (voted === undefined) return undefined;
      const block = blocks.get(voted);
      const missing = block?.body.blobs.find((root) => !stored.has(hex(root)));
      if (missing === undefined || recalled.has(instance, voted)) return undefined;
      return `a vote for height ${block?.header.height} left before blob ${hex(missing).slice(0, 8)} of it was durable`;
    },
  };
}
