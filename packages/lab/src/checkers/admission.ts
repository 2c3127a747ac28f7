// O2, O7: what must not be ordered is refused by every honest node and stands in no final block, and what may be ordered
// is not refused for what it is. Each blob was made to be one or the other (work/blobs.ts), so nothing is computed here.

import { toHex } from "@tandem/shared";
import type { BlobWork } from "../work/blob-work.ts";
import type { MadeBlob } from "../work/blobs.ts";
import type { Checker } from "./checker.ts";

/** Refusals that say something of the blob alone, or of the balance of a payer who has enough for all that it sends. */
const lasting: ReadonlySet<string> = new Set([
  "malformed",
  "too-large",
  "network",
  "unknown-shard",
  "over-budget",
  "expired",
  "signature",
  "balance",
]);

export function admission(work: Pick<BlobWork, "submitted" | "known">): Checker {
  return {
    name: "admission",
    onObservation(observation) {
      if (observation.kind === "receipt") {
        const { id, receipt } = observation;
        const blob = work.submitted(id);
        if (blob === undefined) return `a receipt for submission ${id}, which nobody made`;
        return receipt.kind === "accepted" ? wronglyTaken(blob) : wronglyRefused(blob, receipt.refusal.code);
      }
      if (observation.kind !== "ordered") return undefined;
      for (const root of observation.block.body.blobs) {
        const blob = work.known(toHex(root));
        if (blob?.meant === "refuse") return `height ${observation.info.height} has ${nameOf(blob)}`;
      }
      return undefined;
    },
  };
}

function wronglyTaken(blob: MadeBlob): string | undefined {
  return blob.meant === "refuse" ? `accepted ${nameOf(blob)}` : undefined;
}

function wronglyRefused(blob: MadeBlob, code: string): string | undefined {
  return blob.meant === "accept" && lasting.has(code) ? `refused a good blob: ${code}` : undefined;
}

function nameOf({ payer, nonce, why }: MadeBlob): string {
  return `a blob that is to be refused: ${why}, nonce ${nonce} of payer ${payer}`;
}
