// Roots of headers, and what a genesis says of the first one, from the definitions of O3.

import { type Genesis, limits, type OrderHeader } from "@tandem/shared";
import { containerRoot, listOf, numberChunk, vectorOf } from "./naive-ssz.ts";
import { nameRoot } from "./raw-blob.ts";

export function headerRootOf(header: OrderHeader): Uint8Array {
  const { attested } = header;
  return containerRoot(
    numberChunk(header.version),
    numberChunk(header.epoch),
    numberChunk(header.view),
    numberChunk(header.height),
    header.parent,
    header.history,
    numberChunk(header.timeMs),
    numberChunk(header.proposer),
    header.blobsRoot,
    header.touchesRoot,
    header.ledgerRoot,
    containerRoot(numberChunk(attested.height), attested.root),
    header.validatorsRoot,
  );
}

export function blobsRootOf(roots: readonly Uint8Array[]): Uint8Array {
  return listOf(roots, limits.blockBlobsMax);
}

type Weighted = readonly { readonly key: Uint8Array; readonly weight: bigint }[];

/** The sets of this epoch and of the next, which are the same but for their number. */
export function validatorsRootOf({ validators, shards }: Genesis): Uint8Array {
  const order = validators.map(({ key, orderWeight }) => ({ key, weight: orderWeight }));
  const attest = validators.map(({ key, attestWeight }) => ({ key, weight: attestWeight }));
  const committees = shards.map(({ name, committee }) => {
    const members = committee.map(({ validator, weight }) => ({ key: validators[validator]?.key, weight }));
    return containerRoot(nameRoot(name), membersRoot(members as Weighted));
  });
  const sets = (epoch: number) =>
    containerRoot(numberChunk(epoch), membersRoot(order), membersRoot(attest), listOf(committees, limits.shardsMax));
  return containerRoot(sets(0), sets(1));
}

function membersRoot(members: Weighted): Uint8Array {
  const roots = members
    .filter(({ weight }) => weight > 0n)
    .map(({ key, weight }) => containerRoot(vectorOf(key), numberChunk(weight)));
  return listOf(roots, limits.validatorsMax);
}
