// The words that messages share, as SSZ types under their branded names.

import { equalBytes } from "../bytes.ts";
import { limits } from "../limits.ts";
import {
  type Amount,
  type BlobIndex,
  type Budget,
  type ContractName,
  type EnvironmentName,
  type Epoch,
  type Height,
  isContractName,
  isName,
  type Nonce,
  type Root,
  type Round,
  type ShardName,
  type StepIndex,
  type TimeMs,
  type ValidatorIndex,
  type View,
  type Weight,
} from "../numbers.ts";
import { payerKeyBytes, payerSignatureBytes } from "../payer-scheme.ts";
import { publicKeyBytes, signatureBytes } from "../scheme.ts";
import {
  asciiText,
  branded,
  byteVector,
  container,
  refine,
  type Type,
  uint8,
  uint16,
  uint32,
  uint53,
  uint64,
  uint128,
} from "../ssz/index.ts";

export const rootType = branded<Root>(byteVector(32));
export const publicKeyType = byteVector(publicKeyBytes);
export const signatureType = byteVector(signatureBytes);
export const payerKeyType = byteVector(payerKeyBytes);
export const payerSignatureType = byteVector(payerSignatureBytes);

export const heightType = branded<Height>(uint53);
export const roundType = branded<Round>(uint53);
export const viewType = branded<View>(uint53);
export const epochType = branded<Epoch>(uint53);
export const nonceType = branded<Nonce>(uint53);
export const timeMsType = branded<TimeMs>(uint53);
export const amountType = branded<Amount>(uint128);
export const weightType = branded<Weight>(uint64);
export const validatorIndexType = branded<ValidatorIndex>(uint16);
export const blobIndexType = branded<BlobIndex>(uint32);
export const stepIndexType = branded<StepIndex>(uint8);
export const budgetType = branded<Budget>(
  refine(uint53, "out-of-range", (budget) =>
    budget <= limits.budgetMax ? undefined : `a budget is at most ${limits.budgetMax}, not ${budget}`,
  ),
);

const form = `1-${limits.nameBytesMax} of [a-z0-9-]`;
export const nameType = asciiText(limits.nameBytesMax, isName, form);
export const shardNameType = branded<ShardName>(nameType);
export const environmentNameType = branded<EnvironmentName>(nameType);
export const contractNameType = branded<ContractName>(
  asciiText(2 * limits.nameBytesMax + 1, isContractName, `shard/name, each ${form}`),
);

/** The one version of every format so far. */
export const versionType: Type<1> = branded<1>(
  refine(uint8, "bad-value", (version) =>
    version === 1 ? undefined : `version ${version} is unknown; this is version 1`,
  ),
);

/** A block of a chain, by its place and root. */
export interface BlockRef {
  readonly height: Height;
  readonly root: Root;
}
export const blockRefType: Type<BlockRef> = container({ height: heightType, root: rootType });

export function equalRefs(a: BlockRef, b: BlockRef): boolean {
  return a.height === b.height && equalBytes(a.root, b.root);
}

/** ASCII names in byte order, which is also the order of their encodings without lengths. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
