// A4: for each shard its last attested claim, as `frontiersRoot` commits to it under the shard's name.

import type { Root, Round } from "../numbers.ts";
import { codec, container } from "../ssz/index.ts";
import { type PendingRef, pendingRefType } from "./claim.ts";
import { rootType, roundType } from "./common.ts";

export interface Frontier {
  readonly round: Round;
  readonly claim: Root;
  readonly contracts: Root;
  readonly pending: PendingRef;
}

export const frontierCodec = codec<Frontier>(
  "frontier",
  container({ round: roundType, claim: rootType, contracts: rootType, pending: pendingRefType }),
);
