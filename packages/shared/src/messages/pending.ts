// C3: the entry of one program in the pending map: what a new follower needs to continue exactly.
//
// In the map, the key is the program's position (`positionCodec`) and the value the root of its entry, 32 bytes. The
// entry itself travels by content, as exports do: it may have megabytes, and a value of a map has at most 64 KiB.

import { compareBytes } from "../bytes.ts";
import { limits } from "../limits.ts";
import type { ContractName, Root, StepIndex } from "../numbers.ts";
import { codec, container, optional, sortedList, type Type } from "../ssz/index.ts";
import { compareText, contractNameType, rootType, stepIndexType } from "./common.ts";
import {
  type EncodedOutcome,
  type Existence,
  encodedOutcomeType,
  existenceType,
  type Write,
  writeType,
} from "./lane.ts";

/** A step that ran here, and its outcome. */
export interface RanStep {
  readonly step: StepIndex;
  readonly outcome: EncodedOutcome;
}

/** Tentative writes of the program's open groups to one contract. */
export interface ContractWrites {
  readonly contract: ContractName;
  /** P10: what it will be, if an open group created or ended it. */
  readonly existence: Existence | undefined;
  readonly writes: readonly Write[];
}

/** A settle that ran here, while other nodes of the program have not. */
export interface RanSettle {
  /** The last step of its group. */
  readonly step: StepIndex;
  readonly contract: ContractName;
}

export interface PendingEntry {
  readonly blob: Root;
  readonly ran: readonly RanStep[];
  readonly settled: readonly RanSettle[];
  readonly writes: readonly ContractWrites[];
}

const ranStepType: Type<RanStep> = container({ step: stepIndexType, outcome: encodedOutcomeType });
const ranSettleType: Type<RanSettle> = container({ step: stepIndexType, contract: contractNameType });
const contractWritesType: Type<ContractWrites> = container({
  contract: contractNameType,
  existence: optional(existenceType),
  writes: sortedList(writeType, limits.stepsMax * limits.footprintKeysMax, (a, b) => compareBytes(a.key, b.key)),
});

export const pendingEntryCodec = codec<PendingEntry>(
  "pending-entry",
  container({
    blob: rootType,
    ran: sortedList(ranStepType, limits.stepsMax, (a, b) => a.step - b.step),
    settled: sortedList(
      ranSettleType,
      limits.stepsMax,
      (a, b) => a.step - b.step || compareText(a.contract, b.contract),
    ),
    writes: sortedList(contractWritesType, limits.stepsMax, (a, b) => compareText(a.contract, b.contract)),
  }),
  limits.pendingEntryBytesMax,
);
