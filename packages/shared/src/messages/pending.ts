// C3: the entry of one program in the pending map: what a new follower needs to continue exactly.

import { compareBytes } from "../bytes.ts";
import { limits } from "../limits.ts";
import type { ContractName, Root, StepIndex } from "../numbers.ts";
import { codec, container, sortedList, type Type } from "../ssz/index.ts";
import { compareText, contractNameType, rootType, stepIndexType } from "./common.ts";
import { type EncodedOutcome, encodedOutcomeType, type Write, writeType } from "./lane.ts";

/** A step that ran here, and its outcome. */
export interface RanStep {
  readonly step: StepIndex;
  readonly outcome: EncodedOutcome;
}

/** Tentative writes of the program's open groups to one contract. */
export interface ContractWrites {
  readonly contract: ContractName;
  readonly writes: readonly Write[];
}

export interface PendingEntry {
  readonly blob: Root;
  readonly ran: readonly RanStep[];
  readonly writes: readonly ContractWrites[];
}

const ranStepType: Type<RanStep> = container({ step: stepIndexType, outcome: encodedOutcomeType });
const contractWritesType: Type<ContractWrites> = container({
  contract: contractNameType,
  writes: sortedList(writeType, limits.stepsMax * limits.footprintKeysMax, (a, b) => compareBytes(a.key, b.key)),
});

export const pendingEntryCodec = codec<PendingEntry>(
  "pending-entry",
  container({
    blob: rootType,
    ran: sortedList(ranStepType, limits.stepsMax, (a, b) => a.step - b.step),
    writes: sortedList(contractWritesType, limits.stepsMax, (a, b) => compareText(a.contract, b.contract)),
  }),
  limits.pendingEntryBytesMax,
);
