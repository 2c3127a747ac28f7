// O2, O7: no blob is twice in the chain. A blob that an honest node accepted stays kept there, through every restart, until
// its nonce is ordered, it expires, or another blob of that payer and nonce which tips more takes its place. (That it is
// ordered in time is demanded in demands.ts.)

import type { Instance } from "@tandem/simulator";
import type { Observation } from "../../nodes/words.ts";
import type { Checker } from "../checker.ts";
import { keptKind, rootInKey } from "./blob-book.ts";
import { hex } from "./raw-blob.ts";
import type { Watch } from "./watch.ts";

export function orderedOnce(watch: Watch): Checker {
  /** By root: the height that ordered it. */
  const ordered = new Map<string, number>();
  /** By instance: roots that it promised, and is not free of. */
  const promised = new Map<Instance, Set<string>>();
  return {
    name: "ordered-once",
    onObservation(observation, instance) {
      switch (observation.kind) {
        case "delivered":
          return enter(observation);
        case "receipt":
          if (observation.receipt.kind === "accepted") of(instance).add(hex(observation.receipt.blob));
          return undefined;
        case "restored":
          return lost([...of(instance)].filter((root) => !watch.of(instance).kept.has(root)));
        case "stored":
          return lost(observation.batch.deletes.filter(([kind]) => kind === keptKind).map(rootInKey));
        default:
          return undefined;
      }

      /** Of these, one that the node still owes. */
      function lost(roots: readonly string[]): string | undefined {
        for (const root of roots) {
          const blob = watch.book.get(root);
          if (blob === undefined || !of(instance).has(root)) continue;
          if (!watch.isLetGo(instance, blob))
            return `lost a blob that it accepted: nonce ${blob.nonce} of ${blob.payer}`;
          of(instance).delete(root);
        }
        return undefined;
      }
    },
  };

  function of(instance: Instance): Set<string> {
    let own = promised.get(instance);
    if (own === undefined) {
      own = new Set();
      promised.set(instance, own);
    }
    return own;
  }

  function enter({ block, info: { height } }: Extract<Observation, { kind: "delivered" }>): string | undefined {
    for (const bytes of block.body.blobs) {
      const root = hex(bytes);
      const before = ordered.get(root) ?? height;
      if (before !== height) return `height ${height} orders a blob of height ${before} again`;
      ordered.set(root, height);
    }
    return new Set(block.body.blobs.map(hex)).size === block.body.blobs.length
      ? undefined
      : `height ${height} orders a blob twice`;
  }
}
