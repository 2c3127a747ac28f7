// Habits of the order stage: what Byzantine validators do with blobs and order blocks.

import type { MakeHabit } from "../habit.ts";
import { blobFlood } from "./blob-flood.ts";
import { bodySwap } from "./body-swap.ts";
import { doubleInclusion } from "./double-inclusion.ts";
import { falseCitation } from "./false-citation.ts";
import { falseReasons } from "./false-reasons.ts";
import { foundLiar } from "./found-liar.ts";
import { invalidBlob } from "./invalid-blob.ts";
import { nonceReplay } from "./nonce-replay.ts";
import { overdraft } from "./overdraft.ts";
import { oversize } from "./oversize.ts";
import { reasonsWithheld } from "./reasons-withheld.ts";
import { timeGames } from "./time-games.ts";
import { wantFlood } from "./want-flood.ts";
import { withheldBlobs } from "./withheld-blobs.ts";
import { wrongLedger } from "./wrong-ledger.ts";
import { wrongRoot } from "./wrong-root.ts";

export const orderHabits = {
  "invalid-blob": invalidBlob,
  "wrong-root": wrongRoot,
  "wrong-ledger": wrongLedger,
  "double-inclusion": doubleInclusion,
  "nonce-replay": nonceReplay,
  overdraft,
  oversize,
  "time-games": timeGames,
  "false-citation": falseCitation,
  "withheld-blobs": withheldBlobs,
  "blob-flood": blobFlood,
  "found-liar": foundLiar,
  "want-flood": wantFlood,
  "reasons-withheld": reasonsWithheld,
  "false-reasons": falseReasons,
  "body-swap": bodySwap,
} as const satisfies Record<string, MakeHabit>;
