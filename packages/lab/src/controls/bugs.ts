// Deliberate bugs: each a change to copies of the machine's sources that the checkers must catch. The protocol has no
// switch for any of them. All nodes of a run have the bug, so what they agree on is no proof that it is right.

import type { Bug } from "./bug.ts";
import { consensusBugs } from "./consensus-bugs.ts";
import { attestedBugs } from "./order-bugs/attested.ts";
import { blobBugs } from "./order-bugs/blobs.ts";
import { blockBugs } from "./order-bugs/blocks.ts";
import { ledgerBugs } from "./order-bugs/ledger.ts";
import { storageBugs } from "./order-bugs/storage.ts";
import { callBugs } from "./rounds-bugs/calls.ts";
import { claimBugs } from "./rounds-bugs/claims.ts";
import { programBugs } from "./rounds-bugs/programs.ts";
import { scheduleBugs } from "./rounds-bugs/schedule.ts";
import { affirmingBugs } from "./whole-bugs/affirming.ts";
import { attestBlockBugs } from "./whole-bugs/blocks.ts";
import { contentBugs } from "./whole-bugs/contents.ts";
import { countingBugs } from "./whole-bugs/counting.ts";
import { followingBugs } from "./whole-bugs/following.ts";
import { joinBugs } from "./whole-bugs/join.ts";

export const bugs: readonly Bug[] = [
  ...consensusBugs,
  ...ledgerBugs,
  ...blockBugs,
  ...blobBugs,
  ...storageBugs,
  ...attestedBugs,
  ...scheduleBugs,
  ...callBugs,
  ...programBugs,
  ...claimBugs,
  ...affirmingBugs,
  ...countingBugs,
  ...followingBugs,
  ...contentBugs,
  ...attestBlockBugs,
  ...joinBugs,
];
